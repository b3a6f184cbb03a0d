"""DuckDB connections: local, bounded, and never on the network."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

MEMORY = "2500MB"
"""What one connection may hold in memory; beyond it rows wait on disk in the work folder."""


def connect(
    work: Path | None = None, *, memory: str = MEMORY, on_disk: bool = False
) -> duckdb.DuckDBPyConnection:
    """
    A new connection that keeps nothing.

    Parameters
    ----------
    work
        A private folder for what does not fit into memory. None: nothing is written to disk, and a
        query that needs more than ``memory`` fails.
    memory
        A size that DuckDB understands.
    on_disk
        Keep tables in a compressed file in ``work`` from the start: slower for what would fit into
        memory, faster and smaller for what would not.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory,
        "temp_directory": str(work / "spill") if work is not None else "",
    }
    place = str(work / "tables.duckdb") if on_disk and work is not None else ":memory:"
    connection = duckdb.connect(place, config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def quoted(path: Path) -> str:
    """A path as a SQL string: an apostrophe in a folder's name is doubled."""
    return "'" + str(path).replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """The path of a file to read as a SQL string: stars and brackets stand for themselves."""
    return quoted(Path(re.sub(r"([*?\[])", r"[\1]", str(path))))


def parquet(path: Path) -> str:
    """What stands after FROM for one Parquet file; names of folders are never columns."""
    return f"read_parquet({one_file(path)}, hive_partitioning = false)"
