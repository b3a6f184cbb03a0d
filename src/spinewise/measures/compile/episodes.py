"""Index visits and episodes of everybody (SEMANTICS 4), as SQL."""

from __future__ import annotations

from collections.abc import Iterator

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


def episode_steps(frame: Frame, codes: CodePredicates) -> Iterator[Step]:
    rule = frame.package.episode.index
    diagnosis = codes.column(rule.diagnosis, name="diagnosis")
    verified = codes.verified(rule.diagnosis, name="diagnosis_verified")

    def at_practice(visit: str) -> str:
        setting = f"{visit}.setting"
        return f"({setting} IS NULL OR {one_of(setting, rule.practice_settings)})"

    scope = frame.scope
    first, last = rule.washout
    opens = FIRST_DAY if first == "ever" else f"(v.index_lo + {first})"

    yield (
        "diagnosis",
        f"""
        SELECT patient, {day("coalesce(visit_lo, start_lo)")} AS day_lo,
            {day("coalesce(visit_hi, start_hi)")} AS day_hi, visit,
            coalesce(visit_setting, setting) AS setting,
            {day("onset_lo")} AS onset_lo, {day("onset_hi")} AS onset_hi,
            {verified} AS is_verified
        FROM events JOIN code_is USING (code)
        WHERE {diagnosis} AND kind = 'condition' AND status IS DISTINCT FROM 'refuted'
            AND start_lo IS NOT NULL
        UNION ALL
        SELECT patient, {day("start_lo")}, {day("start_hi")}, visit, setting,
            NULL, NULL, {verified}
        FROM visits JOIN code_is USING (code)
        WHERE {diagnosis} AND start_lo IS NOT NULL
        """,
    )
    yield (
        "index_visit",
        f"""
        WITH linked AS (
            SELECT * FROM visits SEMI JOIN diagnosis USING (visit)
        ), unlinked AS (
            SELECT patient, DATE '1970-01-01' + CAST(day_lo AS INTEGER) AS start_lo
            FROM diagnosis WHERE visit IS NULL AND day_lo = day_hi
        ), same_day AS (
            SELECT visits.* FROM visits SEMI JOIN unlinked USING (patient, start_lo)
            ANTI JOIN diagnosis USING (visit)
            WHERE start_lo = start_hi
        )
        SELECT patient, visit, {day("start_lo")} AS index_lo, {day("start_hi")} AS index_hi,
            start_lo, start_hi, start_time, setting, coalesce(clinician, '') AS clinician,
            {day("onset_lo")} AS onset_lo, {day("onset_hi")} AS onset_hi
        FROM (SELECT * FROM linked UNION ALL SELECT * FROM same_day)
        WHERE (setting IS NULL OR {one_of("setting", rule.settings)}) AND start_lo IS NOT NULL
        """,
    )
    yield (
        "first_visit",
        """
        SELECT * FROM index_visit
        QUALIFY row_number() OVER (
            PARTITION BY patient, index_lo, index_hi
            ORDER BY start_time IS NULL, start_time, visit) = 1
        """,
    )
    yield (
        "followed",
        f"""
        WITH later AS (
            SELECT v.visit AS index_visit, p.visit, p.start_lo, p.start_time, p.clinician
            FROM first_visit AS v JOIN visits AS p ON p.patient = v.patient
                AND p.start_lo BETWEEN v.start_lo AND v.start_lo + {rule.attribute_by}
            WHERE NOT {at_practice("v")} AND v.index_lo = v.index_hi
                AND v.index_lo BETWEEN {scope[0]} AND {scope[1]}
                AND {at_practice("p")} AND p.start_lo = p.start_hi
        )
        SELECT index_visit AS visit, coalesce(clinician, '') AS clinician FROM later
        QUALIFY row_number() OVER (
            PARTITION BY index_visit ORDER BY start_lo, start_time IS NULL, start_time, visit) = 1
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
                CASE WHEN {at_practice("v")} OR v.index_lo <> v.index_hi THEN v.clinician
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


def _age(birth: str, on: str) -> str:
    """Completed years; a birthday of 29 February falls on 1 March in other years."""
    return (
        f"(year({on}) - year({birth}) - CASE WHEN month({on}) * 100 + day({on})"
        f" < month({birth}) * 100 + day({birth}) THEN 1 ELSE 0 END)"
    )
