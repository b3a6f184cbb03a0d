"""A browser without a network, if there is one on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.data.sample_package import sample_package
from tests.data.sample_review import sample_review

from spinewise.numerals import LanguageCode
from spinewise.report.html import render

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        pytest.skip("no chromium on this machine: run scripts/install-test-system")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[LanguageCode, Path]:
    """The report of the sample review, as files."""
    folder = tmp_path_factory.mktemp("reports")
    paths: dict[LanguageCode, Path] = {}
    for code in ("en", "fr"):
        paths[code] = folder / f"report-{code}.html"
        page = render(sample_review(), sample_package(), code)
        paths[code].write_text(page, encoding="utf-8")
    return paths
