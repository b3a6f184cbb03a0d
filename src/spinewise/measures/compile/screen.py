"""The red-flag screen of everybody (SEMANTICS 2 and 3), as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from spinewise.know.model import Combination, Finding
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    any_of,
    negate,
    text,
    within,
)
from spinewise.measures.frame import Frame, finding_concept
from spinewise.measures.kleene import NEVER

_DAY = 86_400


FINDING_CODE: Final = {
    "code": "INTEGER",
    "finding": "BIGINT",
    "role": "VARCHAR",
    "look_back": "INTEGER",
}
"""The table ``finding_code``: what an event with a code says about a finding, a bit. Role ``said``:
a person's answer; ``coded``: evidence within the look-back (NULL: ever); ``current``: the code of
the finding itself."""


def finding_codes(frame: Frame) -> list[tuple[object, ...]]:
    """The rows of ``finding_code``."""
    rows: list[tuple[object, ...]] = []
    for finding in frame.package.red_flags.finding:
        look_back = None if finding.look_back == "ever" else finding.look_back
        roles = {
            "said": ({finding_concept(finding.id)}, None),
            "coded": (set(finding.codes), look_back),
            "current": (set(finding.current_codes), None),
        }
        for code, names in sorted(frame.concepts.items()):
            rows += [
                (code, bit(frame, finding), role, days)
                for role, (wanted, days) in roles.items()
                if names & wanted
            ]
    return rows


def relevant_to_findings(frame: Frame, codes: CodePredicates) -> list[str]:
    """The code predicates of every finding's codes; answers have a table of their own."""
    wanted: set[str] = set()
    for finding in frame.package.red_flags.finding:
        wanted |= {*finding.codes, *finding.current_codes}
    return [codes.evidence(wanted, name="finding")]


def emergency_steps(frame: Frame, days_asked: Sequence[int | None]) -> Iterator[Step]:
    """
    Whether an emergency finding was there by a day, since when, and what fits it.

    ``days_asked`` are the days that terms ask about, None for the end of the episode.
    """
    places = {bit(frame, finding): finding for finding in frame.emergency_findings}
    listed = ", ".join(str(place) for place in places) or "-1"
    is_refuted = "e.status IS NOT DISTINCT FROM 'refuted'"
    fits = " ".join(
        f"WHEN finding = {place} THEN {_texts(frame.fitting(finding))}"
        for place, finding in places.items()
    )
    states = "".join(
        f", {_emergency_state(frame, by, len(places))} AS {emergency_column(by)}"
        for by in days_asked
    )
    in_episode = _emergency_held(frame, None)
    yield (
        "emergency_row",
        f"""
        SELECT u.unit, u.index_lo, e.day_lo, e.day_hi, f.finding, FALSE AS is_said,
            TRUE AS is_present,
            {is_refuted} AND (e.end_lo IS NULL OR e.end_lo <= e.day_hi) AS may_be_refuted
        FROM unit AS u JOIN evidence AS e USING (unit) JOIN finding_code AS f USING (code)
        WHERE f.finding IN ({listed}) AND f.role = 'current' AND e.kind <> 'finding'
        UNION ALL
        SELECT u.unit, u.index_lo, a.day_lo, a.day_hi, f.finding, TRUE, a.says, FALSE
        FROM unit AS u JOIN answered AS a USING (unit)
        CROSS JOIN (SELECT unnest([{listed}]) AS finding) AS f
        WHERE a.findings & f.finding <> 0
        """,
    )
    yield (
        "emergency",
        f"""
        SELECT unit, min(day_lo) FILTER (WHERE is_present AND {in_episode}) AS since,
            list(DISTINCT finding) FILTER (WHERE is_present AND {in_episode}) AS findings
            {states}
        FROM emergency_row GROUP BY unit
        """,
    )
    yield (
        "fitting",
        f"""
        SELECT DISTINCT unit,
            unnest(CASE {fits or "WHEN FALSE THEN ['']"} ELSE [''] END) AS modality
        FROM (SELECT unit, unnest(findings) AS finding FROM emergency)
        """,
    )


def emergency_column(by: int | None) -> str:
    """The column of the table ``emergency`` that says whether there was one by a day."""
    return "state" if by is None else f"state_by_{by}"


def _emergency_held(frame: Frame, by: int | None) -> str:
    last = frame.package.episode.index.length if by is None else by
    held = within("day", "index_lo", f"(index_lo + {last})")
    return f"(CASE WHEN may_be_refuted AND {held} THEN NULL ELSE {held} END)"


def _emergency_state(frame: Frame, by: int | None, findings: int) -> str:
    held = _emergency_held(frame, by)
    return f"""
        CASE WHEN bool_or(is_present AND {held}) THEN TRUE
            WHEN bool_or(is_present AND {held} IS NULL)
                OR count(DISTINCT finding) FILTER (WHERE is_said AND {held}) < {findings} THEN NULL
            ELSE FALSE END
    """


