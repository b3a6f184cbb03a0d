"""Damaged CSV files: nothing is lost, and every line is accounted for with its place."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from tests.support.soak import SOAK

from spinewise.errors import IntakeError
from spinewise.intake import csv_form, settle, staging
from spinewise.intake.csv_table import LINE, load_csv, open_csv, raw_lines
from spinewise.intake.reader import SourceFile, silent
from spinewise.intake.settle import SourceRow

PATIENTS = b"patient_id,birth_date\nann,1980-03-01\nbob,1950-01-01\n"
HEAD = b"patient_id,kind,system,code,start,value,text\n"
ROW = b"ann,condition,ICD-10-CM,M54.5,2024-01-02,,\n"


class Read(NamedTuple):
    """What became of events.csv."""

    events: list[tuple[Any, ...]]
    """Line, patient, text of what is stored."""
    quarantine: list[tuple[Any, ...]]
    """Line, reason, raw."""
    ledger: list[tuple[int, ...]]
    """Read, stored, merged, skipped, not a fact, quarantined: of the whole file."""
    assumptions: list[str]


def read(folder: Path, events: bytes, inner: str = "export") -> Read:
    """Read and settle an export; settling itself refuses sums that do not agree."""
    for name in (inner, "work", "out"):
        (folder / name).mkdir()
    sources = []
    for key, (name, data) in enumerate([("patients.csv", PATIENTS), ("events.csv", events)]):
        (folder / inner / name).write_bytes(data)
        sources.append(SourceFile(key, name, folder / inner / name))
    with duckdb.connect() as connection:
        staging.create(connection)
        reading = csv_form.stage(connection, sources, None, folder / "work", silent)
        extract = settle.settle(
            connection,
            folder / "out",
            format="csv",
            digest="d",
            sources=[SourceRow(source, "0" * 64, 1) for source in sources],
            reading=reading,
            today=date(2025, 6, 1),
            progress=silent,
        )

    def table(name: str, columns: str) -> list[tuple[Any, ...]]:
        path = folder / "out" / f"{name}.parquet"
        return duckdb.execute(
            f"SELECT {columns} FROM '{path}' WHERE file = {key} ORDER BY ALL"
        ).fetchall()

    counts = ("read", "stored", "merged", "skipped", "not_a_fact", "quarantined")
    ledger = table("ledger", ", ".join(f"sum({name})::INTEGER" for name in counts))
    return Read(
        table("events", "line, patient, text"),
        table("quarantine", "line, reason, raw"),
        ledger,
        extract.assumptions,
    )


def lines_of(found: Read) -> list[int]:
    return [row[0] for row in found.events]


DAMAGED = {
    "too few fields": (
        [ROW, b"ann,condition,ICD-10-CM\n", ROW.replace(b"-02", b"-03")],
        "3 fields where the header has 7",
    ),
    "too many fields": (
        [ROW, b"ann,condition,ICD-10-CM,M54,5,2024-01-02,x,y\n", ROW.replace(b"-02", b"-03")],
        "8 fields where the header has 7",
    ),
    "text after a closing quote": (
        [ROW, b'ann,condition,ICD-10-CM,M54.5,2024-01-02,,"said "ouch" twice"\n',
         ROW.replace(b"-02", b"-03")],
        "a quote within a field is not doubled",
    ),
    "quote never closed": (
        [ROW, b'ann,condition,ICD-10-CM,M54.5,2024-01-02,,"pain\n', ROW.replace(b"-02", b"-03")],
        "never closed",
    ),
    "NUL": (
        [ROW, b"ann,condition,ICD-10-CM,M54.5,2024-01-02,,a\0b\n", ROW.replace(b"-02", b"-03")],
        "a NUL character",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_one_damaged_line(tmp_path: Path, name: str, ending: bytes) -> None:
    """One damaged line is quarantined with its number and text; its neighbours are stored."""
    lines, reason = DAMAGED[name]
    found = read(tmp_path, (HEAD + b"".join(lines)).replace(b"\n", ending))
    [(line, why, raw)] = found.quarantine
    assert line == 3
    assert reason in why
    assert raw == lines[1].decode().rstrip("\n").replace("\0", "\\x00")
    assert lines_of(found) == [2, 4]
    assert found.ledger == [(3, 2, 0, 0, 0, 1)]


def test_a_quote_that_swallows_the_next_lines(tmp_path: Path) -> None:
    """An open quote costs its own line, not those up to the next quote."""
    rows = [f"ann,note,,,2024-01-{day:02},,{day}\n".encode() for day in range(1, 29)]
    rows[4] = b'ann,note,,,2024-01-05,,"five\n'
    rows[20] = b'ann,note,,,2024-01-21,,"twenty-one"\n'
    found = read(tmp_path, HEAD + b"".join(rows))
    assert [row[0] for row in found.quarantine] == [6]
    assert found.ledger == [(28, 27, 0, 0, 0, 1)]


def test_line_breaks_within_a_field(tmp_path: Path) -> None:
    """A quoted line break is part of the text; later rows keep their physical lines."""
    row = b'ann,note,,,2024-01-02,,"first\nsecond, ""quoted"""\n'
    found = read(tmp_path, HEAD + row + b"bob,note,,,2024-01-03,,after\n")
    assert found.events == [(2, 0, 'first\nsecond, "quoted"'), (4, 1, "after")]
    assert found.ledger == [(2, 2, 0, 0, 0, 0)]


