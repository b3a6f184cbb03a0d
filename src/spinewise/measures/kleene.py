"""Three-valued logic (Kleene): True, False, and None for unknown. And windows over partial days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Truth = bool | None

BEGINNING: Final = -1_000_000
"""A day before all records: the first day of a window that opens with ``"ever"``."""
NEVER: Final = 1_000_000
"""A day after all records."""


def any_of(values: Iterable[Truth]) -> Truth:
    """True if one is true, else unknown if one is unknown, else false."""
    unknown = False
    for value in values:
        if value:
            return True
        unknown = unknown or value is None
    return None if unknown else False


def all_of(values: Iterable[Truth]) -> Truth:
    """False if one is false, else unknown if one is unknown, else true."""
    return negate(any_of(negate(value) for value in values))


def negate(value: Truth) -> Truth:
    """True and false exchanged; unknown stays unknown."""
    return None if value is None else not value


def within(days: tuple[int, int], first: int, last: int) -> Truth:
    """Whether a day that is one of ``days`` (first and last possible) lies in [first, last]."""
    if first <= days[0] and days[1] <= last:
        return True
    return None if days[0] <= last and first <= days[1] else False
