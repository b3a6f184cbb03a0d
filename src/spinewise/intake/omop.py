"""
The reader of OMOP CDM 5.x tables, as CSV (plain or gzip, comma or tab) or Parquet files.

Read are person, visit_occurrence, condition_occurrence, procedure_occurrence, drug_exposure,
observation_period, death and provider; of observation and measurement only the rows that carry
findings and survey answers of ours; other tables are counted and skipped. Codes are those of the
source: by the concept table where there is one, else by their shape. ``omop.toml`` beside this
module says what concept ids and shapes mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from spinewise.errors import IntakeError
from spinewise.intake import codesystems, form
from spinewise.intake.csv_form import count_lines
from spinewise.intake.csv_table import literal, load_csv, open_csv, quoted, raw_lines, sql_path
from spinewise.intake.form import Place, Target
from spinewise.intake.mapping import ExtractFacts, dated, load_mapping
from spinewise.intake.reader import Format, Progress, Reading, SourceFile

FORMAT: Final[Format] = "omop"
VERSION: Final = "1"

_WORDS: Final[dict[str, Any]] = tomllib.loads(
    (package_files("spinewise.intake") / "omop.toml").read_text(encoding="utf-8")
)
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


class _File(NamedTuple):
    """One opened file: a view of its rows as text, with ``line``."""

    source: SourceFile
    table: str
    relation: str
    columns: frozenset[str]
    rows: int
    raw: Callable[[Collection[int]], Mapping[int, str]]

    def has(self, column: str) -> bool:
        return column in self.columns


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
    opened: list[_File] = []
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
    tables = _Tables(connection, opened, facts)
    tables.stage_clinicians()
    assumed: set[str] = set()
    for opened_file in opened:
        assumed |= _stage_file(connection, opened_file, tables, work)
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


def _open(connection: duckdb.DuckDBPyConnection, source: SourceFile, work: Path) -> _File:
    """Make the view of a file, and account for its blank and unreadable lines."""
    table = _table_name(source.name)
    relation = f"file_{source.file}"
    if source.name.casefold().endswith(".parquet"):
        read = f"read_parquet({sql_path(source.path)})"
        columns = _names(connection, read)
        _view(connection, relation, read, columns, "row_number() OVER ()")
        raw: Callable[[Collection[int]], Mapping[int, str]] = _no_text
        rows = _count(connection, relation)
    else:
        file = open_csv(source.path, source.name)
        columns = list(file.columns)
        if table == "concept" and file.delimiter == "\t":  # not quoted, by convention
            read = (
                f"read_csv({sql_path(source.path)}, all_varchar = true, header = true,"
                " delim = '\t', quote = '', strict_mode = false, ignore_errors = true)"
            )
            _view(connection, relation, read, columns, "0")
            rows = _count(connection, relation)
        else:
            sheet = load_csv(connection, file, relation, work)
            count_lines(connection, source, sheet, work)
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
    return _File(source, table, relation, lower, rows, raw)


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
        f" SELECT CAST({line} AS INTEGER) AS line, {texts} FROM {read}"
    )


def _no_text(lines: Collection[int]) -> Mapping[int, str]:
    return {}


def _names(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])


# From their tables to our form ------------------------------------------------------------------


def _stage_file(
    connection: duckdb.DuckDBPyConnection, file: _File, tables: _Tables, work: Path
) -> set[str]:
    place = Place(file.source.file, file.table)
    read = _READERS.get(file.table)
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
        f"SELECT t.line, {listed} FROM {source}",
        columns,
        place,
        read=file.rows,
        skipped={"neither a finding nor a survey answer of ours": out},
        raw=file.raw,
        work=work,
    )


class _Tables:
    """
    The tables as a whole: what is looked up in them, and what holds for all of their rows.

    The lookups are temporary tables that always exist, if need be empty: ``omop_death``,
    ``omop_code``, ``omop_visit`` and ``omop_outpatient``.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        opened: Sequence[_File],
        facts: ExtractFacts,
    ) -> None:
        self._connection = connection
        self._files = opened
        self._facts = facts
        self.has_concepts = any(file.table == "concept" for file in opened)
        self._lookup(
            "omop_death",
            {"person": "VARCHAR", "day": "VARCHAR"},
            "death",
            lambda file: f"SELECT {_text(file, 'person_id')}, {self.day(file, 'death')}",
        )
        self._lookup(
            "omop_code",
            {"concept": "BIGINT", "system": "VARCHAR", "code": "VARCHAR"},
            "concept",
            lambda file: (
                f"SELECT {_id(file, 'concept_id')}, {_system(_text(file, 'vocabulary_id'))},"
                f" {_text(file, 'concept_code')}"
            ),
        )
        self._lookup(
            "omop_visit",
            {"visit": "VARCHAR", "claim": "BOOLEAN"},
            "visit_occurrence",
            lambda file: (
                f"SELECT {_text(file, 'visit_occurrence_id')},"
                f" {_id(file, 'visit_type_concept_id')} IN {_numbers('type', 'claim')}"
            ),
        )
        self._lookup(
            "omop_outpatient",
            {"visit": "VARCHAR", "outpatient": "BOOLEAN"},
            "condition_occurrence",
            lambda file: (
                f"SELECT {_text(file, 'visit_occurrence_id')},"
                f" {_id(file, 'condition_type_concept_id')}"
                f" IN {_numbers('type', 'outpatient_claim')}"
            ),
        )
        self.numbered = self._any_of(
            "condition_occurrence", lambda file: f"count(DISTINCT {_position(file)}) > 1"
        )
        """Whether diagnoses are numbered: a table that calls all of them the first does not."""
        self.digits = self._any_of(
            "condition_occurrence",
            lambda file: (
                "bool_or(regexp_full_match("
                f"{_text(file, 'condition_source_value')}, '[0-9]{{3}}(\\.?[0-9]{{1,2}})?'))"
            ),
        )
        """Whether diagnoses are coded with digits alone, as ICD-9 does."""

    def stage_clinicians(self) -> None:
        """Stage the specialties of the provider table."""
        for file in self._files:
            if file.table == "provider":
                code = f"coalesce(c.code, {_text(file, 'specialty_source_value')})"
                self._connection.execute(
                    f"INSERT INTO stage_clinicians BY NAME SELECT {_text(file, 'provider_id')}"
                    f" AS clinician, [{{'system': coalesce(c.system, 'specialty_source_value'),"
                    f" 'value': {code}, 'display': NULL}}] AS specialty"
                    f" FROM {file.relation} AS t LEFT JOIN omop_code AS c"
                    f" ON c.concept = {_id(file, 'specialty_concept_id')} WHERE {code} IS NOT NULL"
                )

    def day(self, file: _File, prefix: str) -> str:
        """
        SQL for a row's day, with the time of day where there is one.

        Midnight stands for no time, as the common data model has it.
        """
        day = _text(file, f"{prefix}_date")
        moment = _text(file, f"{prefix}_datetime")
        timed = (
            f"regexp_matches({moment}, '[T ][0-9]')"
            f" AND NOT regexp_matches({moment}, '[T ]00:00(:00(\\.0+)?)?')"
        )
        return dated(f"CASE WHEN {timed} THEN {moment} ELSE {day} END", self._facts.dates)

    def released(self) -> date | None:
        """The last day of data capture, where ``cdm_source`` says it."""
        days = [
            row[0]
            for file in self._files
            if file.table == "cdm_source" and file.has("source_release_date")
            for row in self._connection.execute(
                f"SELECT max(TRY_CAST(left(source_release_date, 10) AS DATE)) FROM {file.relation}"
            ).fetchall()
        ]
        return max(filter(None, days), default=None)

    def assumed(self) -> set[str]:
        """The ids of what had to be assumed."""
        assumed = set()
        coded = [file for file in self._files if file.table in _CODED]
        if coded and not self.has_concepts:
            assumed.add("codes-by-shape")
            for file in coded:
                value = _text(file, f"{_CODED[file.table]}_source_value")
                if _count(self._connection, f"{file.relation} AS t WHERE {value} IS NULL"):
                    assumed.add("concepts-without-codes")
        for file in self._files:
            if file.table == "visit_occurrence":
                visits = f"{file.relation} AS t {self.joins(file)} WHERE"
                concept = _id(file, "visit_concept_id")
                general = f"{concept} IN {_numbers('outpatient', 'concepts')}"
                if _count(self._connection, f"{visits} {general}"):
                    assumed.add("outpatient-is-office")
                if _count(self._connection, f"{visits} {_setting(file)} IS NULL AND o.outpatient"):
                    assumed.add("setting-from-claim-type")
        return assumed

    def joins(self, file: _File) -> str:
        """The lookups that the rows of a table need: d, o, v, and s and c for its codes."""
        visit = _text(file, "visit_occurrence_id")
        if file.table == "person":
            return f"LEFT JOIN omop_death AS d ON d.person = {_text(file, 'person_id')}"
        if file.table == "visit_occurrence":
            return f"LEFT JOIN omop_outpatient AS o ON o.visit = {visit}"
        if file.table not in _CODED:
            return ""
        prefix = _CODED[file.table]
        return (
            f"LEFT JOIN omop_visit AS v ON v.visit = {visit}"
            f" LEFT JOIN omop_code AS s ON s.concept = {_id(file, f'{prefix}_source_concept_id')}"
            f" LEFT JOIN omop_code AS c ON c.concept = {_id(file, f'{prefix}_concept_id')}"
        )

    def codes(self, file: _File, day: str) -> dict[str, str]:
        """
        The code of the source with its system, and the standard concept's as a second one.

        The source's system is that of the concept table, or written before the code
        (``ICD10CM:M54.5``), or told by the code's shape, or the name of the column.
        """
        prefix = _CODED[file.table]
        value = _text(file, f"{prefix}_source_value")
        names = [*_WORDS["vocabulary"], *codesystems.load().system]
        known = f"'(?i)({'|'.join(map(re.escape, names))}) *[:|] *(.+)'"
        written = f"regexp_full_match({value}, {known})"
        before, after = (f"regexp_extract({value}, {known}, {group})" for group in (1, 2))
        shapes = "".join(
            f" WHEN regexp_full_match(upper({value}), {literal(shape['codes'])})"
            + (f" AND {day} < {literal(str(shape['until']))}" if "until" in shape else "")
            + f" THEN {literal(shape['system'])}"
            for shape in _WORDS["shape"].get(prefix, [])
            if self.digits or "until" not in shape
        )
        return {
            "system": f"CASE WHEN s.code IS NOT NULL THEN s.system"
            f" WHEN {written} THEN {_system(before)}{shapes}"
            f" WHEN {value} IS NOT NULL THEN '{prefix}_source_value' ELSE c.system END",
            "code": f"coalesce(s.code, CASE WHEN {written} THEN {after} END, {value}, c.code)",
            "also_system": "CASE WHEN c.code IS DISTINCT FROM s.code"
            f" AND coalesce(s.code, {value}) IS NOT NULL THEN c.system END",
            "also_code": "CASE WHEN c.code IS DISTINCT FROM s.code"
            f" AND coalesce(s.code, {value}) IS NOT NULL THEN c.code END",
        }

    def _lookup(
        self,
        name: str,
        columns: Mapping[str, str],
        source: str,
        select: Callable[[_File], str],
    ) -> None:
        """Fill a lookup, one row a key (its first column); a boolean is true if always true."""
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({typed})")
        for file in self._files:
            if file.table == source:
                self._connection.execute(
                    f"INSERT INTO {name} {select(file)} FROM {file.relation} AS t"
                )
        key, *others = columns
        kept = ", ".join(f"min({column}) AS {column}" for column in others)
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {key}, {kept} FROM {name}"
            f" WHERE {key} IS NOT NULL GROUP BY {key}"
        )

    def _any_of(self, table: str, condition: Callable[[_File], str]) -> bool:
        return any(
            self._connection.execute(
                f"SELECT {condition(file)} FROM {file.relation} AS t"
            ).fetchall()[0][0]
            for file in self._files
            if file.table == table
        )


