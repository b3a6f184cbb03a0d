"""Code systems: one short name each, codes as their systems write them."""

from __future__ import annotations

import duckdb
import pytest

from spinewise.intake import codesystems


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"),
        ("urn:oid:2.16.840.1.113883.6.96", "SNOMED-CT"),
        ("HTTP://LOINC.ORG", "LOINC"),
        ("icd9", "ICD-9-CM"),
        (" CPT4 ", "CPT"),
        ("urn:spinewise:finding", "spinewise-finding"),
        ("spinewise-item", "spinewise-item"),
        ("http://hospital.example/own-codes", "http://hospital.example/own-codes"),
        ("", None),
        (None, None),
    ],
)
def test_systems_get_their_short_name(written: str | None, short: str | None) -> None:
    """URIs, OIDs and spellings become one name; an unknown system keeps its own text."""
    assert codesystems.short_name(written) == short


def test_no_name_means_two_systems() -> None:
    """Each URI, OID or spelling is listed once."""
    seen: dict[str, str] = {}
    for short, system in codesystems.load().system.items():
        for name in {name.casefold() for name in (short, *system.names)}:
            assert name not in seen, f"{name} is {seen.get(name)} and {short}"
            seen[name] = short


@pytest.mark.parametrize(
    ("system", "written", "value"),
    [
        ("ICD-9-CM", "72210", "722.10"),
        ("ICD-9-CM", "7242", "724.2"),
        ("ICD-9-CM", "724", "724"),
        ("ICD-9-CM", "E8850", "E885.0"),
        ("ICD-9-CM", "V5789", "V57.89"),
        ("ICD-10-CM", "M5450", "M54.50"),
        ("ICD-10-CM", "M54.50", "M54.50"),
        ("ICD-10-CA", "M545", "M54.5"),
        ("OHIP-FEE", "X028C", "X028"),
        ("OHIP-FEE", "A007", "A007"),
        ("OHIP-DX", "724", "724"),
        ("SNOMED-CT", " 278860009", "278860009"),
        (None, "x", "x"),
    ],
)
def test_codes_are_written_as_their_system_does(
    system: str | None, written: str, value: str
) -> None:
    """The dot stands where it belongs and a claim's ending is no part of the code."""
    assert codesystems.code_value(system, written) == value


@pytest.mark.parametrize(
    ("system", "value", "display", "imaging"),
    [
        ("http://www.ama-assn.org/go/cpt", "72100", None, True),
        ("CPT", "77080", None, True),
        ("CPT", "99213", None, False),
        ("OHIP-FEE", "X028B", None, True),
        ("OHIP-FEE", "J301", None, False),
        ("CCI", "3.SC.10.VA", None, True),
        ("CCI", "1.SC.75.LL", None, False),
        ("http://snomed.info/sct", "168594001", "Plain X-ray of wrist (procedure)", True),
        ("http://snomed.info/sct", "430193006", "Medication reconciliation", False),
        ("http://loinc.org", "36813-4", "CT Abdomen and Pelvis W contrast IV", True),
        ("http://loinc.org", "718-7", "Hemoglobin [Mass/volume] in Blood", False),
        ("own", "72100", "X-ray", False),
        (None, "72100", None, False),
    ],
)
def test_imaging_of_any_region_is_seen(
    system: str | None, value: str, display: str | None, imaging: bool
) -> None:
    """Codes of images are known in every spelling of their system, and no others."""
    connection = duckdb.connect()
    codesystems.install(connection)
    codings = "[{system: $1::VARCHAR, value: $2::VARCHAR, display: $3::VARCHAR}]"
    found = connection.execute(f"SELECT is_imaging({codings})", [system, value, display])
    assert found.fetchone() == (imaging,)


def test_a_row_without_codes_is_no_image_and_no_referral() -> None:
    """NULL and empty lists are false, never NULL."""
    connection = duckdb.connect()
    codesystems.install(connection)
    nothing = "NULL::STRUCT(system VARCHAR, value VARCHAR, display VARCHAR)[]"
    row = connection.execute(
        f"SELECT is_imaging({nothing}), is_referral({nothing}), is_imaging([]::{nothing[6:]})"
    ).fetchone()
    assert row == (False, False, False)
