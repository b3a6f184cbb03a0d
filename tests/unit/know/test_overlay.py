"""A practice's changes: what they do to the package, and what each mistake in them says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from spinewise.errors import PackageError
from spinewise.know.loader import load_package
from spinewise.know.model import Choice, Number, Several, Switch, Window
from spinewise.know.overlay import (
    Overlay,
    Tailored,
    in_edition,
    read_overlay,
    tailored,
    todays_values,
)
from spinewise.know.package import Package
from spinewise.know.terms import Imaged

WHERE = "practice.toml"


def change(package: Package, text: str) -> Tailored:
    return tailored(package, read_overlay(text, WHERE), WHERE)


# What changes do --------------------------------------------------------------------------------


def test_a_window_moves_everywhere_with_its_words(package: Package) -> None:
    made = change(package, "[imaging-early]\nwindow = [0, 28]")
    early = made.package.indicators["imaging-early"]
    assert early.window == (0, 28)
    assert isinstance(early.numerator, Imaged)
    assert early.numerator.days == (0, 28)
    assert [need.days for need in early.needs] == [(0, 28)]
    assert "within 28 days" in early.headline.en
    assert "dans les 28 jours" in early.meaning.fr
    assert package.indicators["imaging-early"].window == (0, 42)
    (one,) = made.changes
    assert (one.id, one.before.en, one.after.fr) == ("imaging-early.window", "0 to 42", "0 à 28")
    assert "day 28" in one.effect.en


def test_two_parameters_may_share_a_sentence(package: Package) -> None:
    made = change(package, "[opioid-start]\nwindow = [0, 14]\nlook-back = [-90, -1]")
    assert "90 days before" in made.package.indicators["opioid-start"].meaning.en
    assert "within 14 days" in made.package.indicators["opioid-start"].meaning.en


def test_continuing_pain_moves_with_the_washout(package: Package) -> None:
    made = change(package, "[episode]\nwashout = [-365, -1]").package
    assert made.episode.index.washout == (-365, -1)
    assert "'ever', -366" in str(made.episode.exclusion[0].when)


def test_the_packages_own_value_is_no_change(package: Package) -> None:
    made = change(package, "[imaging-early]\nwindow = [0, 42]\ntarget = 0.24")
    assert made.changes == ()
    assert made.package.overlay == ""
    assert made.package.indicators == package.indicators


def test_every_parameter_can_be_given_its_own_value(package: Package) -> None:
    """Today's values are within the bounds and change nothing."""
    values = {key: value for key, value in todays_values(package).items() if value != ""}
    overlay = replace_values(values)
    assert tailored(package, overlay).changes == ()


def replace_values(values: dict[str, Any]) -> Overlay:
    return msgspec.structs.replace(read_overlay("", WHERE), values=values)


def test_every_parameter_at_each_end_of_its_bounds_makes_a_package(package: Package) -> None:
    for key, parameter in package.parameters.items():
        match parameter.bounds:
            case Window(first=(least, most), last=(from_, to)):
                ends = [[least, from_], [most, to]]
            case Number(least=least, most=most):
                ends = [int(least), int(most)] if parameter.bounds.whole else [least, most]
            case Choice(of=options):
                ends = [option.value for option in options]
            case Several(of=options):
                ends = [[option.value] for option in options]
            case Switch():
                ends = [False]
            case _:
                continue
        if parameter.along_with:
            continue
        for value in ends:
            made = tailored(package, replace_values({key: value}))
            assert all(one.effect.en and one.effect.fr for one in made.changes), key
            assert "{" not in "".join(c.effect.en + c.effect.fr for c in made.changes), key


def test_an_indicator_is_left_out(package: Package) -> None:
    assert "opioid-start" not in change(package, "[opioid-start]\non = false").package.indicators


def test_a_flag_that_does_not_count_leaves_its_combinations(package: Package) -> None:
    made = change(package, '[T4]\nstrength = "context"').package
    tumour = {c.id: c for c in made.red_flags.combination}["several-signs-of-tumour"]
    assert tumour.also_any == ["T3"]
    made = change(package, '[T2]\nstrength = "context"').package
    assert "several-signs-of-tumour" not in {c.id for c in made.red_flags.combination}


def test_codes_are_added_and_taken_from_lists_and_what_derives_from_them(
    package: Package,
) -> None:
    made = change(
        package,
        '[codes.redflag-cancer]\nadd = [{ system = "LOCAL", code = "CA1" }]\n'
        '[codes.lbp-diagnosis-core]\nremove = ["ICD-10-CM|M54.5*"]\n'
        '[codes.fever]\nadd = [{ system = "LOCAL", code = "HOT" }]',
    ).package

    def names(system: str, code: str) -> set[str]:
        return {name for _, name, _ in made.matcher.resolve([(1, system, code)])}

    assert {"redflag-cancer", "cancer-history"} <= names("LOCAL", "CA1")
    assert "lbp-diagnosis-core" not in names("ICD-10-CM", "M54.50")
    assert "lbp-diagnosis-core" in names("ICD-10-CM", "M54.41")
    assert names("LOCAL", "HOT") == {"fever"}