_CODED: Final = {
    "condition_occurrence": "condition",
    "procedure_occurrence": "procedure",
    "drug_exposure": "drug",
    "observation": "observation",
    "measurement": "measurement",
}
"""The tables with codes, and how the names of their columns begin."""


def _text(file: _File, column: str) -> str:
    """SQL for the text of a cell, NULL where it is empty or there is no such column."""
    return f"nullif(trim(t.{quoted(column)}), '')" if file.has(column) else "CAST(NULL AS VARCHAR)"


def _id(file: _File, column: str) -> str:
    """SQL for a number that some exports write with decimals."""
    return f"TRY_CAST(TRY_CAST({_text(file, column)} AS DOUBLE) AS BIGINT)"


def _numbers(section: str, key: str) -> str:
    return f"({', '.join(map(str, _WORDS[section][key]))})"


def _named(file: _File, column: str, section: str) -> str:
    """SQL for our word for a concept id; NULL where there is none."""
    cases = "".join(
        f" WHEN {_id(file, column)} IN {_numbers(section, word)} THEN {literal(word)}"
        for word in _WORDS[section]
    )
    return f"CASE{cases} END"


def _system(vocabulary: str) -> str:
    cases = "".join(
        f" WHEN {literal(name.casefold())} THEN {literal(system)}"
        for name, system in _WORDS["vocabulary"].items()
    )
    return f"CASE lower({vocabulary}){cases} ELSE {vocabulary} END"


