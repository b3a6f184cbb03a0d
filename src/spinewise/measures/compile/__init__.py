"""
Definitions for everybody at once: a plan of named queries, run by a relational engine.

Read beside :mod:`spinewise.measures.interpret`, file by file: :mod:`.episodes`, :mod:`.images`,
:mod:`.screen`, :mod:`.terms`. Every query is a SQLGlot tree; the records are read up to the table
``evidence`` (SEMANTICS 9) and never after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from spinewise.know.model import Indicator
from spinewise.know.terms import AnswerIs, RedFlag, Term, Visited
from spinewise.know.walk import DAYS_KEYS, terms_in
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import episode_steps
from spinewise.measures.compile.images import image_steps
from spinewise.measures.compile.screen import (
    emergency_column,
    emergency_steps,
    finding_codes,
    relevant_to_findings,
    screen_steps,
)
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    all_of,
    any_of,
    day,
    from_file,
    negate,
    source,
    text,
    touches,
)
from spinewise.measures.compile.terms import Context, day_0_column, is_carried
from spinewise.measures.frame import Frame, item_concept
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT


@dataclass(frozen=True)
class Plan:
    """What has to be run, in order, to put every unit in its place."""

    code_is: tuple[dict[str, str], list[tuple[object, ...]]]
    """Columns and rows of the table of code predicates."""
    finding_code: list[tuple[int, int, str]]
    steps: list[tuple[str, exp.Expr]]
    """Tables and the queries that fill them; the last is ``outcome``, if there are indicators."""

    def sql(self, dialect: str = "duckdb") -> dict[str, str]:
        """Every query as text in the dialect of an engine."""
        return {name: tree.sql(dialect=dialect, pretty=True) for name, tree in self.steps}


def compile_plan(frame: Frame, indicators: Sequence[Indicator]) -> Plan:
    """The plan that gives the outcome of every unit under every indicator."""
    codes = CodePredicates(frame)
    relevant_to_findings(frame, codes)
    index = Context("index_flag", "unit", "unit", "", frame, codes)
    reasons = Context("reason_flag", "reading", "reading", "u.as_of", frame, codes)
    package = frame.package
    reason = any_of(reasons.holds(r.when, recorded=False) for r in package.red_flags.reason)
    results = [_outcome(indicator, frame, index, codes) for indicator in indicators]
    terms = [*_terms(frame, indicators)]
    steps = [
        *episode_steps(frame, codes),
        *image_steps(frame, codes),
        ("unit", _units(frame)),
        ("evidence", _evidence(frame, terms)),
        *emergency_steps(frame, _emergencies_asked(terms)),
        ("near_visit", _near_visits(terms)),
        ("reading", _readings(frame, _days_read(terms))),
        *screen_steps(frame),
        *reasons.steps(),
        ("judged", _judged(reasons, reason)),
        *index.steps(),
    ]
    if results:
        steps.append(("outcome", " UNION ALL ".join(results)))
    return Plan(
        code_is=(codes.schema(), codes.rows()),
        finding_code=finding_codes(frame),
        steps=[(name, sqlglot.parse_one(query, read="duckdb")) for name, query in steps],
    )


def _terms(frame: Frame, indicators: Sequence[Indicator]) -> list[Term]:
    """Every term that the run asks about."""
    whole = [exclusion.when for exclusion in frame.package.episode.exclusion]
    whole += [reason.when for reason in frame.package.red_flags.reason]
    found = [inner for term in whole for inner in terms_in(term)]
    return found + [inner for indicator in indicators for inner in _terms_of(indicator)]


def _terms_of(indicator: Indicator) -> list[Term]:
    whole = [t for t in (indicator.population, indicator.numerator) if t is not None]
    whole += indicator.also_count.values()
    return [inner for term in whole for inner in terms_in(term)]


def _days_read(terms: Sequence[Term]) -> list[int]:
    """The days, other than the first image, on which a term reads the screen."""
    return sorted(
        {
            t.by
            for t in terms
            if isinstance(t, RedFlag) and t.by is not None and t.state != "emergency"
        }
    )


def _emergencies_asked(terms: Sequence[Term]) -> list[int | None]:
    """The days by which a term asks for an emergency; None: the end of the episode."""
    asked = {t.by for t in terms if isinstance(t, RedFlag) and t.state == "emergency"}
    return sorted(asked, key=lambda by: (by is None, by))


def _windows(terms: Sequence[Term]) -> list[tuple[int | str, int]]:
    return [getattr(t, key) for t in terms for key in DAYS_KEYS if hasattr(t, key)]


def _units(frame: Frame) -> str:
    """Episodes, or perhaps so, of the scope, and those that hold an image of the scope."""
    first, last = frame.scope
    return f"""
        SELECT * FROM candidate
        WHERE is_dated AND is_episode IS DISTINCT FROM FALSE
            AND ((index_lo <= {last} AND index_hi >= {first}) OR unit IN (
                SELECT unit FROM placed WHERE unit IS NOT NULL
                    AND day_lo <= {last} AND day_hi >= {first}))
    """


def _evidence(frame: Frame, terms: Sequence[Term]) -> str:
    """One row an event that some definition names, and unit (SEMANTICS 9)."""
    length = frame.package.episode.index.length
    horizon = length + max([last for _, last in _windows(terms)] + [length])
    return f"""
        SELECT u.unit, e.event, e.kind, e.code, e.specialty, e.status, e.category, e.visit,
            e.claim, e.link, e.value, e.number, {day("e.start_lo")} AS day_lo,
            {day("e.start_hi")} AS day_hi, e.start_time AS day_time,
            {day("coalesce(e.recorded_lo, e.start_lo)")} AS seen_lo,
            {day("coalesce(e.recorded_hi, e.start_hi)")} AS seen_hi, e.recorded_time,
            {day("e.end_lo")} AS end_lo, {day("e.end_hi")} AS end_hi
        FROM events AS e JOIN unit AS u ON u.patient = e.patient
        LEFT JOIN code_is AS c ON c.code = e.code
        LEFT JOIN code_is AS s ON s.code = e.specialty
        WHERE e.kind <> 'imaging' AND e.start_lo IS NOT NULL
            AND (c.is_evidence OR e.kind = 'referral'
                OR (e.kind = 'procedure' AND s.is_evidence))
            AND {day("e.start_lo")} <= u.index_lo + {horizon}
    """


def _near_visits(terms: Sequence[Term]) -> str:
    """Visits that a term about visits may ask for, and units."""
    windows = _windows([term for term in terms if isinstance(term, Visited)])
    first = min((a if isinstance(a, int) else int(FIRST_DAY) for a, _ in windows), default=0)
    last = max((b for _, b in windows), default=-1)
    return f"""
        SELECT u.unit, {day("v.start_lo")} AS day_lo, {day("v.start_hi")} AS day_hi, v.setting,
            v.code, v.specialty
        FROM visits AS v JOIN unit AS u ON u.patient = v.patient
        LEFT JOIN emergency AS e ON e.unit = u.unit
        WHERE v.start_lo IS NOT NULL AND {day("v.start_hi")} >= u.index_lo + {first}
            AND {day("v.start_lo")} <= greatest(u.index_lo, coalesce(e.since, u.index_lo)) + {last}
    """


def _readings(frame: Frame, days_read: Sequence[int]) -> str:
    """The days on which screens are read: each unit's, each image's, and fixed days."""
    opens, closes = frame.package.imaging.window
    image = "link, shown_link, shown_lo, shown_hi, performed_time"
    no_image = ", ".join(f"NULL AS {name.strip()}" for name in image.split(","))
    fixed = "".join(
        f" UNION ALL SELECT 'by {number}', unit, NULL, index_lo, index_lo + {number}, {no_image}"
        " FROM unit"
        for number in days_read
    )
    return f"""
        WITH first_image AS (
            SELECT unit, min({{'after': after_lo, 'event': event, 'source': source,
                'image': image}}).image AS image
            FROM placed
            WHERE certain AND region AND after_lo = after_hi
                AND after_lo BETWEEN {opens} AND {closes}
            GROUP BY unit
        ), every AS (
            SELECT 'episode' AS of_what, u.unit, f.image, u.index_lo,
                u.index_lo + coalesce(p.after_lo, {closes}) AS as_of, {_prefixed("p", image)}
            FROM unit AS u LEFT JOIN first_image AS f ON f.unit = u.unit
            LEFT JOIN placed AS p ON p.image = f.image
            UNION ALL
            SELECT 'image', p.unit, p.image, p.index_lo, greatest(p.day_lo, p.index_lo),
                {_prefixed("p", image)}
            FROM placed AS p JOIN unit AS u USING (unit)
            WHERE p.certain AND p.day_lo = p.day_hi
            {fixed}
        )
        SELECT row_number() OVER (ORDER BY of_what, unit, image) AS reading, * FROM every
    """


def _prefixed(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in columns.split(","))


def _judged(reasons: Context, reason: str) -> str:
    """Each reading with its screen, its accepted reason and its verdict."""
    return f"""
        WITH reasoned AS (
            SELECT r.reading, r.of_what, r.unit, r.image, screen.* EXCLUDE (reading),
                {reason} AS reason
            FROM reading AS r JOIN screen USING (reading) {reasons.joins("r")}
        )
        SELECT *, CASE WHEN status OR reason THEN 'indicated'
            WHEN NOT (status OR reason) THEN 'not-indicated' ELSE 'cannot-tell' END AS verdict
        FROM reasoned
    """


def _outcome(indicator: Indicator, frame: Frame, index: Context, codes: CodePredicates) -> str:
    match indicator.unit:
        case "episode":
            return _episodes(indicator, frame, index)
        case "image":
            return _images(indicator, frame, index)
        case "answer":
            return _answers(indicator, frame, index, codes)


def _episodes(indicator: Indicator, frame: Frame, index: Context) -> str:
    terms = _both_ways(indicator, index)
    first, last = frame.scope
    assumed = _listed(
        {
            "onset-not-recorded": "onset_lo IS NULL",
            "setting-not-recorded": "setting IS NULL",
        }
    )
    return f"""
        SELECT * FROM (WITH asked AS (
            SELECT c.*, {_emergency(indicator)}
            FROM candidate AS c LEFT JOIN emergency AS e ON e.unit = c.unit
            WHERE c.index_lo <= {last} AND c.index_hi >= {first}
        ), known AS (
            SELECT asked.*, CASE WHEN screen.status THEN 'present'
                    WHEN NOT screen.status THEN 'absent' ELSE 'not-documented' END AS label,
                {terms}, {_exclusions(frame, index)}, {
        _missed(indicator, frame, day_0_column(indicator.anchor))
    } AS missed,
                {_follows(indicator)} AS follows
            FROM asked
            LEFT JOIN judged AS screen ON screen.unit = asked.unit AND screen.of_what = 'episode'
            {_fixed_readings(indicator, frame, "asked.unit")}
            {index.joins("asked")}
        )
        {
        _placed(
            indicator,
            frame,
            unit="is_episode AND follows",
            undated="NOT is_dated",
            outside={"age": "age IS FALSE", "washout": "washout IS FALSE"},
            unknown={
                "age-unknown": "age IS NULL",
                "washout-unknown": "washout IS NULL",
                "date-unknown": "follows IS NULL",
            },
            undated_unknown={"date-unknown": "TRUE"},
            undated_label="''",
            modality="''",
            assumed=assumed,
            days="index",
        )
    })
    """


def _images(indicator: Indicator, frame: Frame, index: Context) -> str:
    terms = _both_ways(indicator, index)
    first, last = frame.scope
    unknown = {
        "age-unknown": "age IS NULL",
        "region-unknown": "region IS NULL",
        "washout-unknown": "washout IS NULL",
    }
    return f"""
        SELECT * FROM (WITH asked AS (
            SELECT p.*, c.patient_id, c.washout, c.age, c.is_episode, c.onset_lo, c.onset_hi,
                p.proposed OR coalesce(c.proposed, FALSE) AS rests_on_proposed,
                p.certain AND p.day_lo = p.day_hi AND c.is_dated AS is_dated,
                {_emergency(indicator)}
            FROM placed AS p LEFT JOIN candidate AS c ON c.unit = p.unit
            LEFT JOIN emergency AS e ON e.unit = p.unit
            WHERE p.day_lo <= {last} AND p.day_hi >= {first}
        ), known AS (
            SELECT asked.* EXCLUDE (proposed, patient_id), asked.rests_on_proposed AS proposed,
                who.patient_id,
                coalesce(screen.verdict, 'cannot-tell') AS label,
                {terms}, {_exclusions(frame, index)}, {
        _missed(indicator, frame, "day_lo")
    } AS missed
            FROM asked JOIN patients AS who ON who.patient = asked.patient
            LEFT JOIN judged AS screen ON screen.image = asked.image AND screen.of_what = 'image'
            {_fixed_readings(indicator, frame, "asked.unit")}
            {index.joins("asked")}
        )
        {
        _placed(
            indicator,
            frame,
            unit="is_episode AND region",
            undated="NOT is_dated",
            outside={"no-episode": "unit IS NULL"},
            unknown=unknown,
            undated_unknown={**unknown, "date-unknown": "TRUE"},
            undated_label="'cannot-tell'",
            modality="modality",
            assumed=_listed({"dated-by-performance": "order_lo IS NULL"}),
            days="day",
        )
    })
    """


def _answers(indicator: Indicator, frame: Frame, index: Context, codes: CodePredicates) -> str:
    assert isinstance(indicator.numerator, AnswerIs)
    item = codes.column([item_concept(indicator.numerator.item)], name="item")
    first, last = frame.scope
    said = "regexp_replace(trim(replace(lower(coalesce(a.value, '')), '_', ' ')), '\\s+', '-', 'g')"
    return f"""
        SELECT * FROM (WITH known AS (
            SELECT *, {_both_ways(indicator, index)}, FALSE AS excluded, '' AS exclusions,
                '' AS exclusions_unknown, '' AS missed, FALSE AS proposed,
                '' AS label
            FROM (
                SELECT p.patient_id, {source("a")} AS source,
                    {day("a.start_lo")} AS day_lo, {day("a.start_hi")} AS day_hi,
                    coalesce(nullif(a.clinician, ''), v.clinician, '') AS clinician, {said} AS said
                FROM events AS a {from_file("a")} JOIN code_is AS c ON c.code = a.code AND c.{item}
                JOIN patients AS p ON p.patient = a.patient
                LEFT JOIN visits AS v ON v.visit = a.visit
                WHERE a.kind = 'answer' AND a.status IS DISTINCT FROM 'refuted'
            ) WHERE {touches("day", str(first), str(last))}
        )
        {
        _placed(
            indicator,
            frame,
            unit="CASE WHEN day_lo = day_hi THEN TRUE ELSE NULL END",
            undated="FALSE",
            outside={},
            unknown={"date-unknown": "day_lo <> day_hi"},
            undated_unknown={},
            undated_label="''",
            modality="''",
            assumed="''",
            days="day",
        )
    })
    """


def _emergency(indicator: Indicator) -> str:
    """The columns of the table ``emergency`` that the terms of an indicator may ask for."""
    asked = _emergencies_asked(_terms_of(indicator))
    columns = ["e.since AS emergency_since"]
    columns += [f"e.{emergency_column(by)} AS emergency_{emergency_column(by)}" for by in asked]
    return ", ".join(columns)


def _both_ways(indicator: Indicator, index: Context) -> str:
    """Population and numerator, as recorded and with their unknowns."""

    who, what, anchor = indicator.population, indicator.numerator, indicator.anchor
    also = {
        name: index.holds(term, recorded=True, anchor=anchor)
        for name, term in indicator.also_count.items()
    }
    return f"""
        {index.holds(who, recorded=True) if who else "TRUE"} AS population_recorded,
        {index.holds(who, recorded=False) if who else "TRUE"} AS population,
        {index.holds(what, recorded=True, anchor=anchor)} AS numerator_recorded,
        {index.holds(what, recorded=False, anchor=anchor)} AS numerator,
        {_listed(also)} AS also
    """


def _exclusions(frame: Frame, index: Context) -> str:
    rules = sorted(frame.package.episode.exclusion, key=lambda rule: rule.id)
    held = {rule.id: index.holds(rule.when, recorded=False) for rule in rules}
    unknown = {f"{name}-unknown": f"({value}) IS NULL" for name, value in held.items()}
    return f"""
        {any_of(held.values())} AS excluded, {_listed(held)} AS exclusions,
        {_listed(unknown)} AS exclusions_unknown
    """


def _fixed_readings(indicator: Indicator, frame: Frame, unit: str) -> str:
    asked = _days_read(_terms(frame, [indicator]))
    return " ".join(
        f"LEFT JOIN judged AS screen_by_{number} ON screen_by_{number}.unit = {unit}"
        f" AND screen_by_{number}.of_what = 'by {number}'"
        for number in asked
    )


def _missed(indicator: Indicator, frame: Frame, day_0: str) -> str:
    """Why a unit cannot be evaluated, or an empty text."""
    reasons = []
    if indicator.window and indicator.unit == "episode":
        ends = f"{day_0} + {indicator.window[1]}"
        died = "dies_hi" if indicator.death_ends else LAST_DAY
        reasons.append(f"WHEN least(leaves_hi, {died}) < {ends} THEN 'not-followed'")
        reasons.append(f"WHEN {frame.cutoff} < {ends} THEN 'not-yet'")
    needs = {}
    for need in indicator.needs:
        first = need.days[1] if need.days[0] == "ever" else need.days[0]
        carried = is_carried(frame, need.domain, f"{day_0} + {first}", f"{day_0} + {need.days[1]}")
        needs[f"not-carried:{need.domain}"] = negate(carried)
    if indicator.anchor == "emergency-finding":
        reasons.insert(0, "WHEN emergency_since IS NULL THEN ''")
    return f"CASE {' '.join(reasons) or 'WHEN FALSE THEN NULL'} ELSE {_listed(needs)} END"


def _follows(indicator: Indicator) -> str:
    """True where a unit was followed to the end of its window for sure, else NULL."""
    if not indicator.window:
        return "TRUE"
    died = "dies_lo" if indicator.death_ends else LAST_DAY
    late = f"least(leaves_lo, {died}) < {day_0_column(indicator.anchor)} + {indicator.window[1]}"
    if indicator.anchor == "emergency-finding":
        late = f"emergency_since IS NOT NULL AND {late}"
    return f"CASE WHEN {late} THEN NULL ELSE TRUE END"


def _listed(reasons: dict[str, str]) -> str:
    """The names whose condition holds, sorted and joined by semicolons."""
    if not reasons:
        return "''"
    parts = ", ".join(
        f"CASE WHEN {condition} THEN {text(name)} END"
        for name, condition in sorted(reasons.items())
    )
    return f"concat_ws(';', {parts})"


def _placed(
    indicator: Indicator,
    frame: Frame,
    *,
    unit: str,
    undated: str,
    outside: dict[str, str],
    unknown: dict[str, str],
    undated_unknown: dict[str, str],
    undated_label: str,
    modality: str,
    assumed: str,
    days: str,
) -> str:
    """Put units in their places: the order of the questions is that of ``interpret._judge``."""
    is_outside = any_of(outside.values())
    # One list of names, so that they come out sorted whatever their source.
    doubts = {
        **unknown,
        "numerator-unknown": "numerator_recorded IS NULL",
        "population-unknown": "population_recorded IS NULL",
        **{
            f"{rule.id}-unknown": f"excluded IS NULL AND contains(exclusions_unknown, '{rule.id}-')"
            for rule in frame.package.episode.exclusion
        },
    }
    beside = "TRUE" if indicator.unknown_population == "beside" else "FALSE"
    eligible = all_of([f"({unit})", "population", negate("excluded")])
    inside = (
        f"CASE WHEN numerator THEN {IN_WITH} WHEN NOT numerator THEN {IN_WITHOUT}"
        f" ELSE {IN_WITH + IN_WITHOUT} END"
    )
    return f"""
        , doubted AS (
            SELECT *, {_listed(doubts)} AS doubts FROM known
        ), sorted_out AS (
            SELECT *, CASE WHEN {is_outside} THEN 'outside' WHEN {undated} THEN 'undecided'
                    WHEN missed <> '' THEN 'not-evaluated' WHEN excluded THEN 'excluded'
                    WHEN {beside} AND population IS NULL THEN 'beside'
                    WHEN population_recorded IS FALSE THEN 'outside'
                    WHEN doubts <> '' THEN 'undecided' ELSE 'in' END AS category,
                {is_outside} AS is_outside, {undated} AS is_undated,
                CASE WHEN {eligible} THEN {inside} WHEN NOT {eligible} THEN {OUT}
                    ELSE {OUT} + {inside} END AS allowed
            FROM doubted
        )
        SELECT {text(indicator.id)} AS indicator, source AS unit_id, patient_id,
            {days}_lo AS day_lo, {days}_hi AS day_hi, clinician, {modality} AS modality, category,
            CASE WHEN is_outside THEN {_listed(outside)}
                WHEN is_undated THEN {_listed(undated_unknown)}
                WHEN category = 'not-evaluated' THEN missed
                WHEN category = 'excluded' THEN exclusions
                WHEN category = 'beside' THEN 'population-unknown'
                WHEN category = 'outside' THEN 'population'
                WHEN category = 'undecided' THEN doubts ELSE '' END AS reasons,
            CASE WHEN is_outside THEN FALSE
                WHEN is_undated OR category = 'not-evaluated' THEN NULL
                ELSE ({unit}) AND population_recorded END AS in_denominator,
            CASE WHEN is_outside OR is_undated OR category = 'not-evaluated' THEN FALSE
                ELSE excluded END AS excluded,
            CASE WHEN is_outside THEN FALSE
                WHEN is_undated OR category = 'not-evaluated' THEN NULL
                ELSE numerator_recorded END AS in_numerator,
            CASE WHEN is_outside THEN {OUT} WHEN is_undated THEN {OUT + IN_WITHOUT + IN_WITH}
                WHEN category IN ('not-evaluated', 'excluded', 'beside') THEN {OUT}
                ELSE allowed END AS places,
            CASE WHEN is_outside THEN '' WHEN is_undated THEN {undated_label}
                ELSE label END AS verdict,
            CASE WHEN category = 'in' THEN also ELSE '' END AS also,
            {assumed} AS assumed, proposed
        FROM sorted_out
    """
