"""Files that are written block by block, and always come out the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb


class Parts:
    """
    A text file that grows by the rows of queries.

    CSV with one header, or, with ``raw``, one column of lines as they are.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path, *, raw: bool = False) -> None:
        self._con = con
        self._path = path
        self._raw = raw
        self.columns: list[str] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)

    def add(self, query: str) -> None:
        """Append the rows of ``query``, in its order."""
        part = self._path.with_name(self._path.name + ".part")
        header = not self._raw and not self.columns
        how = "HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'" if self._raw else ""
        self._con.execute(
            f"COPY ({query}) TO '{str(part).replace(chr(39), chr(39) * 2)}' "
            f"(FORMAT csv, {how or f'HEADER {str(header).lower()}'})"
        )
        if header:
            self.columns = [row[0] for row in self._con.execute(f"DESCRIBE {query}").fetchall()]
        with part.open("rb") as source, self._path.open("ab") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        part.unlink()
