"""Makes the shared review of a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from spinewise.know.model import Text
from spinewise.know.package import Package
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT
from spinewise.measures.ranges import rate_range
from spinewise.records.shared import Shared, SharedReport
from spinewise.review.indicators import headline, say_period
from spinewise.review.opportunities import (
    area_sentence,
    decided_part,
    may_be_chance,
    undecided_part,
)
from spinewise.review.rates import PLACES, state_of
from spinewise.review.result import Area, IndicatorResult, Review
from spinewise.review.words import both, say
from spinewise.share.cells import PART, Key, Sheet, sheet
from spinewise.share.past import before, no_overlap, step_before, written
from spinewise.share.points import Step, finest, points
from spinewise.share.protect import protect
from spinewise.share.result import (
    Count,
    SharedArea,
    SharedChart,
    SharedGroup,
    SharedIndicator,
    SharedPoint,
    SharedRate,
    SharedReview,
    SharedTrust,
)
from spinewise.statistics.intervals import wilson
from spinewise.statistics.run_chart import runs

SCHEMA: Final = "spinewise-shared/1"
LEAST: Final = 6
"""Numbers from 1 to 5 are hidden unless it is set otherwise."""


@dataclass(frozen=True)
class Made:
    """A shared review, and what the workspace has to remember of it."""

    review: SharedReview
    shared: Shared


def share(
    review: Review,
    package: Package,
    shared: Shared,
    *,
    today: date,
    least: int = LEAST,
    name: str = "",
) -> Made:
    """
    What may be shared of a review: its own indicators. Published rules count the same people in
    other ways, and their differences would give small numbers away.

    Parameters
    ----------
    review, package
        The full review, and the change package that it was made with.
    shared
        What was shared from the workspace before.
    today
        The day of sharing.
    least
        The smallest number that is shown, beside zero.
    name
        The practice's name for those who read it; empty: none is shown.

    Raises
    ------
    OverlapError
        The period overlaps with one that was shared before.
    NotSafeError
        Too much is known from what was shared before.
    """
    review = msgspec.structs.replace(
        review, indicators=[result for result in review.indicators if not result.published]
    )
    no_overlap(review.period, shared.reports)
    groups = [group.key for result in review.indicators for group in result.clinicians]
    named = shared.naming(groups)
    steps = {
        result.id: step_before(result.id, shared.reports) or finest(result.run_chart.months, least)
        for result in review.indicators
        if result.run_chart
    }
    cells = sheet(review, named.clinicians, steps)
    past = before(cells, review.period, least, shared.reports)
    hidden = protect(cells, least, also=past.hide, known=past.known)
    page = _Page(review, package, named, cells, hidden, least, name, steps)
    report = SharedReport(
        day=today,
        period=review.period,
        least=least,
        steps=dict(steps),
        shown=page.numbers(hidden=False),
        hidden=page.numbers(hidden=True),
    )
    return Made(page.review(), named.adding(report))


@dataclass(frozen=True)
class _Page:
    """Puts the cells that are shown where they stand; what is worked out from them comes anew."""

    full: Review
    package: Package
    names: Shared
    cells: Sheet
    hidden: frozenset[Key]
    least: int
    name: str
    steps: Mapping[str, Step]

    def numbers(self, *, hidden: bool) -> dict[str, int]:
        return {
            written(key, self.full.period): cell.number
            for key, cell in self.cells.cells.items()
            if (key in self.hidden) == hidden
        }

    def review(self) -> SharedReview:
        full, trust = self.full, self.full.trust
        indicators = [self.indicator(result) for result in full.indicators]
        return SharedReview(
            schema=SCHEMA,
            practice=self.name,
            period=full.period,
            package=full.package,
            package_version=full.package_version,
            edition=full.edition,
            package_digest=full.package_digest,
            value_sets=full.value_sets,
            verified_only=full.verified_only,
            spinewise_version=full.spinewise_version,
            least=self.least,
            suppressed=sum(
                cell.weight >= 1 for key, cell in self.cells.cells.items() if key in self.hidden
            ),
            indicators=indicators,
            areas=[
                area
                for found in full.areas
                for area in self.area(found, next(i for i in indicators if i.id == found.indicator))
            ],
            images=self.counts("images"),
            trust=SharedTrust(
                format=trust.format,
                patients=self.number("trust", "patients"),
                cutoff=trust.cutoff,
                cutoff_from=trust.cutoff_from,
                lag_days=trust.lag_days,
                events_with_visit=self.rate("trust", "visit"),
                orders_with_performance=self.rate("trust", "performance"),
            ),
            notice=both(
                say("notice", "shared", most=self.least - 1), self.package.file.intended_use
            ),
        )

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
            state=None if d is None else state_of(d),
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
            clinicians=self.groups("clinician", result, self.names.clinicians),
            clinicians_hidden=result.clinicians_hidden,
            modalities=self.groups("modality", result, {}),
            target=result.target,
            why_wrong=result.why_wrong,
            change_ideas=result.change_ideas,
            resources=result.resources,
            order=result.order,
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
        if result.run_chart is None:
            return None
        step = self.steps[result.id]
        shown = [
            SharedPoint(first=p.first, rate=self.rate(result.id, "point", f"{step} {p.first}"))
            for p in points(result.run_chart.months, step)
        ]
        whole = not any(point.rate.n is None or point.rate.d is None for point in shown)
        found = runs([point.rate.recorded for point in shown] if whole else [])
        return SharedChart(step=step, points=shown, median=found.median, signal=found.signal)

    def groups(
        self, kind: str, result: IndicatorResult, names: dict[str, str]
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

    def area(self, found: Area, shown: SharedIndicator) -> list[SharedArea]:
        """The area if all its numbers are shown; else none."""
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


_RATES: Final = (("clinician",), ("modality",), ("point",), ("visit",), ("performance",))
"""Tables whose cells stand in rates."""
_NOT_COMPUTABLE: Final = SharedRate(
    n=0, d=0, recorded=None, wilson_low=None, wilson_high=None, state="not computable"
)
