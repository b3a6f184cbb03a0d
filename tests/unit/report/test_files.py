"""The folder of a review: for its owner only, whole or as it was, and it says what it holds."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report import files
from spinewise.report.files import QUARANTINE_COLUMNS, RESULTS_COLUMNS, ReportError, write_report
from spinewise.review.result import Review

NAMES = ["report.html", "review.json", "results.csv", "quarantine.csv", "README.txt"]


@pytest.fixture(scope="module")
def small(review: Review) -> Review:
    """Without charts, to be quick."""
    return msgspec.structs.replace(review, indicators=review.indicators[-1:], areas=[])


@pytest.fixture
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The two CSV files as they are made elsewhere, open to everybody."""
    folder = tmp_path_factory.mktemp("made")
    made = {"results": folder / "one.csv", "quarantine": folder / "two.csv"}
    columns = {"results": RESULTS_COLUMNS, "quarantine": QUARANTINE_COLUMNS}
    for name, path in made.items():
        path.write_bytes((",".join(columns[name]) + '\n"é,\n",b\n').encode())
        path.chmod(0o644)
    return made


def write(
    review: Review,
    package: Package,
    out: Path,
    tables: dict[str, Path],
    code: LanguageCode = "en",
) -> list[Path]:
    return write_report(
        review,
        package,
        out,
        code,
        results=tables["results"],
        quarantine=tables["quarantine"],
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_all_files_are_written_for_the_owner_only(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    before = os.umask(0)
    try:
        out = tmp_path / "a" / "review"
        written = write(small, package, out, tables)
    finally:
        os.umask(before)
    assert [path.name for path in written] == NAMES
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    assert mode(out) == 0o700
    for path in written:
        assert mode(path) == 0o600


def test_tables_are_copied_byte_for_byte(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    write(small, package, tmp_path, tables)
    for name, made in tables.items():
        assert (tmp_path / f"{name}.csv").read_bytes() == made.read_bytes()


def test_every_file_says_what_it_holds(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    """CSV files cannot carry a remark: the README beside them does."""
    write(small, package, tmp_path, tables, "fr")
    for name in ("report.html", "README.txt"):
        assert small.notice.fr in (tmp_path / name).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "review.json").read_text())["notice"]["fr"] == small.notice.fr
    readme = (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert readme.startswith("CONFIDENTIEL")
    for name in NAMES[:-1]:
        assert name in readme


def test_a_run_that_fails_leaves_the_folder_as_it_was(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    write(small, package, tmp_path, tables)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    other = msgspec.structs.replace(small, practice="Another")
    gone = {**tables, "quarantine": tmp_path / "gone.csv"}
    with pytest.raises(ReportError) as raised:
        write(other, package, tmp_path, gone)
    assert raised.value.where == str(tmp_path / "gone.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_earlier_files_are_replaced_and_closed_to_others(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.html").chmod(0o644)
    (tmp_path / "mine.txt").write_text("kept")
    write(small, package, tmp_path, tables)
    assert "old" not in (tmp_path / "report.html").read_text()[:10]
    assert mode(tmp_path / "report.html") == 0o600
    assert (tmp_path / "mine.txt").read_text() == "kept"


def test_a_place_that_cannot_be_written_is_a_mistake_that_names_it(
    small: Review, package: Package, tmp_path: Path, tables: dict[str, Path]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(ReportError) as raised:
        write(small, package, taken, tables)
    assert raised.value.where == str(taken)
    assert raised.value.hint


def test_the_json_is_indented_and_ends_with_a_line(small: Review) -> None:
    text = files.as_json(small)
    assert text.startswith("{\n  ")
    assert text.endswith("}\n")
