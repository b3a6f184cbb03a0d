"""
The mapping file: how an extract that is not in the CSV form is read as if it were.

A mapping (``extract.toml`` beside the files, or a file given by hand) says what is known of the
extract as a whole, and for each of its tables which of our columns is filled from what. It is
read into the types below; every mistake is reported with file, key, value and mend.
``docs/reference/mapping.md`` is its manual.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from spinewise.errors import IntakeError
from spinewise.intake.csv_table import LINE, PART, CsvFile, literal, quoted
from spinewise.intake.form_columns import COLUMNS, DATES, MORE, NEEDED, Target
from spinewise.tables import Domain, Kind


class _Toml(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: immutable, and a misspelt key is an error."""


class Column(_Toml, frozen=True, kw_only=True):
    """
    Where the values of one of our columns come from; exactly one of the first six is given.

    ``{1..10}`` in a column's name in ``each`` stands for the numbers from 1 to 10.
    """

    column: str | None = None
    """A column of the file."""
    first: list[str] = []
    """Several columns: the first that is filled."""
    join: list[str] = []
    """Several columns written one after the other with ``/`` between: an id of several parts."""
    each: str | list[str] = []
    """Several columns: one row of ours for each that is filled."""
    constant: str | None = None
    each_constant: list[str] = []
    """One constant for each of the columns that ``each`` names elsewhere in the table."""
    place: bool = False
    """The number, from 1, of the column that ``each`` took the row from."""
    values: dict[str, str] = {}
    """What a value of the source means in ours; compared without case."""
    otherwise: str | None = None
    """What all other values mean; ``""`` for nothing. Without it they stay as they are."""
    dates: list[str] = []
    """How dates are written here, where it differs from the rest of the extract."""
    decimal: Literal[",", "."] = "."


class Table(_Toml, frozen=True, kw_only=True):
    """One reading of one table; a file may have several (a claim is a visit and diagnoses)."""

    file: str | list[str]
    """File names; ``*`` stands for anything. Upper and lower case count as the same."""
    to: Literal["patients", "coverage", "events", "visit"] | Kind
    name: str = ""
    """How the line counts call it; ``to`` where none is given."""
    only: dict[str, list[str]] = {}
    """Take the rows whose column has one of these values; the others are counted as skipped."""
    columns: Annotated[dict[str, str | Column], Meta(min_length=1)]

    @property
    def target(self) -> Target:
        return self.to if self.to in ("patients", "coverage") else "events"

    @property
    def patterns(self) -> list[str]:
        return [self.file] if isinstance(self.file, str) else self.file


class ExtractFacts(_Toml, frozen=True, kw_only=True):
    """What is known of the extract as a whole."""

    name: str = ""
    cutoff: date | None = None
    """The last day that the extract speaks of."""
    first_day: date | None = None
    dates: list[str] = []
    """How dates are written, in order of trial; the ISO way (2019-05-31, 2019-05) always may."""
    missing: list[str] = []
    """Texts that stand for nothing, such as NULL."""
    carried: dict[Domain, list[tuple[date, date]]] = {}
    """Which parts of a record the extract has, from when to when; an empty list: not at all."""


class MappingFile(_Toml, frozen=True, kw_only=True):
    """A mapping file as written."""

    extract: ExtractFacts = ExtractFacts()
    table: list[Table] = []


# Reading the file ------------------------------------------------------------------------------


def shipped() -> list[str]:
    """The names of the mappings that come with Spinewise."""
    folder = files("spinewise.intake") / "mappings"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())


def find_mapping(name: str) -> Path:
    """
    The path of a mapping file: ``name`` is a path, or the name of a shipped mapping.

    Raises
    ------
    IntakeError
        There is neither.
    """
    if Path(name).is_file():
        return Path(name)
    if name in shipped():
        return Path(str(files("spinewise.intake") / "mappings" / f"{name}.toml"))
    raise IntakeError(
        f"there is no mapping {name!r}",
        hint=f"Give the path of a mapping file, or one of: {', '.join(shipped())}.",
    )


