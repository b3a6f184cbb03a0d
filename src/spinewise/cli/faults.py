"""The one place where errors and warnings become words, and an exit code."""

from __future__ import annotations

import os
import signal
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any, TextIO

import click

from spinewise.errors import SpinewiseError, SpinewiseWarning
from spinewise_command import EXIT_STOPPED, STOPPED

EXIT_FAILED = 1
EXIT_MISTAKE = 2


class Group(click.Group):
    """A group of commands whose errors and warnings are said in words, without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, signal.default_int_handler)
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
            click.echo(STOPPED, err=True, nl=False)
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
    ours = Path(__file__).parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(ours)]
    frame = inside[-1]
    return f"{Path(frame.filename).relative_to(ours)}:{frame.lineno} ({type(error).__name__})"
