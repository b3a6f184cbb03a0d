"""
Golden cases: a few people's records in the CSV form, and what a clinician would count.

Each folder of ``cases`` is one case: ``case.md`` says in words what is shown and why,
``patients.csv``, ``events.csv`` and perhaps ``coverage.csv`` are the records, ``extract.toml`` says
what the export carries, a folder ``lists`` holds a practice's own code lists, and
``expected.toml`` says what has to come out. What is expected was worked out by hand from the
meaning of the numbers, never taken from what the program says.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from spinewise.api import parse_period

CASES: Final = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One case; the words of ``expected.toml`` are described in ``README.md``."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @cached_property
    def text(self) -> str:
        return (self.folder / "case.md").read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        return self.text.splitlines()[0].removeprefix("# ")

    @cached_property
    def expected(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "expected.toml").read_text(encoding="utf-8"))

    @property
    def period(self) -> tuple[date, date]:
        return parse_period(self.expected["period"])

    @property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """What is expected of each indicator."""
        found: dict[str, dict[str, Any]] = self.expected["indicator"]
        return found

    @property
    def verified_only(self) -> bool:
        """Whether only verified codes are used."""
        return bool(self.expected.get("verified_only", False))

    @property
    def lists(self) -> Path | None:
        """The practice's own code lists, if the case has them."""
        folder = self.folder / "lists"
        return folder if folder.is_dir() else None


def all_cases() -> list[Case]:
    """Every case in order of its name."""
    return [Case(folder) for folder in sorted(CASES.iterdir()) if folder.is_dir()]