def load_mapping(path: Path, name: str = "") -> MappingFile:
    """
    Read and check a mapping file.

    Raises
    ------
    IntakeError
        With the key and value that cannot be used.
    """
    name = name or path.name
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IntakeError(f"not readable as TOML ({error})", where=name, hint=_MANUAL) from None
    try:
        mapping = msgspec.convert(raw, MappingFile)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at ")
        key = place.replace("key` in `", "").strip("`").removeprefix("$").removeprefix(".")
        found = _found_at(raw, key)
        shown = f" (it says {found!r})" if isinstance(found, str | int | float) else ""
        where = f"{name}, {key}" if key else name
        raise IntakeError(f"{said}{shown}", where=where, hint=_MANUAL) from None
    for number, table in enumerate(mapping.table, 1):
        _check_table(table, f"{name}, table {number} ({table.name or table.to})")
    for one in mapping.extract.dates:
        _pattern(one, f"{name}, extract.dates")
    return mapping


def _found_at(raw: object, key: str) -> object:
    """What a TOML file says at ``table[0].to``; None where that is not one place."""
    for part in re.findall(r"\w+", key):
        if isinstance(raw, dict):
            raw = raw.get(part)
        elif isinstance(raw, list) and part.isdigit():
            raw = raw[int(part)]
        else:
            return None
    return raw


_MANUAL: Final = "docs/reference/mapping.md lists every key and what it may say."


def _check_table(table: Table, where: str) -> None:
    known = COLUMNS[table.target] + MORE[table.target]
    for ours, column in table.columns.items():
        if ours not in known:
            near = get_close_matches(ours, known, 1)
            raise IntakeError(
                f"{ours!r} is not one of our columns",
                where=f"{where}, columns",
                hint=f"Did you mean {near[0]}? " * bool(near) + f"Known: {', '.join(known)}.",
            )
        if isinstance(column, Column):
            _check_column(column, f"{where}, columns.{ours}")
    implied = {"kind"} if table.to != "events" else set()
    implied |= {"system"} if table.to in ("visit", "finding", "answer", "note") else set()
    implied |= {"code"} if table.to in ("visit", "note", "referral") else set()
    for ours in NEEDED[table.target]:
        if ours not in table.columns and ours not in implied:
            raise IntakeError(
                f"{ours!r} is needed and not mapped",
                where=f"{where}, columns",
                hint=f"Say which column is the {ours}, or give a constant.",
            )
    widths = {len(names) for names in _wide(table).values()}
    if len(widths) > 1:
        raise IntakeError(
            f"lists of {' and '.join(map(str, sorted(widths)))} columns stand side by side",
            where=f"{where}, columns",
            hint="All each and each_constant lists of a table must be of one length.",
        )


def _check_column(column: Column, where: str) -> None:
    given = [
        key
        for key in ("column", "first", "join", "each", "constant", "each_constant", "place")
        if getattr(column, key) not in (None, [], False)
    ]
    if len(given) != 1:
        raise IntakeError(
            f"{' and '.join(given)} are given together" if given else "no source is given",
            where=where,
            hint="Give one of column, first, join, each, constant, each_constant, place.",
        )
    for one in column.dates:
        _pattern(one, f"{where}.dates")


def _wide(table: Table) -> dict[str, list[str]]:
    """The columns of ours that are filled from several columns side by side, with their lists."""
    return {
        ours: _numbered(column.each) or column.each_constant
        for ours, column in table.columns.items()
        if isinstance(column, Column) and (column.each or column.each_constant)
    }


def _numbered(each: str | list[str]) -> list[str]:
    """Column names with ``{1..10}`` written out."""
    names: list[str] = []
    for name in [each] if isinstance(each, str) else each:
        span = re.search(r"\{(\d+)\.\.(\d+)\}", name)
        if span is None:
            names.append(name)
        else:
            numbers = range(int(span[1]), int(span[2]) + 1)
            names += [name.replace(span[0], str(number)) for number in numbers]
    return names


