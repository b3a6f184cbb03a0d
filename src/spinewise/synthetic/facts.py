"""
From the plan to facts: one row for everything that a practice would write down.

The table ``fact`` is the CSV form with integers for people and days; the three writers turn it
into files. Each kind of fact is one SELECT over the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from spinewise.synthetic.codes import CODES, EXPERIENCE, FINDING_SYSTEM, FINDINGS, Code
from spinewise.synthetic.people import NEVER, Clinicians
from spinewise.synthetic.plan import Plan
from spinewise.synthetic.rates import LAST_DIAGNOSIS
from spinewise.synthetic.visits import DRUGS, IMAGES, PLACES, PROBLEMS

ALL_CODES: Final = CODES | {
    finding.id: Code(FINDING_SYSTEM, finding.id, f"Red flag {finding.id}") for finding in FINDINGS
}
ANCHOR_EVERY: Final = 56
"""Days between the check-ups of the anchor person: no domain has a gap of 92 days."""


def connect() -> duckdb.DuckDBPyConnection:
    """A private connection with the codes and the macros that the queries use."""
    con = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    con.execute("SET preserve_insertion_order = true")
    con.execute("CREATE TABLE code (number INTEGER, name VARCHAR)")
    con.executemany("INSERT INTO code VALUES (?, ?)", list(enumerate(ALL_CODES)))
    con.execute("CREATE TABLE finding (id VARCHAR, code VARCHAR)")
    con.executemany("INSERT INTO finding VALUES (?, ?)", [[f.id, f.code] for f in FINDINGS])
    for place, column in enumerate(("system", "value", "display")):
        words = [code[place] for code in ALL_CODES.values()]
        con.execute(f"CREATE MACRO {column}_of(number) AS {words!r}[number + 1]")
    for name, definition in _MACROS.items():
        con.execute(f"CREATE MACRO {name} AS {definition}")
    return con


def load(con: duckdb.DuckDBPyConnection, plan: Plan, clinicians: Clinicians) -> None:
    """Put the plan of a block into the tables ``person``, ``bout``, ``image`` and ``other``."""
    ids = np.append(clinicians.id, "ED")
    table(con, "person", {**vars(plan.people), "clinician": ids[plan.people.clinician]})
    table(con, "bout", {**vars(plan.bouts), "clinician": ids[plan.bouts.clinician]})
    table(con, "image", {**vars(plan.images), "clinician": ids[plan.images.clinician]})
    person = plan.visits.person
    first = np.searchsorted(person, person)
    table(con, "other", {**vars(plan.visits), "number": 1000 + np.arange(person.size) - first})


def write_facts(con: duckdb.DuckDBPyConnection, start: int, end: int) -> None:
    """
    Make the table ``fact`` of the block that is loaded, without what nobody could have seen.

    It is sorted by person, day and visit; ``code`` and ``specialty`` are numbers of ``code``.
    """
    con.execute(f"CREATE OR REPLACE TABLE anchor AS {_anchor(start, end)}")
    parts = "\nUNION ALL BY NAME\n".join(
        f"(SELECT {number} part, * FROM ({part}))" for number, part in enumerate(_PARTS)
    )
    con.execute(
        f"""
        CREATE OR REPLACE TABLE fact AS
        SELECT raw.* EXCLUDE (part, code, specialty), person.patient, code.number AS code,
            special.number AS specialty
        FROM ({_SHAPE} UNION ALL BY NAME {parts}) raw
        JOIN person ON person.n = raw.person
        JOIN code ON code.name = raw.code
        LEFT JOIN code special ON special.name = raw.specialty
        WHERE greatest(raw.day, coalesce(recorded, raw.day)) <= person.followed_to
            AND (history OR raw.day >= person.joined)
        ORDER BY raw.person, raw.day, kind <> 'visit', visit, part, code.number, order_no, copy
        """
    )


def table(
    con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, NDArray[np.generic]]
) -> None:
    """Put arrays of one length into a table, with their place in ``n``."""
    arrays = {column: _plain(values) for column, values in columns.items()}
    size = next(iter(arrays.values())).size
    arrays["n"] = np.arange(size)
    con.register("arrays", arrays)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arrays ORDER BY n")
    con.unregister("arrays")


def _plain(values: NDArray[np.generic]) -> NDArray[np.generic]:
    return values.astype(np.int32) if values.dtype == np.int64 else values


# Words -------------------------------------------------------------------------------------------


def _case(column: str, words: dict[str, str]) -> str:
    cases = "".join(f" WHEN '{key}' THEN '{text}'" for key, text in words.items())
    return f"CASE {column}{cases} END"


_WORDS: Final = _case(
    "modality", {"xray": "Lumbar spine X-ray", "ct": "Lumbar spine CT", "mri": "Lumbar spine MRI"}
)
_MENTION: Final = "CASE language WHEN 'fr' THEN {fr} ELSE {en} END".format(
    fr=_case(
        "finding",
        {
            "N1": "Dit ne plus bien sentir la selle depuis hier et avoir perdu des urines.",
            "N2": "Le pied gauche tombe de plus en plus depuis trois jours.",
            "N3": "Engourdissement diffus des deux jambes.",
            "I4": "Abcès épidural à exclure.",
            "F1": "Chute de trois mètres la semaine dernière.",
            "F2": "Glissade sur le trottoir, contusion du dos.",
            "T1": "Cancer du sein il y a huit ans, traité ailleurs.",
            "T2": "A perdu sept kilos sans le vouloir.",
            "T3": "Douleur qui reveille la nuit.",
            "I1": "Fièvre à 38,6 hier soir.",
            "I5": "Discite traitée en octobre, à revoir.",
            "F5": "Fracture de vertèbre soupçonnée après un faux pas.",
            "T4": "Épuisée malgré le repos.",
        },
    ),
    en=_case(
        "finding",
        {
            "N1": "Numb around the saddle since yesterday, leaked urine twice.",
            "N2": "Left foot dropping more each day for three days.",
            "N3": "Diffuse numbness of both legs.",
            "I4": "Epidural abscess to be ruled out.",
            "F1": "Fell three metres from a ladder last week.",
            "F2": "Slipped on the ice and bruised the back.",
            "T1": "Had breast cancer eight years ago, treated elsewhere.",
            "T2": "Lost seven kilos without trying.",
            "T3": "Pain wakes her at night.",
            "I1": "Fever of 38.6 last night.",
            "I5": "Discitis treated in October, to be looked at again.",
            "F5": "Query collapsed vertebra after a stumble.",
            "T4": "Exhausted in spite of rest.",
        },
    ),
)

_MACROS: Final = {
    "opt(day)": f"nullif(day, {NEVER})",
    "known(word)": "nullif(CAST(word AS VARCHAR), '')",
    "date_of(day)": "DATE '1970-01-01' + CAST(day AS INTEGER)",
    "iso(day)": "CAST(date_of(day) AS VARCHAR)",
    "clock(minute)": "lpad(CAST(minute // 60 AS VARCHAR), 2, '0') || ':'"
    " || lpad(CAST(minute % 60 AS VARCHAR), 2, '0')",
    "moment(day, minute)": "iso(day) || coalesce('T' || clock(minute), '')",
    "patient_name(n)": "'P' || lpad(CAST(n AS VARCHAR), 7, '0')",
    "visit_name(n, visit)": "patient_name(n) || '-V' || lpad(CAST(visit AS VARCHAR), 4, '0')",
    "order_name(n, order_no)": "patient_name(n) || '-R' || order_no",
    "pick(choices, n)": "choices[1 + n % len(choices)]",
    "words(modality)": _WORDS,
    "mention(finding, language)": _MENTION,
}

# The shape of a fact -----------------------------------------------------------------------------

_SHAPE: Final = """
SELECT * FROM (SELECT
    NULL::INTEGER person, NULL::VARCHAR kind, NULL::VARCHAR "role", NULL::VARCHAR code,
    NULL::INTEGER "day", NULL::BOOLEAN month_only, NULL::INTEGER "minute", NULL::INTEGER "end",
    NULL::INTEGER recorded, NULL::BOOLEAN history, NULL::VARCHAR status, NULL::VARCHAR category,
    NULL::INTEGER visit, NULL::INTEGER "position", NULL::VARCHAR setting,
    NULL::VARCHAR modality, NULL::VARCHAR region, NULL::INTEGER order_no,
    NULL::VARCHAR clinician, NULL::VARCHAR clinician_role, NULL::VARCHAR specialty,
    NULL::INTEGER onset, NULL::VARCHAR "value", NULL::VARCHAR unit, NULL::INTEGER days_supply,
    NULL::VARCHAR "text", NULL::INTEGER "copy"
) WHERE false
"""
"""
``visit`` numbers a person's encounters: 10 x slot + 1 to 9 within bouts, from 1,000 on outside.
``history``: known from before the person joined. ``copy`` 2: the row is written a second time.
"""

# Visits and diagnoses of bouts -------------------------------------------------------------------

_LATER: Final = (
    # what, number, day, setting, clinician
    ("follow_up", 2, "day + follow_up", "office", "own"),
    ("recurrence", 3, "day + recurrence", "office", "own"),
    ("emergency_visit", 4, "day + emergency_visit", "emergency", "'ED'"),
    ("other_specialist", 6, "day + other_specialist", "office", "'SP-internal-medicine'"),
    ("laboratory", 7, "day - laboratory", "laboratory", "NULL"),
    ("inpatient", 8, "day - inpatient", "inpatient", "'HOSPITAL'"),
)


def _later_visits() -> list[str]:
    parts = []
    for what, number, day, setting, clinician in _LATER:
        specialty = "'internal-medicine'" if what == "other_specialist" else "NULL"
        code = "visit-internal-medicine" if what == "other_specialist" else f"visit-{setting}"
        minute = "1200" if what == "emergency_visit" else "480 + (person * 31 + day * 7) % 480"
        own = "(SELECT clinician FROM person WHERE person.n = bout.person)"
        parts.append(f"""
            SELECT person, 'visit' kind, '{code}' code, {day} "day", {minute} "minute",
                10 * slot + {number} visit, '{setting}' setting,
                {own if clinician == "own" else clinician} clinician, {specialty} specialty,
                'completed' status, false history, 1 "copy"
            FROM bout WHERE opt({what}) IS NOT NULL""")
        if what not in ("emergency_visit", "other_specialist"):
            parts.append(f"""
                SELECT person, 'condition' kind, diagnosis code, {day} "day", {day} recorded,
                    10 * slot + {number} visit, 'encounter-diagnosis' category, 1 "position",
                    {own if clinician == "own" else clinician} clinician, 'active' status,
                    false history, 1 "copy"
                FROM bout WHERE opt({what}) IS NOT NULL""")
    return parts


_BOUT_VISITS: Final = [
    # The index visit; one in eighty is written twice.
    """
    SELECT person, 'visit' kind, 'visit-' || setting code, "day", "minute", 10 * slot + 1 visit,
        setting, clinician, 'completed' status, false history, unnest([1, 2]) "copy"
    FROM bout WHERE n % 80 = 7
    """,
    """
    SELECT person, 'visit' kind, 'visit-' || setting code, "day", "minute", 10 * slot + 1 visit,
        setting, clinician, 'completed' status, false history, 1 "copy"
    FROM bout WHERE n % 80 <> 7
    """,
    # Its diagnosis. Where it names no visit it has an end, so that it is on no problem list.
    """
    SELECT person, 'condition' kind, diagnosis code, "day",
        CASE WHEN n % 20 = 3 AND linked THEN least("day" + 2, followed_to) ELSE "day" END recorded,
        CASE WHEN NOT linked THEN "day" + 20 END "end",
        CASE WHEN linked THEN 10 * slot + 1 END visit, 'encounter-diagnosis' category,
        "position", clinician, "day" - opt(onset) onset,
        CASE WHEN linked THEN 'active' ELSE 'completed' END status, false history, 1 "copy"
    FROM bout JOIN (SELECT n person, followed_to FROM person) USING (person)
    """,
    """
    SELECT person, 'condition' kind, 'knee' code, "day", "day" recorded, 10 * slot + 1 visit,
        'encounter-diagnosis' category, 1 "position", clinician, 'active' status,
        false history, 1 "copy"
    FROM bout WHERE "position" = 2
    """,
    *_later_visits(),
    """
    SELECT person, 'visit' kind, 'visit-' || specialty code, "day" + specialist "day",
        600 + person % 300 "minute", 10 * slot + 5 visit, 'office' setting,
        'SP-' || specialty clinician, specialty, 'completed' status, false history, 1 "copy"
    FROM bout WHERE opt(specialist) IS NOT NULL
    """,
    f"""
    SELECT person, 'condition' kind, diagnosis code, "day" + specialist "day",
        "day" + specialist recorded, 10 * slot + 5 visit, 'encounter-diagnosis' category,
        1 "position", 'SP-' || specialty clinician, 'active' status, false history, 1 "copy"
    FROM bout WHERE opt(specialist) <= {LAST_DIAGNOSIS} AND n % 2 = 0
    """,
    """
    SELECT person, 'referral' kind, 'referral' code, "day" + referral "day",
        "day" + referral recorded, clinician, specialty, 'active' status, false history, 1 "copy"
    FROM bout WHERE opt(referral) IS NOT NULL
    """,
]

# Red flags ---------------------------------------------------------------------------------------

_SCREENS: Final = [
    """
    SELECT person, 'finding' kind, finding.id code, "day" + screened "day",
        "day" + screened recorded, clinician,
        CASE WHEN finding.id IN (bout.finding, lasting) AND NOT contradicts THEN 'present'
            ELSE 'absent' END "value",
        'completed' status, false history, 1 "copy"
    FROM bout, finding WHERE opt(screened) IS NOT NULL
    """,
    """
    SELECT person, 'finding' kind, finding.id code, "day" + partly "day", "day" + partly recorded,
        clinician, 'absent' "value", 'completed' status, false history, 1 "copy"
    FROM bout, finding WHERE opt(partly) IS NOT NULL AND finding.id LIKE 'F%'
        AND finding.id <> lasting
    """,
    """
    SELECT person, 'finding' kind, finding code, "day" + answered "day", "day" + answered recorded,
        clinician, 'present' "value", 'completed' status, false history, 1 "copy"
    FROM bout WHERE opt(answered) IS NOT NULL
    """,
    """
    SELECT person, 'condition' kind, finding.code code, "day" + coded "day",
        "day" + coded_recorded recorded, "day" + opt(refuted) "end",
        CASE WHEN opt(refuted) IS NULL THEN 'active' ELSE 'refuted' END status,
        10 * slot + 1 visit, 'encounter-diagnosis' category, clinician, 3 "position",
        false history, 1 "copy"
    FROM bout JOIN finding ON finding.id = bout.finding WHERE opt(coded) IS NOT NULL
    """,
    """
    SELECT bout.person, 'note' kind, 'note' code, "day" + noted "day", "day" + noted recorded,
        10 * slot + 1 visit, clinician, 'completed' status, false history, 1 "copy",
        mention(finding, "language") "text"
    FROM bout JOIN (SELECT n person, "language" FROM person) USING (person)
    WHERE opt(noted) IS NOT NULL
    """,
    """
    SELECT bout.person, 'note' kind, 'note' code, "day", "day" recorded, 10 * slot + 1 visit,
        clinician, 'completed' status, false history, 1 "copy",
        CASE "language" WHEN 'fr'
            THEN 'Douleur depuis peu, aucun drapeau rouge.'
            ELSE 'Back pain for a few days, no red flags.' END "text"
    FROM bout JOIN (SELECT n person, "language" FROM person) USING (person) WHERE denied
    """,
]

# Lasting conditions ------------------------------------------------------------------------------

_LASTING: Final = [
    """
    SELECT n person, 'condition' kind,
        CASE trait
            WHEN 'cancer' THEN pick(['cancer', 'cancer-history'], n)
            WHEN 'immune' THEN 'hiv' WHEN 'injection' THEN 'opioid-misuse'
            WHEN 'steroid' THEN 'long-term-steroid' ELSE trait END code,
        trait_day "day", trait_recorded recorded, 'problem-list' category, clinician,
        'active' status, trait_day < joined history, 1 "copy"
    FROM person WHERE trait <> ''
    """,
    """
    SELECT n person, 'medication' kind, 'prednisone' code, fill "day", fill recorded,
        clinician, 'prescribing' clinician_role, 30 days_supply, 'active' status,
        false history, 1 "copy"
    FROM (SELECT *, unnest(generate_series(greatest(trait_day, joined), followed_to, 30)) fill
        FROM person WHERE trait = 'steroid')
    """,
    """
    SELECT n person, 'medication' kind, pick(['oxycodone', 'hydromorphone', 'tramadol'], n) code,
        fill "day", fill recorded, clinician, 'prescribing' clinician_role, 30 days_supply,
        'active' status, false history, 1 "copy"
    FROM (SELECT *, unnest(generate_series(joined + n % 28, followed_to, 30)) fill
        FROM person WHERE opioid_user)
    """,
    """
    SELECT n person, 'condition' kind, 'lbp-chronic' code, chronic_day "day",
        chronic_day recorded, CASE WHEN chronic = 'ended' THEN chronic_day + 120 END "end",
        'problem-list' category, clinician,
        CASE WHEN chronic = 'ended' THEN 'completed' ELSE 'active' END status,
        true history, 1 "copy"
    FROM person WHERE chronic <> ''
    """,
    """
    SELECT n person, 'condition' kind, 'pregnancy' code, pregnant_day "day",
        pregnant_day recorded, 'problem-list' category, clinician, 'active' status,
        pregnant_day < joined history, 1 "copy"
    FROM person WHERE opt(pregnant_day) IS NOT NULL
    """,
]

# Images ------------------------------------------------------------------------------------------

_IMAGES: Final = [
    # Orders: one in ninety is written twice, if it is linked.
    """
    SELECT person, 'imaging' kind, 'order' "role",
        CASE WHEN coding = 'fee' OR level_unknown THEN modality || '-fee'
            ELSE modality || '-lumbar' END code,
        ordered "day", ordered recorded, month_only, modality,
        CASE WHEN level_unknown THEN 'spine' WHEN coding = 'lumbar' THEN 'lumbar' END region,
        CASE WHEN linked THEN n END order_no, clinician, 'ordering' clinician_role,
        CASE WHEN cancelled THEN 'cancelled' ELSE 'active' END status, false history,
        CASE WHEN NOT level_unknown THEN words(modality) END "text",
        unnest(CASE WHEN linked AND n % 90 = 11 THEN [1, 2] ELSE [1] END) "copy"
    FROM image WHERE opt(ordered) IS NOT NULL
    """,
    """
    SELECT person, 'imaging' kind, 'performed' "role", modality || '-fee' code,
        performed "day", performed recorded, modality,
        CASE WHEN modality = 'xray' THEN 'lumbar' WHEN level_unknown THEN 'spine' END region,
        CASE WHEN linked THEN n END order_no,
        'RAD' clinician, 'performing' clinician_role, 'completed' status, false history,
        CASE WHEN NOT level_unknown THEN words(modality) END "text", 1 "copy"
    FROM image WHERE opt(performed) IS NOT NULL
    """,
]

# Medication and surveys --------------------------------------------------------------------------

_OUTCOMES: Final = [
    """
    SELECT person, 'medication' kind, opioid_name code, "day" + opioid "day",
        "day" + opioid recorded, clinician, 'prescribing' clinician_role, 5 + n % 10 days_supply,
        'active' status, false history, 1 "copy"
    FROM bout WHERE opt(opioid) IS NOT NULL
    """,
    """
    SELECT person, 'answer' kind, 'quality-of-life' code, "day" + quality_before "day",
        "day" + quality_before recorded, CAST(quality AS VARCHAR) "value",
        'completed' status, false history, 1 "copy"
    FROM bout WHERE opt(quality_before) IS NOT NULL
    """,
    """
    SELECT person, 'answer' kind, 'quality-of-life' code, "day" + quality_after "day",
        "day" + quality_after recorded, CAST(quality + quality_change AS VARCHAR) "value",
        'completed' status, false history, 1 "copy"
    FROM bout WHERE opt(quality_after) IS NOT NULL
    """,
    """
    SELECT person, 'answer' kind, 'surgical-candidate' code, "day" + surgical "day",
        "day" + surgical recorded, 'yes' "value", clinician, 'completed' status, false history,
        1 "copy"
    FROM bout WHERE opt(surgical) IS NOT NULL
    """,
    f"""
    SELECT person, 'answer' kind, 'experience' code, "day" + experience "day",
        "day" + experience recorded,
        {[*EXPERIENCE, "no-answer"]!r}[1 + experience_answer] "value",
        'completed' status, false history, 1 "copy"
    FROM bout WHERE opt(experience) IS NOT NULL
    """,
]

# Everything else ---------------------------------------------------------------------------------


def _named(column: str, shares: Mapping[str, float]) -> str:
    return f"{list(shares)!r}[1 + {column}]"


_OTHERS: Final = [
    f"""
    SELECT person, 'visit' kind,
        CASE {_named("place", PLACES)} WHEN 'specialist' THEN 'visit-internal-medicine'
            ELSE 'visit-' || {_named("place", PLACES)} END code,
        "day", "minute", number visit,
        CASE {_named("place", PLACES)} WHEN 'specialist' THEN 'office'
            ELSE {_named("place", PLACES)} END setting,
        CASE {_named("place", PLACES)} WHEN 'laboratory' THEN NULL WHEN 'inpatient' THEN 'HOSPITAL'
            WHEN 'emergency' THEN 'ED' WHEN 'specialist' THEN 'SP-internal-medicine'
            ELSE clinician END clinician,
        CASE {_named("place", PLACES)} WHEN 'specialist' THEN 'internal-medicine' END specialty,
        'completed' status, false history, 1 "copy"
    FROM other JOIN (SELECT n person, clinician FROM person) USING (person)
    """,
    f"""
    SELECT person, 'condition' kind, {_named("problem", PROBLEMS)} code, "day", "day" recorded,
        number visit, 'encounter-diagnosis' category, 1 "position", clinician,
        CASE WHEN n % 400 = 3 THEN 'entered-in-error' ELSE 'active' END status,
        false history, unnest(CASE WHEN n % 200 = 5 THEN [1, 2] ELSE [1] END) "copy"
    FROM other JOIN (SELECT n person, clinician FROM person) USING (person) WHERE problem > 0
    """,
    f"""
    SELECT DISTINCT person, 'medication' kind, {_named("drug", DRUGS)} code, "day", "day" recorded,
        clinician, 'prescribing' clinician_role, 30 days_supply, 'active' status, false history,
        1 "copy"
    FROM other JOIN (SELECT n person, clinician FROM person) USING (person) WHERE drug > 0
    """,
    f"""
    SELECT DISTINCT person, 'imaging' kind, 'performed' "role", {_named("image", IMAGES)} code,
        "day", "day" recorded, 'xray' modality, 'other' region, 'RAD' clinician,
        'performing' clinician_role, 'completed' status, false history, 1 "copy"
    FROM other WHERE image > 0
    """,
    # A back pain diagnosis that was entered in error: not a fact.
    """
    SELECT person, 'condition' kind, 'lbp' code, "day", "day" recorded, number visit,
        'encounter-diagnosis' category, 2 "position", clinician, 'entered-in-error' status,
        false history, 1 "copy"
    FROM other JOIN (SELECT n person, clinician FROM person) USING (person) WHERE n % 500 = 9
    """,
]

_ANCHORED: Final = [
    f"""
    SELECT person, 'visit' kind, 'visit-{code}' code, "day", {minute} "minute",
        9000 + 5 * k + {number} visit, '{setting}' setting, {clinician} clinician,
        {specialty} specialty, 'completed' status, false history, 1 "copy"
    FROM anchor
    """
    for number, (code, setting, minute, clinician, specialty) in enumerate(
        (
            ("office", "office", 540, "clinician", "NULL"),
            (
                "internal-medicine",
                "office",
                600,
                "'SP-internal-medicine'",
                "'internal-medicine'",
            ),
            ("emergency", "emergency", 660, "'ED'", "NULL"),
            ("inpatient", "inpatient", 720, "'HOSPITAL'", "NULL"),
        )
    )
] + [
    """
    SELECT person, 'condition' kind, 'hypertension' code, "day", "day" recorded, 9000 + 5 * k visit,
        'encounter-diagnosis' category, 1 "position", clinician, 'active' status, false history,
        1 "copy"
    FROM anchor
    """,
    """
    SELECT person, 'medication' kind, 'amlodipine' code, "day", "day" recorded, clinician,
        'prescribing' clinician_role, 60 days_supply, 'active' status, false history, 1 "copy"
    FROM anchor
    """,
    """
    SELECT person, 'imaging' kind, 'performed' "role", 'chest-xray' code, "day", "day" recorded,
        'xray' modality, 'other' region, 'RAD' clinician, 'performing' clinician_role,
        'completed' status, false history, 1 "copy"
    FROM anchor
    """,
    """
    SELECT person, 'answer' kind, 'quality-of-life' code, "day", "day" recorded, '7' "value",
        'completed' status, false history, 1 "copy"
    FROM anchor
    """,
    """
    SELECT person, 'referral' kind, 'referral' code, "day", "day" recorded, clinician,
        'internal-medicine' specialty, 'active' status, false history, 1 "copy"
    FROM anchor
    """,
]


def _anchor(start: int, end: int) -> str:
    return f"""
        SELECT n person, clinician, k, least({start} + {ANCHOR_EVERY} * k, {end}) "day"
        FROM person, range({-(-(end - start) // ANCHOR_EVERY) + 1}) t(k) WHERE anchor
    """


_PARTS: Final = [
    *_BOUT_VISITS,
    *_SCREENS,
    *_LASTING,
    *_IMAGES,
    *_OUTCOMES,
    *_OTHERS,
    *_ANCHORED,
]
