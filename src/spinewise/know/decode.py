"""
TOML files into typed values, with mistakes said so that their author can mend them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from spinewise.errors import PackageError

T = TypeVar("T")


def decode(text: str, kind: type[T], where: str) -> T:
    """
    Read TOML as ``kind``.

    Raises
    ------
    PackageError
        Not TOML, an unknown or missing key, a value of another kind; names the place and what
        would be right.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackageError(
            f"this is not TOML: {error}",
            where=where,
            hint="Mend the line; text needs quotes, and a table may be named only once.",
        ) from None
    try:
        return msgspec.convert(raw, kind, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise _explain(str(error), raw, kind, where) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "x"?)`` for the known word nearest to ``word``, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' (did you mean "{close[0]}"?)' if close else ""


# Explaining what msgspec found ------------------------------------------------------------------

_STEP: Final = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+|\.\.\.)\]")


def _explain(complaint: str, raw: Any, kind: Any, where: str) -> PackageError:
    """The complaint, with the place named by ids, the value, and what would be right."""
    what, _, path = complaint.partition(" - at `")
    steps = [m["key"] or m["index"] for m in _STEP.finditer(path.rstrip("`").removeprefix("$"))]
    value, shape, place = _follow(raw, inspect.type_info(kind), steps)
    if found := re.fullmatch(r"Object contains unknown field `(.+)`", what):
        key, keys = found[1], _keys(shape, value)
        return PackageError(
            f"{key!r} is not a key of this table (its value is {_show(value[key])})",
            where=_join(where, [*place, key]),
            hint=f"Known keys: {', '.join(keys)}{nearest(key, keys)}.",
        )
    if found := re.fullmatch(r"Object missing required field `(.+)`", what):
        return PackageError(
            f"the key {found[1]!r} is missing from {_show(value)}",
            where=_join(where, place),
            hint=f"Add {found[1]} = ...",
        )
    wanted = _wanted(what, shape, value)
    return PackageError(
        f"the value is {_show(value)}", where=_join(where, place), hint=f"Write {wanted}."
    )


def _follow(value: Any, shape: Any, steps: list[str]) -> tuple[Any, Any, list[str]]:
    """The value and its type at the end of the steps, and the way there for a person."""
    place: list[str] = []
    for step in steps:
        shape = _narrow(shape, value)
        if isinstance(value, list):
            position = int(step)
            if isinstance(shape, inspect.TupleType):
                shape = shape.item_types[position]
            elif isinstance(shape, inspect.ListType):
                shape = shape.item_type
            value = value[position]
            name = value.get("id") if isinstance(value, dict) else None
            place[-1:] = [f"{place[-1] if place else ''}[{name or position + 1}]"]
        elif step == "...":
            inner = shape.value_type if isinstance(shape, inspect.DictType) else shape
            step = next(key for key, item in value.items() if not _converts(item, inner))
            value, shape = value[step], inner
            place.append(step)
        else:
            fields = {field.encode_name: field.type for field in getattr(shape, "fields", ())}
            # An unknown tag chooses no member of the union: the choice is then what is wrong.
            value, shape = value.get(step), fields.get(step, shape)
            place.append(step)
    return value, _narrow(shape, value), place


def _narrow(shape: Any, value: Any) -> Any:
    """The member of a union that the value is meant to be."""
    if not isinstance(shape, inspect.UnionType):
        return shape
    tag = value.get("is") if isinstance(value, dict) else None
    members = [t for t in shape.types if not isinstance(t, inspect.NoneType)]
    tagged = [t for t in members if isinstance(t, inspect.StructType) and t.tag == tag]
    if tagged:
        return tagged[0]
    return members[0] if len(members) == 1 else shape


def _converts(value: Any, shape: Any) -> bool:
    try:
        msgspec.convert(value, shape.cls, builtin_types=(date,))
    except msgspec.ValidationError:
        return False
    return True


def _keys(shape: Any, value: Any) -> list[str]:
    keys = [field.encode_name for field in getattr(shape, "fields", ())]
    if getattr(shape, "tag_field", None):
        keys.insert(0, shape.tag_field)
    return keys


def _wanted(what: str, shape: Any, value: Any) -> str:
    """What would be right, in words."""
    if isinstance(shape, inspect.LiteralType):
        words = [str(word) for word in shape.values]
        return f"one of: {', '.join(words)}{nearest(str(value), words)}"
    if isinstance(shape, inspect.UnionType):
        tags = [str(t.tag) for t in shape.types if isinstance(t, inspect.StructType)]
        if tags:
            return f"one of: {', '.join(tags)}{nearest(str(value), tags)}"
    expected = re.sub(r"^Expected |, got .*$|`", "", what)
    for technical, plain in _PLAIN.items():
        expected = expected.replace(technical, plain)
    return expected


_PLAIN: Final = {
    "str of length >= 1": "some text",
    "array of length >= 1": "a list of one or more",
    "array of length 2": "two values, [from, to]",
    "str matching regex '^[a-z0-9-]+$'": "lower-case letters, digits and hyphens",
    "object": "a table",
    "array": "a list",
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    " <= ": " at most ",
    " >= ": " at least ",
    "|": " or ",
}


def _show(value: Any) -> str:
    """A value as it stands in a file, shortened."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _join(where: str, place: list[str]) -> str:
    return ", ".join([where, ".".join(place)] if place else [where])
