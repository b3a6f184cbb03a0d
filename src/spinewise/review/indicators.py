"""The results of the indicators, counted from the table of outcomes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from spinewise import numerals
from spinewise.know.codes import system_of
from spinewise.know.model import Indicator, Text
from spinewise.know.package import Package
from spinewise.know.terms import Imaged, Shown
from spinewise.know.walk import concepts_in, terms_in
from spinewise.measures.frame import Frame
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT
from spinewise.records.people import day_number
from spinewise.review.opportunities import opportunities
from spinewise.review.published import published
from spinewise.review.rates import NOT_COMPUTABLE, TOO_FEW, Tally
from spinewise.review.result import (
    Counts,
    Group,
    IndicatorResult,
    Month,
    Rate,
    RunChart,
)
from spinewise.review.trends import run_chart
from spinewise.review.words import both, fill, say
from spinewise.tables import Domain

Period = tuple[date, date]


@dataclass(frozen=True)
class _Kind:
    """Units that are alike in all that is counted of a period."""

    category: str
    reasons: tuple[str, ...]
    in_numerator: bool | None
    places: int
    verdict: str
    modality: str
    also: tuple[str, ...]
    assumed: tuple[str, ...]
    proposed: bool


# Units are counted by the pattern of their answers; what a pattern means is looked up afterwards.
# The rest, who have no index, are in no denominator, of no clinician and of no month.
_KINDS = """
    SELECT indicator, category, reasons, in_numerator, places, verdict, modality, also, assumed,
        proposed, units
    FROM (
        SELECT indicator, pattern, modality, count(*) AS units FROM unit_pattern
        WHERE coalesce(day_lo <= $last AND day_hi >= $first, TRUE) GROUP BY ALL
        UNION ALL
        SELECT indicator, pattern, '', units FROM rest WHERE units > 0
    ) JOIN pattern USING (indicator, pattern) WHERE NOT is_earlier
"""
_CLINICIANS = """
    SELECT indicator, clinician, category, in_numerator, places, units
    FROM (
        SELECT indicator, pattern, clinician, count(*) AS units FROM unit_pattern
        WHERE coalesce(day_lo <= $last AND day_hi >= $first, TRUE) GROUP BY ALL
    ) JOIN pattern USING (indicator, pattern) WHERE NOT is_earlier
"""
_MONTHS = """
    SELECT indicator, first_month, category, in_numerator, places, units
    FROM (
        SELECT indicator, pattern, first_month, count(*) AS units
        FROM (
            SELECT indicator, pattern,
                date_trunc('month', DATE '1970-01-01' + CAST(day_lo AS INTEGER))::DATE
                    AS first_month,
                date_trunc('month', DATE '1970-01-01' + CAST(day_hi AS INTEGER))::DATE
                    AS last_month
            FROM unit_pattern
        ) WHERE first_month = last_month GROUP BY ALL
    ) JOIN pattern USING (indicator, pattern)
