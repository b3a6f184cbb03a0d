"""``spinewise synthesize``: a practice that does not exist."""

from __future__ import annotations

from pathlib import Path

import click

from spinewise import synthetic
from spinewise.cli.options import FOLDER
from spinewise.cli.progress import Stages


@click.command()
@click.option(
    "--patients",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many people.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="S",
    help="The same seed gives the same practice, byte for byte.",
)
@click.option(
    "--format",
    type=click.Choice(["fhir", "csv"]),
    default="csv",
    show_default=True,
    help="Form of the export.",
)
@click.option(
    "--out", type=FOLDER, required=True, metavar="DIR", help="Folder to write the export to."
)
def synthesize(
    patients: int,
    seed: int,
    format: synthetic.Format,  # noqa: A002 - the word of the command line
    out: Path,
) -> None:
    """
    Make a practice that does not exist.

    For learning, for trying out, and for testing. Its rates follow published ones. The truth is
    written to a folder beside the records, so that the records stay what a practice would have.

    \b
    Example:
      spinewise synthesize --patients 5000 --seed 7 --format fhir --out practice
    """
    with Stages() as progress:
        synthetic.synthesize(patients, seed, format, out, progress=progress)
    click.echo(out)
    click.echo(synthetic.truth_folder(out))
