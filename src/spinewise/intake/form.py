"""
The form that CSV extracts, mapped extracts and OMOP tables share, on the way to staging.

Each of them is a ``SELECT`` with a physical ``line``, optionally a ``part``, and any of the
columns below as text. Here their values are checked and put into the staging tables. The columns
of the CSV form are those of ``docs/reference/csv-form.md``; a mapping may fill some more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, NamedTuple

import duckdb

from spinewise.intake.csv_table import literal, quoted, rows_of, write_rows
from spinewise.intake.staging import FAULTS
from spinewise.tables import KINDS, ROLES, SETTINGS

Target = Literal["patients", "events", "coverage"]

PATIENTS: Final = (
    "patient_id",
    "birth_date",
    "sex",
    "death_date",
    "clinician_id",
    "practice_id",
    "enrolled_from",
    "enrolled_to",
    "consent",
    "language",
)
EVENTS: Final = (
    "patient_id",
    "kind",
    "system",
    "code",
    "start",
    "end",
    "recorded",
    "status",
    "encounter_id",
    "claim_id",
    "claim_status",
    "position",
    "setting",
    "modality",
    "region",
    "order_id",
    "clinician_id",
    "clinician_role",
    "specialty_system",
    "specialty",
    "onset",
    "value",
    "unit",
    "days_supply",
    "text",
)
COVERAGE: Final = ("patient_id", "start", "end")

COLUMNS: Final[dict[Target, tuple[str, ...]]] = {
    "patients": PATIENTS,
    "events": EVENTS,
    "coverage": COVERAGE,
}
"""The columns of the CSV form."""

MORE: Final[dict[Target, tuple[str, ...]]] = {
    "patients": ("updated",),
    "events": (
        "updated",
        "source_id",
        "display",
        "also_system",
        "also_code",
        "also_display",
        "reason_system",
        "reason",
        "category",
        "role",
    ),
    "coverage": ("updated",),
}
"""
Columns that only a mapping can fill. ``updated``: of rows with the same id the newest is kept;
``also_*``: a second coding of the same thing; ``reason``: why an image was asked for;
``category``: problem-list or encounter-diagnosis; ``role``: order, performed, study or report.
"""

NEEDED: Final[dict[Target, tuple[str, ...]]] = {
    "patients": ("patient_id", "birth_date"),
    "events": ("patient_id", "kind", "system", "code", "start"),
    "coverage": ("patient_id", "start", "end"),
}
DATES: Final = frozenset(
    [
        "birth_date",
        "death_date",
        "enrolled_from",
        "enrolled_to",
        "start",
        "end",
        "recorded",
        "onset",
        "updated",
    ]
)

STATUSES: Final = (
    *("active", "completed", "planned", "refuted"),
    *("cancelled", "entered-in-error", "not-done"),
)
PERMITTED: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("visit", *KINDS),
    "status": STATUSES,
    "claim_status": ("paid", "denied"),
    "setting": SETTINGS,
    "modality": ("xray", "ct", "mri", "bone-scan", "other"),
    "region": ("lumbar", "spine", "other"),
    "clinician_role": ("ordering", "performing", "prescribing"),
    "category": ("problem-list", "encounter-diagnosis"),
    "role": ROLES,
    "consent": ("in", "out"),
}
"""What a column may say; upper case, spaces and underscores in place of hyphens are let pass."""

WORDS: Final[dict[str, dict[str, list[str]]]] = tomllib.loads(
    (files("spinewise.intake") / "words.toml").read_text(encoding="utf-8")
)
"""Other words, English and French, for the values of a column: column, our value, the words."""


class Place(NamedTuple):
    """Where rows come from: the file's key in ``sources``, and the type that the ledger shows."""

    file: int
    type: str


# Staging ---------------------------------------------------------------------------------------


