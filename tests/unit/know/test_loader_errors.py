"""Every mistake in a package is said with its file, key and value, and how to mend it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from spinewise.errors import PackageError
from spinewise.know.check import check_package
from spinewise.know.loader import load_package
from spinewise.know.model import Reason


class Mistake(NamedTuple):
    """``new`` in place of ``old`` in ``file``, and what the error must hold."""

    file: str
    old: str
    new: str
    where: str
    message: str
    hint: str


INDICATOR = "indicators/head-imaging.toml"

MISTAKES = {
    "not TOML": Mistake(
        "package.toml", 'id = "headache"', "id = headache", "package.toml", "line 3", "quotes"
    ),
    "unknown key": Mistake(
        "red_flags.toml",
        "look_back = 7",
        "lookback = 7",
        "red_flags.toml, finding[B1].lookback",
        "'lookback' is not a key of this table (its value is 7)",
        'did you mean "look_back"?',
    ),
    "unknown key of a term": Mistake(
        INDICATOR,
        'is = "imaged"',
        'is = "imaged"\nmodality = ["ct"]',
        "numerator.modality",
        "modality",
        'did you mean "modalities"?',
    ),
    "missing key": Mistake(
        "episode.toml",
        "minimum_age = 18\n",
        "",
        "episode.toml, index",
        "'minimum_age' is missing",
        "Add minimum_age",
    ),
    "one language only": Mistake(
        "change_ideas.toml",
        'name = { en = "A diary", fr = "Un journal" }',
        'name = { en = "A diary" }',
        "change_ideas.toml, idea[diary].name",
        "'fr' is missing",
        "Add fr",
    ),
    "empty words": Mistake(
        "change_ideas.toml",
        'fr = "Un journal"',
        'fr = ""',
        "idea[diary].name.fr",
        '""',
        "some text",
    ),
    "another kind of value": Mistake(
        "episode.toml",
        "minimum_age = 18",
        'minimum_age = "18"',
        "episode.toml, index.minimum_age",
        '"18"',
        "a whole number",
    ),
    "a word that is none of the list": Mistake(
        "red_flags.toml",
        'strength = "sufficient"',
        'strength = "suficient"',
        "red_flags.toml, finding[B1].strength",
        '"suficient"',
        'did you mean "sufficient"?',
    ),
    "an unknown term": Mistake(
        INDICATOR, 'is = "imaged"', 'is = "image"', "numerator.is", '"image"', '"imaged"'
    ),
    "a window of one day": Mistake(
        INDICATOR, "window = [0, 14]", "window = [0]", "window", "[0]", "two values, [from, to]"
    ),
    "a word in a window": Mistake(
        "episode.toml", '["ever", -91]', '["never", -91]', "days[1]", '"never"', "ever"
    ),
    "a row without sources": Mistake(
        "red_flags.toml",
        'look_back = 7\nsources = ["authors"]',
        "look_back = 7\nsources = []",
        "finding[B1].sources",
        "[]",
        "a list of one or more",
    ),
    "a bad id": Mistake(
        "package.toml", 'id = "headache"', 'id = "Head Ache"', "id", '"Head Ache"', "hyphens"
    ),
    "a bad derived concept": Mistake(
        "concepts.toml",
        'why = "One kind of it."',
        "why = 3",
        "derived.tension-headache.why",
        "3",
        "text in quotes",
    ),
    "an unknown edition": Mistake(
        "package.toml", 'edition = "1"', 'edition = "2"', "package.toml, edition", "'2'", "Known: 1"
    ),
    "an unknown source": Mistake(
        "red_flags.toml",
        'look_back = 7\nsources = ["authors"]',
        'look_back = 7\nsources = ["author"]',
        "finding[B1].sources",
        "'author'",
        'did you mean "authors"?',
    ),
    "an unknown concept": Mistake(
        "episode.toml",
        'diagnosis = ["headache"]',
        'diagnosis = ["headaches"]',
        "episode.toml, index.diagnosis",
        "'headaches'",
        'did you mean "headache"?',
    ),
    "an unknown concept in a term": Mistake(
        "episode.toml",
        'concepts = ["tension-headache"]',
        'concepts = ["tension"]',
        "exclusion[known].when.concepts",
        "'tension'",
        "concepts.toml",
    ),
    "an unknown family": Mistake(
        "red_flags.toml",
        'family = "pressure"',
        'family = "presure"',
        "finding[P1].family",
        "'presure'",
        'did you mean "pressure"?',
    ),
    "an unknown finding": Mistake(
        "red_flags.toml",
        'all_of = ["B1", "P1"]',
        'all_of = ["B1", "P2"]',
        "combination[both].all_of",
        "'P2'",
        "B1, P1",
    ),
    "context in a combination": Mistake(
        "red_flags.toml",
        'strength = "supporting"',
        'strength = "context"',
        "combination[both].all_of",
        "'P1' is context",
        "supporting",
    ),
    "more wanted than there are": Mistake(
        "red_flags.toml",
        'all_of = ["B1", "P1"]',
        'all_of = ["B1"]\nalso_any = ["P1"]\nalso_at_least = 2',
        "combination[both].also_at_least",
        "also_at_least is 2, of 1",
        "from 1 to 1",
    ),
    "current codes without an emergency": Mistake(
        "red_flags.toml",
        'strength = "supporting"',
        'strength = "supporting"\ncurrent_codes = ["headache"]',
        "finding[P1].current_codes",
        "no emergency",
        'urgency = "emergency"',
    ),
    "a needed family without findings": Mistake(
        "red_flags.toml",
        'family = "pressure"',
        'family = "bleeding"',
        "family[pressure]",
        "has no finding",
        "needed = false",
    ),
    "the same id twice": Mistake(
        "red_flags.toml", 'id = "P1"', 'id = "B1"', "red_flags.toml, finding", "'B1'", "its own id"
    ),
    "the same idea twice": Mistake(
        "change_ideas.toml",
        "[[idea]]",
        '[[idea]]\nid = "diary"\nname = { en = "a", fr = "b" }\nwhat = { en = "a", fr = "b" }\n'
        'mechanism = { en = "a", fr = "b" }\nfirst_step = { en = "a", fr = "b" }\neffort = "low"\n'
        'effect = { en = "a", fr = "b" }\ngrade = "none"\nsources = ["authors"]\n'
        'confidence = "D"\n[[idea]]',
        "change_ideas.toml, idea",
        "'diary'",
        "its own id",
    ),
    "a window that runs backwards": Mistake(
        "episode.toml",
        "washout = [-90, -1]",
        "washout = [-1, -90]",
        "episode.toml, index.washout",
        "[-1, -90]",
        "Write [-90, -1]",
    ),
    "a term's window that runs backwards": Mistake(
        INDICATOR,
        "days = [0, 14]\n\n[[",
        "days = [14, 0]\n\n[[",
        "imaged.days",
        "[14, 0]",
        "[0, 14]",
    ),
    "a pattern that is none": Mistake(
        "concepts.toml", "ICD-10-CM|G44.2*", "G44.2*", "only", "'G44.2*'", "SYSTEM|CODE"
    ),
    "a region pattern that is none": Mistake(
        "imaging.toml", "OHIP-FEE|X4*", "OHIP-FEE|X*4", "level_unknown", "'OHIP-FEE|X*4'", "SYSTEM"
    ),
    "a bad regular expression": Mistake(
        "imaging.toml", r"'\bhead\b'", r"'(head'", "text_says_region", "'(head'", "Mend"
    ),
    "an unknown list of a derived concept": Mistake(
        "concepts.toml",
        'from = ["headache"]',
        'from = ["headach"]',
        "derived.tension-headache, from",
        "'headach'",
        'did you mean "headache"?',
    ),
    "a derived concept with the name of a list": Mistake(
        "concepts.toml",
        "[derived.tension-headache]",
        "[derived.headache]",
        "derived.headache",
        "concepts/headache.csv",
        "another name",
    ),
    "an unknown idea": Mistake(
        INDICATOR, '["diary"]', '["dairy"]', "change_ideas", "'dairy'", 'did you mean "diary"?'
    ),
    "an unknown resource": Mistake(
        INDICATOR, '["sheet"]', '["shet"]', "resources", "'shet'", 'did you mean "sheet"?'
    ),
    "an unknown placeholder": Mistake(
        INDICATOR, '({rate}).",', '({rat}).",', "headline.en", "{rat}", 'did you mean "rate"?'
    ),
    "a placeholder in one language": Mistake(
        INDICATOR, "sur {d} ({rate})", "sur {d}", "headline.fr", "{rate}", "both languages"
    ),
    "a need left out": Mistake(
        INDICATOR,
        'needs = [{ domain = "imaging", days = [0, 14] }]',
        "needs = []",
        "numerator, imaged",
        "reads imaging",
        '{ domain = "imaging", days = [0, 14] }',
    ),
    "a need too narrow": Mistake(
        INDICATOR,
        'needs = [{ domain = "imaging", days = [0, 14] }]',
        'needs = [{ domain = "imaging", days = [0, 13] }]',
        "numerator, imaged",
        "[0, 13]",
        "Widen",
    ),
    "a term of another unit": Mistake(
        INDICATOR,
        'is = "imaged"\ndays = [0, 14]',
        'is = "verdict"\nverdict = "indicated"',
        "numerator",
        "'verdict' speaks of an image",
        'unit = "image"',
    ),
    "a need that stands twice": Mistake(
        INDICATOR,
        "days = [0, 14] }]",
        'days = [0, 14] }, { domain = "imaging", days = [-9, 0] }]',
        "needs",
        "'imaging' stands twice",
        "",
    ),
    "a term that no exclusion can ask": Mistake(
        "episode.toml",
        'is = "evidence", concepts = ["tension-headache"], days = ["ever", -91]',
        'is = "verdict", verdict = "indicated"',
        "episode.toml, exclusion[known].when",
        "'verdict' is no term of an exclusion",
        "Use evidence",
    ),
    "an answer that is asked about its episode": Mistake(
        INDICATOR,
        'unit = "episode"',
        'unit = "answer"',
        "population",
        "the unit is an answer, and the numerator is 'imaged'",
        "answer-is",
    ),
    "an unknown item": Mistake(
        INDICATOR,
        'is = "imaged"\n',
        'is = "answered"\nitem = "releif"\n',
        "answered.item",
        "'releif'",
        'did you mean "relief"?',
    ),
    "an unknown combination": Mistake(
        INDICATOR,
        'state = "present"',
        'state = "combination", id = "bth"',
        "red-flag.id",
        "'bth'",
        'did you mean "both"?',
    ),
    "an id that is not the file's name": Mistake(
        INDICATOR, 'id = "head-imaging"', 'id = "head"', "id", "'head'", "head.toml"
    ),
    "a label of no value": Mistake(
        "instruments.toml",
        'values = ["yes", "no"]',
        'values = ["yes", "no"]\nlabels.maybe = { en = "a", fr = "b" }',
        "item[relief].labels",
        "'maybe'",
        "yes, no",
    ),
    "columns of a list": Mistake(
        "concepts/head-ct.csv",
        "system,code,display",
        "system,codes,display",
        "concepts/head-ct.csv, line 1",
        "system, codes, display",
        "system, code, display",
    ),
    "a line too short": Mistake(
        "concepts/head-ct.csv",
        "OHIP-FEE,X188,CT of the head,proposed,example,memory",
        "OHIP-FEE,X188,CT of the head,proposed",
        "concepts/head-ct.csv, line 3",
        "4 values",
        "6 values",
    ),
    "a status of no list": Mistake(
        "concepts/head-ct.csv",
        "proposed",
        "propsed",
        "concepts/head-ct.csv, line 3, status",
        "'propsed'",
        'did you mean "proposed"?',
    ),
    "no code": Mistake(
        "concepts/head-ct.csv",
        "CPT,70450",
        "CPT, ",
        "concepts/head-ct.csv, line 2, code",
        "' '",
        "Write the code",
    ),
    "a quote left open": Mistake(
        "concepts/head-ct.csv",
        "CPT,70450,CT of the head",
        'CPT,70450,"CT" of the head',
        "concepts/head-ct.csv, line 2",
        "not well-formed CSV",
        "quotes",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_mend(folder: Path, mistake: Mistake) -> None:
    """The error's place, message and hint name file and key, the value, and what to write."""
    path = folder / mistake.file
    text = path.read_text(encoding="utf-8")
    assert mistake.old in text
    path.write_text(text.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    error = caught.value
    assert error.where.startswith(mistake.file.split(",")[0])
    assert mistake.where in error.where
    assert mistake.message in error.message
    assert mistake.hint in error.hint


@pytest.mark.parametrize(
    ("remove", "message", "hint"),
    [
        ("red_flags.toml", "red_flags.toml is missing", "imaging.toml"),
        ("concepts", "there is no concepts/*.csv", "Add a file"),
        ("indicators", "there is no indicators/*.toml", "Add a file"),
    ],
)
def test_a_missing_file_is_named(folder: Path, remove: str, message: str, hint: str) -> None:
    path = folder / remove
    for file in [path] if path.is_file() else list(path.iterdir()):
        file.unlink()
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert caught.value.message == message
    assert hint in caught.value.hint
    assert str(folder) in caught.value.where


def test_a_file_that_nobody_reads_is_named(folder: Path) -> None:
    """A misspelt optional file would otherwise be left out in silence."""
    (folder / "resources.toml").rename(folder / "resource.toml")
    with pytest.raises(PackageError, match="is not a file of a package") as caught:
        load_package(folder)
    assert 'did you mean "resources.toml"?' in caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="nowhere"):
        load_package(tmp_path / "nowhere")


