"""``spinewise export fhir``: what it writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from spinewise.cli import main

PRACTICE = Path(__file__).parents[2] / "examples" / "practice"


def test_definitions_alone(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "fhir", "cms166v5", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "cql" / "Cms166v5.cql").read_text().startswith("// No image within 28 days")
    bundle = json.loads((tmp_path / "definitions.json").read_text())
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {
        "Measure", "Library", "ValueSet",
    }  # fmt: skip


def test_with_records(tmp_path: Path) -> None:
    """Reports of the three kinds, and the records that the library reads, for the owner only."""
    command = ["export", "fhir", "imaging-early", "--from", str(PRACTICE), "--period", "2024"]
    done = CliRunner().invoke(main, [*command, "--records", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    written = {path.name for path in (tmp_path / "reports").iterdir()}
    assert written == {
        "imaging-early-individual.ndjson",
        "imaging-early-subject-list.json",
        "imaging-early-summary.json",
    }
    records = tmp_path / "records.ndjson"
    assert records.stat().st_mode & 0o077 == 0
    first = json.loads(records.read_text(encoding="utf-8").split("\n", 1)[0])
    assert first["entry"][0]["resource"]["resourceType"] == "Patient"


def test_what_cannot_be_said_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "fhir", "quality-of-life", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "the term 'change' cannot be said in the exported CQL" in done.output
    assert "indicators/quality-of-life.toml" in done.output


def test_records_need_a_period(tmp_path: Path) -> None:
    command = ["export", "fhir", "imaging-early", "--from", str(PRACTICE), "--out", str(tmp_path)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert "records were given without a period" in done.output
