"""The rule of conftest.py: in the continuous integration an unlisted skip fails the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

def test_runs():
    pass

def test_is_skipped():
    pytest.skip("no such machine here")
"""
MODULE = 'import pytest\npytest.skip("whole module", allow_module_level=True)\n'


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).parent.parent / "conftest.py", tmp_path)
    (tmp_path / "allowed_skips.toml").touch()
    (tmp_path / "test_a.py").write_text(SUITE)
    return tmp_path


def run(folder: Path, *options: str, ci: str = "1") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPINEWISE_CI": ci, "CI": ""}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir=.", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def allow(folder: Path, pattern: str, reason: str) -> None:
    text = f'[[skip]]\ntest = "{pattern}"\nreason = "{reason}"\n'
    (folder / "allowed_skips.toml").write_text(text)


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["alone", "parallel"])
def test_an_unlisted_skip_fails_the_run_and_is_named(suite: Path, options: list[str]) -> None:
    """Alone and in parallel, for single tests and for whole modules."""
    (suite / "test_b.py").write_text(MODULE)
    result = run(suite, *options)
    assert result.returncode == 1, result.stdout
    assert "test_a.py::test_is_skipped: Skipped: no such machine here" in result.stdout
    assert "test_b.py: Skipped: whole module" in result.stdout


def test_a_listed_skip_passes(suite: Path) -> None:
    allow(suite, "test_a.py::test_is_*", "it needs a machine that nobody has")
    assert run(suite).returncode == 0


def test_a_listed_skip_needs_a_reason(suite: Path) -> None:
    allow(suite, "test_a.py::*", " ")
    result = run(suite)
    assert result.returncode != 0
    assert "has no reason" in result.stdout + result.stderr


def test_a_skip_elsewhere_is_only_a_skip(suite: Path) -> None:
    assert run(suite, ci="").returncode == 0
