"""
What is true of the practice, and what an honest review of its records has to find.

The generator keeps its own books: everything here is read from the plan, never from the records.
The rules are those of ``docs/explanation/what-the-numbers-mean.md``, said a second time and
without the machinery of the measures, so that the two can be held against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spinewise.synthetic.codes import FINDINGS
from spinewise.synthetic.people import NEVER, Flags, Ints, Words
from spinewise.synthetic.plan import EMERGENCY, SUFFICIENT, Plan
from spinewise.synthetic.rates import EARLY, EPISODE, WASHOUT

UNKNOWN: Final = 2
NOT_EVALUATED: Final = 3
"""Flags are 0, 1 or one of these."""
OUT: Final = 1
WITHOUT: Final = 2
WITH: Final = 4
"""Where a unit may stand: out of the denominator, in it without or with the numerator. Its
``places`` is the sum of those that its unknowns allow."""

SCREEN_BY: Final = 14
OPIOID_BY: Final = 30
CHRONIC: Final = 84
PREGNANT: Final = (-547, 14)
"""Days from the index on which a first-trimester code means pregnant or within a year of birth."""
EMERGENCY_DAYS: Final = 2
"""By then an emergency finding must have led to an image, an emergency visit or an admission."""
PALLIATIVE: Final = 365
QUALITY_FROM: Final = -14
"""A baseline answer counts from this day on."""

INDICATORS: Final = (
    "imaging-early",
    "imaging-without-recorded-flag",
    "imaging-unknown",
    "imaging-missed",
    "red-flag-documentation",
    "specialist-consultation",
    "quality-of-life",
    "experience-definitely",
    "opioid-start",
)

Status = NDArray[np.int8]


@dataclass(frozen=True)
class Episodes:
    """What the books say of each bout's index visit; arrays in the order of :class:`Bouts`."""

    is_episode: Ints
    why_not: Words
    excluded: Words
    clinician: Words
    """Who the episode is attributed to, or empty."""
    truth: Words
    """``present`` or ``absent``: whether a sufficient finding is there, recorded or not."""
    recorded: Words
    """``present``, ``absent`` or ``not-documented``, at the first image or on day 42."""
    first_order: Ints
    imaged_early: Ints


@dataclass(frozen=True)
class Units:
    """One entry a unit of one indicator: the columns of results.csv, and where it may stand."""

    person: Ints
    day: Ints
    clinician: Words
    in_denominator: Ints
    excluded: Ints
    because: Words
    in_numerator: Ints
    verdict: Words
    places: Ints
    category: Words
    """in, excluded, outside, not-evaluated, undecided or beside."""


