"""``spinewise audit``: read some charts, and learn what codes cannot tell."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from spinewise import audit as chart_audit
from spinewise.audit.form import Form
from spinewise.cli.options import FOLDER, FOUND_FOLDER, LANG
from spinewise.know.loader import load_package
from spinewise.numerals import LanguageCode
from spinewise.report.audit import say_apart, show_plan, show_result


@click.group()
def audit() -> None:
    """
    Read some charts, and learn what codes cannot tell.

    Draw an audit from a review, fill in its forms, adjudicate where two reviewers differ, then see
    how well they agree and the indicator corrected by what the charts say.
    """


@audit.command()
@click.argument("review", type=FOUND_FOLDER)
@click.option(
    "--indicator", required=True, metavar="ID", help="The indicator whose cases are to be read."
)
@click.option(
    "--precision",
    type=click.FloatRange(0.01, 0.5),
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="How far the interval may reach to either side: 0.1 is plus or minus ten points. Smaller "
    "needs more charts.",
)
@click.option(
    "--expect",
    type=click.FloatRange(0.01, 0.99),
    default=0.5,
    show_default=True,
    metavar="SHARE",
    help="The share that you expect. 0.5 needs the most charts.",
)
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="The fewest charts of each verdict, or all where there are fewer.",
)
@click.option(
    "--second",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="The share of the charts that a second reviewer reads as well.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed and review give the same charts.",
)
@click.option(
    "--form",
    type=click.Choice(["xlsx", "csv"]),
    default="xlsx",
    show_default=True,
    help="Form of the forms.",
)
@click.option(
    "--package",
    type=FOUND_FOLDER,
    metavar="DIR",
    help="The change package that the review was made with. Left out: the bundled one.",
)
@click.option("--out", type=FOLDER, required=True, metavar="DIR", help="Folder for the audit.")
@LANG
def draw(
    review: Path,
    indicator: str,
    precision: float,
    expect: float,
    least: int,
    second: float,
    seed: int,
    form: Form,
    package: Path | None,
    out: Path,
    lang: LanguageCode,
) -> None:
    """
    Choose the charts to read, and write a form for each reviewer.

    REVIEW is a folder that `spinewise review --out` wrote. Charts are drawn at random, some of
    each verdict. The forms do not say what the codes say; audit.json does, so reviewers should not
    open it.

    \b
    Example:
      spinewise audit draw my-review --indicator imaging-without-recorded-flag --out my-audit
    """
    plan = chart_audit.draw(
        review,
        load_package(package),
        out,
        indicator=indicator,
        half_width=precision,
        expected=expect,
        least=least,
        second_share=second,
        seed=seed,
        form=form,
        language=lang,
    )
    show_plan(plan, Console(), lang)
    click.echo(out)


@audit.command()
@click.argument("folder", type=FOUND_FOLDER)
@LANG
def adjudicate(folder: Path, lang: LanguageCode) -> None:
    """
    Write the form of the charts on which the reviewers differ.

    Somebody who is neither of the two decides. FOLDER is the audit's.

    \b
    Example:
      spinewise audit adjudicate my-audit
    """
    apart = chart_audit.adjudicate(folder, lang)
    click.echo(say_apart(apart, lang))
    if apart:
        click.echo(folder)


@audit.command()
@click.argument("folder", type=FOUND_FOLDER)
@LANG
def result(folder: Path, lang: LanguageCode) -> None:
    """
    Show what the charts say, as far as they are read.

    How well the reviewers agree, and the indicator corrected by the audited sensitivity and
    specificity, with its interval. FOLDER is the audit's; audit-result.json in it has the same.

    \b
    Example:
      spinewise audit result my-audit
    """
    show_result(chart_audit.result(folder), Console(), lang)