def test_blank_lines(tmp_path: Path) -> None:
    """Blank lines, and rows of separators only, are counted as blank and shift nothing."""
    found = read(tmp_path, HEAD + b"\n" + ROW + b",,,,,,\n  \n" + ROW.replace(b"-02", b"-03"))
    assert lines_of(found) == [3, 6]
    assert found.ledger == [(5, 2, 0, 3, 0, 0)]


def test_rows_of_separators_in_a_clean_file(tmp_path: Path) -> None:
    """The fast path counts blank rows as well."""
    found = read(tmp_path, HEAD + ROW + b",,,,,,\n")
    assert found.ledger == [(2, 1, 0, 1, 0, 0)]


def test_no_line_end_at_the_end(tmp_path: Path) -> None:
    """The last line counts without a line end too."""
    assert lines_of(read(tmp_path, HEAD + ROW.rstrip(b"\n"))) == [2]


def test_surplus_separators(tmp_path: Path) -> None:
    """Empty fields beyond the header are a spreadsheet's habit, not a shift."""
    assert read(tmp_path, HEAD + ROW.replace(b"\n", b",,\n")).ledger == [(1, 1, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),
        ("cp1252", True),
        ("utf-16", False),
        ("utf-16-le", False),
        ("utf-16-be", False),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, said: bool) -> None:
    """Letters arrive whole from all of them; what had to be guessed is said."""
    text = (HEAD + ROW).decode().replace(",,\n", ",,Où est la douleur ? Dos – bas\n")
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    found = read(tmp_path, bom + text.encode(encoding))
    assert [row[2] for row in found.events] == ["Où est la douleur ? Dos – bas"]
    assert ("read-as-windows-1252" in found.assumptions) is said


def test_a_bad_byte_in_utf8(tmp_path: Path) -> None:
    """One bad line in a UTF-8 file is quarantined; the file is not taken for Windows-1252."""
    good = ROW.replace(b",,\n", ",,où\n".encode())
    bad = ROW.replace(b",,\n", b",,o\xf9\n")
    found = read(tmp_path, HEAD + good + good.replace(b"-02", b"-04") + bad)
    assert found.quarantine == [
        (4, "bytes that are not valid UTF-8", bad.decode("utf-8", "backslashreplace").rstrip())
    ]
    assert [row[2] for row in found.events] == ["où", "où"]


def test_a_byte_that_windows_1252_does_not_have(tmp_path: Path) -> None:
    """In a Windows-1252 file the few bytes it leaves undefined are quarantined."""
    found = read(
        tmp_path, HEAD + ROW.replace(b",,\n", b",,d\xe9j\xe0\n") + ROW.replace(b",,\n", b",,\x81\n")
    )
    assert [row[2] for row in found.events] == ["déjà"]
    assert [row[0] for row in found.quarantine] == [3]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    """The delimiter is told by the header; commas within fields stay."""
    text = (HEAD + ROW).decode().replace(",", delimiter)
    text = text.replace(f"{delimiter}{delimiter}\n", f"{delimiter}{delimiter}a, b\n")
    assert [row[2] for row in read(tmp_path, text.encode()).events] == ["a, b"]


def test_a_spreadsheet_says_its_delimiter(tmp_path: Path) -> None:
    """A first line sep=; is not the header, and line numbers count it."""
    found = read(tmp_path, b"sep=;\n" + (HEAD + ROW).replace(b",", b";"))
    assert lines_of(found) == [3]


def test_old_line_ends(tmp_path: Path) -> None:
    """Carriage returns alone end lines too; a mixture of line ends is read."""
    assert lines_of(read(tmp_path, (HEAD + ROW).replace(b"\n", b"\r"))) == [2]


