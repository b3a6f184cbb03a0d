"""The review of a synthetic practice finds the truth that its maker wrote down."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import spinewise
from spinewise.review.result import Review
from spinewise.synthetic import synthesize, truth_folder

YEARS = ("2022", "2023", "2024")


@pytest.fixture(scope="module", params=["csv", "fhir"])
def practice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / str(request.param)
    synthesize(2_500, 11, request.param, folder)
    return folder


@pytest.mark.parametrize("year", YEARS)
def test_every_count_and_range_is_recovered(practice: Path, year: str) -> None:
    """Numerator, denominator and range of each indicator are those that the maker decided on."""
    truth = json.loads((truth_folder(practice) / "expected.json").read_text(encoding="utf-8"))
    review = spinewise.review(practice, period=year, today=date(2025, 6, 30))

    own = [result for result in review.indicators if result.published is None]
    found = {result.id: _numbers(review, result.id) for result in own}
    expected = {name: _expected(years[year]) for name, years in truth["indicators"].items()}

    assert found == expected


def test_every_unit_of_a_denominator_is_recovered(practice: Path, tmp_path: Path) -> None:
    """The same people on the same days, with the same clinician and the same answer."""
    books = json.loads((truth_folder(practice) / "expected.json").read_text(encoding="utf-8"))
    spinewise.review(practice, period="2024", out=tmp_path, today=date(2025, 6, 30))

    counted = _counted(tmp_path / "results.csv")
    found = {unit for unit in counted if unit[0] in books["indicators"]}
    expected = {
        unit
        for unit in _counted(truth_folder(practice) / "units.csv")
        if unit[2].startswith("2024")
    }

    assert found == expected
    assert len(found) > 1_000


def _counted(path: Path) -> set[tuple[str, ...]]:
    """Units of a denominator as recorded: indicator, person, day, clinician, in the numerator."""
    columns = ("indicator", "patient_id", "index_date", "clinician_id", "in_numerator")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            tuple(row[column] for column in columns)
            for row in csv.DictReader(file)
            if row["in_denominator"] == "1"
            and row["excluded"] == "0"
            and row["in_numerator"] in ("0", "1")
        }


def _numbers(review: Review, indicator: str) -> dict[str, Any]:
    rate = review[indicator].rate
    return {"n": rate.n, "d": rate.d, "low": _rounded(rate.low), "high": _rounded(rate.high)}


def _expected(year: dict[str, Any]) -> dict[str, Any]:
    return {
        "n": year["n"],
        "d": year["d"],
        "low": _rounded(year["low"]),
        "high": _rounded(year["high"]),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 9)
