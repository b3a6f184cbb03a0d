"""
What became of the mutants of a run of mutmut, and which survivors are known to change nothing.

``equivalent.toml`` names these by the function and by the text that was changed, so that a row
stays true while lines move, and says why nobody could tell the difference.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import (
    get_module_from_key,
    orig_function_and_class_names_from_key,
)

LIST: Final = Path(__file__).with_name("equivalent.toml")
KILLED: Final = ("killed", "timeout", "caught by type check")


@dataclass(frozen=True, order=True)
class Change:
    """A mutant: where it is, and the text before and after."""

    where: str
    """A function with its module; or the step of a plan."""
    was: str
    becomes: str

    def __str__(self) -> str:
        def set_in(text: str) -> str:
            return text.replace("\n", "\n      ")

        return f"{self.where}\n    - {set_in(self.was)}\n    + {set_in(self.becomes)}"


def equivalent(path: Path = LIST) -> dict[Change, str]:
    """The mutants that change nothing, each with the reason."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    return {Change(row["where"], row["was"], row["becomes"]): row["because"] for row in rows}


@dataclass
class Found:
    """What became of some mutants."""

    killed: int = 0
    survivors: list[Change] = field(default_factory=list)
    untried: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(
            self.killed + other.killed,
            self.survivors + other.survivors,
            self.untried + other.untried,
        )

    def judged(self, explained: dict[Change, str]) -> tuple[Counter[str], list[Change]]:
        """How many were killed, survived with a reason or without; and these."""
        unexplained = sorted(one for one in self.survivors if one not in explained)
        counted = Counter(
            killed=self.killed,
            explained=len(self.survivors) - len(unexplained),
            survived=len(unexplained),
        )
        return counted, unexplained


def by_module() -> dict[str, Found]:
    """What became of the mutants of each module, as the folder ``mutants`` holds it."""
    found: dict[str, Found] = {}
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        one = Found()
        for name, code in data.exit_code_by_key.items():
            status = status_by_exit_code[code]
            if status in KILLED:
                one.killed += 1
            elif status == "not checked":
                one.untried += 1
            else:
                one.survivors.append(_change(name, path))
        found[path.relative_to("src/spinewise/measures").as_posix()] = one
    return found


def _change(name: str, path: Path) -> Change:
    function, class_ = orig_function_and_class_names_from_key(name)
    where = [get_module_from_key(name), class_, function]
    diff = get_diff_for_mutant(name, path=path).splitlines()
    was, becomes = (
        "\n".join(
            line[1:].strip()
            for line in diff
            if line.startswith(sign) and not line.startswith(sign * 3)
        )
        for sign in "-+"
    )
    return Change(".".join(part for part in where if part), was, becomes)
