"""
The change package as typed values: one struct for each kind of file in the folder.

Nothing here knows about backs. A package is read by :mod:`spinewise.know.loader`, which reports
every mistake with file, key, value and mend.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from spinewise.know.terms import Age, Between, Days, Term
from spinewise.tables import Domain, Setting

Confidence = Literal["V", "M", "D"]
"""V: read in the source; M: from memory; D: proposed by this package's authors."""
RowStatus = Literal["verified", "proposed", "signed-off"]
Strength = Literal["sufficient", "supporting", "context"]
Urgency = Literal["emergency", "same-day", "within-72-hours", "within-2-weeks", "routine-soon"]
Modality = Literal["xray", "ct", "mri", "bone-scan"]
Better = Literal["lower", "higher"]
Unit = Literal["episode", "image", "answer", "patient", "patient-year"]
"""``patient`` and ``patient-year``: units of published rules, one for everybody in the records."""
Anchor = Literal["index", "emergency-finding"]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything read from a package: immutable, and a misspelt key is an error."""


class Text(_File, frozen=True, kw_only=True):
    """Words in both languages."""

    en: Annotated[str, Meta(min_length=1)]
    fr: Annotated[str, Meta(min_length=1)]

    def __getitem__(self, language: str) -> str:
        """The words in ``language`` (``"en"`` or ``"fr"``)."""
        return self.fr if language == "fr" else self.en


class _Sourced(_File, frozen=True, kw_only=True):
    """A clinical row: where it comes from and how sure it is."""

    sources: Annotated[list[str], Meta(min_length=1)]
    """Ids of ``[[source]]`` rows in package.toml."""
    confidence: Confidence
    """``V`` read in the source, ``M`` from memory, ``D`` proposed by the authors."""
    status: RowStatus = "proposed"
    """``proposed``, ``verified``, or ``signed-off``, which is set by a sign-off."""


# package.toml ---------------------------------------------------------------------------------


class Difference(_Sourced, frozen=True, kw_only=True):
    """A value that another edition of the standard has in place of the package's."""

    at: str
    """A place, for example ``episode.toml: index.diagnosis``."""
    value: Any
    why: Text


class Edition(_File, frozen=True, kw_only=True):
    id: str
    """For example ``2025``."""
    title: Text
    published: str
    """A day, month or year."""
    url: str
    """Where it is."""
    status: Literal["current", "superseded", "draft"]
    differs: list[Difference] = []
    """What is different under this edition, where it is not the one in force."""


class Source(_File, frozen=True, kw_only=True):
    id: str
    """What rows name as their source."""
    title: str
    """As its authors name it."""
    url: str = ""
    """Where it is."""
    year: int | None = None
    """The year of publication."""
    licence: str = ""
    """The licence, where it has one."""


class Forum(_File, frozen=True, kw_only=True):
    name: str
    url: str
    """Where it is."""
    what: Text


class Recommendation(_Sourced, frozen=True, kw_only=True):
    text: Text


class Meant(_File, frozen=True, kw_only=True):
    """A warning of ``spinewise package check`` that is meant, and why."""

    rule: str
    """The kind of warning, as the check names it: ``overlap``, ``unused`` ..."""
    file: str
    """The file that it is about."""
    words: list[str] = []
    """Words of its key or message, all of them; empty: every warning of the kind in the file."""
    why: Annotated[str, Meta(min_length=1)]
    """The reason, for those who read the package."""


class PackageFile(_File, frozen=True, kw_only=True):
    """``package.toml``."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    version: str
    """The package's version; every result names it."""
    title: Text
    aim: Text
    intended_use: Text
    """Shown with every review."""
    edition: str
    """The edition of the standard in force: the id of one of ``edition_choices``."""
    edition_choices: Annotated[list[Edition], Meta(min_length=1)]
    display_minimum: Annotated[int, Meta(ge=1)] = 10
    """Rates with fewer in the denominator are too few to judge; clinicians with fewer are not
    shown."""
    recommendation: list[Recommendation]
    source: list[Source]
    forum: list[Forum]
    """Where others work on the same."""
    review_months: Annotated[int, Meta(ge=1)] = 24
    """Months after which a definition or a link should be looked at again."""
    meant: list[Meant] = []
    """Warnings of ``spinewise package check`` that are meant."""


