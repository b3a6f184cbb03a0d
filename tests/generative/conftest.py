"""Shows at the end of a run how often each kind of outcome was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

_hits: dict[str, tuple[Counter[str], int]] = {}


@pytest.fixture(scope="session")
def record_hits() -> Callable[[str, Counter[str], int], None]:
    """Takes what is to be shown: a name, how often each of its values was met, and of how many."""

    def record(name: str, counted: Counter[str], of: int) -> None:
        _hits[name] = counted, of

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _hits:
        terminalreporter.section("outcomes of the drawn populations")
        for name, (counted, of) in _hits.items():
            terminalreporter.line(f"{name}, of {of:,}:")
            for value, times in counted.most_common():
                terminalreporter.line(f"  {times:>7,}  {times / of:>4.0%}  {value}")
