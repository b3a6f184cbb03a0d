"""
Concepts: named code lists.

A concept is a CSV file of the package (``concepts/NAME.csv``), the list of the same name in a
folder of the practice's own (``--value-sets``), or derived from such lists in ``concepts.toml``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from spinewise.errors import PackageError
from spinewise.know.codes import Pattern, parse_pattern, system_of
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
        elif status in STATUSES:
            yield Row(system, code, display, STATUSES[status], source, confidence)
        else:
            raise PackageError(
                f"status is {status!r}",
                where=f"{here}, status",
                hint=f"Write verified, proposed or check{nearest(status, STATUSES)}.",
            )


STATUSES: Final[dict[str, CodeStatus]] = {
    "verified": "verified",
    "proposed": "proposed",
    "check": "check",
}
"""What may stand in the column ``status`` of a package's list."""


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
