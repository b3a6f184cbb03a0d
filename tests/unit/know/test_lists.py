"""Which rows of a list count: by status, in a verified-only run, and in a practice's own lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinewise.errors import PackageError
from spinewise.know.loader import load_package

HEAD = "system,code,display,status,source,confidence\n"


def codes(folder: Path, concept: str, **options: object) -> set[str]:
    package = load_package(folder, **options)  # type: ignore[arg-type]
    return {row.code for row in package.concepts[concept].rows}


def test_check_rows_are_off_and_proposed_rows_are_on(folder: Path) -> None:
    package = load_package(folder)
    concept = package.concepts["headache"]
    assert {row.code for row in concept.rows} == {"R51", "G44.2"}
    assert {row.code for row in concept.off} == {"N01"}
    assert package.matcher.resolve([(1, "ICPC-2", "N01")]) == []


def test_a_verified_only_run_leaves_proposed_rows_out(folder: Path) -> None:
    assert codes(folder, "headache", verified_only=True) == {"R51"}
    package = load_package(folder, verified_only=True)
    assert package.verified_only
    assert package.concepts["tension-headache"].empty


def test_a_practices_list_replaces_the_list_of_its_name(folder: Path, tmp_path: Path) -> None:
    """All of its rows count, whatever their status, and none is called proposed."""
    own = tmp_path / "own"
    own.mkdir()
    rows = "LOCAL,H1,ours,check,us,memory\nICD-10-CM,G44.209,ours,anything,us,memory\n"
    (own / "headache.csv").write_text(HEAD + rows, encoding="utf-8")
    (own / "README.md").write_text("not a list", encoding="utf-8")
    package = load_package(folder, value_sets=own, verified_only=True)
    concept = package.concepts["headache"]
    assert concept.origin == "value sets"
    assert {row.code for row in concept.rows} == {"H1", "G44.209"}
    assert package.matcher.resolve([(1, "LOCAL", "H1"), (2, "ICD-10-WHO", "R51")]) == [
        (1, "headache", False)
    ]
    # What is derived from it follows, and the other lists stay.
    assert {row.code for row in package.concepts["tension-headache"].rows} == {"G44.209"}
    assert package.concepts["head-ct"].origin == "package"


def test_a_practices_list_may_stand_for_a_derived_concept(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "tension-headache.csv").write_text(HEAD + "LOCAL,T,ours,,us,\n", encoding="utf-8")
    assert codes(folder, "tension-headache", value_sets=own) == {"T"}


def test_an_empty_list_loads(folder: Path, tmp_path: Path) -> None:
    """What needs it is then not computable, which the review says."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "headache.csv").write_text(HEAD, encoding="utf-8")
    assert load_package(folder, value_sets=own).concepts["headache"].empty


def test_a_list_of_no_known_name_is_an_error(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "headaches.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(PackageError, match="name of no list") as caught:
        load_package(folder, value_sets=own)
    assert 'did you mean "headache"?' in caught.value.hint
    assert "headaches.csv" in caught.value.where


def test_digests_say_what_was_read(folder: Path, tmp_path: Path) -> None:
    """The same files give the same digest; any other byte, another."""
    own = tmp_path / "own"
    own.mkdir()
    before = load_package(folder)
    assert before.digest == load_package(folder).digest
    assert before.value_sets == "package"
    (own / "headache.csv").write_text(HEAD, encoding="utf-8")
    given = load_package(folder, value_sets=own)
    assert given.digest == before.digest
    assert len(given.value_sets) == 64
    path = folder / "episode.toml"
    path.write_text(path.read_text("utf-8").replace("= 18", "= 19"), encoding="utf-8")
    assert load_package(folder).digest != before.digest


def test_a_list_with_a_byte_order_mark_is_read(folder: Path) -> None:
    """Spreadsheets write one."""
    path = folder / "concepts" / "headache.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "R51" in codes(folder, "headache")
