"""``spinewise mapping`` and ``forget``: before records are read, and after."""

from __future__ import annotations

from pathlib import Path

import click

import spinewise
from spinewise.cli.options import FOUND, FOUND_FOLDER
from spinewise.intake.draft import draft_mapping


@click.command()
@click.argument("extract", type=FOUND)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the mapping to this file, which must not be there yet. Left out: shown.",
)
def mapping(extract: Path, out: Path | None) -> None:
    """
    Draft a mapping file for an extract.

    EXTRACT is a folder of CSV tables, of which the headers are read. What could not be placed is
    said. Read the draft and mend it before you use it with
    `spinewise review --mapping`: it is a guess by names.

    \b
    Example:
      spinewise mapping extract/ --out mapping.toml
    """
    draft, not_placed = draft_mapping(extract)
    if out is None:
        click.echo(draft, nl=False)
    else:
        with out.open("x", encoding="utf-8") as file:
            file.write(draft)
        click.echo(out)
    for line in not_placed:
        click.echo(line, err=True)


@click.command()
@click.option(
    "--workspace",
    type=FOUND_FOLDER,
    required=True,
    metavar="DIR",
    help="The workspace that was given to `spinewise review`.",
)
@click.option(
    "--patient",
    metavar="ID",
    help="Forget this person only, everywhere in the workspace. Left out: delete the workspace.",
)
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def forget(workspace: Path, patient: str | None, yes: bool) -> None:
    """
    Delete a workspace, or one person from it.

    Exports and reports that lie elsewhere are not touched.

    \b
    Examples:
      spinewise forget --workspace my-workspace --patient 12345
      spinewise forget --workspace my-workspace
    """
    what = f"person {patient!r} from {workspace}" if patient else f"the workspace {workspace}"
    if not yes:
        click.confirm(f"Delete {what}? This cannot be undone.", abort=True)
    spinewise.forget(workspace, patient)
