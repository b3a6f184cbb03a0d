"""
Small pieces of SQL that the plan is put together from.

SQL's own logic of NULL is Kleene's: ``AND``, ``OR`` and ``NOT`` over true, false and NULL are what
:mod:`spinewise.measures.kleene` says in Python. Only aggregates need help: ``bool_or`` skips NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spinewise.measures.kleene import BEGINNING, NEVER

FIRST_DAY = str(BEGINNING)
LAST_DAY = str(NEVER)


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[str]) -> str:
    """``column IN (...)``; false for no values."""
    listed = ", ".join(text(value) for value in values)
    return f"{column} IN ({listed})" if listed else "FALSE"


def day(column: str) -> str:
    """A date as days since 1970-01-01."""
    return f"date_diff('day', DATE '1970-01-01', {column})"


def source(row: str) -> str:
    """The source record of a row: its id, or the file and line it stands on (see from_file)."""
    file = f"coalesce({row}_file.path, CAST({row}.file AS VARCHAR))"
    return f"coalesce({row}.source_id, {file} || ':' || {row}.line)"


def from_file(row: str) -> str:
    """The join that gives a row the name of its file."""
    return f"LEFT JOIN sources AS {row}_file ON {row}_file.file = {row}.file"


def all_of(parts: Iterable[str]) -> str:
    """Kleene and; true for no parts."""
    return _joined(" AND ", parts) or "TRUE"


def any_of(parts: Iterable[str]) -> str:
    """Kleene or; false for no parts."""
    return _joined(" OR ", parts) or "FALSE"


def listed(reasons: Mapping[str, str]) -> str:
    """The names whose condition holds, sorted and joined by semicolons."""
    if not reasons:
        return "''"
    parts = ", ".join(
        f"CASE WHEN {condition} THEN {text(name)} END"
        for name, condition in sorted(reasons.items())
    )
    return f"concat_ws(';', {parts})"


def negate(value: str) -> str:
    return f"(NOT {value})"


def truth(sure: str, possible: str) -> str:
    """True where ``sure``, else unknown where ``possible``, else false (NULL counts as false)."""
    return f"(CASE WHEN {sure} THEN TRUE WHEN {possible} THEN NULL ELSE FALSE END)"


def inside(days: str, first: str, last: str) -> str:
    """``days_lo`` to ``days_hi`` lie in [first, last]."""
    return f"({days}_lo >= {first} AND {days}_hi <= {last})"


def touches(days: str, first: str, last: str) -> str:
    """``days_lo`` to ``days_hi`` may lie in [first, last]."""
    return f"({days}_hi >= {first} AND {days}_lo <= {last})"


def within(days: str, first: str, last: str) -> str:
    """Three-valued: whether a day, one of ``days_lo`` to ``days_hi``, lies in [first, last]."""
    return truth(inside(days, first, last), touches(days, first, last))


def ever(value: str) -> str:
    """Three-valued aggregate: true if one is, else unknown if one is unknown, else false."""
    return (
        f"(CASE WHEN bool_or({value}) THEN TRUE"
        f" WHEN bool_or({value} IS NULL) THEN NULL ELSE FALSE END)"
    )


def _joined(word: str, parts: Iterable[str]) -> str:
    kept = list(parts)
    return f"({word.join(kept)})" if kept else ""


def flag_of(flags: dict[str, str], prefix: str, aggregate: str) -> str:
    """The name of an aggregate among ``flags`` (name to aggregate), which gains it if it is new."""
    for name, existing in flags.items():
        if existing == aggregate:
            return name
    name = f"{prefix}_{len(flags)}"
    flags[name] = aggregate
    return name
