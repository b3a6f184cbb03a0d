"""
What is known of code systems: which codes they have, and from when to when.

The knowledge is data: ``code_systems.toml``, and for systems that are free to be copied the tables
in ``code_tables``. Of the others only the form of a code and its check digit can be told.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from spinewise.know.codes import system_of


class Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code whose first or last day is known."""

    code: str
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None
    instead: list[str] = []
    """The codes that replaced it."""


class CodeSystem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of ``code_systems.toml``; its keys are explained there."""

    form: str = ""
    example: str = ""
    check: Literal["", "mod-10", "verhoeff"] = ""
    table: str = ""
    of: str = ""
    codes: str = ""
    rows: Literal["", "prefix", "retired"] = ""
    dated: list[Dated] = []


class Doubt(NamedTuple):
    """Why a code of a list cannot stand as it does."""

    rule: Literal["code-unknown", "code-form", "code-retired", "code-heading", "code-early"]
    message: str
    mend: str


Depth = Literal["table", "check digit", "form", "not at all"]
"""How far the codes of a system can be checked."""


@cache
def known_systems() -> dict[str, CodeSystem]:
    """Every system of which something is known."""
    text = files("spinewise.know").joinpath("code_systems.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, CodeSystem])


def depth(system: str) -> Depth:
    """How far the codes of a system can be checked."""
    known = known_systems().get(system)
    if known is None:
        return "not at all"
    if known.codes:
        return depth(known.codes)
    return "table" if known.table else "check digit" if known.check else "form"


def doubt(system: str, code: str, day: date) -> Doubt | None:
    """What is wrong with a code of a list on a day, as far as can be known."""
    row = known_systems().get(system)
    if row is None:
        return None
    name = row.codes or system
    known = known_systems()[name] if row.codes else row
    text = code.strip().upper()
    begins = row.rows == "prefix"
    if not begins and not re.fullmatch(known.form, text):
        return Doubt(
            "code-form",
            f"{code!r} is not written as a code of {name}",
            f"Write a code such as {known.example}, or name the system that it is of.",
        )
    if known.check and not _CHECKS[known.check](text):
        return Doubt(
            "code-unknown",
            f"{code!r} is no code of {name}: its check digit is wrong",
            "Look for a digit that was left out, changed or exchanged.",
        )
    return _in_table(name, known, row.rows, text, day) if known.table else None


def _in_table(name: str, known: CodeSystem, rows: str, code: str, day: date) -> Doubt | None:
    plain = system_of(name).plain(code)
    table = _table(known.table)
    begins = _some_begin(table, plain)
    dated = next((one for one in known.dated if system_of(name).plain(one.code) == plain), None)
    if rows == "prefix":
        if begins:
            return None
    elif rows == "retired":
        if plain not in _codes(known.table):
            return None
        return Doubt(
            "code-retired",
            f"{code!r} is in force in {name} ({known.of}), and stands here as retired",
            f"Write the system {name}.",
        )
    elif dated and dated.from_ and day < dated.from_:
        return Doubt(
            "code-early",
            f"{code!r} is in {name} only from {dated.from_}",
            "Take the line out for records of that time.",
        )
    elif dated and dated.to and day > dated.to:
        return Doubt(
            "code-retired",
            f"{code!r} was retired from {name} after {dated.to}",
            f"Write {', '.join(dated.instead)} as well, and {name}-retired as this one's system.",
        )
    elif plain in _codes(known.table) or dated:
        return None
    elif begins:
        return Doubt(
            "code-heading",
            f"{code!r} is a heading of {name}, and no record should hold it",
            f"Write the codes under it, or the system {name}-PREFIX for all of them.",
        )
    return Doubt(
        "code-unknown",
        f"{name} ({known.of}) has no code {'that begins with ' if rows else ''}{code!r}",
        "Correct the code, or take the line out.",
    )


# Tables -----------------------------------------------------------------------------------------


@cache
def _table(name: str) -> list[str]:
    """The codes of a table without dots, in order."""
    text = files("spinewise.know").joinpath("code_tables", name).read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return sorted(head + rest.removeprefix("-") for head, *tails in lines for rest in tails)


@cache
def _codes(name: str) -> frozenset[str]:
    return frozenset(_table(name))


def _some_begin(table: list[str], start: str) -> bool:
    at = bisect_left(table, start)
    return at < len(table) and table[at].startswith(start)


# Check digits -----------------------------------------------------------------------------------


def _mod_10(code: str) -> bool:
    """Luhn's: every second digit from the right doubled, the sum a multiple of ten."""
    digits = [int(sign) for sign in reversed(code) if sign.isdigit()]
    doubled = [
        digit if i % 2 == 0 else sum(divmod(2 * digit, 10)) for i, digit in enumerate(digits)
    ]
    return sum(doubled) % 10 == 0


def _verhoeff(code: str) -> bool:
    """Verhoeff's: permuted digits multiplied in the group of a pentagon's symmetries."""
    total = 0
    for i, sign in enumerate(reversed(code)):
        digit = int(sign)
        for _ in range(i % 8):
            digit = _PERMUTED[digit]
        total = _times(total, digit)
    return total == 0


_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_CHECKS = {"mod-10": _mod_10, "verhoeff": _verhoeff}


def _times(a: int, b: int) -> int:
    """The product of two symmetries of a pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
    turned = a % 5 + b % 5 if a < 5 else a % 5 - b % 5
    return turned % 5 + 5 * ((a >= 5) != (b >= 5))
