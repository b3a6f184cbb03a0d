"""Reviews of made-up people, with the rows of their results.csv."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from tests.support.population import FIRST, LAST, Maker, dictionary
from tests.support.tables import connect, day, fill

from spinewise.know.loader import load_package
from spinewise.know.package import Package
from spinewise.records import Records
from spinewise.review.result import Review
from spinewise.review.run import reviewing
from spinewise.tables import TABLES, Extract

PERIOD: Final = (date(2022, 10, 1), date(2024, 2, 29))
"""Whole months, well inside the made-up records."""


@dataclass(frozen=True)
class Seen:
    """A review, and the rows of its results.csv."""

    review: Review
    rows: list[dict[str, str]]

    def rows_of(self, indicator: str) -> list[dict[str, str]]:
        return [row for row in self.rows if row["indicator"] == indicator]


Reviewer = Callable[..., Seen]


@pytest.fixture(scope="session")
def package() -> Package:
    return load_package()


@pytest.fixture(scope="session")
def review_of(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Reviewer:
    """Reviews so many people made from a seed, after an earlier review if one is given."""

    def reviewer(size: int, seed: int, previous: Review | None = None) -> Seen:
        folder = tmp_path_factory.mktemp("records")
        records = _records(package, folder, size, seed)
        with reviewing(
            records, package, PERIOD, practice="made up", version="test", previous=previous
        ) as reviewed:
            reviewed.write_results(folder / "results.csv")
        with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
            return Seen(reviewed.review, list(csv.DictReader(file)))

    return reviewer


@pytest.fixture(scope="session")
def many(review_of: Reviewer) -> Seen:
    """A review of five hundred people."""
    return review_of(500, 1)


@pytest.fixture(scope="session")
def few(review_of: Reviewer) -> Seen:
    """A review of twenty-five people."""
    return review_of(25, 2)


def _records(package: Package, folder: Path, size: int, seed: int) -> Records:
    codes, keys = dictionary(package)
    listed = [{"code": key, "system": system, "value": value} for key, system, value in codes]
    connection = connect()
    fill(connection, {**Maker(package, keys, seed).population(size), "codes": listed})
    for table in TABLES:
        connection.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
    connection.close()
    whole = [(day(FIRST), day(LAST))]
    extract = Extract(
        format="csv",
        digest="made up",
        cutoff=day(LAST),
        cutoff_from="declared",
        first_day=day(FIRST),
        carried={
            "visits": whole,
            "imaging": [(day(FIRST), day(FIRST + 500)), (day(FIRST + 560), day(LAST))],
            "hospital": [(day(FIRST), day(FIRST + 600))],
            "prescriptions": whole,
            "consultations": whole,
            "answers": whole,
        },
    )
    return Records(folder, extract)