"""


def indicator_results(
    connection: duckdb.DuckDBPyConnection,
    frame: Frame,
    indicators: Sequence[Indicator],
    period: Period,
    previous: Mapping[str, Rate],
) -> list[IndicatorResult]:
    """The result of every indicator over a period, from the table ``outcome``."""
    bounds = {"first": day_number(period[0]), "last": day_number(period[1])}
    kinds: dict[str, list[tuple[_Kind, int]]] = defaultdict(list)
    for row in connection.execute(_KINDS, bounds).fetchall():
        kind = _kind(row)
        kinds[row[0]].append((kind, row[10]))
    clinicians = _grouped(connection.execute(_CLINICIANS, bounds).fetchall())
    months = _grouped(connection.execute(_MONTHS).fetchall())
    has_index_visits = _has_index_visits(connection, frame.package)
    return [
        _result(
            indicator,
            frame,
            period,
            kinds[indicator.id],
            clinicians[indicator.id],
            months[indicator.id],
            previous.get(indicator.id),
            has_index_visits,
        )
        for indicator in indicators
    ]


def _result(
    indicator: Indicator,
    frame: Frame,
    period: Period,
    kinds: list[tuple[_Kind, int]],
    clinicians: dict[Any, Tally],
    months: dict[Any, Tally],
    previous: Rate | None,
    has_index_visits: bool,
) -> IndicatorResult:
    least = frame.package.file.display_minimum
    whole = _tally(kinds)
    why_not = _why_not_computable(indicator, frame, kinds, whole, has_index_visits)
    rate = NOT_COMPUTABLE if why_not else whole.rate(least)
    counts = _counts(indicator, kinds, whole)
    target = indicator.target.value if indicator.target else None
    shown = {key: tally for key, tally in clinicians.items() if tally.d >= least}
    chart = None if why_not else _run_chart(months, frame)
    return IndicatorResult(
        id=indicator.id,
        version=indicator.version,
        status=indicator.status,
        unit=indicator.unit,
        better=indicator.better,
        name=indicator.name,
        meaning=indicator.meaning,
        headline=_headline(indicator, rate, period, why_not, chart, least),
        reason=why_not or _why_not_judged(indicator, rate, counts, least),
        rate=rate,
        counts=counts,
        previous=previous,
        run_chart=chart,
        clinicians=[]
        if why_not
        else [Group(key=key, rate=shown[key].rate(least)) for key in sorted(shown)],
        clinicians_hidden=sum(1 for tally in clinicians.values() if 0 < tally.d < least),
        modalities=[] if why_not else _modalities(kinds, least),
        proposed_share=_share((kind.proposed, n) for kind, n in kinds if kind.category == "in"),
        opportunities=[]
        if why_not or indicator.published
        else opportunities(rate, counts, indicator, period),
        target=target,
        why_wrong=indicator.why_wrong,
        change_ideas=indicator.change_ideas,
        resources=indicator.resources,
        order=indicator.order,
        published=published(
            indicator,
            rate,
            {} if why_not else _rates(kinds, lambda kind: kind.verdict, least),
            frame,
            period,
        ),
    )


def _kind(row: tuple[Any, ...]) -> _Kind:
    _, category, reasons, in_numerator, places, verdict, modality, also, assumed, proposed, _ = row
    return _Kind(
        category=category,
        reasons=_split(reasons),
        in_numerator=in_numerator,
        places=places,
        verdict=verdict,
        modality=modality,
        also=_split(also),
        assumed=_split(assumed),
        proposed=proposed,
    )


# Counting ---------------------------------------------------------------------------------------


def _tally(kinds: Iterable[tuple[_Kind, int]]) -> Tally:
    counted = Tally()
    for kind, units in kinds:
        counted.add(kind.category, kind.in_numerator, kind.places, units)
    return counted


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[str, dict[Any, Tally]]:
    grouped: dict[str, dict[Any, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for indicator, key, category, in_numerator, places, units in rows:
        grouped[indicator][key].add(category, in_numerator, places, units)
    return grouped


def _counts(indicator: Indicator, kinds: list[tuple[_Kind, int]], whole: Tally) -> Counts:
    def reasons(category: str) -> dict[str, int]:
        found = Counter[str]()
        for kind, units in kinds:
            if kind.category == category:
                for reason in kind.reasons:
                    found[reason] += units
        return dict(sorted(found.items()))

    def units_of(category: str) -> int:
        return sum(units for kind, units in kinds if kind.category == category)

    inside = [(kind, units) for kind, units in kinds if kind.category == "in"]
    decided = [(k, units) for k, units in inside if k.places in (IN_WITH, IN_WITHOUT)]
    against = IN_WITH if indicator.better == "lower" else IN_WITHOUT
    also = Counter(dict.fromkeys(indicator.also_count, 0))
    assumed = Counter[str]()
    for kind, units in inside:
        also.update(dict.fromkeys(kind.also, units))
        assumed.update(dict.fromkeys(kind.assumed, units))
    return Counts(
        units=sum(units for _, units in kinds),
        decided=sum(units for _, units in decided),
        decided_against=sum(units for k, units in decided if k.places == against),
        excluded=reasons("excluded"),
        excluded_units=units_of("excluded"),
        outside=_first_reason(kinds, "outside"),
        not_evaluated=_first_reason(kinds, "not-evaluated"),
        undecided=_first_reason(kinds, "undecided"),
        screened_absent=sum(n for k, n in inside if k.verdict in ("absent", "not-indicated")),
        not_documented=sum(n for k, n in inside if k.verdict in ("not-documented", "cannot-tell")),
        beside=units_of("beside"),
        also=dict(also),
        assumed=dict(sorted(assumed.items())),
        open=whole.open,
    )


def _first_reason(kinds: list[tuple[_Kind, int]], category: str) -> dict[str, int]:
    """Units by the first of their reasons, so that each is counted once."""
    found = Counter[str]()
    for kind, units in kinds:
        if kind.category == category:
            found[kind.reasons[0]] += units
    return dict(sorted(found.items()))


def _modalities(kinds: list[tuple[_Kind, int]], least: int) -> list[Group]:
    rates = _rates(kinds, lambda kind: kind.modality, least)
    return [Group(key=key, rate=rates[key]) for key in sorted(rates) if key]


def _rates(
    kinds: list[tuple[_Kind, int]], group: Callable[[_Kind], str], least: int
) -> dict[str, Rate]:
    """The rates of units that have the same in common."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for kind, units in kinds:
        tallies[group(kind)].add(kind.category, kind.in_numerator, kind.places, units)
    return {key: tally.rate(least) for key, tally in tallies.items()}


def _run_chart(months: Mapping[date, Tally], frame: Frame) -> RunChart | None:
    """Every month of the scope, gaps included, from the first one with a unit."""
    if not months:
        return None
    first, last = min(months), max(months)
    listed = []
    month = first
    while month <= last:
        tally = months.get(month, Tally())
        listed.append(Month(month=month, rate=tally.rate(frame.package.file.display_minimum)))
        month = (
            month.replace(year=month.year + 1, month=1)
            if month.month == 12
            else month.replace(month=month.month + 1)
        )
    return run_chart(listed)


