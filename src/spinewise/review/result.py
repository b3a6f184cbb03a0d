"""
The one result object behind the sentence, the chart, the table, the report and the JSON.

Everything that a face shows is read from a :class:`Review`; nothing is counted again elsewhere.
``review.json`` is this object as it stands (see ``docs/reference/review-json.md``).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from spinewise.know.history import Entry
from spinewise.know.model import Better, Text, Unit

State = Literal["computable", "no cases", "too few", "not computable"]


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable values."""


class Rate(_Value, frozen=True, kw_only=True):
    """
    A share with everything that has to stand beside it (SEMANTICS 7).

    ``recorded`` is ``n / d``, a share from 0 to 1, None where ``d`` is 0. ``low`` to ``high`` is
    the range over all assignments of the unknown units, None where none gives a denominator.
    ``wilson`` is the 95 % Wilson interval on the recorded rate.
    """

    n: int
    d: int
    recorded: float | None
    low: float | None
    high: float | None
    wilson_low: float | None
    wilson_high: float | None
    unknown: int
    """Units that the record leaves open: they can move the rate within the range."""
    state: State


class Counts(_Value, frozen=True, kw_only=True):
    """
    What became of the candidate units: each is in the recorded denominator (``rate.d``), or
    excluded, outside, not evaluated, undecided or beside, and these six add up to ``units``.
    """

    units: int
    decided: int
    """Units of the recorded denominator whose place no unknown can change."""
    decided_against: int
    """Of these, the ones that went against the indicator's better direction."""
    excluded: dict[str, int]
    """By the exclusion's id; a unit with two counts in both, and once in ``excluded_units``."""
    excluded_units: int
    outside: dict[str, int]
    """Not in the population, by reason id (``washout``, ``age``, ``red-flag``, ...)."""
    not_evaluated: dict[str, int]
    """By reason id: ``not-yet``, ``not-followed``, ``not-carried``."""
    undecided: dict[str, int]
    """Units outside the recorded rate that the range holds, by reason id (``washout-unknown``,
    ``age-unknown``, ``date-unknown``, ``region-unknown``)."""
    screened_absent: int
    """Units of the recorded denominator whose red-flag screen is complete and without a flag."""
    not_documented: int
    """Units of the recorded denominator of which the chart does not say."""
    beside: int = 0
    """Counted beside the denominator (``unknown_population = "beside"``)."""
    also: dict[str, int] = {}
    assumed: dict[str, int] = {}
    """Units that rest on an assumption, by id (``onset-not-recorded``, ``seen-from-start``,
    ``dated-by-performance``)."""
    open: dict[str, int] = {}
    """The units of ``rate.unknown`` by the places that their unknowns allow them
    (``with-or-without`` the numerator, ``out-or-with``, ``out-or-without``, ``any``): with
    ``decided`` and ``decided_against`` the range follows from them."""


class Month(_Value, frozen=True, kw_only=True):
    month: date
    """The first day of the month of the index or order day."""
    rate: Rate


class ControlPoint(_Value, frozen=True, kw_only=True):
    """A month or a quarter on a control chart; None where it has no denominator or no limits."""

    first: date
    """Its first day."""
    n: int
    d: int
    centre: float | None
    lower: float | None
    upper: float | None
    outside: bool
    """Beyond its limits. Alone it is no signal of the review."""


class ControlChart(_Value, frozen=True, kw_only=True):
    """
    The limits that chance alone gives the shares, where a point holds cases enough for limits.

    Source: :mod:`spinewise.statistics.charts`.
    """

    chart: Literal["p", "p'"]
    """``p'`` (Laney) where the shares vary more than chance makes them from point to point."""
    step: Literal["month", "quarter"]
    trial: bool
    """The limits rest on fewer than 12 points, and will still move."""
    points: list[ControlPoint]


class ChartNote(_Value, frozen=True, kw_only=True):
    """What people decided about a chart, or noted on it."""

    day: date
    kind: Literal["override", "baseline", "pdsa", "package", "policy", "other"]
    text: str


class RunChart(_Value, frozen=True, kw_only=True):
    """
    Run chart of the monthly recorded rates: median and the Anhoej rules.

    Source: Anhoej and Olesen, PLoS ONE 2014;9:e113825.
    """

    months: list[Month]
    median: float | None
    useful: int
    """Points not on the median."""
    longest_run: int | None
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None
    signal: bool | None
    """None: too few points to judge (fewer than 10 useful ones)."""
    why: Text | None = None
    """Which chart the data can carry, why, and what its limits show."""
    control: ControlChart | None = None
    """None: the months do not carry limits, nor do the quarters."""
    notes: list[ChartNote] = []


