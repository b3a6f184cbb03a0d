"""Mistakes in the file of a published rule are said so that their author can mend them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spinewise.errors import PackageError
from spinewise.know.loader import LOW_BACK_PAIN, load_package

RULE = "indicators/cms166v5.toml"
MISTAKES = {
    "a bound that is none": ('"period start + 337 days"', '"period start + 337"', "is not a bound"),
    "ever at the end": ('["ever", "period end"]', '["period start", "ever"]', "ends with 'ever'"),
    "a window backwards": ('"index - 1 day"', '"index - 181 days"', "which is earlier"),
    "an index from the index": (
        'between = ["period start", "period end"]\ndated',
        'between = ["index", "period end"]\ndated',
        "the index lies between",
    ),
    "the image without one": (
        '["index - 365 days", "index + 28 days"]',
        '["ever", "image"]',
        None,
    ),
    "an image in its own window": (
        'between = ["index", "index + 28 days"], modalities',
        'between = ["index", "image"], modalities',
        "not known here",
    ),
    "a term of episodes": (
        'is = "age", on = "period start", from = 18, to = 49',
        'is = "onset", days = ["ever", -84]',
        "is no term of a published rule",
    ),
    "no index": ("[index]\n", "[x]\n", "'x' is not a key"),
    "an unknown concept": ("redflag-ivdu", "redflag-ivd", "is not a concept"),
    "an id twice": ('id = "cancer"', 'id = "trauma"', "stands twice"),
    "a target": ('better = "higher"', 'better = "higher"\nfirst_in_list = true', "is no key of"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LOW_BACK_PAIN, tmp_path / "package"))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said(folder: Path, name: str) -> None:
    old, new, words = MISTAKES[name]
    file = folder / RULE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    if words is None:
        load_package(folder)
        return
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    said = str(caught.value)
    assert words in said
    assert RULE in said


def test_terms_of_rules_are_not_for_own_indicators(folder: Path) -> None:
    file = folder / "indicators" / "imaging-early.toml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace(
        '[numerator]\nis = "imaged"\ndays = [0, 42]',
        '[numerator]\nis = "imaging"\nbetween = ["index", "index + 42 days"]',
    )
    assert changed != text
    file.write_text(changed, encoding="utf-8")

    with pytest.raises(PackageError, match="is a term of published rules"):
        load_package(folder)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from = 65, to = 75", "from = 64, to = 75", "'age-18-64' and 'age-65-75' overlap"),
        ('on = "period end", from = 65', 'on = "index", from = 65', "the age is that on 'index'"),
        ('is = "age", on = "period end", from = 65', 'is = "died", on = "x"', "'died'"),
        ('id = "age-65-75"', 'id = "cancer"', "stands twice"),
    ],
)
def test_a_mistake_in_strata_is_said(folder: Path, old: str, new: str, words: str) -> None:
    """Strata are ages on one day, nobody is in two of them, and each has its own id."""
    file = folder / "indicators/hedis-lbp-my2025.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert words in str(caught.value)
