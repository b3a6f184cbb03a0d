"""Every definition is shown on people for whom it comes out as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinewise.know.loader import LOW_BACK_PAIN, load_package
from spinewise.measures.example import examples
from spinewise.report.language import language
from spinewise.report.timeline import timeline

HEADACHE = Path(__file__).parents[2] / "data" / "headache_package"
STARTER = LOW_BACK_PAIN.parent / "starter"
CASES = [
    (folder, name)
    for folder in (LOW_BACK_PAIN, HEADACHE, STARTER)
    for name in load_package(folder).indicators
]


@pytest.mark.parametrize(("folder", "name"), CASES, ids=[name for _, name in CASES])
def test_every_indicator_has_an_example_of_both_kinds(folder: Path, name: str) -> None:
    """One person in the numerator, one in the denominator alone, each with few facts."""
    package = load_package(folder)
    numerator, alone = examples(package, package.indicators[name])
    assert numerator is not None
    assert alone is not None
    assert numerator.outcome.category == alone.outcome.category == "in"
    assert numerator.outcome.in_numerator is True
    assert alone.outcome.in_numerator is False
    assert [fact.day for fact in numerator.facts] == sorted(fact.day for fact in numerator.facts)


def test_without_codes_there_is_no_example(tmp_path: Path) -> None:
    """Lists of a practice's own may be empty: then nobody can be made up."""
    for name in ("lbp-diagnosis-core", "radiculopathy-sciatica", "imaging-lumbar-xray"):
        head = "system,code,display,status,source,confidence\n"
        (tmp_path / f"{name}.csv").write_text(head, encoding="utf-8")
    package = load_package(value_sets=tmp_path)
    assert examples(package, package.indicators["imaging-early"]) == (None, None)


def test_a_timeline_is_drawn_from_day_0() -> None:
    """Early imaging: a visit with its diagnosis, and an image on day 5."""
    package = load_package()
    numerator, _ = examples(package, package.indicators["imaging-early"])
    assert numerator is not None
    assert timeline(numerator, package, language("en")).splitlines() == [
        "Born 1985-06-15",
        "    day 0 ┼ 2024-03-04  visit, office",
        "    day 0 ┼ 2024-03-04  condition: Low back pain, unspecified (ICD-10-CM M54.50)",
        "          ┆",
        "       +5 │ 2024-03-09  X-ray: Thoracolumbar junction X-ray (CPT 72080)",
    ]


def test_answers_that_say_the_same_are_one_line() -> None:
    package = load_package()
    numerator, _ = examples(package, package.indicators["red-flag-documentation"])
    assert numerator is not None
    drawn = timeline(numerator, package, language("fr"))
    assert "questions sur les drapeaux rouges, réponse : absent" in drawn
    assert drawn.count("drapeau") == 1
