"""
Reads mutated exports and tells which of them are not read as they should be.

Many inputs are read in one import; where something is wrong, the one is found by halving. Each
import runs in a process of its own with a limit of processor time, so that a crash of the
interpreter or a loop without end is a finding too. By hand, for one input::

    python -m tests.support.fuzzing ndjson SEED NUMBER 1
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import duckdb

from spinewise.errors import SpinewiseError
from spinewise.intake import Export, archive
from spinewise.intake.reader import Format, silent
from tests.support.mutations import KINDS, Input, Table, spoil

ROOT: Final = Path(__file__).parents[2]
TODAY: Final = date(2025, 6, 1)
LIMIT: Final = 900
"""Seconds of processor time for one import; what needs more goes on without end."""
_FORMAT: Final[dict[str, Format]] = {
    "ndjson": "fhir", "bundle": "fhir", "csv": "csv", "patients": "csv", "omop": "omop",
}  # fmt: skip


class Finding(NamedTuple):
    """An input that is not read as it should be."""

    number: int
    what: str


# One process -----------------------------------------------------------------------------------


def examine(kind: str, seed: int, numbers: Sequence[int]) -> list[Finding]:
    """Read these inputs; what is wrong with them."""
    if kind == "archive":
        return [one for number in numbers if (one := _unpack(seed, number)) is not None]
    inputs = [KINDS[kind](seed, number) for number in numbers]
    alone = [one for one in inputs if one.alone]
    together = [one for one in inputs if not one.alone]
    return [
        finding
        for batch in (together, *([one] for one in alone))
        for finding in _halve(kind, seed, batch)
    ]


def _halve(kind: str, seed: int, batch: Sequence[Input]) -> list[Finding]:
    if not batch:
        return []
    try:
        return _read(kind, batch)
    except SpinewiseError as error:
        if len(batch) == 1:
            refused = batch[0].alone or kind == "bundle"
            return [] if refused else [Finding(batch[0].number, f"refused: {error}")]
    except Exception as error:
        if len(batch) == 1:
            return [Finding(batch[0].number, f"{type(error).__name__}: {str(error)[:500]}")]
    middle = len(batch) // 2
    return _halve(kind, seed, batch[:middle]) + _halve(kind, seed, batch[middle:])


def _import(kind: str, batch: Sequence[Input], folder: Path) -> Path:
    """Read inputs together; the folder of the record tables."""
    export, tables = folder / "export", folder / "tables"
    tables.mkdir()
    beside: dict[str, Table] = {}
    for name, members in _files(batch).items():
        path = export / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = members[0].head or b""
        rest = [one.data.removeprefix(head).removesuffix(b"\n") for one in members[1:]]
        ends = b"\n" * members[0].data.endswith(b"\n")
        path.write_bytes(b"\n".join([members[0].data.removesuffix(b"\n"), *rest]) + ends)
    for one in batch:
        for name, table in one.beside.items():
            beside.setdefault(name, table[:1]).extend(table[1:])
    for name, table in beside.items():
        text = "".join(",".join(fields) + "\n" for fields in table)
        (export / "good").mkdir(exist_ok=True)
        (export / "good" / name).write_text(text, encoding="utf-8")
    with Export(export, format=_FORMAT[kind]) as opened:
        opened.read(tables, today=TODAY)
    return tables


def _files(batch: Sequence[Input]) -> dict[str, list[Input]]:
    """
    The files of a batch, each with the inputs in it.

    Most of those that can stand in one file with others do, which is faster; one of forty does not.
    """
    files: dict[str, list[Input]] = {}
    shared: dict[tuple[str, bytes], list[Input]] = {}
    for one in batch:
        base = one.name.partition("/")[2]
        if one.head is None or one.number % 40 == 0:
            files[one.name] = [one]
        else:
            members = shared.setdefault((base, one.head), [])
            if len(members) >= 100:
                members = shared[base, one.head] = []
            if not members:
                files[one.name] = members
            members.append(one)
    return files


def _read(kind: str, batch: Sequence[Input]) -> list[Finding]:
    """Read inputs together, and look at each of them in the tables."""
    with tempfile.TemporaryDirectory() as folder:
        tables = _import(kind, batch, Path(folder))
        sums, rows = _sums(tables), _rows(kind, tables)
    findings = []
    for name, members in _files(batch).items():
        written = [one.lines for one in members if one.lines is not None]
        if len(written) == len(members) and sums.get(name, 0) != sum(written):
            if len(members) > 1:
                return [found for one in members for found in _read(kind, [one])] or [
                    Finding(members[0].number, f"with {len(members)} others: rows were lost")
                ]
            read = sums.get(name, 0)
            findings.append(
                Finding(members[0].number, f"{read} rows read where {written[0]} are written")
            )
    for one in batch:
        for row in one.untouched.values():
            expected = _expected(kind).get(row.name)
            if expected is not None and rows.get(row.id) != expected:
                what = f"{row.id} ({row.name}) is {rows.get(row.id)}, not {expected}"
                findings.append(Finding(one.number, what))
                break
    return findings


@cache
def _expected(kind: str) -> dict[str, Any]:
    """What rows come to, by their names, in files without a fault."""
    # Of OMOP each is another table.
    batch = [KINDS[kind](0, number, 0) for number in range(12 if kind == "omop" else 1)]
    with tempfile.TemporaryDirectory() as folder:
        rows = _rows(kind, _import(kind, batch, Path(folder)))
    return {row.name: rows[row.id] for one in batch for row in one.untouched.values()}


_KEY: Final = {
    "fhir": "source_id",
    "csv": "split_part(text, ' ', 1)",
    "omop": "source_type || '/' || source_id",
}
"""How inputs know their rows."""


def _rows(kind: str, tables: Path) -> dict[str, str]:
    """What is stored, by the ids that inputs know their rows by."""
    key = _KEY[_FORMAT[kind]]
    visit = key.replace("source_type", "'visit_occurrence'")
    queries = (
        f"""SELECT {key}, list((kind, role, start_text, end_lo, recorded_text, status, value,
        days_supply, modality, number) ORDER BY event) FROM '{tables}/events.parquet' GROUP BY 1""",
        f"""SELECT {visit}, list((start_text, end_lo, setting, clinician))
        FROM '{tables}/visits.parquet' GROUP BY 1""",
        f"""SELECT patient_id, list((birth_text, sex, death_text, language, enrolled_from_lo))
        FROM '{tables}/patients.parquet' GROUP BY 1""",
    )
    return {
        identity: str(found)
        for query in queries
        for identity, found in duckdb.execute(query).fetchall()
    }


def _sums(tables: Path) -> dict[str, int]:
    """Source rows by file; each row of the ledger must add up."""
    wrong = duckdb.execute(
        f"""SELECT count(*) FROM '{tables}/ledger.parquet'
        WHERE read <> stored + merged + skipped + not_a_fact + quarantined"""
    ).fetchall()
    assert wrong == [(0,)]
    return dict(
        duckdb.execute(
            f"""SELECT path, sum(read)::INTEGER FROM '{tables}/ledger.parquet'
            JOIN '{tables}/sources.parquet' USING (file) GROUP BY path"""
        ).fetchall()
    )


def _unpack(seed: int, number: int) -> Finding | None:
    """Spoil an archive and look for its files; nothing may be written elsewhere."""
    random = Random(f"{seed} archive {number}")
    name, data = random.choice(_archives())
    with tempfile.TemporaryDirectory() as folder:
        export, work = Path(folder, name), Path(folder, "work")
        work.mkdir()
        export.write_bytes(spoil(data, random))
        try:
            archive.sums(archive.find_files(export, work, silent).files, silent)
        except SpinewiseError:
            pass
        except Exception as error:
            return Finding(number, f"{type(error).__name__}: {str(error)[:500]}")
        if {path.name for path in Path(folder).iterdir()} != {name, "work"}:
            return Finding(number, "something was written outside of the private folder")
    return None


@cache
def _archives() -> list[tuple[str, bytes]]:
    members = {name: KINDS["ndjson"](0, at).data for at, name in enumerate(("a.ndjson", "b/c"))}
    found = []
    for way in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", way) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
        found.append(("x.zip", target.getvalue()))
    for mode in ("", "gz", "bz2", "xz"):
        target = io.BytesIO()
        with tarfile.open(fileobj=target, mode=f"w:{mode}") as tar:  # type: ignore[call-overload]
            for name, data in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        found.append((f"x.tar.{mode}".rstrip("."), target.getvalue()))
    return found


# Many processes --------------------------------------------------------------------------------


def fuzz(kind: str, seed: int, first: int, count: int, together: int = 250) -> list[Finding]:
    """Examine the inputs ``first`` to ``first + count - 1`` in processes of their own."""
    findings = []
    for start in range(first, first + count, together):
        findings += _in_a_process(kind, seed, start, min(together, first + count - start))
    return findings


def _in_a_process(kind: str, seed: int, start: int, count: int) -> list[Finding]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.fuzzing", kind, *map(str, (seed, start, count))],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return [Finding(*json.loads(line)) for line in done.stdout.splitlines()]
    if count == 1:
        return [Finding(start, f"the process ended with {done.returncode}: {done.stderr[-800:]}")]
    half = count // 2
    return [
        *_in_a_process(kind, seed, start, half),
        *_in_a_process(kind, seed, start + half, count - half),
    ]


def main(kind: str, *numbers: str) -> None:
    """Examine inputs of one kind and print what is wrong, a line each."""
    seed, start, count = map(int, numbers)
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    for finding in examine(kind, seed, range(start, start + count)):
        print(json.dumps(finding), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
