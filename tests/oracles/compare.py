"""What a case expects against what was found, number by number."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, NamedTuple

TOLERANCE: Final = 1e-8
"""Relative, unless the path says otherwise."""
TOLERANCES: Final = {"gls_*": 1e-4, "prais_winsten*": 1e-5}
"""By the path in ``expected``: fits by likelihood, and by turns."""
NEAR_0: Final = 1e-12
"""Numbers this small are alike: they are what is left of a difference that should be 0."""


@dataclass(frozen=True)
class Choice:
    """A difference that is meant."""

    cases: str
    """Patterns of file names."""
    paths: list[str]
    """Patterns of dotted paths in ``expected``."""
    reason: str
    beyond: bool = False
    """No case that is kept here shows it; it is known of the oracle."""
    tolerance: float | None = None
    """What is still held; None: the value is not compared."""

    def covers(self, case: str, path: str) -> bool:
        return fnmatchcase(case, self.cases) and any(
            fnmatchcase(path, pattern) for pattern in self.paths
        )


def choices() -> list[Choice]:
    """The committed list."""
    path = Path(__file__).with_name("choices.toml")
    return [Choice(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["choice"]]


class Difference(NamedTuple):
    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected!r}, found {self.found!r}"


class Compared(NamedTuple):
    differences: list[Difference]
    meant: list[tuple[Difference, Choice]]
    """Differences that a choice covers."""
    values: int
    """How many values were held against each other."""


def compare(case: str, expected: Any, found: Any, meant: list[Choice]) -> Compared:
    """Everything in ``expected`` against the same place in ``found``."""
    result = Compared([], [], 0)
    values = 0
    for path, want, got in _pairs("", expected, found):
        covering = next((choice for choice in meant if choice.covers(case, path)), None)
        tolerance = next(
            (most for name, most in TOLERANCES.items() if fnmatchcase(path, name)), TOLERANCE
        )
        if _same(want, got, tolerance):
            values += 1
        elif covering is None:
            result.differences.append(Difference(path, want, got))
        elif covering.tolerance is None or _same(want, got, covering.tolerance):
            result.meant.append((Difference(path, want, got), covering))
        else:
            result.differences.append(Difference(path, want, got))
    return result._replace(values=values)


_MISSING: Final = "nothing"


def _pairs(path: str, want: Any, got: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(want, dict):
        for name, inner in want.items():
            other = got.get(name, _MISSING) if isinstance(got, dict) else _MISSING
            yield from _pairs(f"{path}.{name}" if path else name, inner, other)
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for place, (inner, other) in enumerate(zip(want, got, strict=True)):
            yield from _pairs(f"{path}[{place}]", inner, other)
    else:
        yield path, want, got


def _same(want: Any, got: Any, tolerance: float) -> bool:
    if isinstance(want, bool) or isinstance(got, bool) or want is None or got is None:
        return want is got
    if isinstance(want, int | float) and isinstance(got, int | float):
        return math.isclose(want, got, rel_tol=tolerance, abs_tol=NEAR_0)
    return bool(want == got)
