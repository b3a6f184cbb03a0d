"""Ours gives the known answers of other programs, but for the listed choices."""

from __future__ import annotations

import json
from functools import cache
from math import cos, pi, sin
from pathlib import Path

import pytest
from tests.oracles.__main__ import case_files, main, run
from tests.oracles.compare import Choice, Compared, choices, compare

FOLDER = Path(__file__).parents[2] / "data" / "oracles" / "spc"
FILES = case_files(FOLDER)


def test_there_are_44_cases() -> None:
    assert len(FILES) == 44


@cache
def found_in(path: Path) -> Compared:
    return run(path, choices())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_agrees(path: Path) -> None:
    found = found_in(path)
    assert found.values > 0
    assert found.differences == []


def test_every_choice_is_needed_and_has_a_reason() -> None:
    met = {choice.reason for path in FILES for _, choice in found_in(path).meant}
    assert met == {choice.reason for choice in choices() if not choice.beyond}
    assert all(choice.reason.strip() for choice in choices())


def test_a_wrong_number_is_a_difference_and_a_choice_covers_only_its_path() -> None:
    want = {"cl": [1.0, 2.0], "n": 3, "signal": True}
    got = {"cl": [1.0, 2.0000001], "n": 3, "signal": 1}
    found = compare("a", want, got, [Choice("a", ["signal"], "why")])
    assert [difference.path for difference in found.differences] == ["cl[1]"]
    assert [difference.path for difference, _ in found.meant] == ["signal"]
    assert compare("a", want, {"n": 3}, []).values == 1


def test_the_runner_prints_the_difference_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = json.loads((FOLDER / "qic-i-two.json").read_text())
    (tmp_path / "right.json").write_text(json.dumps(case))
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 cases agree"
    case["expected"]["points"]["cl"][0] = 12
    (tmp_path / "wrong.json").write_text(json.dumps(case))
    assert main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "wrong: points.cl[0]: expected 12, found 11.5" in lines
    assert lines[-1] == "1 of 2 cases agree"
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty")]) == 2


def test_input_that_an_oracle_refuses_is_refused(tmp_path: Path) -> None:
    case = json.loads((FOLDER / "qic-t-freeze.json").read_text())
    case["input"]["y"][3] = 0
    case["expected"] = {"error": "zero"}
    path = tmp_path / "t.json"
    path.write_text(json.dumps(case))
    assert run(path, []).differences == []
    case["input"]["y"][3] = 1
    path.write_text(json.dumps(case))
    assert run(path, []).differences


def test_a_season_and_months_left_out_are_evaluated(tmp_path: Path) -> None:
    """The season is coded as the oracle codes it; here the answers are those of one with none."""
    case = json.loads((FOLDER / "its-iid.json").read_text())
    case["expected"] = {"ols": {"term": [*case["expected"]["ols"]["term"], "sin1", "cos1"]}}
    months = [month for month in range(1, 73) if month not in (37, 38)]
    columns = [[sin(pi * month / 6) for month in months], [cos(pi * month / 6) for month in months]]
    case["expected"]["design"] = dict(zip(("sin1", "cos1"), columns, strict=True))
    case["input"] |= {"dropped_index": [37, 38], "season": "harmonic"}
    case["input"]["y"] = [20 + 0.5 * k - 3 * (k >= 37) + 2 * sin(pi * k / 6) for k in range(1, 73)]
    case["expected"]["ols"]["estimate"] = [20, 0.5, -3, 0, 2, 0]
    path = tmp_path / "its.json"
    path.write_text(json.dumps(case))
    assert run(path, []).differences == []


def test_a_case_that_cannot_be_evaluated_is_a_difference_and_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = json.loads((FOLDER / "qic-i-two.json").read_text())
    (tmp_path / "a.json").write_text(json.dumps(case))
    del case["input"]["chart"]
    (tmp_path / "b.json").write_text(json.dumps(case))
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 cases agree"
