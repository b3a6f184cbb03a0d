"""
What a shared report hides cannot be worked out from what it says.

A stranger reads the bytes of ``review.json``, knows how everything adds up and that zero is always
shown, and asks an integer solver what each hidden number can be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import permutations
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinewise.report.files import as_json
from spinewise.report.shared import render_shared
from spinewise.review.result import Review
from spinewise.share.build import share
from spinewise.share.ledger import Ledger
from spinewise.share.points import points
from tests.support.puzzle import UNBOUNDED, Puzzle
from tests.support.small_review import PACKAGE, Unit, draw, draw_people, review
from tests.unit.report.document import parse

relaxed = settings(
    max_examples=int(os.environ.get("SPINEWISE_EXAMPLES", "10")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TODAY = date(2025, 2, 1)
LEAST = 6
LISTED = 10

Name = tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """A practice to draw: its seed, and how many there are of everything."""

    seed: int
    size: tuple[int, int, int]
    clinicians: int

    @cached_property
    def episodes(self) -> list[Unit]:
        return draw(Random(self.seed), self.size[0], self.clinicians, "episode")

    @cached_property
    def images(self) -> list[Unit]:
        return draw(Random(self.seed + 1), self.size[1], self.clinicians, "image")

    @cached_property
    def people(self) -> dict[str, list[Unit]]:
        return draw_people(Random(self.seed + 2), self.size[2], self.clinicians)

    @property
    def review(self) -> Review:
        return review(self.episodes, self.images, self.people)


practices = st.builds(
    Practice,
    st.integers(0, 2**32),
    st.tuples(st.integers(1, 300), st.integers(0, 120), st.integers(1, 400)),
    st.integers(1, 5),
)


class Stranger:
    """
    Everything that can be known from a shared report: a puzzle, and names for its hidden numbers.

    The stranger guesses right what is zero though no report says so, which numbers of published
    rules count the same people, and whose people (``within``: less, more) are all another's. With
    ``blind`` every number but zero is taken as hidden: what no report could keep secret.
    """

    def __init__(
        self,
        said: bytes,
        true: dict[Name, int],
        within: Collection[tuple[str, str]] = (),
        *,
        blind: bool = False,
    ) -> None:
        self.true = true
        self.within = within
        self.puzzle = Puzzle()
        self.names: dict[Name, int] = {}
        self.hidden: set[Name] = set()
        self.shown: dict[Name, int] = {}
        self.blind = blind
        report = msgspec.json.decode(said)
        self.begins = report["period"][0]
        for indicator in report["indicators"]:
            self.indicator(indicator, report["period"])
        self.rules([one for one in report["indicators"] if one["published"]])
        self.images(report["images"])
        self.areas(report["areas"])

    def said(self, name: Name, number: int | None, least: int = 1) -> int:
        """A number of the report: shown, or not zero."""
        if number == 0 or (number is not None and not self.blind):
            made = self.puzzle.number(number, number)
            self.shown[name] = number
        else:
            made = self.puzzle.number(least)
            self.hidden.add(name)
        self.names[name] = made
        return made

    def free(self, name: Name) -> int:
        """A number that the report does not have."""
        made = self.puzzle.number(0, UNBOUNDED if self.true[name] else 0)
        self.names[name] = made
        return made

    def indicator(self, found: dict[str, Any], period: tuple[str, str]) -> None:
        id_, puzzle = found["id"], self.puzzle
        counts = {count["key"]: count["number"] for count in found["counts"]}
        assert (counts["n"], counts["d"]) == (found["rate"]["n"], found["rate"]["d"])
        cells = {key: self.said((id_, key), number) for key, number in counts.items()}
        not_n = self.free((id_, "not-n"))
        puzzle.adds_up(cells["d"], [cells["n"], not_n])
        fates = ("d", "excluded", "outside", "not-evaluated", "undecided", "beside")
        puzzle.adds_up(cells["units"], [cells[fate] for fate in fates])
        for fate in fates[1:]:
            parts = [cell for key, cell in cells.items() if key.startswith(f"{fate}:")]
            if parts:
                puzzle.adds_up(cells[fate], parts)
        silent, absent = cells["not-documented"], cells["screened-absent"]
        flagged = self.free((id_, "flag-recorded"))
        puzzle.adds_up(cells["d"], [silent, absent, flagged])
        if id_ == "imaging-unknown":
            puzzle.equal(cells["n"], silent)
        if id_ == "imaging-without-recorded-flag":
            puzzle.adds_up(cells["n"], [silent, absent])
        decided, open_ = self.free((id_, "decided")), self.free((id_, "open"))
        against, favour = self.free((id_, "against")), self.free((id_, "in-favour"))
        puzzle.adds_up(cells["d"], [decided, open_])
        puzzle.adds_up(decided, [against, favour])
        puzzle.adds_up(cells["unknown"], [open_, cells["undecided"]])
        for kind, least in (("clinicians", LISTED), ("modalities", 1)):
            rows = [self.rate((id_, kind, g["key"]), g["rate"], least) for g in found[kind]]
            self.parts((id_, kind), cells["n"], not_n, rows)
        if found["published"]:
            strata = found["published"]["strata"]
            rows = [self.rate((id_, "strata", g["key"]), g["rate"]) for g in strata]
            self.parts((id_, "strata"), cells["n"], not_n, rows)
            assert "outside:no-index" not in counts
        if found["chart"]:
            rows = []
            for point in found["chart"]["points"]:
                row = self.rate((id_, "point", point["first"]), point["rate"])
                if point["first"] >= period[0]:
                    rows.append(row)
            self.parts((id_, "point"), cells["n"], not_n, rows)

    def rate(self, name: Name, found: dict[str, Any], least: int = 1) -> tuple[int, int]:
        """A row of a table; what is worked out from its two numbers stands only beside both."""
        n, d = self.said((*name, "n"), found["n"]), self.said((*name, "d"), found["d"], least)
        not_n = self.free((*name, "not-n"))
        self.puzzle.adds_up(d, [n, not_n])
        if found["n"] is None or found["d"] is None:
            assert found["recorded"] is found["wilson_low"] is found["wilson_high"] is None
        if found["d"] is None:
            assert found["state"] is None
        return n, not_n

    def parts(self, name: Name, n: int, not_n: int, rows: list[tuple[int, int]]) -> None:
        """Groups are parts of the whole; there may be others."""
        if rows:
            others = [self.free((*name, "others", part)) for part in ("n", "not-n")]
            self.puzzle.adds_up(n, [*(row[0] for row in rows), others[0]])
            self.puzzle.adds_up(not_n, [*(row[1] for row in rows), others[1]])

    def rules(self, found: list[dict[str, Any]]) -> None:
        """Rules count the same people: some numbers are equal, and some are parts of others."""
        for one, other in permutations(found, 2):
            printed = self.hidden | self.shown.keys()
            mine = [name[1:] for name in self.names if name[0] == one["id"] and name in printed]
            for key in mine:
                a, b = (one["id"], *key), (other["id"], *key)
                whole = key[-1] == "d" or (len(key) == 1 and key[0] not in ("n", "not-n"))
                if whole and b in self.names and self.true[a] == self.true[b]:
                    self.puzzle.equal(self.names[a], self.names[b])
            if (one["id"], other["id"]) in self.within:
                for group in [key[:-1] for key in mine if key[-1] == "d"]:
                    if group[:1] == ("point",) and group[1] < self.begins:
                        continue
                    self.beyond((one["id"], *group, "d"), (other["id"], *group, "d"))
                    counted = ["not-n" if r["better"] == "higher" else "n" for r in (one, other)]
                    self.beyond((one["id"], *group, counted[0]), (other["id"], *group, counted[1]))

    def beyond(self, less: Name, more: Name) -> None:
        """A part of a number, and the people beyond it."""
        if more in self.names and self.true[less] <= self.true[more]:
            name = (*more, "beyond", less[0])
            self.true[name] = self.true[more] - self.true[less]
            self.puzzle.adds_up(self.names[more], [self.names[less], self.free(name)])

    def images(self, found: list[dict[str, Any]]) -> None:
        """The two indicators of images count the same images, and so does their own table."""
        cells = {
            count["key"]: self.said(("images", count["key"]), count["number"]) for count in found
        }
        verdicts = [cell for key, cell in cells.items() if key.startswith("verdict:")]
        if verdicts:
            self.puzzle.adds_up(cells["in-episode"], verdicts)
        places = ("in-episode", "in-excluded-episode", "outside-episode")
        self.puzzle.adds_up(
            cells[""], [*(cells[place] for place in places), self.free(("images", "else"))]
        )
        names = self.names
        one, other = "imaging-unknown", "imaging-without-recorded-flag"
        for id_ in (one, other):
            for image, key in (
                ("", "units"),
                ("in-episode", "d"),
                ("in-excluded-episode", "excluded"),
                ("outside-episode", "outside"),
                ("verdict:not-indicated", "screened-absent"),
                ("verdict:cannot-tell", "not-documented"),
            ):
                if image in cells:
                    self.puzzle.equal(cells[image], names[id_, key])
        for name in [name for name in names if name[0] == one and name[-1] == "n"]:
            if (other, *name[1:]) in names and "others" not in name:
                group = name[1:-1]
                beyond = self.free((*name, "beyond"))
                self.puzzle.equal(names[(one, *group, "d")], names[(other, *group, "d")])
                self.puzzle.adds_up(names[(other, *group, "n")], [names[name], beyond])

    def areas(self, found: list[dict[str, Any]]) -> None:
        """The sentences of areas name two numbers."""
        if self.blind:
            return
        for area in found:
            numbers = re.search(r"(\d+) of (\d+)", area["sentence"]["en"])
            assert numbers
            id_, puzzle = area["indicator"], self.puzzle
            part, whole = (puzzle.number(int(n), int(n)) for n in numbers.groups())
            names = self.names
            if area["kind"] == "decided":
                puzzle.equal(part, names[id_, "against"])
                puzzle.equal(whole, names[id_, "decided"])
            else:
                puzzle.equal(part, names[id_, "unknown"])
                puzzle.adds_up(whole, [names[id_, "decided"], part])


def truth(full: Review, shared: dict[str, Any], masks: dict[str, str]) -> dict[Name, int]:
    """The true numbers of what a stranger may look for."""
    found: dict[Name, int] = {}

    def rate(name: Name, n: int, d: int) -> None:
        found.update({(*name, "n"): n, (*name, "d"): d, (*name, "not-n"): d - n})

    def others(id_: str, kind: str, groups: list[tuple[int, int]]) -> None:
        n, d = (sum(group[place] for group in groups) for place in (0, 1))
        found[id_, kind, "others", "n"] = found[id_, "n"] - n
        found[id_, kind, "others", "not-n"] = found[id_, "not-n"] - (d - n)

    charts = {one["id"]: one["chart"] for one in shared["indicators"]}
    for result in full.indicators:
        id_, counts = result.id, result.counts
        rate((id_,), result.rate.n, result.rate.d)
        found[id_, "units"], found[id_, "unknown"] = counts.units, result.rate.unknown
        found[id_, "beside"], found[id_, "excluded"] = counts.beside, counts.excluded_units
        found[id_, "decided"], found[id_, "against"] = counts.decided, counts.decided_against
        found[id_, "screened-absent"] = counts.screened_absent
        found[id_, "not-documented"] = counts.not_documented
        found[id_, "flag-recorded"] = result.rate.d - counts.screened_absent - counts.not_documented
        for table, numbers in (
            ("excluded", counts.excluded),
            ("outside", counts.outside),
            ("not-evaluated", counts.not_evaluated),
            ("undecided", counts.undecided),
        ):
            found.setdefault((id_, table), sum(numbers.values()))
            found.update({(id_, f"{table}:{reason}"): n for reason, n in numbers.items()})
        found[id_, "open"] = result.rate.d - counts.decided
        found[id_, "in-favour"] = counts.decided - counts.decided_against
        for group in result.clinicians:
            rate((id_, "clinicians", masks.get(group.key, "")), group.rate.n, group.rate.d)
        others(id_, "clinicians", [(group.rate.n, group.rate.d) for group in result.clinicians])
        for group in result.modalities:
            rate((id_, "modalities", group.key), group.rate.n, group.rate.d)
        others(id_, "modalities", [(group.rate.n, group.rate.d) for group in result.modalities])
        if result.published:
            people = counts.units - counts.outside["no-index"]
            found[id_, "units"] = people
            found[id_, "outside"] = sum(counts.outside.values()) - counts.outside["no-index"]
            for group in result.published.strata:
                rate((id_, "strata", group.key), group.rate.n, group.rate.d)
            strata = [(group.rate.n, group.rate.d) for group in result.published.strata]
            others(id_, "strata", strata)
        if charts[id_] and result.run_chart:
            for point in points(result.run_chart.months, charts[id_]["step"]):
                rate((id_, "point", str(point.first)), point.n, point.d)
            year = points(result.run_chart.months, charts[id_]["step"])
            others(id_, "point", [(p.n, p.d) for p in year if p.within(full.period)])
    images = full.images
    found["images", "else"] = (
        images.images - images.in_episode - images.in_excluded_episode - images.outside_episode
    )
    found["images", ""], found["images", "in-episode"] = images.images, images.in_episode
    found["images", "in-excluded-episode"] = images.in_excluded_episode
    found["images", "outside-episode"] = images.outside_episode
    found["images", "region-unknown"] = images.region_unknown
    found.update({("images", f"verdict:{v}"): n for v, n in images.verdicts.items()})
    one, other = "imaging-unknown", "imaging-without-recorded-flag"
    for name in [name for name in found if name[0] == one and name[-1] == "n"]:
        if (other, *name[1:]) in found and "others" not in name:
            found[(*name, "beyond")] = found[(other, *name[1:])] - found[name]
    return found


def secrets(stranger: Stranger, true: dict[Name, int]) -> Iterator[Name]:
    """What has to stay unknown: all that is hidden, and small numbers that are never printed."""
    for name in stranger.names:
        if name in stranger.hidden or 0 < true[name] < LEAST:
            yield name


def within(people: Mapping[str, list[Unit]]) -> set[tuple[str, str]]:
    """Of which two rules the one counts nobody whom the other does not count."""

    def counted(rule: str) -> set[int]:
        year = [(n, unit) for n, unit in enumerate(people[rule]) if unit.month.year == 2024]
        return {n for n, unit in year if unit.category == "in"}

    return {pair for pair in permutations(people, 2) if counted(pair[0]) <= counted(pair[1])}


def hold(
    full: Review, said: bytes, ledger: Ledger, nested: Collection[tuple[str, str]] = ()
) -> int:
    """No hidden number can be worked out; returns how many there are."""
    true = truth(full, msgspec.json.decode(said), ledger.clinicians)
    stranger = Stranger(said, true, nested)
    blind = Stranger(said, true, nested, blind=True)
    sought = list(secrets(stranger, true))
    for name in sought:
        low, high = stranger.puzzle.bounds(stranger.names[name])
        assert low <= true[name] <= high, (name, "the stranger's sums are wrong")
        assert low < high, (name, low, "is known")
        if true[name] < LEAST and (low > 1 or high < LEAST - 1):
            least, most = blind.puzzle.bounds(blind.names[name])
            assert low <= max(1, least), (name, low, high)
            assert high >= min(LEAST - 1, most), (name, low, high)
    return len(sought)


@relaxed
@given(practices)
def test_no_hidden_number_can_be_worked_out(practice: Practice) -> None:
    full = practice.review
    shared, ledger = share(full, PACKAGE, Ledger(), today=TODAY, least=LEAST)
    hold(full, as_json(shared).encode(), ledger, within(practice.people))


def test_rules_that_are_nearly_alike_are_met() -> None:
    """Some draws have a rule that counts a few people less than another."""
    few = 0
    for seed in range(60):
        people = draw_people(Random(seed), 150, 3)
        full = review([], [], people)
        for less, more in within(people):
            few += 0 < full[more].rate.d - full[less].rate.d < LEAST
    assert few > 3


@relaxed
@given(practices)
def test_what_is_shown_is_true_and_never_small(practice: Practice) -> None:
    """Zero is kept; totals and shares agree, for both are the true ones."""
    full = practice.review
    shared, ledger = share(full, PACKAGE, Ledger(), today=TODAY, least=LEAST)
    said = as_json(shared).encode()
    true = truth(full, msgspec.json.decode(said), ledger.clinicians)
    stranger = Stranger(said, true)
    for name, number in stranger.shown.items():
        assert number == true[name]
        assert number == 0 or number >= LEAST, name
    assert all(true[name] for name in stranger.hidden)
    for result in shared.indicators:
        if result.rate.recorded is not None:
            assert result.rate.recorded == full[result.id].rate.recorded
        if result.low is not None:
            rate = full[result.id].rate
            assert (result.low, result.high) == (rate.low, rate.high)


@relaxed
@given(practices, st.integers(1, 4), st.integers(0, 2**32))
def test_one_person_more_does_not_show(practice: Practice, people: int, seed: int) -> None:
    """A year shared again after a few came is given as it was; the next year repeats its points."""
    episodes, images = practice.episodes, practice.images
    full = review(episodes, images)
    first, ledger = share(full, PACKAGE, Ledger(), today=TODAY, least=LEAST)
    more = draw(Random(seed), people, 2, "episode")
    later = review([*episodes, *more], images)
    assert ledger.of(later.period) == first

    year = date(2025, 1, 1), date(2025, 12, 31)
    moved = [
        unit if unit.month.year == 2024 else replace(unit, month=unit.month.replace(year=2025))
        for unit in [*episodes, *more]
    ]
    ahead = next_year(review(moved, images), year)
    second, _ = share(ahead, PACKAGE, ledger, today=TODAY, least=LEAST)
    for result in second.indicators:
        chart = result.chart
        assert chart is not None
        earlier = first.indicators[second.indicators.index(result)].chart
        assert earlier is not None
        before = [point for point in chart.points if point.first < year[0]]
        assert [point for point in earlier.points if point.first >= chart.points[0].first] == before


def next_year(full: Review, period: tuple[date, date]) -> Review:
    """The same review a year on: its charts reach from 2024 to 2025."""
    moved = []
    for result in full.indicators:
        assert result.run_chart
        months = [
            msgspec.structs.replace(month, month=month.month.replace(year=month.month.year + 1))
            for month in result.run_chart.months
        ]
        chart = msgspec.structs.replace(result.run_chart, months=months)
        moved.append(msgspec.structs.replace(result, run_chart=chart))
    return msgspec.structs.replace(full, period=period, indicators=moved)


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_page_says_no_more_than_the_file(code: Any) -> None:
    """Each number of the page's tables stands in review.json, and hidden ones are drawn as such."""
    full = review(draw(Random(5), 160, 4, "episode"), draw(Random(6), 70, 4, "image"))
    shared, _ledger = share(full, PACKAGE, Ledger(), today=TODAY, least=LEAST)
    page = parse(render_shared(shared, PACKAGE, code))
    word = {"en": "suppressed", "fr": "supprimé"}[code]
    for result in shared.indicators:
        section = page.by_id(result.id)
        marks = [e for e in section.walk() if e.get("class") == "withheld"]
        assert {mark.text for mark in marks} <= {word}
        allowed = {count.number for count in result.counts} | {LISTED}
        groups = [*result.clinicians, *result.modalities]
        for rate in [group.rate for group in groups] + [p.rate for p in result.chart.points]:  # type: ignore[union-attr]
            allowed |= {rate.n, rate.d}
        cells = [e.text for e in section.all("td") if "number" in e.get("class").split()]
        for text in cells:
            for number in re.findall(r"(?<![\d.,])\d+(?![\d.,]*\s?%)(?![.,]\d)", text):
                assert int(number) in allowed, text
        expected = sum(count.number is None for count in result.counts)
        assert len([text for text in cells if text == word]) >= expected
