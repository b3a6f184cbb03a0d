"""
Code systems: how a code of a record is compared with the code of a list, and patterns of codes.

A record's code whose system is empty, or is no system of any row, matches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from spinewise.errors import PackageError


class Coded(Protocol):
    """A row of a list."""

    @property
    def system(self) -> str: ...

    @property
    def code(self) -> str: ...


@dataclass(frozen=True)
class System:
    """How rows of one code system are compared with a record's codes."""

    records: tuple[str, ...]
    """The systems of a record that a row of this system speaks of."""
    prefix: bool = False
    """Whether a row stands for every code that begins with it."""
    whole: int = 0
    """Rows shorter than this stand for every code that begins with them (0: never)."""
    drop: str = ""
    """Characters that are left out of both codes before they are compared."""
    suffix: str = ""
    """A regular expression: what may follow a record's code and is left out."""
    width: int = 0
    """Codes of digits are padded with zeros to this width: spreadsheets drop them."""

    def plain(self, code: str) -> str:
        """The code as it is compared: no spaces, upper case, padded, dots dropped if so said."""
        plain = code.strip().upper().translate({ord(c): None for c in self.drop})
        if self.suffix:
            plain = re.sub(rf"(?:{self.suffix})$", "", plain)
        return plain.zfill(self.width) if self.width and plain.isdigit() else plain

    def is_prefix(self, code: str) -> bool:
        """Whether the row with this code stands for every code that begins with it."""
        return self.prefix or len(code) < self.whole


SYSTEMS: Final[dict[str, System]] = {
    "ICD-10-CM": System(("ICD-10-CM",), drop="."),
    "ICD-10-CM-retired": System(("ICD-10-CM",), drop="."),
    "ICD-10-CM-PREFIX": System(("ICD-10-CM",), prefix=True, drop="."),
    # Canadian codes add characters to the WHO's four.
    "ICD-10-WHO": System(("ICD-10-WHO", "ICD-10-CA"), prefix=True, drop="."),
    "ICD-10-CA": System(("ICD-10-CA",), drop="."),
    "ICD-9-CM": System(("ICD-9-CM",), drop="."),
    "ICD-9-CM-PREFIX": System(("ICD-9-CM",), prefix=True, drop="."),
    "CCI": System(("CCI",), drop=".^"),
    "CCI-rubric": System(("CCI",), prefix=True, drop=".^"),
    # A claim adds one letter to a fee code: technical, professional or assistant.
    "OHIP-FEE": System(("OHIP-FEE",), suffix=r"(?<=^[A-Z]\d{3})[ABC]"),
    # Diagnoses on Ontario claims have three digits; what some systems add is left out.
    "OHIP-DX": System(("OHIP-DX",), suffix=r"(?<=^\d{3})\.?\d+"),
    "OHIP-SPECIALTY": System(("OHIP-SPECIALTY",), width=2),
    "CMS-SPECIALTY": System(("CMS-SPECIALTY",), width=2),
    "CMS-POS": System(("CMS-POS",), width=2),
    "UB-REV": System(("UB-REV",), width=4),
    # CPT is level I of HCPCS, and many sources name it so.
    "CPT": System(("CPT", "HCPCS")),
    "RxNorm-ingredient": System(("RxNorm",)),
    # A whole ATC code has seven characters; a shorter one names a group of drugs.
    "ATC": System(("ATC",), whole=7),
}
"""By the system of a row. Any other system: the same name in the record, the same code."""


@cache
def system_of(name: str) -> System:
    """How rows of the system ``name`` are compared."""
    return SYSTEMS.get(name) or System((name,))


@dataclass(frozen=True)
class Pattern:
    """``SYSTEM|CODE`` of a list's rows: ``?`` any one character, ``*`` at the end anything."""

    text: str
    system: str
    code: str

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """The pattern written as ``text``; ValueError where it is none."""
        system, bar, code = text.partition("|")
        if not (bar and system and code) or "*" in code[:-1]:
            raise ValueError(f"{text!r} is not a pattern")
        return cls(text, system, code)

    @property
    def records(self) -> tuple[str, ...]:
        """The systems of a record that the pattern speaks of."""
        return system_of(self.system).records

    def matches(self, plain: str) -> bool:
        """Whether the code, made plain as its system says, fits the pattern."""
        return _regex(self.system, self.code).match(plain) is not None

    def fits(self, system: str, code: str) -> bool:
        """Whether a record's code fits the pattern."""
        return system in self.records and self.matches(system_of(self.system).plain(code))

    def holds(self, row: Coded) -> bool:
        """Whether every code that a list's row stands for fits the pattern."""
        rule = system_of(row.system)
        return bool(set(rule.records) & set(self.records)) and self.matches(rule.plain(row.code))


@cache
def _regex(system: str, code: str) -> re.Pattern[str]:
    rule = system_of(system)
    plain = rule.plain(code.removesuffix("*"))
    more = code.endswith("*") or rule.is_prefix(plain)
    pattern = "".join("." if letter == "?" else re.escape(letter) for letter in plain)
    return re.compile(pattern + (".*" if more else "") + r"\Z")


def parse_pattern(text: str, where: str) -> Pattern:
    """The pattern written as ``text``; PackageError where it is none."""
    try:
        return Pattern.parse(text)
    except ValueError:
        raise PackageError(
            f"{text!r} is not a pattern",
            where=where,
            hint="Write SYSTEM|CODE, for example ICD-10-CM|C44*, with * only at the end.",
        ) from None