def test_mixed_line_ends(tmp_path: Path) -> None:
    """A file put together from two systems."""
    rows = ROW + ROW.replace(b"-02", b"-03").replace(b"\n", b"\r\n") + ROW.replace(b"-02", b"-04")
    assert lines_of(read(tmp_path, HEAD + rows)) == [2, 3, 4]


def test_mixed_date_formats(tmp_path: Path) -> None:
    """Dates of another form than declared are quarantined, one by one."""
    days = [b"2024-01-02", b"03/01/2024", b"2024-02-31", b"20240105", b"Jan 6 2024", b""]
    found = read(tmp_path, HEAD + b"".join(ROW.replace(b"2024-01-02", day) for day in days))
    assert lines_of(found) == [2, 5, 7]
    assert [row[0] for row in found.quarantine] == [3, 4, 6]
    assert found.ledger == [(6, 3, 0, 0, 0, 3)]


def test_unknown_patient(tmp_path: Path) -> None:
    """Rows of nobody, and of somebody unknown, are quarantined."""
    found = read(tmp_path, HEAD + ROW + ROW.replace(b"ann", b"zoe") + ROW.replace(b"ann", b""))
    assert found.ledger == [(3, 1, 0, 0, 0, 2)]


def test_equal_rows_are_merged(tmp_path: Path) -> None:
    """The same row twice is one fact."""
    assert read(tmp_path, HEAD + ROW + ROW).ledger == [(2, 1, 1, 0, 0, 0)]


def test_everything_at_once(tmp_path: Path) -> None:
    """Sums agree with a count that knows nothing of the reader."""
    rows: list[bytes] = []
    for day in range(1, 29):
        row = ROW.replace(b"-02", f"-{day:02}".encode())
        rows += [
            row,
            row.replace(b"condition", b"conditions") if day % 3 == 0 else b"",
            b"\n" if day % 5 == 0 else b"",
            b"ann,x\n" if day % 7 == 0 else b"",
            row.replace(b"ann", b"nobody") if day % 9 == 0 else b"",
            row if day % 11 == 0 else b"",
            row.replace(b",,\n", b',,"two\nlines"\n') if day % 13 == 0 else b"",
        ]
    written = [row for row in rows if row]
    found = read(tmp_path, HEAD + b"".join(written))
    assert found.ledger == [(len(written), 28 + 2, 2, 5, 0, 9 + 4 + 3)]


def test_headers_only(tmp_path: Path) -> None:
    """A file with a header and no rows has no rows."""
    assert read(tmp_path, HEAD).events == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file has no header"),
        (b"\n\n", "the file has no header"),
        (b"patient_id,kind,Kind\n", "two columns are called 'Kind'"),
        (b"patient_id,ki\rnd,start\n" + b"a,b,c\n" * 9, "the header is not readable as CSV"),
        (gzip.compress(HEAD + ROW * 100)[:-20], "cut or damaged"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, data: bytes, message: str) -> None:
    """Where a file as a whole makes no sense, the error names the file."""
    with pytest.raises(IntakeError, match=message) as error:
        read(tmp_path, data)
    assert "events.csv" in error.value.where


def test_names_that_look_like_patterns(tmp_path: Path) -> None:
    """Stars and brackets in the name of a folder are only that."""
    assert lines_of(read(tmp_path, HEAD + ROW, "extract [1] it's *new*")) == [2]


def test_a_long_text(tmp_path: Path) -> None:
    """A note of three megabytes is read, on the slow path too."""
    long = b"x" * 3_000_000
    found = read(tmp_path, HEAD + b"\n" + ROW.replace(b",,\n", b",," + long + b"\n"))
    assert [len(row[2]) for row in found.events] == [3_000_000]


def test_both_paths_say_the_same(tmp_path: Path) -> None:
    """A clean file read row by row gives what DuckDB's reader gives."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["a", "b c", "d"])
    writer.writerows([str(n), f'say "{n}"' if n % 3 else "", "x,y"] for n in range(500))
    (tmp_path / "fast.csv").write_text(text.getvalue())
    (tmp_path / "slow.csv").write_text(text.getvalue() + "\n")
    work = tmp_path / "work"
    work.mkdir()
    with duckdb.connect() as connection:
        rows = []
        for name in ("fast", "slow"):
            file = open_csv(tmp_path / f"{name}.csv")
            sheet = load_csv(connection, file, name, work)
            assert sheet.read == sheet.rows + sheet.blank + len(sheet.faults)
            rows.append(connection.execute(f"SELECT * FROM {name} ORDER BY {LINE}").fetchall())
    assert [path.name for path in work.iterdir()] == ["slow.csv"]
    assert rows[0] == rows[1]
    assert raw_lines(file, {3}) == {3: '1,"say ""1""","x,y"'}


