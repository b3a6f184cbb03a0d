"""
Concepts: named code lists, and which of a record's codes belong to them.

A concept is a CSV file of the package (``concepts/NAME.csv``), the list of the same name in a
folder of the practice's own (``--value-sets``), or derived from such lists in ``concepts.toml``.

How a code of a record is compared with a row of a list is said once, in :data:`SYSTEMS`.
A record's code whose system is empty, or is no system of any row, belongs to no concept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal, NamedTuple, Protocol

from spinewise.errors import PackageError
from spinewise.know.decode import nearest
from spinewise.know.model import Derived

COLUMNS: Final = ("system", "code", "display", "status", "source", "confidence")

CodeStatus = Literal["verified", "proposed", "check", "given"]
"""``verified``: the code was seen in an opened source with this meaning; ``proposed``: judgement
or memory; ``check``: could be wrong, off; ``given``: from a folder of the practice, used as is."""


class Row(NamedTuple):
    """One row of a list, as written."""

    system: str
    code: str
    display: str
    status: CodeStatus
    source: str
    confidence: str


# How codes are compared -------------------------------------------------------------------------


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

    def holds(self, row: Row) -> bool:
        """Whether every code that the row stands for fits the pattern."""
        rule = system_of(row.system)
        return bool(set(rule.records) & set(self.records)) and self.matches(rule.plain(row.code))


@cache
def _regex(system: str, code: str) -> re.Pattern[str]:
    rule = system_of(system)
    plain = rule.plain(code.removesuffix("*"))
    more = code.endswith("*") or rule.is_prefix(plain)
    pattern = "".join("." if letter == "?" else re.escape(letter) for letter in plain)
    return re.compile(pattern + (".*" if more else "") + r"\Z")


# Concepts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Concept:
    """A named code list."""

    name: str
    rows: tuple[Row, ...]
    """The rows that count."""
    origin: Literal["package", "value sets", "derived"]
    off: tuple[Row, ...] = ()
    """Rows that were read and do not count: ``check``, or not verified in a verified-only run."""
    only: tuple[Pattern, ...] = ()
    """A record's code has to fit one of these, where there are any ..."""
    without: tuple[Pattern, ...] = ()
    """... and none of these."""

    @property
    def empty(self) -> bool:
        """Whether nothing can belong to it, so that what needs it cannot be computed."""
        return not self.rows

    def admits(self, system: str, code: str) -> bool:
        """Whether the patterns let in a record's code."""
        return (
            not self.only or any(pattern.fits(system, code) for pattern in self.only)
        ) and not any(pattern.fits(system, code) for pattern in self.without)


