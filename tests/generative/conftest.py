"""Shows at the end of a run how often each kind of outcome was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

_hits: dict[str, Counter[str]] = {}


@pytest.fixture(scope="session")
def record_hits() -> Callable[[str, Counter[str]], None]:
    """Takes what is to be shown: a name, and how often each of its values was met."""

    def record(name: str, counted: Counter[str]) -> None:
        _hits[name] = counted

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _hits:
        terminalreporter.section("outcomes of the drawn populations")
        for name, counted in _hits.items():
            terminalreporter.line(f"{name}:")
            for value, times in counted.most_common():
                terminalreporter.line(f"  {times:>7,}  {value}")