# concepts.toml --------------------------------------------------------------------------------


class Derived(_File, frozen=True, kw_only=True):
    """
    A concept made from code lists: ``from_`` joined, then ``only`` kept, then ``except_`` dropped.

    Patterns are ``SYSTEM|CODE``; ``*`` at the end stands for any continuation.
    """

    from_: list[str] = msgspec.field(name="from")
    """Lists, joined."""
    only: list[str] = []
    """Patterns of which a code has to fit one."""
    except_: list[str] = msgspec.field(name="except", default_factory=list)
    """Patterns of which a code must fit none."""
    why: str
    """The reason, in words."""


class ConceptsFile(_File, frozen=True, kw_only=True):
    """``concepts.toml``: derived concepts. Every ``concepts/NAME.csv`` is a concept by itself."""

    derived: dict[str, Derived] = {}


# episode.toml ---------------------------------------------------------------------------------


class IndexRule(_Sourced, frozen=True, kw_only=True):
    diagnosis: Annotated[list[str], Meta(min_length=1)]
    settings: Annotated[list[Setting], Meta(min_length=1)]
    """Settings in which a visit may begin an episode."""
    washout: Days
    """Days that hold no such diagnosis."""
    washout_ignores: list[Setting]
    """Settings that the washout does not look at."""
    minimum_age: int
    """On the index day, in years."""
    length: int
    """The episode lasts from day 0 to this day, or to the next index."""
    practice_settings: list[Setting]
    """An index elsewhere is attributed to the first visit in one of these ..."""
    attribute_by: int
    """... by this day."""


class Exclusion(_Sourced, frozen=True, kw_only=True):
    id: str
    name: Text
    when: Term


class EpisodeFile(_File, frozen=True, kw_only=True):
    """``episode.toml``."""

    index: IndexRule
    """When an episode begins."""
    exclusion: list[Exclusion] = []
    """Who is set aside."""


# imaging.toml ---------------------------------------------------------------------------------


class ImageClass(_Sourced, frozen=True, kw_only=True):
    modality: Modality
    """Each once."""
    concepts: Annotated[list[str], Meta(min_length=1)]
    """Concepts whose codes are such an image."""


class ImagingFile(_File, frozen=True, kw_only=True):
    """``imaging.toml``: which codes are an image of this package's region, and how rows join."""

    image: Annotated[list[ImageClass], Meta(min_length=1)]
    """Concepts for each modality."""
    level_unknown: list[str]
    """``SYSTEM|CODE`` patterns of codes that do not say the region (SEMANTICS 5)."""
    region: str
    """The value of the ``region`` column that names this package's region (``lumbar``)."""
    unknown_regions: list[str]
    """Values of the ``region`` column that do not say it (``spine``)."""
    text_says_region: list[str]
    """Case-insensitive regular expressions over an order's text, English and French."""
    window: tuple[int, int]
    """The imaging window: an episode's red flags are read at its first image in it, or without
    one at its end."""
    join_within: int
    """Days after an order in which a performance without a reference joins it."""
    counts_before_index: int
    """An order for this diagnosis up to so many days before an index, in no episode, is day 0."""


# red_flags.toml -------------------------------------------------------------------------------


class Family(_Sourced, frozen=True, kw_only=True):
    id: str
    name: Text
    needed: bool
    """Whether a complete screen needs it."""
    imaging: list[Modality]
    """Which image fits, best first."""
    urgency: Urgency


class Finding(_Sourced, frozen=True, kw_only=True):
    id: str
    """Also the code of a person's answer in the system ``spinewise-finding``."""
    family: str
    name: Text
    question: Text
    """The answer is present or absent."""
    strength: Strength
    """``sufficient`` alone justifies imaging, ``supporting`` only in a combination; ``context``
    never decides and need not be answered."""
    urgency: Urgency | None = None
    """Only where it differs from the family's."""
    imaging: list[Modality] = []
    """Only where it differs from the family's."""
    codes: list[str] = []
    """Concepts whose codes show the finding present."""
    look_back: int | Literal["ever"] = "ever"
    """Days before the index in which a code counts; codes after the index count as well."""
    current_codes: list[str] = []
    """Concepts that by themselves show a current emergency (never history codes)."""


