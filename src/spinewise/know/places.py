"""
Places in a package: a file and the way to a value in it.

    episode.toml: index.washout
    indicators/imaging-early.toml: needs[imaging].days
    indicators/opioid-start.toml: population.of.of[0].days[1]

In brackets stands the number of an item, or what names it: its ``id``, ``domain``, ``modality`` or
``is``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, Final

import msgspec

from spinewise.errors import PackageError
from spinewise.know.decode import convert
from spinewise.know.model import EpisodeFile, ImagingFile, Indicator, PackageFile, RedFlagsFile
from spinewise.know.package import Package

_FILES: Final[dict[str, tuple[str, type[Any]]]] = {
    "package.toml": ("file", PackageFile),
    "episode.toml": ("episode", EpisodeFile),
    "imaging.toml": ("imaging", ImagingFile),
    "red_flags.toml": ("red_flags", RedFlagsFile),
}
_STEP: Final = re.compile(r"\.?([A-Za-z0-9_-]+)|\[([^\]]+)\]")
_NAMES: Final = ("id", "domain", "modality", "is")


class Draft:
    """A package as plain tables and lists, in which values can be read and set by their places."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._files: dict[str, Any] = {}
        self._changed: set[str] = set()

    def get(self, place: str) -> Any:
        """
        The value at a place.

        Raises
        ------
        PackageError
            There is no such place.
        """
        file, steps = _parsed(place)
        return _follow(self._file(file, place), steps, place)

    def set(self, place: str, value: Any) -> None:
        """Put a value at a place; PackageError where there is none."""
        file, steps = _parsed(place)
        holder = _follow(self._file(file, place), steps[:-1], place)
        last = steps[-1]
        if isinstance(holder, list):
            holder[_position(holder, last, place)] = value
        elif isinstance(holder, dict) and last in holder:
            holder[last] = value
        else:
            raise _nowhere(place, last)
        self._changed.add(file)

    def package(self) -> Package:
        """The package with the values that were set."""
        made = self._package
        indicators = dict(made.indicators)
        for name in sorted(self._changed):
            where = f"{name} as changed"
            if name in _FILES:
                field, kind = _FILES[name]
                made = replace(made, **{field: convert(self._files[name], kind, where)})
            else:
                key = _indicator(name)
                assert key
                indicators[key] = convert(self._files[name], Indicator, where)
        return replace(made, indicators=indicators)

    def _file(self, name: str, place: str) -> Any:
        if name not in self._files:
            indicator = _indicator(name)
            if name in _FILES:
                struct = getattr(self._package, _FILES[name][0])
            elif indicator in self._package.indicators:
                struct = self._package.indicators[indicator]
            else:
                raise _nowhere(place, name)
            self._files[name] = _mutable(msgspec.to_builtins(struct, builtin_types=(date,)))
        return self._files[name]


def _indicator(name: str) -> str:
    found = re.fullmatch(r"indicators/([a-z0-9-]+)\.toml", name)
    return found[1] if found else ""


def _mutable(value: Any) -> Any:
    """The same with lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _mutable(inner) for key, inner in value.items()}
    return [_mutable(inner) for inner in value] if isinstance(value, list | tuple) else value


def _parsed(place: str) -> tuple[str, list[str]]:
    file, colon, way = place.partition(": ")
    steps = [found[1] or found[2] for found in _STEP.finditer(way)]
    if not colon or not steps or _STEP.sub("", way):
        raise PackageError(
            f"{place!r} is not a place",
            where="tailoring.toml",
            hint="Write FILE: key.key[item], for example episode.toml: index.washout.",
        )
    return file, steps


def _follow(value: Any, steps: list[str], place: str) -> Any:
    for step in steps:
        if isinstance(value, list):
            value = value[_position(value, step, place)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise _nowhere(place, step)
    return value


def _position(items: list[Any], name: str, place: str) -> int:
    for number, item in enumerate(items):
        named = [item.get(key) for key in _NAMES] if isinstance(item, dict) else []
        if name in named or name == str(number):
            return number
    raise _nowhere(place, name)


def _nowhere(place: str, step: str) -> PackageError:
    return PackageError(
        f"{place!r} is no place of this package: there is no {step!r}",
        where="tailoring.toml",
        hint="Write the file, then its keys with dots between, and in brackets the id of an item.",
    )
