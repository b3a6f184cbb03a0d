"""Three-valued logic (Kleene): True, False, and None for unknown. And windows over partial days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def enough(
    held: Sequence[tuple[Truth, tuple[int, int]]], at_least: int, *, distinct_days: bool
) -> Truth:
    """
    Whether at least so many facts hold, or on so many days.

    ``held`` says of each whether it does, and its first and last possible day: a partial date may
    be one more day beside others, or one of theirs.
    """
    sure = [day for value, day in held if value]
    perhaps = [day for value, day in held if value is not False]
    if not distinct_days:
        fewest, most = len(sure), len(perhaps)
    else:
        dated = {day for day in sure if day[0] == day[1]}
        fewest = max(len(dated), min(len(sure), 1))
        partly = [day for day in perhaps if day[0] != day[1]]
        most = len({day for day in perhaps if day[0] == day[1]}) + len(partly)
    return True if fewest >= at_least else None if most >= at_least else False
