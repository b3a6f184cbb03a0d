"""A new package is complete from its first minute: it passes the check and reviews a practice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import spinewise
from spinewise.cli import main
from spinewise.errors import PackageError
from spinewise.know.schema import file_name, schemas

TODAY = date(2027, 3, 4)
TOPIC = 'Imagerie pour « l\'épaule », "simple"'


def test_a_new_package_has_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "package"
    spinewise.new_package(folder, topic="Shoulder pain", topic_fr=TOPIC, author="A", today=TODAY)
    assert spinewise.check_package(folder, today=TODAY).faults == []
    package = spinewise.load_package(folder)
    assert package.file.id == "shoulder-pain"
    assert (package.file.title.en, package.file.title.fr) == ("Shoulder pain", TOPIC)
    assert {one.author for one in package.indicators.values()} == {"A"}
    assert {one.reviewed for one in package.indicators.values()} == {TODAY}


def test_a_new_package_reviews_the_practice_at_once(tmp_path: Path, practice: Path) -> None:
    """With cases on both sides of its definition, and a report that names its topic."""
    spinewise.new_package(tmp_path / "package", topic="Our topic", today=TODAY)
    review = spinewise.review(
        practice,
        period="2024",
        package=tmp_path / "package",
        today=date(2025, 7, 1),
        out=tmp_path / "out",
    )
    rate = review["early-imaging"].rate
    assert rate.state == "computable"
    assert 0 < rate.n < rate.d
    assert "Our topic" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_each_file_names_a_schema_that_is_there(tmp_path: Path) -> None:
    spinewise.new_package(tmp_path, topic="Our topic", today=TODAY)
    written = {path.name for path in (tmp_path / "schema").iterdir()}
    assert written == {file_name(name) for name in schemas()}
    for path in [*tmp_path.glob("*.toml"), *tmp_path.glob("indicators/*.toml")]:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert (path.parent / first.removeprefix("#:schema ")).is_file()


def test_words_without_french_are_said(tmp_path: Path) -> None:
    spinewise.new_package(tmp_path, topic="A topic of four words", today=TODAY)
    faults = spinewise.check_package(tmp_path, today=TODAY).faults
    assert [fault.rule for fault in faults] == ["french-missing"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PackageError, match="holds something already"):
        spinewise.new_package(tmp_path, topic="Our topic", today=TODAY)
    with pytest.raises(PackageError, match="the topic is '!'"):
        spinewise.new_package(tmp_path / "new", topic="!", today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_names_what_it_wrote(tmp_path: Path) -> None:
    words = ["package", "new", str(tmp_path / "new"), "--topic", "Our topic"]
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 0
    assert "package.toml" in run.stdout
    assert "early-imaging.toml" in run.stdout