def test_columns_with_the_names_of_our_own(tmp_path: Path) -> None:
    """A column called line, part or file is a column like others."""
    head = HEAD.replace(b"text", b"text,line,part,file,fault,row")
    found = read(tmp_path, head + ROW.replace(b",,\n", b",,said,7,8,9,x,y\n"))
    assert found.events == [(2, 0, "said")]


def test_formulas_are_text(tmp_path: Path) -> None:
    """What a spreadsheet would take for a formula is kept as it is written."""
    texts = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-5", "'=1"]
    rows = b"".join(ROW.replace(b",,\n", f",,{text}\n".encode()) for text in texts)
    assert {row[2] for row in read(tmp_path, HEAD + rows).events} == set(texts)


def test_numbers_beyond_what_is_stored(tmp_path: Path) -> None:
    """A position or number of days that no integer holds is quarantined, not forgotten."""
    head = HEAD.replace(b"value,text", b"position,days_supply")
    rows = [ROW.replace(b",,\n", end) for end in (b",1,\n", b",99999999999,\n", b",,9999999999\n")]
    found = read(tmp_path, head.replace(b"text", b"") + b"".join(rows))
    assert [row[0] for row in found.quarantine] == [3, 4]
    assert lines_of(found) == [2]


def test_decimal_commas_in_answers(tmp_path: Path) -> None:
    """3,5 is three and a half; 1,500 may be two things, and is quarantined."""
    rows = [b'ann,answer,,pain,2024-01-02,"3,5",\n', b'ann,answer,,pain,2024-01-03,"1,500",\n']
    found = read(tmp_path, HEAD + b"".join(rows))
    assert lines_of(found) == [2]
    assert [row[0] for row in found.quarantine] == [3]
    assert "decimal-comma" in found.assumptions


def test_missing_columns(tmp_path: Path) -> None:
    """Without a column that is needed, nothing is read, and it is named."""
    with pytest.raises(IntakeError, match="the column start is missing") as error:
        read(tmp_path, HEAD.replace(b"start", b"begin") + ROW)
    assert error.value.where == "events.csv"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str) -> None:
    """It is told by its zeros."""
    text = (HEAD + ROW).decode().replace(",,\n", ",,où\n")
    assert [row[2] for row in read(tmp_path, text.encode(encoding)).events] == ["où"]


def test_carriage_returns_within_a_line(tmp_path: Path) -> None:
    """They end no line: as text they are kept, and in the quarantine too."""
    kept = ROW.replace(b",,\n", b',,"a\rb"\n')
    found = read(tmp_path, HEAD + kept + b"ann,con\rdition\n" + ROW.replace(b"-02", b"-03"))
    assert found.events == [(2, 0, "a\rb"), (4, 0, None)]
    assert [(row[0], row[2]) for row in found.quarantine] == [(3, "ann,con\rdition")]


def test_every_line_opens_a_quote(tmp_path: Path) -> None:
    """Thousands of quotes that are never closed are told line by line, without end in sight."""
    rows = b'ann,note,,,2024-01-05,,"a","\n' + b'b",",\n' * 6_000
    found = read(tmp_path, HEAD + rows)
    assert found.ledger == [(6_001, 0, 0, 0, 0, 6_001)]


def test_a_line_without_end(tmp_path: Path) -> None:
    """A line of 20 MB (1 GB in the soak test) is quarantined with its beginning."""
    size = (1 << 30) if SOAK else (20 << 20)
    long = b"ann,note,,,2024-01-05,," + b"x" * size + b"\n"
    found = read(tmp_path, HEAD + ROW + long + ROW.replace(b"-02", b"-03"))
    [(line, reason, raw)] = found.quarantine
    assert line == 3
    assert "longer than" in reason
    assert len(raw) <= 100_000
    assert lines_of(found) == [2, 4]


def test_a_long_quoted_text(tmp_path: Path) -> None:
    """A quoted note of three megabytes, full of quotes, is read on the slow path."""
    text = b'"' + b'""x' * 1_000_000 + b'"'
    found = read(tmp_path, HEAD + b"\n" + ROW.replace(b",,\n", b",," + text + b"\n"))
    assert [len(row[2]) for row in found.events] == [2_000_000]


def test_a_header_with_bad_bytes(tmp_path: Path) -> None:
    """A column whose name cannot be read is a column that is not read."""
    accents = "é".encode() * 9
    head = HEAD.replace(b"text", b"text,no\xff\0te,d\xe9j\xe0")
    found = read(tmp_path, head + ROW.replace(b",,\n", b",,," + accents + b",\n") * 2)
    assert lines_of(found) == [2]
