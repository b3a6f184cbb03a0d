"""No text of the records is run as a formula by the spreadsheet that opens our CSV files."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinewise import api
from spinewise.review.spreadsheet import copy_csv, unguarded

RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


def through(texts: list[str], path: Path) -> list[str]:
    """The texts as a CSV file has them."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (place INTEGER, said VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
        copy_csv(connection, "SELECT place, said FROM t ORDER BY place", str(path))
    with path.open(encoding="utf-8", newline="") as file:
        return [row["said"] for row in csv.DictReader(file)]


@given(
    st.lists(
        st.text(st.sampled_from("=+-@\t\r\n'\"a1,;é ")).filter(lambda said: said != ""),
        min_size=1,
        max_size=30,
    )
)
def test_no_field_begins_like_a_formula_and_each_can_be_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    written = through(texts, tmp_path_factory.getbasetemp() / "out.csv")
    assert not [said for said in written if said.startswith(RUN)]
    assert [unguarded(said) for said in written] == texts


def test_texts_and_numbers_that_are_harmless_stay(tmp_path: Path) -> None:
    assert through(["a=1", "1-2", "x'y", "0:12"], tmp_path / "a.csv") == [
        "a=1",
        "1-2",
        "x'y",
        "0:12",
    ]
    with duckdb.connect() as connection:
        copy_csv(connection, "SELECT -5 AS n, NULL AS said", str(tmp_path / "b.csv"))
    assert (tmp_path / "b.csv").read_text(encoding="utf-8").splitlines() == ["n,said", "-5,"]


def test_the_files_of_a_review_are_guarded(tmp_path: Path) -> None:
    """An id and a bad value that a spreadsheet would run, from records to files."""
    records = tmp_path / "records"
    records.mkdir()
    (records / "patients.csv").write_text(
        'patient_id,birth_date\n"=1+1",1980-01-01\n@b,1970-13-45\n', encoding="utf-8"
    )
    (records / "events.csv").write_text(
        "patient_id,kind,system,code,start,setting\n"
        "=1+1,visit,ICD-10-CM,M54.5,2024-03-01,office\n"
        "=1+1,visit,ICD-10-CM,M54.5,=cmd(),office\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    api.review(records, period="2024", out=out)
    for name in ("results.csv", "quarantine.csv"):
        with (out / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        fields = [field for row in rows for field in row.values()]
        assert fields
        assert not [field for field in fields if field.startswith(RUN)]
        assert any(unguarded(field).startswith(RUN) for field in fields)
