"""``spinewise schema`` and ``spinewise package``: for those who write change packages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
import msgspec

import spinewise
from spinewise.cli.faults import EXIT_MISTAKE
from spinewise.cli.options import FOLDER, FOUND_FOLDER, day
from spinewise.know.faults import Report
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


@click.group()
def package() -> None:
    """Write and check change packages: the folders that hold all clinical content."""


@package.command()
@click.argument("folder", type=FOUND_FOLDER, required=False)
@click.option(
    "--today",
    callback=day,
    metavar="DAY",
    help="The day on which codes should be in force and reviews fresh, for example 2025-03-31. "
    "Left out: the computer's.",
)
@click.option("--json", "as_json", is_flag=True, help="Show what was found as JSON, for machines.")
@click.pass_context
def check(ctx: click.Context, folder: Path | None, today: date | None, *, as_json: bool) -> None:
    """
    Look for everything that is wrong with a change package.

    FOLDER is the package's; left out, the one that comes with Spinewise. Besides what would stop a
    review, it finds codes that do not exist or were retired, lists that are empty, overlap or are
    not used, definitions that can never hold, reviews that are due and words that were not
    translated. It says how far the codes of each system could be checked.

    Exit code 2: there are errors. Warnings are for you to judge.

    \b
    Examples:
      spinewise package check my-package
      spinewise package check my-package --json > faults.json
    """
    report = spinewise.check_package(folder, today=today)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
    else:
        _show(report)
    if report.errors:
        ctx.exit(EXIT_MISTAKE)


@package.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--topic", required=True, metavar="WORDS", help="What it is about: the title in English."
)
@click.option(
    "--topic-fr", default="", metavar="WORDS", help="The title in French. Left out: to be written."
)
@click.option("--author", default="", metavar="NAME", help="Who writes the definitions.")
@click.option(
    "--today",
    callback=day,
    metavar="DAY",
    help="The day to write as that of the first review. Left out: the computer's.",
)
def new(folder: Path, topic: str, topic_fr: str, author: str, today: date | None) -> None:
    """
    Begin a change package.

    Writes a small and complete one to FOLDER, with notes that explain every file, and the schemas
    with which an editor completes and checks them. It runs at once, and is yours to change.

    \b
    Example:
      spinewise package new my-package --topic "Imaging for simple headache"
      spinewise package check my-package
      spinewise review examples/practice --period 2024 --package my-package --out my-review
    """
    spinewise.new_package(folder, topic=topic, topic_fr=topic_fr, author=author, today=today)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "schema":
            click.echo(path)


def _show(report: Report) -> None:
    colours = {"error": "red", "warning": "yellow"}
    for fault in report.faults:
        grave, _, rest = str(fault).partition(" ")
        click.echo(f"{click.style(grave, fg=colours[fault.severity], bold=True)} {rest}")
    warnings = len(report.faults) - len(report.errors)
    click.echo(
        f"{_many(len(report.errors), 'error')}, {_many(warnings, 'warning')}, "
        f"{len(report.meant)} that the package says are meant."
    )
    if not report.complete:
        click.echo("Mend these first: the rest is looked at when every file can be read.")
    for how, words in _DEPTHS.items():
        systems = [system for system, depth in report.checked.items() if depth == how]
        if systems:
            click.echo(f"{words}: {', '.join(systems)}.")


_DEPTHS = {
    "table": "Codes compared with the whole code system",
    "check digit": "Only the form and the check digit of codes could be checked",
    "form": "Only the form of codes could be checked",
    "not at all": "Codes could not be checked",
}


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
