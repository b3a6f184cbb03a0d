"""Decks of made-up people for the engines of ``conformance``."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.deck import Deck

from spinewise.know.package import Package
from spinewise.records.people import people
from tests.support import claims, population
from tests.support.tables import connect, fill


def claims_deck(package: Package, indicators: Sequence[str], *, seed: int, size: int) -> Deck:
    """People with claims, on whom published rules differ."""
    codes, keys = population.dictionary(package)
    connection = connect()
    fill(connection, claims.ClaimMaker(package, keys, seed).population(size))
    return Deck(
        title="made-up people with claims",
        frame=claims.frame(package, codes),
        codes=codes,
        people=list(people(connection)),
        indicators=[package.indicators[name] for name in indicators],
        connection=connection,
    )


def records_deck(package: Package, indicators: Sequence[str], *, seed: int, size: int) -> Deck:
    """People whose records go through every door of the package's own definitions."""
    codes, keys = population.dictionary(package)
    connection = connect()
    fill(connection, population.Maker(package, keys, seed).population(size))
    return Deck(
        title="made-up people",
        frame=population.frame(package, codes),
        codes=codes,
        people=list(people(connection)),
        indicators=[package.indicators[name] for name in indicators],
        connection=connection,
    )
