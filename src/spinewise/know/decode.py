"""
TOML files into typed values, with mistakes said so that their author can mend them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from spinewise.errors import PackageError

T = TypeVar("T")

Say = Callable[[PackageError], None]
"""What becomes of a mistake: :func:`stop` raises it, a list's ``append`` gathers it."""


def stop(mistake: PackageError) -> None:
    """Raise the mistake."""
    raise mistake


def decode(text: str, kind: type[T], where: str) -> T:
    """
    Read TOML as ``kind``.

    Raises
    ------
    PackageError
        Not TOML, an unknown or missing key, a value of another kind; names the place and what
        would be right.
    """
    return convert(parse(text, where), kind, where)


def parse(text: str, where: str) -> dict[str, Any]:
    """TOML as it stands; PackageError where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackageError(
            f"this is not TOML: {error}",
            where=where,
            hint="Mend the line; text needs quotes, and a table may be named only once.",
        ) from None


def convert(raw: Any, kind: type[T], where: str) -> T:
    """Values as ``kind``; PackageError, the first of :func:`mistakes`, where they are not."""
    try:
        return msgspec.convert(raw, kind, builtin_types=(date,))
    except msgspec.ValidationError:
        raise next(mistakes(raw, kind, where)) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "x"?)`` for the known word nearest to ``word``, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' (did you mean "{close[0]}"?)' if close else ""


# Every mistake ----------------------------------------------------------------------------------


def mistakes(
    value: Any, kind: Any, where: str, place: tuple[str, ...] = ()
) -> Iterator[PackageError]:
    """Every key and value that is not as ``kind`` wants it, with what would be right."""
    try:
        msgspec.convert(value, kind, builtin_types=(date,))
        return
    except msgspec.ValidationError as error:
        complaint = str(error)
    kind = _chosen(kind, value)
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _in_table(value, kind, where, place)
        return
    inside = [
        mistake
        for key, item, wanted in _items(value, kind)
        for mistake in mistakes(item, wanted, where, _step(place, key, item))
    ]
    if inside:
        yield from inside
    elif isinstance(value, dict) and _tags(kind):
        yield _tag_mistake(value, _tags(kind), where, place)
    else:
        yield PackageError(
            f"the value is {_show(value)}",
            where=_join(where, place),
            hint=f"Write {_wanted(complaint, kind, value)}.",
        )


def _in_table(
    table: dict[str, Any], kind: type[msgspec.Struct], where: str, place: tuple[str, ...]
) -> Iterator[PackageError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag_field
    keys = [*([tag] if tag else []), *fields]
    for key in table:
        if key not in keys:
            yield PackageError(
                f"{key!r} is not a key of this table (its value is {_show(table[key])})",
                where=_join(where, (*place, key)),
                hint=f"Known keys: {', '.join(keys)}{nearest(key, keys)}.",
            )
    for key, field in fields.items():
        if key in table:
            yield from mistakes(table[key], field.type, where, (*place, key))
        elif field.required:
            yield _missing(key, table, where, place)


def _tag_mistake(
    table: dict[str, Any], tags: list[str], where: str, place: tuple[str, ...]
) -> PackageError:
    """No member of the union is meant: the key that says which is missing, or says none."""
    if "is" not in table:
        return _missing("is", table, where, place)
    return PackageError(
        f"the value is {_show(table['is'])}",
        where=_join(where, (*place, "is")),
        hint=f"Write one of: {', '.join(tags)}{nearest(str(table['is']), tags)}.",
    )


def _missing(key: str, table: dict[str, Any], where: str, place: tuple[str, ...]) -> PackageError:
    return PackageError(
        f"the key {key!r} is missing from {_show(table)}",
        where=_join(where, place),
        hint=f"Add {key} = ...",
    )


def _chosen(kind: Any, value: Any) -> Any:
    """The type without its notes, and of a union the member that the value is meant to be."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) not in (Union, UnionType):
        return kind
    members = [one for one in get_args(kind) if one is not type(None)]
    if len(members) == 1:
        return _chosen(members[0], value)
    if isinstance(value, dict):
        for one in members:
            if inspect.is_struct_type(one) and one.__struct_config__.tag == value.get("is"):
                return one
    return kind


def _items(value: Any, kind: Any) -> Iterator[tuple[int | str, Any, Any]]:
    """Position or key, value and wanted type of what a list, pair or table of tables holds."""
    inner, arguments = get_origin(kind), get_args(kind)
    if inner is list and isinstance(value, list):
        yield from ((i, item, arguments[0]) for i, item in enumerate(value))
    elif inner is tuple and isinstance(value, list) and len(value) == len(arguments):
        yield from zip(range(len(value)), value, arguments, strict=True)
    elif inner is dict and isinstance(value, dict):
        yield from ((key, item, arguments[1]) for key, item in value.items())


def _step(place: tuple[str, ...], key: int | str, item: Any) -> tuple[str, ...]:
    """The way to an item: by key, or in a list by id and else by number."""
    if isinstance(key, str):
        return (*place, key)
    name = item.get("id") if isinstance(item, dict) else None
    return (*place[:-1], f"{place[-1]}[{name or key + 1}]")


def _tags(kind: Any) -> list[str]:
    return [str(one.__struct_config__.tag) for one in get_args(kind) if inspect.is_struct_type(one)]


def _wanted(complaint: str, kind: Any, value: Any) -> str:
    """What would be right, in words."""
    shape = inspect.type_info(kind)
    if isinstance(shape, inspect.LiteralType):
        words = [str(word) for word in shape.values]
        return f"one of: {', '.join(words)}{nearest(str(value), words)}"
    if isinstance(shape, inspect.UnionType) and complaint.startswith("Invalid enum value"):
        words = [f'"{word}"' for one in shape.types for word in getattr(one, "values", ())]
        return f"a whole number, or {' or '.join(words)}"
    expected = re.sub(r"^Expected |, got .*$|`| - at .*$", "", complaint)
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


def _join(where: str, place: tuple[str, ...]) -> str:
    return ", ".join([where, ".".join(place)] if place else [where])