def stage(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    select: str,
    columns: Collection[str],
    place: Place,
    *,
    read: int,
    skipped: Mapping[str, int],
    raw: Callable[[Collection[int]], Mapping[int, str]],
    work: Path,
    wide: bool = False,
) -> set[str]:
    """
    Check the rows of ``select`` and put them into the staging tables, ``faults`` and the counts.

    Parameters
    ----------
    select
        A query with ``line``, with ``part`` if ``wide``, and with ``columns`` as text.
    read
        All source rows of the place, also those that ``select`` leaves out.
    skipped
        How many of those it leaves out, by reason.
    raw
        Gives the raw text of physical lines.
    wide
        One source row may give several rows of one kind, told apart by ``part``.

    Returns
    -------
    set of str
        The ids of what had to be assumed.
    """
    known = COLUMNS[target] + MORE[target]
    clean = ", ".join(
        f"nullif(trim({quoted(name)}), '') AS {quoted(name)}"
        if name in columns
        else f"CAST(NULL AS VARCHAR) AS {quoted(name)}"
        for name in known
    )
    read_as = "".join(f", {expression} AS own_{name}" for name, expression in _READ[target])
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW form_rows AS SELECT *, {_FAULT[target]} AS fault FROM ("
        f"SELECT *{read_as} FROM ("
        f"SELECT line, {'part' if wide else '0 AS part'}, {clean} FROM ({select})))"
    )
    # One look at all rows tells which of the statements below have anything to do.
    counted = {
        "faulty": "fault IS NOT NULL",
        **{table: which for table, _, which in _STAGE[target]},
        **{name: f"fault IS NULL AND {when}" for name, when in _ASSUMED[target].items()},
    }
    looks = ", ".join(f"count(*) FILTER ({when})" for when in counted.values())
    [row] = connection.execute(f"SELECT {looks} FROM form_rows").fetchall()
    found = dict(zip(counted, row, strict=True))
    faulty = _put_value_faults(connection, place, raw, work) if found["faulty"] else 0
    sound = "fault IS NULL"
    if wide and faulty:
        sound += f" AND line NOT IN (SELECT line FROM faults WHERE {_at(place)})"
    staged = sum(
        _insert(connection, table, expressions, f"{sound} AND {which}", place)
        for table, expressions, which in _STAGE[target]
        if found[table]
    )
    count_read(connection, place, read)
    for reason, rows in skipped.items():
        count_skipped(connection, place, rows, reason)
    left = read - sum(skipped.values()) - faulty - staged
    count_skipped(connection, place, left, "a question without an answer: not documented")
    return {name for name in _ASSUMED[target] if found[name]}


def finish(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """
    What can only be said when all rows are staged; returns the ids of what had to be assumed.

    A diagnosis on the claim of an image is a reason for that image. Visit ids that several
    people share are made unique by the person. Where no condition of an export names a visit or
    a claim, its conditions are diagnoses, not entries of a problem list.
    """
    connection.execute(_CLAIM_REASONS)
    shared = _one(connection, _SHARED_VISIT_IDS)
    if shared:
        connection.execute(
            "UPDATE stage_visits SET source_id = patient_id || '/' || source_id;"
            "UPDATE stage_events SET visit_id = patient_id || '/' || visit_id"
        )
    if not _one(connection, _LINKED_CONDITIONS):
        connection.execute(
            "UPDATE stage_events SET category = 'encounter-diagnosis'"
            " WHERE category = 'problem-list (read)'"
        )
    listed = _one(connection, "SELECT count(*) FROM stage_events WHERE category LIKE '%(read)'")
    if listed:
        connection.execute(
            "UPDATE stage_events SET category = 'problem-list' WHERE category LIKE '%(read)'"
        )
    missing = {name for name, when in _MISSING.items() if _one(connection, f"SELECT {when}")}
    found = {"problem-list-read": listed, "visit-ids-by-patient": shared}
    return missing | {name for name, rows in found.items() if rows}


def count_read(connection: duckdb.DuckDBPyConnection, place: Place, rows: int) -> None:
    """Count source rows as read."""
    connection.execute("INSERT INTO read_lines VALUES (?, ?, ?, 0, NULL)", [*place, rows])


def count_skipped(
    connection: duckdb.DuckDBPyConnection, place: Place, rows: int, reason: str
) -> None:
    """Count source rows, already counted as read, as skipped."""
    if rows:
        connection.execute("INSERT INTO read_lines VALUES (?, ?, 0, ?, ?)", [*place, rows, reason])


class ValueFault(NamedTuple):
    """A fault for the quarantine; ``raw`` is the line's own text."""

    line: int | None
    field: str | None
    value: str | None
    reason: str
    mend: str
    raw: str | None
    patient_id: str | None = None


def put_faults(
    connection: duckdb.DuckDBPyConnection, place: Place, rows: Sequence[ValueFault], work: Path
) -> None:
    """Add rows to ``faults``."""
    if not rows:
        return
    path = work / "faults.csv"
    write_rows(path, rows)
    names = ValueFault._fields
    connection.execute(
        f"INSERT INTO faults BY NAME SELECT {place.file} AS file, {literal(place.type)} AS type, "
        + ", ".join(f"CAST({name} AS {FAULTS[name]}) AS {name}" for name in names)
        + f" FROM {rows_of(path, names)}"
    )
    path.unlink()


def _put_value_faults(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    raw: Callable[[Collection[int]], Mapping[int, str]],
    work: Path,
) -> int:
    found = connection.execute(
        "SELECT line, arg_min(fault, part), any_value(patient_id) FROM form_rows"
        " WHERE fault IS NOT NULL GROUP BY line ORDER BY line"
    ).fetchall()
    texts = raw({line for line, _, _ in found})
    put_faults(
        connection,
        place,
        [
            ValueFault(line, raw=texts.get(line), patient_id=patient, **fault)
            for line, fault, patient in found
        ],
        work,
    )
    return len(found)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    expressions: Mapping[str, str],
    which: str,
    place: Place,
) -> int:
    """Stage rows and return of how many source rows they are."""
    listed = ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT {listed}, line, {place.file} AS file,"
        f" {literal(place.type)} AS source_type FROM form_rows WHERE {which}"
    )
    return _one(
        connection,
        f"SELECT count(DISTINCT line) FROM {table}"
        f" WHERE file = {place.file} AND source_type = {literal(place.type)}",
    )


