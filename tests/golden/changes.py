"""Small changes of the definitions of a package: one bound, strength or switch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from spinewise.know.bounds import parse_bound
from spinewise.know.model import Indicator
from spinewise.know.package import Package

WINDOWS: Final = ("days", "baseline", "follow_up", "washout", "window")
"""Fields that hold a first and a last day."""
BOUNDS: Final = ("between",)
"""Fields of published rules that hold a first and a last bound."""
NUMBERS: Final = (
    "minimum_age",
    "length",
    "attribute_by",
    "join_within",
    "counts_before_index",
    "look_back",
    "also_at_least",
    "at_least",
    "by",
    "from_",
    "to",
    "months",
)
"""Fields that hold a number of days, years or things."""
SWITCHES: Final = (
    "needed",
    "justifies_imaging",
    "death_ends",
    "fitting",
    "denied",
    "distinct_days",
    "not_before_index",
    "holds_index",
)
"""Fields that are yes or no."""
CHOICES: Final = {
    "position": ("any", "principal"),
    "take": ("first", "each"),
    "dated": ("service", "start"),
}
"""Fields of published rules that hold a word."""
STRENGTHS: Final = ("sufficient", "supporting", "context")
SHORTENED: Final = (
    "settings",
    "not_settings",
    "modalities",
    "washout_ignores",
    "practice_settings",
    "also_any",
    "values",
)
"""Lists of which one entry at a time is left out."""


WITHOUT_CASES: Final = (
    "hedis-lbp-my2025",
    "cms166v4",
    "cms166v5",
    "nqf0052-2012",
    "charlesworth-2016",
    "cmaj-open-ontario",
)
"""Published rules whose golden cases are still being written: their bounds are not yet shifted."""


@dataclass(frozen=True)
class Change:
    """A package with one thing changed."""

    what: str
    package: Package
    indicator: str | None
    """The only indicator that the change is of; None: it may be felt anywhere."""


def changes(package: Package) -> Iterator[Change]:
    """Every small change of what a package defines."""
    for part in ("episode", "imaging", "red_flags"):
        for what, changed in _variants(getattr(package, part)):
            yield Change(f"{part}{what}", replace(package, **{part: changed}), None)
    for name, indicator in package.indicators.items():
        if name in WITHOUT_CASES:
            continue
        for what, one in _variants(indicator):
            assert isinstance(one, Indicator)
            indicators = {**package.indicators, name: one}
            yield Change(f"{name}{what}", replace(package, indicators=indicators), name)


def _variants(value: Any) -> Iterator[tuple[str, Any]]:
    """Copies of a struct, list or mapping with one place changed, and where that is."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            for what, changed in _of_field(field, getattr(value, field)):
                yield f".{field}{what}", msgspec.structs.replace(value, **{field: changed})
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            label = getattr(inner, "id", "") or getattr(inner, "domain", "") or place
            for what, changed in _variants(inner):
                yield f"[{label}]{what}", [*value[:place], changed, *value[place + 1 :]]
    elif isinstance(value, dict):
        for key, inner in value.items():
            for what, changed in _variants(inner):
                yield f"[{key}]{what}", {**value, key: changed}


def _of_field(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    if field in WINDOWS and isinstance(value, tuple):
        for place in (0, 1):
            if isinstance(value[place], int):
                for by in (-1, 1):
                    bounds = [*value]
                    bounds[place] += by
                    yield f" {_window(value)} to {_window(bounds)}", tuple(bounds)
    elif field in BOUNDS and isinstance(value, tuple):
        for place in (0, 1):
            bound = parse_bound(value[place])
            for by in (-1, 1) if bound.anchor != "ever" else ():
                moved = replace(bound, days=bound.days + by)
                if bound.months:  # a day more or less of so many months: no such bound is written
                    moved = replace(bound, months=bound.months + by)
                bounds = [*value]
                bounds[place] = str(moved)
                yield f" {_window(value)} to {_window(bounds)}", tuple(bounds)
    elif field in CHOICES and isinstance(value, str):
        yield from ((f" {value} to {other}", other) for other in CHOICES[field] if other != value)
    elif field in NUMBERS and isinstance(value, int | float):
        for by in (-1, 1):
            yield f" {value:g} to {value + by:g}", value + by
    elif field in SWITCHES:
        yield f" to {not value}", not value
    elif field == "strength":
        for other in STRENGTHS:
            if other != value:
                yield f" {value} to {other}", other
    elif field in SHORTENED and len(value) > 1:
        for left_out in value:
            yield f" without {left_out}", [one for one in value if one != left_out]
    else:
        yield from _variants(value)


def _window(bounds: Any) -> str:
    return f"[{bounds[0]}, {bounds[1]}]"
