"""What definitions read: the units of a run, and the events, visits and screens they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from spinewise.know.model import Indicator
from spinewise.know.terms import RedFlag, Term, Visited
from spinewise.know.walk import DAYS_KEYS, terms_in
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step, at_practice, is_elsewhere
from spinewise.measures.compile.screen import screen_columns
from spinewise.measures.compile.sql import FIRST_DAY, any_of, day, one_of
from spinewise.measures.compile.terms import Context
from spinewise.measures.frame import Frame

_FAR: Final = 1 << 62
"""Above the keys of the readings of units, as those of images are below."""


def all_terms(frame: Frame, indicators: Sequence[Indicator]) -> list[Term]:
    """Every term that a run asks about."""
    whole = [exclusion.when for exclusion in frame.package.episode.exclusion]
    whole += [reason.when for reason in frame.package.red_flags.reason]
    found = [inner for term in whole for inner in terms_in(term)]
    own = [indicator for indicator in indicators if not indicator.index]
    return found + [inner for indicator in own for inner in terms_of(indicator)]


def terms_of(indicator: Indicator) -> list[Term]:
    """The terms of an indicator."""
    whole = [t for t in (indicator.population, indicator.numerator) if t is not None]
    whole += indicator.also_count.values()
    return [inner for term in whole for inner in terms_in(term)]


def days_read(terms: Sequence[Term]) -> list[int]:
    """The days, other than the first image, on which a term reads the screen."""
    return sorted(
        {
            t.by
            for t in terms
            if isinstance(t, RedFlag) and t.by is not None and t.state != "emergency"
        }
    )


def emergencies_asked(terms: Sequence[Term]) -> list[int | None]:
    """The days by which a term asks for an emergency; None: the end of the episode."""
    asked = {t.by for t in terms if isinstance(t, RedFlag) and t.state == "emergency"}
    return sorted(asked, key=lambda by: (by is None, by))


def evidence_steps(frame: Frame, terms: Sequence[Term]) -> Iterator[Step]:
    """
    The units of a run; one row an event that some definition names, and unit; what people answered
    about red flags; and the images.
    """
    first, last = frame.scope
    # Episodes, or perhaps so, of the scope, and those that hold an image of the scope.
    yield (
        "unit",
        f"""
        SELECT * FROM candidate
        WHERE is_dated AND is_episode IS DISTINCT FROM FALSE
            AND ((index_lo <= {last} AND index_hi >= {first}) OR unit IN (
                SELECT unit FROM placed WHERE unit IS NOT NULL
                    AND day_lo <= {last} AND day_hi >= {first}))
        """,
    )
    length = frame.package.episode.index.length
    asked = [last for _, last in _windows(terms)] + [by or 0 for by in emergencies_asked(terms)]
    horizon = length + max([*asked, *days_read(terms), length, frame.reach[1]])
    wanted = "(SELECT code FROM code_is WHERE is_evidence)"
    # Acts count by their specialty as well, and a referral whatever it is to.
    yield (
        "evidence",
        f"""
        WITH named AS (
            SELECT * FROM events WHERE code IN {wanted} AND kind <> 'imaging'
            UNION ALL
            SELECT * FROM events
            WHERE kind IN ('referral', 'procedure')
                AND (kind = 'referral' OR specialty IN {wanted})
                AND (code IS NULL OR code NOT IN {wanted})
        )
        SELECT u.unit, e.event, e.kind, e.code, e.specialty, e.status, e.category, e.visit,
            e.claim, e.link, e.value, e.number, {day("e.start_lo")} AS day_lo,
            {day("e.start_hi")} AS day_hi, e.start_time AS day_time,
            {day("coalesce(e.recorded_lo, e.start_lo)")} AS seen_lo,
            {day("coalesce(e.recorded_hi, e.start_hi)")} AS seen_hi, e.recorded_time,
            {day("e.end_lo")} AS end_lo, {day("e.end_hi")} AS end_hi
        FROM named AS e JOIN unit AS u ON u.patient = e.patient
        WHERE e.start_lo IS NOT NULL AND {day("e.start_lo")} <= u.index_lo + {horizon}
        """,
    )
    # A person's answers about red flags: those given together are one row, its findings bits.
    yield (
        "answered",
        f"""
        SELECT u.unit, e.value = 'present' AS says, {day("e.start_lo")} AS day_lo,
            {day("e.start_hi")} AS day_hi, e.start_time AS day_time,
            {day("coalesce(e.recorded_lo, e.start_lo)")} AS seen_lo,
            {day("coalesce(e.recorded_hi, e.start_hi)")} AS seen_hi, e.recorded_time, e.link,
            bit_or(f.finding) AS findings
        FROM events AS e JOIN finding_code AS f ON f.code = e.code AND f.role = 'said'
        JOIN unit AS u ON u.patient = e.patient
        WHERE e.kind = 'finding' AND e.status IS DISTINCT FROM 'refuted'
            AND e.value IN ('present', 'absent') AND e.start_lo IS NOT NULL
            AND {day("e.start_lo")} <= u.index_lo + {horizon}
        GROUP BY ALL
        """,
    )
    # The images of each unit's episode. One with a partial date may belong to several.
    yield (
        "near_image",
        f"""
        SELECT p.* FROM placed AS p JOIN unit AS u USING (unit) WHERE p.certain
        UNION ALL
        SELECT p.* REPLACE (u.unit AS unit, u.index_lo AS index_lo,
            p.day_lo - u.index_lo AS after_lo, p.day_hi - u.index_lo AS after_hi)
        FROM placed AS p JOIN unit AS u ON u.patient = p.patient
            AND u.index_lo <= p.day_hi AND p.day_lo <= u.index_hi + {length}
        WHERE NOT p.certain
        """,
    )


def asked_visit_steps(
    frame: Frame, terms: Sequence[Term], codes: CodePredicates, ruled: str
) -> Iterator[Step]:
    """
    The visits that anything asks of, in one pass over them: of people with an index elsewhere, with
    an index, or of published rules, for whom ``ruled`` says which visits ``v`` their terms ask of.
    """
    asked, first, _ = _near(frame, terms, codes)
    people = f"""
        SELECT patient, {is_elsewhere(frame, "v")} AS is_elsewhere, TRUE AS has_index,
            FALSE AS is_ruled
        FROM first_visit AS v
    """
    if ruled:
        people += " UNION ALL SELECT patient, FALSE, FALSE, TRUE FROM rule_patient"
    yield (
        "sought",
        f"""
        SELECT patient, bool_or(is_elsewhere) AS is_elsewhere, bool_or(has_index) AS has_index,
            bool_or(is_ruled) AS is_ruled,
            DATE '1970-01-01' + CAST((SELECT index_from FROM reach) AS INTEGER) AS index_from
        FROM ({people}) GROUP BY patient
        """,
    )
    yield (
        "asked_visit",
        f"""
        SELECT v.patient, v.visit, {day("v.start_lo")} AS day_lo, {day("v.start_hi")} AS day_hi,
            v.start_time, {day("coalesce(v.end_lo, v.start_lo)")} AS end_lo,
            {day("coalesce(v.end_hi, v.start_hi)")} AS end_hi, v.setting, v.code, v.specialty,
            v.clinician
        FROM visits AS v JOIN sought AS s ON s.patient = v.patient
        WHERE v.start_lo IS NOT NULL AND (
            (s.has_index AND v.start_hi >= s.index_from + {first} AND {asked})
            OR (s.is_ruled AND {ruled or "FALSE"})
            OR (s.is_elsewhere AND v.start_hi >= s.index_from AND {at_practice(frame, "v")}))
        """,
    )


def near_visit_steps(frame: Frame, terms: Sequence[Term], codes: CodePredicates) -> Iterator[Step]:
    """Visits that a term about visits may ask for, and units."""
    asked, first, last = _near(frame, terms, codes)
    yield (
        "near_visit",
        f"""
        SELECT u.unit, v.day_lo, v.day_hi, v.setting, v.code, v.specialty
        FROM asked_visit AS v JOIN unit AS u ON u.patient = v.patient
        LEFT JOIN emergency AS e ON e.unit = u.unit
        WHERE {asked} AND v.day_hi >= u.index_lo + {first}
            AND v.day_lo <= greatest(u.index_lo, coalesce(e.since, u.index_lo)) + {last}
        """,
    )


def _near(frame: Frame, terms: Sequence[Term], codes: CodePredicates) -> tuple[str, int, int]:
    """Which visits ``v`` terms may ask for, and the widest of their windows."""
    visited = [term for term in terms if isinstance(term, Visited)]
    windows = [*_windows(visited), *([frame.reach] if visited else [])]
    first = min((a if isinstance(a, int) else int(FIRST_DAY) for a, _ in windows), default=0)
    last = max((b for _, b in windows), default=-1)
    return any_of(sorted({_asked(term, codes) for term in visited})), first, last


def reading_steps(frame: Frame, terms: Sequence[Term]) -> Iterator[Step]:
    """The days on which screens are read: each unit's, each image's, and fixed days."""
    opens, closes = frame.package.imaging.window
    image = ["link", "shown_link", "shown_lo", "shown_hi", "performed_time"]
    no_image = ", ".join("NULL" for _ in image)
    of_image = ", ".join(f"p.{column}" for column in image)
    fixed = days_read(terms)
    kinds = len(fixed) + 1
    by_days = "".join(
        f" UNION ALL SELECT unit * {kinds} + {n}, 'by {number}', unit, NULL, index_lo,"
        f" index_lo + {number}, {no_image} FROM unit"
        for n, number in enumerate(fixed, 1)
    )
    yield (
        "reading",
        f"""
        WITH of_region AS (
            SELECT *, certain AND coalesce(region, FALSE) AND after_lo = after_hi AS is_sure
            FROM near_image WHERE region IS DISTINCT FROM FALSE
        ), first_image AS (
            SELECT unit, min({{'after': after_lo, 'image': image}}).image AS image
            FROM of_region WHERE is_sure AND after_lo BETWEEN {opens} AND {closes} GROUP BY unit
        ), perhaps_first AS (
            SELECT p.*, unnest(range(greatest(p.after_lo, {opens}),
                least(p.after_hi, coalesce(i.after_lo, {closes})) + 1)) AS perhaps_after
            FROM of_region AS p LEFT JOIN first_image AS f ON f.unit = p.unit
            LEFT JOIN placed AS i ON i.image = f.image
            WHERE NOT p.is_sure
        )
        SELECT u.unit * {kinds} AS reading, 'episode' AS of_what, u.unit, f.image, u.index_lo,
            u.index_lo + coalesce(p.after_lo, {closes}) AS as_of, {of_image}
        FROM unit AS u LEFT JOIN first_image AS f ON f.unit = u.unit
        LEFT JOIN placed AS p ON p.image = f.image
        UNION ALL
        SELECT -1 - p.image, 'image', p.unit, p.image, p.index_lo,
            greatest(p.day_lo, p.index_lo), {of_image}
        FROM placed AS p JOIN unit AS u USING (unit)
        WHERE p.certain AND p.day_lo = p.day_hi
        UNION ALL
        SELECT {_FAR} + row_number() OVER (), 'perhaps', p.unit, p.image, p.index_lo,
            p.index_lo + p.perhaps_after, {of_image}
        FROM perhaps_first AS p
        {by_days}
        """,
    )


def judged_steps(frame: Frame, reasons: Context, reason: str) -> Iterator[Step]:
    """
    Each reading with its screen, its accepted reason and its verdict.

    Where the record says different things on the days that may be that of the first image, what it
    said then is unknown. Columns ``..._recorded``: what is not known to be present is not there.
    """
    screen = screen_columns(frame)
    said = [*screen, "reason"]
    differ, agreed = [], []
    for column in said:
        for name, value in ((column, "{0}"), (f"{column}_recorded", "coalesce({0}, FALSE)")):
            ours, others = value.format(f"r.{column}"), value.format(f"p.{column}")
            differ.append(f"bool_or({others} IS DISTINCT FROM {ours}) AS {name}")
            agreed.append(f"CASE WHEN v.{name} THEN NULL ELSE {ours} END AS {name}")
    yield (
        "judged",
        f"""
        WITH screened AS (
            SELECT r.*, {", ".join(f"s.{c} AS screen_{c}" for c in screen)}
            FROM reading AS r JOIN screen AS s USING (reading)
        ), reasoned AS (
            SELECT r.reading, r.of_what, r.unit, r.image,
                {", ".join(f"r.screen_{c} AS {c}" for c in screen)}, {reason} AS reason
            FROM screened AS r {reasons.joins("r")}
        ), varying AS (
            SELECT p.unit, {", ".join(differ)}
            FROM reasoned AS p JOIN reasoned AS r ON r.unit = p.unit AND r.of_what = 'episode'
            WHERE p.of_what = 'perhaps' GROUP BY p.unit
        ), settled AS (
            SELECT r.reading, r.of_what, r.unit, r.image, {", ".join(agreed)}
            FROM reasoned AS r
            LEFT JOIN varying AS v ON v.unit = r.unit AND r.of_what = 'episode'
            WHERE r.of_what <> 'perhaps'
        )
        SELECT *, CASE WHEN status OR reason THEN 'indicated'
            WHEN NOT (status OR reason) THEN 'not-indicated' ELSE 'cannot-tell' END AS verdict
        FROM settled
        """,
    )


def _asked(term: Visited, codes: CodePredicates) -> str:
    """Which visits a term may count: those of its specialties, else those of its settings."""
    if term.specialties:
        return codes.visit_is(codes.evidence(term.specialties, name="specialty"))
    return one_of("v.setting", term.settings) if term.settings else "TRUE"


def _windows(terms: Sequence[Term]) -> list[tuple[int | str, int]]:
    return [getattr(t, key) for t in terms for key in DAYS_KEYS if hasattr(t, key)]
