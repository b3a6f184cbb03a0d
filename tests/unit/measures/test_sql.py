"""The pieces of SQL say in DuckDB what the three-valued logic in Python says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations_with_replacement, product
from typing import Any

import duckdb
import pytest
from tests.support.tables import connect

from spinewise.measures import kleene
from spinewise.measures.compile import sql
from spinewise.measures.kleene import Truth
from spinewise.records.people import day_number

TRUTHS: tuple[Truth, ...] = (True, False, None)
SQL: dict[Truth, str] = {True: "TRUE", False: "FALSE", None: "CAST(NULL AS BOOLEAN)"}


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect()
    yield connection
    connection.close()


def ask(engine: duckdb.DuckDBPyConnection, *expressions: str) -> list[Any]:
    row = engine.execute(f"SELECT {', '.join(expressions)}").fetchone()
    assert row is not None
    return list(row)


def test_or_and_not(engine: duckdb.DuckDBPyConnection) -> None:
    tables = [values for size in range(4) for values in product(TRUTHS, repeat=size)]
    written = [[SQL[value] for value in values] for values in tables]

    assert ask(engine, *map(sql.any_of, written)) == [kleene.any_of(v) for v in tables]
    assert ask(engine, *map(sql.all_of, written)) == [kleene.all_of(v) for v in tables]
    assert ask(engine, *(sql.negate(SQL[v]) for v in TRUTHS)) == [kleene.negate(v) for v in TRUTHS]


def test_truth_counts_null_as_false(engine: duckdb.DuckDBPyConnection) -> None:
    """True where sure, else unknown where possible, else false."""
    pairs = list(product(TRUTHS, repeat=2))
    expected = [True if sure else None if possible else False for sure, possible in pairs]

    assert ask(engine, *(sql.truth(SQL[a], SQL[b]) for a, b in pairs)) == expected


def test_windows(engine: duckdb.DuckDBPyConnection) -> None:
    """``within`` for every span and window of a few days."""
    spans = [(lo, hi) for lo, hi in combinations_with_replacement(range(5), 2)]
    windows = list(product(range(5), repeat=2))
    found = engine.execute(
        "SELECT s_lo, s_hi, first, last, "
        + sql.within("s", "first", "last")
        + " FROM (SELECT unnest($lo::INTEGER[]) AS s_lo, unnest($hi::INTEGER[]) AS s_hi),"
        " (SELECT unnest($first::INTEGER[]) AS first, unnest($last::INTEGER[]) AS last)",
        {
            "lo": [lo for lo, _ in spans],
            "hi": [hi for _, hi in spans],
            "first": [first for first, _ in windows],
            "last": [last for _, last in windows],
        },
    ).fetchall()

    assert len(found) == len(spans) * len(windows)
    for lo, hi, first, last, said in found:
        assert said is kleene.within((lo, hi), first, last), (lo, hi, first, last)


def test_ever_is_or_over_rows(engine: duckdb.DuckDBPyConnection) -> None:
    """Over rows, with unknown ones among them; over no rows it is false."""
    for size in range(4):
        for values in combinations_with_replacement(TRUTHS, size):
            rows = " UNION ALL ".join(f"SELECT {SQL[value]} AS v" for value in values)
            source = rows or "SELECT TRUE AS v WHERE FALSE"
            row = engine.execute(f"SELECT {sql.ever('v')} FROM ({source})").fetchone()

            assert row == (kleene.any_of(values),), values


def test_days_are_numbered_as_in_python(engine: duckdb.DuckDBPyConnection) -> None:
    for one in (date(1, 1, 1), date(1899, 12, 31), date(1970, 1, 1), date(2024, 2, 29)):
        assert ask(engine, sql.day(f"DATE '{one.isoformat()}'")) == [day_number(one)]


@pytest.mark.parametrize("value", ["it's", "", "';--", "é"])
def test_text_is_quoted(engine: duckdb.DuckDBPyConnection, value: str) -> None:
    assert ask(engine, sql.text(value)) == [value]


def test_reasons_are_listed_in_order(engine: duckdb.DuckDBPyConnection) -> None:
    """Sorted, joined by semicolons, without those that are false or unknown."""
    reasons: dict[str, Truth] = {"washout": True, "age": True, "region": None, "date": False}
    written = {name: SQL[value] for name, value in reasons.items()}

    assert ask(engine, sql.listed(written), sql.listed({})) == ["age;washout", ""]


def test_membership_of_nothing_is_false(engine: duckdb.DuckDBPyConnection) -> None:
    def asked(values: Iterable[str]) -> str:
        return sql.one_of("'a'", values)

    assert ask(engine, asked([]), asked(["b", "a"]), asked(["b"])) == [False, True, False]