def test_a_new_indicator_of_the_practices_own(package: Package) -> None:
    made = change(package, OWN)
    assert made.package.indicators["mri-early"].name.en == "Early MRI"
    assert [one.kind for one in made.changes] == ["indicator"]


def test_another_edition_has_its_own_values(package: Package) -> None:
    made = change(package, '[standard]\nedition = "2019"').package
    assert made.file.edition == "2019"
    assert made.episode.index.diagnosis == ["lbp-diagnosis-core"]
    assert in_edition(package, "2025") == package


def test_the_digest_is_of_what_is_meant(package: Package) -> None:
    one = change(package, 'practice = "A"\n[T4]\nstrength = "context" # why\n[F1]\nlook-back = 30')
    two = change(package, '[F1]\nlook-back = 30\n[T4]\nstrength = "context"')
    assert one.package.overlay == two.package.overlay
    other = change(package, "[F1]\nlook-back = 31").package.overlay
    assert other not in ("", two.package.overlay)


OWN = """
[[indicator]]
id = "mri-early"
version = "1"
author = "The practice"
reviewed = 2026-11-01
status = "proposed"
sources = ["practice"]
unit = "episode"
kind = "process"
better = "lower"
order = 15
window = [0, 42]
needs = [{ domain = "imaging", days = [0, 42] }]
name = { en = "Early MRI", fr = "IRM précoce" }
meaning = { en = "Episodes with an MRI.", fr = "Épisodes avec une IRM." }
headline = { en = "{n} of {d} in {period} ({rate})", fr = "{n} sur {d}, {period} ({rate})" }
why_wrong = [{ en = "Few.", fr = "Peu." }]
numerator = { is = "imaged", days = [0, 42], modalities = ["mri"] }
"""

# Mistakes ---------------------------------------------------------------------------------------


class Mistake(NamedTuple):
    text: str
    where: str
    message: str
    hint: str


