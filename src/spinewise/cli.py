"""
The command line: reads what was typed, calls the Python API, shows what came back.

Exit codes: 0 done; 1 Spinewise itself failed; 2 the command or the records have a mistake that
the user can mend; 130 stopped by the user.
"""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar, cast

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

import spinewise
from spinewise import synthetic
from spinewise.errors import SpinewiseError, SpinewiseWarning
from spinewise.intake.draft import draft_mapping
from spinewise.numerals import LanguageCode
from spinewise.report import terminal
from spinewise.scratch import limited

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_FAILED = 1
EXIT_MISTAKE = 2
EXIT_STOPPED = 130


# What is shown while it works, and when it does not ---------------------------------------------


class _Stages:
    """
    Shows how far a run has come: a bar on a terminal, else a line for each stage, on stderr.

    Called as ``progress(stage, done, total)``; a ``total`` of 0 means that the end is not known.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            if not self._console.is_terminal:
                click.echo(f"{stage.capitalize()} ...", err=True)
            for earlier in self._tasks.values():
                self._bar.update(earlier, visible=False)
            self._tasks[stage] = self._bar.add_task(stage.capitalize(), total=total or None)
        self._bar.update(self._tasks[stage], completed=done, total=total or None)


class _Group(click.Group):
    """The group of commands, and the one place where errors and warnings become words."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always", SpinewiseWarning)
                warnings.showwarning = _show_warning
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if os.environ.get("SPINEWISE_DEBUG"):
                traceback.print_exception(error)
            raise click.exceptions.Exit(_explain(error)) from None


def _explain(error: BaseException) -> int:
    """Say what went wrong and what to do; returns the exit code."""
    match error:
        # The last is how DuckDB says that Ctrl-C stopped a query.
        case KeyboardInterrupt() | click.Abort() | RuntimeError(args=("Query interrupted",)):
            click.echo("\nStopped; what was there before is unchanged.", err=True)
            return EXIT_STOPPED
        case SpinewiseError(message=message, where=where, hint=hint):
            _say(f"{message} ({where})" if where else message, hint)
            return EXIT_MISTAKE
        case OSError(strerror=str(what), filename=name):
            _say(
                f"{what} ({name})" if name else what,
                "Check that the file or folder exists, that you may use it, and that the disk "
                "has room.",
            )
            return EXIT_MISTAKE
        case _:
            _say(
                f"Spinewise itself failed, at {_place(error)}; your records are not at fault "
                "and were not changed.",
                "Please report that line to the project. SPINEWISE_DEBUG=1 shows the whole trace; "
                "it may hold values from your records, so do not pass it on unread.",
            )
            return EXIT_FAILED


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, SpinewiseWarning):
        click.echo(click.style("Note: ", fg="yellow", bold=True) + str(message), err=True)
    else:
        click.echo(warnings.formatwarning(message, category, filename, lineno, line), err=True)


def _say(message: str, hint: str) -> None:
    click.echo(click.style("Error: ", fg="red", bold=True) + message, err=True)
    if hint:
        click.echo(hint, err=True)


def _place(error: BaseException) -> str:
    """Kind of error and line of ours; never its text, which may hold values of a record."""
    ours = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(ours)]
    frame = inside[-1]
    return f"{Path(frame.filename).relative_to(ours)}:{frame.lineno} ({type(error).__name__})"


# What is typed ----------------------------------------------------------------------------------


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a day of the calendar. Write it as 2024-12-31."
        ) from None


