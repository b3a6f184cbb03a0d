"""The page on reliability names every fault that is tested, and no test that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

TESTS = {
    name
    for path in (ROOT / "tests" / "faults").glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_every_fault_has_a_row() -> None:
    """And every row names the tests that hold it."""
    tables = re.findall(r"^\| Fault .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(tables) >= 5
    held = [set(re.findall(r"`(test_\w+)`", row.split("|")[-2])) for row in rows]
    assert all(held)
    named = {name for names in held for name in names}
    assert named - TESTS == set()
    assert TESTS - set(re.findall(r"`(test_\w+)`", PAGE)) == set()
