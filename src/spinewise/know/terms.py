"""
The words that definitions are written in: terms that are true, false or unknown for a unit.

Written in TOML as inline tables with the key ``is``::

    when = { is = "any", of = [
        { is = "evidence", concepts = ["exclusion-pregnancy"], days = [-280, 0] },
        { is = "onset", days = ["ever", -84] },
    ] }

Days count from the index day 0 of the unit's episode, both ends in; ``"ever"`` as the first of the
two means from the beginning of the records. :mod:`spinewise.measures.interpret` says in plain
Python what each term means.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from spinewise.tables import Kind, Setting

Days = tuple[int | Literal["ever"], int]
WhenMissing = Literal["false", "unknown"]
Modality = Literal["xray", "ct", "mri", "bone-scan"]


class _Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="is"):
    """Base of all terms."""


class All(_Term, frozen=True, kw_only=True, tag="all"):
    of: Annotated[list[Term], Meta(min_length=1)]


class AnyOf(_Term, frozen=True, kw_only=True, tag="any"):
    of: Annotated[list[Term], Meta(min_length=1)]


class Not(_Term, frozen=True, kw_only=True, tag="not"):
    of: Term


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
    not_specialties: list[str] = []
    only_with_specialty: list[str] = []
    when_missing: WhenMissing = "false"


class Referred(_Term, frozen=True, kw_only=True, tag="referred"):
    """A referral in the window: of ``concepts`` (empty: any), or to one of ``specialties``."""

    days: Days
    concepts: list[str] = []
    specialties: list[str] = []
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
    by: int | None = None


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
)
