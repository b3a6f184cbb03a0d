"""
The words of the report in the reader's language.

Templates and modules are written in English; ``locales/fr.po`` holds the French. Words of the
change package come in both languages with the package and never go through the catalogue.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from spinewise import numerals
from spinewise.know.model import Text
from spinewise.numerals import LanguageCode


class Language:
    """
    Everything that a face needs to speak to a reader.

    Parameters
    ----------
    code
        ``"en"`` or ``"fr"``.
    catalogue
        The translations, English to the reader's language.
    """

    def __init__(self, code: LanguageCode, catalogue: gettext.NullTranslations) -> None:
        self.code: LanguageCode = code
        self._catalogue = catalogue

    def gettext(self, words: str, /, **values: object) -> str:
        """``words`` in the reader's language, with its ``%(name)s`` filled in."""
        translated = self._catalogue.gettext(words)
        return translated % values if values else translated

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The same for a number of things; ``%(num)s`` is the number as the reader writes it."""
        translated = self._catalogue.ngettext(one, many, number)
        return translated % {"num": self.count(number), **values}

    def text(self, words: Text) -> str:
        """Words of the package or the review."""
        return words[self.code]

    def percent(self, share: float) -> str:
        return numerals.percent(share, self.code)

    def count(self, number: int) -> str:
        return numerals.count(number, self.code)

    def decimal(self, number: float) -> str:
        return numerals.decimal(number, self.code)

    def two_decimals(self, number: float) -> str:
        return numerals.two_decimals(number, self.code)

    def day(self, value: date) -> str:
        return numerals.day(value, self.code)

    def month(self, value: date) -> str:
        return numerals.month(value, self.code)

    def listing(self, things: Sequence[str]) -> str:
        """``a, b, c``: a plain list, which needs no "and"."""
        return ", ".join(things)


@cache
def language(code: LanguageCode) -> Language:
    """The reader's language by its code."""
    return Language(code, _french() if code == "fr" else gettext.NullTranslations())


def _french() -> gettext.GNUTranslations:
    """The French catalogue, read from its source: there is no compiled file to go stale."""
    source = resources.files("spinewise.report") / "locales" / "fr.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale="fr_CA", abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
