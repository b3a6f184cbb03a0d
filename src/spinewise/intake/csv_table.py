"""
One CSV file as one DuckDB view, with nothing lost.

The *fast path* is DuckDB's strict reader with a fixed dialect. It is trusted only when it gives
exactly as many rows as the file has lines; on any fault (ragged rows, bad bytes, a quote that is
never closed, line breaks within a field, blank lines) the *slow path* reads record by record,
keeps what is sound in a clean copy and returns every other record as a :class:`Fault`.

``read = rows + blank + faults`` holds for every file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zlib
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain, count, islice
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

import duckdb

from spinewise.errors import IntakeError

_DELIMITERS: Final = ",;\t|"
_LONGEST_RECORD: Final = 1_000
"""Physical lines that one record may span; beyond that its quote counts as never closed."""
_SHORTEST_REACH: Final = 50
_LONGEST_LINE: Final = 8_000_000
"""Characters of a line that are read; a longer one is at fault."""
_KEPT: Final = 100_000
"""Characters of such a line that are kept."""
csv.field_size_limit(_LONGEST_RECORD * _LONGEST_LINE)  # lines are counted here, not there
LINE: Final = '"(physical line)"'
PART: Final = '"(part of the line)"'
"""Columns of our own in the view of a file, which has none of these names."""
_BOMS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class Fault(NamedTuple):
    """A record that cannot be read as a row of its table."""

    line: int
    reason: str
    mend: str
    raw: str


class CsvFile(NamedTuple):
    """What a look at the bytes of a file tells; nothing is loaded yet."""

    path: Path
    name: str
    """How messages call it: the path within the export."""
    encoding: str
    """``utf-8``, ``cp1252``, ``utf-16-le`` or ``utf-16-be``."""
    line_end: str
    """A line feed (with or without a carriage return before it), or a carriage return alone."""
    delimiter: str
    columns: tuple[str, ...]
    """The header, trimmed; a column without a name is ``(unnamed N)``."""
    header_line: int
    """1, or 2 below a spreadsheet's ``sep=;`` line."""
    lines: int
    """Physical lines, the header's included."""
    sound: bool
    """UTF-8 without NUL and stray carriage returns: worth trying the fast path."""
    quote: str = '"'
    """The mark around fields; ``""`` where a table is not quoted, by convention."""

    def column(self, name: str) -> str | None:
        """The header's own spelling of ``name``, compared without case; None where missing."""
        return next((own for own in self.columns if own.casefold() == name.casefold()), None)


class Sheet(NamedTuple):
    """
    A loaded file: a view with its columns as text (NULL for empty) and :data:`LINE`.

    That is the physical line on which the record begins. The view reads the file, or the
    clean copy of it, each time it is asked.
    """

    file: CsvFile
    relation: str
    rows: int
    blank: int
    """Blank lines, and records whose every field is empty."""
    faults: list[Fault]

    @property
    def read(self) -> int:
        """Records below the header, whatever became of them."""
        return self.rows + self.blank + len(self.faults)


def open_csv(path: Path, name: str = "") -> CsvFile:
    """
    Look at a CSV file, plain or gzip: its encoding, delimiter and header.

    Text that is mostly not UTF-8, and has no byte order mark, is taken as Windows-1252.

    Raises
    ------
    IntakeError
        The file is damaged, has no header, or names a column twice.
    """
    name = name or path.name
    try:
        encoding, line_end, lines, sound = _survey(path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise IntakeError(
            f"the compressed file is cut or damaged ({error})",
            where=name,
            hint="Make the export again, or unpack the file and see where it ends.",
        ) from None
    head = list(islice(_texts(path, encoding, line_end), 2))
    mark = re.fullmatch(r"sep=(.)", head[0]) if head else None
    header_line = 2 if mark else 1
    header = _printable(head[header_line - 1]) if len(head) >= header_line else ""
    if not header.strip():
        raise IntakeError(
            "the file has no header",
            where=f"{name}, line {header_line}",
            hint="The first line must name the columns.",
        )
    delimiter = mark[1] if mark else max(_DELIMITERS, key=header.count)
    try:
        names = next(csv.reader([header], delimiter=delimiter))
    except csv.Error as error:
        raise IntakeError(
            f"the header is not readable as CSV ({error})",
            where=f"{name}, line {header_line}",
            hint="Mend that line, or make the extract again.",
        ) from None
    columns = tuple(column.strip() or f"(unnamed {place})" for place, column in enumerate(names, 1))
    seen: set[str] = set()
    for column in columns:
        if column.casefold() in seen:
            raise IntakeError(
                f"two columns are called {column!r}",
                where=f"{name}, line {header_line}",
                hint="Rename or remove one of them; upper and lower case count as the same.",
            )
        seen.add(column.casefold())
    return CsvFile(path, name, encoding, line_end, delimiter, columns, header_line, lines, sound)


def load_csv(
    connection: duckdb.DuckDBPyConnection, file: CsvFile, relation: str, work: Path
) -> Sheet:
    """
    Make the temporary view ``relation`` over ``file``.

    ``work`` is a private folder that outlives the view; a clean copy goes there if one is needed.
    """
    names = list(file.columns)
    read, faults = file.lines - file.header_line, list[Fault]()
    source = _reader(file.path, names, file.delimiter, file.header_line, quote=file.quote)
    if file.sound and _count(connection, source) == read:
        source = f"(SELECT *, row_number() OVER () + {file.header_line} AS {LINE} FROM {source})"
    else:
        clean = work / f"{relation}.csv"
        read, faults, longest = _write_clean(file, clean)
        source = _reader(clean, [LINE.strip('"'), *names], ",", 1, longest)
    filled = " OR ".join(f"trim({quoted(name)}) <> ''" for name in names)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {relation} AS SELECT CAST({LINE} AS INTEGER) AS {LINE}, "
        f"{', '.join(map(quoted, names))} FROM {source} WHERE {filled}"
    )
    rows = _count(connection, relation) or 0
    return Sheet(file, relation, rows, read - rows - len(faults), faults)


