"""Dates: what a text stands for, and that Python and SQL say the same."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spinewise.intake import dates
from spinewise.intake.dates import PartialDate


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    dates.install(connection)
    return connection


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-05", date(2019, 5, 1), date(2019, 5, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-12", date(2019, 12, 1), date(2019, 12, 31)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("2019-05-31", date(2019, 5, 31), date(2019, 5, 31)),
        ("20190531", date(2019, 5, 31), date(2019, 5, 31)),
    ],
)
def test_a_partial_date_is_the_set_of_its_days(text: str, lo: date, hi: date) -> None:
    """A year or month stands for all its days; a whole date for itself."""
    assert dates.parse(text) == PartialDate(text, lo, hi)


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        (
            "2022-06-18T04:11+10:00",
            date(2022, 6, 18),
            datetime.fromisoformat("2022-06-18T04:11:00"),
        ),
        ("2022-06-18T04:11:09Z", date(2022, 6, 18), datetime.fromisoformat("2022-06-18T04:11:09")),
        (
            "2022-06-18T23:59:59.999-05:00",
            date(2022, 6, 18),
            datetime.fromisoformat("2022-06-18T23:59:59"),
        ),
        ("2022-06-18 04:11", date(2022, 6, 18), datetime.fromisoformat("2022-06-18T04:11:00")),
    ],
)
def test_a_zone_never_moves_the_day(text: str, day: date, time: datetime) -> None:
    """The recorded local day counts, also where UTC is a day before or after."""
    assert dates.parse(text) == PartialDate(text, day, day, time)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_missing_date_is_nothing(text: str | None) -> None:
    """No text, no days."""
    assert dates.parse(text) == PartialDate()


@pytest.mark.parametrize(
    "text",
    ["2019-02-31", "2019-13", "2019-00-10", "0000", "31/05/2019", "2019-5-1", "last May",
     "2022-06-18T25:00:00Z", "2022-06-18T04", "20190231", "2019-02-31T10:00:00Z", "２０１９"],
)  # fmt: skip
def test_an_impossible_date_is_refused(text: str, connection: duckdb.DuckDBPyConnection) -> None:
    """No calendar has these: they are never bent into a day nearby."""
    with pytest.raises(ValueError, match="not a"):
        dates.parse(text)
    assert _sql(connection, text) == (None, None, None, True)


def _sql(connection: duckdb.DuckDBPyConnection, text: str | None) -> tuple[object, ...]:
    row = connection.execute(
        "SELECT lo, span_hi(lo, t), clock(lo, t), impossible(lo, t)"
        " FROM (SELECT $1::VARCHAR AS t, day_lo(t) AS lo)",
        [text],
    ).fetchone()
    assert row is not None
    return row


_NUMBERS = st.integers(0, 99).map("{:02d}".format)
_YEARS = st.sampled_from(["0000", "0001", "1900", "2019", "2020", "9999", "219"])
_ZONES = st.sampled_from(["", "Z", "+10:00", "-0500", "-05", "z"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts that are dates or nearly so."""
    parts = [draw(_YEARS), *draw(st.lists(_NUMBERS, max_size=2))]
    text = draw(st.sampled_from(["-", "-", "-", "", "/"])).join(parts)
    if draw(st.booleans()):
        clock = ":".join(draw(st.lists(_NUMBERS, min_size=1, max_size=3)))
        fraction = draw(st.sampled_from(["", ".5", ".123456789", "."]))
        text += draw(st.sampled_from("T t")) + clock + fraction + draw(_ZONES)
    return text


@given(text=texts() | st.text(max_size=12))
@example(text="2020-02-29")
@example(text="2020-02-29T23:59:59Z")
@example(text=" ")
def test_python_and_sql_agree(text: str, connection: duckdb.DuckDBPyConnection) -> None:
    """What the function says of a text, the macros say too."""
    if "\0" in text:
        return
    lo, hi, time, impossible = _sql(connection, text)
    try:
        expected = dates.parse(text)
    except ValueError:
        assert (lo, hi, time, impossible) == (None, None, None, True)
    else:
        assert (lo, hi, time) == (expected.lo, expected.hi, expected.time)
        assert not impossible
