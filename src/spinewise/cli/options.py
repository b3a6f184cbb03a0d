"""What can be typed: values, and the options that commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from spinewise.scratch import limited

Command = TypeVar("Command", bound=Callable[..., Any])


def day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a day of the calendar. Write it as 2024-12-31."
        ) from None


def names(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    if value is None:
        return None
    names = [name.strip() for name in value.split(",")]
    if not all(names):
        raise click.BadParameter(f"{value!r} has an empty name. Write them as a,b without gaps.")
    return names


FOLDER = click.Path(file_okay=False, path_type=Path)
FOUND = click.Path(exists=True, path_type=Path)
FOUND_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

LANG = click.option(
    "--lang",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Language of what is shown and written.",
)

READING = [
    click.option(
        "--format",
        type=click.Choice(["fhir", "csv", "omop"]),
        help="Form of the export. Found out by itself where this is left out.",
    ),
    click.option(
        "--mapping",
        metavar="FILE",
        help="Mapping file (TOML) that says what the tables and columns of an extract mean, or "
        "the name of one that comes with Spinewise. `spinewise mapping` drafts one. Not needed "
        "for FHIR, OMOP and the CSV form.",
    ),
    click.option(
        "--workspace",
        type=FOLDER,
        metavar="DIR",
        help="Keep what was read in this folder, so that the next run on the same export starts "
        "at once. It holds health information; `spinewise forget` deletes it. Left out: a "
        "temporary folder, deleted at the end.",
    ),
    click.option(
        "--memory",
        metavar="SIZE",
        envvar="SPINEWISE_MEMORY",
        help="How much memory to use before rows wait on disk, for example 500MB or 8GB. Also set "
        "by SPINEWISE_MEMORY. Left out: 2500MB.",
    ),
    click.option(
        "--scratch",
        type=FOUND_FOLDER,
        metavar="DIR",
        envvar="SPINEWISE_SCRATCH",
        help="Where to make the private folder for temporary files, deleted at the end. Also set "
        "by SPINEWISE_SCRATCH. Left out: in the workspace, or where the system keeps such files.",
    ),
    click.option(
        "--package",
        type=FOUND_FOLDER,
        metavar="DIR",
        help="Change package to use in place of the bundled one on low back pain.",
    ),
    click.option(
        "--practice",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The practice's own changes to the package, as `spinewise tailor` writes them. Left "
        "out: practice.toml in the workspace, if there is one.",
    ),
    click.option(
        "--value-sets",
        type=FOUND_FOLDER,
        metavar="DIR",
        help="Use the code lists of this folder in place of the package's lists of the same "
        "file name.",
    ),
    click.option(
        "--verified-only",
        is_flag=True,
        help="Use only codes whose status is `verified`. Left out: `proposed` ones as well, and "
        "the share of results that rests on them is shown.",
    ),
    click.option(
        "--today",
        callback=day,
        metavar="DAY",
        help="The day to take as today, for example 2025-03-31. Left out: the computer's.",
    ),
    LANG,
]


def reading(command: Command) -> Command:
    """The options of every command that reads an export."""

    @wraps(command)
    def within_limits(*args: Any, memory: str | None, scratch: Path | None, **options: Any) -> None:
        with limited(memory, scratch):
            command(*args, **options)

    decorated: Any = within_limits
    for option in reversed(READING):
        decorated = option(decorated)
    return cast("Command", decorated)
