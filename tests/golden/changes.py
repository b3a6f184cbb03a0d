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
    "months",
    "from_",
    "to",
)
"""Fields that hold a number of days, years or things."""
BOUNDS: Final = ("between", "on")
"""Fields of published rules that hold bounds as text."""
SWITCHES: Final = (
    "needed",
    "justifies_imaging",
    "death_ends",
    "fitting",
    "denied",
    "distinct_days",
    "holds_index",
    "not_before_index",
)
"""Fields that are yes or no."""
STRENGTHS: Final = ("sufficient", "supporting", "context")
OTHER_WORD: Final = {
    "position": {"principal": "any", "any": "principal"},
    "dated": {"service": "start", "start": "service"},
    "take": {"first": "each", "each": "first"},
}
"""Fields that hold one of two words."""
SHORTENED: Final = (
    "settings",
    "washout_ignores",
    "practice_settings",
    "also_any",
    "values",
    "concepts",
)
"""Lists of which one entry at a time is left out, unless it is the only one."""
EMPTIED: Final = ("not_settings", "not_concepts", "modalities", "diagnosis", "kinds")
"""Lists of which one entry at a time is left out, also the only one."""
LEFT_OUT: Final = ("require", "exclusion")
"""Lists of rules of which one at a time is left out."""


@dataclass(frozen=True)
class Change:
    """A package with one thing changed."""

    what: str
    package: Package
    indicators: frozenset[str]
    """The indicators in which it may be felt."""


def changes(package: Package) -> Iterator[Change]:
    """Every small change of what a package defines."""
    own = frozenset(name for name, one in package.indicators.items() if not one.published)
    for part in ("episode", "imaging", "red_flags"):
        for what, changed in _variants(getattr(package, part)):
            yield Change(f"{part}{what}", replace(package, **{part: changed}), own)
    for name, indicator in package.indicators.items():
        for what, one in _variants(indicator):
            assert isinstance(one, Indicator)
            indicators = {**package.indicators, name: one}
            yield Change(
                f"{name}{what}", replace(package, indicators=indicators), frozenset([name])
            )


def _variants(value: Any) -> Iterator[tuple[str, Any]]:
    """Copies of a struct, list or mapping with one place changed, and where that is."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            if field == "distinct_days" and getattr(value, "at_least", 1) == 1:
                continue  # one row is one day
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
    elif field in NUMBERS and isinstance(value, int | float):
        for by in (-1, 1):
            yield f" {value:g} to {value + by:g}", value + by
    elif field in BOUNDS and isinstance(value, str | tuple | list):
        written = (value,) if isinstance(value, str) else value
        for place, bound in enumerate(written):
            for moved in _moved(bound):
                changed = (*written[:place], moved, *written[place + 1 :])
                what = f" {_window(written)} to {_window(changed)}"
                yield what, moved if isinstance(value, str) else changed
    elif field in OTHER_WORD:
        yield f" {value} to {OTHER_WORD[field][value]}", OTHER_WORD[field][value]
    elif field in SWITCHES:
        yield f" to {not value}", not value
    elif field == "strength":
        for other in STRENGTHS:
            if other != value:
                yield f" {value} to {other}", other
    elif (field in SHORTENED and len(value) > 1) or field in EMPTIED:
        for left_out in value:
            yield f" without {left_out}", [one for one in value if one != left_out]
    else:
        if field in LEFT_OUT:
            for left_out in value:
                yield f" without {left_out.id}", [one for one in value if one is not left_out]
        yield from _variants(value)


def _moved(bound: str) -> Iterator[str]:
    """A bound a day earlier and a day later; the beginning of the records is not moved."""
    parsed = parse_bound(bound)
    if parsed.anchor != "ever":
        for by in (-1, 1):
            yield str(replace(parsed, days=parsed.days + by))


def _window(bounds: Any) -> str:
    return f"[{', '.join(str(bound) for bound in bounds)}]"
