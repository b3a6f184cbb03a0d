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
from spinewise.know.decode import Say, nearest, stop
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
    line: int = 0
    """In its file, from 1."""


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


def read_list(
    name: str, data: bytes, *, where: str, given: bool, verified_only: bool, say: Say = stop
) -> Concept:
    """
    Read one CSV file of a package (``given=False``) or of a practice's own folder.

    Wrong columns, and rows whose length, system, code or status are not as they should be, are
    said, or raised as a PackageError.
    """
    on: list[Row] = []
    off: list[Row] = []
    for row in _rows(data, where, say, given=given):
        counts = row.status in ("given", "verified") or (
            row.status == "proposed" and not verified_only
        )
        (on if counts else off).append(row)
    return Concept(name, tuple(on), "value sets" if given else "package", tuple(off))


def _rows(data: bytes, where: str, say: Say, *, given: bool) -> Iterator[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        say(
            PackageError(
                f"byte {error.start} is not UTF-8", where=where, hint="Save the file as UTF-8."
            )
        )
        return
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    head = next(lines, [])
    if tuple(head) != COLUMNS:
        say(
            PackageError(
                f"the columns are {', '.join(head) or '(none)'}",
                where=f"{where}, line 1",
                hint=f"Write exactly these columns, in this order: {', '.join(COLUMNS)}.",
            )
        )
        return
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            say(
                PackageError(
                    f"the line is not well-formed CSV ({error})",
                    where=f"{where}, line {lines.line_num}",
                    hint="Put text that holds a comma or a quote in quotes, and write a quote as "
                    '"".',
                )
            )
            return
        wrong = _wrong(cells, f"{where}, line {lines.line_num}", given=given) if cells else None
        if wrong:
            say(wrong)
        elif cells:
            system, code, display, status, source, confidence = cells
            kind: CodeStatus = "given" if given else STATUSES[status]
            yield Row(system, code, display, kind, source, confidence, lines.line_num)


def _wrong(cells: list[str], where: str, *, given: bool) -> PackageError | None:
    """The first mistake in a row."""
    if len(cells) != len(COLUMNS):
        return PackageError(
            f"the line has {len(cells)} values: {','.join(cells)!r}",
            where=where,
            hint=f"Write {len(COLUMNS)} values, {', '.join(COLUMNS)}; a value that holds a "
            "comma needs quotes.",
        )
    system, code, _, status, _, _ = cells
    for column, value in (("system", system), ("code", code)):
        if not value.strip():
            return PackageError(
                f"{column} is {value!r}",
                where=f"{where}, {column}",
                hint=f"Write the {column}, or take the line out.",
            )
    if not given and status not in STATUSES:
        return PackageError(
            f"status is {status!r}",
            where=f"{where}, status",
            hint=f"Write verified, proposed or check{nearest(status, STATUSES)}.",
        )
    return None


STATUSES: Final[dict[str, CodeStatus]] = {
    "verified": "verified",
    "proposed": "proposed",
    "check": "check",
}
"""What may stand in the column ``status`` of a package's list."""


def derive(
    name: str, rule: Derived, lists: dict[str, Concept], where: str, say: Say = stop
) -> Concept:
    """
    The concept that ``rule`` makes from ``lists``.

    An unknown list, or a pattern that is none, is said, or raised as a PackageError.
    """
    only = tuple(_patterns(rule.only, f"{where}, only", say))
    without = tuple(_patterns(rule.except_, f"{where}, except", say))
    on: list[Row] = []
    off: list[Row] = []
    for source in rule.from_:
        if source not in lists:
            say(
                PackageError(
                    f"{source!r} is not a list of this package",
                    where=f"{where}, from",
                    hint="Name files of the folder concepts" + nearest(source, lists) + ".",
                )
            )
            continue
        on += (row for row in lists[source].rows if _kept(row, only, without))
        off += (row for row in lists[source].off if _kept(row, only, without))
    return Concept(name, tuple(on), "derived", tuple(off), only, without)


def _patterns(texts: list[str], where: str, say: Say) -> Iterator[Pattern]:
    for text in texts:
        try:
            yield parse_pattern(text, where)
        except PackageError as mistake:
            say(mistake)


def takes_from(concept: Concept, pattern: Pattern) -> bool:
    """Whether taking out what fits a pattern takes anything from a concept."""
    return any(stands_for_some(row, pattern) for row in concept.rows)


def _kept(row: Row, only: tuple[Pattern, ...], without: tuple[Pattern, ...]) -> bool:
    """
    Whether a row of a list stays in a concept derived from it.

    A row that stands for many codes stays if some of them may; each code is then tested by
    itself (:meth:`Concept.admits`).
    """
    if any(pattern.holds(row) for pattern in without):
        return False
    return not only or any(pattern.holds(row) or _wider(row, pattern) for pattern in only)


def stands_for_some(row: Row, pattern: Pattern) -> bool:
    """Whether the row stands for at least one code that fits the pattern."""
    return pattern.holds(row) or _wider(row, pattern)


def _wider(row: Row, pattern: Pattern) -> bool:
    """Whether the row stands for codes of which the pattern holds some."""
    rule = system_of(row.system)
    plain = rule.plain(row.code)
    same = set(rule.records) & set(pattern.records)
    return bool(same) and rule.is_prefix(plain) and rule.plain(pattern.code).startswith(plain)