class Combination(_Sourced, frozen=True, kw_only=True):
    id: str
    name: Text
    all_of: Annotated[list[str], Meta(min_length=1)]
    """Findings that all have to be present."""
    also_any: list[str] = []
    """If given, at least ``also_at_least`` of these as well."""
    also_at_least: int = 1
    """How many of these."""
    justifies_imaging: bool = True
    """False for combinations that reclassify the episode instead (inflammation)."""


class Reason(_Sourced, frozen=True, kw_only=True):
    """Another accepted reason for an image, not a red flag."""

    id: str
    name: Text
    when: Term
    """A term, read as of the image's order."""


class RedFlagsFile(_File, frozen=True, kw_only=True):
    """``red_flags.toml``."""

    family: list[Family]
    finding: list[Finding]
    combination: list[Combination] = []
    reason: list[Reason] = []


# indicators/*.toml ----------------------------------------------------------------------------


class Need(_File, frozen=True, kw_only=True):
    """A domain that the source must carry over a window around the unit, or it is not evaluated."""

    domain: Domain
    days: Days


class Target(_Sourced, frozen=True, kw_only=True):
    value: Annotated[float, Meta(ge=0, le=1)]
    why: Text


class RuleIndex(_File, frozen=True, kw_only=True):
    """
    What makes a person a case of a published rule: the diagnosis that day 0 is the day of.

    The keys of a ``coded`` term, and which of the rows found is meant. Rows of one day are one.
    """

    concepts: Annotated[list[str], Meta(min_length=1)]
    between: Between
    """A window, counted from ``period start`` or ``period end``."""
    position: Literal["any", "principal"] = "any"
    """``any``, or ``principal``: only diagnoses in the first place on a claim or visit."""
    not_settings: list[Setting] = []
    """Rows of these settings do not count."""
    dated: Literal["service", "start"] = "service"
    """``service``: on the day of the visit that a diagnosis is linked to; ``start``: on its own."""
    take: Literal["first", "each"] = "first"
    """``first``: only the first, whatever becomes of it; ``each``: every day is tested, and the
    person is in the numerator if one of them is."""
    where: Term | None = None
    """Rows for which this does not hold cannot be the index; a later one may be."""


class Clause(_File, frozen=True, kw_only=True):
    """A condition or an exclusion of a published rule."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    """Lower-case letters, digits and hyphens; the same in two rules where it is the same matter."""
    name: Text
    """Short: the windows are shown from the term."""
    when: Term


class Stratum(Clause, frozen=True, kw_only=True):
    """Ages whose result a published rule shows apart."""

    when: Age


class Published(_File, frozen=True, kw_only=True):
    """What is said of a published rule beside what it counts."""

    source: Text
    """The rule that this one is modelled on, and its edition."""
    period: Text
    """The measurement period that it is meant for."""
    calendar_year: bool = True
    """Whether that is a calendar year."""
    score: Literal["rate", "complement"] = "rate"
    """``complement``: the rule's publisher shows 1 - rate."""
    readings: list[Text] = []
    """What was decided where the published text leaves room."""
    not_evaluated: list[Text] = []
    """Parts of the rule that are not evaluated, and why."""


class Revision(_File, frozen=True, kw_only=True):
    """A version of a definition, and why it came."""

    version: str
    """The version that it became."""
    on: date
    why: Text
    """What changed and for what reason."""


class AuditQuestion(_Sourced, frozen=True, kw_only=True):
    """What somebody who reads a chart is asked about a case of this indicator."""

    question: Text
    """To be answered with yes, no or cannot tell."""
    numerator_when: Literal["yes", "no"]
    """The answer that puts the case into the numerator."""
    findings: bool = False
    """Whether the form also asks for each family of red flags and each accepted reason."""


