"""What each term of a published rule means for everybody, as SQL (see interpret.rule_terms)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spinewise.know import terms
from spinewise.know.bounds import Bound, parse_bound
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    all_of,
    any_of,
    day,
    flag_of,
    negate,
    one_of,
    truth,
)
from spinewise.measures.frame import Frame

FACT: Final = "(e.status IS NULL OR e.status NOT IN ('refuted', 'planned'))"
"""An event ``e`` that is, or was, so."""
_CODES: Final = "LEFT JOIN code_is AS c ON c.code = e.code"
_SPECIALTIES: Final = "LEFT JOIN code_is AS s ON s.code = e.specialty"
SOURCES: Final = {
    "rows": ("rule_row", "JOIN code_is AS c ON c.code = e.code"),
    "visits": ("asked_visit", f"{_CODES} {_SPECIALTIES}"),
    "acts": ("rule_act", f"{_CODES} {_SPECIALTIES}"),
    "images": ("rule_image", _CODES),
}
"""Where flags come from: a table with a column ``patient``, and what is joined to it."""

Pair = tuple[str, str]
"""The expressions of the earliest and the latest possible day of a bound."""


@dataclass(frozen=True)
class AskedVisits:
    """The visits that a term may ask of."""

    settings: frozenset[str]
    """Of these settings; none: of any."""
    codes: str
    """Of these codes: the condition on a visit ``v``; "" for any."""
    days: tuple[str, str]
    """The expressions of the first and the last of their days, whatever the index."""


@dataclass
class RuleContext:
    """
    The cases that terms are asked of: a table with ``unit``, ``patient``, ``period_first`` and
    ``period_last`` (the measurement period), ``index_lo`` (the day), ``index_time`` and, where a
    bound speaks of it, ``image_lo`` and ``image_hi``.

    Asking for a term notes the flags it needs; :meth:`steps` then fills them.
    """

    name: str
    rows: str
    frame: Frame
    codes: CodePredicates
    days: Mapping[str, tuple[int, int]]
    """The first and the last day that may stand in the columns of days of the cases."""
    visits: list[AskedVisits] = field(default_factory=list)
    _flags: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, set[str]] = field(default_factory=dict)
    _days: dict[str, set[str]] = field(default_factory=dict)
    """For each source, on which days of its rows any flag may rest: all others are left out."""
    _joined: dict[str, tuple[str, str]] = field(default_factory=dict)
    _before: list[Step] = field(default_factory=list)
    """Tables that flags are read from."""
    _made: list[Step] = field(default_factory=list)
    """Tables with a row a unit, in place of flags."""

    def holds(self, term: terms.Term) -> str:
        """The three-valued expression of a term over a case ``u`` and its flags."""
        match term:
            case terms.All(of=parts):
                return all_of(self.holds(part) for part in parts)
            case terms.AnyOf(of=parts):
                return any_of(self.holds(part) for part in parts)
            case terms.Not(of=part):
                return negate(self.holds(part))
            case terms.Coded():
                return self._coded(term)
            case terms.CoveredDays():
                return self._covered_days(term)
            case terms.Age():
                return self._age(term)
            case terms.Enrolled():
                return self._enrolled(term)
            case terms.Died():
                first, last = self.window(term.between)
                return truth(_inside("u.dies", first, last), _touches("u.dies", first, last))
            case terms.AtVisit():
                return self._at_visit(term)
            case terms.Shown():
                source, asked, sure, possible = self._shown(term)
                return self._some(source, asked, sure, possible)
            case _:
                raise AssertionError(f"{term!r} is no term of a published rule")

    def image_day(self, term: terms.Shown) -> Pair:
        """The bound ``image``: the first image that the term finds, or the end of its window."""
        source, asked, sure, possible = self._shown(term)
        last = self.window(term.between)[1][1]
        is_it = all_of(asked)
        latest, earliest = (
            self._flag(source, f"min({day_}) FILTER (WHERE {is_it} AND {held})", is_it, possible)
            for day_, held in (("e.day_hi", sure), ("e.day_lo", possible))
        )
        hi = f"coalesce({latest}, {last})"
        return f"least({hi}, coalesce({earliest}, {hi}))", hi

    def steps(self) -> Iterator[Step]:
        """The tables of flags."""
        yield from self._before
        yield from self._made
        for source, flags in self._flags.items():
            columns = ", ".join(f"{value} AS {name}" for name, value in flags.items())
            table, joined = self._joined.get(source) or SOURCES[source]
            asked = any_of(sorted(self._asked[source]))
            days = any_of(sorted(self._days[source]))
            yield (
                f"{self.name}_{source}",
                f"SELECT u.unit, {columns} FROM {self.rows} AS u"
                f" JOIN {table} AS e ON e.patient = u.patient {joined}"
                f" WHERE {asked} AND {days} GROUP BY u.unit",
            )

    def joins(self) -> str:
        """LEFT JOINs of the tables of flags to the cases ``u``."""
        tables = [name for name, _ in self._made]
        tables += [f"{self.name}_{source}" for source in self._flags]
        return " ".join(f"LEFT JOIN {table} ON {table}.unit = u.unit" for table in tables)

    # windows --------------------------------------------------------------------------------

    def day_of(self, bound: str) -> Pair:
        """The expressions of a bound."""
        parsed = parse_bound(bound)
        match parsed.anchor:
            case "ever":
                return FIRST_DAY, FIRST_DAY
            case "period start":
                moved = _moved(parsed, "u.period_first")
                return moved, moved
            case "period end":
                moved = _moved(parsed, "u.period_last")
                return moved, moved
            case "index":
                moved = _moved(parsed, "u.index_lo")
                return moved, moved
            case "image":
                return _moved(parsed, "u.image_lo"), _moved(parsed, "u.image_hi")
            case "year start":
                moved = _moved(parsed, _number(f"make_date(year({_date('u.index_lo')}), 1, 1)"))
                return moved, moved
            case "year end":
                moved = _moved(parsed, _number(f"make_date(year({_date('u.index_lo')}), 12, 31)"))
                return moved, moved

    def window(self, between: terms.Between) -> tuple[Pair, Pair]:
        """The expressions of a window."""
        return self.day_of(between[0]), self.day_of(between[1])

    def _reach(self, between: terms.Between) -> tuple[str, str]:
        """The first and the last day that a window may have for any index."""
        first, last = self.window(between)[0][0], self.window(between)[1][1]
        for column, (earliest, latest) in self.days.items():
            first = first.replace(column, str(earliest))
            last = last.replace(column, str(latest))
        return (
            FIRST_DAY if "u.image" in first else first,
            LAST_DAY if "u.image" in last else last,
        )

    # terms ----------------------------------------------------------------------------------

    def _flag(self, source: str, aggregate: str, asked: str, possible: str) -> str:
        self._asked.setdefault(source, set()).add(asked)
        self._days.setdefault(source, set()).add(possible)
        return flag_of(self._flags.setdefault(source, {}), f"{self.name}_{source}", aggregate)

    def _some(self, source: str, is_it: Sequence[str], sure: str, possible: str) -> str:
        asked = all_of(is_it)
        return truth(
            self._flag(source, f"bool_or({asked} AND {sure})", asked, possible),
            self._flag(source, f"bool_or({asked} AND {possible})", asked, possible),
        )

    def _coded(self, term: terms.Coded) -> str:
        first, last = self.window(term.between)
        days = f"e.{term.dated}"
        column = self.codes.column(term.concepts, but_not=term.not_concepts, name="rule")
        is_it = [f"c.{column}", *placed(term.position, self.frame)]
        is_it += not_in(term.not_settings)
        if term.kinds:
            is_it.append(one_of("e.kind", term.kinds))
        if not term.denied:
            is_it.append("NOT e.denied")
        sure, possible = _inside(days, first, last), _touches(days, first, last)
        if term.at_least == 1:
            return self._some("rows", is_it, sure, possible)
        asked = all_of(is_it)

        def count(what: str, held: str) -> str:
            return self._flag(
                "rows", f"count({what}) FILTER (WHERE {asked} AND {held})", asked, possible
            )

        if term.distinct_days:
            lo, hi = f"{days}_lo", f"{days}_hi"
            surely = count(f"DISTINCT {lo}", all_of([sure, f"{lo} = {hi}"]))
            perhaps = count(f"DISTINCT {lo}", all_of([possible, f"{lo} = {hi}"]))
            perhaps += f" + {count('*', all_of([possible, f'{lo} <> {hi}']))}"
        else:
            surely, perhaps = count("*", sure), count("*", possible)
        return truth(f"{surely} >= {term.at_least}", f"{perhaps} >= {term.at_least}")

    def _covered_days(self, term: terms.CoveredDays) -> str:
        """
        Fills in the order of their days, queued: the n-th runs out on the day ``served(n)`` +
        max over m <= n of (day(m) - served(m - 1)), where ``served`` adds up the days supplied.
        """
        (first, _), (last, _) = self.window(term.between)
        column = self.codes.column(term.concepts, name="rule")
        name = f"{self.name}_covered_{len(self._made)}"
        order = "PARTITION BY unit ORDER BY day_lo, days_supply, number"
        self._made.append(
            (
                name,
                f"""
                WITH fill AS (
                    SELECT u.unit, e.start_lo AS day_lo, e.start_hi AS day_hi, e.days_supply,
                        e.number, {last} AS closes
                    FROM {self.rows} AS u JOIN rule_row AS e ON e.patient = u.patient
                    JOIN code_is AS c ON c.code = e.code
                    WHERE c.{column} AND e.kind = 'medication' AND e.days_supply > 0
                        AND e.start_hi >= {first} AND e.start_lo <= {last}
                ), served AS (
                    SELECT *, sum(days_supply) OVER ({order} ROWS UNBOUNDED PRECEDING) AS served
                    FROM fill WHERE day_lo = day_hi
                ), queued AS (
                    SELECT *, max(day_lo - (served - days_supply)) OVER (
                        {order} ROWS UNBOUNDED PRECEDING) AS shift
                    FROM served
                ), run AS (
                    SELECT unit, least(max(served + shift), any_value(closes) + 1) - min(day_lo)
                        AS days
                    FROM queued GROUP BY unit, shift
                ), longest AS (SELECT unit, max(days) AS days FROM run GROUP BY unit)
                SELECT unit, any_value(l.days) AS {name}_days, sum(f.days_supply) AS {name}_all,
                    bool_or(f.day_lo <> f.day_hi) AS {name}_open
                FROM fill AS f LEFT JOIN longest AS l USING (unit) GROUP BY unit
                """,
            )
        )
        return truth(
            f"{name}_days >= {term.at_least}", f"{name}_open AND {name}_all >= {term.at_least}"
        )

    def _age(self, term: terms.Age) -> str:
        on = _date(self.day_of(term.on)[0])
        youngest, oldest = completed_years("u.birth_hi", on), completed_years("u.birth_lo", on)
        parts = []
        if term.from_ is not None:
            parts.append(truth(f"{youngest} >= {term.from_}", f"{oldest} >= {term.from_}"))
        if term.to is not None:
            parts.append(truth(f"{oldest} <= {term.to}", f"{youngest} <= {term.to}"))
        return f"(CASE WHEN u.birth_lo IS NULL THEN NULL ELSE {all_of(parts)} END)"

    def _enrolled(self, term: terms.Enrolled) -> str:
        if "enrolment" in self.frame.lacks:
            return "TRUE"
        (first, _), (last, _) = self.window(term.between)
        name = f"{self.name}_enrolled_{len(self._made)}"
        if term.months is None:
            asked = f"SELECT unit, patient, {first} AS first, {last} AS last FROM {self.rows} AS u"
            needed = 1
        else:
            asked = f"""
                SELECT unit, patient, {_number("month")} AS first,
                    {_number("last_day(month)")} AS last
                FROM (
                    SELECT *, CAST(unnest(generate_series(
                        CAST(date_trunc('month', {_date("opens")}) AS TIMESTAMP),
                        CAST({_date("closes")} AS TIMESTAMP), INTERVAL 1 MONTH)) AS DATE) AS month
                    FROM (SELECT unit, patient, {first} AS opens, {last} AS closes
                        FROM {self.rows} AS u)
                ) WHERE {_number("month")} >= opens AND {_number("last_day(month)")} <= closes
            """
            needed = term.months
        self._made.append(
            (
                name,
                f"""
                WITH asked AS ({asked})
                SELECT unit,
                    count(DISTINCT first) FILTER (WHERE s.is_sure) >= {needed} AS {name}_sure,
                    count(DISTINCT first) FILTER (WHERE NOT s.is_sure) >= {needed}
                        AS {name}_possible
                FROM asked AS a JOIN rule_span AS s ON s.patient = a.patient
                    AND s.opens <= a.first AND s.closes >= a.last
                GROUP BY unit
                """,
            )
        )
        return truth(f"{name}_sure", f"{name}_possible")

    def _at_visit(self, term: terms.AtVisit) -> str:
        first, last = self.window(term.between)
        is_it = [one_of("coalesce(e.setting, 'office')", term.settings)] if term.settings else []
        of_these = [self._of(term.concepts)] if term.concepts else []
        if term.not_concepts:
            of_these.append(f"NOT {self._of(term.not_concepts)}")
        is_it += of_these
        sure, possible = _inside("e.day", first, last), _touches("e.day", first, last)
        held_sure, held_possible = sure, possible
        if term.holds_index:
            later = (
                "(e.day_lo = u.index_lo AND e.day_hi = u.index_lo"
                " AND coalesce(e.start_time > u.index_time, FALSE))"
            )
            held_sure = all_of(
                [sure, f"e.day_hi <= u.index_lo AND e.end_lo >= u.index_lo AND NOT {later}"]
            )
            held_possible = all_of(
                [possible, f"e.day_lo <= u.index_lo AND e.end_hi >= u.index_lo AND NOT {later}"]
            )
        of = self.codes.column(term.concepts, name="rule") if term.concepts else ""
        self.visits.append(
            AskedVisits(
                settings=frozenset(term.settings),
                codes=self.codes.visit_is(of) if of else "",
                days=self._reach(term.between),
            )
        )
        value = self._some("visits", is_it, held_sure, held_possible)
        if term.concepts and not term.settings and not term.holds_index:
            acts = self._some("acts", of_these, sure, possible)
            value = any_of([value, acts])
        return value

    def _of(self, concepts: Sequence[str]) -> str:
        column = self.codes.column(concepts, name="rule")
        return f"(coalesce(c.{column}, FALSE) OR coalesce(s.{column}, FALSE))"

    def _shown(self, term: terms.Shown) -> tuple[str, list[str], str, str]:
        """Which images a term asks for: their source, what they are, surely or perhaps within."""
        first, last = self.window(term.between)
        is_it = []
        if not term.denied:
            is_it.append("NOT e.denied")
        if term.not_before_index:
            is_it.append(
                "NOT (e.day_lo = u.index_lo AND e.day_hi = u.index_lo"
                " AND coalesce(e.time < u.index_time, FALSE))"
            )
        source = "images"
        if term.diagnosis and "image-diagnosis" not in self.frame.lacks:
            source = self._diagnosed(term.diagnosis)
        sure, possible = _inside("e.day", first, last), _touches("e.day", first, last)
        if term.concepts:
            column = self.codes.column(term.concepts, name="rule")
            return source, [*is_it, f"coalesce(c.{column}, FALSE)"], sure, possible
        is_it.append("e.is_region")
        if term.modalities:
            is_it.append(one_of("e.image_modality", term.modalities))
        return source, is_it, all_of([sure, "coalesce(e.region, FALSE)"]), possible

    def _diagnosed(self, concepts: Sequence[str]) -> str:
        """The source of images with one of these diagnoses as their reason or on their claim."""
        column = self.codes.column(concepts, name="rule")
        source = f"images_{column}"
        if source not in self._joined:
            table = f"{self.name}_with_{column}"
            query = f"""
                SELECT DISTINCT i.event FROM rule_image AS i
                LEFT JOIN code_is AS r ON r.code = i.reason
                LEFT JOIN (
                    SELECT DISTINCT e.patient, e.claim FROM events AS e
                    JOIN code_is AS c ON c.code = e.code
                    WHERE c.{column} AND e.kind = 'condition' AND {FACT} AND e.claim <> ''
                        AND e.start_lo IS NOT NULL
                ) AS d ON d.patient = i.patient AND d.claim = i.claim
                WHERE coalesce(r.{column}, FALSE) OR d.claim IS NOT NULL
                """
            self._before.append((table, query))
            joined = f"JOIN {table} AS d ON d.event = e.event {_CODES}"
            self._joined[source] = "rule_image", joined
        return source


def asked_visits(asked: Iterable[AskedVisits]) -> set[str]:
    """
    Conditions on visits ``v``, of which those that are asked of fulfil one. There are many visits:
    those asked of by their setting share one condition, though it lets some more pass.
    """
    found = set()
    by_codes: dict[str, list[AskedVisits]] = defaultdict(list)
    for one in asked:
        by_codes[one.codes].append(one)
    for codes, alike in by_codes.items():
        first = f"least({', '.join(sorted({_date(one.days[0]) for one in alike}))})"
        last = f"greatest({', '.join(sorted({_date(one.days[1]) for one in alike}))})"
        parts = [f"v.start_hi >= {first}", f"v.start_lo <= {last}"]
        if all(one.settings for one in alike):
            settings = sorted({setting for one in alike for setting in one.settings})
            parts.append(one_of("coalesce(v.setting, 'office')", settings))
        found.add(all_of([*parts, codes] if codes else parts))
    return found


def placed(position: str, frame: Frame) -> list[str]:
    """That a row stands in the place that is asked for; assumed where no row has one."""
    asked = position == "principal" and "principal-position" not in frame.lacks
    return ["coalesce(e.position = 1, FALSE)"] if asked else []


def not_in(settings: Sequence[str]) -> list[str]:
    """That a row is of none of these settings."""
    return [f"(e.setting IS NULL OR NOT {one_of('e.setting', settings)})"] if settings else []


def completed_years(birth: str, on: str) -> str:
    """Completed years; a birthday of 29 February falls on 1 March in other years."""
    return (
        f"(year({on}) - year({birth}) - CASE WHEN month({on}) * 100 + day({on})"
        f" < month({birth}) * 100 + day({birth}) THEN 1 ELSE 0 END)"
    )


def rule_people(
    concepts: Sequence[str], may_be_index: str, codes: CodePredicates
) -> Iterator[Step]:
    """
    People who may have an index, by rows ``e`` with codes ``c`` of ``concepts`` for which
    ``may_be_index`` holds. Of other people nothing is asked.
    """
    rows = _coded_rows(codes.column(concepts, name="rule"))
    yield (
        "rule_patient",
        f"""
        SELECT DISTINCT patient FROM ({rows}) AS e JOIN code_is AS c ON c.code = e.code
        WHERE {may_be_index}
        """,
    )


def _coded_rows(column: str) -> str:
    """Facts and visits with codes of a column of ``code_is``."""
    wanted = f"(SELECT code FROM code_is WHERE {column})"
    return f"""
        SELECT e.patient, e.kind, 0 AS source, e.event AS number, e.code,
            {day("e.start_lo")} AS start_lo, {day("e.start_hi")} AS start_hi,
            {day("coalesce(e.visit_lo, e.start_lo)")} AS service_lo,
            {day("coalesce(e.visit_hi, e.start_hi)")} AS service_hi, e.start_time AS time,
            coalesce(e.setting, e.visit_setting) AS setting,
            coalesce(e.claim_status = 'denied', FALSE) AS denied, e.position, e.days_supply,
            CASE WHEN e.visit_lo IS NOT NULL THEN e.visit_clinician END AS visit_clinician,
            e.clinician
        FROM events AS e
        WHERE e.start_lo IS NOT NULL AND e.code IN {wanted} AND {FACT}
            AND e.role IS DISTINCT FROM 'order'
        UNION ALL
        SELECT patient, 'visit', 1, visit, code, {day("start_lo")}, {day("start_hi")},
            {day("start_lo")}, {day("start_hi")}, start_time, setting, FALSE, NULL, NULL,
            NULL, clinician
        FROM visits WHERE start_lo IS NOT NULL AND code IN {wanted}
    """


def rule_sources(concepts: Sequence[str], codes: CodePredicates) -> Iterator[Step]:
    """What every published rule reads of its people: coded rows, services, images, enrolment."""
    rows = _coded_rows(codes.column(concepts, name="rule"))
    yield "rule_row", f"SELECT * FROM ({rows}) SEMI JOIN rule_patient USING (patient)"
    yield (
        "rule_act",
        f"""
        SELECT e.patient, {day("e.start_lo")} AS day_lo, {day("e.start_hi")} AS day_hi,
            e.code, e.specialty
        FROM events AS e WHERE e.kind = 'procedure' AND e.start_lo IS NOT NULL AND {FACT}
        """,
    )
    # A row of imaging, once for each image of the region that it may be a part of.
    yield (
        "rule_image",
        f"""
        WITH row_of AS (
            SELECT e.patient, e.event, {day("e.start_lo")} AS day_lo, {day("e.start_hi")} AS day_hi,
                e.start_time AS time, coalesce(e.claim_status = 'denied', FALSE) AS denied,
                e.reason, e.claim, e.code, e.link, r.modality, r.event IS NOT NULL AS is_row
            FROM events AS e LEFT JOIN image_row AS r ON r.event = e.event
            SEMI JOIN rule_patient AS p ON p.patient = e.patient
            WHERE e.kind = 'imaging' AND e.start_lo IS NOT NULL AND {FACT}
                AND e.role IS DISTINCT FROM 'order'
        )
        SELECT o.* EXCLUDE (link, modality, is_row), i.image IS NOT NULL AS is_region,
            i.modality AS image_modality, i.region
        FROM row_of AS o LEFT JOIN image AS i ON i.patient = o.patient AND o.is_row
            AND i.shown_lo = o.day_lo AND i.shown_hi = o.day_hi
            AND (o.link = i.link OR o.link = i.shown_link OR o.modality = i.modality)
        """,
    )
    yield "rule_span", _spans()


def _spans() -> str:
    """Spans of enrolment at their shortest (``is_sure``) and their longest; see interpret."""
    opens, closes = "coalesce(c.opens, -1000000)", "coalesce(c.closes, 1000000)"
    each = [
        f"""
        SELECT p.patient, {sure} AS is_sure,
            greatest({opens}, coalesce({day(f"p.enrolled_from_{late}")}, -1000000)) AS opens,
            least({closes}, coalesce({day(f"p.enrolled_to_{early}")}, 1000000)) AS closes
        FROM patients AS p LEFT JOIN (
            SELECT patient, {day(f"start_{late}")} AS opens, {day(f"end_{early}")} AS closes
            FROM coverage WHERE start_lo IS NOT NULL
        ) AS c ON c.patient = p.patient
        WHERE c.patient IS NOT NULL OR p.enrolled_from_lo IS NOT NULL
            OR p.enrolled_to_lo IS NOT NULL
        """
        for sure, late, early in (("TRUE", "hi", "lo"), ("FALSE", "lo", "hi"))
    ]
    return f"""
        WITH span AS ({" UNION ALL ".join(each)}), marked AS (
            SELECT *, CASE WHEN opens <= 1 + max(closes) OVER (
                PARTITION BY patient, is_sure ORDER BY opens, closes
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS starts
            FROM span WHERE opens <= closes
        ), numbered AS (
            SELECT *, sum(starts) OVER (PARTITION BY patient, is_sure
                ORDER BY opens, closes ROWS UNBOUNDED PRECEDING) AS joined
            FROM marked
        )
        SELECT patient, is_sure, min(opens) AS opens, max(closes) AS closes
        FROM numbered GROUP BY patient, is_sure, joined
    """


def _inside(days: str, first: Pair, last: Pair) -> str:
    return f"({days}_lo >= {first[1]} AND {days}_hi <= {last[0]})"


def _touches(days: str, first: Pair, last: Pair) -> str:
    return f"({days}_hi >= {first[0]} AND {days}_lo <= {last[1]})"


def _moved(bound: Bound, number: str) -> str:
    if bound.months:
        number = _number(f"CAST({_date(number)} + INTERVAL ({bound.months}) MONTH AS DATE)")
    return f"({number} + {bound.days})" if bound.days else number


def _date(number: str) -> str:
    return f"(DATE '1970-01-01' + CAST({number} AS INTEGER))"


def _number(date_: str) -> str:
    return f"date_diff('day', DATE '1970-01-01', {date_})"