def screen_steps(frame: Frame) -> Iterator[Step]:
    """The screen of every row of the table ``reading``."""
    yield (
        "finding_row",
        """
        SELECT e.unit, f.role, f.look_back, e.day_lo, e.day_hi, e.day_time, e.seen_lo, e.seen_hi,
            e.recorded_time, e.end_lo, e.end_hi, e.link,
            e.status IS NOT DISTINCT FROM 'refuted' AS is_refuted, FALSE AS says,
            bit_or(f.finding) AS findings
        FROM evidence AS e JOIN finding_code AS f USING (code)
        WHERE f.role = 'coded' AND e.kind <> 'finding'
        GROUP BY ALL
        UNION ALL
        SELECT unit, 'said', NULL, day_lo, day_hi, day_time, seen_lo, seen_hi, recorded_time,
            NULL, NULL, link, FALSE, says, findings
        FROM answered
        """,
    )
    yield (
        "seen_row",
        f"""
        WITH joined AS (
            SELECT r.reading, r.index_lo, r.as_of, f.* EXCLUDE (unit),
                coalesce(r.index_lo - f.look_back, {FIRST_DAY}) AS looks_from,
                CASE WHEN f.link IN (r.link, r.shown_link) THEN FALSE
                    WHEN f.seen_lo > r.shown_hi THEN FALSE
                    WHEN f.recorded_time > r.performed_time AND f.seen_lo = f.seen_hi
                        AND r.shown_lo = r.shown_hi AND f.seen_lo = r.shown_lo THEN FALSE
                    WHEN f.seen_hi <= r.as_of THEN TRUE
                    WHEN f.seen_lo <= r.as_of THEN NULL
                    ELSE FALSE END AS seen
            FROM reading AS r JOIN finding_row AS f USING (unit)
        ), dated AS (
            SELECT *,
                {within("day", "index_lo", "as_of")} AS in_episode,
                {within("day", "looks_from", "as_of")} AS in_look_back,
                CASE WHEN NOT is_refuted THEN TRUE
                    WHEN end_lo IS NULL THEN NULL
                    ELSE {within("end", "(as_of + 1)", LAST_DAY)} END AS still,
                {within("end", FIRST_DAY, "as_of")} AS ended
            FROM joined
        )
        SELECT reading, role, findings, says, is_refuted, day_lo, day_hi, day_time, end_lo, end_hi,
            seen, in_look_back, ended, seen_lo >= index_lo AS is_fresh,
            in_episode AND seen AS answer_held,
            in_look_back AND seen AND still AS coded
        FROM dated
        """,
    )
    yield (
        "statement",
        f"""
        SELECT reading, findings, says, answer_held IS NOT NULL AS certain, TRUE AS by_person,
            coalesce({_second("day_time")}, day_lo * {_DAY}) AS first_moment,
            coalesce({_second("day_time")}, day_hi * {_DAY} + {_DAY - 1}) AS last_moment
        FROM seen_row WHERE role = 'said' AND answer_held IS DISTINCT FROM FALSE
        UNION ALL
        SELECT reading, findings, FALSE, coalesce(end_lo IS NOT NULL AND ended, FALSE), FALSE,
            CASE WHEN end_lo IS NULL THEN day_lo * {_DAY} ELSE end_lo * {_DAY} END,
            CASE WHEN end_lo IS NULL THEN {NEVER * _DAY}
                ELSE end_hi * {_DAY} + {_DAY - 1} END
        FROM seen_row
        WHERE role = 'coded' AND is_refuted AND coded IS DISTINCT FROM TRUE
            AND in_look_back IS DISTINCT FROM FALSE AND seen IS DISTINCT FROM FALSE
            AND (end_lo IS NULL OR ended IS DISTINCT FROM FALSE)
        """,
    )
    yield (
        "said",
        f"""
        WITH latest AS (
            SELECT s.reading, s.findings, s.says, s.certain, s.by_person, s.last_moment,
                s.findings & ~coalesce(bit_or(later.findings), 0) AS not_revised
            FROM statement AS s LEFT JOIN statement AS later ON later.reading = s.reading
                AND later.certain AND later.first_moment > s.last_moment
            GROUP BY s.reading, s.findings, s.says, s.certain, s.by_person, s.last_moment
        )
        SELECT reading, {_bits("not_revised", "says")} AS present,
            {_bits("not_revised", "NOT says")} AS absent,
            {_bits("not_revised", "certain")} AS certain,
            {_bits("findings", "by_person AND certain")} AS answered
        FROM latest GROUP BY reading
        """,
    )
    yield (
        "coded",
        f"""
        SELECT reading, {_bits("findings", "coded")} AS coded,
            {_bits("findings", "coded IS NULL")} AS perhaps_coded,
            {_bits("findings", "coded AND is_fresh")} AS fresh
        FROM seen_row WHERE role = 'coded' GROUP BY reading
        """,
    )
    yield "screen", _screen(frame)


