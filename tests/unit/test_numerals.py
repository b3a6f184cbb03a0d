"""Numbers as they are written."""

from __future__ import annotations

import pytest

from spinewise import numerals


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (0.8, "0.80", "0,80"),
        (-0.004, "0.00", "0,00"),
        (-0.126, "-0.13", "-0,13"),
        (1, "1.00", "1,00"),
    ],
)
def test_agreement_is_written_with_two_decimals(number: float, english: str, french: str) -> None:
    """And nothing that rounds to zero is below it."""
    assert numerals.two_decimals(number, "en").replace("\N{MINUS SIGN}", "-") == english
    assert numerals.two_decimals(number, "fr").replace("\N{MINUS SIGN}", "-") == french
