"""A value set or a table from a terminology server becomes a code list, or is refused in words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from spinewise.cli import main
from spinewise.errors import PackageError
from spinewise.know.loader import load_package
from spinewise.know.terminology import read_codes
from spinewise.measures.export.value_sets import value_set

SNOMED = "http://snomed.info/sct"


def data(**more: Any) -> bytes:
    return json.dumps({"resourceType": "ValueSet", "url": "urn:x", "version": "3", **more}).encode()


def test_expansion_is_read_with_its_inner_codes() -> None:
    """Codes within codes count; headings and inactive codes do not; each code counts once."""
    contains = [
        {"system": SNOMED, "code": "1", "display": "One", "contains": [
            {"system": SNOMED, "code": "2"}, {"system": SNOMED, "code": "1"}]},
        {"system": SNOMED, "code": "3", "abstract": True},
        {"system": SNOMED, "code": "4", "inactive": True},
    ]  # fmt: skip
    found = read_codes(data(expansion={"contains": contains}), "x.json")
    assert found.rows == (("SNOMED-CT", "1", "One"), ("SNOMED-CT", "2", ""))
    assert found.source == "urn:x|3"


def test_composed_codes_are_read() -> None:
    concepts = [{"code": "M545"}]
    include = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "concept": concepts}]
    found = read_codes(data(compose={"include": include}), "x.json")
    assert found.rows == (("ICD-10-CM", "M54.5", ""),)


def test_csv_is_read_by_its_headings() -> None:
    text = 'Code system;Code;Libellé\nICD10CA;M54.5;"Lombalgie; basse"\n\nLOCAL;BP;\n'
    found = read_codes(text.encode(), "liste.csv")
    assert found.rows == (("ICD-10-CA", "M54.5", "Lombalgie; basse"), ("LOCAL", "BP", ""))
    assert found.unknown == ("LOCAL",)


@pytest.mark.parametrize(
    ("given", "message", "where"),
    [
        (b"{", "this is not JSON", "x, line 1"),
        (b'{"resourceType": "Bundle"}', "resourceType is 'Bundle'", "x, resourceType"),
        (data(), "there is no code in it", "x"),
        (
            data(compose={"include": [{"system": SNOMED, "filter": [{"op": "is-a"}]}]}),
            "said by a rule (include.filter)",
            "x, compose.include[0]",
        ),
        (
            data(compose={"include": [{"system": SNOMED}]}),
            f"every code of {SNOMED} is meant",
            "x, compose.include[0]",
        ),
        (
            data(expansion={"contains": [{"code": "1"}]}),
            "code 1 has no system",
            "x",
        ),
        (b"name,system\na,b\n", "no column is called 'code'", "x, line 1"),
        (b"system,code\na,b,c\n", "the line has 3 values, the first line 2", "x, line 2"),
        (b"\xff", "byte 0 is not UTF-8", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(given: bytes, message: str, where: str) -> None:
    with pytest.raises(PackageError) as refused:
        read_codes(given, "x")
    assert message in refused.value.message
    assert refused.value.where == where
    assert refused.value.hint


def test_an_exported_value_set_comes_back(tmp_path: Path) -> None:
    """What is written as FHIR is read again, and the list then works in a package."""
    package = load_package()
    made = value_set(package, "cancer-history", on=date(2026, 11, 24))
    (tmp_path / "set.json").write_text(json.dumps(made), encoding="utf-8")
    command = ["concept", "import", str(tmp_path / "set.json"), "--name", "redflag-cancer"]
    done = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "lists")])
    assert done.exit_code == 0, done.output
    own = load_package(value_sets=tmp_path / "lists")
    assert len(own.concepts["redflag-cancer"].rows) == made["expansion"]["total"]
