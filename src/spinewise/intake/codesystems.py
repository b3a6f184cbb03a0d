"""
The names of code systems, and codes as their systems write them.

``code_systems.toml`` beside this module is the data: which URIs, OIDs and spellings mean one
system, how its codes are written, and which codes are imaging or a referral.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import duckdb
import msgspec

_FILE: Final = "code_systems.toml"


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code system."""

    names: list[str]
    dot: int | None = None
    drop: str | None = None


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of one system, by regular expressions on the code or its display."""

    codes: str | None = None
    display: str | None = None


class CodeSystems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``code_systems.toml``."""

    system: dict[str, System]
    imaging: dict[str, Codes]
    referral: dict[str, Codes]


@cache
def load() -> CodeSystems:
    """The file that the package ships."""
    text = files(__package__).joinpath(_FILE).read_bytes()
    return msgspec.toml.decode(text, type=CodeSystems)


@cache
def _short_names() -> dict[str, str]:
    return {
        name.casefold(): short
        for short, system in load().system.items()
        for name in (short, *system.names)
    }


def short_name(system: str | None) -> str | None:
    """The short name of a system; text that is not known comes back as it was, trimmed."""
    if system is None or not (text := system.strip()):
        return None
    return _short_names().get(text.casefold(), text)


def code_value(system: str | None, value: str) -> str:
    """A code as its system (a short name) writes it: with its dot, without a claim's ending."""
    known = load().system.get(system or "")
    text = value.strip()
    if known is None:
        return text
    if known.drop:
        text = re.sub(known.drop, "", text)
    if known.dot and "." not in text and text[:1].isalnum():
        place = known.dot + (system == "ICD-9-CM" and text[:1] in "Ee")
        if len(text) > place:
            text = f"{text[:place]}.{text[place:]}"
    return text


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Create the macros ``is_imaging(codings)`` and ``is_referral(codings)``.

    Both take a list of ``{system, value, display}``, the system in any spelling, and are true if
    one coding is of that sort, else false (also for NULL).
    """
    groups = {"is_imaging": load().imaging, "is_referral": load().referral}
    for macro, group in groups.items():
        by_code = "|".join(
            rf"({_spellings(short)})\|({codes.codes})"
            for short, codes in group.items()
            if codes.codes
        )
        by_display = "|".join(
            rf"({_spellings(short)})\|({codes.display}).*"
            for short, codes in group.items()
            if codes.display
        )
        connection.execute(
            f"""CREATE OR REPLACE TEMP MACRO {macro}(codings) AS coalesce(
                list_bool_or(list_transform(codings, lambda c:
                    coalesce(
                        regexp_full_match(c.system || '|' || c.value, '(?i){_quote(by_code)}'),
                        false)
                    OR coalesce(
                        regexp_full_match(
                            c.system || '|' || c.display, '(?is){_quote(by_display)}'),
                        false)
                )), false)"""
        )


def _spellings(short: str) -> str:
    return "|".join(re.escape(name) for name in (short, *load().system[short].names))


def _quote(text: str) -> str:
    return text.replace("'", "''")
