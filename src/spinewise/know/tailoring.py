"""
What a practice may change in a package, and how far: the values of ``tailoring.toml``.

A *parameter* is a named value of the package, for example ``imaging-early.window``. It says in both
languages what it means and what a value brings about, which places of the package it sets, and
within which bounds. A practice's own values stand in its overlay (:mod:`spinewise.know.overlay`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from spinewise import numerals
from spinewise.know.model import (
    Bounds,
    Choice,
    Number,
    Parameter,
    Place,
    Several,
    Switch,
    TailoringFile,
    Text,
    Window,
    Words,
)
from spinewise.numerals import LanguageCode

Value = bool | int | float | str | list[Any]
"""A value as it stands in TOML: windows are ``[first, last]``."""


def parameters(file: TailoringFile, names: Mapping[str, Text]) -> dict[str, Parameter]:
    """
    Every parameter by its id, those of ``each`` written out.

    ``names`` holds the names of rows by their ids.
    """
    return {one.id: one for row in file.parameter for one in _written_out(row, names)}


def _written_out(row: Parameter, names: Mapping[str, Text]) -> Iterator[Parameter]:
    if not row.each:
        yield row
    for name in row.each:
        called = names.get(name, Text(en=name, fr=name))
        yield msgspec.structs.replace(
            row,
            each=[],
            id=row.id.replace("{each}", name),
            name=_called(row.name, called),
            effect=_called(row.effect, called),
            along_with=[other.replace("{each}", name) for other in row.along_with],
            sets=[
                Place(at=place.at.replace("{each}", name), value=place.value) for place in row.sets
            ],
        )


def _called(words: Text, row: Text) -> Text:
    return Text(en=words.en.replace("{row}", row.en), fr=words.fr.replace("{row}", row.fr))


# Values -------------------------------------------------------------------------------------------

_MARK: Final = re.compile(r"\{(-?)([A-Za-z0-9.-]+)\}")
_ONE: Final = re.compile(rf"{_MARK.pattern}(?: ([+-]) (\d+))?")


def marks_of(values: Mapping[str, Value]) -> dict[str, Any]:
    """What can stand in braces in the words of places: the values of all parameters."""
    marks: dict[str, Any] = {}
    for key, value in values.items():
        marks |= {f"{key}.{name}": inner for name, inner in _marks(value).items()}
    return marks


def _marks(value: Value) -> dict[str, Any]:
    if isinstance(value, list) and len(value) == 2:
        return {"value": value, "first": value[0], "last": value[1]}
    return {"value": value}


def written(place: Place, value: Value, others: Mapping[str, Any]) -> Any:
    """What stands at a place when the parameter has a value; ``others`` as :func:`marks_of`."""
    return value if place.value is None else _filled(place.value, {**others, **_marks(value)})


def _filled(template: Any, marks: Mapping[str, Any]) -> Any:
    """A template with its marks replaced: a text that is one mark becomes the value itself."""
    if isinstance(template, dict):
        return {key: _filled(inner, marks) for key, inner in template.items()}
    if isinstance(template, list):
        return [_filled(inner, marks) for inner in template]
    if not isinstance(template, str):
        return template
    whole = _ONE.fullmatch(template)
    if whole and whole[2] in marks:
        value = marks[whole[2]]
        shift = int(whole[4] or 0) * (-1 if whole[3] == "-" else 1)
        return value + shift if isinstance(value, int) and shift else value

    def one(mark: re.Match[str]) -> str:
        if mark[2] not in marks:
            return mark[0]
        value = marks[mark[2]]
        return str(-value if mark[1] and isinstance(value, int) else value)

    return _MARK.sub(one, template)


def said(value: Value, bounds: Bounds, language: LanguageCode) -> str:
    """A value in words."""
    if isinstance(bounds, Window) and isinstance(value, list):
        to = "à" if language == "fr" else "to"
        return f"{_day(value[0], language)} {to} {_day(value[1], language)}"
    if isinstance(bounds, Number):
        return _number(value, bounds, language)
    if isinstance(bounds, Choice | Several):
        if isinstance(bounds, Several) and value == [] and bounds.none:
            return bounds.none[language]
        names = {option.value: option.name[language] for option in bounds.of}
        listed = value if isinstance(value, list) else [value]
        return ", ".join(names.get(str(one), str(one)) for one in listed)
    if isinstance(bounds, Switch):
        return (bounds.on if value else bounds.off)[language]
    return str(value)


def _day(day: Any, language: LanguageCode) -> str:
    if day == "ever":
        return "le début" if language == "fr" else "the beginning"
    return str(day)


def _number(value: Any, bounds: Number, language: LanguageCode) -> str:
    if value == "ever":
        return "toujours" if language == "fr" else "ever"
    if bounds.unit == "share":
        return numerals.percent(value, language)
    return f"{value:g}".replace(".", "," if language == "fr" else ".")


def effect(parameter: Parameter, value: Value) -> Text:
    """What a value of a parameter brings about, as a sentence in both languages."""

    def filled(language: LanguageCode) -> str:
        marks = {"value": said(value, parameter.bounds, language)}
        if isinstance(parameter.bounds, Window) and isinstance(value, list):
            first, last = value
            marks |= {"first": _day(first, language), "last": _day(last, language)}
            marks["-first"] = _day(-first if isinstance(first, int) else first, language)
        return re.sub(
            r"\{(value|-?first|last)\}", lambda m: marks.get(m[1], m[0]), parameter.effect[language]
        )

    return Text(en=filled("en"), fr=filled("fr"))


def misfit(value: Any, bounds: Bounds) -> str | None:
    """What would be right, in words (``"a whole number from 16 to 65"``); None: the value fits."""
    match bounds:
        case Window():
            fits = _window_fits(value, bounds)
        case Number():
            fits = _number_fits(value, bounds)
        case Choice():
            fits = value in [option.value for option in bounds.of]
        case Several():
            fits = _several_fits(value, bounds)
        case Switch():
            fits = isinstance(value, bool)
        case Words(longest=longest):
            fits = isinstance(value, str) and 0 < len(value.strip()) <= longest
    return None if fits else wanted(bounds)


def wanted(bounds: Bounds, language: LanguageCode = "en") -> str:
    """What a value has to be, in words."""
    fr = language == "fr"
    match bounds:
        case Window(first=(least, most), last=(from_, to)):
            between = " à " if fr else " to "
            first = f"{most}" if least == most else f"{least}{between}{most}"
            last = f"{from_}" if from_ == to else f"{from_}{between}{to}"
            if fr:
                return f"[premier, dernier], premier jour {first} et dernier jour {last}"
            return f"[first, last] with a first day of {first} and a last day of {last}"
        case Number(least=least, most=most):
            if fr:
                kind = "un nombre entier" if bounds.whole else "un nombre"
                return f"{kind} de {least:g} à {most:g}" + (' ou "ever"' if bounds.ever else "")
            kind = "a whole number" if bounds.whole else "a number"
            return f"{kind} from {least:g} to {most:g}" + (', or "ever"' if bounds.ever else "")
        case Choice(of=options):
            listed = ", ".join(f'"{option.value}"' for option in options)
            return f"l'un de {listed}" if fr else f"one of {listed}"
        case Several(of=options, at_least=at_least):
            listed = ", ".join(f'"{option.value}"' for option in options)
            if fr:
                return f"une liste d'au moins {at_least} de {listed}"
            return f"a list of {at_least} or more of {listed}"
        case Switch():
            return "on ou off (true ou false)" if fr else "true or false"
        case Words(longest=longest):
            return (
                f"texte de 1 à {longest} caractères" if fr else f"text of 1 to {longest} characters"
            )


def _is_day(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _window_fits(value: Any, bounds: Window) -> bool:
    if not (isinstance(value, list) and len(value) == 2 and _is_day(value[1])):
        return False
    first, last = value
    least, most = bounds.first
    if first == "ever":
        early = least == "ever"
    else:
        early = _is_day(first) and (least == "ever" or first >= least) and first <= most
        early = early and first <= last
    return early and bounds.last[0] <= last <= bounds.last[1]


def _number_fits(value: Any, bounds: Number) -> bool:
    if value == "ever":
        return bounds.ever
    if isinstance(value, bool) or not isinstance(value, int if bounds.whole else (int, float)):
        return False
    return bool(bounds.least <= value <= bounds.most)


def _several_fits(value: Any, bounds: Several) -> bool:
    known = {option.value for option in bounds.of}
    return (
        isinstance(value, list)
        and len(value) >= bounds.at_least
        and all(isinstance(one, str) and one in known for one in value)
        and len(set(value)) == len(value)
    )
