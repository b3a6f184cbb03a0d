"""The decks of the large comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from tests.golden.case import all_cases
from tests.golden.reading import Reader
from tests.support.cql import claims_deck, records_deck

from conformance.deck import Deck
from spinewise.know.loader import load_package
from spinewise.know.overlay import read_overlay, tailored
from spinewise.know.package import Package
from spinewise.records import import_export
from spinewise.records.people import day_number, people
from spinewise.report.exporting import sayable
from spinewise.review.run import build_frame
from spinewise.synthetic import synthesize

TODAY: Final = date(2027, 1, 1)
PERIOD: Final = (date(2024, 1, 1), date(2024, 12, 31))
OVERLAYS: Final = {
    "a longer washout, a shorter window, adults": """
        [episode]
        washout = [-365, -1]
        minimum-age = 18
        [imaging-early]
        window = [0, 28]
    """,
    "some images, joined sooner, a flag taken out": """
        [imaging]
        join-within = 90
        [imaging-early]
        modalities = ["mri", "ct"]
        [T4]
        strength = "context"
    """,
    "the standard of 2019, codes added and removed": """
        [standard]
        edition = "2019"
        [codes.lbp-diagnosis-core]
        remove = ["ICD-10-CM|M54.50"]
    """,
}
"""Changes of practices that differ in every part of a definition."""


def all_decks(size: int, work: Path, *, golden: bool = True) -> Iterator[Deck]:
    """Every deck; ``size`` is the number of people of the synthetic practice."""
    if golden:
        yield from golden_decks(work / "golden")
    package = load_package()
    own = [one.id for one in sayable(package) if one.published is None]
    rules = [one.id for one in sayable(package) if one.published]
    yield records_deck(package, own, seed=11, size=max(size // 10, 10))
    yield claims_deck(package, rules, seed=11, size=max(size // 5, 10))
    for title, text in OVERLAYS.items():
        changed = tailored(package, read_overlay(text, "practice.toml")).package
        deck = records_deck(changed, own, seed=12, size=max(size // 40, 10))
        yield replace(deck, title=f"made-up people; {title}")
    yield practice_deck(package, [*own, *rules], size, work / "practice")


def practice_deck(package: Package, indicators: Sequence[str], size: int, work: Path) -> Deck:
    """A synthetic practice, read from its FHIR export."""
    synthesize(size, 3, "fhir", work / "export")
    records = import_export(work / "export", work / "workspace", today=TODAY)
    connection = records.connect()
    days = (day_number(PERIOD[0]), day_number(PERIOD[1]))
    return Deck(
        title="a synthetic practice, from its FHIR export",
        frame=build_frame(connection, records, package, days, days),
        codes=connection.execute("SELECT code, system, value FROM codes ORDER BY ALL").fetchall(),
        people=list(people(connection)),
        indicators=[package.indicators[name] for name in indicators],
        connection=connection,
    )


def golden_decks(work: Path) -> Iterator[Deck]:
    """The golden cases, those that are read together as one."""
    work.mkdir(parents=True)
    reader = Reader(work)
    seen: set[str] = set()
    for case in all_cases():
        if case.id in seen:
            continue
        read = reader(case)
        seen |= {one.id for one in read.together}
        connection = read.records.connect()
        rows = connection.execute("SELECT code, system, value FROM codes ORDER BY ALL").fetchall()
        yield Deck(
            title="golden cases",
            frame=read.frame,
            codes=rows,
            people=list(people(connection)),
            indicators=sayable(read.package),
            connection=connection,
        )