class Group(_Value, frozen=True, kw_only=True):
    """The rate of one clinician, modality or stratum."""

    key: str
    """The clinician's id, ``""`` for not attributed; the modality; the id of the stratum, ``""``
    for none, or not known which."""
    rate: Rate


class OpportunityPart(_Value, frozen=True, kw_only=True):
    """SEMANTICS 10 with its arithmetic."""

    kind: Literal["decided", "undecided"]
    a_year: float
    """People or orders a year, never below 0."""
    against: int
    decided: int
    target: float | None
    years: float
    may_be_chance: bool
    """The target lies in the range or in the Wilson interval."""


class PublishedResult(_Value, frozen=True, kw_only=True):
    """What stands beside the result of a published rule."""

    source: Text
    """The rule that this one is modelled on."""
    score: float | None
    """The share that the rule's publisher would show: the recorded rate, or its complement."""
    complement: bool
    assumed: list[Text]
    """What was assumed in this run: the records do not carry it, or an option says so."""
    readings: list[Text]
    not_evaluated: list[Text]
    names: dict[str, Text]
    """The rule's conditions, exclusions and strata by their ids, in the rule's order."""
    conditions: list[str]
    """Which of these are conditions: who does not meet them is outside."""
    strata: list[Group] = []
    """The result of each stratum of the rule; they add up to the result of all."""


class IndicatorResult(_Value, frozen=True, kw_only=True):
    id: str
    version: str
    status: str
    unit: Unit
    better: Better
    name: Text
    meaning: Text
    headline: Text
    """The sentence, filled in."""
    reason: Text | None
    """Why the state is what it is, where it is not ``computable``."""
    rate: Rate
    counts: Counts
    previous: Rate | None
    """The rate of the review that this one was compared with."""
    run_chart: RunChart | None
    clinicians: list[Group]
    """At least ``display_minimum`` in the denominator; the others are ``clinicians_hidden``."""
    clinicians_hidden: int
    modalities: list[Group]
    proposed_share: float | None
    """Share of the events behind it whose code is only ``proposed`` in its concept."""
    opportunities: list[OpportunityPart]
    target: float | None
    why_wrong: list[Text]
    change_ideas: list[str]
    resources: list[str]
    order: int
    published: PublishedResult | None = None
    """Given for published rules."""


class Agreement(_Value, frozen=True, kw_only=True):
    """
    Whom two published rules exclude, of the people who are in the denominators of both.

    ``share`` is how often they say the same; ``kappa`` is Cohen's, which takes off what chance
    alone would give, None where one of the rules says the same of everybody.
    """

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    share: float
    kappa: float | None


class Area(_Value, frozen=True, kw_only=True):
    """An area for improvement: a part of an indicator's opportunity, in the order shown."""

    indicator: str
    part: OpportunityPart
    sentence: Text
    """With its arithmetic in words."""
    change_ideas: list[str]
    resources: list[str]


class CoverageMonth(_Value, frozen=True, kw_only=True):
    month: date
    rows: dict[str, int]
    """Rows by domain (``visits``, ``imaging``, ...)."""


class Linkage(_Value, frozen=True, kw_only=True):
    """How well rows point at each other."""

    events: int
    events_with_visit: int
    imaging_orders: int
    orders_with_performance: int
    performances_without_order: int
    index_visits: int
    index_with_onset: int
    episodes_screen_complete: int
    episodes: int


class Table(_Value, frozen=True, kw_only=True):
    """A line of "what your EMR should say": a count to reconcile."""

    name: str
    rows: int
    people: int
    first: date | None
    last: date | None


class LedgerRow(_Value, frozen=True, kw_only=True):
    path: str
    type: str
    read: int
    stored: int
    merged: int
    skipped: int
    not_a_fact: int
    quarantined: int
    reason: str


class QuarantineRow(_Value, frozen=True, kw_only=True):
    path: str
    line: int | None
    field: str
    value: str
    reason: str
    mend: str


class DataTrust(_Value, frozen=True, kw_only=True):
    """What the numbers rest on."""

    format: str
    patients: int
    consent_out: int
    first_day: date | None
    cutoff: date
    cutoff_from: str
    lag_days: int | None
    """Days from the last day of the period to the cut-off; negative: the period is not over."""
    coverage: list[CoverageMonth]
    carried: dict[str, list[tuple[date, date]]]
    linkage: Linkage
    tables: list[Table]
    ledger: list[LedgerRow]
    ledger_agrees: bool
    quarantined: int
    quarantine: list[QuarantineRow]
    """The first 1,000; ``quarantine.csv`` has all."""
    recorded_missing_share: float | None
    """Share of conditions and findings without a recorded day (seen from their start)."""
    proposed_share: float | None
    unmapped_codes: list[tuple[str, str, int]]
    """The most frequent (system, code, rows) that no concept knows, up to 20."""
    assumptions: list[Text]
    ongoing_pain: int
    """People with continuing back pain on the problem list."""


