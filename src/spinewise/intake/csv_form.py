"""
The reader of CSV files: the CSV form itself, and other extracts through a mapping file.

``docs/reference/csv-form.md`` is the manual of the form, ``docs/reference/mapping.md`` that of
mappings. An ``extract.toml`` beside the files is their mapping; with the form itself it may say
what is known of the extract as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

from spinewise.errors import IntakeError
from spinewise.intake import codesystems, form
from spinewise.intake.csv_table import CsvFile, Sheet, load_csv, open_csv, raw_lines
from spinewise.intake.form import Place, ValueFault
from spinewise.intake.form_columns import COLUMNS, NEEDED, Target
from spinewise.intake.mapping import (
    ExtractFacts,
    MappingFile,
    Table,
    load_mapping,
    selection,
    tables_for,
)
from spinewise.intake.reader import Format, Progress, Reading, SourceFile

FORMAT: Final[Format] = "csv"
VERSION: Final = "2"

_MAPPING: Final = "extract.toml"
_ENDINGS: Final = (".csv", ".tsv", ".txt")
_FORM_FILES: Final = tuple(COLUMNS)


def recognises(files: Sequence[SourceFile]) -> bool:
    """Whether the files are in the CSV form, or have a mapping of their tables beside them."""
    stems = {_stem(file.name) for file in files}
    return {"patients", "events"} <= stems or any(
        _is_mapping(file) and b"[[table]]" in file.path.read_bytes() for file in files
    )


def stage(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[SourceFile],
    mapping: Path | None,
    work: Path,
    progress: Progress,
) -> Reading:
    """
    Write the staging rows of CSV files (see :class:`~spinewise.intake.reader.Reader`).

    Raises
    ------
    IntakeError
        A file of the form is missing or lacks a needed column, or the mapping cannot be used.
    """
    codesystems.install(connection)
    plan = _plan(files, mapping)
    tables = {file.file: _tables(file, plan) for file in files}
    _check_complete(files, plan, tables.values())
    assumed: set[str] = set()
    total = sum(file.path.stat().st_size for file in files)
    done = 0
    for file in files:
        progress("reading", done, total)
        done += file.path.stat().st_size
        if tables[file.file]:
            assumed |= _stage_file(connection, file, tables[file.file], plan.extract, work)
        elif _stem(file.name):
            _skip_file(connection, file, work)
    progress("reading", total, total)
    return Reading(
        cutoff=plan.extract.cutoff,
        first_day=plan.extract.first_day,
        carried=plan.extract.carried,
        assumptions=sorted(assumed | form.finish(connection)),
    )


# What is read from which file -------------------------------------------------------------------


def _plan(files: Sequence[SourceFile], mapping: Path | None) -> MappingFile:
    if mapping is not None:
        return load_mapping(mapping)
    beside = next(filter(_is_mapping, files), None)
    return load_mapping(beside.path, beside.name) if beside else MappingFile()


def _tables(file: SourceFile, plan: MappingFile) -> list[Table]:
    """The tables that read a file: those of the mapping, or the one of the CSV form."""
    mapped = tables_for(plan, file.name)
    stem = _stem(file.name)
    if mapped or stem not in _FORM_FILES:
        names = [table.name or table.to for table in mapped]
        if len(set(names)) < len(names):
            raise IntakeError(
                f"several tables that read {file.name} are called {names!r}",
                where=_MAPPING,
                hint="Give each of them a name of its own.",
            )
        return mapped
    return [_form_table(open_csv(file.path, file.name), stem)]


def _form_table(file: CsvFile, target: Target) -> Table:
    """A file in the CSV form, as a mapping would read it."""
    missing = [name for name in NEEDED[target] if file.column(name) is None]
    if missing:
        raise IntakeError(
            f"the column{'s' * (len(missing) > 1)} {', '.join(missing)} "
            f"{'are' if len(missing) > 1 else 'is'} missing; the file has: "
            + ", ".join(file.columns),
            where=file.name,
            hint="Add it (docs/reference/csv-form.md), or let `spinewise mapping` draft a mapping"
            " that says which column is which.",
        )
    present = {name: name for name in COLUMNS[target] if file.column(name) is not None}
    return Table(file=file.name, to=target, columns=dict(present))


def _check_complete(
    files: Sequence[SourceFile], plan: MappingFile, tables: Iterable[list[Table]]
) -> None:
    read = [table for listed in tables for table in listed]
    for table in plan.table:
        if not any(table is other for other in read):
            raise IntakeError(
                f"no file is called {' or '.join(table.patterns)}",
                where=f"{_MAPPING}, table {table.name or table.to}",
                hint=f"The extract has: {', '.join(file.name for file in files)}.",
            )
    for target in ("patients", "events"):
        if not any(table.target == target for table in read):
            raise IntakeError(
                f"there is no {target}.csv, and no mapping that says where the {target} are",
                where=", ".join(file.name for file in files) or "the export",
                hint="Name the files as docs/reference/csv-form.md says, or let"
                " `spinewise mapping` draft a mapping.",
            )


def _is_mapping(file: SourceFile) -> bool:
    return file.name.rpartition("/")[2] == _MAPPING


def _stem(name: str) -> str:
    """The lower-case name of a CSV file without its endings; ``""`` for other files."""
    base = name.rpartition("/")[2].casefold().removesuffix(".gz")
    return next((base.removesuffix(end) for end in _ENDINGS if base.endswith(end)), "")


# One file ---------------------------------------------------------------------------------------


def _stage_file(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    tables: Sequence[Table],
    facts: ExtractFacts,
    work: Path,
) -> set[str]:
    file = open_csv(source.path, source.name)
    sheet = load_csv(connection, file, f"file_{source.file}", work)
    count_lines(connection, source, sheet)
    assumed = {"read-as-windows-1252"} if file.encoding == "cp1252" else set()
    for table in tables:
        place = Place(source.file, table.name or table.to)
        chosen = selection(table, facts, file, sheet.relation)
        out = _count(connection, f"{sheet.relation} WHERE {chosen.left_out}")
        given = _count(connection, f"({chosen.select})", "DISTINCT line") if chosen.wide else 0
        assumed |= form.stage(
            connection,
            table.target,
            chosen.select,
            chosen.columns,
            place,
            read=sheet.rows,
            skipped={
                "left out by the mapping": out,
                "none of its columns is filled": sheet.rows - out - given if chosen.wide else 0,
            },
            raw=partial(raw_lines, file),
            wide=chosen.wide,
        )
        if ignored := _ignored(file, table):
            assumed.add(f"columns-not-read: {source.name}: {', '.join(ignored)}")
    return assumed


def count_lines(connection: duckdb.DuckDBPyConnection, source: SourceFile, sheet: Sheet) -> None:
    """Account for the blank and the unreadable lines of a file."""
    if sheet.blank:
        blank = Place(source.file, "(blank)")
        form.count_read(connection, blank, sheet.blank)
        form.count_skipped(connection, blank, sheet.blank, "blank")
    if sheet.faults:
        unreadable = Place(source.file, "(unreadable)")
        form.count_read(connection, unreadable, len(sheet.faults))
        faults = [
            ValueFault(fault.line, None, None, fault.reason, fault.mend, fault.raw)
            for fault in sheet.faults
        ]
        form.put_faults(connection, unreadable, faults)


def _skip_file(connection: duckdb.DuckDBPyConnection, source: SourceFile, work: Path) -> None:
    """Account for a file that nothing reads."""
    place = Place(source.file, _stem(source.name))
    try:
        file = open_csv(source.path, source.name)
    except IntakeError:  # a text that is no table
        place = Place(source.file, "(file)")
        form.count_read(connection, place, 1)
        form.count_skipped(connection, place, 1, "not a table")
        return
    sheet = load_csv(connection, file, f"file_{source.file}", work)
    count_lines(connection, source, sheet)
    form.count_read(connection, place, sheet.rows)
    form.count_skipped(connection, place, sheet.rows, "neither of the CSV form nor of the mapping")


def _ignored(file: CsvFile, table: Table) -> list[str]:
    """Columns of a file in the CSV form that the form does not know."""
    read = {name.casefold() for name in table.columns.values() if isinstance(name, str)}
    if read != {name.casefold() for name in table.columns}:
        return []
    return [column for column in file.columns if column.casefold() not in read]


def _count(connection: duckdb.DuckDBPyConnection, source: str, what: str = "*") -> int:
    row = connection.execute(f"SELECT count({what}) FROM {source}").fetchone()
    return int(row[0]) if row else 0
