"""What must hold of the clinical content of the low back pain package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import msgspec
import pytest

from spinewise.know.codes import Pattern
from spinewise.know.concepts import Concept
from spinewise.know.model import Text
from spinewise.know.package import Package


def found(package: Package, system: str, code: str) -> set[str]:
    return {concept for _, concept, _ in package.matcher.resolve([(0, system, code)])}


def texts(value: Any) -> Iterator[Text]:
    """Every text in both languages inside a value."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name))
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def all_texts(package: Package) -> list[Text]:
    parts = [package.file, package.episode, package.red_flags, package.indicators]
    return list(texts([*parts, package.ideas, package.resources, package.items]))


# Languages --------------------------------------------------------------------------------------

ENGLISH = re.compile(r"\b(the|and|of|with|without|are|was|by)\b")
FRENCH = re.compile(r"\b(le|les|des|du|une|et|avec|sans|pour|dans|aux)\b")
TITLES = ("Practising Wisely", "CORE Back Tool")


def test_every_text_is_in_both_languages(package: Package) -> None:
    """By the small words that neither language can do without."""
    pairs = all_texts(package)
    assert len(pairs) > 200
    for pair in pairs:
        en, fr = (re.sub("|".join(TITLES), "", words) for words in (pair.en, pair.fr))
        assert not ENGLISH.search(fr), fr
        assert not FRENCH.search(en), en


def test_numbers_are_written_as_each_language_does(package: Package) -> None:
    """31.1% and, with a narrow space that does not break, 31,1 %; « and : keep to their words."""
    for pair in all_texts(package):
        assert not re.search(r"\d\s%|\d,\d(?!\d\d)", pair.en), pair.en
        assert not re.search(r"\d[ \xa0]?%|\d\.\d| [:»]|« ", pair.fr), pair.fr


@pytest.mark.parametrize(
    ("en", "fr"),
    [
        (r"\bred flag", r"drapeaux? rouges?"),
        (r"\bacute episode", r"épisodes? aigus?"),
        (r"\blumbar imag", r"imagerie lombaire"),
        (r"\brun chart", r"graphique de séquence"),
        (r"\bcauda equina", r"queue de cheval"),
        (r"\breferral", r"aiguillage|demandes? d'IRM"),
        (r"\bLower is better", r"valeur plus faible est"),
        (r"\bHigher is better", r"valeur plus élevée est"),
    ],
)
def test_french_has_the_words_of_the_glossary(package: Package, en: str, fr: str) -> None:
    pairs = [pair for pair in all_texts(package) if re.search(en, pair.en)]
    assert pairs
    for pair in pairs:
        assert re.search(fr, pair.fr, re.IGNORECASE), pair


def test_no_headline_says_more_than_the_record(package: Package) -> None:
    """ "No red flag recorded", never "no red flag"."""
    for indicator in package.indicators.values():
        for pair in (indicator.headline, indicator.name, indicator.meaning):
            for said in re.findall(r"(?:no|without an?) .{0,30}?red flag(.{0,40})", pair.en):
                assert "recorded" in said or "recorded" in pair.en


# Sources and status -----------------------------------------------------------------------------


def test_nothing_clinical_is_called_confirmed(package: Package) -> None:
    """Until a named clinician signs a row off, it is proposed."""
    flags = package.red_flags
    rows: list[Any] = [
        package.episode.index,
        *package.episode.exclusion,
        *package.imaging.image,
        *flags.family,
        *flags.finding,
        *flags.combination,
        *flags.reason,
        *package.items.values(),
        *package.ideas.values(),
        *package.indicators.values(),
    ]
    assert {row.status for row in rows} == {"proposed"}
    assert all(row.sources for row in rows)


def test_every_source_is_used(package: Package) -> None:
    used = set()
    for part in (package.file, package.episode, package.imaging, package.red_flags):
        used |= sources(part)
    for rows in (package.indicators, package.ideas, package.resources, package.items):
        used |= sources(rows)
    # "practice" is the source of what practices choose themselves (tailoring.toml).
    assert {source.id for source in package.file.source} == used | {"practice"}


