"""The folder of a review: for its owner only, whole or as it was, and it says what it holds."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from spinewise.know.package import Package
from spinewise.report import files
from spinewise.report.files import (
    QUARANTINE_COLUMNS,
    RESULTS_COLUMNS,
    ReportError,
    write_report,
)
from spinewise.review.result import Review

NAMES = ["report.html", "review.json", "results.csv", "quarantine.csv", "README.txt"]
ROW = (
    "imaging-early",
    "episode",
    "v1",
    'p,"1',
    "2024-05-06",
    None,
    1,
    0,
    None,
    "unknown",
    "absent",
)
BAD = ("events.csv", 12, "start", "31/02/2024", "no such day", "write another", "a\nb,c")


@pytest.fixture(scope="module")
def small(review: Review) -> Review:
    """Without charts, to be quick."""
    return msgspec.structs.replace(review, indicators=review.indicators[-1:], areas=[])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_all_files_are_written_for_the_owner_only(
    small: Review, package: Package, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        out = tmp_path / "a" / "review"
        written = write_report(small, package, out, results=[ROW], quarantine=[BAD])
    finally:
        os.umask(before)
    assert [path.name for path in written] == NAMES
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    assert mode(out) == 0o700
    for path in written:
        assert mode(path) == 0o600


def test_tables_keep_every_cell(small: Review, package: Package, tmp_path: Path) -> None:
    write_report(small, package, tmp_path, results=iter([ROW]), quarantine=[BAD])
    with (tmp_path / "results.csv").open(newline="") as file:
        header, row = csv.reader(file)
    assert tuple(header) == RESULTS_COLUMNS
    assert row == ["" if cell is None else str(cell) for cell in ROW]
    with (tmp_path / "quarantine.csv").open(newline="") as file:
        header, row = csv.reader(file)
    assert tuple(header) == QUARANTINE_COLUMNS
    assert row == [str(cell) for cell in BAD]


def test_a_table_that_is_a_file_already_is_copied_and_not_left_open_to_others(
    small: Review, package: Package, tmp_path: Path
) -> None:
    source = tmp_path / "made.csv"
    source.write_bytes(b"indicator\nimaging-early\n")
    source.chmod(0o644)
    out = tmp_path / "out"
    write_report(small, package, out, results=source, quarantine=[])
    assert (out / "results.csv").read_bytes() == source.read_bytes()
    assert mode(out / "results.csv") == 0o600


def test_every_file_says_what_it_holds(small: Review, package: Package, tmp_path: Path) -> None:
    """CSV files cannot carry a remark: the README beside them does."""
    write_report(small, package, tmp_path, "fr", results=[], quarantine=[])
    for name in ("report.html", "README.txt"):
        assert small.notice.fr in (tmp_path / name).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "review.json").read_text())["notice"]["fr"] == small.notice.fr
    readme = (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert readme.startswith("CONFIDENTIEL")
    for name in NAMES[:-1]:
        assert name in readme


def test_a_run_that_fails_leaves_the_folder_as_it_was(
    small: Review, package: Package, tmp_path: Path
) -> None:
    write_report(small, package, tmp_path, results=[ROW], quarantine=[])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken() -> Iterator[tuple[str, ...]]:
        yield ("half",)
        raise RuntimeError("the source is gone")

    other = msgspec.structs.replace(small, practice="Another")
    with pytest.raises(RuntimeError, match="gone"):
        write_report(other, package, tmp_path, results=broken(), quarantine=[])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_earlier_files_are_replaced_and_closed_to_others(
    small: Review, package: Package, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.html").chmod(0o644)
    (tmp_path / "mine.txt").write_text("kept")
    write_report(small, package, tmp_path, results=[], quarantine=[])
    assert "old" not in (tmp_path / "report.html").read_text()[:10]
    assert mode(tmp_path / "report.html") == 0o600
    assert (tmp_path / "mine.txt").read_text() == "kept"


def test_a_place_that_cannot_be_written_is_a_mistake_that_names_it(
    small: Review, package: Package, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(ReportError) as raised:
        write_report(small, package, taken, results=[], quarantine=[])
    assert raised.value.where == str(taken)
    assert raised.value.hint


def test_the_json_is_indented_and_ends_with_a_line(small: Review) -> None:
    text = files.as_json(small)
    assert text.startswith("{\n  ")
    assert text.endswith("}\n")