def _share(rows: Iterable[tuple[bool, int]]) -> float | None:
    counted = Counter[bool]()
    for is_so, units in rows:
        counted[is_so] += units
    whole = counted.total()
    return counted[True] / whole if whole else None


# Whether it can be computed ---------------------------------------------------------------------


def _why_not_computable(
    indicator: Indicator,
    frame: Frame,
    kinds: list[tuple[_Kind, int]],
    whole: Tally,
    has_index_visits: bool,
) -> Text | None:
    for concept in _needed_concepts(indicator, frame.package):
        if frame.package.concepts[concept].empty:
            return say("reason", "empty_concept", concept=concept)
    unknown = _unknown_systems(indicator, frame)
    if unknown:
        return say("reason", "no_such_codes", systems=", ".join(unknown))
    for domain in _needed_domains(indicator):
        if not frame.carried.get(domain):
            return say("reason", "no_domain", domain=say("domain", domain))
    if indicator.unit in ("episode", "image") and not has_index_visits:
        return say("reason", "no_index_settings")
    missing = {
        reason.partition(":")[2]
        for kind, _ in kinds
        for reason in kind.reasons
        if kind.category == "not-evaluated" and reason.startswith("not-carried:")
    }
    if missing and whole.d == 0:
        return say("reason", "not_carried", domain=say("domain", min(missing)))
    return None


def _unknown_systems(indicator: Indicator, frame: Frame) -> list[str]:
    """The code systems that a published rule knows the condition by, where the records have none
    of them: the rule cannot see these people."""
    if not indicator.index or not frame.systems:
        return []
    rows = [row for name in indicator.index.concepts for row in frame.package.concepts[name].rows]
    if any(frame.systems.intersection(system_of(row.system).records) for row in rows):
        return []
    return sorted({row.system for row in rows})


def _needed_domains(indicator: Indicator) -> list[Domain]:
    found: list[Domain] = [need.domain for need in indicator.needs]
    if indicator.unit == "image":
        found.append("imaging")
    if indicator.unit == "answer":
        found.append("answers")
    return found


def _needed_concepts(indicator: Indicator, package: Package) -> list[str]:
    """
    The concepts without which an indicator says nothing: those of the condition, of the images
    where it counts images, and those that its numerator names.
    """
    if indicator.index:
        found = _where_all_are_empty(indicator.index.concepts, package)
    else:
        found = [] if indicator.unit == "answer" else list(package.episode.index.diagnosis[:1])
    images = [name for row in package.imaging.image for name in row.concepts]
    inner = list(terms_in(indicator.numerator))
    counts_images = indicator.unit == "image" or any(
        isinstance(term, Imaged) or (isinstance(term, Shown) and not term.concepts)
        for term in inner
    )
    if counts_images:
        found += _where_all_are_empty(images, package)
    found += [
        name for key, name in concepts_in(indicator.numerator) if key in ("concepts", "specialties")
    ]
    return found


def _where_all_are_empty(names: Sequence[str], package: Package) -> list[str]:
    return list(names) if all(package.concepts[name].empty for name in names) else []


def _has_index_visits(connection: duckdb.DuckDBPyConnection, package: Package) -> bool:
    settings = list(package.episode.index.settings)
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM visits WHERE setting IS NULL OR setting IN"
        " (SELECT unnest(?::VARCHAR[])))",
        [settings],
    ).fetchone()
    return bool(row and row[0])


# Words ------------------------------------------------------------------------------------------


def say_period(period: Period) -> Text:
    """The period in words: a year, or its first and last day."""
    first, last = period
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return Text(en=str(first.year), fr=str(first.year))
    return say(
        "period",
        "days",
        first=lambda language: numerals.day(first, language),
        last=lambda language: numerals.day(last, language),
    )


def headline(
    indicator: Indicator,
    n: int,
    d: int,
    period: Period,
    signal: bool | None,
    least: int = TOO_FEW,
) -> Text:
    """The sentence of an indicator of which ``n`` of ``d`` were counted, with its signal."""
    when = say_period(period)
    if d == 0:
        return say("state", "no_cases", name=indicator.name, period=when)
    said = fill(
        indicator.headline,
        period=when,
        n=lambda language: numerals.count(n, language),
        d=lambda language: numerals.count(d, language),
        rate=lambda language: numerals.percent(n / d, language),
    )
    if d < least:
        return say("state", "too_few", headline=said)
    return said if signal is None else both(said, say("signal", "yes" if signal else "no"))


def _headline(
    indicator: Indicator,
    rate: Rate,
    period: Period,
    why_not: Text | None,
    chart: RunChart | None,
    least: int,
) -> Text:
    if why_not:
        when = say_period(period)
        return say("state", "not_computable", name=indicator.name, period=when, reason=why_not)
    return headline(indicator, rate.n, rate.d, period, chart.signal if chart else None, least)


def _why_not_judged(indicator: Indicator, rate: Rate, counts: Counts, least: int) -> Text | None:
    if rate.state == "no cases":
        return say("reason", "no_cases" if counts.units else f"no_{indicator.unit}_units")
    return say("reason", "too_few", least=least) if rate.state == "too few" else None


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
