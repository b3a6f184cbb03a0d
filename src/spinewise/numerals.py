"""
Numbers and days in the words of a reader: Canadian English and French.

A sentence of the review and a cell of the report print the same number through the same function,
so that they cannot differ by a rounding. French has a narrow no-break space before ``%`` and
between thousands. Files keep ISO days and a decimal point.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

LanguageCode = Literal["en", "fr"]

LOCALES: Final[dict[LanguageCode, str]] = {"en": "en_CA", "fr": "fr_CA"}

_NARROW: Final = "\u202f"  # narrow no-break space
_PERCENT: Final[dict[LanguageCode, str]] = {"en": "#,##0.0%", "fr": f"#,##0.0{_NARROW}%"}


def percent(share: float, language: LanguageCode) -> str:
    """A share from 0 to 1 with one decimal: ``31.1%`` or ``31,1 %``."""
    return _narrow(format_percent(share, format=_PERCENT[language], locale=LOCALES[language]))


def count(number: int, language: LanguageCode) -> str:
    """A whole number: ``12,345`` or ``12 345``."""
    return _narrow(format_decimal(number, format="#,##0", locale=LOCALES[language]))


def decimal(number: float, language: LanguageCode) -> str:
    """A number with one decimal where it needs one: ``9.5``, ``10``."""
    return _narrow(format_decimal(number, format="#,##0.#", locale=LOCALES[language]))


def two_decimals(number: float, language: LanguageCode) -> str:
    """A number between -1 and 1 with two decimals, never a negative zero: ``0.80``, ``0,80``."""
    return _narrow(format_decimal(round(number, 2) + 0.0, format="0.00", locale=LOCALES[language]))


def day(value: date, language: LanguageCode) -> str:
    """A day in full: ``March 1, 2024`` or ``1 mars 2024``."""
    written = format_date(value, "long", locale=LOCALES[language])
    if language == "fr" and value.day == 1:
        return written.replace("1 ", "1er ", 1)
    return written


def month(value: date, language: LanguageCode) -> str:
    """A month: ``Sep 2024`` or ``sept. 2024``."""
    return format_skeleton("yMMM", value, locale=LOCALES[language])


def _narrow(written: str) -> str:
    return written.replace("\u00a0", _NARROW)