class Indicator(_File, frozen=True, kw_only=True):
    """``indicators/ID.toml``: one indicator (SEMANTICS 7)."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    version: str
    """The definition's version."""
    on: bool = True
    """False: left out of reviews."""
    author: Annotated[str, Meta(min_length=1)]
    reviewed: date
    status: RowStatus
    sources: Annotated[list[str], Meta(min_length=1)]
    unit: Unit
    """What is counted; published rules count people."""
    kind: Literal["process", "outcome", "balancing", "experience"]
    better: Better
    order: int
    """Place in the report."""
    name: Text
    meaning: Text
    """One line: what it counts."""
    headline: Text
    """A sentence with the placeholders {period}, {n}, {d}, {rate}."""
    why_wrong: list[Text]
    """Answers to "why might this be wrong?"."""
    anchor: Anchor = "index"
    """Day 0 of ``window``, ``needs`` and ``numerator``: the index day, or the day on which an
    emergency finding was first there. The population always counts from the index."""
    window: Days | None = None
    """The window that must be over; None where nothing is followed."""
    death_ends: bool = True
    """False: a death does not end the follow-up."""
    needs: list[Need] = []
    """Domains that the source must carry."""
    population: Term | None = None
    """Who of the units counts; None: all."""
    numerator: Term
    published: Published | None = None
    """Given for published rules, whose unit is ``patient`` or ``patient-year``."""
    index: RuleIndex | None = None
    """Of a published rule: day 0."""
    require: list[Clause] = []
    """Of a published rule: who of those with an index is in the denominator."""
    exclusion: list[Clause] = []
    """Of a published rule: who of the denominator is excluded."""
    strata: list[Stratum] = []
    """Of a published rule: ages whose results it shows apart, and together as its own."""
    unknown_population: Literal["in-range", "beside"] = "in-range"
    """What becomes of units whose population is unknown: part of the range, or counted beside."""
    target: Target | None = None
    change_ideas: list[str] = []
    resources: list[str] = []
    first_in_list: bool = False
    """True: stands first among the areas for improvement whenever it is not zero."""
    also_count: dict[str, Term] = {}
    """Further counts shown beside the rate, for example referrals without a visit."""
    also_count_name: dict[str, Text] = {}
    """What each of them is called."""
    history: list[Revision] = []
    """The versions of the definition, the latest first."""
    audit: AuditQuestion | None = None
    """The question of its chart audit; None where reading charts cannot settle it."""


# change_ideas.toml, resources.toml -------------------------------------------------------------


class ChangeIdea(_Sourced, frozen=True, kw_only=True):
    id: str
    name: Text
    what: Text
    """What changes, in one or two sentences."""
    mechanism: Text
    """Why it should work."""
    first_step: Text
    """Something that takes three minutes."""
    effort: Literal["low", "medium", "high"]
    effect: Text
    """The measured effect with its source in words; says so where none was measured."""
    grade: Literal["strong", "moderate", "weak", "none"]
    """``strong``: a large trial; ``moderate``: a review or controlled study; ``none``: not
    measured."""


class ChangeIdeasFile(_File, frozen=True, kw_only=True):
    idea: list[ChangeIdea] = []


class Resource(_Sourced, frozen=True, kw_only=True):
    id: str
    name: Text
    what: Text
    seed_url: str
    """The link as the change package printed it."""
    url: str
    """Where it is now."""
    last_checked: date
    languages: list[Literal["en", "fr"]]
    licence: str = ""


class ResourcesFile(_File, frozen=True, kw_only=True):
    resource: list[Resource] = []


# instruments.toml -----------------------------------------------------------------------------


class Item(_Sourced, frozen=True, kw_only=True):
    """A survey item of our own. ``system`` of its answers: ``spinewise-item``; code: ``id``."""

    id: str
    """Also the code of an answer in the system ``spinewise-item``."""
    question: Text
    values: list[str]
    """Permitted values in order; numbers as text."""
    labels: dict[str, Text] = {}
    """What a value is called."""


class InstrumentsFile(_File, frozen=True, kw_only=True):
    item: list[Item] = []


# signoff.toml ---------------------------------------------------------------------------------


class Signoff(_File, frozen=True, kw_only=True):
    """A clinician's word that a row may be relied on; the row then reads ``signed-off``."""

    row: Annotated[str, Meta(pattern=r"^[a-z]+:[A-Za-z0-9-]+$")]
    """Kind and id, for example ``finding:N1`` or ``indicator:imaging-early``."""
    by: Annotated[str, Meta(min_length=1)]
    """Name of the clinician."""
    role: Annotated[str, Meta(min_length=1)]
    """Profession and place."""
    on: date
    note: str = ""


class SignoffFile(_File, frozen=True, kw_only=True):
    """``signoff.toml``."""

    signoff: list[Signoff] = []


