"""``spinewise review`` and ``check``: what the records say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

import spinewise
from spinewise.cli.options import FOLDER, FOUND, names, reading
from spinewise.cli.progress import Stages
from spinewise.numerals import LanguageCode
from spinewise.report import terminal


@click.command()
@click.argument("export", type=FOUND)
@click.option(
    "--period",
    required=True,
    metavar="PERIOD",
    help="What to review: a year (2024), or its first and last day (2024-01-01/2024-12-31).",
)
@click.option(
    "--out",
    type=FOLDER,
    required=True,
    metavar="DIR",
    help="Folder to write report.html, review.json, results.csv and quarantine.csv to, readable "
    "by you only. Made if it is not there; files of these names in it are replaced.",
)
@click.option(
    "--indicators",
    callback=names,
    metavar="A,B",
    help="Only these indicators, by id and with commas between. Left out: all of the package.",
)
@click.option(
    "--compare",
    type=FOUND,
    metavar="PREVIOUS",
    help="Folder (or review.json) of an earlier review, to show what changed since.",
)
@click.option(
    "--share",
    is_flag=True,
    help="Write a report that may leave the practice: numbers from 1 to 5 suppressed, with others "
    "from which they could be worked out, clinicians masked, no row of anybody. Needs --workspace, "
    "which remembers what was shared: a period is shared once, and given again as it was. --out "
    "must be a folder for this report alone.",
)
@click.option(
    "--share-below",
    type=click.IntRange(min=3),
    default=6,
    show_default=True,
    metavar="K",
    help="With --share: suppress numbers below this one. Zero is always shown.",
)
@click.option(
    "--share-as",
    default="",
    metavar="NAME",
    help="With --share: the practice's name on the report. Left out: none.",
)
@click.option(
    "--ages-open",
    is_flag=True,
    help="Run published rules without their limits of age, for records of people whom the limits "
    "leave out. The review says so.",
)
@reading
def review(
    export: Path,
    out: Path,
    lang: LanguageCode,
    compare: Path | None,
    share: bool,
    share_below: int,
    share_as: str,
    ages_open: bool,
    **options: Any,
) -> None:
    """
    Review the records of a practice.

    EXPORT is a file, a folder or an archive (.zip, .tar.gz, .tar.xz): a FHIR R4 export (NDJSON or
    Bundles), the CSV form, OMOP CDM 5.x tables, or with --mapping any other extract in CSV. It is
    only read, never changed. A workspace can stand in its place: what was imported last.

    \b
    Examples:
      spinewise review examples/practice --period 2024 --out my-review
      spinewise review export.zip --period 2024-04-01/2025-03-31 --out spring --lang fr
      spinewise review export.zip --period 2025 --out 2025 --compare 2024
      spinewise review export.zip --period 2025 --workspace ours --out to-share --share
    """
    if share:
        options |= {"least": share_below, "name": share_as, "ages_open": ages_open}
        _share(export, out, lang, compare, **options)
        return
    with Stages() as progress:
        found = spinewise.review(
            export,
            out=out,
            language=lang,
            compare=compare,
            ages_open=ages_open,
            progress=progress,
            **options,
        )
    terminal.show_review(found, Console(), lang)
    click.echo(out / "report.html")


def _share(
    export: Path,
    out: Path,
    lang: LanguageCode,
    compare: Path | None,
    *,
    workspace: Path | None,
    **options: Any,
) -> None:
    if workspace is None:
        raise click.UsageError(
            "--share needs --workspace DIR: what was shared before is remembered there."
        )
    if compare is not None:
        raise click.UsageError(
            "--compare does not go with --share: share each period by itself; those who get both "
            "reports can compare them."
        )
    with Stages() as progress:
        shared = spinewise.share(
            export, workspace=workspace, out=out, language=lang, progress=progress, **options
        )
    terminal.show_shared(shared, Console(), lang)
    click.echo(out / "report.html")


@click.command()
@click.argument("export", type=FOUND)
@reading
def check(export: Path, lang: LanguageCode, **options: Any) -> None:
    """
    Show what a review would rest on.

    What was read, what could not be read and why, which months the records cover, how well their
    rows point at each other, and a count per table to hold against your EMR. Nothing is written.

    \b
    Example:
      spinewise check export.zip
    """
    with Stages() as progress:
        trust = spinewise.check(export, progress=progress, **options)
    terminal.show_trust(trust, Console(), lang)