def read_list(name: str, data: bytes, *, where: str, given: bool, verified_only: bool) -> Concept:
    """
    Read one CSV file of a package (``given=False``) or of a practice's own folder.

    Raises
    ------
    PackageError
        The columns, a row's length, its system, code or status are not as they should be.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(
            f"byte {error.start} is not UTF-8", where=where, hint="Save the file as UTF-8."
        ) from None
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    head = next(lines, [])
    if tuple(head) != COLUMNS:
        raise PackageError(
            f"the columns are {', '.join(head) or '(none)'}",
            where=f"{where}, line 1",
            hint=f"Write exactly these columns, in this order: {', '.join(COLUMNS)}.",
        )
    on: list[Row] = []
    off: list[Row] = []
    for row in _rows(lines, where, given=given):
        counts = row.status in ("given", "verified") or (
            row.status == "proposed" and not verified_only
        )
        (on if counts else off).append(row)
    return Concept(name, tuple(on), "value sets" if given else "package", tuple(off))


def _rows(lines: Iterator[list[str]], where: str, *, given: bool) -> Iterator[Row]:
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise PackageError(
                f"the line is not well-formed CSV ({error})",
                where=f"{where}, line {_line(lines)}",
                hint='Put text that holds a comma or a quote in quotes, and write a quote as "".',
            ) from None
        here = f"{where}, line {_line(lines)}"
        if not cells:
            continue
        if len(cells) != len(COLUMNS):
            raise PackageError(
                f"the line has {len(cells)} values: {','.join(cells)!r}",
                where=here,
                hint=f"Write {len(COLUMNS)} values, {', '.join(COLUMNS)}; a value that holds a "
                "comma needs quotes.",
            )
        system, code, display, status, source, confidence = cells
        for column, value in (("system", system), ("code", code)):
            if not value.strip():
                raise PackageError(
                    f"{column} is {value!r}",
                    where=f"{here}, {column}",
                    hint=f"Write the {column}, or take the line out.",
                )
        if given:
            yield Row(system, code, display, "given", source, confidence)
        elif status in _STATUSES:
            yield Row(system, code, display, _STATUSES[status], source, confidence)
        else:
            raise PackageError(
                f"status is {status!r}",
                where=f"{here}, status",
                hint=f"Write verified, proposed or check{nearest(status, _STATUSES)}.",
            )


_STATUSES: Final[dict[str, CodeStatus]] = {
    "verified": "verified",
    "proposed": "proposed",
    "check": "check",
}


def _line(lines: object) -> int:
    return int(getattr(lines, "line_num", 0))


def derive(name: str, rule: Derived, lists: dict[str, Concept], where: str) -> Concept:
    """
    The concept that ``rule`` makes from ``lists``.

    Raises
    ------
    PackageError
        An unknown list, or a pattern that is none.
    """
    only = tuple(parse_pattern(text, f"{where}, only") for text in rule.only)
    without = tuple(parse_pattern(text, f"{where}, except") for text in rule.except_)
    on: list[Row] = []
    off: list[Row] = []
    for source in rule.from_:
        if source not in lists:
            raise PackageError(
                f"{source!r} is not a list of this package",
                where=f"{where}, from",
                hint="Name files of the folder concepts" + nearest(source, lists) + ".",
            )
        on += (row for row in lists[source].rows if _kept(row, only, without))
        off += (row for row in lists[source].off if _kept(row, only, without))
    return Concept(name, tuple(on), "derived", tuple(off), only, without)


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


def _kept(row: Row, only: tuple[Pattern, ...], without: tuple[Pattern, ...]) -> bool:
    """
    Whether a row of a list stays in a concept derived from it.

    A row that stands for many codes stays if some of them may; each code is then tested by
    itself (:meth:`Concept.admits`).
    """
    if any(pattern.holds(row) for pattern in without):
        return False
    return not only or any(pattern.holds(row) or _wider(row, pattern) for pattern in only)


def _wider(row: Row, pattern: Pattern) -> bool:
    """Whether the row stands for codes of which the pattern holds some."""
    rule = system_of(row.system)
    plain = rule.plain(row.code)
    same = set(rule.records) & set(pattern.records)
    return bool(same) and rule.is_prefix(plain) and rule.plain(pattern.code).startswith(plain)


# Matching ---------------------------------------------------------------------------------------


class _HasConcepts(Protocol):
    @property
    def concepts(self) -> Mapping[str, Concept]: ...


@dataclass
class _Index:
    """What one system of a record is compared with."""

    exact: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    prefix: dict[int, dict[str, list[tuple[str, bool]]]] = field(default_factory=dict)


class Matcher:
    """
    Finds the concepts of a record's codes.

    Built once from a package's concepts. :meth:`resolve` takes the distinct codes of an export:
    hundreds of thousands of them in a second.
    """

    def __init__(self, package: _HasConcepts) -> None:
        self._index: dict[tuple[str, System], _Index] = {}
        self._guarded: dict[str, Concept] = {}
        self._rules: dict[str, list[System]] = {}
        for concept in package.concepts.values():
            if concept.only or concept.without:
                self._guarded[concept.name] = concept
            for row in concept.rows:
                self._add(concept.name, row)

    def _add(self, concept: str, row: Row) -> None:
        rule = system_of(row.system)
        plain = rule.plain(row.code)
        # Systems that compare codes alike share an index: retired and current ICD-10-CM codes.
        alike = System((), drop=rule.drop, suffix=rule.suffix, width=rule.width)
        for system in rule.records:
            if alike not in self._rules.setdefault(system, []):
                self._rules[system].append(alike)
            index = self._index.setdefault((system, alike), _Index())
            table = index.exact
            if rule.is_prefix(plain):
                table = index.prefix.setdefault(len(plain), {})
            table.setdefault(plain, []).append((concept, row.status == "proposed"))

    def resolve(self, rows: Iterable[tuple[int, str, str]]) -> list[tuple[int, str, bool]]:
        """
        The concepts of each code.

        Parameters
        ----------
        rows
            Code key, system (a short name, as in the lists) and code as the record has it.
            A key may come several times: the codings of one coded value.

        Returns
        -------
        list of (code key, concept, proposed)
            Each key and concept once, in order of first use. ``proposed`` is true where no
            verified or given row stands for it.
        """
        found: dict[tuple[int, str], bool] = {}
        for key, system, code in rows:
            for concept, proposed in self._matches(system, code):
                found[key, concept] = found.get((key, concept), True) and proposed
        return [(key, concept, proposed) for (key, concept), proposed in found.items()]

    def _matches(self, system: str, code: str) -> Iterator[tuple[str, bool]]:
        for rule in self._rules.get(system, ()):
            index = self._index[system, rule]
            plain = rule.plain(code)
            hits = list(index.exact.get(plain, ()))
            for length, table in index.prefix.items():
                hits += table.get(plain[:length], ())
            for concept, proposed in hits:
                guard = self._guarded.get(concept)
                if guard is None or guard.admits(system, code):
                    yield concept, proposed