# From a table of theirs to rows of ours --------------------------------------------------------


class Selection(NamedTuple):
    """A query that reads a file as rows of ours, for :func:`spinewise.intake.form.stage`."""

    select: str
    columns: set[str]
    wide: bool
    left_out: str
    """A condition that holds for the rows that ``only`` leaves out, in the file's own columns."""


def tables_for(mapping: MappingFile, name: str) -> list[Table]:
    """The tables of the mapping that read the file called ``name``."""
    base = name.rpartition("/")[2].casefold().removesuffix(".gz")
    return [
        table
        for table in mapping.table
        if any(
            fnmatch(tried, pattern.casefold().removesuffix(".gz"))
            for pattern in table.patterns
            for tried in (base, name.casefold().removesuffix(".gz"))
        )
    ]


def selection(table: Table, facts: ExtractFacts, file: CsvFile, relation: str) -> Selection:
    """
    The query that reads ``relation``, a view over ``file``, as rows of ours.

    Raises
    ------
    IntakeError
        The mapping names a column that the file does not have.
    """
    reading = _Reading(table, facts, file)
    wide = _wide(table)
    left_out = " OR ".join(
        f"coalesce(lower({reading.cell(column)}), '') NOT IN "
        f"({', '.join(literal(value.casefold()) for value in values)})"
        for column, values in table.only.items()
    )
    taken = f"SELECT * FROM {relation} WHERE NOT ({left_out or 'false'})"
    if wide:
        width = len(next(iter(wide.values())))
        filled = [
            f"[{', '.join(reading.cell(name) for name in names)}][{PART} + 1] IS NOT NULL"
            for ours, names in wide.items()
            if _column(table.columns[ours]).each
        ]
        taken = (
            f"SELECT * FROM ({taken}), (SELECT unnest(range({width})) AS {PART})"
            f" WHERE {' OR '.join(filled)}"
        )
    listed = {ours: reading.value(ours, _column(column)) for ours, column in table.columns.items()}
    if table.target == "events" and table.to != "events":
        listed.setdefault("kind", literal(table.to))
    shown = ", ".join(f"{value} AS {quoted(ours)}" for ours, value in listed.items())
    part = f", CAST({PART} AS INTEGER) AS part" if wide else ""
    return Selection(
        f"SELECT {LINE} AS line{part}, {shown} FROM ({taken})",
        set(listed),
        bool(wide),
        left_out or "false",
    )


def dated(expression: str, formats: Sequence[str]) -> str:
    """SQL that writes dates of ``formats`` the ISO way; other texts stay as they are."""
    cases = []
    for one in formats:
        pattern, parts = _pattern(one, "")
        groups = {part: number for number, part in enumerate(parts, 1)}

        def group(part: str, pattern: str = pattern, groups: dict[str, int] = groups) -> str:
            return f"regexp_extract({expression}, {literal(pattern)}, {groups[part]})"

        iso = group("Y")
        if "B" in groups:
            short = f"upper({group('B')})"
            iso += f" || '-' || lpad(CAST(list_position({_MONTHS}, {short}) AS VARCHAR), 2, '0')"
        if "M" in groups:
            iso += f" || '-' || lpad({group('M')}, 2, '0')"
        if "D" in groups:
            iso += f" || '-' || lpad({group('D')}, 2, '0')"
        if "h" in groups:
            iso += f" || 'T' || lpad({group('h')}, 2, '0') || ':' || {group('m')}"
            iso += f" || ':' || {group('s')}" if "s" in groups else " || ':00'"
        cases.append(f" WHEN regexp_full_match({expression}, {literal(pattern)}) THEN {iso}")
    return f"CASE{''.join(cases)} ELSE {expression} END" if cases else expression