class ImageCounts(_Value, frozen=True, kw_only=True):
    """What became of the images of the region, or perhaps of it, ordered in the period."""

    images: int
    in_episode: int
    in_excluded_episode: int
    outside_episode: int
    region_unknown: int
    verdicts: dict[str, int]
    """Of those in an episode: indicated, not-indicated, cannot-tell."""


Fate = Literal[
    "with", "without", "excluded", "outside", "undecided", "not-evaluated", "beside", "no unit"
]
"""What became of a unit: in the denominator with or without the numerator, or why it is not."""


class Moved(_Value, frozen=True, kw_only=True):
    """Units of which two definitions say different things."""

    before: Fate
    after: Fate
    reasons: list[str]
    """Why they are where they are now, or were, by reason id; empty for a change of numerator."""
    units: int
    examples: list[str]
    """The source records of up to 20 of them."""


class Comparison(_Value, frozen=True, kw_only=True):
    """
    An indicator under two definitions, counted in the same run from the same records.

    Agreement is over the units that either has in its denominator, each ``with`` or ``without``
    the numerator or not in it; ``kappa`` is Cohen's with its 95 % interval, None where both say
    the same of every unit.
    """

    indicator: str
    name: Text
    first: Rate | None
    """As the package has it; None: it does not."""
    second: Rate | None
    """As tailored; None: left out."""
    units: int
    share: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    moved: list[Moved]


class Answer(_Value, frozen=True, kw_only=True):
    """What another value would have counted."""

    id: str
    """Of the parameter, or ``codes``."""
    value: Text
    comparisons: list[Comparison]
    """Each indicator that is touched: ``first`` as it is, ``second`` as it would be."""
    made: int
    """How many tables had to be made for it."""
    rebuilt: bool
    """Whether the evidence had to be built again from the records."""


class WhatIf(_Value, frozen=True, kw_only=True):
    """What other values of some parameters would have counted."""

    period: tuple[date, date]
    package: str
    package_version: str
    edition: str
    overlay: str
    """The SHA-256 of the changes that are in force; empty: none."""
    today: dict[str, Rate]
    """The rates as they are, of the indicators that the values may touch."""
    answers: list[Answer]


class TailoredChange(_Value, frozen=True, kw_only=True):
    """A value that is not the package's own."""

    id: str
    name: Text
    before: Text
    after: Text
    effect: Text
    on: date | None
    """When it was last changed, by whom and why; None where the history does not say."""
    who: str
    why: str


class Tailoring(_Value, frozen=True, kw_only=True):
    """What a practice changed, and what that did."""

    practice: str
    overlay: str
    """The SHA-256 of what is changed."""
    changes: list[TailoredChange]
    history: list[Entry]
    """Every change ever made, the oldest first."""
    by_hand: bool
    """Whether the file was changed after the last entry of its history."""
    comparisons: list[Comparison]
    """Every indicator that the changes touch, as the package has it and as tailored."""


class Review(_Value, frozen=True, kw_only=True):
    schema: str
    """``spinewise-review/1``"""
    practice: str
    period: tuple[date, date]
    package: str
    package_version: str
    edition: str
    package_digest: str
    overlay: str = ""
    """The SHA-256 of the practice's own changes to the package; empty: none."""
    tailoring: Tailoring | None = None
    """What they are, and what they did."""
    value_sets: str
    """``package`` or the digest of the folder given with ``--value-sets``."""
    verified_only: bool
    extract_digest: str
    spinewise_version: str
    compared_with: str | None
    """The period of the review this one was compared with."""
    indicators: list[IndicatorResult]
    """The package's own in their order, then published rules."""
    agreements: list[Agreement] = []
    """Of each two published rules that have people in common."""
    ages_open: bool = False
    """Whether published rules were run without their limits of age."""
    areas: list[Area]
    images: ImageCounts
    trust: DataTrust
    notice: Text
    """That this holds health information, and the intended use."""

    def __getitem__(self, indicator: str) -> IndicatorResult:
        """The result of one indicator by id; KeyError with the ids that exist otherwise."""
        for result in self.indicators:
            if result.id == indicator:
                return result
        raise KeyError(
            f"no indicator {indicator!r} in this review; it has "
            + ", ".join(result.id for result in self.indicators)
        )
