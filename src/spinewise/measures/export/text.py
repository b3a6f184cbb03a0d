"""Pieces of CQL as text: literals, lists, windows, comments, and templates."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files

from spinewise.errors import SpinewiseError

WIDTH = 98


class CannotSayError(SpinewiseError):
    """A definition says something that its export has no way to say; the message names it."""


def template(name: str, **values: str) -> str:
    """
    The CQL text of a file in ``cql/``, with ``$name`` replaced.

    A value of several lines keeps the text's own lines; it has to be indented already.
    """
    text = files(__package__).joinpath("cql", name).read_text(encoding="utf-8")

    def fill(found: re.Match[str]) -> str:
        return values[found[1]]

    return re.sub(r"\$(\w+)", fill, text)


def string(value: str) -> str:
    """A String literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def strings(values: Iterable[str]) -> str:
    """A list of String literals; an empty one has its type."""
    listed = ", ".join(string(value) for value in values)
    return f"{{ {listed} }}" if listed else "List<String>{}"


def name(value: str) -> str:
    """A quoted identifier."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def day(value: date) -> str:
    """A Date literal."""
    return f"@{value.isoformat()}"


def shifted(base: str, days: int) -> str:
    """A day so many days from another."""
    if not days:
        return base
    sign = "-" if days < 0 else "+"
    return f"{base} {sign} {abs(days)} {'day' if abs(days) == 1 else 'days'}"


def either(parts: Sequence[str], nothing: str = "false") -> str:
    """Parts joined by "or"."""
    return " or ".join(parts) if parts else nothing


def comment(text: str) -> str:
    """Lines of comment."""
    return "\n".join(f"// {line}" for line in textwrap.wrap(text, WIDTH - 3))


def indented(text: str, by: int) -> str:
    """The text, every line of it moved in."""
    return textwrap.indent(text, " " * by)


def define(title: str, body: str, *, says: str = "") -> str:
    """A definition with the sentence that it stands for."""
    head = comment(says) + "\n" if says else ""
    return f"{head}define {name(title)}:\n{indented(body, 2)}\n"


def call(function: str, *arguments: str) -> str:
    """A call, over several lines where one is too short."""
    flat = f"{function}({', '.join(arguments)})"
    if len(flat) <= WIDTH - 12 and "\n" not in flat:
        return flat
    inner = ",\n".join(indented(argument, 2) for argument in arguments)
    return f"{function}(\n{inner}\n)"


def joined(word: str, parts: Sequence[str]) -> str:
    """Parts in parentheses joined by ``and`` or ``or``, one a line."""
    if len(parts) == 1:
        return parts[0]
    flat = f" {word} ".join(f"({part})" if " " in part else part for part in parts)
    if len(flat) <= WIDTH - 20 and "\n" not in flat:
        return flat
    return f"\n{word} ".join(f"({part})" for part in parts)
