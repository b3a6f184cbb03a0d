"""A tailored review shows what the package itself would have counted, in the same run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import spinewise
from spinewise.know.history import Entry, add_to_history, read_history
from spinewise.know.loader import load_package, read_practice
from spinewise.know.overlay import tailored
from spinewise.report.html import render
from spinewise.review.result import Comparison, Review

PRACTICE = """
practice = "Lakeside"
[imaging-early]
window = [0, 28]
[quality-of-life]
on = false

[[indicator]]
id = "mri-early"
version = "1"
author = "Lakeside"
reviewed = 2026-11-01
status = "proposed"
sources = ["practice"]
unit = "episode"
kind = "process"
better = "lower"
order = 15
window = [0, 42]
needs = [{ domain = "imaging", days = [0, 42] }]
name = { en = "Early MRI", fr = "IRM précoce" }
meaning = { en = "Episodes with an MRI.", fr = "Épisodes avec une IRM." }
headline = { en = "{n} of {d} in {period} ({rate})", fr = "{n} sur {d}, {period} ({rate})" }
why_wrong = [{ en = "Few.", fr = "Peu." }]
numerator = { is = "imaged", days = [0, 42], modalities = ["mri"] }
"""
TODAY = date(2025, 6, 30)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with records of a small practice."""
    folder = tmp_path_factory.mktemp("tailored")
    spinewise.synthesize(150, 3, "csv", folder / "export")
    workspace = folder / "workspace"
    spinewise.check(folder / "export", workspace=workspace, today=TODAY)
    return workspace


@pytest.fixture(scope="module")
def default(workspace: Path) -> Review:
    return spinewise.review(workspace, period="2024", today=TODAY)


@pytest.fixture(scope="module")
def practice(workspace: Path) -> Path:
    file = workspace.parent / "practice.toml"
    file.write_text(PRACTICE, encoding="utf-8")
    made = tailored(load_package(), read_practice(file))
    add_to_history(
        file,
        Entry(
            on=date(2026, 11, 2),
            who="A. Lead",
            why="as our radiology asks",
            id="imaging-early.window",
            before="package",
            after="[0, 28]",
            overlay=made.package.overlay,
            package_version="0.1.0",
        ),
    )
    return file


@pytest.fixture(scope="module")
def changed(workspace: Path, practice: Path) -> Review:
    return spinewise.review(workspace, period="2024", today=TODAY, practice=practice)


def comparisons(review: Review) -> dict[str, Comparison]:
    assert review.tailoring
    return {one.indicator: one for one in review.tailoring.comparisons}


def test_without_changes_nothing_is_said(default: Review) -> None:
    assert (default.overlay, default.tailoring) == ("", None)


def test_the_first_side_is_what_a_review_without_changes_counts(
    default: Review, changed: Review
) -> None:
    found = comparisons(changed)
    assert set(found) == {"imaging-early", "quality-of-life", "mri-early"}
    assert found["imaging-early"].first == default["imaging-early"].rate
    assert found["quality-of-life"].first == default["quality-of-life"].rate
    assert found["mri-early"].first is None
    assert found["quality-of-life"].second is None


def test_the_second_side_is_the_review_itself(changed: Review) -> None:
    found = comparisons(changed)
    assert found["imaging-early"].second == changed["imaging-early"].rate
    assert found["mri-early"].second == changed["mri-early"].rate
    assert "quality-of-life" not in [one.id for one in changed.indicators]


def test_what_is_not_touched_stays(default: Review, changed: Review) -> None:
    for name in ("opioid-start", "imaging-unknown", "hedis-lbp-my2025"):
        assert changed[name].rate == default[name].rate


def test_who_moved_accounts_for_the_difference(changed: Review) -> None:
    one = comparisons(changed)["imaging-early"]
    assert one.first
    assert one.second
    into = sum(m.units for m in one.moved if m.after in ("with", "without"))
    into -= sum(m.units for m in one.moved if m.before in ("with", "without"))
    assert one.second.d - one.first.d == into
    gained = sum(m.units for m in one.moved if m.after == "with")
    gained -= sum(m.units for m in one.moved if m.before == "with")
    assert one.second.n - one.first.n == gained
    assert gained <= 0
    assert one.moved
    for move in one.moved:
        assert 1 <= len(move.examples) <= min(move.units, 20)
        assert move.before != move.after


def test_the_history_is_carried(changed: Review) -> None:
    made = changed.tailoring
    assert made
    assert changed.overlay == made.overlay != ""
    assert not made.by_hand
    assert made.practice == "Lakeside"
    window = next(one for one in made.changes if one.id == "imaging-early.window")
    assert (window.who, window.why, window.on) == (
        "A. Lead",
        "as our radiology asks",
        date(2026, 11, 2),
    )


def test_a_change_by_hand_is_said(workspace: Path, practice: Path) -> None:
    (workspace / "practice.toml").write_text("[imaging-early]\ntarget = 0.1\n", encoding="utf-8")
    try:
        found = spinewise.review(
            workspace, period="2024", today=TODAY, indicators=["imaging-early"]
        )
    finally:
        (workspace / "practice.toml").unlink()
    assert found.tailoring
    assert found.tailoring.by_hand
    assert found["imaging-early"].target == 0.1
    assert comparisons(found)["imaging-early"].moved == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_shows_both_sides_and_the_history(
    changed: Review, practice: Path, language: str
) -> None:
    package = tailored(load_package(), read_practice(practice)).package
    page = render(changed, package, "fr" if language == "fr" else "en")
    assert changed.overlay in page
    for words in ("A. Lead", "as our radiology asks", "imaging-early.window"):
        assert words in page
    side = "Côte à côte" if language == "fr" else "Side by side"
    assert side in page


def test_a_history_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "practice.history.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(spinewise.SpinewiseError, match=r"practice\.history\.jsonl, line 1"):
        read_history(tmp_path / "practice.toml")
    assert read_history(tmp_path / "other.toml") == []