MISTAKES = {
    "not TOML": Mistake("[imaging-early", WHERE, "this is not TOML", "Mend the line"),
    "unknown parameter": Mistake(
        "[imaging-early]\nwindw = [0, 28]",
        "practice.toml, imaging-early.windw",
        "nothing that this package lets a practice change (its value is [0, 28])",
        'did you mean "imaging-early.window"?',
    ),
    "out of bounds": Mistake(
        "[imaging-early]\nwindow = [0, 200]",
        "practice.toml, imaging-early.window",
        "the value is [0, 200], and the package allows [first, last] with a first day of 0 and a"
        " last day of 7 to 90",
        "an episode lasts twelve. Write a value within the bounds",
    ),
    "a window that runs backwards": Mistake(
        "[episode]\nwashout = [-1, -180]", "episode.washout", "[-1, -180]", "Below 30 days"
    ),
    "another kind": Mistake(
        '[imaging-early]\nwindow = "28"', "imaging-early.window", '"28"', "within the bounds"
    ),
    "a part of a day": Mistake(
        "[episode]\nminimum-age = 18.5", "episode.minimum-age", "a whole number from 16 to 65", ""
    ),
    "true is no number": Mistake(
        "[imaging-early]\ntarget = true", "imaging-early.target", "a number from 0 to 1", ""
    ),
    "no such word": Mistake(
        '[T4]\nstrength = "strong"', "T4.strength", '"sufficient", "supporting"', "emergency"
    ),
    "none where one is needed": Mistake(
        "[episode]\nsettings = []", "episode.settings", "a list of 1 or more of", "hospital"
    ),
    "not true or false": Mistake(
        '[opioid-start]\non = "no"', "opioid-start.on", "true or false", "Emergencies"
    ),
    "too long": Mistake(
        f'[imaging-early]\nname.en = "{"x" * 90}"',
        "imaging-early.name.en",
        "text of 1 to 80 characters",
        "tables",
    ),
    "words that would be wrong": Mistake(
        '[specialist-consultation]\nbetter = "higher"',
        "specialist-consultation.better",
        "specialist-consultation.headline.en, specialist-consultation.headline.fr are not",
        "words would then be wrong",
    ),
    "a sentence that does not hold together": Mistake(
        '[imaging-early]\nheadline.en = "{n}"\nheadline.fr = "{d}"',
        "indicators/imaging-early.toml, headline",
        "with these changes the package does not hold together",
        "both languages",
    ),
    "another package": Mistake(
        'package = "knees"', "practice.toml, package", "the package 'knees'", "'low-back-pain'"
    ),
    "an unknown list": Mistake(
        "[codes.lbp-diagnosis-cor]\nremove = []",
        "practice.toml, codes.lbp-diagnosis-cor",
        "no code list",
        'did you mean "lbp-diagnosis-core"?',
    ),
    "takes nothing": Mistake(
        '[codes.lbp-diagnosis-core]\nremove = ["ICD-10-CM|Z99"]',
        "codes.lbp-diagnosis-core.remove",
        "takes no code from this list",
        "SYSTEM|CODE of a row",
    ),
    "no pattern": Mistake(
        '[codes.lbp-diagnosis-core]\nremove = ["M54.5"]',
        "codes.lbp-diagnosis-core.remove",
        "'M54.5' is not a pattern",
        "SYSTEM|CODE",
    ),
    "no code": Mistake(
        '[codes.lbp-diagnosis-core]\nadd = [{ system = "LOCAL", code = " " }]',
        "codes.lbp-diagnosis-core.add",
        "code ' '",
        "Write both",
    ),
    "left out by rule": Mistake(
        '[codes.cancer-history]\nadd = [{ system = "ICD-10-CM", code = "C44.01" }]',
        "codes.cancer-history.add",
        "left out of this list by the package's own rule",
        "concepts.toml",
    ),
    "an unknown key of codes": Mistake(
        "[codes.lbp-diagnosis-core]\nadded = []",
        "codes.lbp-diagnosis-core.added",
        "'added' is not a key",
        'did you mean "add"?',
    ),
    "an indicator that exists": Mistake(
        OWN.replace("mri-early", "imaging-early"),
        "indicator[imaging-early].id",
        "an indicator 'imaging-early' already",
        "another id",
    ),
    "an indicator that does not hold together": Mistake(
        OWN.replace("days = [0, 42], modalities", "days = [0, 84], modalities"),
        "indicators/mri-early.toml, numerator",
        "reads imaging on days [0, 84]",
        "Widen the days",
    ),
    "an indicator with a wrong key": Mistake(
        OWN.replace("window = ", "windows = "),
        "indicator[mri-early].windows",
        "'windows' is not a key of this table",
        'did you mean "window"?',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_mend(package: Package, mistake: Mistake) -> None:
    """The error names file, key, value and bound, and says what to write."""
    with pytest.raises(PackageError) as caught:
        change(package, mistake.text)
    assert mistake.where in caught.value.where
    assert caught.value.where.startswith(WHERE)
    assert mistake.message in caught.value.message
    assert mistake.hint in caught.value.hint


def test_a_fixed_list_stays(folder: Path) -> None:
    with pytest.raises(PackageError, match="does not let a practice change the list 'head-ct'"):
        change(load_package(folder), '[codes.head-ct]\nadd = [{ system = "X", code = "1" }]')


def test_without_a_word_on_codes_no_list_may_be_changed(package: Package) -> None:
    closed = replace(package, tailoring=msgspec.structs.replace(package.tailoring, codes=None))
    with pytest.raises(PackageError, match="does not let a practice change") as caught:
        change(closed, '[codes.fever]\nadd = [{ system = "X", code = "1" }]')
    assert "--value-sets" in caught.value.hint


# Mistakes in what a package declares ------------------------------------------------------------

DECLARED = {
    "no place": (
        "indicators/head-imaging.toml: numerator.days",
        "indicators/head-imaging.toml: numerator.dys",
        "there is no 'dys'",
    ),
    "no file": ("episode.toml: index", "episodes.toml: index", "there is no 'episodes.toml'"),
    "no item": ("needs[imaging]", "needs[images]", "there is no 'images'"),
    "not a place": (
        "episode.toml: index.minimum_age",
        "episode.toml/index",
        "is not a place",
    ),
    "own value out of bounds": ("last = [1, 28]", "last = [1, 7]", "the package's own value"),
    "a list that is none": ('"head-ct"', '"head"', "'head' is not a concept"),
    "twice": ('each = ["P1"]', 'each = ["P1", "P1"]', "two parameters have the same id"),
    "along with nothing": (
        'id = "episode.minimum-age"',
        'id = "episode.minimum-age"\nalong_with = ["x.y"]',
        "'x.y' is no parameter",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), DECLARED.values(), ids=DECLARED)
def test_a_mistake_in_tailoring_toml_is_named(
    folder: Path, old: str, new: str, message: str
) -> None:
    path = folder / "tailoring.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert message in caught.value.message
    assert caught.value.where.startswith("tailoring.toml")
    assert caught.value.hint
