"""
Published rules for everybody, as SQL; read beside ``interpret.rules``.

Each rule has tables of its own: the candidates for its index, the cases that its questions are
asked of, their answers. From the answers follows what is asked of a person as a unit, and the rest
is that of every other kind of unit (:mod:`.places`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from spinewise.know.bounds import parse_bound
from spinewise.know.model import Indicator
from spinewise.know.terms import Coded, CoveredDays
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.places import Kind
from spinewise.measures.compile.rule_terms import (
    AskedVisits,
    RuleContext,
    asked_visits,
    not_in,
    placed,
    rule_people,
    rule_sources,
)
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    all_of,
    any_of,
    day,
    ever,
    negate,
    text,
    truth,
)
from spinewise.measures.compile.terms import is_carried
from spinewise.measures.frame import Frame
from spinewise.measures.interpret.rules import (
    LOOK_BACK,
    NO_INDEX,
    UNKNOWN_DATE,
    looks_back,
    rule_terms,
    the_image,
    uses_of,
)
from spinewise.records.people import EPOCH, day_number

DATE = "dated"
"""The column of whether a case is one for sure: its day is known, and it may be the index."""


class _Window(NamedTuple):
    """A measurement period, and the first and the last day that may be the index in it."""

    period: tuple[int, int]
    first: int
    last: int


@dataclass(frozen=True)
class CompiledRules:
    """The published rules of a run."""

    people: list[Step]
    """The table ``rule_patient``: people who may have an index."""
    visits: str
    """Which of their visits ``v`` are asked of, or ""."""
    steps: list[Step]
    kinds: list[Kind]


def compile_rules(
    frame: Frame, indicators: Sequence[Indicator], codes: CodePredicates
) -> CompiledRules:
    """The steps and units of every published rule among ``indicators``."""
    rules = [one for one in indicators if one.index]
    if not rules:
        return CompiledRules([], "", [], [])
    concepts = sorted({name for rule in rules for name in _concepts(rule)})
    made = [_Rule(f"rule_{number}", rule, frame, codes) for number, rule in enumerate(rules)]
    may_be_index = any_of(sorted({one.may_be_index for one in made}))
    index_concepts = sorted({name for rule in rules if rule.index for name in rule.index.concepts})
    visits = any_of(sorted(asked_visits([one for rule in made for one in rule.visits()])))
    return CompiledRules(
        people=list(rule_people(index_concepts, may_be_index, codes)),
        visits=visits,
        steps=[*rule_sources(concepts, codes), *(step for one in made for step in one.steps())],
        kinds=[one.kind() for one in made],
    )


def _concepts(rule: Indicator) -> list[str]:
    """The concepts whose coded rows a rule reads."""
    assert rule.index
    terms = [term for term in rule_terms(rule) if isinstance(term, Coded | CoveredDays)]
    return [*rule.index.concepts, *(name for term in terms for name in term.concepts)]


@dataclass
class _Rule:
    name: str
    rule: Indicator
    frame: Frame
    codes: CodePredicates

    def __post_init__(self) -> None:
        rule = self.rule
        self._choosing = self._context("where", "candidate")
        self._where = (
            self._choosing.holds(rule.index.where) if rule.index and rule.index.where else "TRUE"
        )
        self._looking = self._context("look", "chosen")
        of = the_image(rule)
        self._image = self._looking.image_day(of) if of else None
        self._asking = self._context("ask", "case")
        self._requires = {
            f"require_{n}": self._asking.holds(one.when) for n, one in enumerate(rule.require)
        }
        self._excludes = {
            f"exclude_{n}": self._asking.holds(one.when) for n, one in enumerate(rule.exclusion)
        }
        self._numerator = self._asking.holds(rule.numerator)
        self._strata = {
            f"stratum_{n}": self._asking.holds(one.when) for n, one in enumerate(rule.strata)
        }

    def _context(self, name: str, rows: str) -> RuleContext:
        return RuleContext(
            f"{self.name}_{name}", f"{self.name}_{rows}", self.frame, self.codes, self._days()
        )

    def _days(self) -> dict[str, tuple[int, int]]:
        """The first and the last day that the days of a case may be."""
        windows = self._windows()
        days = {
            "u.index_lo": [day for one in windows for day in (one.first, one.last)],
            "u.period_first": [one.period[0] for one in windows],
            "u.period_last": [one.period[1] for one in windows],
        }
        return {name: (min(found), max(found)) for name, found in days.items()}

    def visits(self) -> list[AskedVisits]:
        """The visits that the terms of the rule ask of."""
        return [*self._choosing.visits, *self._looking.visits, *self._asking.visits]

    # tables ---------------------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        yield f"{self.name}_candidate", self._candidates()
        yield from self._choosing.steps()
        yield f"{self.name}_found", self._found()
        yield f"{self.name}_chosen", self._chosen()
        yield from self._looking.steps()
        yield f"{self.name}_case", self._cases()
        yield from self._asking.steps()
        yield f"{self.name}_answer", self._answers()

    @property
    def may_be_index(self) -> str:
        """Which coded rows ``e``, of codes ``c``, may be the index of the rule."""
        rule = self.rule.index
        assert rule
        column = self.codes.column(rule.concepts, name="rule")
        windows = self._windows()
        first, last = min(one.first for one in windows), max(one.last for one in windows)
        return all_of(
            [
                f"c.{column}",
                "e.kind IN ('condition', 'visit')",
                *placed(rule.position, self.frame),
                *not_in(rule.not_settings),
                f"e.{rule.dated}_hi >= {first} AND e.{rule.dated}_lo <= {last}",
            ]
        )

    def _windows(self) -> list[_Window]:
        """The first and the last day that may be the index, in each measurement period."""
        assert self.rule.index
        bounds = [parse_bound(text) for text in self.rule.index.between]
        windows = []
        for period in (self.frame.measured, *self.frame.earlier):
            days = dict(zip(("period start", "period end"), period, strict=True))
            first, last = (
                day_number(bound.shift(EPOCH + timedelta(days[bound.anchor]))) for bound in bounds
            )
            windows.append(_Window(period, first, last))
        return windows

    def _candidates(self) -> str:
        """
        The days on which the diagnosis of the rule stands, within the window for the index, once
        for each measurement period that they are in.
        """
        rule = self.rule.index
        assert rule
        verified = self.codes.verified(rule.concepts, name="rule_verified")
        windows = ", ".join(
            f"({one.period[0]}, {one.period[1]}, {one.first}, {one.last})"
            for one in self._windows()
        )
        time = (
            "CASE WHEN count(*) = count(e.time) THEN min(e.time) END"
            if rule.dated == "start"
            else "CAST(NULL AS TIMESTAMP)"
        )
        clinician = "coalesce(nullif(e.visit_clinician, ''), e.clinician)"
        return f"""
            WITH found AS (
                SELECT e.patient, e.{rule.dated}_lo AS index_lo, e.{rule.dated}_hi AS index_hi,
                    {time} AS index_time, bool_and(NOT c.{verified}) AS proposed,
                    min({{'late': e.time IS NULL, 'time': coalesce(e.time, '-infinity'::TIMESTAMP),
                        'source': e.source, 'number': e.number, 'clinician': {clinician}}})
                        FILTER (WHERE {clinician} <> '').clinician AS clinician
                FROM rule_row AS e JOIN code_is AS c ON c.code = e.code
                WHERE {self.may_be_index} GROUP BY ALL
            )
            SELECT row_number() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
                patient, period_first, period_last, index_lo, index_hi,
                index_lo = index_hi AS is_dated, index_time, proposed,
                coalesce(f.clinician, '') AS clinician,
                CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
                {self._people()}
            FROM found AS f
            JOIN (VALUES {windows}) AS w (period_first, period_last, first, last)
                ON index_hi >= first AND index_lo <= last
            JOIN patients AS p USING (patient)
        """

    def _people(self) -> str:
        return f"""p.birth_lo, p.birth_hi,
            CASE WHEN p.death_lo IS NOT NULL THEN {day("p.death_lo")}
                WHEN p.death_text IS NOT NULL THEN {FIRST_DAY} ELSE {LAST_DAY} END AS dies_lo,
            CASE WHEN p.death_lo IS NOT NULL THEN {day("p.death_hi")} ELSE {LAST_DAY} END
                AS dies_hi"""

    def _found(self) -> str:
        """Candidates that may be the index, and for each the first day that is one for sure."""
        return f"""
            SELECT *, min(index_lo) FILTER (WHERE eligible AND is_dated) OVER (
                PARTITION BY patient, period_first) AS first_day
            FROM (
                SELECT u.*, CASE WHEN u.is_dated THEN u.in_window AND {self._where}
                    ELSE u.in_window END AS eligible
                FROM {self.name}_candidate AS u {self._choosing.joins()}
            ) WHERE eligible IS DISTINCT FROM FALSE
        """

    def _earlier(self) -> str:
        """A candidate that may be the index, and come before the first that is one for sure."""
        return "(eligible IS NULL OR NOT is_dated) AND (first_day IS NULL OR index_lo < first_day)"

    def _chosen(self) -> str:
        assert self.rule.index
        if self.rule.index.take == "each":
            return f"SELECT * FROM {self.name}_found"
        return f"""
            SELECT * FROM {self.name}_found
            ANTI JOIN (SELECT patient, period_first FROM {self.name}_found
                WHERE {self._earlier()}) USING (patient, period_first)
            WHERE eligible AND is_dated AND index_lo = first_day
        """

    def _cases(self) -> str:
        if not self._image:
            return f"SELECT * FROM {self.name}_chosen"
        lo, hi = self._image
        return f"""
            SELECT u.*, {lo} AS image_lo, {hi} AS image_hi
            FROM {self.name}_chosen AS u {self._looking.joins()}
        """

    def _answers(self) -> str:
        """What each case says to every question; nothing is known where its day is not."""
        asked = {
            **self._requires,
            **self._excludes,
            "numerator": self._numerator,
            **self._strata,
        }
        answers = [
            f"CASE WHEN u.is_dated THEN {term} ELSE NULL END AS {name}"
            for name, term in asked.items()
        ]
        missed = [f"u.is_dated AND {it} AS {name}" for name, it in self._missed().items()]
        begins = [self._asking.day_of(bound)[0] for bound in looks_back(self.rule)]
        short = any_of(f"{first} < {self.frame.observed_from}" for first in begins)
        return f"""
            WITH answered AS (
                SELECT u.patient, u.period_first, u.index_lo, u.index_hi, u.clinician, u.proposed,
                    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS {DATE},
                    {", ".join([*answers, *missed])}, u.is_dated AND {short} AS short
                FROM {self.name}_case AS u {self._asking.joins()}
            ), joined AS (
                SELECT *, {all_of([DATE, *self._requires])} AS requires,
                    {any_of(self._excludes)} AS excludes,
                    {any_of(self._missed())} AS missed
                FROM answered
            )
            SELECT *, requires AND NOT excludes AS eligible,
                requires IS DISTINCT FROM FALSE AS is_open,
                CASE WHEN missed THEN NULL ELSE numerator END AS settled
            FROM joined
        """

    def _missed(self) -> dict[str, str]:
        """Why a case cannot be evaluated, by the names that a kind of unit has for it."""
        found = {}
        not_yet = "FALSE"
        if self.rule.window:
            not_yet = f"{self.frame.cutoff} < u.index_lo + {self.rule.window[1]}"
            found["not_yet"] = not_yet
        for need in self.rule.needs:
            first = need.days[1] if need.days[0] == "ever" else need.days[0]
            carried = is_carried(
                self.frame, need.domain, f"u.index_lo + {first}", f"u.index_lo + {need.days[1]}"
            )
            found[f"without_{need.domain}"] = f"NOT ({not_yet}) AND {negate(carried)}"
        return found

    # units ----------------------------------------------------------------------------------

    def kind(self) -> Kind:
        rule, name = self.rule, self.name
        requires = {clause.id: f"require_{n}" for n, clause in enumerate(rule.require)}
        excludes = {clause.id: f"exclude_{n}" for n, clause in enumerate(rule.exclusion)}
        assumed = {f"{lack}-assumed": "TRUE" for lack in uses_of(rule) if lack in self.frame.lacks}
        assumed[LOOK_BACK] = "short"
        known = "no_index IS FALSE AND is_undated IS FALSE"
        columns = [DATE, *requires.values(), *excludes.values(), *self._strata]
        strata = zip(self._strata, rule.strata, strict=True)
        cases = " ".join(f"WHEN {column} THEN {text(one.id)}" for column, one in strata)
        missed = {
            "not_yet": "not_yet",
            **{f"without {need.domain}": f"without_{need.domain}" for need in rule.needs},
        }
        return Kind(
            name=name,
            indicators=[rule],
            rows=self._people_rows(),
            rest=f"""
                SELECT patient AS unit, patient, CAST(NULL AS BIGINT) AS day_lo,
                    CAST(NULL AS BIGINT) AS day_hi, '' AS clinician, '' AS modality
                FROM patients ANTI JOIN ({self._with_index()}) USING (patient)
            """,
            rest_count="(SELECT count(*) FROM patients)"
            f" - (SELECT count(*) FROM ({self._with_index()}))",
            nobody={
                "no_index": True,
                "is_undated": False,
                "is_earlier": False,
                "short": False,
                "proposed": False,
            },
            shared={
                "no_index": "no_index",
                "is_undated": "is_undated",
                "is_earlier": "is_earlier",
                **{column: column for column in columns},
                "short": "short",
                "proposed": "proposed",
            },
            own={
                rule.id: {
                    "population_recorded": "TRUE",
                    "population": "TRUE",
                    "numerator_recorded": "numerator",
                    "numerator": "numerator",
                    **{key: it for key, it in missed.items() if it in self._missed()},
                }
            },
            exclusions=excludes,
            is_unit=all_of([DATE, *requires.values()]),
            undated="coalesce(is_undated, FALSE)",
            outside={
                NO_INDEX: "no_index",
                **{id_: f"({column} IS FALSE)" for id_, column in requires.items()},
            },
            unknown={
                UNKNOWN_DATE: f"{DATE} IS NULL",
                **{f"{id_}-unknown": f"{column} IS NULL" for id_, column in requires.items()},
            },
            undated_unknown={UNKNOWN_DATE: "TRUE"},
            label=f"CASE {cases} ELSE '' END" if cases else "''",
            undated_label="''",
            assumed={key: f"{known} AND {condition}" for key, condition in assumed.items()},
            source="who.patient_id",
            source_joins="",
        )

    def _people_rows(self) -> str:
        """
        One row a person and measurement period, with what follows for the person from the answers
        of their cases.
        """
        # Who has a first index has no other case: there is nothing to gather.
        single = self.rule.index is not None and self.rule.index.take == "first"

        def some(value: str) -> str:
            return f"({value})" if single else f"bool_or({value})"

        def every(value: str, which: str) -> str:
            if single:
                return f"CASE WHEN {which} THEN {value} END"
            return f"bool_and({value}) FILTER (WHERE {which})"

        whole = "requires" if single else ever("requires")
        eligible = "eligible" if single else ever("eligible")
        by_person = "" if single else "GROUP BY patient, period_first"
        counted = "eligible IS DISTINCT FROM FALSE AND is_open"

        def require(column: str) -> str:
            return f"""CASE WHEN requires THEN TRUE
                WHEN requires IS NULL THEN NOT nullif({column}_open, TRUE)
                ELSE NOT {column}_fails END AS {column}"""

        def exclude(column: str) -> str:
            return f"""CASE WHEN excluded THEN {column}_holds
                WHEN excluded IS NULL AND {column}_may THEN NULL ELSE FALSE END AS {column}"""

        requires = [DATE, *self._requires]
        gathered = [
            *(
                f"{some(f'{column} IS FALSE')} AS {column}_fails,"
                f" {some(f'is_open AND {column} IS NULL')} AS {column}_open"
                for column in requires
            ),
            *(
                f"{some(f'is_open AND coalesce({column}, FALSE)')} AS {column}_holds,"
                f" {some(f'is_open AND {column} IS DISTINCT FROM FALSE')} AS {column}_may"
                for column in self._excludes
            ),
            *(f"{some(f'is_open AND {column}')} AS {column}" for column in self._missed()),
        ]
        named = "".join(f", '{column}': {column}" for column in self._strata)
        rank = (
            "CASE WHEN eligible AND numerator THEN 0 WHEN eligible THEN 1"
            " WHEN requires THEN 2 ELSE 3 END"
        )

        def alike(which: str) -> str:
            yes = every("coalesce(settled, FALSE)", which)
            no = every("coalesce(NOT settled, FALSE)", which)
            return f"CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE ELSE NULL END"

        return f"""
            WITH gathered AS (
                SELECT patient, period_first, {whole} AS requires, {eligible} AS eligible,
                    {
            truth(some("is_open AND excludes IS FALSE"), some("is_open AND excludes IS NULL"))
        } AS spared,
                    {every("missed", "is_open")} AS missed,
                    CASE WHEN {some("eligible AND settled")} THEN TRUE
                        WHEN {some(counted)} THEN {alike(counted)}
                        ELSE {alike("is_open")} END AS numerator,
                    {"" if single else "min"}({{'rank': {rank}, 'lo': index_lo, 'hi': index_hi,
                        'clinician': clinician, 'proposed': proposed, 'short': short{named}}})
                        AS named,
                    {", ".join(gathered)}
                FROM {self.name}_answer {by_person}
            ), told AS (
                SELECT *, CASE WHEN eligible IS NOT NULL THEN NOT eligible
                    WHEN requires THEN NULL ELSE NOT spared END AS excluded
                FROM gathered
            ), person AS (
                SELECT patient, period_first, named.lo AS day_lo, named.hi AS day_hi,
                    named.clinician, named.proposed, named.short, numerator,
                    {"".join(f"named.{column}, " for column in self._strata)}
                    {", ".join(require(column) for column in requires)},
                    {", ".join([exclude(c) for c in self._excludes] + ["FALSE AS no_exclusion"])},
                    {
            ", ".join([f"missed AND {c} AS {c}" for c in self._missed()] + ["FALSE AS is_undated"])
        }
                FROM told
            ), undated AS (
                SELECT patient, period_first,
                    min(index_lo) FILTER (WHERE {self._earlier()}) AS day_lo,
                    coalesce(any_value(first_day), max(index_hi) FILTER (
                        WHERE {self._earlier()})) AS day_hi
                FROM {self.name}_found WHERE {self._takes_first()}
                GROUP BY patient, period_first HAVING bool_or({self._earlier()})
            )
            SELECT patient AS unit, patient, period_first < {self.frame.measured[0]} AS is_earlier,
                coalesce(a.day_lo, o.day_lo) AS day_lo, coalesce(a.day_hi, o.day_hi) AS day_hi,
                coalesce(a.clinician, '') AS clinician,
                '' AS modality, FALSE AS no_index,
                o.patient IS NOT NULL AS is_undated,
                coalesce(a.proposed, FALSE) AS proposed, coalesce(a.short, FALSE) AS short,
                a.* EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short,
                    is_undated)
            FROM person AS a FULL JOIN undated AS o USING (patient, period_first)
        """

    def _with_index(self) -> str:
        """People with an index in the measurement period; the others are all alike."""
        now = f"period_first = {self.frame.measured[0]}"
        return f"""
            SELECT patient FROM {self.name}_answer WHERE {now}
            UNION
            SELECT patient FROM {self.name}_found
            WHERE {now} AND {self._takes_first()} AND {self._earlier()}
        """

    def _takes_first(self) -> str:
        assert self.rule.index
        return "TRUE" if self.rule.index.take == "first" else "FALSE"
