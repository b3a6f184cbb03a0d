"""``spinewise schema``: for those who write change packages."""

from __future__ import annotations

import json
from pathlib import Path

import click

from spinewise.cli.options import FOLDER
from spinewise.know.schema import file_name, schemas


@click.command()
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Write a file for each to this folder: episode.schema.json and so on. Left out: shown, as "
    "one object by the file's name.",
)
def schema(out: Path | None) -> None:
    """
    Give the JSON Schema of each file of a change package.

    An editor that knows it completes keys and words, shows what they mean and marks mistakes. In a
    TOML file, the first line says where it is: `#:schema schema/episode.schema.json`.

    \b
    Examples:
      spinewise schema --out my-package/schema
      spinewise schema
    """
    found = schemas()
    if out is None:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, one in found.items():
        path = out / file_name(name)
        path.write_text(json.dumps(one, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        click.echo(path)