def _names(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    if value is None:
        return None
    names = [name.strip() for name in value.split(",")]
    if not all(names):
        raise click.BadParameter(f"{value!r} has an empty name. Write them as a,b without gaps.")
    return names


_FOLDER = click.Path(file_okay=False, path_type=Path)
_FOUND = click.Path(exists=True, path_type=Path)
_FOUND_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

_READING = [
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
        type=_FOLDER,
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
        type=_FOUND_FOLDER,
        metavar="DIR",
        envvar="SPINEWISE_SCRATCH",
        help="Where to make the private folder for temporary files, deleted at the end. Also set "
        "by SPINEWISE_SCRATCH. Left out: in the workspace, or where the system keeps such files.",
    ),
    click.option(
        "--package",
        type=_FOUND_FOLDER,
        metavar="DIR",
        help="Change package to use in place of the bundled one on low back pain.",
    ),
    click.option(
        "--value-sets",
        type=_FOUND_FOLDER,
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
        callback=_day,
        metavar="DAY",
        help="The day to take as today, for example 2025-03-31. Left out: the computer's.",
    ),
    click.option(
        "--lang",
        type=click.Choice(["en", "fr"]),
        default="en",
        show_default=True,
        help="Language of what is shown and written.",
    ),
]


def _reading(command: Command) -> Command:
    """The options of every command that reads an export."""

    @wraps(command)
    def within_limits(*args: Any, memory: str | None, scratch: Path | None, **options: Any) -> None:
        with limited(memory, scratch):
            command(*args, **options)

    decorated: Any = within_limits
    for option in reversed(_READING):
        decorated = option(decorated)
    return cast("Command", decorated)


# The commands -----------------------------------------------------------------------------------


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes: 0 done; 1 Spinewise itself failed; 2 a mistake in the command or the "
    "records, which the message says how to mend; 130 stopped by you.",
)
@click.version_option(spinewise.__version__, prog_name="spinewise")
def main() -> None:
    """
    Review how low back pain was assessed and imaged in a practice, and find where to improve.

    Begin with `spinewise review --help`. Nothing leaves this computer.
    """


@main.command()
@click.argument("export", type=_FOUND)
@click.option(
    "--period",
    required=True,
    metavar="PERIOD",
    help="What to review: a year (2024), or its first and last day (2024-01-01/2024-12-31).",
)
@click.option(
    "--out",
    type=_FOLDER,
    required=True,
    metavar="DIR",
    help="Folder to write report.html, review.json, results.csv and quarantine.csv to, readable "
    "by you only. Made if it is not there; files of these names in it are replaced.",
)
@click.option(
    "--indicators",
    callback=_names,
    metavar="A,B",
    help="Only these indicators, by id and with commas between. Left out: all of the package.",
)
@click.option(
    "--compare",
    type=_FOUND,
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
@_reading
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
        if ages_open:
            raise click.UsageError(
                "--ages-open is about published rules, which a shared report leaves out."
            )
        _share(export, out, lang, compare, least=share_below, name=share_as, **options)
        return
    with _Stages() as progress:
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
    with _Stages() as progress:
        shared = spinewise.share(
            export, workspace=workspace, out=out, language=lang, progress=progress, **options
        )
    terminal.show_shared(shared, Console(), lang)
    click.echo(out / "report.html")


@main.command()
@click.argument("export", type=_FOUND)
@_reading
def check(export: Path, lang: LanguageCode, **options: Any) -> None:
    """
    Show what a review would rest on.

    What was read, what could not be read and why, which months the records cover, how well their
    rows point at each other, and a count per table to hold against your EMR. Nothing is written.

    \b
    Example:
      spinewise check export.zip
    """
    with _Stages() as progress:
        trust = spinewise.check(export, progress=progress, **options)
    terminal.show_trust(trust, Console(), lang)


@main.command()
@click.argument("extract", type=_FOUND)
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


@main.command()
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
    "--out", type=_FOLDER, required=True, metavar="DIR", help="Folder to write the export to."
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
    with _Stages() as progress:
        synthetic.synthesize(patients, seed, format, out, progress=progress)
    click.echo(out)
    click.echo(synthetic.truth_folder(out))


@main.command()
@click.option(
    "--workspace",
    type=_FOUND_FOLDER,
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


if __name__ == "__main__":
    main()
