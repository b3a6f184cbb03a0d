"""
SQL of the form: how its values are read, what is wrong with a row, and what goes where.

All expressions are over the columns of the form as text, NULL where empty.
"""

from __future__ import annotations

from typing import Final

from spinewise.intake.csv_table import literal, quoted
from spinewise.intake.form_columns import PERMITTED, WORDS, Target

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

READ: Final[dict[Target, list[tuple[str, str]]]] = {
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


FAULT: Final[dict[Target, str]] = {
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
            f"NOT regexp_full_match(position, {_NUMBER})"
            " OR coalesce(TRY_CAST(position AS INTEGER), 0) < 1 AND position IS NOT NULL",
            "position",
            "position '{}' is not a whole number from 1",
            "1 is the principal diagnosis; leave it empty where the order is not known.",
        ),
        _problem(
            f"NOT regexp_full_match(days_supply, {_NUMBER})"
            " OR TRY_CAST(days_supply AS INTEGER) IS NULL AND days_supply IS NOT NULL",
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

STAGE: Final[dict[Target, list[tuple[str, dict[str, str], str]]]] = {
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

ASSUMED: Final[dict[Target, dict[str, str]]] = {
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

MISSING: Final = {
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

SHARED_VISIT_IDS: Final = """
SELECT count(*) FROM (
    SELECT source_id FROM stage_visits WHERE source_id IS NOT NULL
    GROUP BY source_id HAVING min(patient_id) <> max(patient_id)
)
"""

LINKED_CONDITIONS: Final = (
    "SELECT count(*) FROM stage_events WHERE kind = 'condition'"
    " AND (visit_id IS NOT NULL OR claim IS NOT NULL)"
)

CLAIM_REASONS: Final = """
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