def test_optional_files_may_be_left_out(folder: Path) -> None:
    indicator = folder / INDICATOR
    text = indicator.read_text(encoding="utf-8")
    indicator.write_text(text.replace('["diary"]', "[]").replace('["sheet"]', "[]"), "utf-8")
    episode = folder / "episode.toml"
    episode.write_text(episode.read_text("utf-8").split("[[exclusion]]")[0], encoding="utf-8")
    for name in ("concepts", "change_ideas", "resources", "instruments"):
        (folder / f"{name}.toml").unlink()
    package = load_package(folder)
    assert (package.ideas, package.resources, package.items) == ({}, {}, {})


@pytest.mark.parametrize("file", ["episode.toml", "concepts/headache.csv"])
def test_a_file_in_another_encoding_is_named(folder: Path, file: str) -> None:
    path = folder / file
    path.write_bytes(path.read_bytes() + "# é".encode("latin-1"))
    with pytest.raises(PackageError, match="not UTF-8") as caught:
        load_package(folder)
    assert caught.value.where == file


# Sign-offs --------------------------------------------------------------------------------------

SIGNED = '[[signoff]]\nrow = "{row}"\nby = "A. B."\nrole = "Physician"\non = 2027-01-31\n'


@pytest.mark.parametrize(
    "row",
    [
        "episode:index",
        "exclusion:known",
        "image:ct",
        "family:bleeding",
        "finding:B1",
        "combination:both",
        "indicator:head-imaging",
        "idea:diary",
        "resource:sheet",
        "item:relief",
    ],
)
def test_a_signed_row_reads_signed_off_and_no_other_does(folder: Path, row: str) -> None:
    (folder / "signoff.toml").write_text(SIGNED.format(row=row), encoding="utf-8")
    package = load_package(folder)
    rows: dict[str, Any] = {
        "episode:index": package.episode.index,
        **{f"exclusion:{e.id}": e for e in package.episode.exclusion},
        **{f"image:{i.modality}": i for i in package.imaging.image},
        **{f"family:{f.id}": f for f in package.red_flags.family},
        **{f"finding:{f.id}": f for f in package.red_flags.finding},
        **{f"combination:{c.id}": c for c in package.red_flags.combination},
        **{f"indicator:{name}": i for name, i in package.indicators.items()},
        **{f"idea:{name}": i for name, i in package.ideas.items()},
        **{f"resource:{name}": r for name, r in package.resources.items()},
        **{f"item:{name}": i for name, i in package.items.items()},
    }
    assert {name for name, value in rows.items() if value.status == "signed-off"} == {row}


def test_a_sign_off_of_no_row_is_named(folder: Path) -> None:
    (folder / "signoff.toml").write_text(SIGNED.format(row="finding:B2"), encoding="utf-8")
    with pytest.raises(PackageError, match="finding:B2") as caught:
        load_package(folder)
    assert "finding:B1" in caught.value.hint


@pytest.mark.parametrize("term", ["accepted-reason", "onset"])
def test_a_reason_asks_the_record_and_not_itself(term: str) -> None:
    """A reason that is true if a reason is true has no meaning."""
    package = load_package()
    reason = {
        "id": "round",
        "name": {"en": "Round", "fr": "Rond"},
        "sources": ["maintainers"],
        "confidence": "D",
        "when": {"is": term, **({"days": [-3, 0]} if term == "onset" else {})},
    }
    flags = msgspec.structs.replace(package.red_flags, reason=[msgspec.convert(reason, Reason)])

    with pytest.raises(PackageError, match=f"'{term}' is no term of an accepted reason"):
        check_package(replace(package, red_flags=flags))
