"""Every kind of term can be said in both languages, from the terms that are run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest

from spinewise.know import terms
from spinewise.know.loader import load_package
from spinewise.know.package import Package
from spinewise.know.terms import Term
from spinewise.know.walk import terms_in
from spinewise.numerals import LanguageCode
from spinewise.report.definition import Said, code_lists, say
from spinewise.report.language import language

ENGLISH = {
    '{ "is": "evidence", "concepts": ["a", "b"], "days": [-280, 0] }': (
        "A code of a, b, from day -280 to day 0"
    ),
    '{ "is": "evidence", "concepts": ["a"], "days": ["ever", 0], "at_least": 2,'
    ' "distinct_days": true, "kinds": ["medication", "note"], "not_concepts": ["c"],'
    ' "when_missing": "unknown" }': (
        "A code of a, at any time up to day 0; recorded as: medication, note; on at least 2"
        " different days; codes of c do not count; unknown where nothing is recorded"
    ),
    '{ "is": "evidence", "concepts": ["a"], "days": [0, 3], "at_least": 3 }': (
        "A code of a, from day 0 to day 3; at least 3 times"
    ),
    '{ "is": "onset", "days": ["ever", -84] }': (
        "The recorded onset lies at any time up to day -84"
    ),
    '{ "is": "visited", "days": [0, 84], "settings": ["emergency"], "specialties": ["s"],'
    ' "not_specialties": ["n"], "only_with_specialty": ["o"] }': (
        "A visit, from day 0 to day 84; in: emergency; with: s; not with: n; codes of o count only"
        " with a listed specialty"
    ),
    '{ "is": "imaged", "days": [0, 42] }': (
        "An image ordered from day 0 to day 42 (or performed, where there is no order)"
    ),
    '{ "is": "imaged", "days": [0, 3], "by": "performance", "modalities": ["mri"],'
    ' "fitting": true }': (
        "An image performed from day 0 to day 3; MRI; of a kind that fits the emergency finding"
    ),
    '{ "is": "red-flag", "state": "complete", "by": 14 }': (
        "A complete red-flag screen: every needed question answered by a person; read as of day 14"
    ),
    '{ "is": "red-flag", "state": "combination", "id": "inflammation" }': (
        "The combination “Inflammatory pattern”"
    ),
    '{ "is": "verdict", "verdict": "cannot-tell" }': "The verdict on the image: cannot tell",
    '{ "is": "answer-is", "item": "manage", "values": ["4", "3"] }': (
        "The answer to “Do you feel better able to manage?”: definitely, 3"
    ),
    '{ "is": "change", "item": "life", "baseline": [-7, 14], "follow_up": [28, 120],'
    ' "at_least": 1.5 }': (
        "The answer to “How is your day-to-day life?” rose by 1.5 or more, from the last one from"
        " day -7 to day 14 to the last one from day 28 to day 120"
    ),
}


@pytest.mark.parametrize(("written", "words"), ENGLISH.items())
def test_a_term_in_words(written: str, words: str, package: Package) -> None:
    term = msgspec.json.decode(written, type=Term)
    assert say(term, package, language("en")) == Said(words)


def test_terms_stay_nested(package: Package) -> None:
    term = msgspec.json.decode(
        '{ "is": "not", "of": { "is": "any", "of": [{ "is": "accepted-reason" },'
        ' { "is": "red-flag", "state": "present" }] } }',
        type=Term,
    )
    said = say(term, package, language("en"))
    assert said.words == "This does not hold:"
    (either,) = said.of
    assert either.words == "At least one of these:"
    reason, flag = either.of
    assert reason.of[0].words == "Candidate for surgery after six weeks of care"
    assert "A referral, from day 42 to day 84" in reason.of[0].of[0].words
    assert flag.words.startswith("A red flag")


def all_terms(package: Package) -> Iterator[Term]:
    for rule in package.indicators.values():
        for term in (rule.population, rule.numerator, *rule.also_count.values()):
            if term is not None:
                yield from terms_in(term)
    for exclusion in package.episode.exclusion:
        yield from terms_in(exclusion.when)
    for reason in package.red_flags.reason:
        yield from terms_in(reason.when)


def flat(said: Said) -> list[str]:
    return [said.words, *(words for part in said.of for words in flat(part))]


def test_the_sample_package_has_every_kind_of_term(package: Package) -> None:
    own = set(get_args(Term)) - set(terms.RULE_TERMS)
    assert {type(term) for term in all_terms(package)} == own


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_term_can_be_said(package: Package, code: LanguageCode) -> None:
    for term in all_terms(package):
        for words in flat(say(term, package, language(code))):
            assert words
            assert "%(" not in words


def test_code_lists_are_those_that_the_definition_reads(package: Package) -> None:
    lists = {id_: code_lists(rule, package) for id_, rule in package.indicators.items()}
    assert lists["imaging-early"] == [
        "lbp-diagnosis-core",
        "radiculopathy-sciatica",
        "exclusion-pregnancy",
        "imaging-lumbar-xray",
        "imaging-lumbar-mri",
        "redflag-cancer",
    ]
    assert "opioids-not-for-pain" in lists["opioid-start"]
    assert "imaging-lumbar-xray" not in lists["opioid-start"]
    assert lists["experience-definitely"] == []


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_package_that_is_shipped_can_be_said(code: LanguageCode) -> None:
    package = load_package()
    for term in all_terms(package):
        assert all(flat(say(term, package, language(code))))
    for rule in package.indicators.values():
        assert set(code_lists(rule, package)) <= set(package.concepts)


def test_modalities_of_a_term_have_words() -> None:
    assert set(get_args(terms.Modality)) == {"xray", "ct", "mri", "bone-scan"}
