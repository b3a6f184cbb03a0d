"""
What a shared report says: the object behind its page and its ``review.json``.

None where a number could stand means that it is suppressed. Nothing else is in this object: what a
shared report does not show, it does not hold.
"""

from __future__ import annotations

from datetime import date

import msgspec

from spinewise.know.model import Better, Text, Unit
from spinewise.review.result import State
from spinewise.share.points import Step


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable values."""


class SharedRate(_Value, frozen=True, kw_only=True):
    """``n`` of ``d``, and what follows from the two where both are shown."""

    n: int | None
    d: int | None
    recorded: float | None
    wilson_low: float | None
    wilson_high: float | None
    state: State | None
    """None: ``d`` is suppressed."""

    @property
    def suppressed(self) -> bool:
        """Whether one of the two numbers is."""
        return self.n is None or self.d is None

    @property
    def all_or_none(self) -> bool:
        """A rate of 0 % or 100 % says the same of everybody who was counted."""
        return bool(self.d) and self.n in (0, self.d)


class Count(_Value, frozen=True, kw_only=True):
    """A line of a table of counts."""

    key: str
    """``units``, ``outside:washout``, ``verdict:cannot-tell``, ..."""
    number: int | None


class SharedPoint(_Value, frozen=True, kw_only=True):
    first: date
    """The first day of the month, quarter or half-year."""
    rate: SharedRate


class SharedChart(_Value, frozen=True, kw_only=True):
    """A run chart; it is judged only where every point is shown."""

    step: Step
    points: list[SharedPoint]
    """Those before the period are repeated from earlier shared reports where these had them."""
    median: float | None
    signal: bool | None


class SharedGroup(_Value, frozen=True, kw_only=True):
    key: str
    """What the clinician is called outside, ``""`` for not attributed; the modality; the stratum,
    ``""`` for none of them."""
    rate: SharedRate


class SharedPublished(_Value, frozen=True, kw_only=True):
    """What stands beside the result of a published rule."""

    source: Text
    score: float | None
    """The share that the rule's publisher would show; None where it cannot be shown."""
    complement: bool
    assumed: list[Text]
    readings: list[Text]
    not_evaluated: list[Text]
    names: dict[str, Text]
    """The rule's conditions, exclusions and strata by their ids."""
    conditions: list[str]
    strata: list[SharedGroup]


class SharedIndicator(_Value, frozen=True, kw_only=True):
    id: str
    version: str
    status: str
    unit: Unit
    better: Better
    name: Text
    meaning: Text
    headline: Text
    reason: Text | None
    rate: SharedRate
    low: float | None
    high: float | None
    """The range; None where a number behind it is suppressed, or there is none."""
    unknown: int | None
    counts: list[Count]
    chart: SharedChart | None
    clinicians: list[SharedGroup]
    """Those with 10 or more in the denominator."""
    modalities: list[SharedGroup]
    target: float | None
    why_wrong: list[Text]
    change_ideas: list[str]
    resources: list[str]
    order: int
    published: SharedPublished | None = None
    """Given for published rules."""


class SharedArea(_Value, frozen=True, kw_only=True):
    """An area for improvement all of whose numbers are shown."""

    indicator: str
    kind: str
    sentence: Text
    change_ideas: list[str]
    resources: list[str]


class SharedTrust(_Value, frozen=True, kw_only=True):
    """What the numbers rest on, as far as it leaves the practice."""

    format: str
    patients: int
    """Rounded to two figures."""
    cutoff: date
    cutoff_from: str
    lag_days: int | None
    events_with_visit: float | None
    """Share of all events, rounded to a whole per cent; None where they are few."""
    orders_with_performance: float | None
    """Share of all imaging orders, likewise."""


class SharedReview(_Value, frozen=True, kw_only=True):
    schema: str
    """``spinewise-shared/1``"""
    practice: str
    """The name that was given for sharing; empty: none."""
    period: tuple[date, date]
    package: str
    package_version: str
    edition: str
    package_digest: str
    overlay: str = ""
    """The SHA-256 of the practice's own changes to the package; empty: none."""
    value_sets: str
    verified_only: bool
    ages_open: bool = False
    spinewise_version: str
    shared_on: date
    """The day on which it was first made."""
    least: int
    """The smallest number that is shown, beside zero."""
    suppressed: int
    """How many numbers are suppressed."""
    indicators: list[SharedIndicator]
    areas: list[SharedArea]
    images: list[Count]
    trust: SharedTrust
    notice: Text
    """That small numbers are suppressed, and the intended use."""
