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
from spinewise.measures.interpret import interpret
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


def test_own_indicators_agree(tmp_path: Path) -> None:
    """Episodes, images, red flags and ranges: every unit has the same place."""
    agree(records_deck(load_package(), OWN, seed=5, size=20), tmp_path)


def test_published_rules_agree(tmp_path: Path) -> None:
    """Every person's place is the same, and the translation has nothing to warn of."""
    agree(claims_deck(load_package(), RULES, seed=5, size=40), tmp_path)


def test_a_tailored_definition_agrees(tmp_path: Path) -> None:
    """Other windows, a shorter washout and another age: the export says what the practice chose."""
    package = tailored(load_package())
    agree(records_deck(package, ["imaging-early"], seed=6, size=20), tmp_path)


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


def agree(deck: Deck, folder: Path) -> None:
    """Translate without a word of complaint, run, and compare every unit."""
    deck.write(folder)
    assert engines.translate(folder) == []
    ours = [o for person in deck.people for o in interpret(person, deck.frame, deck.indicators)]
    assert {o.category for o in ours} >= {"in", "outside"}
    units = engines.execute(folder)[0]
    assert differences(ours, units) == []
    assert fqm_differences(ours, engines.calculate(folder)[0], units) == []
