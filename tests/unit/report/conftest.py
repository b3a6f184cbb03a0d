"""Pages of the sample review, drawn once for all tests of the report."""

from __future__ import annotations

import pytest
from tests.data.sample_package import sample_package
from tests.data.sample_review import sample_review
from tests.unit.report.document import Document, parse

from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report.html import render
from spinewise.review.result import Review


@pytest.fixture(scope="session")
def review() -> Review:
    return sample_review()


@pytest.fixture(scope="session")
def package() -> Package:
    return sample_package()


@pytest.fixture(scope="session")
def pages(review: Review, package: Package) -> dict[LanguageCode, Document]:
    """The report in both languages, parsed."""
    return {code: parse(render(review, package, code)) for code in ("en", "fr")}
