"""Makes the shared review of a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from spinewise.know.model import Text
from spinewise.know.package import Package
from spinewise.measures.interpret.rules import NO_INDEX
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT
from spinewise.measures.ranges import rate_range
from spinewise.review.indicators import headline, say_period
from spinewise.review.opportunities import (
    area_sentence,
    decided_part,
    may_be_chance,
    undecided_part,
)
from spinewise.review.rates import PLACES, state_of
from spinewise.review.result import Area, IndicatorResult, Month, Review
from spinewise.review.words import both, say
from spinewise.share.cells import PART, Key, Sheet, sheet
from spinewise.share.ledger import Ledger
from spinewise.share.points import Point, Step, finest, points, whole
from spinewise.share.protect import protect
from spinewise.share.result import (
    Count,
    SharedArea,
    SharedChart,
    SharedGroup,
    SharedIndicator,
    SharedPoint,
    SharedPublished,
    SharedRate,
    SharedReview,
    SharedTrust,
)
from spinewise.statistics.intervals import wilson
from spinewise.statistics.run_chart import runs

SCHEMA: Final = "spinewise-shared/1"
LEAST: Final = 6
"""Numbers from 1 to 5 are hidden unless it is set otherwise."""


def share(
    review: Review,
    package: Package,
    ledger: Ledger,
    *,
    today: date,
    least: int = LEAST,
    name: str = "",
) -> tuple[SharedReview, Ledger]:
    """
    What may be shared of a review, and what was shared then.

    Parameters
    ----------
    review, package
        The full review, and the change package that it was made with.
    ledger
        What was shared from the workspace before; the review's period comes after it.
    today
        The day of sharing.
    least
        The smallest number that is shown, beside zero.
    name
        The practice's name for those who read it; empty: none is shown.

    Raises
    ------
    PeriodError
        The period does not come after those that were shared.
    """
    ledger.check(review.period)
    review = msgspec.structs.replace(
        review, indicators=[_of_the_period(result) for result in review.indicators]
    )
    named = ledger.naming(group.key for result in review.indicators for group in result.clinicians)
    charts = {
        result.id: chart_of(result.id, result.run_chart.months, review, ledger, least)
        for result in review.indicators
        if result.run_chart
    }
    new = {id_: chart.new for id_, chart in charts.items()}
    cells = sheet(review, named.clinicians, new)
    hidden = protect(cells, least)
    page = _Page(review, package, named.clinicians, charts, cells, hidden, least)
    shared = page.review(today, name)
    return shared, named.adding(shared)


def _of_the_period(result: IndicatorResult) -> IndicatorResult:
    """
    A published rule without the people who have no index in the period: how many they are is no
    number of the period, and two reports could be subtracted to find who came in between.
    """
    if not result.published:
        return result
    outside = dict(result.counts.outside)
    units = result.counts.units - outside.pop(NO_INDEX, 0)
    counts = msgspec.structs.replace(result.counts, units=units, outside=outside)
    return msgspec.structs.replace(result, counts=counts)


@dataclass(frozen=True)
class Chart:
    """A chart before its numbers are hidden: what is repeated, and what is new."""

    step: Step
    repeated: list[SharedPoint]
    new: list[Point]


def chart_of(
    id_: str, months: Sequence[Month], review: Review, ledger: Ledger, least: int
) -> Chart:
    """
    The chart of an indicator: points of earlier reports as they stood there, and those since.

    Earlier reports that were made by other rules have other numbers: then the chart begins with
    the period.
    """
    periods = [review.period, *(report.period for report in ledger.reports)]
    if not ledger.reports:
        step, new = finest(months, least, periods)
        return Chart(step, [], new)
    last = ledger.reports[-1]
    earlier = next((one.chart for one in last.indicators if one.id == id_), None)
    if earlier is None or _rules(last, id_) != _rules(review, id_):
        step, new = finest(months, least, periods)
        return Chart(step, [], [point for point in new if point.within(review.period)])
    found = whole(points(months, earlier.step), periods)
    begin = min((point.first for point in found), default=review.period[0])
    return Chart(
        earlier.step,
        [point for point in earlier.points if point.first >= begin],
        [point for point in found if point.first > last.period[1]],
    )


def _rules(review: Review | SharedReview, id_: str) -> tuple[object, ...]:
    """All that decides what an indicator counts."""
    version = next((one.version for one in review.indicators if one.id == id_), None)
    return (
        version,
        review.package_digest,
        review.overlay,
        review.value_sets,
        review.verified_only,
        review.ages_open,
    )


@dataclass(frozen=True)
class _Page:
    """Puts the cells that are shown where they stand; what is worked out from them comes anew."""

    full: Review
    package: Package
    clinicians: Mapping[str, str]
    charts: Mapping[str, Chart]
    cells: Sheet
    hidden: frozenset[Key]
    least: int

    def review(self, today: date, name: str) -> SharedReview:
        full, trust = self.full, self.full.trust
        indicators = [self.indicator(result) for result in full.indicators]
        by_id = {result.id: result for result in indicators}
        link = trust.linkage
        return SharedReview(
            schema=SCHEMA,
            practice=name,
            period=full.period,
            package=full.package,
            package_version=full.package_version,
            edition=full.edition,
            package_digest=full.package_digest,
            overlay=full.overlay,
            value_sets=full.value_sets,
            verified_only=full.verified_only,
            ages_open=full.ages_open,
            spinewise_version=full.spinewise_version,
            shared_on=today,
            least=self.least,
            suppressed=sum(self.cells.cells[key].weight >= 1 for key in self.hidden),
            indicators=indicators,
            areas=[
                area
                for found in full.areas
                if found.indicator in by_id
                for area in self.area(found, by_id)
            ],
            images=self.counts("images"),
            trust=SharedTrust(
                format=trust.format,
                patients=_two_figures(trust.patients),
                cutoff=trust.cutoff,
                cutoff_from=trust.cutoff_from,
                lag_days=trust.lag_days,
                events_with_visit=self.coarse(link.events_with_visit, link.events),
                orders_with_performance=self.coarse(
                    link.orders_with_performance, link.imaging_orders
                ),
            ),
            notice=both(
                say("notice", "shared", most=self.least - 1), self.package.file.intended_use
            ),
        )

    def coarse(self, n: int, d: int) -> float | None:
        """A share in whole per cent, each of which is too many to be small; None: too few."""
        return round(n / d, 2) if d >= 100 * self.least else None

    # Cells

    def number(self, *key: str) -> int | None:
        """The number at a place, None where it is hidden."""
        return None if key in self.hidden else self.cells.cells[key].number

    def rate(self, *key: str) -> SharedRate:
        """The rate at a place with what follows from its two numbers."""
        n, d = self.number(*key, "n"), self.number(*key, "d")
        interval = None if n is None or d is None else wilson(n, d)
        return SharedRate(
            n=n,
            d=d,
            recorded=n / d if n is not None and d else None,
            wilson_low=interval[0] if interval else None,
            wilson_high=interval[1] if interval else None,
            state=None if d is None else state_of(d, self.package.file.display_minimum),
        )

    def counts(self, table: str) -> list[Count]:
        """The cells of a table that are printed, in its order."""
        return [
            Count(key=":".join(key[1:]), number=self.number(*key))
            for key, cell in self.cells.cells.items()
            if key[0] == table and cell.weight >= PART and key[1:2] not in _RATES
        ]

    def shown(self, *keys: Key) -> bool:
        return not any(key in self.hidden for key in keys)

    # An indicator

    def indicator(self, result: IndicatorResult) -> SharedIndicator:
        computable = result.rate.state != "not computable"
        rate = self.rate(result.id) if computable else _NOT_COMPUTABLE
        chart = self.chart(result) if computable else None
        span = self.span(result) if computable else None
        return SharedIndicator(
            id=result.id,
            version=result.version,
            status=result.status,
            unit=result.unit,
            better=result.better,
            name=result.name,
            meaning=result.meaning,
            headline=self.headline(result, rate, chart),
            reason=result.reason if rate.state else None,
            rate=rate,
            low=span[0] if span else None,
            high=span[1] if span else None,
            unknown=self.number(result.id, "unknown") if computable else None,
            counts=self.counts(result.id),
            chart=chart,
            clinicians=self.groups("clinician", result, self.clinicians),
            modalities=self.groups("modality", result, {}),
            target=result.target,
            why_wrong=result.why_wrong,
            change_ideas=result.change_ideas,
            resources=result.resources,
            order=result.order,
            published=self.published(result, rate),
        )

    def published(self, result: IndicatorResult, rate: SharedRate) -> SharedPublished | None:
        full = result.published
        if full is None:
            return None
        score = rate.recorded
        if score is not None and full.complement:
            score = 1.0 - score
        return SharedPublished(
            source=full.source,
            score=score,
            complement=full.complement,
            assumed=full.assumed,
            readings=full.readings,
            not_evaluated=full.not_evaluated,
            names=full.names,
            conditions=full.conditions,
            strata=[
                SharedGroup(key=group.key, rate=self.rate(result.id, "stratum", group.key))
                for group in full.strata
            ],
        )

    def headline(
        self, result: IndicatorResult, rate: SharedRate, chart: SharedChart | None
    ) -> Text:
        if rate.state == "not computable":
            return result.headline
        if rate.n is None or rate.d is None:
            return say("state", "suppressed", name=result.name, period=say_period(self.full.period))
        return headline(
            self.package.indicators[result.id],
            rate.n,
            rate.d,
            self.full.period,
            chart.signal if chart else None,
            self.package.file.display_minimum,
        )

    def span(self, result: IndicatorResult) -> tuple[float, float] | None:
        """The range, from the numbers that it follows from, if all are shown."""
        id_, counts = result.id, result.counts
        places = {(id_, "places", name): PLACES[name] for name in counts.open}
        behind = [(id_, name) for name in ("decided", "against", "unknown")]
        if not self.shown(*behind, *places) or (result.rate.unknown and not places):
            return None
        against = counts.decided_against
        others = counts.decided - against
        with_numerator = against if result.better == "lower" else others
        return rate_range(
            {
                IN_WITH: with_numerator,
                IN_WITHOUT: counts.decided - with_numerator,
                **{PLACES[name]: number for name, number in counts.open.items()},
            }
        )

    def chart(self, result: IndicatorResult) -> SharedChart | None:
        if result.id not in self.charts:
            return None
        chart = self.charts[result.id]
        shown = chart.repeated + [
            SharedPoint(first=point.first, rate=self.rate(result.id, "point", str(point.first)))
            for point in chart.new
        ]
        complete = not any(point.rate.suppressed for point in shown)
        found = runs([point.rate.recorded for point in shown] if complete else [])
        return SharedChart(step=chart.step, points=shown, median=found.median, signal=found.signal)

    def groups(
        self, kind: str, result: IndicatorResult, names: Mapping[str, str]
    ) -> list[SharedGroup]:
        if result.rate.state == "not computable":
            return []
        listed = result.clinicians if kind == "clinician" else result.modalities
        keys = [names.get(group.key, group.key) for group in listed]
        return [
            SharedGroup(key=key, rate=self.rate(result.id, kind, key))
            for key in sorted(keys, key=lambda key: (key == "", key))
        ]

    # Areas for improvement

    def area(self, found: Area, indicators: Mapping[str, SharedIndicator]) -> list[SharedArea]:
        """The area if all its numbers are shown; else none."""
        shown = indicators[found.indicator]
        id_, kind, years = found.indicator, found.part.kind, found.part.years
        rule, decided = self.package.indicators[id_], self.number(id_, "decided")
        against, unknown = self.number(id_, "against"), self.number(id_, "unknown")
        if shown.rate.recorded is None or decided is None:
            return []
        if kind == "undecided":
            part = None if unknown is None else undecided_part(unknown, decided, years)
        else:
            chance = may_be_chance(
                shown.target,
                (shown.low, shown.high),
                (shown.rate.wilson_low, shown.rate.wilson_high),
            )
            part = (
                None
                if against is None
                else decided_part(against, decided, rule, years, chance=chance)
            )
        if part is None:
            return []
        few = shown.rate.state == "too few"
        sentence = area_sentence(rule, part, say_period(self.full.period), few=few)
        return [
            SharedArea(
                indicator=id_,
                kind=kind,
                sentence=sentence,
                change_ideas=found.change_ideas,
                resources=found.resources,
            )
        ]


_RATES: Final = (("clinician",), ("modality",), ("stratum",), ("point",))
"""Tables whose cells stand in rates."""
_NOT_COMPUTABLE: Final = SharedRate(
    n=0, d=0, recorded=None, wilson_low=None, wilson_high=None, state="not computable"
)


def _two_figures(number: int) -> int:
    return int(float(f"{number:.1e}"))