def screen_columns(frame: Frame) -> list[str]:
    """The columns of the table ``screen``, but for the reading's key."""
    combinations = frame.package.red_flags.combination
    return [
        "status",
        "complete",
        "sufficient",
        *(f"combination_{n}" for n in range(len(combinations))),
    ]


def _screen(frame: Frame) -> str:
    """
    One row a reading: its status, and what the terms of a definition ask about.

    Findings are bits of a number: ``yes`` are those that are present, ``no`` those that are not,
    ``spoke`` those on which the record says anything.
    """
    rules = frame.package.red_flags
    needed = {family.id for family in rules.family if family.needed}
    every = mask(frame, rules.finding)
    may_be_silent = mask(
        frame,
        [f for f in rules.finding if f.family not in needed or f.strength == "context"],
    )
    sufficient = mask(frame, [f for f in rules.finding if f.strength == "sufficient"])
    must_answer = mask(frame, frame.needed_findings)
    present = any_of(
        [
            f"CASE WHEN yes & {sufficient} <> 0 THEN TRUE"
            f" WHEN asked_no & {sufficient} = {sufficient} THEN FALSE ELSE NULL END"
        ]
        + [_combined(frame, c, "asked_no") for c in rules.combination if c.justifies_imaging]
    )
    combinations = "".join(
        f", {_combined(frame, c, 'known_no')} AS combination_{number}"
        for number, c in enumerate(rules.combination)
    )
    return f"""
        WITH known AS (
            SELECT r.reading, coalesce(said.present, 0) AS present,
                coalesce(said.absent, 0) AS absent, coalesce(said.certain, 0) AS certain,
                coalesce(said.answered, 0) AS answered, coalesce(coded.coded, 0) AS coded,
                coalesce(coded.perhaps_coded, 0) AS perhaps_coded,
                coalesce(coded.fresh, 0) AS fresh
            FROM reading AS r LEFT JOIN said USING (reading) LEFT JOIN coded USING (reading)
        ), read AS (
            SELECT reading, answered, coded | perhaps_coded | present | absent AS spoke,
                (coded & ~(absent & ~present)) | (~coded & present & ~absent & certain) AS yes,
                ~coded & ~perhaps_coded & absent & ~present & certain AS no,
                fresh | (present & ~absent & certain) AS fresh
            FROM known
        ), filled AS (
            SELECT *, no + {may_be_silent} - ({may_be_silent} & spoke) AS asked_no,
                no + {every} - ({every} & spoke) AS known_no
            FROM read
        ), judged AS (
            SELECT reading, {present} AS present,
                answered & {must_answer} = {must_answer} AS complete,
                yes & fresh & {sufficient} <> 0 AS sufficient
                {combinations}
            FROM filled
        )
        SELECT *, CASE WHEN present THEN TRUE WHEN {negate("present")} AND complete THEN FALSE
            ELSE NULL END AS status
        FROM judged
    """


def bit(frame: Frame, finding: Finding) -> int:
    """The number of a finding in the tables of the plan: one bit."""
    return 1 << frame.package.red_flags.finding.index(finding)


def mask(frame: Frame, findings: Iterable[Finding]) -> int:
    """Several findings as one number."""
    return sum(bit(frame, finding) for finding in findings)


def _bits(findings: str, condition: str) -> str:
    """The findings of all rows that fulfil a condition, as one number."""
    return f"bit_or(CASE WHEN {condition} THEN {findings} ELSE 0 END)"


def _combined(frame: Frame, combination: Combination, no: str) -> str:
    """Three-valued: a combination holds, by the bits of ``yes`` and of ``no``."""
    by_id = {finding.id: finding for finding in frame.package.red_flags.finding}
    every = mask(frame, [by_id[name] for name in combination.all_of])
    held = (
        f"(CASE WHEN {no} & {every} <> 0 THEN FALSE WHEN yes & {every} = {every} THEN TRUE"
        " ELSE NULL END)"
    )
    if not combination.also_any:
        return held
    also = mask(frame, [by_id[name] for name in combination.also_any])
    enough = combination.also_at_least
    return (
        f"({held} AND (CASE WHEN bit_count(yes & {also}) >= {enough} THEN TRUE"
        f" WHEN {len(combination.also_any)} - bit_count({no} & {also}) >= {enough} THEN NULL"
        " ELSE FALSE END))"
    )


def _second(time: str) -> str:
    return f"CAST(floor(epoch({time})) AS BIGINT)"


def _texts(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(text(value) for value in values) + "]"
