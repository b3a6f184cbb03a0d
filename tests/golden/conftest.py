"""The reader that the tests of the golden cases share."""

from __future__ import annotations

import pytest

from tests.golden.reading import Reader


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Reads a case through the real intake; a second time it is at hand."""
    return Reader(tmp_path_factory.mktemp("golden"))
