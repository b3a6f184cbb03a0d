"""
The words that definitions are written in: terms that are true, false or unknown for a unit.

Written in TOML as inline tables with the key ``is``::

    when = { is = "any", of = [
        { is = "evidence", concepts = ["exclusion-pregnancy"], days = [-280, 0] },
        { is = "onset", days = ["ever", -84] },
    ] }

Days count from the index day 0 of the unit's episode, both ends in; ``"ever"`` as the first of the
two means from the beginning of the records. :mod:`spinewise.measures.interpret` says in plain
Python what each term means. Published rules have terms of their own, below: their windows may also
count from the measurement period, and they read claims as a payer does.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from spinewise.tables import Kind, Setting

Days = Annotated[
    tuple[int | Literal["ever"], int],
    Meta(
        description='The first and the last day, both in, counted from day 0; "ever" as the first: '
        "from the beginning of the records."
    ),
]
WhenMissing = Literal["false", "unknown"]
Modality = Literal["xray", "ct", "mri", "bone-scan"]


class _Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="is"):
    """Base of all terms."""


class All(_Term, frozen=True, kw_only=True, tag="all"):
    of: Annotated[list[Term], Meta(min_length=1)]
    """Terms that all have to hold."""


class AnyOf(_Term, frozen=True, kw_only=True, tag="any"):
    of: Annotated[list[Term], Meta(min_length=1)]
    """Terms of which one has to hold."""


class Not(_Term, frozen=True, kw_only=True, tag="not"):
    of: Term
    """A term that must not hold."""


class Evidence(_Term, frozen=True, kw_only=True, tag="evidence"):
    """
    At least ``at_least`` events with a code of ``concepts`` that start in the window.

    Seen from the day an event was recorded: what was recorded after the last day of the window
    does not count.
    """

    concepts: Annotated[list[str], Meta(min_length=1)]
    days: Days
    kinds: list[Kind] = []
    """Only these kinds of events; empty: any."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    distinct_days: bool = False
    """Count days, not events."""
    not_concepts: list[str] = []
    """An event that also carries a code of these does not count."""
    when_missing: WhenMissing = "false"


class Ongoing(_Term, frozen=True, kw_only=True, tag="ongoing"):
    """
    A problem on the problem list, of ``concepts``, that began in the window and has not ended by
    day 0. On the list: its category says so, or it is linked to no visit, or its code is of
    ``always`` (codes that say "chronic" by themselves).
    """

    concepts: Annotated[list[str], Meta(min_length=1)]
    days: Days
    always: list[str] = []
    """Concepts whose codes say chronic by themselves, on the problem list or not."""
    when_missing: WhenMissing = "false"


class Onset(_Term, frozen=True, kw_only=True, tag="onset"):
    """The onset recorded with the index diagnosis or visit lies in the window."""

    days: Days
    when_missing: WhenMissing = "false"


class Visited(_Term, frozen=True, kw_only=True, tag="visited"):
    """
    A visit in the window, in one of ``settings`` (empty: any) and, where ``specialties`` is given,
    with a specialty, visit code or fee code of those concepts and of none of ``not_specialties``.
    ``only_with_specialty`` concepts (consultation codes that name no specialty) count only where
    the clinician's specialty is of ``specialties``.
    """

    days: Days
    settings: list[Setting] = []
    specialties: list[str] = []
    """Concepts of specialties, visit codes or fee codes."""
    not_specialties: list[str] = []
    """Concepts that a visit must not match."""
    only_with_specialty: list[str] = []
    """Concepts that count only with a clinician's specialty of ``specialties``."""
    when_missing: WhenMissing = "false"


class Referred(_Term, frozen=True, kw_only=True, tag="referred"):
    """A referral in the window: of ``concepts`` (empty: any), or to one of ``specialties``."""

    days: Days
    concepts: list[str] = []
    """Concepts of the referral itself."""
    specialties: list[str] = []
    """Concepts of whom it goes to."""
    when_missing: WhenMissing = "false"


class Imaged(_Term, frozen=True, kw_only=True, tag="imaged"):
    """
    An image of the package's region in the window, dated by its order (``by = "order"``,
    performance where there is none) or by its performance.
    ``modalities`` empty: any; ``fitting``: only those that fit the unit's emergency findings.
    """

    days: Days
    by: Literal["order", "performance"] = "order"
    modalities: list[Modality] = []
    fitting: bool = False
    """Only those that fit the unit's emergency findings."""


class RedFlag(_Term, frozen=True, kw_only=True, tag="red-flag"):
    """
    The red-flag screen of the unit (SEMANTICS 3), read as of its first image, or the end of the
    imaging window; ``by`` reads it as of that day instead.

    ``present``: a sufficient finding or a listed combination. ``complete``: every needed finding
    answered by a person. ``emergency``: a current finding of the emergency class.
    ``combination``: the combination named by ``id``.
    """

    state: Literal["present", "complete", "sufficient", "emergency", "combination"]
    id: str = ""
    """Which combination."""
    by: int | None = None
    """Read as of this day instead."""


class AcceptedReason(_Term, frozen=True, kw_only=True, tag="accepted-reason"):
    """One of the package's other accepted reasons for an image holds."""


class Verdict(_Term, frozen=True, kw_only=True, tag="verdict"):
    """The verdict on the unit, an image (SEMANTICS 6)."""

    is_: Literal["indicated", "not-indicated", "cannot-tell"] = msgspec.field(name="verdict")


