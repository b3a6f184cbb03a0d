"""The commands on a practice: what they write, for whom, and what they leave behind."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spinewise.cli import main


def spinewise(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small practice in ``export``, its review in ``out``, and the workspace ``kept``."""
    place = tmp_path_factory.mktemp("practice")
    made = spinewise(
        *["synthesize", "--patients", 200, "--seed", 5, "--out", place / "export"],
    )
    assert made.exit_code == 0, made.output
    reviewed = spinewise(
        *["review", place / "export", "--period", "2024", "--out", place / "out"],
        *["--workspace", place / "kept", "--indicators", "imaging-early,imaging-unknown"],
    )
    assert reviewed.exit_code == 0, reviewed.output
    assert "Early imaging" in reviewed.stdout
    assert str(place / "out" / "report.html") in reviewed.stdout
    return place


def test_a_review_is_written_for_its_owner_only(folder: Path) -> None:
    written = {path.name: path for path in (folder / "out").iterdir()}
    assert {"report.html", "review.json", "results.csv", "quarantine.csv"} <= set(written)
    assert {oct(path.stat().st_mode & 0o777) for path in written.values()} == {"0o600"}
    assert (folder / "out").stat().st_mode & 0o077 == 0


def test_only_the_indicators_asked_for_are_computed(folder: Path) -> None:
    review = json.loads((folder / "out" / "review.json").read_text(encoding="utf-8"))
    assert [result["id"] for result in review["indicators"]] == ["imaging-early", "imaging-unknown"]
    with (folder / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        assert {row["indicator"] for row in csv.DictReader(file)} == {
            "imaging-early",
            "imaging-unknown",
        }


def test_an_unknown_indicator_is_named_with_those_that_exist(folder: Path) -> None:
    result = spinewise(
        *["review", folder / "export", "--period", "2024", "--out", folder / "none"],
        *["--indicators", "imaging-erly"],
    )
    assert result.exit_code == 2
    assert "'imaging-erly'" in result.stderr
    assert "imaging-early" in result.stderr
    assert not (folder / "none").exists()


def test_comparing_shows_the_earlier_rate(folder: Path) -> None:
    result = spinewise(
        *["review", folder / "export", "--period", "2023", "--out", folder / "before"],
        *["--workspace", folder / "kept", "--indicators", "imaging-early"],
        *["--compare", folder / "out", "--lang", "fr"],
    )
    assert result.exit_code == 0, result.output
    review = json.loads((folder / "before" / "review.json").read_text(encoding="utf-8"))
    earlier = json.loads((folder / "out" / "review.json").read_text(encoding="utf-8"))
    assert review["indicators"][0]["previous"] == earlier["indicators"][0]["rate"]
    assert "Indicateur" in result.stdout


def test_checking_writes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    result = spinewise("check", folder / "export")
    assert result.exit_code == 0, result.output
    assert "patients" in result.stdout
    assert sorted(folder.rglob("*")) == before


def test_a_draft_of_a_mapping_is_never_written_over_a_file(folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "mapping.toml"
    first = spinewise("mapping", folder / "export", "--out", draft)
    assert first.exit_code == 0, first.output
    assert "[[table]]" in draft.read_text(encoding="utf-8")
    assert spinewise("mapping", folder / "export").stdout == draft.read_text(encoding="utf-8")
    again = spinewise("mapping", folder / "export", "--out", draft)
    assert again.exit_code == 2
    assert "File exists" in again.stderr


def test_a_person_and_then_everything_is_forgotten(folder: Path, tmp_path: Path) -> None:
    """After forgetting, a review of the same export has one person fewer."""
    kept = tmp_path / "kept"
    check = ["check", folder / "export", "--workspace", kept]

    def patients() -> int:
        shown = spinewise(*check)
        assert shown.exit_code == 0, shown.output
        found = re.search(r"(\d+) patients", shown.stdout)
        assert found is not None
        return int(found[1])

    with (folder / "export" / "patients.csv").open(encoding="utf-8", newline="") as file:
        person = next(row for row in csv.DictReader(file) if row["consent"] != "out")["patient_id"]
    before = patients()
    gone = spinewise("forget", "--workspace", kept, "--patient", person, "--yes")
    assert gone.exit_code == 0, gone.output
    assert patients() == before - 1

    asked = CliRunner().invoke(main, ["forget", "--workspace", str(kept)], input="y\n")
    assert asked.exit_code == 0, asked.output
    assert not kept.exists()


@pytest.mark.parametrize("stage", ["Reading", "Measure"])
def test_stopping_leaves_nothing_half_done(folder: Path, tmp_path: Path, stage: str) -> None:
    """Ctrl-C, in the middle of a query or between two: exit code 130 and no report."""
    command = [sys.executable, "-m", "spinewise.cli", "review", str(folder / "export")]
    with subprocess.Popen(
        [*command, "--period", "2024", "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        text=True,
        # A test may run in the background, where Ctrl-C is ignored and would be inherited so.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(stage):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert "Stopped; what was there before is unchanged." in rest
    assert process.returncode == 130
    assert not (tmp_path / "out").exists()


def test_an_unknown_person_is_an_error(folder: Path) -> None:
    result = spinewise("forget", "--workspace", folder / "kept", "--patient", "nobody", "--yes")
    assert result.exit_code == 2
    assert "nobody" in result.stderr
