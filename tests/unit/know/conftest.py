"""A small package to copy and spoil, and the one that comes with Spinewise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spinewise.know.loader import load_package
from spinewise.know.package import Package

HEADACHE = Path(__file__).parents[2] / "data" / "headache_package"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the headache package that a test may change."""
    return Path(shutil.copytree(HEADACHE, tmp_path / "headache"))


@pytest.fixture(scope="session")
def package() -> Package:
    """The low back pain package."""
    return load_package()