def _position(file: _File) -> str:
    """SQL for the place of a diagnosis on its claim, as its type says."""
    kind = _id(file, "condition_type_concept_id")
    last = _WORDS["position"]["fifteen"] - 1
    places = "".join(
        f" WHEN {kind} BETWEEN {first} AND {first + last} THEN {kind} - {first} + 1"
        for first in _WORDS["position"]["first_of_fifteen"]
    )
    return f"CASE{places} WHEN {kind} IN {_numbers('position', 'principal')} THEN 1 END"


def _setting(file: _File) -> str:
    return _named(file, "visit_concept_id", "setting")


# The readers: what of ours is filled from a table of theirs, and which rows of it are taken.

_Read = tuple[Target, dict[str, str], str]


def _person(file: _File, tables: _Tables) -> _Read:
    year, month, day = (
        f"CAST({_id(file, f'{part}_of_birth')} AS VARCHAR)" for part in ("year", "month", "day")
    )
    born = (
        f"{year} || coalesce('-' || lpad({month}, 2, '0')"
        f" || coalesce('-' || lpad({day}, 2, '0'), ''), '')"
    )
    sex = _named(file, "gender_concept_id", "sex")
    return (
        "patients",
        {
            "patient_id": _text(file, "person_id"),
            "birth_date": f"coalesce({born}, left({_text(file, 'birth_datetime')}, 10))",
            "sex": f"coalesce({sex}, {_text(file, 'gender_source_value')})",
            "death_date": f"coalesce(d.day, {_text(file, 'death_datetime')})",
            "clinician_id": _text(file, "provider_id"),
            "practice_id": _text(file, "care_site_id"),
        },
        "true",
    )


