"""``spinewise concept``: code lists."""

from __future__ import annotations

from pathlib import Path

import click

from spinewise.cli.options import FOLDER, FOUND
from spinewise.know.terminology import read_codes


@click.group()
def concept() -> None:
    """Bring code lists from elsewhere."""


@concept.command("import")
@click.argument("file", type=FOUND)
@click.option(
    "--name",
    required=True,
    metavar="NAME",
    help="The concept that the list is for, for example lbp-diagnosis-core: the file that is "
    "written is NAME.csv.",
)
@click.option("--out", type=FOLDER, required=True, metavar="DIR", help="Write to this folder.")
def import_(file: Path, name: str, out: Path) -> None:
    """
    Make a code list of a FHIR ValueSet or a CSV from a terminology server.

    FILE is a ValueSet in JSON, with its codes one by one (the answer of ValueSet/$expand), or a CSV
    with the columns system, code and display. Use the list with `--value-sets DIR`, or put it into
    the folder `concepts` of a change package; every code then waits there for confirmation.

    \b
    Examples:
      spinewise concept import expansion.json --name lbp-diagnosis-core --out my-lists
    """
    found = read_codes(file.read_bytes(), file.name)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.csv"
    path.write_text(found.as_csv(), encoding="utf-8")
    click.echo(f"{len(found.rows)} codes in {path}")
    for system in found.unknown:
        click.echo(
            f"{system} is no code system that Spinewise knows: records match only where they name "
            "it by the same text.",
            err=True,
        )
