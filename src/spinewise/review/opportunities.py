"""Areas for improvement, and how large each is (SEMANTICS 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from spinewise import numerals
from spinewise.know.model import Indicator, Text
from spinewise.review.result import Area, Counts, IndicatorResult, OpportunityPart, Rate
from spinewise.review.words import both, say

DAYS_A_YEAR: Final = 365.25


def opportunities(
    rate: Rate, counts: Counts, indicator: Indicator, period: tuple[date, date]
) -> list[OpportunityPart]:
    """
    The parts of an indicator's opportunity that are not zero, in units a year.

    What is decided: those that went against the indicator, less what the target allows. What is
    not decided is a part of its own, so that documenting less never looks better.
    """
    years = ((period[1] - period[0]).days + 1) / DAYS_A_YEAR
    chance = indicator.target is not None and may_be_chance(
        indicator.target.value, (rate.low, rate.high), (rate.wilson_low, rate.wilson_high)
    )
    parts = [
        decided_part(counts.decided_against, counts.decided, indicator, years, chance=chance),
        undecided_part(rate.unknown, counts.decided, years),
    ]
    return [part for part in parts if part is not None]


def decided_part(
    against: int, decided: int, indicator: Indicator, years: float, *, chance: bool
) -> OpportunityPart | None:
    """The decided units that went against the indicator, less what its target allows."""
    if indicator.target is None:
        return None
    target = indicator.target.value
    allowed = target if indicator.better == "lower" else 1.0 - target
    a_year = (against - allowed * decided) / years
    if a_year <= 0:
        return None
    return OpportunityPart(
        kind="decided",
        a_year=a_year,
        against=against,
        decided=decided,
        target=target,
        years=years,
        may_be_chance=chance,
    )


def undecided_part(unknown: int, decided: int, years: float) -> OpportunityPart | None:
    """The undecided units."""
    if not unknown:
        return None
    return OpportunityPart(
        kind="undecided",
        a_year=unknown / years,
        against=unknown,
        decided=decided + unknown,
        target=None,
        years=years,
        may_be_chance=False,
    )


def areas(
    results: Sequence[IndicatorResult], indicators: Mapping[str, Indicator], period: Text
) -> list[Area]:
    """Every opportunity in the order in which it is shown: the largest first, after emergencies."""
    found = [(result, part) for result in results for part in result.opportunities]
    found.sort(key=lambda pair: (not _first(pair[1], indicators[pair[0].id]), -pair[1].a_year))
    return [
        Area(
            indicator=result.id,
            part=part,
            sentence=area_sentence(
                indicators[result.id], part, period, few=result.rate.state == "too few"
            ),
            change_ideas=result.change_ideas,
            resources=result.resources,
        )
        for result, part in found
    ]


def _first(part: OpportunityPart, indicator: Indicator) -> bool:
    return indicator.first_in_list and part.kind == "decided"


def may_be_chance(target: float | None, *spans: tuple[float | None, float | None]) -> bool:
    """Whether the target lies in the range or in the interval of chance."""
    return target is not None and any(
        low is not None and high is not None and low <= target <= high for low, high in spans
    )


def area_sentence(indicator: Indicator, part: OpportunityPart, period: Text, *, few: bool) -> Text:
    """
    An area for improvement in words, with its arithmetic.

    ``few``: the denominator is too small to speak of a rate.
    """

    def number(value: float) -> object:
        return lambda language: numerals.decimal(value, language)

    def share(value: float) -> object:
        return lambda language: numerals.percent(value, language)

    values = {
        "a_year": number(part.a_year),
        "against": number(part.against),
        "decided": number(part.decided),
        "period": period,
    }
    if part.kind == "undecided" or part.target is None:
        return say("area", "undecided", **values)
    if few:
        return say("area", "decided_few", **values)
    sentence = say(
        "area",
        "decided",
        **values,
        share=share(part.against / part.decided),
        target=share(part.target),
        allowed=share(part.target if indicator.better == "lower" else 1.0 - part.target),
        against_a_year=number(part.against / part.years),
        decided_a_year=number(part.decided / part.years),
    )
    return both(sentence, say("area", "chance")) if part.may_be_chance else sentence
