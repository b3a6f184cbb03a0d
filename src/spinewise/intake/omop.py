"""
The reader of OMOP CDM 5.x tables, as CSV (plain or gzip, comma or tab) or Parquet files.

Read are person, visit_occurrence, condition_occurrence, procedure_occurrence, drug_exposure,
observation_period, death and provider; of observation and measurement only the rows that carry
findings and survey answers of ours; other tables are counted and skipped. Codes are those of the
source: by the concept table where there is one, else by their shape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

from spinewise.errors import IntakeError
from spinewise.intake import codesystems, form
from spinewise.intake.connection import parquet
from spinewise.intake.csv_form import count_lines
from spinewise.intake.csv_table import LINE, load_csv, open_csv, quoted, raw_lines
from spinewise.intake.form import Place
from spinewise.intake.mapping import ExtractFacts, load_mapping
from spinewise.intake.omop_rows import READERS, OmopFile, OmopTables
from spinewise.intake.reader import Format, Progress, Reading, SourceFile

FORMAT: Final[Format] = "omop"
VERSION: Final = "2"

_NEEDED: Final = {
    "person": ("person_id", "year_of_birth"),
    "visit_occurrence": ("visit_occurrence_id", "person_id", "visit_start_date"),
    "condition_occurrence": ("person_id", "condition_start_date"),
    "procedure_occurrence": ("person_id", "procedure_date"),
    "drug_exposure": ("person_id", "drug_exposure_start_date"),
    "observation_period": (
        *("person_id", "observation_period_start_date", "observation_period_end_date"),
    ),
    "observation": ("person_id", "observation_date"),
    "measurement": ("person_id", "measurement_date"),
    "death": ("person_id", "death_date"),
    "provider": ("provider_id",),
    "concept": ("concept_id", "vocabulary_id", "concept_code"),
    "cdm_source": (),
}
"""The tables that are read, and the columns they cannot do without."""
_LOOKED_UP: Final = {
    "death": "the day of death is read with the person",
    "provider": "looked up for specialties",
    "concept": "looked up for codes",
    "cdm_source": "says what the export is",
}


def recognises(files: Sequence[SourceFile]) -> bool:
    """Whether the files have a person table and one of visits or conditions."""
    names = {_table_name(file.name) for file in files}
    return "person" in names and bool(names & {"visit_occurrence", "condition_occurrence"})


def stage(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[SourceFile],
    mapping: Path | None,
    work: Path,
    progress: Progress,
) -> Reading:
    """
    Write the staging rows of OMOP tables (see :class:`~spinewise.intake.reader.Reader`).

    A mapping may say what is known of the extract as a whole; it has no tables.

    Raises
    ------
    IntakeError
        The person table is missing, or a table lacks a needed column.
    """
    codesystems.install(connection)
    facts = _facts(files, mapping)
    total = sum(file.path.stat().st_size for file in files)
    done = 0
    opened: list[OmopFile] = []
    for file in files:
        progress("reading", done, total)
        done += file.path.stat().st_size
        if _table_name(file.name):
            opened.append(_open(connection, file, work))
    if not any(file.table == "person" for file in opened):
        raise IntakeError(
            "there is no person table",
            where=", ".join(file.name for file in files),
            hint="Give the folder that holds person.csv and the other OMOP tables.",
        )
    tables = OmopTables(connection, opened, facts)
    tables.stage_clinicians()
    assumed: set[str] = set()
    for opened_file in opened:
        assumed |= _stage_file(connection, opened_file, tables)
    progress("reading", total, total)
    released = tables.released()
    return Reading(
        cutoff=facts.cutoff or released,
        cutoff_from="export" if released and not facts.cutoff else "declared",
        first_day=facts.first_day,
        carried=facts.carried,
        assumptions=sorted(assumed | tables.assumed() | form.finish(connection)),
    )


# Files ------------------------------------------------------------------------------------------


def _facts(files: Sequence[SourceFile], mapping: Path | None) -> ExtractFacts:
    beside = next(filter(_is_mapping, files), None)
    path = mapping or (beside.path if beside else None)
    if path is None:
        return ExtractFacts()
    read = load_mapping(path)
    if read.table:
        raise IntakeError(
            f"the mapping has {len(read.table)} tables; OMOP tables need none",
            where=path.name,
            hint="Keep only [extract], or force the other reader with --format csv.",
        )
    return read.extract


def _is_mapping(file: SourceFile) -> bool:
    return file.name.rpartition("/")[2] == "extract.toml"


def _table_name(name: str) -> str:
    """The OMOP table that a file holds: its name, or that of the folder its parts are in."""
    *folders, base = name.casefold().split("/")
    stem, _, ending = base.removesuffix(".gz").rpartition(".")
    if ending not in ("csv", "tsv", "parquet"):
        return ""
    if stem not in _NEEDED and folders and folders[-1] in _NEEDED:
        return folders[-1]
    return stem


def _open(connection: duckdb.DuckDBPyConnection, source: SourceFile, work: Path) -> OmopFile:
    """Make the view of a file, and account for its blank and unreadable lines."""
    table = _table_name(source.name)
    relation = f"file_{source.file}"
    if source.name.casefold().endswith(".parquet"):
        read = parquet(source.path)
        try:
            columns = _names(connection, read)
            all_of_it = ", ".join(map(quoted, columns))
            connection.execute(f"SELECT bit_xor(hash({all_of_it})) FROM {read}").fetchall()
        except duckdb.Error as error:
            raise IntakeError(
                f"the Parquet file is damaged: {str(error).partition(chr(10))[0]}",
                where=source.name,
                hint="Make the export of this table again.",
            ) from None
        _view(connection, relation, read, columns, "row_number() OVER ()")
        raw: Callable[[Collection[int]], Mapping[int, str]] = _no_text
        rows = _count(connection, relation)
    else:
        try:
            file = open_csv(source.path, source.name)
        except IntakeError:
            if table in _NEEDED:
                raise
            return _no_table(source, table)
        columns = list(file.columns)
        if table == "concept" and file.delimiter == "\t":  # not quoted, by convention
            file = file._replace(quote="")
        sheet = load_csv(connection, file, relation, work)
        count_lines(connection, source, sheet)
        rows = sheet.rows
        raw = partial(raw_lines, file)
    lower = frozenset(column.casefold() for column in columns)
    missing = [column for column in _NEEDED.get(table, ()) if column not in lower]
    if missing:
        raise IntakeError(
            f"the table {table} has no {' and no '.join(missing)}; it has: {', '.join(columns)}",
            where=source.name,
            hint="Export the table with the columns of OMOP CDM 5.x.",
        )
    return OmopFile(source, table, relation, lower, rows, raw)


def _no_table(source: SourceFile, table: str) -> OmopFile:
    """A file that is no table, called like one that is not read: it counts as one row."""
    return OmopFile(source, table or "(file)", "(SELECT 1 AS one)", frozenset(), 1, _no_text)


def _view(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    read: str,
    columns: Iterable[str],
    line: str,
) -> None:
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {relation} AS"
        f" SELECT CAST({line} AS INTEGER) AS {LINE}, {texts} FROM {read}"
    )


def _no_text(lines: Collection[int]) -> Mapping[int, str]:
    return {}


def _names(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])


# From their tables to our form ------------------------------------------------------------------


def _stage_file(
    connection: duckdb.DuckDBPyConnection, file: OmopFile, tables: OmopTables
) -> set[str]:
    place = Place(file.source.file, file.table)
    read = READERS.get(file.table)
    if read is None:
        form.count_read(connection, place, file.rows)
        why = _LOOKED_UP.get(file.table, "the table is not used")
        form.count_skipped(connection, place, file.rows, why)
        return set()
    target, columns, which = read(file, tables)
    listed = ", ".join(f"{value} AS {quoted(name)}" for name, value in columns.items())
    source = f"{file.relation} AS t {tables.joins(file)} WHERE {which}"
    out = file.rows - _count(connection, source)
    return form.stage(
        connection,
        target,
        f"SELECT t.{LINE} AS line, {listed} FROM {source}",
        columns,
        place,
        read=file.rows,
        skipped={"neither a finding nor a survey answer of ours": out},
        raw=file.raw,
    )
