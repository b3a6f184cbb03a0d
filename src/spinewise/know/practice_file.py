"""
Changes to the text of a practice's file: what a person wrote there, comments and order, stays.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import tomlkit

from spinewise.errors import PackageError
from spinewise.know.model import (
    Choice,
    Indicator,
    Number,
    Parameter,
    Several,
    Switch,
    Window,
)
from spinewise.know.overlay import toml
from spinewise.know.tailoring import Value, misfit

HEAD = """\
# What this practice changes in the change package. `spinewise tailor` shows what can be changed and
# writes this file; you may write in it too. Its history stands beside it.

practice = {practice}
package = {package}
"""


def new_file(package: str, practice: str) -> str:
    """The text of a file without changes."""
    return HEAD.format(package=toml(package), practice=toml(practice))


def with_value(text: str, key: str, value: Value | None) -> str:
    """The text with a parameter set; None: without it, so that the package's own value counts."""
    document = tomlkit.parse(text)
    *tables, last = key.split(".")
    holder: Any = document
    for name in tables:
        if name not in holder:
            if value is None:
                return text
            holder[name] = tomlkit.table()
        holder = holder[name]
    if value is None:
        holder.pop(last, None)
        _drop_empty(document, tables)
    else:
        holder[last] = value
    return tomlkit.dumps(document)


def with_code(text: str, concept: str, system: str, code: str, *, add: bool) -> str:
    """The text with a code added to a list, or taken from it; the opposite change is undone."""
    document: Any = tomlkit.parse(text)
    codes = document.setdefault("codes", tomlkit.table(is_super_table=True))
    one = codes.setdefault(concept, tomlkit.table())
    added = [row for row in one.get("add", []) if (row["system"], row["code"]) != (system, code)]
    removed = [pattern for pattern in one.get("remove", []) if pattern != f"{system}|{code}"]
    undone = (
        (len(removed) < len(one.get("remove", [])))
        if add
        else (len(added) < len(one.get("add", [])))
    )
    if not undone and add:
        row = tomlkit.inline_table()
        row.update({"system": system, "code": code})
        added.append(row)
    elif not undone:
        removed.append(f"{system}|{code}")
    for key, rows in (("add", added), ("remove", removed)):
        if rows:
            one[key] = rows
        else:
            one.pop(key, None)
    _drop_empty(document, ["codes", concept])
    return tomlkit.dumps(document)


def with_copy(text: str, indicator: Indicator, name: str) -> str:
    """The text with a copy of an indicator under another id, to be changed by hand."""
    copy = msgspec.structs.replace(
        indicator, id=name, version="1", author="The practice", status="proposed", target=None
    )
    plain = msgspec.to_builtins(copy, builtin_types=(date,))
    usual = {one.encode_name: one.default for one in msgspec.structs.fields(copy)}
    kept = {
        key: value
        for key, value in plain.items()
        if value not in (usual[key], None, [], {}) and key != "history"
    }
    lines = [
        "",
        f"# A copy of {indicator.id}: change its words and what it counts.",
        "[[indicator]]",
    ]
    lines += [f"{key} = {toml(value)}" for key, value in kept.items()]
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _drop_empty(document: Any, tables: list[str]) -> None:
    for depth in range(len(tables), 0, -1):
        holder = document
        for name in tables[: depth - 1]:
            holder = holder[name]
        if tables[depth - 1] in holder and not holder[tables[depth - 1]]:
            del holder[tables[depth - 1]]


def parse_value(text: str, parameter: Parameter) -> Value:
    """
    A value as a person types it: ``0..28``, ``28``, ``20%``, ``off``, ``office,home``.

    PackageError where it is none, or out of bounds, with the bounds and their reason.
    """
    bounds = parameter.bounds
    value = _typed(text.strip(), bounds)
    wanted = misfit(value, bounds)
    if wanted:
        raise PackageError(
            f"{parameter.id} cannot be {text!r}: the package allows {wanted}",
            hint=parameter.why.en,
        )
    return value


def _typed(text: str, bounds: Any) -> Value:
    match bounds:
        case Window():
            return _window(text, bounds)
        case Number(unit="share") if text.endswith("%"):
            number = _number(text[:-1])
            return number / 100 if isinstance(number, int | float) else text
        case Number():
            return _number(text)
        case Several():
            return [one.strip() for one in text.split(",") if one.strip()]
        case Switch():
            words = {"on": True, "true": True, "yes": True}
            words |= {"off": False, "false": False, "no": False}
            return words.get(text.lower(), text)
        case Choice() | _:
            return text


def _window(text: str, bounds: Window) -> Value:
    first, dots, last = text.partition("..")
    if dots:
        return [_number(first), _number(last)]
    if bounds.first[0] == bounds.first[1]:
        return [bounds.first[1], _number(text)]
    if bounds.last[0] == bounds.last[1]:
        return [_number(text), bounds.last[1]]
    return text


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip()


MOST_VALUES = 12
"""So many values of a span are tried, evenly spread, unless a step is given."""


def parse_values(text: str, parameter: Parameter, step: int | None = None) -> list[Value]:
    """
    The values that a person wants to try.

    ``28`` or ``0..28`` is one value where it is one; else ``14..90`` is a span: of numbers, or of
    the day of a window that can move. Several stand with semicolons between (``0..28; 0..42``), and
    ``all`` is every word that may be chosen. PackageError where one is none, or out of bounds.
    """
    bounds = parameter.bounds
    if ";" in text:
        return [parse_value(one, parameter) for one in text.split(";")]
    if text.strip() == "all" and isinstance(bounds, Choice | Several | Switch):
        if isinstance(bounds, Switch):
            return [True, False]
        return [[one.value] if isinstance(bounds, Several) else one.value for one in bounds.of]
    if misfit(_typed(text.strip(), bounds), bounds) is None:
        return [parse_value(text, parameter)]
    first, dots, last = text.partition("..")
    ends = _number(first), _number(last)
    if not dots or not all(isinstance(one, int) for one in ends):
        return [parse_value(text, parameter)]
    low, high = sorted(int(one) for one in ends)
    step = step or max(1, -(-(high - low) // (MOST_VALUES - 1)))
    spread = [*range(low, high, step), high]
    return [parse_value(str(one), parameter) for one in spread]
