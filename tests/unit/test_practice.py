"""A practice's file changes as it is asked to, with a history, and never by halves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import spinewise
from spinewise.cli import main
from spinewise.errors import SpinewiseError
from spinewise.know.history import read_history
from spinewise.know.loader import load_package, read_practice
from spinewise.know.overlay import tailored
from spinewise.know.package import Package

DAY = date(2026, 11, 30)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "practice.toml"


@pytest.fixture(scope="module")
def package() -> Package:
    return load_package()


def tailor(file: Path, **values: str) -> list[str]:
    named = {key.replace("__", ".").replace("_", "-"): value for key, value in values.items()}
    made = spinewise.tailor(file, named, who="A. Lead", why="agreed", today=DAY)
    return [one.effect.en for one in made]


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("imaging-early.window", "0..28", [0, 28]),
        ("imaging-early.window", "28", [0, 28]),
        ("episode.washout", "-365", [-365, -1]),
        ("episode.washout", "-365..-1", [-365, -1]),
        ("imaging-early.target", "20%", 0.2),
        ("imaging-early.target", "0.2", 0.2),
        ("episode.minimum-age", "18", 18),
        ("F1.look-back", "ever", "ever"),
        ("episode.settings", "office, virtual", ["office", "virtual"]),
        ("imaging-early.modalities", "mri", ["mri"]),
        ("opioid-start.on", "off", False),
        ("T4.strength", "context", "context"),
        ("imaging-early.name.en", "Early images", "Early images"),
    ],
)
def test_a_value_is_written_as_it_was_meant(
    file: Path, key: str, typed: str, value: object
) -> None:
    spinewise.tailor(file, {key: typed}, who="A", why="b", today=DAY)
    assert read_practice(file).values == {key: value}


def test_an_effect_is_said_and_the_history_kept(file: Path, package: Package) -> None:
    (said,) = tailor(file, imaging_early__window="0..28")
    assert said.startswith("An image ordered on days 0 to 28")
    tailor(file, imaging_early__window="0..30", episode__minimum_age="18")
    entries = read_history(file)
    assert [(one.id, one.before, one.after) for one in entries] == [
        ("imaging-early.window", "package", "[0, 28]"),
        ("imaging-early.window", "[0, 28]", "[0, 30]"),
        ("episode.minimum-age", "package", "18"),
    ]
    assert {(one.on, one.who, one.why) for one in entries} == {(DAY, "A. Lead", "agreed")}
    assert entries[-1].overlay == tailored(package, read_practice(file)).package.overlay


def test_a_change_is_undone_by_another(file: Path) -> None:
    tailor(file, imaging_early__window="0..28", T4__strength="context")
    assert tailor(file, imaging_early__window="default") == []
    assert read_practice(file).values == {"T4.strength": "context"}
    assert "[imaging-early]" not in file.read_text(encoding="utf-8")
    assert read_history(file)[-1].after == "package"


def test_what_a_person_wrote_stays(file: Path) -> None:
    file.write_text(
        '# ours\npractice = "Lakeside"  # since 2020\n\n[imaging-early]\n# agreed in June\n'
        "window = [0, 30] # days\n",
        encoding="utf-8",
    )
    tailor(file, imaging_early__window="0..28", episode__minimum_age="18")
    text = file.read_text(encoding="utf-8")
    for kept in ("# ours", "# since 2020", "# agreed in June", "window = [0, 28] # days"):
        assert kept in text


def test_codes_are_added_and_taken_back(file: Path) -> None:
    code = ("lbp-diagnosis-core", "LOCAL", "BP1")
    gone = ("lbp-diagnosis-core", "ICD-10-CM", "M54.5*")
    spinewise.tailor(file, who="A", why="b", add_codes=[code], remove_codes=[gone], today=DAY)
    change = read_practice(file).codes["lbp-diagnosis-core"]
    assert [(one.system, one.code) for one in change.add] == [("LOCAL", "BP1")]
    assert change.remove == ["ICD-10-CM|M54.5*"]
    spinewise.tailor(file, who="A", why="b", remove_codes=[code], add_codes=[gone], today=DAY)
    assert read_practice(file).codes == {}


def test_an_own_indicator_begins_as_a_copy(file: Path, package: Package) -> None:
    spinewise.tailor(file, who="A", why="b", copy=("imaging-early", "mri-early"), today=DAY)
    made = tailored(package, read_practice(file)).package
    copy, source = made.indicators["mri-early"], package.indicators["imaging-early"]
    assert (copy.numerator, copy.population) == (source.numerator, source.population)
    assert "change its words" in file.read_text(encoding="utf-8")


def test_what_was_written_by_hand_is_put_into_the_history(file: Path, package: Package) -> None:
    tailor(file, imaging_early__window="0..28")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[0, 28]", "[0, 30]"), encoding="utf-8")
    spinewise.tailor(file, who="A. Lead", why="typed", by_hand=True, today=DAY)
    last = read_history(file)[-1]
    assert (last.id, last.why) == ("by-hand", "typed")
    assert last.overlay == tailored(package, read_practice(file)).package.overlay


REFUSED = {
    "out of bounds": (
        {"imaging-early.window": "0..200"},
        "imaging-early.window cannot be '0..200': the package allows [first, last]",
    ),
    "no number": ({"episode.minimum-age": "old"}, "a whole number from 16 to 65"),
    "unknown": ({"imaging-erly.window": "0..28"}, "nothing that this package lets"),
    "an end too few": ({"quality-of-life.follow-up": "28"}, "cannot be '28'"),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(file: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(SpinewiseError) as caught:
        spinewise.tailor(file, {"episode.washout": "-90", **values}, who="A", why="b", today=DAY)
    assert message in caught.value.message
    assert caught.value.hint
    assert not file.exists()
    assert read_history(file) == []


@pytest.mark.parametrize(("who", "why"), [("", "b"), ("A", " ")])
def test_author_and_reason_are_needed(file: Path, who: str, why: str) -> None:
    with pytest.raises(SpinewiseError, match="is missing"):
        spinewise.tailor(file, {"episode.minimum-age": "18"}, who=who, why=why, today=DAY)


def test_only_an_indicator_of_the_package_can_be_copied(file: Path) -> None:
    with pytest.raises(SpinewiseError, match="no indicator of the package's own"):
        spinewise.tailor(file, who="A", why="b", copy=("hedis-lbp-my2025", "x"), today=DAY)


def test_the_command_shows_changes_and_remembers(file: Path) -> None:
    def spoken(*words: str) -> str:
        done = CliRunner().invoke(main, ["tailor", "--practice", str(file), *words])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    assert "[first, last] with a first day of 0" in spoken("imaging-early.window")
    said = spoken(
        *("imaging-early.window=28", "--who", "A. Lead", "--why", "agreed"),
        *("--today", "2026-11-30", "--lang", "fr"),
    )
    assert "0 à 42 → 0 à 28" in said
    assert "compte comme précoce" in said
    assert "0 to 28 *" in spoken("imaging-early.window")
    assert "November 30, 2026, A. Lead" in spoken("--history")
    assert "lbp-diagnosis-core" in spoken("--codes")
    done = CliRunner().invoke(main, ["tailor", "nothing-of-this-name"])
    assert done.exit_code == 2
    assert "spinewise tailor" in done.output
