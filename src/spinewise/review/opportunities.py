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
    parts = []
    if indicator.target:
        target = indicator.target.value
        allowed = target if indicator.better == "lower" else 1.0 - target
        a_year = (counts.decided_against - allowed * counts.decided) / years
        if a_year > 0:
            parts.append(
                OpportunityPart(
                    kind="decided",
                    a_year=a_year,
                    against=counts.decided_against,
                    decided=counts.decided,
                    target=target,
                    years=years,
                    may_be_chance=_within(target, rate),
                )
            )
    if rate.unknown:
        parts.append(
            OpportunityPart(
                kind="undecided",
                a_year=rate.unknown / years,
                against=rate.unknown,
                decided=counts.decided + rate.unknown,
                target=None,
                years=years,
                may_be_chance=False,
            )
        )
    return parts


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
            sentence=_sentence(result, part, period),
            change_ideas=result.change_ideas,
            resources=result.resources,
        )
        for result, part in found
    ]


def _first(part: OpportunityPart, indicator: Indicator) -> bool:
    return indicator.first_in_list and part.kind == "decided"


def _within(target: float, rate: Rate) -> bool:
    spans = ((rate.low, rate.high), (rate.wilson_low, rate.wilson_high))
    return any(
        low is not None and high is not None and low <= target <= high for low, high in spans
    )


def _sentence(result: IndicatorResult, part: OpportunityPart, period: Text) -> Text:
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
    if result.rate.state == "too few":
        return say("area", "decided_few", **values)
    sentence = say(
        "area",
        "decided",
        **values,
        share=share(part.against / part.decided),
        target=share(part.target),
        allowed=share(part.target if result.better == "lower" else 1.0 - part.target),
        against_a_year=number(part.against / part.years),
        decided_a_year=number(part.decided / part.years),
    )
    return both(sentence, say("area", "chance")) if part.may_be_chance else sentence
