"""
The folder that a review is written to.

Its files hold personal health information: they are readable by their owner only, and each says
what it is (the HTML and the JSON in themselves; the CSV files, which cannot carry a remark, in the
``README.txt`` beside them). All are written beside the old ones first and then put in their place,
so that a run that fails leaves the folder as it was.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from spinewise.errors import SpinewiseError
from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report.html import render
from spinewise.report.language import language
from spinewise.report.shared import render_shared
from spinewise.review.result import Review
from spinewise.share.result import SharedReview

RESULTS_COLUMNS: Final = (
    "indicator",
    "unit",
    "unit_id",
    "patient_id",
    "index_date",
    "clinician_id",
    "in_denominator",
    "excluded",
    "excluded_because",
    "in_numerator",
    "verdict",
)
"""Columns of ``results.csv`` (docs/reference/results-csv.md)."""

QUARANTINE_COLUMNS: Final = ("path", "line", "field", "value", "reason", "mend", "raw")
"""Columns of ``quarantine.csv`` (docs/reference/errors.md)."""

SHARED_FILES: Final = frozenset({"report.html", "review.json", "README.txt"})
"""All that a shared folder holds."""

Write = Callable[[BinaryIO], None]


class ReportError(SpinewiseError):
    """The report cannot be written where it should go."""


def write_report(
    review: Review,
    package: Package,
    out: Path,
    code: LanguageCode = "en",
    *,
    results: Path,
    quarantine: Path,
) -> list[Path]:
    """
    Write ``report.html``, ``review.json``, ``results.csv``, ``quarantine.csv`` and ``README.txt``.

    Parameters
    ----------
    review, package, code
        What :func:`spinewise.report.html.render` takes.
    out
        The folder; made, for its owner only, where there is none.
    results, quarantine
        The CSV files of these names as they were made elsewhere; they are copied.

    Returns
    -------
    The files written, ``report.html`` first.

    Raises
    ------
    ReportError
        The folder cannot be made or written.
    """
    page = render(review, package, code)
    contents: dict[str, Write] = {
        "report.html": _text(page),
        "review.json": _text(as_json(review)),
        "results.csv": _copy(results, RESULTS_COLUMNS),
        "quarantine.csv": _copy(quarantine, QUARANTINE_COLUMNS),
        "README.txt": _text(_readme(review, code)),
    }
    return _write_all(out, contents)


def check_shared_folder(out: Path) -> None:
    """
    Refuse to share from a folder that holds anything but an earlier shared report.

    Raises
    ------
    ReportError
        It does: that would leave the practice with it.
    """
    others = {path.name for path in out.iterdir()} - SHARED_FILES if out.is_dir() else set()
    older = out / "review.json"
    full = older.is_file() and b'"spinewise-shared/' not in older.read_bytes()[:200]
    if others or full:
        raise ReportError(
            f"this folder holds {min(others, default=older.name)!r}, which would be shared with"
            " the report",
            where=str(out),
            hint="Name a new folder for what may leave the practice.",
        )


def write_shared(
    review: SharedReview, package: Package, out: Path, code: LanguageCode = "en"
) -> list[Path]:
    """
    Write ``report.html``, ``review.json`` and ``README.txt`` of a shared review, and nothing else.

    Raises
    ------
    ReportError
        The folder cannot be made or written, or it holds other files.
    """
    check_shared_folder(out)
    return _write_all(
        out,
        {
            "report.html": _text(render_shared(review, package, code)),
            "review.json": _text(as_json(review)),
            "README.txt": _text(_shared_readme(review, code)),
        },
    )


def _write_all(out: Path, contents: dict[str, Write]) -> list[Path]:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _put_in_place() as put:
            for name, write in contents.items():
                put(out / name, write)
    except OSError as error:
        raise ReportError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(error.filename or out),
            hint="Name a folder that you may write to.",
        ) from error
    return [out / name for name in contents]


def as_json(review: Review | SharedReview) -> str:
    """The text of ``review.json``: the review as it stands, indented."""
    return msgspec.json.format(msgspec.json.encode(review), indent=2).decode() + "\n"


@contextmanager
def _put_in_place() -> Iterator[Callable[[Path, Write], None]]:
    """
    Yields a function that writes a file beside its place. At the end all are moved to their
    places; if anything fails before, none is.
    """
    waiting: dict[Path, Path] = {}

    def put(place: Path, write: Write) -> None:
        # mkstemp makes the file for its owner only, whatever the umask.
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        waiting[Path(name)] = place
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())

    try:
        yield put
        for written, place in waiting.items():
            written.replace(place)
    finally:
        for written in waiting:
            written.unlink(missing_ok=True)


def _text(words: str) -> Write:
    def write(file: BinaryIO) -> None:
        file.write(words.encode())

    return write


def _copy(source: Path, columns: Sequence[str]) -> Write:
    def write(file: BinaryIO) -> None:
        with source.open("rb") as made:
            head = made.readline()
            assert head.decode().strip() == ",".join(columns), head
            file.write(head)
            shutil.copyfileobj(made, file)

    return write


def _readme(review: Review, code: LanguageCode) -> str:
    reader = language(code)
    _ = reader.gettext
    about = {
        "report.html": _("the review to read, print or show; it loads nothing from elsewhere"),
        "review.json": _("the same numbers for programs"),
        "results.csv": _("one row for each indicator and each episode, image, answer or patient"),
        "quarantine.csv": _("lines of the export that could not be used, and how to mend them"),
    }
    lines = [
        _("Confidential").upper(),
        "",
        reader.text(review.notice),
        "",
        *(f"{name}: {words}" for name, words in about.items()),
        "",
        _("Change package") + f": {review.package} {review.package_version}",
        _("Edition") + f": {review.edition}",
    ]
    if review.overlay:
        lines.append(_("The practice's own changes") + f": {review.overlay}")
    return "\n".join(lines) + "\n"


def _shared_readme(review: SharedReview, code: LanguageCode) -> str:
    reader = language(code)
    _ = reader.gettext
    about = {
        "report.html": _("the review to read, print or show; it loads nothing from elsewhere"),
        "review.json": _("the same numbers for programs"),
    }
    lines = [reader.text(review.notice), "", *(f"{name}: {words}" for name, words in about.items())]
    return "\n".join(lines) + "\n"