class Books:
    """The books of one block of people."""

    def __init__(self, plan: Plan, clinicians: Words) -> None:
        self.plan = plan
        bouts, people = plan.bouts, plan.people
        self._names = np.append(clinicians, "ED")
        self._last = people.followed_to[bouts.person]
        self._images = plan.images
        self._image_day = np.where(
            plan.images.ordered == NEVER, plan.images.performed, plan.images.ordered
        )
        broken = _happened(bouts.inpatient) & (
            bouts.day - bouts.inpatient >= people.joined[bouts.person]
        )
        unobserved = bouts.day - WASHOUT < people.joined[bouts.person]
        of_age = self._of_age()
        washout = np.where(broken, 0, np.where(unobserved, UNKNOWN, 1))
        self.member = _all(washout, of_age)
        self._why_not = _reasons(
            (washout == 0, "washout"),
            (of_age == 0, "age"),
        )
        self._why_unknown = _reasons(
            (of_age == UNKNOWN, "age-unknown"), (washout == UNKNOWN, "washout-unknown")
        )
        self.excluded = self._exclusions()
        self.clinician = self._attributed()
        self._sufficient = np.isin(bouts.finding, tuple(SUFFICIENT))
        self._operated = self._trait("surgery") & (people.trait_recorded[bouts.person] < bouts.day)

    # Episodes ------------------------------------------------------------------------------

    def episodes(self) -> Episodes:
        """The books of every index visit."""
        bouts = self.plan.bouts
        first = self._first_image(last=EPISODE)
        early = self._imaged(EARLY)
        return Episodes(
            is_episode=self.member,
            why_not=np.where(self.member == 0, self._why_not, self._why_unknown),
            excluded=self.excluded,
            clinician=self.clinician,
            truth=np.where(bouts.strong, "present", "absent"),
            recorded=self.status(self._read_on(EARLY)),
            first_order=np.where(first == NEVER, NEVER, bouts.day + first),
            imaged_early=early,
        )

    def _of_age(self) -> Ints:
        """Whether a person is 16 on the index day; unknown where only the year of birth is."""
        people, bouts = self.plan.people, self.plan.bouts
        birth = people.birth[bouts.person].astype("datetime64[D]")
        year = birth.astype("datetime64[Y]")
        only_year = people.birth_year_only[bouts.person]
        in_year = (birth.astype("datetime64[M]") - year.astype("datetime64[M]")).astype(np.int64)
        of_month = (birth - birth.astype("datetime64[M]")).astype(np.int64)
        birthday = (
            ((year + 16).astype("datetime64[M]") + in_year).astype("datetime64[D]") + of_month
        ).astype(np.int64)
        first = np.where(only_year, _int(year + 16), birthday)
        last = np.where(only_year, _int(year + 17) - 1, birthday)
        return np.where(bouts.day >= last, 1, np.where(bouts.day < first, 0, UNKNOWN))

    def _exclusions(self) -> Words:
        people, bouts = self.plan.people, self.plan.bouts
        person = bouts.person
        pain = people.chronic[person] == "ongoing"
        onset = _happened(bouts.onset) & (bouts.onset >= CHRONIC)
        since = people.pregnant_day[person] - bouts.day
        pregnant = (
            _happened(people.pregnant_day[person])
            & (since >= PREGNANT[0])
            & (since <= np.minimum(PREGNANT[1], self._last - bouts.day))
        )
        return _reasons((pain | onset, "chronic"), (pregnant, "pregnant"))

    def _attributed(self) -> Words:
        """An emergency visit belongs to the practice's first visit by day 14, if there is one."""
        people, bouts = self.plan.people, self.plan.bouts
        seen = self._seen(bouts.follow_up)
        own = self._names[people.clinician[bouts.person]]
        elsewhere = bouts.setting == "emergency"
        return np.where(elsewhere, np.where(seen, own, ""), self._names[bouts.clinician])

    # The red-flag screen ---------------------------------------------------------------------

    def status(self, day: Ints) -> Words:
        """The status that the record shows on a day of the episode, counted from the index."""
        present = self._present(day)
        absent = self._complete(day) & ~present & ~self.plan.bouts.contradicts
        return np.where(present, "present", np.where(absent, "absent", "not-documented"))

    def _present(self, day: Ints) -> Flags:
        """A sufficient finding was on record, or both findings of a combination."""
        bouts = self.plan.bouts
        new, old = self._new(day), self._old(day)
        both = (bouts.finding != "") & (bouts.lasting != "") & new & old
        return _flags((self._sufficient & new) | ((bouts.lasting == "T1") & old) | both)

    def _new(self, day: Ints) -> Flags:
        """What began with the bout was coded and not refuted, or answered, by a day."""
        bouts = self.plan.bouts
        stands = ~_happened(bouts.refuted) | (bouts.refuted > day)
        said = _by(bouts.answered, day) | _by(bouts.screened, day)
        return _flags((bouts.finding != "") & ((_by(bouts.coded_recorded, day) & stands) | said))

    def _old(self, day: Ints) -> Flags:
        """A lasting finding was coded within its look-back, or answered, by a day."""
        people, bouts = self.plan.people, self.plan.bouts
        reach = np.full(bouts.day.size, np.iinfo(np.int64).max)
        for finding in FINDINGS:
            if finding.look_back is not None:
                reach[bouts.lasting == finding.id] = finding.look_back
        age = bouts.day - people.trait_day[bouts.person]
        recorded = people.trait_recorded[bouts.person] - bouts.day
        coded = (recorded <= day) & (age <= reach)
        return _flags(
            (bouts.lasting != "") & ~bouts.contradicts & (coded | _by(bouts.screened, day))
        )

    def _trait(self, name: str) -> Flags:
        people, bouts = self.plan.people, self.plan.bouts
        person = bouts.person
        return _flags((people.trait[person] == name) & (people.trait_day[person] < bouts.day))

    def _reason(self, day: Ints) -> Flags:
        """Another accepted reason was on record: an earlier operation, or one considered now."""
        return self._operated | _by(self.plan.bouts.surgical, day)

    def _complete(self, day: Ints) -> Flags:
        return _by(self.plan.bouts.screened, day)

    # Images ----------------------------------------------------------------------------------

    def _placed(self) -> tuple[Ints, Ints, Flags]:
        """Of the images of bouts that are facts: image, offset, whether its place is certain."""
        images = self._images
        at = np.nonzero((images.bout >= 0) & ~images.cancelled)[0]
        offset = self._image_day[at] - self.plan.bouts.day[images.bout[at]]
        certain = ~images.month_only[at] & ~images.level_unknown[at]
        return at, offset, certain

    def _first_image(self, last: int) -> Ints:
        """Offset of the first image that is certainly of the episode, by day ``last``."""
        at, offset, certain = self._placed()
        use = certain & (offset <= last)
        first = np.full(self.plan.bouts.day.size, np.iinfo(np.int64).max)
        np.minimum.at(first, self._images.bout[at[use]], offset[use])
        return np.where(first == np.iinfo(np.int64).max, NEVER, first)

    def _read_on(self, last: int) -> Ints:
        """The day on which red flags are read: of the first image, or ``last`` without one."""
        first = self._first_image(last)
        return np.where(first == NEVER, last, first)

    def _imaged(self, last: int) -> Ints:
        at, offset, certain = self._placed()
        imaged = np.zeros(self.plan.bouts.day.size, dtype=np.int64)
        perhaps = ~certain & ((offset <= last) | self._images.month_only[at])
        imaged[self._images.bout[at[perhaps]]] = UNKNOWN
        imaged[self._images.bout[at[certain & (offset <= last)]]] = 1
        return imaged

    # Indicators --------------------------------------------------------------------------------

    def units(self) -> dict[str, Units]:
        """The units of every indicator, by its id."""
        bouts, people = self.plan.bouts, self.plan.people
        on = self._read_on(EARLY)
        early = self.status(on)
        justified = (early == "present") | self._reason(on)
        screened = self._complete(np.full(bouts.day.size, SCREEN_BY)) | self._fresh()
        consulted = self._seen(bouts.specialist) & (bouts.specialist <= EPISODE)
        answered = self._seen(bouts.quality_before) & self._seen(bouts.quality_after)
        urgent = self._emergency()
        return {
            "imaging-early": self._judge(
                EARLY,
                self._imaged(EARLY),
                population=np.select([justified, early == "absent"], [0, 1], UNKNOWN),
                recorded=~justified,
            ),
            "imaging-missed": self._judge(
                EMERGENCY_DAYS,
                ~self._answered_emergency(),
                population=np.where(urgent, 1, 0),
                recorded=urgent,
                death_ends=False,
                beside=~urgent,
            ),
            "red-flag-documentation": self._judge(SCREEN_BY, screened),
            "specialist-consultation": self._judge(EPISODE, consulted),
            "quality-of-life": self._judge(
                EPISODE,
                bouts.quality_change > 0,
                population=answered.astype(np.int64),
                recorded=answered,
                needs=("answers", QUALITY_FROM),
            ),
            "opioid-start": self._judge(
                OPIOID_BY,
                self._starts_opioid(),
                population=self._naive().astype(np.int64),
                recorded=self._naive(),
                needs=("prescriptions", -WASHOUT),
            ),
            "experience-definitely": self._experience(people.followed_to),
            **self._image_units(),
        }

    def _judge(
        self,
        window: int,
        numerator: NDArray[np.generic],
        *,
        population: Ints | None = None,
        recorded: Flags | None = None,
        needs: tuple[str, int] = ("", 0),
        death_ends: bool = True,
        beside: Flags | None = None,
    ) -> Units:
        """
        Put every index visit in its place under one indicator.

        Parameters
        ----------
        window
            Its last day, which must be over.
        population, recorded
            Who belongs in the denominator: 0, 1 or unknown; and as the record stands.
        needs
            A domain, and the day counted from the index from which the records must carry it.
        beside
            Who is counted beside the denominator, whether or not the window is over.
        """
        bouts, people = self.plan.bouts, self.plan.people
        n = bouts.day.size
        population = np.ones(n, dtype=np.int64) if population is None else population
        recorded = np.ones(n, dtype=bool) if recorded is None else recorded
        counted = numerator.astype(np.int64)
        ends = bouts.day + window
        gone = _happened(people.left[bouts.person]) & (people.left[bouts.person] < ends)
        died = people.died[bouts.person]
        if death_ends:
            gone |= _happened(died) & (died < ends)
        outside = self.member == 0
        member = self.member == 1
        excluded = self.excluded != ""
        carried = bouts.day + needs[1] >= self.plan.start
        over = ~gone & (ends <= self.plan.end) & carried
        aside = np.zeros(n, dtype=bool) if beside is None else beside
        category = np.select(
            [outside, aside & ~excluded, aside, ~over],
            ["outside", "beside", "excluded", "not-evaluated"],
            "",
        )
        open_ = category == ""
        category = np.select(
            [
                open_ & excluded,
                open_ & ~recorded,
                open_ & (~member | (counted == UNKNOWN)),
                open_,
            ],
            ["excluded", "outside", "undecided", "in"],
            category,
        )
        because = np.select(
            [
                outside,
                category == "not-evaluated",
                category == "excluded",
                category == "outside",
                category == "undecided",
            ],
            [
                self._why_not,
                _joined(
                    np.where(carried, "", f"not-carried:{needs[0]}"),
                    np.where(gone, "not-followed", np.where(ends <= self.plan.end, "", "not-yet")),
                ),
                self.excluded,
                "population",
                _joined(self._why_unknown, np.where(counted == UNKNOWN, "numerator-unknown", "")),
            ],
            "",
        )
        waiting = category == "not-evaluated"
        in_denominator = _all(self.member, recorded.astype(np.int64))
        return Units(
            person=bouts.person,
            day=bouts.day,
            clinician=self.clinician,
            in_denominator=np.where(waiting, NOT_EVALUATED, in_denominator),
            excluded=np.where(outside, 0, excluded.astype(np.int64)),
            because=because,
            in_numerator=np.where(waiting, NOT_EVALUATED, np.where(outside, 0, counted)),
            verdict=np.full(n, ""),
            places=np.where(
                outside | waiting | excluded | aside,
                OUT,
                _places(_all(self.member, population), counted),
            ),
            category=category,
        )

    def _fresh(self) -> Flags:
        """A sufficient finding was recorded in the episode, by day 14."""
        people, bouts = self.plan.people, self.plan.bouts
        by_then = np.full(bouts.day.size, SCREEN_BY)
        since = people.trait_recorded[bouts.person] - bouts.day
        old = (bouts.lasting == "T1") & (since >= 0) & self._old(by_then)
        return _flags((self._sufficient & self._new(by_then)) | old)

    def _emergency(self) -> Flags:
        """An emergency finding is on record, by answer or by its own code."""
        bouts = self.plan.bouts
        recorded = (
            self._seen(bouts.answered)
            | self._seen(bouts.screened)
            | self._seen(bouts.coded_recorded)
        )
        return np.isin(bouts.finding, EMERGENCY) & recorded

    def _answered_emergency(self) -> Flags:
        """An emergency visit, or a performed MRI, by the time that the package gives."""
        bouts, images = self.plan.bouts, self._images
        at = (images.bout >= 0) & (images.modality == "mri") & _happened(images.performed)
        soon = np.zeros(bouts.day.size, dtype=bool)
        made = images.performed[at] - bouts.day[images.bout[at]]
        soon[images.bout[at][made <= EMERGENCY_DAYS]] = True
        return _flags(soon | (bouts.setting == "emergency") | self._seen(bouts.emergency_visit))

    def _fills(self, first: Ints, last: Ints) -> Flags:
        """A long-term user's monthly opioid falls into a span of days."""
        people, bouts = self.plan.people, self.plan.bouts
        begins = people.joined[bouts.person] + bouts.person % 28
        next_fill = np.maximum(begins, begins + -(-(first - begins) // 30) * 30)
        return _flags(people.opioid_user[bouts.person] & (next_fill <= last))

    def _naive(self) -> Flags:
        """No opioid in the 180 days before, no cancer, palliative care or treated dependence."""
        people, bouts = self.plan.people, self.plan.bouts
        day, person = bouts.day, bouts.person
        used = self._fills(day - WASHOUT, day - 1)
        before = np.where(_happened(bouts.opioid), day + bouts.opioid, NEVER)
        same = np.append(False, person[1:] == person[:-1])
        used |= same & (np.append(NEVER, before[:-1]) >= day - WASHOUT)
        known = people.trait_recorded[person] <= day + OPIOID_BY
        dying = self._trait("palliative") & (people.trait_day[person] >= day - PALLIATIVE)
        new = (bouts.finding == "T1") & _by(bouts.coded_recorded, OPIOID_BY)
        ill = new | (known & (self._trait("cancer") | dying))
        return _flags(~used & ~ill)

    def _starts_opioid(self) -> Flags:
        bouts = self.plan.bouts
        new = self._seen(bouts.opioid) & (bouts.opioid <= OPIOID_BY)
        return new | self._fills(bouts.day, bouts.day + OPIOID_BY)

    def _experience(self, followed_to: Ints) -> Units:
        """Answers to the experience item, each a unit of its own."""
        bouts = self.plan.bouts
        at = np.nonzero(self._seen(bouts.experience))[0]
        answer = bouts.experience_answer[at].astype(np.int64)
        given = answer < 4
        best = (answer == 0).astype(np.int64)
        nothing = np.full(at.size, "")
        return Units(
            person=bouts.person[at],
            day=bouts.day[at] + bouts.experience[at],
            clinician=nothing,
            in_denominator=given.astype(np.int64),
            excluded=np.zeros(at.size, dtype=np.int64),
            because=np.where(given, "", "population"),
            in_numerator=best,
            verdict=nothing,
            places=np.where(given, np.where(best == 1, WITH, WITHOUT), OUT),
            category=np.where(given, "in", "outside"),
        )

    def images(self) -> tuple[Ints, Words, Words, Words]:
        """
        Of every image that is a fact: its place in the plan, where it stands, its verdicts.

        The second is ``in``, ``outside``, ``excluded`` or ``undecided``; the third the verdict as
        recorded on the day of its order, the last as it truly is.
        """
        images, bouts = self._images, self.plan.bouts
        at = np.nonzero(~images.cancelled & (self._image_day != NEVER))[0]
        bout = images.bout[at]
        placed = bout >= 0
        offset = np.where(placed, self._image_day[at] - bouts.day[bout], 0)
        everywhere = np.full(bouts.day.size, 0)
        verdict = np.full(at.size, "cannot-tell", dtype="<U13")
        words = {"present": "indicated", "absent": "not-indicated"}
        for day in np.unique(offset[placed]):
            status = self.status(everywhere + day)
            status = np.where(self._reason(everywhere + day), "present", status)
            here = placed & (offset == day)
            for said, means in words.items():
                verdict[here & (status[bout] == said)] = means
        unsure = images.month_only[at]
        verdict[unsure] = "cannot-tell"
        considered = _by(bouts.surgical[bout], offset)
        strong = placed & (bouts.strong[bout] | self._trait("surgery")[bout] | considered)
        member = np.where(placed, self.member[bout], 0)
        category = np.select(
            [
                ~placed | (member == 0),
                unsure,
                placed & (self.excluded[bout] != ""),
                (member == UNKNOWN) | images.level_unknown[at],
            ],
            ["outside", "undecided", "excluded", "undecided"],
            "in",
        )
        return at, category, verdict, np.where(strong, "indicated", "not-indicated")

    def _image_units(self) -> dict[str, Units]:
        images = self._images
        at, category, verdict, _ = self.images()
        bout = images.bout[at]
        day = self._image_day[at]
        sure = category == "in"
        in_denominator = np.select(
            [category == "outside", category == "undecided"], [0, UNKNOWN], 1
        )
        outside = category == "outside"
        because = np.select(
            [outside, category == "excluded", category == "undecided"],
            [
                "no-episode",
                self.excluded[bout],
                _joined(
                    np.where(images.month_only[at], "date-unknown", ""),
                    np.where(images.level_unknown[at], "region-unknown", ""),
                    np.where(bout >= 0, self._why_unknown[bout], ""),
                ),
            ],
            "",
        )
        ordered = np.where(images.ordered[at] == NEVER, "", self._names[images.clinician[at]])

        def units(numerator: Ints, possible: Ints) -> Units:
            possible = np.where(images.month_only[at], UNKNOWN, possible)
            return Units(
                person=images.person[at],
                day=day,
                clinician=ordered,
                in_denominator=in_denominator,
                excluded=(category == "excluded").astype(np.int64),
                because=because,
                in_numerator=np.where(outside, 0, numerator),
                verdict=verdict,
                places=np.select(
                    [sure, category == "undecided"],
                    [
                        _places(np.ones(at.size, dtype=np.int64), possible),
                        _places(np.full(at.size, UNKNOWN), possible),
                    ],
                    OUT,
                ),
                category=category,
            )

        unknown = (verdict == "cannot-tell").astype(np.int64)
        unflagged = (verdict != "indicated").astype(np.int64)
        return {
            "imaging-without-recorded-flag": units(
                unflagged, np.where(unknown == 1, UNKNOWN, unflagged)
            ),
            "imaging-unknown": units(unknown, unknown),
        }

    def _seen(self, offset: Ints) -> Flags:
        """What the plan puts on a day of the bout was there before the person's records end."""
        return _happened(offset) & (self.plan.bouts.day + offset <= self._last)


# Three-valued arithmetic -----------------------------------------------------------------------


def _all(a: Ints, b: Ints) -> Ints:
    return np.where((a == 0) | (b == 0), 0, np.where((a == 1) & (b == 1), 1, UNKNOWN))


def _places(eligible: Ints, numerator: Ints) -> Ints:
    inside = np.select([numerator == 1, numerator == 0], [WITH, WITHOUT], WITH + WITHOUT)
    return np.select([eligible == 0, eligible == 1], [OUT, inside], OUT + inside)


def _flags(held: object) -> Flags:
    return np.asarray(held, dtype=bool)


def _happened(day: Ints) -> Flags:
    return _flags(day != NEVER)


def _by(offset: Ints, day: Ints | int) -> Flags:
    return _happened(offset) & (offset <= day)


def _int(day: NDArray[np.datetime64]) -> Ints:
    return day.astype("datetime64[D]").astype(np.int64)


def _reasons(*named: tuple[Flags, str]) -> Words:
    return _joined(*(np.where(held, name, "") for held, name in named))


def _joined(*words: Words) -> Words:
    """The words that are not empty, with ``;`` between them."""
    said = words[0]
    for more in words[1:]:
        both = np.char.add(np.char.add(said, ";"), more) if _overlap(said, more) else said
        said = np.where(said == "", more, np.where(more == "", said, both))
    return said


def _overlap(a: Words, b: Words) -> bool:
    return bool(np.any((a != "") & (b != "")))


def span(places: dict[int, int]) -> tuple[float, float] | None:
    """
    The smallest and largest rate over all assignments of the unknown units.

    Parameters
    ----------
    places
        How many units may stand where: sums of OUT, WITHOUT and WITH.

    Returns
    -------
    None where no assignment has a denominator.
    """

    def count(kind: int) -> int:
        return places.get(kind, 0)

    sure = count(WITH)
    low = sure + count(WITHOUT) + count(WITH + WITHOUT)
    low += count(OUT + WITHOUT) + count(OUT + WITH + WITHOUT)
    top = sure + count(WITH + WITHOUT) + count(OUT + WITH) + count(OUT + WITH + WITHOUT)
    high = top + count(WITHOUT)
    if low == high == 0:
        return None
    return (sure / low if low else 1.0), (top / high if high else 0.0)
