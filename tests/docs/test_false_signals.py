"""The page of false signals says what the rules do."""

from __future__ import annotations

import re

import pytest
from scripts.false_signals import LENGTHS, PAGE, RULES, STABLE, false_signals


def table(data: str) -> dict[str, list[float]]:
    """The shares of the page, by rule."""
    _, _, after = PAGE.read_text(encoding="utf-8").partition(f"## {data[0].upper()}{data[1:]}\n")
    rows = re.findall(r"^\| (.+?) \| (.+ %) \|$", after.partition("\n## ")[0], re.MULTILINE)
    return {name: [float(x.rstrip(" %")) / 100 for x in cells.split(" | ")] for name, cells in rows}


@pytest.mark.parametrize("data", ["shares of about 40 (p)", "measurements (XmR)"])
def test_the_table_is_that_of_the_rules(data: str) -> None:
    shown = table(data)
    for name, share in false_signals(data, LENGTHS[0]).items():
        assert share == pytest.approx(shown[name][0], abs=0.002), name


def test_every_kind_of_data_and_rule_is_there() -> None:
    assert set(table("measurements (XmR)")) == set(RULES)
    for data in STABLE:
        assert set(table(data)) >= set(RULES) - {"Making data count"}


def test_what_the_page_makes_of_it_is_so() -> None:
    for data in STABLE:
        at_36 = {name: shares[-1] for name, shares in table(data).items()}
        assert 0.03 < at_36["runs and crossings (Anhøj)"] < 0.07
        assert at_36["outside 3 sigma"] > 0.07
        if "(g)" not in data:
            assert at_36["false-discovery rate 5 %"] < 0.01
