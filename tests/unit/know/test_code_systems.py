"""Codes that a system does not have are found as far as it is known; codes that it has are not."""

from __future__ import annotations

import re
from datetime import date

import pytest

from spinewise.know.code_systems import depth, doubt, known_systems
from spinewise.know.codes import SYSTEMS

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("name", known_systems())
def test_the_example_of_a_system_is_one_of_its_codes(name: str) -> None:
    system = known_systems()[name]
    if system.form:
        assert re.fullmatch(system.form, system.example)
        assert doubt(name, system.example, TODAY) is None
    else:
        assert known_systems()[system.codes].form


def test_every_system_that_is_compared_in_its_own_way_is_known() -> None:
    assert set(SYSTEMS) <= set(known_systems())


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("ICD-10-CM", "M54.50"),
        ("ICD-10-CM", "m5450"),
        ("ICD-10-CM", "M80.08XA"),
        ("ICD-10-CM", "B20"),
        ("ICD-10-CM-PREFIX", "M5"),
        ("ICD-10-CM-retired", "M54.5"),
        ("ICD-9-CM", "724.2"),
        ("ICD-9-CM", "V45.4"),
        ("ICD-9-CM", "E849.0"),
        ("ICD-9-CM-PREFIX", "805"),
        ("LOINC", "24725-4"),
        ("SNOMED-CT", "25064002"),
        ("SNOMED-CT", "279039007"),
        ("a system of our own", "whatever"),
    ],
)
def test_a_code_that_exists_is_not_doubted(system: str, code: str) -> None:
    assert doubt(system, code, TODAY) is None


@pytest.mark.parametrize(
    ("system", "code", "rule"),
    [
        ("ICD-10-CM", "M54.58", "code-unknown"),
        ("ICD-10-CM", "M54", "code-heading"),
        ("ICD-10-CM", "M54.5", "code-retired"),
        ("ICD-10-CM", "54.50", "code-form"),
        ("ICD-10-CM-PREFIX", "M55", "code-unknown"),
        ("ICD-10-CM-retired", "M54.50", "code-retired"),
        ("ICD-9-CM", "724", "code-heading"),
        ("ICD-9-CM", "724.22", "code-unknown"),
        ("LOINC", "24725-5", "code-unknown"),
        ("SNOMED-CT", "25064003", "code-unknown"),
        ("SNOMED-CT", "25046002", "code-unknown"),
        ("CPT", "721", "code-form"),
    ],
)
def test_a_code_that_does_not_exist_is_doubted(system: str, code: str, rule: str) -> None:
    found = doubt(system, code, TODAY)
    assert found is not None
    assert found.rule == rule
    assert code in found.message


def test_a_code_is_retired_from_its_day_on() -> None:
    assert doubt("ICD-10-CM", "M54.5", date(2021, 9, 30)) is None
    assert doubt("ICD-10-CM", "M54.50", date(2021, 10, 1)) is None
    early = doubt("ICD-10-CM", "M54.50", date(2021, 9, 30))
    assert early is not None
    assert early.rule == "code-early"


def test_it_is_said_how_far_a_system_is_known() -> None:
    depths = [depth(name) for name in ("ICD-10-CM-PREFIX", "SNOMED-CT", "CPT", "ours")]
    assert depths == ["table", "check digit", "form", "not at all"]
