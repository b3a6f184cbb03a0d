"""
Write docs/explanation/published-rules-on-claims.md: what each published rule says of real claims.

The claims are those of 50 made-up people that Medicare publishes (SynPUF), in OMOP form, which the
project does not hold: ``python scripts/explain_claims.py FOLDER``. A test holds that the page is
not stale where the folder is at hand.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

import spinewise
from spinewise import load_package
from spinewise.know.package import Package
from spinewise.measures.frame import resolve_codes
from spinewise.records import import_export

PAGE: Final = Path(__file__).parents[1] / "docs" / "explanation" / "published-rules-on-claims.md"
YEARS: Final = (2008, 2009, 2010)
TODAY: Final = date(2011, 6, 1)
IMAGED: Final = "**in: image**"
PAIN: Final = "lbp-diagnosis-cms166v4"
HEAD: Final = """\
# Published rules on real claims

<!-- Made by scripts/explain_claims.py; change it there. -->

The same {people} people, the same claims, six rules. The claims are the made-up ones that
Medicare publishes for trials (DE-SynPUF, {first} to {last}), in OMOP form; their people are old,
so the rules run with *ages open* (`--ages-open`): without their limits of age. Each rule is
[modelled on](../reference/indicators.md) its source; what was decided where a published text
leaves room stands there too.

{painful} people have a low back pain code of the CMS166 list, {imaged} people a lumbar X-ray, CT
or MRI ({claims} claim lines), and {soon} people such an image within 28 days of such a code. The
table follows the {imaged} people with an image through the year of each image; the claims can be
read beside it.

What it shows:

- In {in_image} of {cells} places does a rule count an image against somebody. Where an image
  follows a code, the person is nearly always excluded: old people have a code of cancer, trauma
  or a nerve somewhere in three years of claims, and most of the rules look back that far.
- CMS166v4 counts recent conditions from the end of the year, CMS166v5 from the diagnosis: 61762
  and 100906 are excluded for trauma by the first and not by the second.
- The spans of enrolment begin with a person's first claim, so that HEDIS, which asks for 180 days
  before, finds hardly anybody enrolled in {first}.
- Principal diagnoses are not marked in every row: HEDIS takes those that are, or assumes them all
  where none is.
- The lists differ: 722.52 and 722.10 are low back pain for CMS166 and not for Charlesworth 2016
  or the list that stands for the Ontario study.

## Person by person

"In: image" is a person in the denominator whom the rule says was imaged (for the CMS166 rules and
NQF 0052: not in their numerator, which is *no* image). A dash: the rule finds no low back pain of
its own list in that year.

"""


class Facts(NamedTuple):
    """What the claims say of a person."""

    pain: list[tuple[date, str]]
    images: list[tuple[date, str]]


def page(folder: Path) -> str:
    """The page, from the tables in ``folder``."""
    package = load_package()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch, "workspace")
        records = import_export(folder, workspace, today=TODAY)
        connection = records.connect()
        facts = _facts(connection, package)
        people = _one(connection, "SELECT count(*) FROM patients")
        connection.close()
        said = {year: _said(folder, workspace, Path(scratch, str(year)), year) for year in YEARS}
    imaged = {name: one for name, one in facts.items() if one.images}
    rules = [rule.id for rule in package.rules]
    lines = [
        ["person", "first code of the year", "image", *(f"`{rule}`" for rule in rules)],
        ["---"] * (3 + len(rules)),
    ]
    lines += [
        [
            name,
            _listed(sorted(p for p in one.pain if p[0].year == year)[:1]),
            _listed(sorted(i for i in one.images if i[0].year == year)),
            *(_words(said[year][rule, name], rule) for rule in rules),
        ]
        for name, one in sorted(imaged.items(), key=lambda pair: int(pair[0]))
        for year in sorted({day.year for day, _ in one.images})
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    cells = [cell for line in lines[2:] for cell in line[3:]]
    head = HEAD.format(
        in_image=sum(cell == IMAGED for cell in cells),
        cells=len(cells),
        people=people,
        first=YEARS[0],
        last=YEARS[-1],
        painful=sum(bool(one.pain) for one in facts.values()),
        imaged=len(imaged),
        claims=sum(len(one.images) for one in imaged.values()),
        soon=sum(_soon(one) for one in imaged.values()),
    )
    return f"{head}{table}\n\n{_reasons(package)}"


def _facts(connection: duckdb.DuckDBPyConnection, package: Package) -> dict[str, Facts]:
    """Low back pain codes and lumbar images of everybody, by a query of their own."""
    rows = connection.execute("SELECT code, system, value FROM codes").fetchall()
    concepts, _ = resolve_codes(package, rows)
    images = {
        name
        for row in package.imaging.image
        if row.modality != "bone-scan"
        for name in row.concepts
    }
    written = {code: value for code, _, value in rows}
    facts: dict[str, Facts] = defaultdict(lambda: Facts([], []))
    events = connection.execute(
        "SELECT patient_id, kind, code, start_lo FROM events JOIN patients USING (patient)"
    ).fetchall()
    for name, kind, code, day in events:
        names = concepts.get(code, frozenset())
        if PAIN in names and kind == "condition":
            facts[name].pain.append((day, written[code]))
        if names & images and kind == "imaging":
            facts[name].images.append((day, written[code]))
    return dict(facts)


def _soon(one: Facts) -> bool:
    """An image on the day of a low back pain code, or up to 28 days later."""
    return any(0 <= (image - pain).days <= 28 for image, _ in one.images for pain, _ in one.pain)


def _said(
    folder: Path, workspace: Path, out: Path, year: int
) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The rows of results.csv by rule and person."""
    spinewise.review(
        folder,
        period=str(year),
        out=out,
        workspace=workspace,
        indicators=[rule.id for rule in load_package().rules],
        ages_open=True,
        today=TODAY,
    )
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        return {(row["indicator"], row["patient_id"]): row for row in csv.DictReader(file)}


def _words(row: Mapping[str, str], rule: str) -> str:
    because = row["excluded_because"].replace(";", ", ")
    if because == "no-index":
        return "–"
    if "not_evaluated" in row.values():
        return f"not evaluated: {because}"
    if row["in_denominator"] == "0":
        return f"outside: {because}"
    if row["excluded"] == "1":
        return f"excluded: {because}"
    if "unknown" in row.values():
        return f"open: {because}"
    inverse = load_package().indicators[rule].better == "higher"
    return IMAGED if (row["in_numerator"] == "1") != inverse else "in: no image"


def _listed(found: Iterable[tuple[date, str]]) -> str:
    return ", ".join(f"{day} ({code})" for day, code in dict.fromkeys(found)) or "–"


def _reasons(package: Package) -> str:
    """What the reasons in the table are called."""
    names = {
        clause.id: clause.name.en
        for rule in package.rules
        for clause in (*rule.require, *rule.exclusion)
    }
    lines = ["## The reasons", "", "| reason | what it is |", "| --- | --- |"]
    lines += [f"| {id_} | {name} |" for id_, name in sorted(names.items())]
    lines.append("| not-yet | the window runs beyond the end of the records |")
    return "\n".join(lines) + "\n"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8")
    print(PAGE.name)
