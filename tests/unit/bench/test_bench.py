"""The measurements run; nothing here says how long they may take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench import many_series
from bench.__main__ import main, take
from bench.contenders import CONTENDERS
from bench.export import TYPES, write_export
from bench.population import write_population

from spinewise.know.loader import load_package
from spinewise.records import Records

PEOPLE = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    write_population(PEOPLE, load_package(), folder)
    write_export(20, folder / "fhir")
    return folder


def test_the_review_and_the_query_by_hand_count_people_of_the_same_records(folder: Path) -> None:
    """Nobody is counted by hand who is no episode of the review."""
    by_hand = CONTENDERS["by_hand"](folder)()["rates"]["by hand"]
    rates = CONTENDERS["review"](folder)()["rates"]
    with_rules = CONTENDERS["review_and_rules"](folder)()["rates"]
    assert set(rates) < set(with_rules) == set(load_package().indicators)
    assert rates.items() < with_rules.items()
    assert 0 < by_hand[1] <= rates["red-flag-documentation"][1] < PEOPLE


def test_records_of_another_layout_are_made_anew(tmp_path: Path) -> None:
    """Those that were made as they are made now stay as they are."""
    records = tmp_path / "records"
    write_population(20, load_package(), tmp_path)
    made = (records / "extract.json").read_bytes()
    (records / "visits.parquet").write_bytes(b"as it was")
    write_population(20, load_package(), tmp_path)
    assert (records / "visits.parquet").read_bytes() == b"as it was"
    older = re.sub(rb'"digest":"[^"]*"', b'"digest":"bench-20"', made)
    (records / "extract.json").write_bytes(older)
    write_population(20, load_package(), tmp_path)
    assert (records / "visits.parquet").read_bytes() != b"as it was"
    assert (records / "extract.json").read_bytes() == made


def test_events_stand_by_kind_and_code_and_are_numbered_by_kind_and_person(folder: Path) -> None:
    """As in a snapshot of an import."""
    connection = Records.open(folder / "records").connect()
    rows = connection.execute("SELECT kind, code, event FROM events").fetchall()
    numbered = connection.execute("SELECT kind, patient, event FROM events").fetchall()
    connection.close()
    assert rows == sorted(rows)
    numbered.sort(key=lambda row: row[2])
    assert numbered == sorted(numbered)
    assert [row[2] for row in numbered] == list(range(len(numbered)))


def test_every_resource_that_is_read_bare_is_read_by_spinewise(folder: Path) -> None:
    """The three readers see the same rows, and a sound export is stored whole."""
    bare = CONTENDERS["read_bare"](folder)()["rows"]
    written = CONTENDERS["read_to_parquet"](folder)()["rows"]
    ours = CONTENDERS["read_export"](folder)()
    lines = sum(
        len((folder / "fhir" / f"{name}.ndjson").read_text(encoding="utf-8").splitlines())
        for name in TYPES
    )
    assert bare == written == ours["rows"] == lines
    assert 0 < ours["stored"] < lines  # blood tests and pulses are read and not stored


def test_a_contender_says_what_it_took(folder: Path) -> None:
    """In a process of its own, with the peak of its memory."""
    taken = take(["compile_all"], folder, 1)["compile_all"]
    assert taken.result["characters"] > 10_000
    assert taken.processor > 0
    assert taken.peak > 10_000_000


def test_an_unknown_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is written."""
    monkeypatch.setattr("sys.argv", ["bench", "--size", "huge"])
    with pytest.raises(SystemExit):
        main()


def test_charts_of_many_series_find_the_practices_that_changed() -> None:
    """One series in fifty changed half way; hardly any other is a discovery."""
    n, d = many_series.series(practices=100)
    found = many_series.work(n, d)
    assert 0 < found.discoveries <= 1.5 * len(n) / 50
    assert found.discoveries < found.runs
    assert found.discoveries < found.outside


def test_without_the_other_packages_only_ours_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(many_series, "PRACTICES", 2)
    main_statistics = ["--part", "statistics", "--rounds", "1"]
    monkeypatch.setattr("sys.argv", ["bench", *main_statistics])
    main()
    assert "other packages: not measured" in capsys.readouterr().out
