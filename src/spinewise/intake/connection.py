"""DuckDB connections: local, bounded, and never on the network."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY = "2500MB"
"""What one connection may hold in memory; beyond it rows wait on disk in the work folder."""


def connect(work: Path | None = None, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """
    A new connection without persistent storage.

    Parameters
    ----------
    work
        A private folder for what does not fit into memory. None: nothing is written to disk, and a
        query that needs more than ``memory`` fails.
    memory
        A size that DuckDB understands.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory,
        "temp_directory": str(work / "spill") if work is not None else "",
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def quoted(path: Path) -> str:
    """A path as a SQL string: an apostrophe in a folder's name is doubled."""
    return "'" + str(path).replace("'", "''") + "'"
