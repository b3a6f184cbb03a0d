"""
CSV files that a spreadsheet may open.

A spreadsheet runs a field that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break as a
formula, wherever the text came from. An apostrophe before it makes it text. A field that begins
with an apostrophe gets one more, so that taking one off always gives the text as it was.

Source: OWASP, CSV injection.
"""

from __future__ import annotations

from typing import Final

import duckdb

from spinewise.measures.compile.sql import text

_BEFORE: Final = "=+-@\t\r\n'"
_FIRST: Final = ", ".join(text(letter) for letter in _BEFORE)


def copy_csv(connection: duckdb.DuckDBPyConnection, query: str, path: str) -> None:
    """Write the rows of ``query`` to a CSV file, of which no text is run as a formula."""
    columns = connection.execute(f"DESCRIBE {query}").fetchall()
    safe = ", ".join(
        f'{_guarded(name)} AS "{name}"' if kind == "VARCHAR" else f'"{name}"'
        for name, kind, *_ in columns
    )
    connection.execute(
        f"COPY (SELECT {safe} FROM ({query})) TO {text(path)} (HEADER, PRESERVE_ORDER true)"
    )


def guarded(field: str) -> str:
    """A text as it stands in such a file."""
    return f"'{field}" if field.startswith(tuple(_BEFORE)) else field


def unguarded(field: str) -> str:
    """A field of such a file as it was before."""
    return field.removeprefix("'")


def _guarded(name: str) -> str:
    return f"""CASE WHEN left("{name}", 1) IN ({_FIRST}) THEN '''' || "{name}" ELSE "{name}" END"""
