"""
The numbers of a review and how they add up.

A *cell* is a count of people, episodes, images, answers or rows. Cells add up to others: that is
how a hidden one could be worked out, so each such sum is written down as a *split* of a whole into
parts. What the parts leave over is a cell too: nobody prints it, but anybody can subtract.

Only cells are shared. All else that a shared review says (rates, intervals, ranges, sentences,
charts) is worked out again from cells that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from spinewise.review.result import IndicatorResult, Rate, Review
from spinewise.share.points import Point

Key = tuple[str, ...]
"""Where a cell stands: ``("imaging-early", "clinician", "K7", "n")``."""

TOTAL, PART, GROUP, POINT = 100.0, 10.0, 5.0, 1.0
"""What hiding a cell costs its reader: totals most, single points of a chart least."""
LISTED_FROM: Final = 10
"""A clinician is listed from this denominator, so that the reader knows that much of it."""


@dataclass(frozen=True)
class Cell:
    """One number."""

    key: Key
    number: int
    weight: float
    """What hiding it costs. Below 1: never printed, but a reader could work it out; 0: no part of
    what is printed follows from it either."""
    floor: int = 1
    """The least it can be where it is hidden. Zero is always shown, so this is 1 or more, but for
    numbers that are never printed."""
    alike: Key | None = None
    """Cells of different tables that have this in common and the same number count the same."""


@dataclass
class Sheet:
    """All cells of a review, and the sums that tie them together."""

    cells: dict[Key, Cell] = field(default_factory=dict)
    splits: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)

    def put(
        self,
        key: Key,
        number: int,
        weight: float,
        *,
        floor: int = 1,
        alike: Key | None = None,
    ) -> Key:
        self.cells[key] = Cell(key, number, weight, floor if weight >= 1 else 0, alike)
        return key

    def split(self, whole: Key, parts: Iterable[Key], rest: Key | None = None) -> Key | None:
        """
        Say that ``parts`` are parts of ``whole``; what they leave over becomes a cell of its own.

        Parts that overlap add up to more than the whole: then the overlap is the cell.
        """
        keys = tuple(parts)
        left = self.cells[whole].number - sum(self.cells[key].number for key in keys)
        if left == 0 and rest is None:
            self.splits.append((whole, keys))
            return None
        over = self.put(rest or (*whole, "less", *keys[0][1:]), abs(left), 0)
        if left >= 0:
            self.splits.append((whole, (*keys, over)))
        else:  # the same equation, with the overlap added to the whole
            both = self.put((*over, "both"), self.cells[whole].number - left, 0)
            self.splits += [(both, (whole, over)), (both, keys)]
        return over


def sheet(
    review: Review, labels: Mapping[str, str], points: Mapping[str, Sequence[Point]]
) -> Sheet:
    """
    The cells of a review.

    Parameters
    ----------
    review
        The full review.
    labels
        What each clinician is called in what is shared.
    points
        The points of run charts that are new, by indicator.
    """
    made = Sheet()
    for result in review.indicators:
        if result.rate.state != "not computable":
            _indicator(made, result, review, labels, points.get(result.id, ()))
    _images(made, review)
    _pairs(made, review)
    return made


def rate(
    made: Sheet, key: Key, unit: str, counted: Rate | Point, weight: float, floor: int = 1
) -> None:
    """The three cells of a rate: numerator, denominator, and what is left of it."""
    made.put((*key, "n"), counted.n, weight)
    made.put((*key, "d"), counted.d, weight * 2, floor=floor, alike=(unit, *key[1:], "d"))
    made.split((*key, "d"), [(*key, "n")], rest=(*key, "not-n"))


def _indicator(
    made: Sheet,
    result: IndicatorResult,
    review: Review,
    labels: Mapping[str, str],
    points: Sequence[Point],
) -> None:
    _whole(made, result)
    clinicians = [(labels.get(group.key, ""), group.rate) for group in result.clinicians]
    _groups(made, result, "clinician", clinicians, floor=LISTED_FROM)
    _groups(made, result, "modality", [(group.key, group.rate) for group in result.modalities])
    if result.published:
        strata = [(group.key, group.rate) for group in result.published.strata]
        _groups(made, result, "stratum", strata)
    for point in points:
        rate(made, (result.id, "point", str(point.first)), result.unit, point, POINT)
    within = [str(point.first) for point in points if point.within(review.period)]
    _add_up(made, result, "point", within)


def _whole(made: Sheet, result: IndicatorResult) -> None:
    """What became of all units of an indicator."""
    counts, id_ = result.counts, result.id

    def put(name: str, number: int, weight: float = PART) -> Key:
        return made.put((id_, name), number, weight, alike=(result.unit, name))

    def several(name: str, numbers: Mapping[str, int]) -> list[Key]:
        return [
            made.put((id_, name, reason), number, PART, alike=(result.unit, name, reason))
            for reason, number in numbers.items()
        ]

    def summed(name: str, numbers: Mapping[str, int]) -> Key:
        whole = put(name, sum(numbers.values()))
        if numbers:
            made.split(whole, several(name, numbers))
        return whole

    d = put("d", result.rate.d, 2 * TOTAL)
    n = put("n", result.rate.n, 2 * TOTAL)
    not_n = made.split(d, [n], rest=(id_, "not-n"))
    assert not_n is not None
    units = put("units", counts.units, TOTAL)
    excluded = put("excluded", counts.excluded_units)
    if counts.excluded:
        made.split(excluded, several("excluded", counts.excluded))
    open_outside = summed("undecided", counts.undecided)
    fates = [
        excluded,
        summed("outside", counts.outside),
        summed("not-evaluated", counts.not_evaluated),
        open_outside,
        put("beside", counts.beside),
    ]
    made.split(units, [d, *fates])

    absent = put("screened-absent", counts.screened_absent)
    silent = put("not-documented", counts.not_documented)
    flagged = made.split(d, [absent, silent], rest=(id_, "flag-recorded"))
    assert flagged is not None
    _same(made, n, [absent, silent, flagged])
    for one in several("also", counts.also) + several("assumed", counts.assumed):
        made.split(d, [one])

    decided = put("decided", counts.decided, 0.5)
    against = put("against", counts.decided_against, 0.5)
    made.split(decided, [against], rest=(id_, "in-favour"))
    open_inside = made.split(d, [decided], rest=(id_, "open"))
    assert open_inside is not None
    unknown = put("unknown", result.rate.unknown)
    made.split(unknown, [open_inside, open_outside])
    if counts.open:
        made.split(
            unknown,
            [made.put((id_, "places", name), k, 0.5) for name, k in counts.open.items()],
        )


def _groups(
    made: Sheet,
    result: IndicatorResult,
    kind: str,
    groups: Sequence[tuple[str, Rate]],
    floor: int = 1,
) -> None:
    for name, counted in groups:
        rate(made, (result.id, kind, name), result.unit, counted, GROUP, floor)
    _add_up(made, result, kind, [name for name, _ in groups])


def _add_up(made: Sheet, result: IndicatorResult, kind: str, names: Sequence[str]) -> None:
    """The groups of one kind are parts of the whole, in numerator and denominator."""
    if not names:
        return
    for part in ("n", "not-n", "d"):
        keys = [(result.id, kind, name, part) for name in names]
        made.split((result.id, part), keys, rest=(result.id, kind, "", "others", part))


def _same(made: Sheet, n: Key, parts: Sequence[Key], at_most: int | None = None) -> None:
    """
    Where a number is as large as some of these parts together, it may be those parts: take it that
    the reader knows.
    """
    for size in range(1, (at_most or len(parts) - 1) + 1):
        for some in combinations(parts, size):
            if made.cells[n].number == sum(made.cells[key].number for key in some):
                made.splits.append((n, some))


def _images(made: Sheet, review: Review) -> None:
    """What became of the images; an indicator of images counts the same ones again."""
    found = review.images
    images = made.put(("images",), found.images, TOTAL)
    inside = made.put(("images", "in-episode"), found.in_episode, PART)
    excluded = made.put(("images", "in-excluded-episode"), found.in_excluded_episode, PART)
    outside = made.put(("images", "outside-episode"), found.outside_episode, PART)
    region = made.put(("images", "region-unknown"), found.region_unknown, PART)
    verdicts = {
        verdict: made.put(("images", "verdict", verdict), number, PART)
        for verdict, number in found.verdicts.items()
    }
    if verdicts:
        made.split(inside, verdicts.values())
    made.split(images, [inside, excluded, outside])
    made.split(images, [region])
    again = {
        "units": images,
        "d": inside,
        "excluded": excluded,
        "outside": outside,
        "screened-absent": verdicts.get("not-indicated"),
        "not-documented": verdicts.get("cannot-tell"),
    }
    for result in review.indicators:
        if result.unit != "image" or (result.id, "n") not in made.cells:
            continue
        _same(made, (result.id, "n"), list(verdicts.values()))
        for name, key in again.items():
            if key is not None:
                _same(made, (result.id, name), [key], at_most=1)


def _pairs(made: Sheet, review: Review) -> None:
    """
    Two indicators that count the same units, or the one only units that the other counts too: then
    their difference is a number of units as well, and where the numerator of one may be part of the
    other's, so is theirs; in the whole and in every group.
    """
    listed = {one.id: one for one in review.indicators if (one.id, "d") in made.cells}
    rates: dict[str, set[Key]] = {id_: set() for id_ in listed}
    for key, cell in made.cells.items():
        if key[-1] == "d" and cell.weight >= 1 and key[0] in rates:
            rates[key[0]].add(key[1:-1])
    within = _within(review)
    for one, other in combinations(listed.values(), 2):
        is_within = (one.id, other.id) in within or (other.id, one.id) in within
        if not is_within and (one.unit != other.unit or one.rate.d != other.rate.d):
            continue
        for key in sorted(rates[one.id] & rates[other.id]):
            first, second = (one.id, *key), (other.id, *key)
            if made.cells[*first, "d"].number != made.cells[*second, "d"].number:
                if not is_within or _is_before(key, review):
                    continue
                _difference(made, (*first, "d"), (*second, "d"))
            _difference(made, (*first, _counted(one)), (*second, _counted(other)))


def _is_before(key: Key, review: Review) -> bool:
    """Whether a group is a point of a chart before the period."""
    return key[:1] == ("point",) and key[1] < str(review.period[0])


def _within(review: Review) -> set[tuple[str, str]]:
    """Published rules, and others that count all their people of the period too."""
    d = {result.id: result.rate.d for result in review.indicators}
    found = set()
    for pair in review.agreements:
        for less, more in ((pair.first, pair.second), (pair.second, pair.first)):
            if pair.neither == d[less]:
                found.add((less, more))
    return found


def _counted(result: IndicatorResult) -> str:
    """Where what an indicator looks for stands: a rule may count those of whom it is not so."""
    return "not-n" if result.published and result.better == "higher" else "n"


def _difference(made: Sheet, one: Key, other: Key) -> None:
    """The larger of two numbers is the smaller and a number of units beyond it."""
    more, less = sorted((one, other), key=lambda key: made.cells[key].number, reverse=True)
    made.split(more, [less], rest=(*more, "beyond", less[0]))
