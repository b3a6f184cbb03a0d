"""Mapping files: other extracts read as the CSV form, and mistakes in them reported."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spinewise.errors import IntakeError
from spinewise.intake.mapping import dated, find_mapping, load_mapping, shipped

EXTRACT = """\
[extract]
cutoff = 2024-12-31
dates = ["DD/MM/YYYY"]
missing = ["NULL", "-"]

[[table]]
file = "usagers.csv"
to = "patients"
columns.patient_id = "No dossier"
columns.birth_date = "Naissance"
columns.sex = { column = "Sexe", values = { F = "female", H = "male" }, otherwise = "unknown" }

[[table]]
file = "visites*.csv"
to = "visit"
[table.columns]
patient_id = "dossier"
encounter_id = { join = ["site", "no"] }
start = "date"
setting = { column = "lieu", values = { Cabinet = "office", Urgence = "emergency" } }

[[table]]
file = "visites*.csv"
to = "condition"
only = { facture = ["payee", "acceptee"] }
[table.columns]
patient_id = "dossier"
encounter_id = { join = ["site", "no"] }
start = "date"
system = { constant = "ICD-9-CM" }
code = { each = "dx{1..3}" }
position = { place = true }

[[table]]
file = "drapeaux.csv"
to = "finding"
[table.columns]
patient_id = "dossier"
start = { column = "quand", dates = ["YYYYMMDD", "DDMONYYYY"] }
code = { each_constant = ["N1", "N2"] }
value = { each = ["selle", "vessie"], values = { O = "present", N = "absent" } }

