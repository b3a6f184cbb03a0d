"""``spinewise what-if``: what another value would have counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import spinewise
from spinewise.cli.options import FOUND, reading
from spinewise.cli.progress import Stages
from spinewise.numerals import LanguageCode
from spinewise.report.language import Language, language
from spinewise.report.words import FATES, STATES
from spinewise.review.result import Comparison, Rate, WhatIf


@click.command("what-if")
@click.argument("export", type=FOUND)
@click.argument("changes", nargs=-1)
@click.option(
    "--period",
    required=True,
    metavar="PERIOD",
    help="A year (2024), or its first and last day (2024-01-01/2024-12-31).",
)
@click.option("--units", is_flag=True, help="Say who moved from where to where, with examples.")
@click.option("--step", type=click.IntRange(min=1), metavar="N", help="Between values of a span.")
@click.option(
    "--add-code",
    "add_codes",
    nargs=3,
    multiple=True,
    metavar="LIST SYSTEM CODE",
    help="Try a code more in a code list.",
)
@click.option(
    "--remove-code",
    "remove_codes",
    nargs=3,
    multiple=True,
    metavar="LIST SYSTEM CODE",
    help="Try a code list without a code; * at its end stands for any continuation.",
)
@reading
def what_if(
    export: Path,
    changes: tuple[str, ...],
    period: str,
    units: bool,
    lang: LanguageCode,
    **options: Any,
) -> None:
    """
    Show what other values would have counted, and who would move.

    EXPORT is what `spinewise review` takes. CHANGES are written ID=VALUE, with an ID that
    `spinewise tailor` lists; a span of values as imaging-early.window=14..90, several with
    semicolons between. Nothing is changed: `spinewise tailor` does that. What another edition of
    the standard would have counted is standard.edition=2019.

    \b
    Examples:
      spinewise what-if examples/practice imaging-early.window=14..90 --period 2024
      spinewise what-if ours "episode.washout=-90..-1; -365..-1" --period 2024
      spinewise what-if ours standard.edition=2019 --period 2024
    """
    for one in changes:
        if "=" not in one:
            raise click.UsageError(f"{one!r} is no change. Write ID=VALUE.")
    with Stages() as progress:
        found = spinewise.what_if(
            export,
            dict(one.split("=", 1) for one in changes),
            period=period,
            progress=progress,
            **options,
        )
    show(found, Console(), language(lang), units=units)


def show(found: WhatIf, console: Console, reader: Language, *, units: bool = False) -> None:
    """Print a table of the values for each indicator, and who moved."""
    _ = reader.gettext
    names = {one.indicator: reader.text(one.name) for a in found.answers for one in a.comparisons}
    for indicator, name in names.items():
        table = Table(title=escape(name), box=None, title_justify="left", pad_edge=False)
        for heading in (
            _("Value"),
            _("n/N"),
            _("Recorded rate"),
            _("Range"),
            _("Kappa"),
            _("Who moved"),
        ):
            table.add_column(heading, overflow="fold")
        as_it_is = _("as it is")
        table.add_row(
            f"[bold]{as_it_is}[/bold]", *_rate(found.today.get(indicator), reader), "", ""
        )
        for answer in found.answers:
            one = next((c for c in answer.comparisons if c.indicator == indicator), None)
            value = escape(reader.text(answer.value))
            if one is None:
                rate = _rate(found.today.get(indicator), reader)
                table.add_row(value, *rate, "", _("Nobody moved."))
            else:
                table.add_row(value, *_rate(one.second, reader), *_moves(one, reader))
        console.print(table)
        if units:
            _who(found, indicator, console, reader)
        console.print()
    if any(answer.rebuilt for answer in found.answers):
        console.print(_("A code that was not in the evidence needed the records to be read again."))
    if not names:
        console.print(_("Nobody moved."))


def _rate(rate: Rate | None, reader: Language) -> tuple[str, str, str]:
    if rate is None:
        return "–", "–", "–"
    counted = f"{reader.count(rate.n)}/{reader.count(rate.d)}"
    if rate.recorded is None or rate.low is None or rate.high is None:
        return counted, reader.gettext(STATES.get(rate.state, rate.state)), "–"
    return (
        counted,
        reader.percent(rate.recorded),
        f"{reader.percent(rate.low)}–{reader.percent(rate.high)}",
    )


def _moves(one: Comparison, reader: Language) -> tuple[str, str]:
    _ = reader.gettext
    kappa = "–"
    if one.kappa is not None and one.kappa_low is not None and one.kappa_high is not None:
        low, high = reader.two_decimals(one.kappa_low), reader.two_decimals(one.kappa_high)
        kappa = f"{reader.two_decimals(one.kappa)} ({low}, {high})"
    moved = sum(move.units for move in one.moved)
    return kappa, reader.count(moved) if moved else _("Nobody moved.")


def _who(found: WhatIf, indicator: str, console: Console, reader: Language) -> None:
    _ = reader.gettext
    for answer in found.answers:
        for one in answer.comparisons:
            for move in one.moved if one.indicator == indicator else ():
                said = f"{_(FATES[move.before])} → {_(FATES[move.after])}"
                words = f"{reader.text(answer.value)}: {reader.count(move.units)} {said}"
                console.print(f"  {words}: {', '.join(move.examples)}", markup=False)
