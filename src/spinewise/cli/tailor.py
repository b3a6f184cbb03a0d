"""``spinewise tailor``: what a practice may change, and its changes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import spinewise
from spinewise.cli.options import FOUND_FOLDER, day
from spinewise.know.history import read_history
from spinewise.know.loader import load_package, read_practice
from spinewise.know.overlay import todays_values
from spinewise.know.package import Package
from spinewise.know.tailoring import said, wanted
from spinewise.numerals import LanguageCode
from spinewise.report.language import Language, language


@click.command()
@click.argument("what", nargs=-1)
@click.option(
    "--practice",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("practice.toml"),
    show_default=True,
    metavar="FILE",
    help="The practice's file; made if it is not there.",
)
@click.option("--why", default="", metavar="WORDS", help="Why it is changed, for the history.")
@click.option("--who", default="", metavar="NAME", help="Who changes it, for the history.")
@click.option(
    "--add-code",
    "added",
    nargs=3,
    multiple=True,
    metavar="LIST SYSTEM CODE",
    help="Add a code to a code list.",
)
@click.option(
    "--remove-code",
    "removed",
    nargs=3,
    multiple=True,
    metavar="LIST SYSTEM CODE",
    help="Take a code from a code list; * at its end stands for any continuation.",
)
@click.option(
    "--copy",
    "copied",
    nargs=2,
    metavar="INDICATOR NAME",
    help="Begin an indicator of your own: a copy of one of the package under another name, to "
    "change in the file.",
)
@click.option(
    "--by-hand", is_flag=True, help="Put into the history that you changed the file by hand."
)
@click.option("--codes", is_flag=True, help="Show the code lists.")
@click.option("--history", is_flag=True, help="Show who changed what, when and why.")
@click.option(
    "--package",
    type=FOUND_FOLDER,
    metavar="DIR",
    help="Change package to use in place of the bundled one on low back pain.",
)
@click.option(
    "--today",
    callback=day,
    metavar="DAY",
    help="The day to write into the history, for example 2026-11-30. Left out: the computer's.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Language of what is shown.",
)
def tailor(
    what: tuple[str, ...],
    practice: Path,
    why: str,
    who: str,
    added: tuple[tuple[str, str, str], ...],
    removed: tuple[tuple[str, str, str], ...],
    copied: tuple[str, str] | None,
    by_hand: bool,
    codes: bool,
    history: bool,
    package: Path | None,
    today: date | None,
    lang: LanguageCode,
) -> None:
    """
    Show and change what a practice may change.

    Without a change in WHAT, it shows what can be changed: today's value, the bounds and the
    meaning; words in WHAT choose some of it. ID=VALUE changes a value: a window is written 0..28,
    a share 0.2 or 20%, several words a,b, a switch on or off. ID=default takes the change back,
    and practice=NAME gives the practice's name. The change is written to the practice's file, and
    who made it, when and why to the history beside it.

    \b
    Examples:
      spinewise tailor
      spinewise tailor imaging-early
      spinewise tailor imaging-early.window=0..28 --who "A. Lead" --why "our radiology asks"
      spinewise tailor imaging-early.window=default --who "A. Lead" --why "back again"
      spinewise tailor --add-code lbp-diagnosis-core LOCAL BP1 --who "A. Lead" --why "our code"
    """
    reader, console = language(lang), Console()
    values = {key: value for key, equals, value in (one.partition("=") for one in what) if equals}
    if not (values or added or removed or copied or by_hand):
        if history:
            _show_history(practice, reader, console)
        elif codes:
            _show_codes(load_package(package), what, console)
        else:
            _show(load_package(package), what, practice, reader, console)
        return
    made = spinewise.tailor(
        practice,
        values,
        who=who,
        why=why,
        add_codes=added,
        remove_codes=removed,
        copy=copied,
        by_hand=by_hand,
        package=package,
        today=today,
    )
    for one in made:
        console.print(
            f"{reader.text(one.name)}: {reader.text(one.before)} → {reader.text(one.after)}",
            style="bold",
            markup=False,
        )
        console.print(reader.text(one.effect), markup=False)
    if not made and not by_hand:
        console.print(reader.gettext("The package's own values count again."))
    click.echo(practice)


def _show(
    package: Package, chosen: tuple[str, ...], file: Path, reader: Language, console: Console
) -> None:
    _ = reader.gettext
    today = todays_values(package)
    ours = read_practice(file).values if file.exists() else {}
    shown = Table(box=None, pad_edge=False, show_edge=False)
    for heading in (_("What"), _("Value"), _("Meaning and bounds")):
        shown.add_column(heading, overflow="fold")
    found = False
    for key, parameter in package.parameters.items():
        name = reader.text(parameter.name)
        if chosen and not any(re.search(re.escape(w), f"{key} {name}", re.I) for w in chosen):
            continue
        found = True
        value = ours.get(key, today[key])
        allowed = _("Allowed: %(bounds)s.", bounds=wanted(parameter.bounds, reader.code))
        mark = " *" if key in ours and ours[key] != today[key] else ""
        shown.add_row(
            f"[bold]{key}[/bold]",
            escape(said(value, parameter.bounds, reader.code) or "–") + mark,
            escape(f"{name}. {allowed} {reader.text(parameter.why)}"),
        )
    if not found:
        raise click.UsageError(
            f"nothing that can be changed has {' or '.join(chosen)} in its name; "
            "`spinewise tailor` shows everything."
        )
    console.print(shown)
    if ours:
        console.print(_("* changed by this practice"))


def _show_codes(package: Package, chosen: tuple[str, ...], console: Console) -> None:
    for name, concept in sorted(package.concepts.items()):
        if chosen and name not in chosen:
            continue
        console.print(f"{name} ({len(concept.rows)})", markup=False, highlight=False)
        for row in concept.rows if chosen else ():
            console.print(
                f"  {row.system} {row.code}  {row.display}", markup=False, highlight=False
            )


def _show_history(file: Path, reader: Language, console: Console) -> None:
    for entry in read_history(file):
        console.print(
            f"{reader.day(entry.on)}, {entry.who}: {entry.id} {entry.before} → {entry.after}"
            f" ({entry.why})",
            markup=False,
        )