def raw_lines(file: CsvFile, wanted: Collection[int]) -> dict[int, str]:
    """The text of the physical lines ``wanted`` (1-based), as the quarantine keeps it."""
    texts = islice(_texts(file.path, file.encoding, file.line_end), max(wanted, default=0))
    return {n: _printable(text) for n, text in enumerate(texts, 1) if n in wanted}


def sample_rows(file: CsvFile, most: int) -> list[list[str]]:
    """The first sound records of a file, trimmed; blank and unreadable ones are passed over."""
    lines = islice(_texts(file.path, file.encoding, file.line_end), file.header_line, None)
    sound = (record[1] for record in _records(lines, file) if not isinstance(record, Fault))
    return [[field.strip() for field in fields] for fields in islice(filter(any, sound), most)]


def quoted(name: str) -> str:
    """``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def sql_path(path: Path) -> str:
    """A path as DuckDB reads it: as the name of one file, whatever stars and brackets it has."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


# The fast path ---------------------------------------------------------------------------------


def _reader(
    path: Path,
    names: Sequence[str],
    delimiter: str,
    skip: int,
    longest: int = 0,
    quote: str = '"',
) -> str:
    """SQL that reads a file of an export or, where ``longest`` is given, a clean copy."""
    ours = f", new_line = '\\n', buffer_size = {max(32_000_000, 2 * longest)}" if longest else ""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({sql_path(path)}, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {literal(delimiter)}, quote = '{quote}', escape = '{quote}', header = false, "
        f"skip = {skip}, nullstr = '', strict_mode = true, null_padding = false, "
        f"compression = '{'gzip' if _is_gzip(path) else 'none'}', "
        f"max_line_size = {max(2_000_000, longest)}, hive_partitioning = false{ours})"
    )


def _count(connection: duckdb.DuckDBPyConnection, source: str) -> int | None:
    """Rows of ``source``; None where DuckDB cannot read it."""
    try:
        row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    except duckdb.Error:
        return None
    return int(row[0]) if row else None


# The slow path ---------------------------------------------------------------------------------


def _write_clean(file: CsvFile, clean: Path) -> tuple[int, list[Fault], int]:
    """Copy the sound records to ``clean``; return all records read, faults, longest record."""
    faults: list[Fault] = []
    read, longest = 0, 2_000_000

    def sound() -> Iterator[Sequence[object]]:
        nonlocal read, longest
        yield ("line", *file.columns)
        lines = islice(_texts(file.path, file.encoding, file.line_end), file.header_line, None)
        for record in _records(lines, file):
            read += 1
            if isinstance(record, Fault):
                faults.append(record)
            else:
                text = "".join(record[1])
                longest = max(longest, 2 * len(text.encode("utf-8", "surrogateescape")) + 1000)
                yield record[0], *record[1]

    with clean.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(sound())
    return read, faults, longest


