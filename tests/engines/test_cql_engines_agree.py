"""Exported measures give the same on an engine that others wrote, unit by unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
import pytest
from conformance import engines
from conformance.compare import differences, fqm_differences
from conformance.deck import Deck

from spinewise.know.loader import load_package
from spinewise.know.package import Package
from tests.support.cql import claims_deck, records_deck

OWN: Final = (
    "imaging-early",
    "imaging-without-recorded-flag",
    "imaging-unknown",
    "specialist-consultation",
    "opioid-start",
)
RULES: Final = ("hedis-lbp-my2025", "cms166v4", "cms166v5")

pytestmark = pytest.mark.skipif(engines.missing() is not None, reason=str(engines.missing()))


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Deck]:
    """Made-up people as exported and as a practice tailored it, translated without a complaint."""
    package = load_package()
    work = tmp_path_factory.mktemp("cql")
    found = {
        work / "own": records_deck(package, OWN, seed=5, size=8),
        work / "rules": claims_deck(package, RULES, seed=5, size=16),
        work / "tailored": records_deck(tailored(package), ["imaging-early"], seed=6, size=8),
    }
    for folder, deck in found.items():
        deck.write(folder)
    assert engines.translate(*found) == []
    return found


@pytest.fixture(scope="module")
def units(decks: dict[Path, Deck]) -> dict[Path, engines.Results]:
    """What cql-execution finds of each deck."""
    return dict(zip(decks, engines.execute(*decks), strict=True))


def test_cql_execution_agrees(decks: dict[Path, Deck], units: dict[Path, engines.Results]) -> None:
    """Every unit has the same place: episodes, images, people; as exported and as tailored."""
    for folder, deck in decks.items():
        ours = deck.interpreted()
        assert {o.category for o in ours} >= {"in", "outside"}, folder.name
        assert differences(ours, units[folder]) == [], folder.name


def test_fqm_execution_agrees(decks: dict[Path, Deck], units: dict[Path, engines.Results]) -> None:
    """The Measures count every unit in the same populations, those of the range too."""
    chosen = {folder: deck for folder, deck in decks.items() if folder.name != "tailored"}
    for (folder, deck), counted in zip(chosen.items(), engines.calculate(*chosen), strict=True):
        assert fqm_differences(deck.interpreted(), counted, units[folder]) == []


def tailored(package: Package) -> Package:
    """A package with other parameters: what is exported has to follow them all."""
    index = msgspec.structs.replace(
        package.episode.index, washout=(-90, -1), minimum_age=31, length=60
    )
    episode = msgspec.structs.replace(package.episode, index=index)
    imaging = msgspec.structs.replace(package.imaging, window=(0, 20), join_within=10)
    early = package.indicators["imaging-early"]
    numerator = msgspec.structs.replace(early.numerator, days=(3, 28), modalities=["mri", "ct"])
    indicators = {
        **package.indicators,
        early.id: msgspec.structs.replace(early, window=(0, 28), numerator=numerator),
    }
    return replace(package, episode=episode, imaging=imaging, indicators=indicators)