class Answered(_Term, frozen=True, kw_only=True, tag="answered"):
    """The unit's episode has an answer to ``item`` in the window, one of ``values`` if given."""

    item: str
    days: Days
    values: list[str] = []
    when_missing: WhenMissing = "false"


class AnswerIs(_Term, frozen=True, kw_only=True, tag="answer-is"):
    """The unit, an answer to ``item``, has one of ``values``."""

    item: str
    values: Annotated[list[str], Meta(min_length=1)]


class Change(_Term, frozen=True, kw_only=True, tag="change"):
    """
    The number answered to ``item`` rose by ``at_least`` or more from the last answer in
    ``baseline`` to the last in ``follow_up``; unknown where one of them is missing.
    """

    item: str
    baseline: Days
    follow_up: Days
    at_least: float
    """By how much."""


# Terms of published rules -------------------------------------------------------------------------

Between = Annotated[
    tuple[str, str],
    Meta(
        description='The first and the last day, both in, for example "index - 365 days", '
        '"period end", "ever".'
    ),
]
"""A window that need not count from the index; see :mod:`spinewise.know.bounds`."""


class Coded(_Term, frozen=True, kw_only=True, tag="coded"):
    """
    Rows with a code of ``concepts`` in the window: events of any kind, and visits by their code.

    Read as records stand at the end: when a row was written down does not matter. What was refuted,
    or only planned, does not count.
    """

    concepts: Annotated[list[str], Meta(min_length=1)]
    between: Between
    not_concepts: list[str] = []
    """A row that also carries a code of these does not count."""
    kinds: list[Kind] = []
    """Only these kinds of events (and no visits); empty: any."""
    position: Literal["any", "principal"] = "any"
    """``principal``: only diagnoses in the first place, where the source carries places."""
    not_settings: list[Setting] = []
    """Rows of these settings, by the row itself or else by its visit, do not count."""
    denied: bool = True
    """False: rows of denied claims do not count."""
    dated: Literal["service", "start"] = "service"
    """``service``: on the day of the visit that a row is linked to; ``start``: on its own day."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    distinct_days: bool = False
    """Count days, not rows."""


class CoveredDays(_Term, frozen=True, kw_only=True, tag="covered-days"):
    """
    At least ``at_least`` days one after the other that fills of ``concepts`` cover. Fills that
    start in the window are queued: one that starts while another runs begins when that runs out.
    Days after the window do not count; a fill without its days of supply covers none.
    """

    concepts: Annotated[list[str], Meta(min_length=1)]
    between: Between
    at_least: Annotated[int, Meta(ge=1)]


class Age(_Term, frozen=True, kw_only=True, tag="age"):
    """Completed years on a day: ``from`` or more, and ``to`` or less."""

    on: str
    """A bound, for example ``"period end"``."""
    from_: int | None = msgspec.field(name="from", default=None)
    """So many years or more."""
    to: int | None = None
    """So many years or less."""


class Enrolled(_Term, frozen=True, kw_only=True, tag="enrolled"):
    """
    Covered on every day of the window, one span or several that touch; with ``months``, on every
    day of at least so many calendar months of it. Holds where the source carries no enrolment,
    which is then shown as assumed.
    """

    between: Between
    months: int | None = None
    """Instead: on every day of at least so many whole calendar months of the window."""


class Died(_Term, frozen=True, kw_only=True, tag="died"):
    """Died in the window."""

    between: Between


class AtVisit(_Term, frozen=True, kw_only=True, tag="at-visit"):
    """
    A visit that starts in the window, in one of ``settings`` (empty: any) and, where ``concepts``
    is given, with a code or specialty of those; a service with such a code or specialty counts as
    well, unless ``settings`` is given. A visit without a setting is taken as an office visit.
    """

    between: Between
    settings: list[Setting] = []
    concepts: list[str] = []
    """Concepts of the visit's code or specialty."""
    not_concepts: list[str] = []
    """A visit with a code or specialty of these does not count."""
    holds_index: bool = False
    """The index must lie within the visit: by time where both are known, else by day."""


class Shown(_Term, frozen=True, kw_only=True, tag="imaging"):
    """
    An image performed in the window: of the package's region and one of ``modalities`` (empty:
    any), or, where ``concepts`` is given, one with a code of those, whatever its region.
    """

    between: Between
    modalities: list[Modality] = []
    """Images of the package's region of these modalities."""
    concepts: list[str] = []
    """Instead: images with a code of these, of whatever region."""
    diagnosis: list[str] = []
    """If given, a code of these must stand on the image's claim or be its reason; assumed where
    no image of the source has either, which is then shown."""
    denied: bool = True
    """False: images on denied claims do not count."""
    not_before_index: bool = False
    """On the index day, an image known to be earlier in the day does not count."""


RuleTerm = Coded | CoveredDays | Age | Enrolled | Died | AtVisit | Shown
RULE_TERMS: Final = (Coded, CoveredDays, Age, Enrolled, Died, AtVisit, Shown)
"""Terms that only published rules use, and the only ones beside all, any and not that they use."""


Term = (
    All
    | AnyOf
    | Not
    | Evidence
    | Ongoing
    | Onset
    | Visited
    | Referred
    | Imaged
    | RedFlag
    | AcceptedReason
    | Verdict
    | Answered
    | AnswerIs
    | Change
    | Coded
    | CoveredDays
    | Age
    | Enrolled
    | Died
    | AtVisit
    | Shown
)