def _one(connection: duckdb.DuckDBPyConnection, select: str) -> int:
    row = connection.execute(select).fetchone()
    return int(row[0] or 0) if row else 0


def _at(place: Place) -> str:
    return f"file = {place.file} AND type = {literal(place.type)}"


# How values are read ---------------------------------------------------------------------------
# The columns ``own_kind`` and so on are those of the form in our own words.


def _own_words(column: str, words: str = "") -> str:
    """``column`` in our words: by the lists of ``words.toml``, else in lower case with hyphens."""
    lower = f"regexp_replace(lower({quoted(column)}), '[ _]+', '-', 'g')"
    plain = f"lower(strip_accents({quoted(column)}))"
    cases = "".join(
        f" WHEN {plain} IN ({', '.join(map(literal, listed))}) THEN {literal(ours)}"
        for ours, listed in WORDS.get(words or column, {}).items()
    )
    return f"CASE{cases} ELSE {lower} END" if cases else lower


def _codings(*of: tuple[str, str, str]) -> str:
    """SQL for a list of codings; those without a code are left out, an empty list is NULL."""
    each = ", ".join(
        f"CASE WHEN {code} IS NOT NULL THEN"
        f" {{'system': {system}, 'value': {code}, 'display': {display}}} END"
        for system, code, display in of
    )
    return f"nullif(list_filter([{each}], lambda coding: coding IS NOT NULL), [])"


_SYSTEM: Final = (
    """coalesce(system, CASE own_said WHEN 'finding' THEN 'spinewise-finding'"""
    " WHEN 'answer' THEN 'spinewise-item' END)"
)
_CODINGS: Final = _codings(
    (_SYSTEM, "code", "display"), ("also_system", "also_code", "also_display")
)

_NUMBER: Final = "'[0-9]+(\\.0+)?'"
_COMMA: Final = "'[-+]?[0-9]+,[0-9]+'"
_EITHER: Final = "'[-+]?[1-9][0-9]{0,2},[0-9]{3}'"
"""1,500: one and a half, or one thousand five hundred."""

_READ: Final[dict[Target, list[tuple[str, str]]]] = {
    "patients": [
        ("consent", _own_words("consent")),
        ("sex", _own_words("sex")),
    ],
    "coverage": [],
    "events": [
        ("said", _own_words("kind")),
        ("codings", _CODINGS),
        (
            "kind",
            "CASE WHEN own_said = 'procedure' AND is_imaging(own_codings) THEN 'imaging'"
            " ELSE own_said END",
        ),
        *((name, _own_words(name)) for name in PERMITTED if name not in ("consent", "kind")),
        (
            "value",
            f"CASE own_kind WHEN 'finding' THEN {_own_words('value', 'finding')}"
            f" WHEN 'answer' THEN CASE WHEN regexp_full_match(value, {_COMMA})"
            " THEN replace(value, ',', '.') ELSE value END ELSE value END",
        ),
    ],
}


def _problem(when: str, field: str, reason: str, mend: str) -> str:
    """A branch of the CASE that finds the first fault of a row; ``{}`` in reason: the value."""
    value = quoted(field)
    said = " || ".join(
        part
        for text in [reason.split("{}")]
        for part in [literal(text[0]), *(f"{value} || {literal(rest)}" for rest in text[1:])]
    )
    return (
        f" WHEN {when} THEN {{'field': {literal(field)}, 'value': {value},"
        f" 'reason': {said}, 'mend': {literal(mend)}}}"
    )


