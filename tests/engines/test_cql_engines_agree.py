"""Exported measures give the same on engines that others wrote, unit by unit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from conformance import engines
from conformance.compare import differences
from conformance.deck import Deck

from spinewise.know.loader import load_package
from spinewise.measures.interpret import interpret
from tests.support.cql import claims_deck

RULES: Final = ("hedis-lbp-my2025", "cms166v4", "cms166v5")

pytestmark = pytest.mark.skipif(engines.missing() is not None, reason=str(engines.missing()))


def test_published_rules_agree(tmp_path: Path) -> None:
    """Every person's place is the same, and no translation has an error or an unread warning."""
    _agree(claims_deck(load_package(), RULES, seed=5, size=60), tmp_path)


def _agree(deck: Deck, folder: Path) -> None:
    deck.write(folder)
    assert engines.translate(folder) == []
    results = engines.execute(folder)
    ours = [o for person in deck.people for o in interpret(person, deck.frame, deck.indicators)]
    assert ours
    assert differences(ours, results) == []
