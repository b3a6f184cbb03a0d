"""Which people a text may name: its words, to be compared with the ids of patients."""

from __future__ import annotations

from typing import Final

import duckdb

_ENDS: Final = r"""\s"'',;|/\\:{}\[\]()<>=?#&"""


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Create the macro ``words(text)``: the distinct words of a text, an empty list for NULL.

    A word ends at white space, quotes, brackets and marks that separate values; a word with an
    underscore, or with a dot near its end (a file's ending), is there as a whole and in parts.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP MACRO words(text) AS list_distinct(
            regexp_extract_all(coalesce(text, ''), '[^{_ENDS}]+')
            || regexp_extract_all(coalesce(text, ''), '[^{_ENDS}_]+')
            || regexp_extract_all(coalesce(text, ''), '[^{_ENDS}_.]+')
        )"""
    )