def sources(value: Any) -> set[str]:
    if isinstance(value, msgspec.Struct):
        inner = [getattr(value, name) for name in value.__struct_fields__]
        own = set(getattr(value, "sources", []))
        return own.union(*(sources(item) for item in inner))
    if isinstance(value, dict | list | tuple):
        items = value.values() if isinstance(value, dict) else value
        return set().union(*(sources(item) for item in items))
    return set()


# Code lists -------------------------------------------------------------------------------------


def test_the_lists_are_whole(package: Package) -> None:
    """10,490 verified rows, 59 proposed ones, 9 that are off."""
    lists = [c for c in package.concepts.values() if c.origin == "package"]
    assert len(lists) == 43
    status = Counter(row.status for c in lists for row in (*c.rows, *c.off))
    assert status == {"verified": 10_490, "proposed": 59, "check": 9}
    assert Counter(row.status for c in lists for row in c.off) == {"check": 9}


def test_no_concept_is_empty(package: Package) -> None:
    assert [c.name for c in package.concepts.values() if c.empty] == []


def derived(package: Package) -> list[Concept]:
    return [c for c in package.concepts.values() if c.origin == "derived"]


def test_every_pattern_of_a_derived_concept_finds_something(package: Package) -> None:
    """A misspelt code would be left out in silence. The WHO's codes are there for own lists."""
    rows = {row for c in package.concepts.values() if c.origin == "package" for row in c.rows}
    for concept in derived(package):
        for pattern in (*concept.only, *concept.without):
            if pattern.system != "ICD-10-WHO":
                assert any(pattern.holds(row) for row in rows), f"{concept.name}: {pattern.text}"


def test_every_code_of_unknown_level_is_an_image(package: Package) -> None:
    rows = [
        row
        for image in package.imaging.image
        for concept in image.concepts
        for row in package.concepts[concept].rows
    ]
    for text in package.imaging.level_unknown:
        assert any(Pattern.parse(text).holds(row) for row in rows), text


def test_bone_scans_are_never_lumbar_by_their_code(package: Package) -> None:
    patterns = [Pattern.parse(text) for text in package.imaging.level_unknown]
    for row in package.concepts["imaging-bone-scan"].rows:
        assert any(pattern.holds(row) for pattern in patterns), row


# Red flags --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("ICD-10-CM", "C44.91", False),  # skin cancer, not melanoma
        ("ICD-10-CM", "C44311", False),
        ("ICD-9-CM", "173.30", False),
        ("OHIP-DX", "173", False),
        ("ICD-10-CM", "Z85.828", False),
        ("ICD-9-CM", "V10.83", False),
        ("ICD-10-CM", "C43.9", True),  # melanoma
        ("ICD-9-CM", "172.9", True),
        ("OHIP-DX", "172", True),
        ("ICD-10-CM", "C50.911", True),
        ("ICD-10-CM", "Z85.3", True),
        ("ICD-10-CA", "Z85.3", True),
        ("OHIP-DX", "174", True),
    ],
)
def test_skin_cancer_that_is_not_melanoma_is_no_history_of_cancer(
    package: Package, system: str, code: str, expected: bool
) -> None:
    assert ("cancer-history" in found(package, system, code)) is expected


def test_no_row_of_cancer_history_is_a_c44(package: Package) -> None:
    rows = package.concepts["cancer-history"].rows
    assert len(rows) > 2000
    assert [row.code for row in rows if row.code.startswith(("C44", "173"))] == []


SIGNS = re.compile(
    r"radicul|sciatica|neuralgia|neuritis|retention|incontinence|defecation|fecal|bladder emptying"
    r"|foot drop|back pain|lumbago",
    re.IGNORECASE,
)


def test_signs_that_are_common_never_suffice_nor_raise_an_alarm(package: Package) -> None:
    """Codes of radiculopathy, retention or incontinence are in no sufficient finding's concepts."""
    strong = {
        concept
        for finding in package.red_flags.finding
        if finding.strength == "sufficient"
        for concept in (*finding.codes, *finding.current_codes)
    }
    assert {"cauda-equina", "cord-compression", "neurologic-deficit"} <= strong
    names = ("redflag-neurologic-cauda-equina", "radiculopathy-sciatica", "lbp-diagnosis-core")
    signs = [
        row
        for name in names
        for row in package.concepts[name].rows
        if SIGNS.search(row.display) or name != "redflag-neurologic-cauda-equina"
    ]
    assert len(signs) > 100
    for row in signs:
        system = row.system.removesuffix("-retired")
        assert not found(package, system, row.code) & strong, row