def _period(file: _File, tables: _Tables) -> _Read:
    return (
        "coverage",
        {
            "patient_id": _text(file, "person_id"),
            "start": tables.day(file, "observation_period_start"),
            "end": tables.day(file, "observation_period_end"),
        },
        "true",
    )


def _visit(file: _File, tables: _Tables) -> _Read:
    setting = f"coalesce({_setting(file)}, CASE WHEN o.outpatient THEN 'office' END)"
    return (
        "events",
        {
            "kind": "'visit'",
            "patient_id": _text(file, "person_id"),
            "encounter_id": _text(file, "visit_occurrence_id"),
            "start": tables.day(file, "visit_start"),
            "end": tables.day(file, "visit_end"),
            "setting": setting,
            "clinician_id": _text(file, "provider_id"),
        },
        "true",
    )


def _event(file: _File, tables: _Tables, start: str) -> dict[str, str]:
    """What conditions, procedures, drugs and observations have in common."""
    prefix = _CODED[file.table]
    kind = _id(file, f"{prefix}_type_concept_id")
    visit = _text(file, "visit_occurrence_id")
    claims = f"{_numbers('type', 'claim')[:-1]}, {_numbers('type', 'outpatient_claim')[1:]}"
    return {
        "patient_id": _text(file, "person_id"),
        "source_id": _text(file, f"{file.table}_id"),
        "start": start,
        "encounter_id": visit,
        "claim_id": f"CASE WHEN v.claim OR {kind} IN {claims} THEN {visit} END",
        "clinician_id": _text(file, "provider_id"),
        **tables.codes(file, start),
    }


