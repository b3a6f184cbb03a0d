"""Drafting a mapping: what is guessed, what is asked, and that a draft can be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from spinewise.errors import IntakeError
from spinewise.intake.draft import draft_mapping
from spinewise.intake.mapping import load_mapping

FRENCH = {
    "Patients_2024.csv": "No_Dossier;Date de naissance;Sexe;Nom\n"
    "1;31/03/1980;F;Tremblay\n2;02/12/1950;M;Roy\n",
    "Rencontres.csv": "no_dossier;no_rencontre;date_visite;Lieu;id_medecin\n"
    "1;r1;15/01/2024;Clinique;m1\n2;r2;16/01/2024;Urgence;m1\n2;r3;17/01/2024;Ailleurs;m2\n",
    "Diagnostics.csv": "no_dossier;no_rencontre;date_diagnostic;code_diagnostic\n"
    "1;r1;15/01/2024;M54.5\n2;r2;16/01/2024;M51.2\n",
}
ENGLISH = {
    "demographics.csv": "chart_number,dob,gender\n7,19800331,F\n8,19501202,M\n",
    "claims.csv": "chart_number,claim_id,service_date,provider_id,dx1,dx2,dx3,colour\n"
    "7,c1,01/05/2023,p1,724.2,250.00,,red\n8,c2,02/07/2023,p2,E885.9,,,\n",
    "wobble.csv": "a,b\n1,2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def tables(text: str) -> dict[str, dict[str, Any]]:
    """The tables of a draft by file and what they are read as."""
    return {f"{table['file']}: {table['to']}": table for table in tomllib.loads(text)["table"]}


def test_french_names(folder: Any) -> None:
    """French headers are placed; what a word means is looked up or asked."""
    text, open_points = draft_mapping(folder(FRENCH))
    drafted = tables(text)
    assert drafted["Patients_2024.csv: patients"]["columns"] == {
        "patient_id": "No_Dossier",
        "birth_date": {"column": "Date de naissance", "dates": ["D/M/YYYY"]},
        "sex": {"column": "Sexe", "values": {"F": "female", "M": "male"}},
    }
    visits = drafted["Rencontres.csv: visit"]["columns"]
    assert visits["encounter_id"] == "no_rencontre"
    assert visits["clinician_id"] == "id_medecin"
    assert visits["setting"]["values"] == {"Clinique": "office", "Urgence": "emergency"}
    conditions = drafted["Diagnostics.csv: condition"]["columns"]
    assert conditions["code"] == "code_diagnostic"
    assert conditions["system"] == {"constant": "ICD-10-CM"}
    assert open_points == [
        "Patients_2024.csv: column Nom was not placed",
        "Rencontres.csv: setting: what do these mean: Ailleurs?",
    ]


def test_claims_with_columns_side_by_side(folder: Any) -> None:
    """A claims file is drafted as visits and as diagnoses; unclear dates are asked about."""
    text, open_points = draft_mapping(folder(ENGLISH))
    drafted = tables(text)
    assert drafted["demographics.csv: patients"]["columns"]["birth_date"] == {
        "column": "dob",
        "dates": ["YYYYMMDD"],
    }
    assert drafted["claims.csv: visit"]["columns"]["start"]["column"] == "service_date"
    diagnoses = drafted["claims.csv: condition"]["columns"]
    assert diagnoses["code"] == {"each": "dx{1..3}"}
    assert diagnoses["position"] == {"place": True}
    assert diagnoses["system"] == {"constant": "ICD-9-CM"}
    assert "claims.csv: start: day or month first?" in open_points
    assert "claims.csv: column colour was not placed" in open_points
    assert "wobble.csv: what the file holds is not clear from its name" in open_points


def test_values_of_people_are_not_shown(folder: Any) -> None:
    """A draft shows codes and words, never what stands in columns it does not know."""
    text, open_points = draft_mapping(folder(FRENCH))
    assert "Tremblay" not in text + "".join(open_points)


def test_a_draft_is_a_mapping(folder: Any, read: Any) -> None:
    """A draft that found all it needs is read as it stands."""
    root = folder(FRENCH)
    text, _ = draft_mapping(root)
    (root / "m.toml").write_text(text, encoding="utf-8")
    assert len(load_mapping(root / "m.toml").table) == 3
    export = read(FRENCH, text)
    assert export.rows("patients", "patient_id, birth_lo::VARCHAR, sex") == [
        ("1", "1980-03-31", "female"),
        ("2", "1950-12-02", "male"),
    ]
    assert export.values("events", "visit_setting") == ["emergency", "office"]
    assert export.ledger()["visit"] == (3, 2, 0, 0, 0, 1)


def test_needed_columns_that_are_missing_are_asked_for(folder: Any) -> None:
    """A needed column that was not found is a comment, and an open point."""
    text, open_points = draft_mapping(folder({"diagnoses.csv": "pid,code\n1,M54.5\n"}))
    assert '# start = "?"  # needed: which column is it?' in text
    assert "diagnoses.csv: no column was found for start, which is needed" in open_points


def test_files_with_one_header_are_one_table(folder: Any) -> None:
    """Yearly files are read by one table."""
    one = FRENCH["Diagnostics.csv"]
    text, _ = draft_mapping(folder({"diag_2022.csv": one, "diag_2023.csv": one}))
    [table] = tomllib.loads(text)["table"]
    assert table["file"] == ["diag_2022.csv", "diag_2023.csv"]


@pytest.mark.parametrize(
    ("codes", "system"),
    [
        (["M54.5", "M51.26", "S33.5XXA"], "ICD-10-CM"),
        (["724.2", "7243", "V58.1"], "ICD-9-CM"),
        (["724", "781", "847"], "OHIP-DX"),
        (["A007A", "X028C", "K005A"], "OHIP-FEE"),
        (["72148", "99213", "72110"], "CPT"),
        (["02231478", "00012345"], "DIN"),
        (["N02AA01", "M01AE01"], "ATC"),
        (["279039007", "161891005"], "SNOMED-CT"),
        (["left", "right"], "?"),
    ],
)
def test_code_systems_are_told_by_shape(folder: Any, codes: list[str], system: str) -> None:
    """Most values must have the shape of a system; else it is asked for."""
    rows = "".join(f"1,2024-01-01,{code}\n" for code in codes)
    text, _ = draft_mapping(folder({"procedures.csv": f"pid,date,code\n{rows}"}))
    [table] = tomllib.loads(text)["table"]
    shown = {"ICD-9-CM": "ICD-9-PCS"}.get(system, system)
    assert table["columns"]["system"] == {"constant": shown}


def test_nothing_to_draft(tmp_path: Path) -> None:
    """A folder without CSV files is an error that says so."""
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(IntakeError, match="no CSV file"):
        draft_mapping(tmp_path)
