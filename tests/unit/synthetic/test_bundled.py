"""The practice that the project ships, and the truth beside it."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest

import spinewise
from spinewise.synthetic import synthesize, truth_folder


def test_a_review_of_the_bundled_practice_finds_its_truth(practice: Path) -> None:
    text = (truth_folder(practice) / "expected.json").read_text(encoding="utf-8")
    expected = json.loads(text)["indicators"]
    review = spinewise.review(practice, period="2024")
    own = [result for result in review.indicators if result.published is None]
    assert {result.id for result in own} == set(expected)
    for result in own:
        said, rate = expected[result.id]["2024"], result.rate
        assert (rate.n, rate.d) == (said["n"], said["d"]), result.id
        assert (rate.low, rate.high) == pytest.approx((said["low"], said["high"])), result.id
        assert result.counts.excluded_units == sum(said["excluded"].values()), result.id


def test_the_bundled_practice_is_what_the_command_makes(practice: Path, tmp_path: Path) -> None:
    synthesize(600, 16, "csv", tmp_path / "practice")
    for folder in (practice, truth_folder(practice)):
        again = tmp_path / folder.name
        names = sorted(path.name for path in folder.iterdir())
        assert sorted(path.name for path in again.iterdir()) == names
        assert filecmp.cmpfiles(folder, again, names, shallow=False) == (names, [], [])
