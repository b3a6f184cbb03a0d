"""Index visits and episodes of everybody (SEMANTICS 4), as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    day,
    inside,
    one_of,
    touches,
)
from spinewise.measures.frame import Frame

Step = tuple[str, str]
"""The name of a table and the query that fills it."""


def at_practice(frame: Frame, visit: str) -> str:
    """Whether a visit was at the practice; one without a setting was."""
    setting = f"{visit}.setting"
    at = one_of(setting, frame.package.episode.index.practice_settings)
    return f"({setting} IS NULL OR {at})"


def is_elsewhere(frame: Frame, visit: str) -> str:
    """Whether an index visit was at another place, so that a later one may be the practice's."""
    first, last = frame.scope
    return (
        f"(NOT {at_practice(frame, visit)} AND {visit}.index_lo = {visit}.index_hi"
        f" AND {visit}.index_lo BETWEEN {first} AND {last})"
    )


def episode_steps(
    frame: Frame, codes: CodePredicates, visit_steps: Iterable[Step]
) -> Iterator[Step]:
    """
    Candidates for episodes, as far back as the units of the scope and their images ask for.

    ``visit_steps`` make ``asked_visit``, between the index visits and their attribution.
    """
    rule = frame.package.episode.index
    diagnosis = codes.column(rule.diagnosis, name="diagnosis")
    verified = codes.verified(rule.diagnosis, name="diagnosis_verified")

    first, last = rule.washout
    opens = FIRST_DAY if first == "ever" else f"(v.index_lo + {first})"

    yield "reach", _reach(frame)
    earlier = "" if first == "ever" else f"AND day_hi >= (SELECT index_from FROM reach) + {first}"
    yield (
        "diagnosis",
        f"""
        SELECT * FROM (
            SELECT patient, {day("coalesce(visit_lo, start_lo)")} AS day_lo,
                {day("coalesce(visit_hi, start_hi)")} AS day_hi, visit,
                coalesce(visit_setting, setting) AS setting,
                {day("onset_lo")} AS onset_lo, {day("onset_hi")} AS onset_hi,
                {verified} AS is_verified, visit_lo, visit_hi, visit_time, visit_setting,
                visit_clinician, visit_onset_lo, visit_onset_hi
            FROM events JOIN code_is USING (code)
            WHERE {diagnosis} AND kind = 'condition' AND status IS DISTINCT FROM 'refuted'
                AND start_lo IS NOT NULL
            UNION ALL
            SELECT patient, {day("start_lo")}, {day("start_hi")}, visit, setting,
                NULL, NULL, {verified}, start_lo, start_hi, start_time, setting,
                clinician, onset_lo, onset_hi
            FROM visits JOIN code_is USING (code)
            WHERE {diagnosis} AND start_lo IS NOT NULL
        ) WHERE TRUE {earlier}
        """,
    )
    yield (
        "first_visit",
        f"""
        WITH unlinked AS (
            SELECT patient, DATE '1970-01-01' + CAST(day_lo AS INTEGER) AS start_lo
            FROM diagnosis WHERE visit IS NULL AND day_lo = day_hi
        ), index_visit AS (
            SELECT patient, visit, visit_lo AS start_lo, visit_hi AS start_hi,
                visit_time AS start_time, visit_setting AS setting, visit_clinician AS clinician,
                visit_onset_lo AS onset_lo, visit_onset_hi AS onset_hi
            FROM diagnosis WHERE visit IS NOT NULL AND visit_lo IS NOT NULL
            UNION ALL
            SELECT patient, visit, start_lo, start_hi, start_time, setting, clinician,
                onset_lo, onset_hi
            FROM visits SEMI JOIN unlinked USING (patient, start_lo)
            WHERE start_lo = start_hi
        )
        SELECT patient, visit, {day("start_lo")} AS index_lo, {day("start_hi")} AS index_hi,
            start_lo, start_hi, start_time, setting, coalesce(clinician, '') AS clinician,
            {day("onset_lo")} AS onset_lo, {day("onset_hi")} AS onset_hi
        FROM index_visit
        WHERE (setting IS NULL OR {one_of("setting", rule.settings)})
            AND {day("start_hi")} >= (SELECT index_from FROM reach)
        QUALIFY row_number() OVER (
            PARTITION BY patient, start_lo, start_hi
            ORDER BY start_time IS NULL, start_time, visit) = 1
        """,
    )
    yield from visit_steps
    yield (
        "followed",
        f"""
        WITH later AS (
            SELECT v.visit AS index_visit, p.visit, p.day_lo, p.start_time, p.clinician
            FROM first_visit AS v JOIN asked_visit AS p ON p.patient = v.patient
                AND p.day_lo BETWEEN v.index_lo AND v.index_lo + {rule.attribute_by}
            WHERE {is_elsewhere(frame, "v")}
                AND {at_practice(frame, "p")} AND p.day_lo = p.day_hi
        )
        SELECT index_visit AS visit, coalesce(clinician, '') AS clinician FROM later
        QUALIFY row_number() OVER (
            PARTITION BY index_visit ORDER BY day_lo, start_time IS NULL, start_time, visit) = 1
        """,
    )
    yield (
        "covered",
        f"""
        WITH span AS (
            SELECT patient, {day("start_hi")} AS opens,
                coalesce({day("end_lo")}, {LAST_DAY}) AS closes
            FROM coverage SEMI JOIN first_visit USING (patient)
            WHERE start_hi IS NOT NULL
        ), marked AS (
            SELECT *, CASE WHEN opens <= 1 + max(closes) OVER (
                PARTITION BY patient ORDER BY opens, closes
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS starts
            FROM span
        ), numbered AS (
            SELECT *, sum(starts) OVER (
                PARTITION BY patient ORDER BY opens, closes ROWS UNBOUNDED PRECEDING) AS joined
            FROM marked
        )
        SELECT patient, min(opens) AS opens, max(closes) AS closes
        FROM numbered GROUP BY patient, joined
        """,
    )
    yield (
        "history",
        f"""
        WITH near AS (
            SELECT v.visit, d.onset_lo, d.onset_hi, d.is_verified,
                coalesce(d.visit = v.visit, v.index_lo = v.index_hi
                    AND d.day_lo = v.index_lo AND d.day_hi = v.index_lo) AS is_at_index,
                d.setting IS NULL OR NOT {one_of("d.setting", rule.washout_ignores)} AS counts,
                {inside("d.day", opens, f"(v.index_lo + {last})")} AS before_for_sure,
                {touches("d.day", opens, f"(v.index_lo + {last})")} AS before_perhaps
            FROM first_visit AS v JOIN diagnosis AS d ON d.patient = v.patient
        )
        SELECT visit, min({{'lo': onset_lo, 'hi': onset_hi}})
                FILTER (WHERE is_at_index AND onset_lo IS NOT NULL) AS onset,
            bool_or(is_at_index AND is_verified) AS is_verified,
            bool_or(counts AND before_for_sure) AS sure,
            bool_or(counts AND before_perhaps) AS possible
        FROM near GROUP BY visit
        """,
    )
    age = rule.minimum_age
    yield (
        "candidate",
        f"""
        WITH known AS (
            SELECT v.* EXCLUDE (onset_lo, onset_hi), p.birth_lo, p.birth_hi,
                {day("p.enrolled_from_hi")} AS enrolled_from_hi,
                least(coalesce({day("p.enrolled_to_lo")}, {LAST_DAY}),
                    CASE WHEN has.patient IS NULL THEN {LAST_DAY}
                        ELSE coalesce(s.closes, {FIRST_DAY}) END) AS leaves_lo,
                least(coalesce({day("p.enrolled_to_hi")}, {LAST_DAY}),
                    CASE WHEN has.patient IS NULL THEN {LAST_DAY}
                        ELSE coalesce(s.closes, {FIRST_DAY}) END) AS leaves_hi,
                CASE WHEN p.death_lo IS NOT NULL THEN {day("p.death_lo")}
                    WHEN p.death_text IS NOT NULL THEN {FIRST_DAY} ELSE {LAST_DAY} END AS dies_lo,
                CASE WHEN p.death_lo IS NOT NULL THEN {day("p.death_hi")} ELSE {LAST_DAY} END
                    AS dies_hi,
                CASE WHEN has.patient IS NULL THEN {FIRST_DAY}
                    ELSE coalesce(s.opens, {LAST_DAY}) END AS covered_from,
                coalesce(h.sure, FALSE) AS earlier_sure,
                coalesce(h.possible, FALSE) AS earlier_possible,
                least(h.onset, CASE WHEN v.onset_lo IS NOT NULL
                    THEN {{'lo': v.onset_lo, 'hi': v.onset_hi}} END) AS onset,
                coalesce(h.is_verified, FALSE) AS is_verified,
                CASE WHEN {at_practice(frame, "v")} OR v.index_lo <> v.index_hi THEN v.clinician
                    ELSE coalesce(f.clinician, '') END AS attributed
            FROM first_visit AS v
            JOIN patients AS p ON p.patient = v.patient
            LEFT JOIN (SELECT DISTINCT patient FROM covered) AS has ON has.patient = v.patient
            LEFT JOIN covered AS s ON s.patient = v.patient
                AND v.index_lo BETWEEN s.opens AND s.closes
            LEFT JOIN history AS h ON h.visit = v.visit
            LEFT JOIN followed AS f ON f.visit = v.visit
        ), judged AS (
            SELECT *, CASE
                WHEN index_lo <> index_hi THEN NULL
                WHEN earlier_sure THEN FALSE
                WHEN earlier_possible THEN NULL
                WHEN {opens.replace("v.", "")} >= greatest({frame.observed_from},
                    coalesce(enrolled_from_hi, {FIRST_DAY}), covered_from) THEN TRUE
                ELSE NULL END AS washout,
                CASE WHEN birth_lo IS NULL THEN NULL
                    WHEN {_age("birth_hi", "start_lo")} >= {age} THEN TRUE
                    WHEN {_age("birth_lo", "start_hi")} < {age} THEN FALSE
                    ELSE NULL END AS age
            FROM known
        )
        SELECT CAST(visit AS BIGINT) AS unit, patient, index_lo, index_hi,
            index_lo = index_hi AS is_dated, setting, attributed AS clinician,
            onset.lo AS onset_lo, onset.hi AS onset_hi,
            washout, age, washout AND age AS is_episode,
            leaves_lo, leaves_hi, dies_lo, dies_hi, NOT is_verified AS proposed
        FROM judged
        """,
    )


def _reach(frame: Frame) -> str:
    """
    How far back is looked: from ``image_from`` images are placed, from ``index_from`` visits may be
    an index. A unit has its index in the scope or holds an image of the scope; its images may be
    those of an earlier index.
    """
    length = frame.package.episode.index.length
    before = frame.package.imaging.counts_before_index
    first, last = frame.scope
    return f"""
        WITH held AS (
            SELECT least({first}, min(day_lo)) - {length} AS unit_from
            FROM image WHERE day_lo <= {last} AND day_hi >= {first}
        ), placed AS (
            SELECT coalesce(unit_from, {first} - {length}) - {before} AS image_from FROM held
        )
        SELECT image_from, coalesce(least(image_from, min(day_lo)), image_from) - {length}
            AS index_from
        FROM placed LEFT JOIN image ON day_hi >= image_from GROUP BY image_from
    """


def _age(birth: str, on: str) -> str:
    """Completed years; a birthday of 29 February falls on 1 March in other years."""
    return (
        f"(year({on}) - year({birth}) - CASE WHEN month({on}) * 100 + day({on})"
        f" < month({birth}) * 100 + day({birth}) THEN 1 ELSE 0 END)"
    )
