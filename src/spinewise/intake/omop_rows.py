"""
From OMOP tables to our form: what of ours is filled from which column of theirs.

``omop.toml`` beside this module says what concept ids and the shapes of codes mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, Final, NamedTuple

import duckdb

from spinewise.intake import codesystems
from spinewise.intake.csv_table import literal, quoted
from spinewise.intake.form_columns import Target
from spinewise.intake.mapping import ExtractFacts, dated
from spinewise.intake.reader import SourceFile

_WORDS: Final[dict[str, Any]] = tomllib.loads(
    (files("spinewise.intake") / "omop.toml").read_text(encoding="utf-8")
)


class OmopFile(NamedTuple):
    """One opened file: a view of its rows as text, with ``line``."""

    source: SourceFile
    table: str
    relation: str
    columns: frozenset[str]
    rows: int
    raw: Callable[[Collection[int]], Mapping[int, str]]

    def has(self, column: str) -> bool:
        return column in self.columns


class OmopTables:
    """
    The tables as a whole: what is looked up in them, and what holds for all of their rows.

    The lookups are temporary tables that always exist, if need be empty: ``omop_death``,
    ``omop_code``, ``omop_visit`` and ``omop_outpatient``.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        opened: Sequence[OmopFile],
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

    def day(self, file: OmopFile, prefix: str) -> str:
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

    def joins(self, file: OmopFile) -> str:
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

    def codes(self, file: OmopFile, day: str) -> dict[str, str]:
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
        select: Callable[[OmopFile], str],
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

    def _any_of(self, table: str, condition: Callable[[OmopFile], str]) -> bool:
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


def _text(file: OmopFile, column: str) -> str:
    """SQL for the text of a cell, NULL where it is empty or there is no such column."""
    return f"nullif(trim(t.{quoted(column)}), '')" if file.has(column) else "CAST(NULL AS VARCHAR)"


def _id(file: OmopFile, column: str) -> str:
    """SQL for a number that some exports write with decimals."""
    number = f"TRY_CAST({_text(file, column)} AS DOUBLE)"
    return f"CASE WHEN {number} = trunc({number}) THEN TRY_CAST({number} AS BIGINT) END"


def _numbers(section: str, key: str) -> str:
    return f"({', '.join(map(str, _WORDS[section][key]))})"


def _named(file: OmopFile, column: str, section: str) -> str:
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


def _position(file: OmopFile) -> str:
    """SQL for the place of a diagnosis on its claim, as its type says."""
    kind = _id(file, "condition_type_concept_id")
    last = _WORDS["position"]["fifteen"] - 1
    places = "".join(
        f" WHEN {kind} BETWEEN {first} AND {first + last} THEN {kind} - {first} + 1"
        for first in _WORDS["position"]["first_of_fifteen"]
    )
    return f"CASE{places} WHEN {kind} IN {_numbers('position', 'principal')} THEN 1 END"


def _setting(file: OmopFile) -> str:
    return _named(file, "visit_concept_id", "setting")


# The readers: what of ours is filled from a table of theirs, and which rows of it are taken.

_Read = tuple[Target, dict[str, str], str]


def _person(file: OmopFile, tables: OmopTables) -> _Read:
    # What is no number stays as it is, so that it is seen to be no date.
    year, month, day = (
        f"coalesce(format('{{:0{width}d}}', {_id(file, f'{part}_of_birth')}),"
        f" {_text(file, f'{part}_of_birth')})"
        for part, width in (("year", 4), ("month", 2), ("day", 2))
    )
    born = f"{year} || coalesce('-' || {month} || coalesce('-' || {day}, ''), '')"
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


def _period(file: OmopFile, tables: OmopTables) -> _Read:
    return (
        "coverage",
        {
            "patient_id": _text(file, "person_id"),
            "start": tables.day(file, "observation_period_start"),
            "end": tables.day(file, "observation_period_end"),
        },
        "true",
    )


def _visit(file: OmopFile, tables: OmopTables) -> _Read:
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


def _event(file: OmopFile, tables: OmopTables, start: str) -> dict[str, str]:
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


def _condition(file: OmopFile, tables: OmopTables) -> _Read:
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


def _procedure(file: OmopFile, tables: OmopTables) -> _Read:
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


def _drug(file: OmopFile, tables: OmopTables) -> _Read:
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


def _observation(file: OmopFile, tables: OmopTables) -> _Read:
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


READERS: Final[dict[str, Callable[[OmopFile, OmopTables], _Read]]] = {
    "person": _person,
    "observation_period": _period,
    "visit_occurrence": _visit,
    "condition_occurrence": _condition,
    "procedure_occurrence": _procedure,
    "drug_exposure": _drug,
    "observation": _observation,
    "measurement": _observation,
}


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])