# tailoring.toml -------------------------------------------------------------------------------

Day = int | Literal["ever"]


class Option(_File, frozen=True, kw_only=True):
    """A value that may be chosen, and its name."""

    value: str
    name: Text


class Window(_File, frozen=True, kw_only=True, tag_field="is", tag="window"):
    """First and last day, both in, each within its own bounds."""

    first: tuple[Day, int]
    """Smallest and largest first day; ``"ever"`` allows a window from the beginning."""
    last: tuple[int, int]


class Number(_File, frozen=True, kw_only=True, tag_field="is", tag="number"):
    """A number: of days, years, people, or a share from 0 to 1."""

    least: float
    most: float
    unit: Literal["days", "years", "cases", "points", "share"]
    ever: bool = False
    """Whether ``"ever"`` (no limit) may stand in its place."""

    @property
    def whole(self) -> bool:
        """Whether only whole numbers may be given."""
        return self.unit not in ("share", "points")


class Choice(_File, frozen=True, kw_only=True, tag_field="is", tag="choice"):
    """One of some words."""

    of: Annotated[list[Option], Meta(min_length=2)]


class Several(_File, frozen=True, kw_only=True, tag_field="is", tag="several"):
    """Some of these words, in any order."""

    of: Annotated[list[Option], Meta(min_length=2)]
    at_least: int = 1
    none: Text | None = None
    """What an empty list stands for, where it may be given."""


class Switch(_File, frozen=True, kw_only=True, tag_field="is", tag="switch"):
    """true or false."""

    on: Text
    off: Text


class Words(_File, frozen=True, kw_only=True, tag_field="is", tag="words"):
    """Some text in one language."""

    longest: int


Bounds = Window | Number | Choice | Several | Switch | Words


class Place(_File, frozen=True, kw_only=True):
    """A value of the package that a parameter sets (see :mod:`spinewise.know.places`)."""

    at: str
    """For example ``indicators/imaging-early.toml: needs[imaging].days``."""
    value: Any = None
    """What stands there, with ``{value}``, ``{first}`` or ``{last}`` (and ``{first} - 1``) in the
    place of numbers; left out: the value itself. Words may hold them too, ``{-first}`` as the
    number of days, and those of other parameters: ``{opioid-start.window.last}``."""


class Parameter(_File, frozen=True, kw_only=True):
    """One value, or with ``each`` one for each of some rows, that a practice may change."""

    id: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9{}-]+(\.[a-z-]+)+$")]
    """Object and key; with ``each``, ``{each}`` stands for the row's id."""
    name: Text
    sets: Annotated[list[Place], Meta(min_length=1)]
    """The first is where today's value is read."""
    bounds: Bounds
    """Within which a value may be chosen; the key ``is`` says of which kind."""
    why: Text
    """Why it may be changed so far, and no further."""
    effect: Text
    """What a value brings about, with ``{value}``, or ``{first}`` and ``{last}``, in braces."""
    each: list[str] = []
    """Ids of rows: ``{each}`` in ``id`` and ``sets`` stands for the id, and ``{row}`` in ``name``
    and ``effect`` for the row's name."""
    along_with: list[str] = []
    """Other parameters that have to be set as well, since their words would be wrong."""


class Lists(_File, frozen=True, kw_only=True):
    """Which code lists a practice may add to and take from."""

    fixed: list[str] = []
    """Concepts that may not be changed."""
    why: Text


class TailoringFile(_File, frozen=True, kw_only=True):
    """``tailoring.toml``."""

    parameter: list[Parameter] = []
    codes: Lists | None = None
    """Left out: no list may be changed."""


# The folder -----------------------------------------------------------------------------------

FILES: Final[dict[str, type[_File]]] = {
    "package.toml": PackageFile,
    "concepts.toml": ConceptsFile,
    "episode.toml": EpisodeFile,
    "imaging.toml": ImagingFile,
    "red_flags.toml": RedFlagsFile,
    "indicators/*.toml": Indicator,
    "change_ideas.toml": ChangeIdeasFile,
    "resources.toml": ResourcesFile,
    "instruments.toml": InstrumentsFile,
    "signoff.toml": SignoffFile,
    "tailoring.toml": TailoringFile,
}
"""What each TOML file of a package is read as."""
