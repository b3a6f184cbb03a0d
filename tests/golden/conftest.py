"""The reader and the reviewer that the tests of the golden cases share."""

from __future__ import annotations

import pytest

from tests.golden.judging import Reviewer
from tests.golden.reading import Reader


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Reads a case through the real intake; a second time it is at hand."""
    return Reader(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="session")
def reviewed(read: Reader, tmp_path_factory: pytest.TempPathFactory) -> Reviewer:
    """Reviews a case; a second time the review is at hand."""
    return Reviewer(read, tmp_path_factory.mktemp("results"))
