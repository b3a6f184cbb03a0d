"""Which of a record's codes belong to a concept, system by system."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from spinewise.know.codes import Pattern
from spinewise.know.concepts import COLUMNS, Concept, derive, read_list
from spinewise.know.match import Matcher
from spinewise.know.model import Derived
from spinewise.know.package import Package


@dataclass(frozen=True)
class Lists:
    """What a matcher needs of a package."""

    concepts: dict[str, Concept]


def listed(*rows: tuple[str, str] | tuple[str, str, str], name: str = "c") -> Concept:
    """A list with these rows: system, code and, where it matters, status."""
    lines = [",".join(COLUMNS)]
    for system, code, *status in rows:
        lines.append(f"{system},{code},words,{status[0] if status else 'verified'},here,memory")
    data = "\n".join(lines).encode()
    return read_list(name, data, where="c.csv", given=False, verified_only=False)


def matches(row: tuple[str, str], system: str, code: str) -> bool:
    return bool(Matcher(Lists({"c": listed(row)})).resolve([(0, system, code)]))


@pytest.mark.parametrize(
    ("row", "record", "expected"),
    [
        # ICD: the dot and the case make no difference; a code is itself and no other.
        (("ICD-10-CM", "M54.50"), ("ICD-10-CM", "M54.50"), True),
        (("ICD-10-CM", "M54.50"), ("ICD-10-CM", "m5450"), True),
        (("ICD-10-CM", "M54.50"), ("ICD-10-CM", " M54.50 "), True),
        (("ICD-10-CM", "M54.50"), ("ICD-10-CM", "M54.5"), False),
        (("ICD-10-CM", "M54.5"), ("ICD-10-CM", "M54.50"), False),
        (("ICD-10-CM", "M54.50"), ("ICD-10-CA", "M54.50"), False),
        (("ICD-9-CM", "724.2"), ("ICD-9-CM", "7242"), True),
        (("ICD-9-CM", "724.2"), ("OHIP-DX", "724"), False),
        # Retired codes stand in records as ICD-10-CM.
        (("ICD-10-CM-retired", "M54.5"), ("ICD-10-CM", "M54.5"), True),
        (("ICD-10-CM-retired", "M54.5"), ("ICD-10-CM", "M54.50"), False),
        # Prefixes.
        (("ICD-10-CM-PREFIX", "S33"), ("ICD-10-CM", "S33.5XXA"), True),
        (("ICD-10-CM-PREFIX", "S33"), ("ICD-10-CM", "S34.1"), False),
        (("ICD-9-CM-PREFIX", "80"), ("ICD-9-CM", "805.4"), True),
        (("ICD-9-CM-PREFIX", "80"), ("ICD-10-CM", "805.4"), False),
        # The WHO's codes are the beginning of Canadian ones.
        (("ICD-10-WHO", "M54.5"), ("ICD-10-WHO", "M54.5"), True),
        (("ICD-10-WHO", "M54.5"), ("ICD-10-CA", "M54.50"), True),
        (("ICD-10-WHO", "M54.5"), ("ICD-10-CA", "M5459"), True),
        (("ICD-10-WHO", "M54.5"), ("ICD-10-CA", "M54.4"), False),
        (("ICD-10-WHO", "M54.5"), ("ICD-10-WHO", "M54"), False),
        (("ICD-10-WHO", "B20"), ("ICD-10-WHO", "B20.1"), True),
        (("ICD-10-WHO", "B20"), ("ICD-10-CA", "B20"), True),
        (("ICD-10-WHO", "M54.5"), ("ICD-10-CM", "M54.5"), False),
        # Canadian interventions: rubrics are prefixes.
        (("CCI-rubric", "3.SC.40"), ("CCI", "3.SC.40.VA"), True),
        (("CCI-rubric", "3.SC.40"), ("CCI", "3SC40VA"), True),
        (("CCI-rubric", "3.SC.40"), ("CCI", "3.SC.10.VA"), False),
        # Ontario fee codes: the claim's letter at the end is left out.
        (("OHIP-FEE", "X028"), ("OHIP-FEE", "X028A"), True),
        (("OHIP-FEE", "X028"), ("OHIP-FEE", "x028c"), True),
        (("OHIP-FEE", "X028"), ("OHIP-FEE", "X028"), True),
        (("OHIP-FEE", "X028"), ("OHIP-FEE", "X028D"), False),
        (("OHIP-FEE", "X028"), ("OHIP-FEE", "X0281"), False),
        # Ontario diagnoses have three digits.
        (("OHIP-DX", "724"), ("OHIP-DX", "724"), True),
        (("OHIP-DX", "724"), ("OHIP-DX", "724.2"), True),
        (("OHIP-DX", "724"), ("OHIP-DX", "7242"), True),
        (("OHIP-DX", "724"), ("OHIP-DX", "72"), False),
        (("OHIP-DX-CHIRO", "C08"), ("OHIP-DX-CHIRO", "C08"), True),
        # Zeros that a spreadsheet dropped.
        (("UB-REV", "0350"), ("UB-REV", "350"), True),
        (("OHIP-SPECIALTY", "06"), ("OHIP-SPECIALTY", "6"), True),
        (("CMS-SPECIALTY", "09"), ("CMS-SPECIALTY", "9"), True),
        (("CMS-POS", "23"), ("CMS-POS", "23"), True),
        # CPT is level I of HCPCS; the other way round is another code.
        (("CPT", "72148"), ("CPT", "72148"), True),
        (("CPT", "72148"), ("HCPCS", "72148"), True),
        (("HCPCS", "Q5001"), ("HCPCS", "Q5001"), True),
        (("HCPCS", "Q5001"), ("CPT", "Q5001"), False),
        # Medicines: whole ATC codes are exact, shorter ones name a group.
        (("ATC", "N02AA01"), ("ATC", "N02AA01"), True),
        (("ATC", "N02AA01"), ("ATC", "N02AA"), False),
        (("ATC", "L04AB"), ("ATC", "L04AB02"), True),
        (("ATC", "L04AB"), ("ATC", "L04AC02"), False),
        (("RxNorm-ingredient", "7052"), ("RxNorm", "7052"), True),
        (("RxNorm-ingredient", "7052"), ("RxNorm", "70521"), False),
        # All others: the same system, the same code.
        (("SNOMED-CT", "279039007"), ("SNOMED-CT", "279039007"), True),
        (("SNOMED-CT", "279039007"), ("SNOMED-CT", "27903900"), False),
        (("LOINC", "24972-2"), ("LOINC", "24972-2"), True),
        (("ICPC-2", "L03"), ("ICPC-2", "l03"), True),
        (("NUCC-TAXONOMY", "207X00000X"), ("NUCC-TAXONOMY", "207X00000X"), True),
        (("HL7-ActCode", "EMER"), ("HL7-ActCode", "EMER"), True),
        (("our-own", "A.1"), ("our-own", "A.1"), True),
        (("our-own", "A.1"), ("our-own", "A1"), False),
        # A record that does not say the system belongs to nothing.
        (("ICD-10-CM", "M54.50"), ("", "M54.50"), False),
        (("ICD-10-CM", "M54.50"), ("some local list", "M54.50"), False),
    ],
    ids=str,
)
def test_a_code_matches_as_its_system_says(
    row: tuple[str, str], record: tuple[str, str], expected: bool
) -> None:
    assert matches(row, *record) is expected


def test_each_key_and_concept_comes_once() -> None:
    """One coded value with two codings in the same list is one match."""
    concept = listed(("ICD-10-CM", "M54.50"), ("SNOMED-CT", "279039007"))
    rows = [(7, "SNOMED-CT", "279039007"), (7, "ICD-10-CM", "M54.50"), (8, "ICD-10-CM", "Z00")]
    assert Matcher(Lists({"c": concept})).resolve(rows) == [(7, "c", False)]


def test_a_match_is_proposed_only_where_no_verified_row_stands_for_it() -> None:
    concept = listed(
        ("ICD-10-CM", "M54.50", "proposed"),
        ("ICD-10-CM-PREFIX", "M54", "verified"),
        ("ICD-10-CM", "R51", "proposed"),
    )
    matcher = Matcher(Lists({"c": concept}))
    assert matcher.resolve([(1, "ICD-10-CM", "M54.50"), (2, "ICD-10-CM", "R51")]) == [
        (1, "c", False),
        (2, "c", True),
    ]


@pytest.mark.parametrize(
    ("only", "without", "row", "code", "expected"),
    [
        ([], ["ICD-10-CM|C44*"], ("ICD-10-CM", "C44.91"), "C44.91", False),
        ([], ["ICD-10-CM|C44*"], ("ICD-10-CM", "C43.0"), "C43.0", True),
        # A row for a whole chapter keeps the codes that the pattern does not name.
        ([], ["ICD-10-CM|C44*"], ("ICD-10-CM-PREFIX", "C"), "C44.91", False),
        ([], ["ICD-10-CM|C44*"], ("ICD-10-CM-PREFIX", "C"), "C50.1", True),
        (["ICD-10-CM|C79*"], [], ("ICD-10-CM-PREFIX", "C"), "C79.51", True),
        (["ICD-10-CM|C79*"], [], ("ICD-10-CM-PREFIX", "C"), "C50.1", False),
        (["ICD-10-CM|G83.4"], [], ("ICD-10-CM", "G83.4"), "G834", True),
        (["ICD-10-CM|G83.4"], [], ("ICD-10-CM", "R33.9"), "R33.9", False),
        ([], ["ICD-10-CM|??????S"], ("ICD-10-CM", "S32.010S"), "S32.010S", False),
        ([], ["ICD-10-CM|??????S"], ("ICD-10-CM", "S32.010A"), "S32.010A", True),
    ],
)
def test_a_derived_concept_holds_what_its_patterns_let_in(
    only: list[str], without: list[str], row: tuple[str, str], code: str, expected: bool
) -> None:
    rule = Derived(from_=["c"], only=only, except_=without, why="a test")
    concept = derive("d", rule, {"c": listed(row)}, "concepts.toml")
    found = Matcher(Lists({"d": concept})).resolve([(0, "ICD-10-CM", code)])
    assert bool(found) is expected


@pytest.mark.parametrize(
    ("pattern", "record", "expected"),
    [
        ("OHIP-FEE|X415", ("OHIP-FEE", "X415B"), True),
        ("CCI-rubric|3.SC.*", ("CCI", "3SC40VA"), True),
        ("CCI-rubric|3.SC.*", ("CCI", "3.AN.40"), False),
        ("UB-REV|*", ("UB-REV", "612"), True),
        ("UB-REV|*", ("CPT", "612"), False),
        ("ICD-10-WHO|C44", ("ICD-10-CA", "C44.9"), True),
    ],
)
def test_a_pattern_speaks_of_a_records_codes(
    pattern: str, record: tuple[str, str], expected: bool
) -> None:
    assert Pattern.parse(pattern).fits(*record) is expected


@pytest.mark.parametrize("text", ["", "X415", "|X415", "OHIP-FEE|", "OHIP-FEE|X*5"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a pattern"):
        Pattern.parse(text)


def test_many_codes_resolve_quickly(package: Package) -> None:
    """A dictionary of a hundred thousand codes is a matter of a second, not of minutes."""
    systems = ["ICD-10-CM", "ICD-9-CM", "SNOMED-CT", "ATC", "ICD-10-CA", "OHIP-FEE", "DIN"]
    rows = [(key, systems[key % len(systems)], f"{key % 97:02}.{key}") for key in range(100_000)]
    matcher = package.matcher
    start = time.process_time()
    matcher.resolve(rows)
    assert time.process_time() - start < 5
