"""DuckDB connections: local, bounded, and never on the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import duckdb

from spinewise.errors import SpinewiseError
from spinewise.scratch import room


def connect(work: Path | None = None, *, on_disk: bool = False) -> duckdb.DuckDBPyConnection:
    """
    A new connection that keeps nothing, and holds in memory what :mod:`spinewise.scratch` allows.

    Parameters
    ----------
    work
        A private folder for what does not fit into memory. None: nothing is written to disk, and a
        query that needs more fails.
    on_disk
        Keep tables in a compressed file in ``work`` from the start: slower for what would fit into
        memory, faster and smaller for what would not.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": room().memory,
        "temp_directory": str(work / "spill") if work is not None else "",
    }
    place = str(work / "tables.duckdb") if on_disk and work is not None else ":memory:"
    connection = duckdb.connect(place, config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def said(error: duckdb.Error) -> str:
    """
    What DuckDB says is wrong with the disk or the memory, without what only its makers need.

    It wraps the words of an error that a thread met in JSON.
    """
    found = re.search(r'"exception_message":"((?:[^"\\]|\\.)*)"', str(error))
    words = re.sub(r"\\(.)", r"\1", found[1]) if found else str(error).partition("\n")[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        limit = re.search(r"/([\d.]+ \w+) used", str(error))
        return f"{limit[1] if limit else 'that'} of memory is not enough"
    return re.sub(r"^[A-Z]\w+ Error: ", "", words)


def no_room(error: duckdb.Error) -> SpinewiseError:
    """The error for a disk or a memory that is too small."""
    return SpinewiseError(
        f"there is not enough room: {said(error)}",
        hint="Allow more memory (--memory), or make room on the disk; another one can be named"
        " with --scratch.",
    )


NO_ROOM: Final = (duckdb.OutOfMemoryException, duckdb.IOException)
"""How DuckDB says that the disk or the memory is too small."""


def quoted(path: Path) -> str:
    """A path as a SQL string: an apostrophe in a folder's name is doubled."""
    return "'" + str(path).replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """The path of a file to read as a SQL string: stars and brackets stand for themselves."""
    return quoted(Path(re.sub(r"([*?\[])", r"[\1]", str(path))))


def parquet(path: Path) -> str:
    """What stands after FROM for one Parquet file; names of folders are never columns."""
    return f"read_parquet({one_file(path)}, hive_partitioning = false)"
