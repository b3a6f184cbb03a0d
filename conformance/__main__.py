"""
``python -m conformance``: every deck on both engines, unit by unit, against both of our readings.

The last line is ``N of N indicator-patients agree``; the exit code is 1 if the two differ.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import click

import spinewise
from conformance import engines
from conformance.compare import Difference, differences, fqm_differences, split
from conformance.deck import Deck
from conformance.decks import all_decks
from spinewise.measures.outcome import Outcome

TOGETHER = 40
"""So many small decks are given to an engine at once."""


@dataclass
class Row:
    """What came of one indicator on decks of one title."""

    pairs: int = 0
    """Indicator-patients: how many people had a unit."""
    units: int = 0
    decided: int = 0
    agree: dict[str, int] = field(default_factory=dict)
    """Units that agree, by engine."""
    apart: set[tuple[str, str]] = field(default_factory=set)
    """(deck, patient) of which something differs."""


@click.command()
@click.option("--people", default=2_000, show_default=True, help="Of the synthetic practice.")
@click.option("--golden/--no-golden", default=True, help="Run the golden cases as well.")
@click.option("--page", type=click.Path(path_type=Path), help="Write the table to this page.")
@click.option("--on", help="The day to write on the page. Left out: the computer's.")
def main(people: int, page: Path | None, on: str | None, *, golden: bool) -> None:
    """Run exported measures on the engines that others wrote, and compare unit by unit."""
    why_not = engines.missing()
    if why_not:
        sys.exit(why_not)
    rows: dict[tuple[str, str], Row] = {}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for title, decks in groupby(
            all_decks(people, work, golden=golden), lambda deck: deck.title
        ):
            compare(title, list(decks), work, rows)
    pairs = sum(row.pairs for row in rows.values())
    agree = pairs - sum(len(row.apart) for row in rows.values())
    if page:
        day = date.fromisoformat(on) if on else date.today()  # noqa: DTZ011 - the local day
        page.write_text(written(rows, day, agree, pairs), encoding="utf-8")
    click.echo(f"{agree:,} of {pairs:,} indicator-patients agree")
    sys.exit(agree != pairs)


def compare(
    title: str, decks: Sequence[Deck], work: Path, rows: dict[tuple[str, str], Row]
) -> None:
    """Run decks on both engines and count what agrees."""
    folders = [work / f"{title}-{number}".replace(" ", "-") for number in range(len(decks))]
    for folder, deck in zip(folders, decks, strict=True):
        deck.write(folder)
    notes = engines.translate(*folders)
    if notes:
        sys.exit(f"the translator said: {notes[:5]}")
    for start in range(0, len(decks), TOGETHER):
        some = folders[start : start + TOGETHER]
        found = engines.execute(*some)
        calculated = engines.calculate(*some)
        for number, (units, populations) in enumerate(zip(found, calculated, strict=True), start):
            deck = decks[number]
            ours = deck.interpreted()
            plan = deck.compiled()
            apart = {
                "interpret and compile": [] if plan is None else split(ours, plan),
                "cql-execution": differences(ours, units),
                "fqm-execution": fqm_differences(ours, populations, units),
            }
            count(title, str(number), ours, apart, rows)


def count(
    title: str,
    deck: str,
    ours: Iterable[Outcome],
    apart: dict[str, list[Difference]],
    rows: dict[tuple[str, str], Row],
) -> None:
    """Add a deck to the counts, and show what differs."""
    for outcome in ours:
        row = rows.setdefault((title, outcome.indicator), Row())
        row.units += 1
        row.decided += outcome.category == "in"
    for indicator, patients in _patients(ours).items():
        rows[title, indicator].pairs += len(patients)
    for engine, found in apart.items():
        for one in found:
            click.echo(f"{title}, {engine}: {one}", err=True)
            row = rows.setdefault((title, one.indicator), Row())
            row.apart.add((deck, one.unit.split(", ")[0]))
            row.agree[engine] = row.agree.get(engine, 0) - 1
    done = sum(row.units for row in rows.values())
    click.echo(f"{title}: {done:,} units so far", err=True)


def _patients(ours: Iterable[Outcome]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for outcome in ours:
        found.setdefault(outcome.indicator, set()).add(outcome.patient_id)
    return found


def written(rows: dict[tuple[str, str], Row], day: date, agree: int, pairs: int) -> str:
    """The page: date, versions, and the table."""
    versions = engines.versions()
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [
        "# Agreement with CQL engines",
        "",
        f"Written by `make conformance` on {day.isoformat()}: Spinewise {spinewise.__version__},"
        f" {listed}.",
        "",
        "Every exported library was translated without an error or a warning, and run by"
        " cql-execution and by fqm-execution (which uses cql-execution within, and applies the"
        " Measure by itself). Each unit's place is compared with that of both readings of"
        " Spinewise, person by person and compiled: in the denominator, excluded, in the"
        " numerator, and which places its unknowns allow.",
        "",
        f"**{agree:,} of {pairs:,} indicator-patients agree.**",
        "",
        "| records | indicator | people | units | of them in the rate | cql-execution agrees"
        " | fqm-execution agrees |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for (title, indicator), row in rows.items():
        cells = [title, f"`{indicator}`", f"{row.pairs:,}", f"{row.units:,}", f"{row.decided:,}"]
        cells += [
            f"{row.units + row.agree.get(engine, 0):,}"
            for engine in ("cql-execution", "fqm-execution")
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


main()
