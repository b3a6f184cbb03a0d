"""What was shared is remembered, and a later report gives nothing of it away."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from tests.support.small_review import PACKAGE, PERIOD, draw, review

from spinewise import api
from spinewise.errors import SpinewiseError, WorkspaceError
from spinewise.review.result import Review
from spinewise.share.build import share
from spinewise.share.ledger import FILE, Ledger, PeriodError, read_ledger, sharing
from spinewise.share.points import Point
from spinewise.share.result import SharedReview

TODAY = date(2025, 2, 1)


def full(more: int = 0) -> Review:
    """A small practice, with so many people more."""
    episodes = draw(Random(1), 200, 3, "episode") + draw(Random(2), more, 3, "episode")
    return review(episodes, draw(Random(3), 60, 3, "image"))


def shared(workspace: Path, of: Review, day: date = TODAY) -> SharedReview:
    return sharing(workspace, of.period, lambda ledger: share(of, PACKAGE, ledger, today=day))


def test_a_period_is_given_again_as_it_was(tmp_path: Path) -> None:
    """One person more changes nothing of it, though the full review is another one."""
    first = shared(tmp_path, full())
    assert full(1) != full()
    assert shared(tmp_path, full(1), date(2025, 3, 1)) == first
    assert first.shared_on == TODAY
    assert read_ledger(tmp_path).reports == [first]


@pytest.mark.parametrize(
    "period",
    [
        (date(2024, 1, 1), date(2025, 1, 31)),
        (date(2024, 10, 1), date(2024, 12, 31)),
        (date(2024, 12, 31), date(2025, 12, 30)),
        (date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_periods_that_overlap_or_come_before_are_refused(
    tmp_path: Path, period: tuple[date, date]
) -> None:
    shared(tmp_path, full())
    with pytest.raises(PeriodError, match="2024-01-01/2024-12-31") as refused:
        sharing(tmp_path, period, lambda ledger: pytest.fail("nothing may be made"))
    assert "2025-02-01" in refused.value.message
    assert len(read_ledger(tmp_path).reports) == 1


def test_masks_are_drawn_by_chance_and_stay() -> None:
    people = [f"Dr. {n}" for n in range(300)]
    first = Ledger().naming([*people, ""])
    assert len(set(first.clinicians.values())) == 300
    assert "" not in first.clinicians
    assert first.naming(reversed(people)) == first
    grown = first.naming(["Dr. New"])
    assert {**grown.clinicians, **first.clinicians} == grown.clinicians
    # Neither the name nor its place among others decides the mask.
    assert Ledger().naming(people) != first
    assert [first.clinicians[one] for one in sorted(people)] != sorted(first.clinicians.values())


def test_a_damaged_ledger_stops_all_sharing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"clinicians": ', encoding="utf-8")
    with pytest.raises(WorkspaceError, match="shared before cannot be read"):
        shared(tmp_path, full())


def test_a_point_that_reaches_over_an_end_is_told() -> None:
    quarter = Point(date(2024, 1, 1), date(2024, 3, 31), 10, 20)
    assert quarter.within(PERIOD)
    assert not quarter.straddles(PERIOD)
    assert quarter.straddles((date(2024, 2, 15), date(2024, 12, 31)))
    assert quarter.straddles((date(2023, 2, 16), date(2024, 2, 14)))
    assert not quarter.straddles((date(2024, 4, 1), date(2024, 12, 31)))


def test_nothing_that_is_small_reaches_the_ledger(tmp_path: Path) -> None:
    """It holds the reports as they were shared, and the masks; hidden numbers are not in it."""
    first = shared(tmp_path, full())
    kept = json.loads((tmp_path / FILE).read_bytes())
    assert set(kept) == {"clinicians", "reports"}
    assert first.suppressed > 0


def test_the_folder_holds_the_shared_report_and_nothing_else(
    practice: Path, tmp_path: Path
) -> None:
    """No name, id, row or file name of the records is in any byte; a second time the same."""
    out, workspace = tmp_path / "out", tmp_path / "ours"
    given = {"period": "2024", "workspace": workspace, "today": TODAY}
    found = api.share(practice, out=out, name="Ours", **given)  # type: ignore[arg-type]
    assert {path.name for path in out.iterdir()} == {"report.html", "review.json", "README.txt"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    clinicians = read_ledger(workspace).clinicians
    assert len(clinicians) > 1
    ids = {
        line.split(",")[0]
        for line in (practice / "patients.csv").read_text(encoding="utf-8").splitlines()[1:]
    }
    for path in out.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not any(f'"{name}"' in text or f">{name}<" in text for name in clinicians)
        assert not [id_ for id_ in ids if len(id_) > 4 and id_ in text]
        assert "patients.csv" not in text
    before = (out / "review.json").read_bytes()
    assert "cms166v5" in {one.id for one in found.indicators if one.published}
    again = api.share(practice, out=out, name="Other", **given)  # type: ignore[arg-type]
    assert (again, (out / "review.json").read_bytes()) == (found, before)


def test_a_folder_with_other_files_is_refused(practice: Path, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("indicator\n", encoding="utf-8")
    with pytest.raises(SpinewiseError, match=r"results\.csv"):
        api.share(practice, period="2024", workspace=tmp_path / "ours", out=tmp_path)
    assert not (tmp_path / "ours").exists()
