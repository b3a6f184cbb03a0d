"""What the truth assumes is what the bundled change package says."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import product

import pytest

from spinewise.know.loader import load_package
from spinewise.know.package import Package
from spinewise.synthetic import rates, truth
from spinewise.synthetic.codes import (
    CODES,
    COMBINATIONS,
    EXPERIENCE,
    FINDINGS,
    SPECIALTIES,
    SYSTEM_URIS,
)
from spinewise.synthetic.plan import DIAGNOSES, LASTING, NEW_BESIDE, OPIOIDS, SUFFICIENT, SUPPORTING


@pytest.fixture(scope="module")
def package() -> Package:
    return load_package()


def _concepts(package: Package, name: str) -> set[str]:
    code = CODES[name]
    rows = package.matcher.resolve([(0, code.system, code.value)])
    return {concept for _, concept, _ in rows}


def test_the_findings_are_those_of_a_complete_screen(package: Package) -> None:
    families = {family.id: family for family in package.red_flags.family}
    needed = {
        finding.id: (
            finding.strength,
            None if finding.look_back == "ever" else finding.look_back,
            (finding.urgency or families[finding.family].urgency) == "emergency",
        )
        for finding in package.red_flags.finding
        if families[finding.family].needed and finding.strength != "context"
    }
    assumed = {f.id: (f.strength, f.emergency) for f in FINDINGS}
    assert assumed == {name: (said[0], said[2]) for name, said in needed.items()}
    assert {f.id: f.look_back for f in FINDINGS if f.code} == {
        f.id: needed[f.id][1] for f in FINDINGS if f.code
    }


def test_codes_show_the_findings_that_the_truth_reads_from_them(package: Package) -> None:
    listed = {finding.id: set(finding.codes) for finding in package.red_flags.finding}
    for finding in FINDINGS:
        if finding.code:
            assert _concepts(package, finding.code) & listed[finding.id], finding
    assert _concepts(package, "cancer-history") & listed["T1"]


def test_a_code_shows_no_other_finding_that_could_change_the_status(package: Package) -> None:
    """An abscess is also an infection of the spine, and cauda equina syndrome a deficit."""
    listed = {finding.id: set(finding.codes) for finding in package.red_flags.finding}
    together = {"N1": {"N1", "N3"}, "I4": {"I4", "I5"}}
    for finding in FINDINGS:
        if finding.code:
            concepts = _concepts(package, finding.code)
            shown = {name for name, codes in listed.items() if codes & concepts}
            assert shown == together.get(finding.id, {finding.id})
    others = set(CODES) - {finding.code for finding in FINDINGS} - {"cancer-history"}
    flags = set().union(*listed.values())
    assert {name for name in others if _concepts(package, name) & flags} == set()


def test_emergencies_are_current_by_their_own_codes(package: Package) -> None:
    current = {f.id: set(f.current_codes) for f in package.red_flags.finding}
    for finding in FINDINGS:
        if finding.emergency and finding.code:
            assert _concepts(package, finding.code) & current[finding.id]


def test_only_planned_pairs_are_combinations(package: Package) -> None:
    strength = {finding.id: finding.strength for finding in FINDINGS}
    assert {name for name, kind in strength.items() if kind == "sufficient"} == set(SUFFICIENT)
    assert {strength[name] for name in SUPPORTING} == {"supporting"}
    pairs = {(new, lasting) for lasting, new in NEW_BESIDE.items()}
    assert pairs == COMBINATIONS
    for new, lasting in product(SUPPORTING, sorted(set(LASTING.values()))):
        holds = any(
            set(rule.all_of) <= {new, lasting}
            and (
                not rule.also_any or len(set(rule.also_any) & {new, lasting}) >= rule.also_at_least
            )
            for rule in package.red_flags.combination
            if rule.justifies_imaging
        )
        assert holds == ((new, lasting) in COMBINATIONS), (new, lasting)


def test_windows_are_those_of_the_package(package: Package) -> None:
    index = package.episode.index
    assert index.washout == (-rates.WASHOUT, -1)
    assert index.length == rates.EPISODE
    assert index.minimum_age == 16
    assert index.attribute_by == 14
    window = {one.id: one.window for one in package.own}
    assert set(window) == set(truth.INDICATORS)
    assert window["imaging-early"] == (0, rates.EARLY)
    assert window["imaging-missed"] == (0, truth.EMERGENCY_DAYS)
    assert window["red-flag-documentation"] == (0, truth.SCREEN_BY)
    assert window["specialist-consultation"] == (0, rates.EPISODE)
    assert window["quality-of-life"] == (0, rates.EPISODE)
    assert window["opioid-start"] == (0, truth.OPIOID_BY)


def test_bouts_are_diagnoses_and_nothing_else_is(package: Package) -> None:
    wanted = set(package.episode.index.diagnosis)
    pain = {name for name in CODES if _concepts(package, name) & wanted}
    assert pain == {*DIAGNOSES, "lbp-chronic"}


def test_drugs_images_and_specialists_are_known_as_such(package: Package) -> None:
    assert {n for n in CODES if "opioid-for-pain" in _concepts(package, n)} == set(OPIOIDS)
    assert {n for n in CODES if "pregnancy" in _concepts(package, n)} == {"pregnancy"}
    lumbar = {concept for row in package.imaging.image for concept in row.concepts}
    assert {n for n in CODES if _concepts(package, n) & lumbar} == {
        f"{modality}-{kind}" for modality in ("xray", "ct", "mri") for kind in ("lumbar", "fee")
    }
    unknown = {f"{CODES[n].system}|{CODES[n].value}" for n in ("ct-fee", "mri-fee")}
    assert unknown <= set(package.imaging.level_unknown)
    assert "OHIP-FEE|X028" not in package.imaging.level_unknown
    listed = {n for n in CODES if "specialist-consultation" in _concepts(package, n)}
    assert listed == {*SPECIALTIES, *(f"visit-{name}" for name in SPECIALTIES)}


def test_survey_items_and_their_values_are_those_of_the_package(package: Package) -> None:
    items = {name: item.values for name, item in package.items.items()}
    for name in ("quality-of-life", "surgical-candidate", "experience"):
        assert CODES[name].value in items
    assert tuple(items["experience-better-able"]) == EXPERIENCE


def test_systems_have_the_names_that_readers_know() -> None:
    known = tomllib.loads(
        (files("spinewise.intake") / "code_systems.toml").read_text(encoding="utf-8")
    )["system"]
    assert {code.system for code in CODES.values()} <= set(SYSTEM_URIS)
    for name, uri in SYSTEM_URIS.items():
        assert uri in known[name]["names"]


def test_words_need_no_escaping() -> None:
    """The FHIR writer puts them into JSON as they are."""
    for code in CODES.values():
        assert not set(code.display) & set("\"\\'")
