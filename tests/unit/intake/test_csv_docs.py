"""The pages on the CSV form, mappings and OMOP tables name all there is."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from spinewise.intake import form_sql, mapping, omop, omop_rows
from spinewise.intake.dates import parse
from spinewise.intake.form_columns import COLUMNS, MORE, NEEDED, PERMITTED, Target

DOCS = Path(__file__).parents[3] / "docs" / "reference"
FORM = (DOCS / "csv-form.md").read_text(encoding="utf-8")
MAPPING = (DOCS / "mapping.md").read_text(encoding="utf-8")
OMOP = (DOCS / "omop.md").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """The text under a heading."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("target", COLUMNS)
def test_every_column_is_documented_in_order(target: Target) -> None:
    """The columns of each file stand on the page, in their order, the needed ones marked."""
    first_cells = re.findall(r"^\|([^|]+)\|", section(FORM, f"{target}.csv"), re.MULTILINE)
    named = re.findall(r"`(\w+)`", "".join(first_cells))
    if target == "coverage":
        named = re.findall(r"`(\w+)`", section(FORM, "coverage.csv").partition(":")[0])
    assert tuple(named) == COLUMNS[target]
    rows = [row for row in section(FORM, f"{target}.csv").splitlines() if "**needed**" in row]
    needed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert target == "coverage" or needed == set(NEEDED[target])


@pytest.mark.parametrize("column", PERMITTED)
def test_every_permitted_word_is_documented(column: str) -> None:
    """The words that may stand in a column are on the page."""
    page = FORM + MAPPING
    for word in PERMITTED[column]:
        assert f"`{word}`" in page, word


@pytest.mark.parametrize(
    "type_", [mapping.ExtractFacts, mapping.Table, mapping.Column], ids=lambda t: str(t.__name__)
)
def test_every_key_of_a_mapping_is_documented(type_: Any) -> None:
    """Each key has a row of its own."""
    for field in msgspec.structs.fields(type_):
        assert re.search(rf"^\| `{field.name}` \|", MAPPING, re.MULTILINE), field.name


def test_columns_that_only_a_mapping_fills_are_documented() -> None:
    """They stand in the mapping's own table."""
    for name in {name for names in MORE.values() for name in names}:
        assert f"`{name}`" in MAPPING, name


def test_every_assumption_is_documented() -> None:
    """Each id that a reader may hand over has a row that says when."""
    ids = {name for names in form_sql.ASSUMED.values() for name in names} | set(form_sql.MISSING)
    ids |= {"problem-list-read", "visit-ids-by-patient", "read-as-windows-1252"}
    ids |= {"columns-not-read", "links-not-followed"}
    for name in ids:
        assert re.search(rf"^\|.*`{name}`.*\|", section(FORM, "What is assumed"), re.MULTILINE), (
            name
        )
    source = Path(omop_rows.__file__).read_text(encoding="utf-8")
    for name in re.findall(r'assumed\.add\("([a-z-]+)"\)', source):
        assert f"| `{name}` |" in OMOP, name


def test_tables_that_are_read_are_documented() -> None:
    """Every OMOP table that is read or looked up stands on the page."""
    for name in omop._NEEDED:
        assert f"`{name}`" in OMOP, name


def test_the_examples_of_date_formats_are_formats() -> None:
    """Date formats on the page can be used."""
    for written in re.findall(r"`([DMYhms/.: -]*YYYY[DMYNOhms/.: -]*)`", section(MAPPING, "Dates")):
        mapping.dated("text", [written])
    for written in ("2024-03-31", "20240331", "2024-03", "2024", "2024-03-31T14:05"):
        assert f"`{written}`" in section(FORM, "Dates")
        assert parse(written).lo is not None


def test_the_example_is_read_whole(read: Any) -> None:
    """The example on the page is a sound export."""
    patients, events = re.findall(r"```csv\n(.*?)```", FORM, re.DOTALL)
    assert len(next(csv.reader(events.splitlines()))) == 10
    export = read({"patients.csv": patients, "events.csv": events})
    assert export.ledger()["events"] == (5, 5, 0, 0, 0, 0)
    assert export.values("events", "link", "kind = 'imaging'") != [None, None]


def test_the_examples_of_mappings_load(tmp_path: Path) -> None:
    """Each block of TOML on the page is a mapping."""
    blocks = re.findall(r"```toml\n(.*?)```", MAPPING, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        path = tmp_path / "m.toml"
        path.write_text(block, encoding="utf-8")
        mapping.load_mapping(path)
