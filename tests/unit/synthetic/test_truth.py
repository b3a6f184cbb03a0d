"""The truth files agree with each other, with the published baselines and with brute force."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from spinewise.synthetic import synthesize, truth_folder
from spinewise.synthetic.truth import INDICATORS, OUT, WITH, WITHOUT, span

_PEOPLE = 12_000
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("large") / "practice"
    synthesize(_PEOPLE, 4, "tables", out)
    return truth_folder(out)


@pytest.fixture(scope="module")
def read(truth: Path) -> Callable[[str], Rows]:
    files: dict[str, Rows] = {}
    for name in ("episodes", "images", "units"):
        with (truth / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            files[name] = list(csv.DictReader(stream))
    return files.__getitem__


def _acute(rows: Rows, first: str, last: str) -> Rows:
    return [
        row
        for row in rows
        if row["is_episode"] == "1"
        and not row["excluded_because"]
        and first <= row["index_date"] <= last
    ]


def test_expected_counts_are_those_of_the_units(truth: Path, read: Callable[[str], Rows]) -> None:
    expected = json.loads((truth / "expected.json").read_text(encoding="utf-8"))
    assert list(expected["indicators"]) == list(INDICATORS)
    found = {
        key: Counter[str]()
        for key in itertools.product(INDICATORS, ("2021", "2022", "2023", "2024"))
    }
    for row in read("units"):
        counts = found[row["indicator"], row["index_date"][:4]]
        counts[row["category"]] += 1
        counts["n"] += row["category"] == "in" and row["in_numerator"] == "1"
    for (indicator, year), counts in found.items():
        said = expected["indicators"][indicator][year]
        assert (said["n"], said["d"]) == (counts["n"], counts["in"])
        for name in ("excluded", "outside", "not-evaluated", "undecided", "beside"):
            assert sum(said[name].values()) == counts[name]


def test_the_recorded_rate_lies_in_its_range(truth: Path) -> None:
    expected = json.loads((truth / "expected.json").read_text(encoding="utf-8"))
    for indicator in INDICATORS:
        for year in ("2022", "2023", "2024"):
            said = expected["indicators"][indicator][year]
            assert said["d"] > 0
            assert said["low"] <= said["n"] / said["d"] <= said["high"]


def test_about_three_in_ten_are_imaged_and_a_third_of_them_without_any_flag(
    read: Callable[[str], Rows],
) -> None:
    """30.7 % (Bouck 2019), 34.8 % (Jenkins 2018); the tolerance is over three standard errors."""
    acute = _acute(read("episodes"), "2021-07-01", "2023-06-30")
    imaged = [row for row in acute if row["first_image_order_date"]]
    unflagged = [row for row in imaged if not row["began"] and not row["lasting"]]
    assert len(acute) > 2000
    assert len(imaged) / len(acute) == pytest.approx(0.307, abs=0.035)
    assert len(unflagged) / len(imaged) == pytest.approx(0.348, abs=0.06)
    assert len(unflagged) / len(acute) == pytest.approx(0.09, abs=0.03)


def test_the_change_lowers_imaging_by_a_third_and_raises_documentation(
    read: Callable[[str], Rows],
) -> None:
    before = _acute(read("episodes"), "2021-07-01", "2023-06-30")
    after = _acute(read("episodes"), "2023-07-01", "2024-09-30")

    def imaged(rows: Rows) -> float:
        weak = [row for row in rows if row["red_flag_truth"] == "absent"]
        return sum(bool(row["first_image_order_date"]) for row in weak) / len(weak)

    def documented(rows: Rows) -> float:
        return sum(row["red_flag_as_recorded"] != "not-documented" for row in rows) / len(rows)

    assert imaged(after) / imaged(before) == pytest.approx(2 / 3, abs=0.1)
    assert documented(after) - documented(before) > 0.12


def test_clinicians_differ(read: Callable[[str], Rows]) -> None:
    by = {
        clinician: list(rows)
        for clinician, rows in itertools.groupby(
            sorted(
                (r for r in read("episodes") if r["is_episode"] == "1" and r["clinician_id"]),
                key=lambda r: r["clinician_id"],
            ),
            key=lambda r: r["clinician_id"],
        )
    }
    rates = [
        sum(bool(row["first_image_order_date"]) for row in rows) / len(rows)
        for rows in by.values()
        if len(rows) > 50
    ]
    assert len(rates) > 5
    assert max(rates) > 1.5 * min(rates)


def test_a_flag_may_be_there_and_not_on_record_and_never_the_other_way_round(
    read: Callable[[str], Rows],
) -> None:
    pairs = Counter(
        (row["red_flag_truth"], row["red_flag_as_recorded"])
        for row in read("episodes")
        if row["red_flag_truth"]
    )
    assert pairs["present", "not-documented"] > 0
    assert pairs["absent", "present"] == 0
    assert pairs["absent", "not-documented"] > pairs["absent", "absent"] * 0.5


def test_every_case_that_the_rules_speak_of_is_there(read: Callable[[str], Rows]) -> None:
    reasons = Counter(
        reason
        for row in read("units")
        for reason in row["excluded_because"].split(";")
        if row["indicator"] != "imaging-missed"
    )
    for reason in (
        "washout",
        "age",
        "washout-unknown",
        "age-unknown",
        "chronic",
        "pregnant",
        "population",
        "not-yet",
        "not-followed",
        "not-carried:prescriptions",
        "numerator-unknown",
        "region-unknown",
        "date-unknown",
        "no-episode",
    ):
        assert reasons[reason] > 0, reason
    assert {row["setting"] for row in read("episodes")} > {"office", "virtual", "emergency", "home"}


def test_images_and_episodes_tell_the_same(read: Callable[[str], Rows]) -> None:
    """The first certain image of an episode is the one that the episode names."""
    first: dict[tuple[str, str], str] = {}
    for row in read("images"):
        if row["index_date"] and row["region"] == "lumbar" and len(row["order_date"]) != 7:
            key = row["patient_id"], row["index_date"]
            day = row["order_date"] or row["performed_date"]
            first[key] = min(day, first.get(key, day))
    named = {
        (row["patient_id"], row["index_date"]): row["first_image_order_date"]
        for row in read("episodes")
        if row["first_image_order_date"]
    }
    assert first == named


def test_image_units_have_the_verdicts_of_the_images(read: Callable[[str], Rows]) -> None:
    images = Counter((row["patient_id"], row["verdict_as_recorded"]) for row in read("images"))
    units = Counter(
        (row["patient_id"], row["verdict"])
        for row in read("units")
        if row["indicator"] == "imaging-unknown"
    )
    assert images == units


_KINDS = (OUT, WITHOUT, WITH, OUT + WITHOUT, OUT + WITH, WITH + WITHOUT, OUT + WITH + WITHOUT)


def test_the_range_is_that_of_all_assignments() -> None:
    for kinds in itertools.combinations_with_replacement(_KINDS, 4):
        rates = []
        for places in itertools.product(
            *([place for place in (OUT, WITHOUT, WITH) if place & kind] for kind in kinds)
        ):
            denominator = sum(place != OUT for place in places)
            if denominator:
                rates.append(sum(place == WITH for place in places) / denominator)
        found = span(dict(Counter(kinds)))
        assert found == (pytest.approx((min(rates), max(rates))) if rates else None)
