"""What a review says of published rules beside their rates: assumptions, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from spinewise.know.model import Indicator
from spinewise.measures.frame import Frame
from spinewise.measures.interpret.rules import uses_of
from spinewise.review.rates import Tally
from spinewise.review.result import Agreement, Group, PublishedResult, Rate
from spinewise.review.words import say

_EXCLUDED = """
    WITH person AS (
        SELECT indicator, patient, category = 'excluded' AS excluded
        FROM unit_pattern JOIN pattern USING (indicator, pattern)
        WHERE in_denominator AND category IN ('in', 'excluded') AND NOT is_earlier
            AND indicator IN (SELECT unnest(?::VARCHAR[]))
    )
    SELECT a.indicator, b.indicator, a.excluded, b.excluded, count(*)
    FROM person AS a JOIN person AS b USING (patient) GROUP BY ALL
"""


def published(
    rule: Indicator,
    rate: Rate,
    strata: Mapping[str, Rate],
    frame: Frame,
    period: tuple[date, date],
) -> PublishedResult | None:
    """
    What stands beside the result of a published rule; None for the package's own indicators.

    ``strata`` has the rates of the strata by id, and under ``""`` that of people in none.
    """
    if rule.published is None:
        return None
    complement = rule.published.score == "complement"
    score = rate.recorded
    if score is not None and complement:
        score = 1.0 - score
    assumed = [say("published", lack) for lack in uses_of(rule) if lack in frame.lacks]
    if rule.unit == "patient-year" or rule.published.calendar_year:
        first, last = period
        if (first.month, first.day, last.month, last.day) != (1, 1, 12, 31) or (
            first.year != last.year
        ):
            assumed.append(say("published", "not-a-year", period=rule.published.period))
    if frame.ages_open:
        assumed.append(say("published", "ages-open"))
    return PublishedResult(
        source=rule.published.source,
        score=score,
        complement=complement,
        assumed=assumed,
        readings=rule.published.readings,
        not_evaluated=rule.published.not_evaluated,
        names={one.id: one.name for one in (*rule.require, *rule.exclusion, *rule.strata)},
        conditions=[clause.id for clause in rule.require],
        strata=_strata(rule, strata),
    )


def _strata(rule: Indicator, rates: Mapping[str, Rate]) -> list[Group]:
    """All strata, and at the end, if there are any, the people in none."""
    if not rule.strata:
        return []
    nobody = Tally().rate()
    groups = [Group(key=one.id, rate=rates.get(one.id, nobody)) for one in rule.strata]
    rest = rates.get("", nobody)
    return [*groups, Group(key="", rate=rest)] if rest.d or rest.unknown else groups


def agreements(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]
) -> list[Agreement]:
    """Of each two published rules, how often they exclude the same people."""
    rules = [rule.id for rule in indicators if rule.published]
    if len(rules) < 2:
        return []
    counted: dict[tuple[str, str], dict[tuple[bool, bool], int]] = defaultdict(dict)
    for first, second, *excluded, people in connection.execute(_EXCLUDED, [rules]).fetchall():
        counted[first, second][excluded[0], excluded[1]] = people
    return [
        agreement(a, b, counted[a, b])
        for place, a in enumerate(rules)
        for b in rules[place + 1 :]
        if counted[a, b]
    ]


def agreement(first: str, second: str, people: dict[tuple[bool, bool], int]) -> Agreement:
    """The agreement of two rules from how many people each way of excluding holds for."""
    both, neither = people.get((True, True), 0), people.get((False, False), 0)
    only_first, only_second = people.get((True, False), 0), people.get((False, True), 0)
    whole = both + neither + only_first + only_second
    share = (both + neither) / whole
    p, q = (both + only_first) / whole, (both + only_second) / whole
    by_chance = p * q + (1 - p) * (1 - q)
    return Agreement(
        first=first,
        second=second,
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        share=share,
        kappa=None if by_chance == 1 else (share - by_chance) / (1 - by_chance),
    )