def test_emergencies_are_four(package: Package) -> None:
    """Cauda equina, severe or worsening weakness, abscess, haematoma."""
    urgency = {family.id: family.urgency for family in package.red_flags.family}
    emergencies = {
        finding.id: finding
        for finding in package.red_flags.finding
        if (finding.urgency or urgency[finding.family]) == "emergency"
    }
    assert set(emergencies) == {"N1", "N2", "I4", "H1"}
    assert {f.strength for f in emergencies.values()} == {"sufficient"}
    shown = {concept for f in emergencies.values() for concept in f.current_codes}
    assert shown == {"cauda-equina", "cord-compression", "epidural-abscess"}


def test_a_complete_screen_asks_four_families(package: Package) -> None:
    needed = {family.id for family in package.red_flags.family if family.needed}
    assert needed == {"neurological", "infection", "fracture", "tumour"}
    asked = [f.id for f in package.red_flags.finding if f.family in needed]
    context = [f.id for f in package.red_flags.finding if f.strength == "context"]
    assert len(asked) == 19
    assert context == ["F6"]


def test_inflammation_justifies_no_image(package: Package) -> None:
    findings = {f.id for f in package.red_flags.finding if f.family == "inflammation"}
    strengths = {f.strength for f in package.red_flags.finding if f.id in findings}
    assert strengths == {"supporting"}
    for combination in package.red_flags.combination:
        if findings & {*combination.all_of, *combination.also_any}:
            assert not combination.justifies_imaging


@pytest.mark.parametrize(
    ("system", "code", "concept", "expected"),
    [
        ("ICD-10-CM", "S32.010A", "traumatic-spine-injury", True),
        ("ICD-10-CM", "S32.010S", "traumatic-spine-injury", False),  # sequela of an old fracture
        ("ICD-10-CM", "S30.0XXA", "traumatic-spine-injury", False),  # a bruise
        ("ICD-10-CM", "S30.0XXA", "low-energy-injury", True),
        ("ICD-10-CM", "S33.5XXA", "traumatic-spine-injury", False),  # a sprain is back pain
        ("ICD-10-CM", "R50.9", "fever", True),
        ("ICD-10-CM", "R50.83", "fever", False),  # after a vaccine
        ("ICD-10-CM", "R53.83", "fever", False),
        ("ICD-10-CM", "R53.83", "fatigue", True),
        ("ICD-10-CM", "M46.46", "spinal-infection", True),
        ("ICD-10-CA", "M46.46", "spinal-infection", True),
        ("ICD-10-CM", "A41.9", "spinal-infection", False),
        ("ICD-10-CM", "A41.9", "recent-infection", True),
        ("ICD-10-CM", "G06.1", "epidural-abscess", True),
        ("ICD-10-CA", "M48.0", "spondyloarthritis", False),  # stenosis
        ("ICD-10-CA", "M45", "spondyloarthritis", True),
        ("ICD-10-CA", "M46.4", "spondyloarthritis", False),  # discitis
        ("ATC", "H02AB07", "long-term-steroid", False),  # one prescription
        ("ICD-10-CM", "Z79.52", "long-term-steroid", True),
        ("ATC", "N02AA05", "opioid-for-pain", True),
        ("ATC", "R05DA04", "opioid-for-pain", False),
        ("RxNorm", "6813", "opioid-for-pain", False),
        ("RxNorm", "6813", "opioids", True),
        ("SNOMED-CT", "278860009", "chronic-low-back-pain", True),
        ("OHIP-DX-CHIRO", "C09", "chronic-low-back-pain", False),  # recurrent
        ("ICD-10-CM", "O99.893", "pregnancy", False),
        ("ICD-10-CM", "O99.893", "puerperium", True),
        ("OHIP-SPECIALTY", "6", "spine-surgeon", True),
        ("OHIP-SPECIALTY", "48", "spine-surgeon", False),
        ("ICD-10-CM", "Z98.1", "lumbar-surgery", False),  # any joint
    ],
)
def test_derived_concepts_hold_what_they_say(
    package: Package, system: str, code: str, concept: str, expected: bool
) -> None:
    assert (concept in found(package, system, code)) is expected


