"""Small exports, written as text, read and settled into the record tables."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from spinewise.intake import csv_form, settle, staging
from spinewise.intake.reader import SourceFile, silent
from spinewise.intake.settle import SourceRow
from spinewise.tables import Extract

TODAY = date(2025, 6, 1)


class Export:
    """The record tables of one small export."""

    def __init__(self, folder: Path, extract: Extract) -> None:
        self.folder = folder
        self.extract = extract

    def rows(self, table: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Rows of a record table, in order; one column gives tuples of one."""
        query = f"SELECT {columns} FROM '{self.folder / table}.parquet' WHERE {where} ORDER BY ALL"
        return duckdb.execute(query).fetchall()

    def values(self, table: str, column: str, where: str = "true") -> list[Any]:
        return [row[0] for row in self.rows(table, column, where)]

    def codes(self, where: str = "true", key: str = "code") -> list[tuple[Any, ...]]:
        """System and value of the codes of events, in order."""
        return duckdb.execute(
            f"""SELECT c.system, c.value
            FROM '{self.folder}/events.parquet' AS e
            JOIN '{self.folder}/codes.parquet' AS c ON e.{key} = c.code
            WHERE {where} ORDER BY ALL"""
        ).fetchall()

    def ledger(self) -> dict[str, tuple[int, ...]]:
        """By type: read, stored, merged, skipped, not a fact, quarantined."""
        columns = ("read", "stored", "merged", "skipped", "not_a_fact", "quarantined")
        sums = ", ".join(f"sum({name})::INTEGER" for name in columns)
        query = f"SELECT type, {sums} FROM '{self.folder}/ledger.parquet' GROUP BY type"
        return {row[0]: row[1:] for row in duckdb.execute(query).fetchall()}


Read = Callable[..., Export]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """
    Write files, given by name as text or bytes, read and settle them.

    Names that end in .gz are compressed. ``mapping`` is the text of a mapping file.
    """
    return _reading_in(tmp_path)


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The same, for exports that the tests of a module share."""
    return _reading_in(tmp_path_factory.mktemp("shared"))


def _reading_in(tmp_path: Path) -> Read:
    count = iter(range(100))

    def read(
        files: Mapping[str, str | bytes],
        mapping: str | None = None,
        reader: ModuleType = csv_form,
        today: date = TODAY,
    ) -> Export:
        root = tmp_path / str(next(count))
        sources = []
        for number, (name, content) in enumerate(sorted(files.items())):
            path = root / "export" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
            sources.append(SourceFile(number, name, path))
        work, out = root / "work", root / "out"
        work.mkdir(parents=True)
        out.mkdir()
        given = None
        if mapping is not None:
            given = root / "mapping.toml"
            given.write_text(mapping, encoding="utf-8")
        with duckdb.connect() as connection:
            staging.create(connection)
            reading = reader.stage(connection, sources, given, work, silent)
            extract = settle.settle(
                connection,
                out,
                format=reader.FORMAT,
                digest="d",
                sources=[SourceRow(source, "0" * 64, 1) for source in sources],
                reading=reading,
                today=today,
                progress=silent,
            )
        return Export(out, extract)

    return read