def _condition(file: _File, tables: _Tables) -> _Read:
    status = _id(file, "condition_status_concept_id")
    position = (
        f"CASE WHEN {status} IN {_numbers('position', 'primary')} THEN 1"
        f" WHEN {status} IN {_numbers('position', 'secondary')} THEN 2"
        f" ELSE {_position(file) if tables.numbered else 'NULL'} END"
    )
    listed = f"{_id(file, 'condition_type_concept_id')} IN {_numbers('type', 'problem_list')}"
    return (
        "events",
        {
            "kind": "'condition'",
            **_event(file, tables, tables.day(file, "condition_start")),
            "end": tables.day(file, "condition_end"),
            "position": f"CAST({position} AS VARCHAR)",
            "category": f"CASE WHEN {listed} THEN 'problem-list' ELSE 'encounter-diagnosis' END",
        },
        "true",
    )


def _procedure(file: _File, tables: _Tables) -> _Read:
    order = f"{_id(file, 'procedure_type_concept_id')} IN {_numbers('type', 'order')}"
    return (
        "events",
        {
            "kind": "'procedure'",
            **_event(file, tables, tables.day(file, "procedure")),
            "status": f"CASE WHEN {order} THEN 'active' END",
            "clinician_role": f"CASE WHEN {order} THEN 'ordering' ELSE 'performing' END",
        },
        "true",
    )


def _drug(file: _File, tables: _Tables) -> _Read:
    return (
        "events",
        {
            "kind": "'medication'",
            **_event(file, tables, tables.day(file, "drug_exposure_start")),
            "end": tables.day(file, "drug_exposure_end"),
            "days_supply": _text(file, "days_supply"),
            "clinician_role": "'prescribing'",
        },
        "true",
    )


def _observation(file: _File, tables: _Tables) -> _Read:
    columns = _event(file, tables, tables.day(file, _CODED[file.table]))
    system = f"lower({columns['system']})"
    value = ", ".join(
        _text(file, name) for name in ("value_as_string", "value_source_value", "value_as_number")
    )
    kind = f"CASE {system} WHEN 'spinewise-finding' THEN 'finding' ELSE 'answer' END"
    return (
        "events",
        {
            **columns,
            "kind": kind,
            "value": f"coalesce({value})",
            "unit": _text(file, "unit_source_value"),
        },
        f"{system} IN ('spinewise-finding', 'spinewise-item')",
    )


_READERS: Final[dict[str, Callable[[_File, _Tables], _Read]]] = {
    "person": _person,
    "observation_period": _period,
    "visit_occurrence": _visit,
    "condition_occurrence": _condition,
    "procedure_occurrence": _procedure,
    "drug_exposure": _drug,
    "observation": _observation,
    "measurement": _observation,
}
