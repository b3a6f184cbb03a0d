"""
The run chart of an indicator: a Vega-Lite specification, and the same drawn as SVG.

One question a chart: does the monthly rate change beyond chance? The axis begins at 0, lines are
labelled where they end, and nothing is said by colour alone: a signal has its own marker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from spinewise.report.language import Language
from spinewise.review.result import ControlChart, IndicatorResult, RunChart
from spinewise.share.result import SharedChart, SharedIndicator

COMMON: Final = "#595959"
"""Points and median where nothing but chance is seen, and the axis."""
SIGNAL: Final = "#5B2A86"
TARGET: Final = "#000000"
GRID: Final = "#E3E6E8"

WIDTH: Final = 600
HEIGHT: Final = 220
_AXES: Final = ((5, 1), (10, 2), (20, 5), (40, 10), (60, 15), (80, 20), (100, 20))
"""Where an axis may end, and its steps, in per cent."""
_LABEL_GAP: Final = 0.08
"""Labels of lines nearer than this share of the axis are pushed apart."""


class Level(NamedTuple):
    """A level line: its share, label, colour and dashes."""

    value: float
    label: str
    colour: str
    dash: list[int]


def run_chart(result: IndicatorResult, chart: RunChart, language: Language) -> alt.LayerChart:
    """
    The chart of ``result``. Its data are the months as they stand in ``chart``: ``month``,
    ``rate`` (None where nobody counted), ``n`` and ``d``.
    """
    rows = [
        {
            "month": point.month.isoformat(),
            "rate": point.rate.recorded,
            "n": point.rate.n,
            "d": point.rate.d,
        }
        for point in chart.months
    ]
    return _drawn(
        rows,
        chart.median,
        result.target,
        chart.signal,
        language,
        limits=_limits(chart.control),
        notes=_notes(chart),
    )


def _notes(chart: RunChart) -> list[dict[str, Any]]:
    """The notes by their months, numbered as they are listed beside the chart."""
    shown = {month.month for month in chart.months}
    numbers: dict[date, list[str]] = {}
    for number, note in enumerate(chart.notes, start=1):
        numbers.setdefault(note.day.replace(day=1), []).append(str(number))
    return [
        {"month": month.isoformat(), "label": ", ".join(several)}
        for month, several in numbers.items()
        if month in shown
    ]


def _limits(control: ControlChart | None) -> list[dict[str, Any]]:
    """Monthly limits as data; those of quarters are said, and not drawn over months."""
    if control is None or control.step != "month":
        return []
    return [
        {
            "month": point.first.isoformat(),
            "lower": point.lower,
            "upper": point.upper,
            "outside": point.n / point.d if point.outside else None,
        }
        for point in control.points
        if point.upper is not None
    ]


def shared_chart(result: SharedIndicator, chart: SharedChart, language: Language) -> alt.LayerChart:
    """
    The same for a shared report: a point that is suppressed leaves a gap in the line and a small
    cross on the axis. ``n`` and ``d`` are in the data only where both are shown.
    """
    rows = [
        {
            "month": point.first.isoformat(),
            "rate": point.rate.recorded,
            "n": point.rate.n if point.rate.recorded is not None else None,
            "d": point.rate.d if point.rate.recorded is not None else None,
        }
        for point in chart.points
    ]
    crosses = [
        {"month": point.first.isoformat()} for point in chart.points if point.rate.suppressed
    ]
    return _drawn(rows, chart.median, result.target, chart.signal, language, crosses)


def _drawn(
    rows: list[dict[str, Any]],
    median: float | None,
    target: float | None,
    signal: bool | None,
    language: Language,
    crosses: Sequence[dict[str, Any]] = (),
    limits: Sequence[dict[str, Any]] = (),
    notes: Sequence[dict[str, Any]] = (),
) -> alt.LayerChart:
    _ = language.gettext
    lines = [
        Level(value, f"{words} {language.percent(value)}", colour, dash)
        for value, words, colour, dash in (
            (median, _("Median"), COMMON, [1, 0]),
            (target, _("Target"), TARGET, [5, 4]),
        )
        if value is not None
    ]
    rates = [row["rate"] for row in rows if row["rate"] is not None]
    highest = [*rates, *(line.value for line in lines), *(row["upper"] for row in limits)]
    ticks = _ticks(max(highest, default=0))
    x = alt.X(
        "month:O",
        title=None,
        scale=alt.Scale(padding=0.6),
        axis=alt.Axis(
            labelExpr=_month_labels([date.fromisoformat(row["month"]) for row in rows], language),
            labelAngle=0,
            ticks=False,
            domainColor=COMMON,
        ),
    )
    y = alt.Y(
        "rate:Q",
        title=None,
        scale=alt.Scale(domain=[0, ticks[-1]], nice=False),
        axis=alt.Axis(
            values=ticks,
            labelExpr=_percent_label(language),
            domain=False,
            ticks=False,
            gridColor=GRID,
        ),
    )
    colour, shape, size = (SIGNAL, "diamond", 90) if signal else (COMMON, "circle", 60)
    points = alt.Chart(_data(rows)).encode(x=x, y=y)
    layers = [
        *(
            layer
            for line, shift in zip(lines, _apart(lines, ticks[-1]), strict=True)
            for layer in _level(line, shift)
        ),
        *(
            [
                alt.Chart(_data(list(crosses)))
                .encode(x=x, y=alt.value(HEIGHT - 9))
                .mark_text(color=COMMON, text="×", fontSize=16, baseline="middle")
            ]
            if crosses
            else []
        ),
        *(_note_lines(notes, x) if notes else []),
        *(_limit_lines(limits, x, _("Limits")) if limits else []),
        points.mark_line(color=colour, strokeWidth=2),
        points.mark_point(
            color=colour, shape=shape, size=size, filled=True, opacity=1
        ).transform_filter("isValid(datum.rate)"),
    ]
    whole: alt.LayerChart = (
        alt.layer(*layers)
        .properties(
            width=WIDTH, height=HEIGHT, padding={"left": 0, "right": 4, "top": 8, "bottom": 8}
        )
        .configure(
            font="Liberation Sans, Arial, Helvetica, sans-serif", aria=False, background="#FFFFFF"
        )
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, labelColor="#333333", labelPadding=6)
    )
    return whole


def svg(chart: alt.LayerChart, id_: str, title: str, description: str) -> Markup:
    """``chart`` as inline SVG that scales, with a title and a description for those who listen."""
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=_vega_lite())
    start, rest = drawn.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', start)
    assert box is not None
    # Vega marks groups as graphics documents; inside role="img" they would only confuse.
    rest = re.sub(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"', "", rest)
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" {box.group()} role="img"'
        f' aria-labelledby="{id_}-title" aria-describedby="{id_}-description">'
        f'<title id="{id_}-title">{escape(title)}</title>'
        f'<desc id="{id_}-description">{escape(description)}</desc>{rest}'
    )


def _data(rows: list[dict[str, Any]]) -> Any:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _level(line: Level, shift: int) -> list[alt.Chart]:
    """A level line across the chart, and its label at the right end."""
    at = alt.Chart(_data([{"value": line.value, "label": line.label}])).encode(y="value:Q")
    return [
        at.mark_rule(color=line.colour, strokeDash=line.dash, strokeWidth=1.5),
        at.mark_text(
            color=line.colour, align="left", baseline="middle", dx=6, dy=shift, fontSize=12
        ).encode(x=alt.value(WIDTH), text="label:N"),
    ]


def _note_lines(notes: Sequence[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    """A thin line at the month of each note, with its number above the chart."""
    at = alt.Chart(_data(list(notes))).encode(x=x)
    return [
        at.mark_rule(color=TARGET, strokeWidth=1, strokeDash=[1, 3]),
        at.mark_text(color=TARGET, fontSize=12, baseline="bottom", dy=-2).encode(
            y=alt.value(0), text="label:N"
        ),
    ]


def _limit_lines(limits: Sequence[dict[str, Any]], x: alt.X, label: str) -> list[alt.Chart]:
    """Stepped lines of the limits, labelled where they begin; a ring about points beyond them."""
    at = alt.Chart(_data(list(limits))).encode(x=x)
    above = max(row["upper"] for row in limits[:3])  # clear of the steps that it stands over
    named = {"month": limits[0]["month"], "upper": above, "label": label}
    first = alt.Chart(_data([named])).encode(x=x, y="upper:Q")
    return [
        *(
            at.mark_line(color=COMMON, interpolate="step", strokeWidth=1, strokeDash=[2, 3]).encode(
                y=f"{side}:Q"
            )
            for side in ("lower", "upper")
        ),
        first.mark_text(color=COMMON, align="left", baseline="bottom", dy=-3, fontSize=12).encode(
            text="label:N"
        ),
        at.mark_point(color=SIGNAL, shape="circle", size=190, strokeWidth=1.5, opacity=1)
        .encode(y="outside:Q")
        .transform_filter("isValid(datum.outside)"),
    ]


def _apart(lines: list[Level], top: float) -> list[int]:
    """Shifts in pixels that keep two labels from standing on each other."""
    values = [line.value for line in lines]
    if len(values) == 2 and abs(values[0] - values[1]) < _LABEL_GAP * top:
        return [-8, 8] if values[0] >= values[1] else [8, -8]
    return [0] * len(values)


def _ticks(highest: float) -> list[float]:
    """From 0 to the first round share that holds ``highest``, in four or five steps."""
    top, step = next(
        (top, step) for top, step in _AXES if highest * 100 <= top or top == _AXES[-1][0]
    )
    return [tick / 100 for tick in range(0, top + 1, step)]


def _percent_label(language: Language) -> str:
    space = "\u202f" if language.code == "fr" else ""
    return f"format(datum.value * 100, '.0f') + '{space}%'"


def _month_labels(months: Sequence[date], language: Language) -> str:
    """A Vega expression: the month's name, the year under the first and under each January."""
    every = 1 if len(months) <= 12 else 3 if len(months) <= 36 else 12
    first = months[0].month if months else 1
    labels: dict[str, list[str]] = {}
    for place, month in enumerate(months):
        if (month.month - (1 if every > 1 else first)) % every:
            continue
        name = language.month(month).replace(str(month.year), "").strip()
        labels[month.isoformat()] = (
            [name, str(month.year)] if place == 0 or month.month == 1 else [name]
        )
    pairs = ", ".join(f"'{key}': {words!r}" for key, words in labels.items())
    return f"({{{pairs}}})[datum.value] || ''"


def _vega_lite() -> str:
    """The newest Vega-Lite that the converter has of the major version that altair writes."""
    major = alt.SCHEMA_VERSION.removeprefix("v").split(".")[0]
    versions = [v for v in vl_convert.get_vegalite_versions() if v.split(".")[0] == major]
    return max(versions, key=lambda version: [int(part) for part in version.split(".")])