[[table]]
file = "reponses.csv"
to = "answer"
[table.columns]
patient_id = "dossier"
start = { first = ["repondu", "envoye"] }
code = { constant = "quality-of-life" }
value = { column = "score", decimal = "," }
"""

FILES = {
    "usagers.csv": "No dossier;Naissance;Sexe;Nom\n"
    "1;01/03/1980;F;A\n2;31/12/1950;H;B\n3;NULL;?;C\n",
    "visites-2023.csv": "dossier,site,no,date,lieu,dx1,dx2,dx3,facture\n"
    "1,A,7,05/02/2023,Cabinet,7242,25000,,Payee\n"
    "1,B,7,06/02/2023,urgence,-,7243,,Refusee\n"
    "2,A,8,2023-02-07,Ailleurs,E8859,V6709,,Payee\n"
    "2,A,9,08/02/2023,Cabinet,,,,Payee\n",
    "visites-2024.csv": "dossier,site,no,date,lieu,dx1,dx2,dx3,facture\n",
    "drapeaux.csv": "dossier,quand,selle,vessie\n1,20230205,O,N\n1,06FEB2023,,\n2,20230207,O,?\n",
    "reponses.csv": 'dossier,repondu,envoye,score\n1,,05/03/2023,"0,7"\n1,06/03/2023,,"1,500"\n',
}


@pytest.fixture(scope="module")
def export(read_once: Any) -> Any:
    return read_once(FILES, EXTRACT)


def test_people(export: Any) -> None:
    """Values are translated, dates read as declared, NULL is nothing."""
    assert export.rows("patients", "patient_id, birth_lo, sex") == [
        ("1", date(1980, 3, 1), "female"),
        ("2", date(1950, 12, 31), "male"),
        ("3", None, "unknown"),
    ]
    assert export.extract.cutoff == date(2024, 12, 31)


def test_one_row_of_theirs_is_a_visit_and_diagnoses(export: Any) -> None:
    """A table may be read twice; columns side by side give one event each, in their order."""
    assert export.rows("visits", "source_id, start_lo, setting") == [
        ("A/7", date(2023, 2, 5), "office"),
        ("A/9", date(2023, 2, 8), "office"),
        ("B/7", date(2023, 2, 6), "emergency"),
    ]
    conditions = export.rows("events", "line, position, visit_lo", "kind = 'condition'")
    assert conditions == [
        (2, 1, date(2023, 2, 5)),
        (2, 2, date(2023, 2, 5)),
        (4, 1, None),
        (4, 2, None),
    ]
    assert export.codes("kind = 'condition'") == [
        ("ICD-9-CM", "250.00"),
        ("ICD-9-CM", "724.2"),
        ("ICD-9-CM", "E885.9"),
        ("ICD-9-CM", "V67.09"),
    ]


def test_sums_of_mapped_tables(export: Any) -> None:
    """Each reading of a file accounts for every row of it."""
    assert export.ledger() == {
        "patients": (3, 3, 0, 0, 0, 0),
        "visit": (4, 3, 0, 0, 0, 1),  # Ailleurs is no setting
        "condition": (4, 2, 0, 2, 0, 0),  # one refused, one without a code
        "finding": (3, 1, 0, 1, 0, 1),
        "answer": (2, 2, 0, 0, 0, 0),
    }
    assert set(export.values("ledger", "reason", "skipped > 0")) == {
        "left out by the mapping",
        "none of its columns is filled",
    }


def test_columns_of_findings(export: Any) -> None:
    """A column for each finding gives findings; a row with one bad answer is quarantined whole."""
    assert export.rows("events", "line, value, start_lo", "kind = 'finding'") == [
        (2, "absent", date(2023, 2, 5)),
        (2, "present", date(2023, 2, 5)),
    ]
    assert export.codes("kind = 'finding'") == [
        ("spinewise-finding", "N1"),
        ("spinewise-finding", "N2"),
    ]
    assert export.rows("quarantine", "line, field, value, raw", "field = 'value'") == [
        (4, "value", "?", "2,20230207,O,?")
    ]


def test_decimal_comma_and_first_of_several(export: Any) -> None:
    """The first filled column counts; a declared decimal comma has no doubt."""
    assert export.rows("events", "start_lo, number", "kind = 'answer'") == [
        (date(2023, 3, 5), 0.7),
        (date(2023, 3, 6), 1.5),
    ]


@pytest.mark.parametrize(
    ("form", "written", "iso"),
    [
        ("YYYYMMDD", "20240131", "2024-01-31"),
        ("DD/MM/YYYY", "31/01/2024", "2024-01-31"),
        ("M/D/YYYY", "1/31/2024", "2024-01-31"),
        ("D.M.YYYY", "3.1.2024", "2024-01-03"),
        ("MM/YYYY", "01/2024", "2024-01"),
        ("DDMONYYYY", "31jan2024", "2024-01-31"),
        ("D MON YYYY", "3 Dec 2024", "2024-12-03"),
        ("DD/MM/YYYY hh:mm", "31/01/2024 9:05", "2024-01-31T09:05:00"),
        ("YYYY/MM/DD hh:mm:ss", "2024/01/31 09:05:07", "2024-01-31T09:05:07"),
        ("DD/MM/YYYY", "2024-01", "2024-01"),
        ("DD/MM/YYYY", "01/31/2024", "01/31/2024"),
        ("DD/MM/YYYY", "soon", "soon"),
    ],
)
def test_date_formats(form: str, written: str, iso: str) -> None:
    """A text of the format is written the ISO way; any other stays as it is."""
    query = f"SELECT {dated('text', [form])} FROM (SELECT ? AS text)"
    assert duckdb.execute(query, [written]).fetchall() == [(iso,)]


def test_formats_are_tried_in_order() -> None:
    """What fits two formats is read by the first."""
    query = f"SELECT {dated('text', ['DD/MM/YYYY', 'MM/DD/YYYY'])} FROM (SELECT ? AS text)"
    assert duckdb.execute(query, ["02/03/2024"]).fetchall() == [("2024-03-02",)]
    assert duckdb.execute(query, ["02/28/2024"]).fetchall() == [("2024-02-28",)]


TABLE = '[[table]]\nfile = "a.csv"\nto = "condition"\n[table.columns]\n'
SOUND = 'patient_id = "p"\nstart = "s"\nsystem = { constant = "X" }\ncode = "c"\n'


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("[extract]\ncutof = 2024-01-01", "m.toml, extract", "cutof"),
        ('[extract]\ncutoff = "soon"', "m.toml, extract.cutoff", "soon"),
        ('[extract]\ndates = ["DD/MM"]', "m.toml, extract.dates", "'DD/MM'"),
        ("[extract.carried]\nlabs = []", "m.toml, extract.carried", "labs"),
        ("not toml", "m.toml", "TOML"),
        ('[[table]]\nfile = "a.csv"\nto = "lab"\ncolumns = {}', "m.toml, table[0]", "lab"),
        (TABLE + 'patient = "p"', "m.toml, table 1 (condition), columns", "'patient'"),
        (TABLE + 'patient_id = "p"', "m.toml, table 1 (condition), columns", "'system'"),
        (TABLE + SOUND.replace('"c"', "{ dates = [] }"), "columns.code", "no source"),
        (
            TABLE + SOUND.replace('"c"', '{ column = "c", constant = "d" }'),
            "columns.code",
            "column and constant",
        ),
        (
            TABLE + SOUND.replace('"s"', '{ column = "s", dates = ["YY"] }'),
            "columns.start.dates",
            "'YY'",
        ),
        (
            TABLE + SOUND.replace('"c"', '{ each = "c{1..3}" }') + 'value = { each = ["v", "w"] }',
            "table 1 (condition), columns",
            "2 and 3 columns",
        ),
    ],
)
def test_mistakes(tmp_path: Path, text: str, where: str, said: str) -> None:
    """Every mistake is reported with file, key and value, and what to do."""
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntakeError) as error:
        load_mapping(path)
    assert said in error.value.message
    assert where in error.value.where
    assert error.value.hint


def test_a_column_the_file_does_not_have(read: Any) -> None:
    """The error names the column, what is near it, and what the file has."""
    mapping = EXTRACT.replace('"Naissance"', '"Naisance"')
    with pytest.raises(IntakeError, match="'Naisance'") as error:
        read(FILES, mapping)
    assert "Did you mean Naissance?" in error.value.hint
    assert "Sexe" in error.value.hint
    assert "usagers.csv" in error.value.where


def test_a_file_that_is_not_there(read: Any) -> None:
    """A table of the mapping without any file is a mistake, not an empty table."""
    files = {name: text for name, text in FILES.items() if name != "drapeaux.csv"}
    with pytest.raises(IntakeError, match=r"no file is called drapeaux\.csv"):
        read(files, EXTRACT)


def test_two_readings_of_one_name(read: Any) -> None:
    """Two tables that read one file need names to be told apart."""
    twice = EXTRACT + EXTRACT[EXTRACT.index('[[table]]\nfile = "reponses.csv"') :]
    with pytest.raises(IntakeError, match="are called"):
        read(FILES, twice)


def test_mapping_beside_the_files(read: Any) -> None:
    """An extract.toml among the files is their mapping."""
    export = read({**FILES, "extract.toml": EXTRACT})
    assert export.values("patients", "patient_id") == ["1", "2", "3"]


def test_part_form_part_mapped(read: Any) -> None:
    """A file in the CSV form needs no table in the mapping."""
    mapping = EXTRACT[EXTRACT.index('[[table]]\nfile = "reponses.csv"') :]
    files = {
        "patients.csv": "patient_id,birth_date\n1,1980\n",
        "reponses.csv": FILES["reponses.csv"].replace("05/03/2023", "2023-03-05"),
    }
    assert read(files, mapping).ledger()["answer"] == (2, 1, 0, 0, 0, 1)


def test_shipped_mappings_are_found_by_name() -> None:
    """Every shipped mapping loads; another name says which there are."""
    assert "desynpuf" in shipped()
    for name in shipped():
        assert load_mapping(find_mapping(name)).table
    with pytest.raises(IntakeError, match="'synpuf'") as error:
        find_mapping("synpuf")
    assert "desynpuf" in error.value.hint


def test_raw_claims_of_the_public_use_file(read: Any, sample_data: Path) -> None:
    """
    The raw inpatient files: 2,000 people, 1,146 stays, ICD-9 724 on 59 claims of 54 people.

    The counts of people, rows and claims are those of the data's own provenance note. Of the
    2,000 people 5,908 yearly rows are read, and the latest of each is kept.
    """
    folder = sample_data / "desynpuf_raw_sample2"
    files = {path.name: gzip.decompress(path.read_bytes()) for path in folder.glob("*.csv.gz")}
    export = read(files, find_mapping("desynpuf").read_text(encoding="utf-8"))
    ledger = export.ledger()
    assert ledger["patients"] == (5908, 2000, 3908, 0, 0, 0)
    assert ledger["visit"] == (1147, 1146, 1, 0, 0, 0)
    assert ledger["condition"] == (1147, 1146, 0, 1, 0, 0)
    assert set(export.values("visits", "setting")) == {"inpatient"}
    [(claims, people)] = duckdb.execute(
        f"""SELECT count(DISTINCT claim), count(DISTINCT patient)
        FROM '{export.folder}/events.parquet' JOIN '{export.folder}/codes.parquet' USING (code)
        WHERE kind = 'condition' AND system = 'ICD-9-CM' AND codes.value LIKE '724.%'"""
    ).fetchall()
    assert (claims, people) == (59, 54)
    assert export.extract.carried["imaging"] == []
    assert export.extract.cutoff == date(2010, 12, 31)