def _not_permitted(field: str) -> str:
    permitted = PERMITTED[field]
    return _problem(
        f"own_{field} NOT IN ({', '.join(map(literal, permitted))})",
        field,
        f"{field} '{{}}' is not known",
        f"Use one of: {', '.join(permitted)}.",
    )


def _case(*problems: str) -> str:
    return f"CASE{''.join(problems)} ELSE NULL END"


_FAULT: Final[dict[Target, str]] = {
    "patients": _case(_not_permitted("consent")),
    "coverage": "CAST(NULL AS STRUCT(field VARCHAR, value VARCHAR, reason VARCHAR, mend VARCHAR))",
    "events": _case(
        _problem(
            "kind IS NULL",
            "kind",
            "the row does not say what it is",
            f"Fill kind with one of: {', '.join(PERMITTED['kind'])}.",
        ),
        *(_not_permitted(field) for field in PERMITTED if field != "consent"),
        _problem(
            """own_status = 'refuted' AND own_kind NOT IN ('condition', 'finding')""",
            "status",
            "status '{}' is only for conditions and findings",
            "Use cancelled or entered-in-error for what did not happen.",
        ),
        _problem(
            f"NOT regexp_full_match(position, {_NUMBER}) OR TRY_CAST(position AS INTEGER) < 1",
            "position",
            "position '{}' is not a whole number from 1",
            "1 is the principal diagnosis; leave it empty where the order is not known.",
        ),
        _problem(
            f"NOT regexp_full_match(days_supply, {_NUMBER})",
            "days_supply",
            "days_supply '{}' is not a whole number of days",
            "Write whole days, or leave it empty.",
        ),
        _problem(
            """own_kind = 'finding' AND own_value NOT IN ('present', 'absent')""",
            "value",
            "value '{}' is not an answer to a finding",
            "Use present or absent (yes or no, oui or non, true or false, 1 or 0); leave it empty"
            " where nobody answered.",
        ),
        _problem(
            f"own_kind = 'answer' AND regexp_full_match(value, {_EITHER})",
            "value",
            "value '{}' may be a decimal number or a number of thousands",
            "Write a decimal point and no thousands mark.",
        ),
    ),
}

# What goes where -------------------------------------------------------------------------------


_SPECIALTY: Final = _codings(("specialty_system", "specialty", "NULL"))

_STAGE: Final[dict[Target, list[tuple[str, dict[str, str], str]]]] = {
    "patients": [
        (
            "stage_patients",
            {
                "patient_id": "patient_id",
                "birth_text": "birth_date",
                "sex": """CASE WHEN own_sex IN ('female', 'male', 'other', 'unknown')"""
                """ THEN own_sex END""",
                "death_text": "death_date",
                "clinician": "clinician_id",
                "practice": "practice_id",
                "enrolled_from_text": "enrolled_from",
                "enrolled_to_text": "enrolled_to",
                "consent": "own_consent",
                "language": "lower(language)",
                "updated_text": "updated",
            },
            "true",
        )
    ],
    "coverage": [
        (
            "stage_coverage",
            {
                "patient_id": "patient_id",
                "start_text": '"start"',
                "end_text": '"end"',
                "updated_text": "updated",
            },
            "true",
        )
    ],
    "events": [
        (
            "stage_visits",
            {
                "patient_id": "patient_id",
                "source_id": "encounter_id",
                "start_text": '"start"',
                "end_text": '"end"',
                "status": "own_status",
                "setting": "own_setting",
                "codings": "own_codings",
                "specialty": _SPECIALTY,
                "clinician": "clinician_id",
                "onset_text": "onset",
                "text": "text",
                "updated_text": "updated",
            },
            "own_said = 'visit'",
        ),
        (
            "stage_events",
            {
                "patient_id": "patient_id",
                "kind": "own_kind",
                "role": "CASE WHEN own_kind <> 'imaging' THEN NULL WHEN own_role IS NOT NULL"
                " THEN own_role WHEN own_status IN ('active', 'planned') THEN 'order'"
                " ELSE 'performed' END",
                "codings": "own_codings",
                "start_text": '"start"',
                "end_text": '"end"',
                "recorded_text": "recorded",
                "onset_text": "onset",
                "status": "own_status",
                "category": """CASE WHEN own_kind <> 'condition' THEN NULL"""
                """ WHEN own_category IS NOT NULL THEN own_category WHEN own_status = 'active'"""
                " AND encounter_id IS NULL AND claim_id IS NULL AND order_id IS NULL"
                " THEN 'problem-list (read)' ELSE 'encounter-diagnosis' END",
                "visit_id": "encounter_id",
                "claim": "claim_id",
                "claim_status": "own_claim_status",
                "position": "TRY_CAST(position AS INTEGER)",
                "setting": "own_setting",
                "modality": "own_modality",
                "region": "own_region",
                "links": """CASE WHEN order_id IS NOT NULL"""
                """ AND own_kind IN ('imaging', 'condition', 'finding')"""
                " THEN ['order/' || coalesce(patient_id, '') || '/' || order_id] END",
                "reason": _codings(("reason_system", "reason", "NULL")),
                "clinician": "clinician_id",
                "clinician_role": "own_clinician_role",
                "specialty": _SPECIALTY,
                "value": "own_value",
                "unit": "unit",
                "days_supply": "TRY_CAST(days_supply AS INTEGER)",
                "text": "text",
                "source_id": "source_id",
                "part": "part",
                "updated_text": "updated",
            },
            """own_said <> 'visit' AND NOT (own_said IN ('finding', 'answer')"""
            """ AND own_value IS NULL)""",
        ),
    ],
}

