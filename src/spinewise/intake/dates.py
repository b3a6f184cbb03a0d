"""
Dates as records write them: whole, partial, with or without a time of day.

A text such as ``2019``, ``2019-05``, ``2019-05-31``, ``20190531`` or
``2022-06-18T04:11:00+10:00`` stands for the days it allows, ``lo`` to ``hi``, and for a local
wall-clock time if it has one. The day is the one that was written down: a zone is never applied.
Texts that no calendar has (``2019-02-31``) or that are no dates at all are impossible.

The same meaning is said twice: :func:`parse` for one text, and the macros of :func:`install` for
tables. A test holds that they agree.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Final

import duckdb
import msgspec

_SHAPE: Final = (
    r"\d{4}(-\d{2}(-\d{2}([T ]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)([.,]\d+)?)?"
    r"(Z|[+-]\d{2}(:?\d{2})?)?)?)?)?|\d{8}"
)
_PATTERN: Final = re.compile(_SHAPE, re.ASCII)


class PartialDate(msgspec.Struct, frozen=True):
    """A date as written (``text``), its first and last possible day, and its local time."""

    text: str | None = None
    lo: date | None = None
    hi: date | None = None
    time: datetime | None = None
    """To the second (a leap second is the one before); None where the text has no time of day."""


def parse(text: str | None) -> PartialDate:
    """
    Read one date.

    None and blank text are a missing date: all fields None.

    Raises
    ------
    ValueError
        For text that is not a date, or a day that no calendar has.
    """
    if text is None or not text.strip(" "):
        return PartialDate()
    if not _PATTERN.fullmatch(text):
        raise ValueError(f"{text!r} is not a date")
    try:
        if len(text) == 4:
            year = date(int(text), 1, 1)
            return PartialDate(text, year, year.replace(month=12, day=31))
        if len(text) == 7:
            month = date.fromisoformat(f"{text}-01")
            last = monthrange(month.year, month.month)[1]
            return PartialDate(text, month, month.replace(day=last))
        if len(text) == 8:
            day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
            return PartialDate(text, day, day)
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None
    if len(text) == 10:
        return PartialDate(text, day, day)
    seconds = min(int(text[17:19]), 59) if text[16:17] == ":" else 0
    time = datetime(  # noqa: DTZ001 - the wall clock of the place, by design
        day.year, day.month, day.day, int(text[11:13]), int(text[14:16]), seconds
    )
    return PartialDate(text, day, day, time)


_WHOLE: Final = """CASE length(t)
    WHEN 4 THEN t || '-01-01'
    WHEN 7 THEN t || '-01'
    WHEN 8 THEN t[1:4] || '-' || t[5:6] || '-' || t[7:8]
    ELSE substr(t, 1, 10)
END"""

_MACROS: Final = {
    "day_lo": f"""CASE
        WHEN regexp_full_match(t, '{_SHAPE}') AND substr(t, 1, 4) <> '0000'
        THEN try_cast({_WHOLE} AS DATE)
    END""",
    "span_hi": """CASE length(t)
        WHEN 4 THEN make_date(year(lo), 12, 31)
        WHEN 7 THEN last_day(lo)
        ELSE lo
    END""",
    "clock": """CASE
        WHEN length(t) > 10 AND lo IS NOT NULL
        THEN try_cast(
            CASE WHEN t[17] = ':' THEN replace(substr(t, 1, 19), ':60', ':59')
            ELSE substr(t, 1, 16) || ':00' END
            AS TIMESTAMP
        )
    END""",
    "impossible": "CASE WHEN lo IS NULL THEN trim(t) <> '' ELSE false END",
}


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Create the macros that read the raw text ``t`` of a date.

    ``day_lo(t)`` is its first day, NULL for a missing and for an impossible date. The others take
    that day as well: ``span_hi(lo, t)`` is the last day, ``clock(lo, t)`` the local time, and
    ``impossible(lo, t)`` tells impossible dates from missing ones (it is NULL for NULL).
    """
    for name, body in _MACROS.items():
        arguments = "t" if name == "day_lo" else "lo, t"
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name}({arguments}) AS {body}")