def _records(lines: Iterator[str], file: CsvFile) -> Iterator[tuple[int, list[str]] | Fault]:
    """
    The records of a file, each with its first line, or the fault that makes it unreadable.

    Where a quote is opened and the record then makes no sense, only its first line is lost:
    reading goes on with the next.
    """
    ahead: deque[str] = deque()
    number = file.header_line + 1
    reach = _LONGEST_RECORD
    while True:
        taken: list[str] = []
        fields, trouble = _parse(_take(taken, ahead, lines, reach), file)
        if not taken:
            return
        if fields is not None:
            trouble = _misfit(fields, file)
        elif len(taken) == reach:  # many such quotes in a row are looked at ever more briefly
            reach = max(reach // 2, _SHORTEST_REACH)
        if not trouble and fields is not None:
            if len(taken) > 1:
                reach = _LONGEST_RECORD
            yield number, fields[: len(file.columns)]
        else:
            if fields is None or (len(taken) > 1 and len(fields) != len(file.columns)):
                ahead.extendleft(reversed(taken[1:]))
                del taken[1:]
            yield Fault(number, trouble, _MEND, _printable("\n".join(taken)[:_KEPT]))
        number += len(taken)


_MEND: Final = "Correct this line in the export, or make the export again, and read it anew."


def _take(taken: list[str], ahead: deque[str], lines: Iterator[str], most: int) -> Iterator[str]:
    """The next lines as they are asked for; ``taken`` keeps them."""
    while len(taken) < most:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        taken.append(line)
        yield line


def _parse(lines: Iterator[str], file: CsvFile) -> tuple[list[str] | None, str]:
    """The fields of the next record, or None and what is wrong."""
    first = next(lines, "")
    if isinstance(first, _Cut):
        return None, f"the line is longer than {_LONGEST_LINE} characters"
    if not file.quote or file.quote not in first:
        return first.split(file.delimiter), ""
    reader = csv.reader(
        (line + "\n" for line in chain([first], lines)), delimiter=file.delimiter, strict=True
    )
    try:
        return next(reader), ""
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None, "a quote is opened and never closed"
        if "expected after" in str(error):
            return None, "text follows a closing quote: a quote within a field is not doubled"
        return None, f"not readable as CSV ({error})"


def _misfit(fields: list[str], file: CsvFile) -> str:
    """Why ``fields`` are no row of ``file``; ``""`` where they are one, or all are empty."""
    width = len(file.columns)
    if not any(map(str.strip, fields)):
        fields += [""] * (width - len(fields))
        return ""
    if len(fields) < width or any(map(str.strip, fields[width:])):
        return f"{len(fields)} fields where the header has {width}: values may be shifted"
    text = "".join(fields)
    if "\0" in text:
        return "a NUL character: the file is damaged here"
    if _not_decoded(text, file.encoding):
        return f"bytes that are not valid {_NAMES.get(file.encoding, 'UTF-16')}"
    return ""


# Bytes and lines -------------------------------------------------------------------------------

_NAMES: Final = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(2) == b"\x1f\x8b"


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if _is_gzip(path) else path.open("rb")


def _survey(path: Path) -> tuple[str, str, int, bool]:
    """Encoding, line end, physical lines, and whether the fast path is worth trying."""
    with _open(path) as source:
        chunk = start = source.read(1 << 20)
        encoding = next((name for bom, name in _BOMS.items() if start.startswith(bom)), "")
        encoding = encoding or _utf_16_by_its_zeros(start)
        if encoding.startswith("utf-16"):
            return encoding, "\n", 0, False
        end = b"\r" if b"\r" in start and b"\n" not in start else b"\n"
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, last, valid, odd, returns = 0, b"", True, False, 0
        while chunk:
            lines += chunk.count(end)
            odd = odd or b"\0" in chunk
            # A carriage return that ends no line is left to the slow path.
            returns += chunk.count(b"\r") - chunk.count(b"\r\n")
            returns -= last.endswith(b"\r") and chunk.startswith(b"\n")
            last = chunk
            chunk = source.read(1 << 20)
            try:
                decoder.decode(last, final=not chunk)
            except UnicodeDecodeError:
                valid = False
                break
    if not valid:
        return encoding or _vote(path), end.decode(), 0, False
    lines += bool(last) and not last.endswith(end)
    return "utf-8", end.decode(), lines, end == b"\n" and not odd and not returns


def _utf_16_by_its_zeros(start: bytes) -> str:
    """UTF-16 without its mark: every other byte of the first letters is zero."""
    if len(start) >= 8 and not any(start[1:8:2]) and all(start[0:8:2]):
        return "utf-16-le"
    if len(start) >= 8 and not any(start[0:8:2]) and all(start[1:8:2]):
        return "utf-16-be"
    return ""


def _vote(path: Path) -> str:
    """UTF-8 with some bad lines, or Windows-1252: what most lines beyond ASCII are."""
    votes = 0
    with _open(path) as source:
        while line := source.readline(_LONGEST_LINE):
            if not line.isascii():
                try:
                    line.decode()
                    votes += 1
                except UnicodeDecodeError:
                    votes -= 1
    return "utf-8" if votes > 0 else "cp1252"


def _texts(path: Path, encoding: str, line_end: str) -> Iterator[str]:
    """
    The physical lines of a file, without line ends and byte order mark.

    Bytes that the encoding does not know come as lone surrogates, in UTF-16 as U+FFFD.
    """
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    with TextIOWrapper(_open(path), encoding, errors, newline=line_end) as source:
        for number in count():
            line = source.readline(_LONGEST_LINE)
            if not line:
                return
            text = line.removesuffix("\n").removesuffix("\r")
            if len(line) == _LONGEST_LINE and not line.endswith(line_end):
                text = _Cut(text[:_KEPT])
                while line and not line.endswith(line_end):
                    line = source.readline(_LONGEST_LINE)
            yield text.removeprefix("\ufeff") if number == 0 else text


class _Cut(str):
    """The beginning of a line that is too long to be read."""

    __slots__ = ()


def _not_decoded(text: str, encoding: str) -> bool:
    if text.isascii():
        return False
    if encoding.startswith("utf-16"):
        return "\ufffd" in text
    return any("\udc80" <= character <= "\udcff" for character in text)


def _printable(text: str) -> str:
    """``text`` with what cannot be shown or stored written as escapes."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")