_MONTHS: Final = "['JAN','FEB','MAR','APR','MAY','JUN','JUL','AUG','SEP','OCT','NOV','DEC']"
_TOKENS: Final = {
    "YYYY": ("Y", r"([0-9]{4})"),
    "MON": ("B", r"((?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"),
    "MM": ("M", r"(0[1-9]|1[0-2])"),
    "DD": ("D", r"(0[1-9]|[12][0-9]|3[01])"),
    "M": ("M", r"(0?[1-9]|1[0-2])"),
    "D": ("D", r"(0?[1-9]|[12][0-9]|3[01])"),
    "hh": ("h", r"([01]?[0-9]|2[0-3])"),
    "mm": ("m", r"([0-5][0-9])"),
    "ss": ("s", r"([0-5][0-9](?:\.[0-9]+)?)"),
}


def _pattern(written: str, where: str) -> tuple[str, list[str]]:
    """The regular expression of a date format, and which part each of its groups is."""
    parts: list[str] = []

    def token(found: re.Match[str]) -> str:
        if found[0] not in _TOKENS:
            return re.escape(found[0])
        part, expression = _TOKENS[found[0]]
        parts.append(part)
        return expression

    pattern = re.sub(r"YYYY|MON|MM|M|DD|D|hh|mm|ss|.", token, written)
    month = "M" in parts or "B" in parts
    if parts.count("Y") != 1 or ("D" in parts and not month) or len(set(parts)) < len(parts):
        raise IntakeError(
            f"{written!r} is not a date format",
            where=where,
            hint="Write it with YYYY, MM or M or MON, DD or D, and hh, mm, ss: DD/MM/YYYY.",
        )
    return pattern, parts


def _column(given: str | Column) -> Column:
    return Column(column=given) if isinstance(given, str) else given


class _Reading(NamedTuple):
    """SQL for the cells of one file as one table of the mapping reads it."""

    table: Table
    facts: ExtractFacts
    file: CsvFile

    def cell(self, name: str) -> str:
        """The text of a cell; NULL where empty or one of the texts that stand for nothing."""
        own = self.file.column(name)
        if own is None:
            near = get_close_matches(name, self.file.columns, 1)
            raise IntakeError(
                f"the mapping names a column {name!r} that the file does not have",
                where=f"{self.file.name}, table {self.table.name or self.table.to}",
                hint=(f"Did you mean {near[0]}? " if near else "")
                + f"It has: {', '.join(self.file.columns)}.",
            )
        trimmed = f"nullif(trim({quoted(own)}), '')"
        if not self.facts.missing:
            return trimmed
        nothing = ", ".join(literal(text) for text in self.facts.missing)
        return f"CASE WHEN {trimmed} NOT IN ({nothing}) THEN {trimmed} END"

    def value(self, ours: str, column: Column) -> str:
        """The text that fills our column ``ours``."""
        text = self.source(column)
        if column.values or column.otherwise is not None:
            meanings = "".join(
                f" WHEN {literal(theirs.casefold())} THEN {literal(meaning)}"
                for theirs, meaning in column.values.items()
            )
            rest = text if column.otherwise is None else literal(column.otherwise)
            text = f"CASE lower({text}) {meanings} ELSE {rest} END" if meanings else rest
        if ours in DATES:
            text = dated(text, column.dates or self.facts.dates)
        if column.decimal == ",":
            text = (
                f"CASE WHEN regexp_full_match({text}, '[-+]?[0-9]+,[0-9]+')"
                f" THEN replace({text}, ',', '.') ELSE {text} END"
            )
        return text

    def source(self, column: Column) -> str:
        """The text of the source, before it is translated."""
        if column.column is not None:
            return self.cell(column.column)
        if column.constant is not None:
            return literal(column.constant)
        if column.first:
            return f"coalesce({', '.join(map(self.cell, column.first))})"
        if column.join:
            return f"concat_ws('/', {', '.join(map(self.cell, column.join))})"
        if column.each:
            return f"[{', '.join(map(self.cell, _numbered(column.each)))}][{PART} + 1]"
        if column.each_constant:
            return f"[{', '.join(map(literal, column.each_constant))}][{PART} + 1]"
        return f"CAST({PART} + 1 AS VARCHAR)"