# What was assumed ------------------------------------------------------------------------------

_ASSUMED: Final[dict[Target, dict[str, str]]] = {
    "patients": {
        "sex-not-read": """own_sex NOT IN ('female', 'male', 'other', 'unknown')""",
    },
    "coverage": {},
    "events": {
        "no-status": """own_said = 'imaging' AND own_status IS NULL AND own_role IS NULL""",
        "images-among-procedures": "own_kind <> own_said",
        "decimal-comma": f"own_kind = 'answer' AND regexp_full_match(value, {_COMMA})",
    },
}
"""By id: the rows for which it holds."""

_MISSING: Final = {
    "no-encounter": "count(*) > 0 AND count(visit_id) = 0 FROM stage_events",
    "no-clinician": "count(*) > 0 AND count(clinician) = 0 FROM"
    " (SELECT clinician FROM stage_events UNION ALL SELECT clinician FROM stage_visits)",
    "some-settings": "count(setting) > 0 AND count(*) > count(setting) FROM stage_visits",
    "no-onset": "count(*) > 0 AND count(onset_text) = 0 FROM"
    " (SELECT onset_text FROM stage_events UNION ALL SELECT onset_text FROM stage_visits)",
    "no-position": "count(*) > 0 AND count(position) = 0 FROM stage_events"
    " WHERE kind = 'condition'",
    "no-order-link": "count(*) > 0 AND count(links) = 0 FROM stage_events WHERE kind = 'imaging'",
    "no-death": "count(*) > 0 AND count(death_text) = 0 FROM stage_patients",
    "no-enrolment": "count(*) > 0 AND count(enrolled_from_text) = 0"
    " AND (SELECT count(*) FROM stage_coverage) = 0 FROM stage_patients",
}
"""By id: a condition over the staging tables of the whole export."""

# Across rows -----------------------------------------------------------------------------------

_SHARED_VISIT_IDS: Final = """
SELECT count(*) FROM (
    SELECT source_id FROM stage_visits WHERE source_id IS NOT NULL
    GROUP BY source_id HAVING min(patient_id) <> max(patient_id)
)
"""

_LINKED_CONDITIONS: Final = (
    "SELECT count(*) FROM stage_events WHERE kind = 'condition'"
    " AND (visit_id IS NOT NULL OR claim IS NOT NULL)"
)

_CLAIM_REASONS: Final = """
WITH images AS (
    SELECT DISTINCT patient_id, claim FROM stage_events
    WHERE kind = 'imaging' AND claim IS NOT NULL
),
diagnoses AS (
    SELECT patient_id, claim, unnest(codings) AS coding, coalesce(position, 99) AS place
    FROM stage_events SEMI JOIN images USING (patient_id, claim)
    WHERE kind = 'condition'
        AND coalesce(status, '') NOT IN ('cancelled', 'entered-in-error', 'not-done', 'refuted')
),
once AS (
    SELECT patient_id, claim, coding, min(place) AS place FROM diagnoses GROUP BY ALL
),
reasons AS (
    SELECT patient_id, claim, list(coding ORDER BY place, coding) AS codings
    FROM once GROUP BY ALL
)
UPDATE stage_events SET reason = list_concat(reason, reasons.codings) FROM reasons
WHERE stage_events.kind = 'imaging'
    AND stage_events.patient_id = reasons.patient_id AND stage_events.claim = reasons.claim
"""
