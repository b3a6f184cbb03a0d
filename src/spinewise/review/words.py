"""The review's own sentences in both languages, read from ``words.toml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from spinewise.know.model import Text
from spinewise.numerals import LanguageCode

LANGUAGES: tuple[LanguageCode, LanguageCode] = ("en", "fr")


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    content = files("spinewise.review").joinpath("words.toml").read_bytes()
    return msgspec.toml.decode(content, type=dict[str, dict[str, dict[str, str]]])


def has(section: str, name: str) -> bool:
    """Whether there are words of this name."""
    return name in _words()[section]


def say(section: str, words_id: str, /, **values: Any) -> Text:
    """
    The words of one id in ``section`` with their placeholders filled.

    A value may be a :class:`Text`, of which each language takes its own words, or a function of
    the language.
    """
    words = _words()[section][words_id]
    return Text(
        **{language: words[language].format(**said(values, language)) for language in LANGUAGES}
    )


def fill(template: Text, /, **values: Any) -> Text:
    """Words of the package with their placeholders filled, as :func:`say` does."""
    return Text(
        **{language: template[language].format(**said(values, language)) for language in LANGUAGES}
    )


def both(*parts: Text) -> Text:
    """Sentences one after the other."""
    return Text(**{language: " ".join(part[language] for part in parts) for language in LANGUAGES})


def said(values: dict[str, Any], language: LanguageCode) -> dict[str, Any]:
    """The values as they are said in one language."""
    return {
        name: value[language]
        if isinstance(value, Text)
        else value(language)
        if callable(value)
        else value
        for name, value in values.items()
    }