# Images -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("XR LUMBAR SPINE 2 VIEWS", True),
        ("MRI L-spine without contrast", True),
        ("CT LS spine", True),
        ("Thoracolumbar junction", True),
        ("MRI spine, query L4/5 disc", True),
        ("low back pain with leg weakness", True),
        ("IRM lombaire", True),
        ("Radiographie dorso-lombaire", True),
        ("TDM rachis lombosacré", True),
        ("douleur au bas du dos", True),
        ("MRI cervical spine", False),
        ("CT spine", False),
        ("IRM du rachis cervical", False),
        ("C5-C6 disc", False),
        ("plumber fell from ladder", False),
        ("", False),
    ],
)
def test_an_order_text_says_the_region(package: Package, text: str, expected: bool) -> None:
    """In Python and in DuckDB alike, whose expressions know less."""
    patterns = package.imaging.text_says_region
    assert any(re.search(p, text, re.IGNORECASE) for p in patterns) is expected
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    query = "SELECT bool_or(regexp_matches($text, p, 'i')) FROM unnest($patterns) AS t(p)"
    row = connection.execute(query, {"text": text, "patterns": patterns}).fetchone()
    assert row == (expected,)


# Indicators, ideas, resources -------------------------------------------------------------------


def test_the_indicators_are_those_agreed(package: Package) -> None:
    assert [
        (i.id, i.unit, i.window, i.better, i.target.value if i.target else None)
        for i in package.own
    ] == [
        ("imaging-early", "episode", (0, 42), "lower", 0.24),
        ("imaging-without-recorded-flag", "image", None, "lower", 0.27),
        ("imaging-unknown", "image", None, "lower", 0.20),
        ("imaging-missed", "episode", (0, 2), "lower", 0.0),
        ("red-flag-documentation", "episode", (0, 14), "higher", 0.80),
        ("specialist-consultation", "episode", (0, 84), "lower", None),
        ("quality-of-life", "episode", (0, 84), "higher", None),
        ("experience-definitely", "answer", None, "higher", None),
        ("opioid-start", "episode", (0, 30), "lower", None),
    ]


def test_every_indicator_leads_somewhere(package: Package) -> None:
    """One to three change ideas, a resource, and an answer to why it might be wrong."""
    for indicator in package.own:
        assert 1 <= len(indicator.change_ideas) <= 3
        assert indicator.resources
        assert len(indicator.why_wrong) >= 3
        placeholders = {"{period}", "{n}", "{d}", "{rate}"}
        assert all(placeholder in indicator.headline.fr for placeholder in placeholders)


def test_only_missed_emergencies_come_first(package: Package) -> None:
    first = [i.id for i in package.indicators.values() if i.first_in_list]
    assert first == ["imaging-missed"]
    missed = package.indicators["imaging-missed"]
    assert missed.unknown_population == "beside"
    assert missed.anchor == "emergency-finding"
    assert not missed.death_ends


def test_every_link_of_the_change_package_is_kept_with_its_successor(package: Package) -> None:
    seeds = {resource.seed_url for resource in package.resources.values()}
    assert seeds == {
        "https://choosingwiselycanada.org/imaging-tests-low-back-pain/",
        "https://ocfp.on.ca/cpd/practising-wisely1",
        "https://www.hqontario.ca/Portals/0/documents/evidence/quality-standards/low-back-pain-draft-en.pdf",
        "https://www.cfpc.ca/uploadedFiles/Resources/Resource_Items/Health_Professionals/CEP_CoreBackTool_2016.pdf",
        "https://quorum.hqontario.ca/en/",
        "https://www.hqontario.ca/Quality-Improvement/Quality-Improvement-Plans",
        "http://www.isaec.org/",
        "https://www.hqontario.ca/Evidence-to-Improve-Care/Quality-Standards/View-all-Quality-Standards/Low-Back-Pain",
    }
    assert all(r.url.startswith("https://") for r in package.resources.values())


def test_ideas_claim_no_effect_that_was_not_measured(package: Package) -> None:
    assert len(package.ideas) == 12
    for idea in package.ideas.values():
        unmeasured = idea.effect.en.startswith("Not measured")
        assert unmeasured == (idea.grade == "none") or idea.grade == "weak", idea.id
