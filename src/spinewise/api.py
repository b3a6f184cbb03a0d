"""The Python API: what the command line does, from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path

import msgspec

from spinewise import __version__
from spinewise.errors import SpinewiseError
from spinewise.intake.mapping import find_mapping
from spinewise.intake.reader import Format, Progress, silent
from spinewise.know.faults import Report, check_folder
from spinewise.know.history import Entry, read_history
from spinewise.know.loader import load_package, read_practice
from spinewise.know.model import Text
from spinewise.know.overlay import (
    Change,
    Overlay,
    Tailored,
    known_parameter,
    tailored,
    with_codes,
    with_parameter,
)
from spinewise.know.package import Package
from spinewise.know.practice_file import parse_values
from spinewise.know.starter import start_package
from spinewise.know.tailoring import said
from spinewise.numerals import LanguageCode
from spinewise.practice import Request, change
from spinewise.records import Records, import_export, is_workspace, one_shot
from spinewise.report import exporting
from spinewise.report.files import check_shared_folder, write_report, write_shared
from spinewise.review import run
from spinewise.review.result import DataTrust, Review, WhatIf
from spinewise.review.what_if import asking
from spinewise.scratch import Scratch
from spinewise.share import build
from spinewise.share.build import LEAST
from spinewise.share.ledger import Ledger, sharing
from spinewise.share.result import SharedReview

Place = str | Path


def review(
    path: Place,
    *,
    period: str | tuple[date, date],
    out: Place | None = None,
    language: LanguageCode = "en",
    indicators: Sequence[str] | None = None,
    compare: Place | Review | None = None,
    workspace: Place | None = None,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Place | None = None,
    value_sets: Place | None = None,
    verified_only: bool = False,
    ages_open: bool = False,
    package: Place | None = None,
    practice: Place | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> Review:
    """
    Review the records of a practice.

    Parameters
    ----------
    path
        A file, folder or archive: FHIR R4, the CSV form, OMOP CDM 5.x, or with ``mapping`` another
        extract in CSV. Or a workspace: the records imported into it last.
    period
        ``"2024"``, ``"2024-01-01/2024-12-31"``, or the first and last day.
    out
        A folder to write ``report.html``, ``review.json``, ``results.csv`` and ``quarantine.csv``
        to, for its owner only; None: nothing is written.
    language
        Of the report: ``"en"`` or ``"fr"``.
    indicators
        Ids of those to compute; None: all of the package.
    compare
        An earlier review, or the folder or ``review.json`` it was written to.
    workspace
        A folder that keeps what was read; None: a temporary one, deleted at the end.
    format
        ``"fhir"``, ``"csv"`` or ``"omop"``; None: found out.
    mapping
        A mapping file, or the name of one that comes with Spinewise.
    value_sets
        A folder of code lists to use in place of the package's of the same name.
    verified_only
        Use only codes whose status is ``verified``.
    ages_open
        Run published rules without their limits of age; the review says so.
    package
        The folder of a change package; None: the bundled one on low back pain.
    practice
        The practice's own changes to the package (``practice.toml``); None: the file of that name
        in the workspace, if there is one.
    today
        The day to take as today; None: the computer's.
    progress
        Called as ``progress(stage, done, total)``.

    Raises
    ------
    SpinewiseError
        The export, the package, the period or the workspace cannot be used as given; the message
        says what to do.
    """
    words = load_package(_path(package), value_sets=_path(value_sets), verified_only=verified_only)
    ours, history = _tailored(words, practice, workspace, path)
    words = ours.package if ours else words
    if out is not None and isinstance(compare, str | Path):
        _keep_apart(Path(out), Path(compare))
    previous = compare if isinstance(compare, Review) or compare is None else _read(Path(compare))
    bounds = _bounds(period)
    run.choose(words, indicators)
    with (
        _records(path, workspace, format, mapping, today, progress) as records,
        run.reviewing(
            records,
            words,
            bounds,
            practice=Path(path).name,
            version=__version__,
            indicators=indicators,
            ages_open=ages_open,
            previous=previous,
            tailored=ours,
            history=history,
            progress=progress,
        ) as reviewed,
        Scratch() as private,
    ):
        if out is not None:
            results, quarantine = private / "results.csv", private / "quarantine.csv"
            reviewed.write_results(results)
            reviewed.write_quarantine(quarantine)
            write_report(
                reviewed.review, words, Path(out), language, results=results, quarantine=quarantine
            )
        return reviewed.review


def share(
    path: Place,
    *,
    period: str | tuple[date, date],
    workspace: Place,
    out: Place | None = None,
    language: LanguageCode = "en",
    least: int = LEAST,
    name: str = "",
    indicators: Sequence[str] | None = None,
    ages_open: bool = False,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Place | None = None,
    value_sets: Place | None = None,
    verified_only: bool = False,
    package: Place | None = None,
    practice: Place | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> SharedReview:
    """
    A review that may leave the practice: small numbers hidden, clinicians masked, nobody's rows.

    What is shared is remembered in the workspace, so that the next shared report gives nothing
    away that this one hides: a period that was shared is given again as it was. The parameters not
    named here are those of :func:`review`.

    Parameters
    ----------
    workspace
        The workspace that remembers what was shared and what the clinicians are called.
    out
        A folder to write ``report.html``, ``review.json`` and ``README.txt`` to; it must not hold
        a full review. None: nothing is written there.
    least
        The smallest number that is shown, beside zero: 3 or more.
    name
        The practice's name on the report; empty: none.

    Raises
    ------
    SpinewiseError
        As :func:`review`; and the period does not come after those that were shared.
    """
    if least < 3:
        raise SpinewiseError(
            f"{least} is no number to hide small numbers below", hint="Give 3 or more; 6 is usual."
        )
    if out is not None:
        check_shared_folder(Path(out))
    words = load_package(_path(package), value_sets=_path(value_sets), verified_only=verified_only)
    ours, _ = _tailored(words, practice, workspace, path)
    words = ours.package if ours else words
    bounds = _bounds(period)
    day = today or _today()
    with (
        _records(path, workspace, format, mapping, day, progress) as records,
        run.reviewing(
            records,
            words,
            bounds,
            practice=name,
            version=__version__,
            indicators=indicators,
            ages_open=ages_open,
            progress=progress,
        ) as reviewed,
    ):
        full, words = reviewed.review, reviewed.package

    def make(before: Ledger) -> tuple[SharedReview, Ledger]:
        return build.share(full, words, before, today=day, least=least, name=name)

    shared = sharing(Path(workspace), bounds, make)
    if out is not None:
        write_shared(shared, words, Path(out), language)
    return shared


def check(
    path: Place,
    *,
    workspace: Place | None = None,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Place | None = None,
    value_sets: Place | None = None,
    verified_only: bool = False,
    package: Place | None = None,
    practice: Place | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> DataTrust:
    """
    What a review of these records would rest on: the data-quality part alone.

    The parameters are those of :func:`review`.
    """
    words = load_package(_path(package), value_sets=_path(value_sets), verified_only=verified_only)
    ours, _ = _tailored(words, practice, workspace, path)
    words = ours.package if ours else words
    with _records(path, workspace, format, mapping, today, progress) as records:
        return run.check(records, words, progress)


def what_if(
    path: Place,
    changes: Mapping[str, str] | None = None,
    *,
    period: str | tuple[date, date],
    step: int | None = None,
    add_codes: Sequence[tuple[str, str, str]] = (),
    remove_codes: Sequence[tuple[str, str, str]] = (),
    workspace: Place | None = None,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Place | None = None,
    value_sets: Place | None = None,
    verified_only: bool = False,
    package: Place | None = None,
    practice: Place | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> WhatIf:
    """
    What other values would have counted, from the evidence table; nothing is changed.

    The parameters not named here are those of :func:`review`.

    Parameters
    ----------
    changes
        By the id of a parameter, the value or values to try: ``{"imaging-early.window": "0..28"}``,
        or a span, ``"14..90"``. Of several parameters each is tried by itself.
    step
        Between the values of a span; None: so that there are twelve at most.
    add_codes, remove_codes
        List, system and code of each; together they are one value more to try.

    Raises
    ------
    SpinewiseError
        As :func:`review`; or a value is out of the bounds of the package.
    """
    words = load_package(_path(package), value_sets=_path(value_sets), verified_only=verified_only)
    tried = _tried(words, changes or {}, step, add_codes, remove_codes)
    file = _practice_file(practice, workspace, path)
    overlay = read_practice(file) if file else Overlay()
    name = file.name if file else "practice.toml"
    base = tailored(words, overlay, name).package
    packages = [tailored(words, change(overlay), name).package for _, _, change in tried]
    bounds = _bounds(period)
    answers = []
    with (
        _records(path, workspace, format, mapping, today, progress) as records,
        asking(records, base, packages, bounds, progress) as evidence,
    ):
        for (id_, value, _), other in zip(tried, packages, strict=True):
            answers.append(evidence.answer(other, id_, value))
        rates = dict(evidence.today)
    return WhatIf(
        period=bounds,
        package=base.file.id,
        package_version=base.file.version,
        edition=base.file.edition,
        overlay=base.overlay,
        today=rates,
        answers=answers,
    )


Try = tuple[str, Text, Callable[[Overlay], Overlay]]
"""What is tried: its id, its value in words, and what it makes of an overlay."""


def _tried(
    package: Package,
    changes: Mapping[str, str],
    step: int | None,
    add: Sequence[tuple[str, str, str]],
    remove: Sequence[tuple[str, str, str]],
) -> list[Try]:
    found: list[Try] = []
    for key, typed in changes.items():
        parameter = known_parameter(package, key)
        for value in parse_values(typed, parameter, step):
            words = Text(
                en=said(value, parameter.bounds, "en") or "-",
                fr=said(value, parameter.bounds, "fr") or "-",
            )
            found.append((key, words, partial(with_parameter, key=key, value=value)))
    if add or remove:
        shown = "; ".join(
            f"{sign} {name}: {system}|{code}"
            for sign, rows in (("+", add), ("-", remove))
            for name, system, code in rows
        )
        words = Text(en=shown, fr=shown)
        found.append(("codes", words, partial(with_codes, add=add, remove=remove)))
    if not found:
        raise SpinewiseError(
            "no value to try is given",
            hint="Write one as imaging-early.window=14..90; `spinewise tailor` lists what can be"
            " changed.",
        )
    return found


def tailor(
    practice: Place,
    values: Mapping[str, str] | None = None,
    *,
    who: str,
    why: str,
    add_codes: Sequence[tuple[str, str, str]] = (),
    remove_codes: Sequence[tuple[str, str, str]] = (),
    copy: tuple[str, str] | None = None,
    by_hand: bool = False,
    package: Place | None = None,
    today: date | None = None,
) -> list[Change]:
    """
    Change what a practice may change, in its file and the history beside it.

    Parameters
    ----------
    practice
        The practice's file; made if it is not there.
    values
        By the id of the parameter, as it is typed: ``{"imaging-early.window": "0..28"}``;
        ``"default"`` takes a change back.
    who, why
        For the history.
    add_codes, remove_codes
        List, system and code of each.
    copy
        An indicator of the package, and the id of a copy to begin one of the practice's own.
    by_hand
        Put into the history that the file was changed by hand.
    package
        The folder of a change package; None: the bundled one on low back pain.
    today
        The day of the change; None: the computer's.

    Returns
    -------
    The changes, each with its effect in words; none for values that are the package's own again.

    Raises
    ------
    SpinewiseError
        A change cannot be made as asked; then nothing is written.
    """
    asked = Request(dict(values or {}), list(add_codes), list(remove_codes), by_hand, copy)
    words = load_package(_path(package))
    return change(words, Path(practice), asked, who=who, why=why, today=today or _today())


def parse_period(text: str) -> tuple[date, date]:
    """
    The first and last day of ``"2024"`` or ``"2024-01-01/2024-12-31"``.

    Raises
    ------
    SpinewiseError
        The text is no period.
    """
    if len(text) == 4 and text.isdigit() and text != "0000":
        return date(int(text), 1, 1), date(int(text), 12, 31)
    first, _, last = text.partition("/")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise SpinewiseError(
            f"{text!r} is not a period",
            hint="Write a year, 2024, or its first and last day, 2024-01-01/2024-12-31.",
        ) from None


PRACTICE = "practice.toml"
"""The file of a practice's own changes, where it stands in a workspace."""


def _practice_file(
    practice: Place | None, workspace: Place | None, path: Place | None
) -> Path | None:
    """The file that is named, or else the one in the workspace, if there is one."""
    if practice is not None:
        return Path(practice)
    places = [Path(place) / PRACTICE for place in (workspace, path) if place is not None]
    return next((one for one in places if one.is_file()), None)


def _tailored(
    package: Package, practice: Place | None, workspace: Place | None, path: Place | None
) -> tuple[Tailored | None, list[Entry]]:
    """The package as a practice changed it, and the history of the changes; None without a file."""
    file = _practice_file(practice, workspace, path)
    if file is None:
        return None, []
    return tailored(package, read_practice(file), file.name), read_history(file)


def _bounds(period: str | tuple[date, date]) -> tuple[date, date]:
    bounds = parse_period(period) if isinstance(period, str) else period
    if bounds[0] > bounds[1]:
        raise SpinewiseError(
            f"the period {bounds[0]}/{bounds[1]} ends before it begins",
            hint="Give its first day first.",
        )
    return bounds


def export_fhir(
    indicators: Sequence[str],
    out: Place,
    *,
    path: Place | None = None,
    period: str | tuple[date, date] | None = None,
    records: bool = False,
    practice: Place | None = None,
    leave_out: Sequence[str] = (),
    workspace: Place | None = None,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Place | None = None,
    value_sets: Place | None = None,
    verified_only: bool = False,
    package: Place | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """
    Write indicators as FHIR R4: Measure, Library (CQL), ValueSet, and MeasureReports.

    Parameters
    ----------
    indicators
        Ids; none: all that CQL can say.
    out
        The folder to write to.
    path
        Records; without them only definitions are written.
    period
        Of the MeasureReports; needed where there are records.
    records
        Write the records as well, as the FHIR that the libraries read (``records.ndjson``).
    practice
        The practice's own changes (``practice.toml``); None: that file of the workspace.
    leave_out
        Code systems whose codes are not written, for want of a licence.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    SpinewiseError
        An indicator is not in the package, or says something that CQL cannot; the message names it.
    """
    words = load_package(_path(package), value_sets=_path(value_sets), verified_only=verified_only)
    ours, _ = _tailored(words, practice, workspace, path)
    words = words if ours is None else ours.package
    return exporting.export(
        words,
        indicators,
        Path(out),
        day=today or _today(),
        period=None if period is None else _bounds(period),
        records=None
        if path is None
        else _records(path, workspace, format, mapping, today, progress),
        with_records=records,
        leave_out=leave_out,
    )


def check_package(folder: Place | None = None, *, today: date | None = None) -> Report:
    """
    Look for everything that is wrong with a change package.

    Parameters
    ----------
    folder
        The package's; None: that of the bundled one.
    today
        The day on which codes should be in force and reviews fresh; None: the computer's.

    Raises
    ------
    SpinewiseError
        The folder is none.
    """
    return check_folder(_path(folder), today or _today())


def new_package(
    folder: Place, *, topic: str, topic_fr: str = "", author: str = "", today: date | None = None
) -> None:
    """
    Begin a change package: a small and complete one, with notes that explain every file.

    Parameters
    ----------
    folder
        Where; made if it is not there. It must be empty.
    topic, topic_fr
        The package's title in English and French.
    author
        Who writes the definitions.
    today
        The day to write as that of the first review; None: the computer's.

    Raises
    ------
    SpinewiseError
        The folder holds something, or the topic has no letter.
    """
    start_package(
        Path(folder), topic=topic, topic_fr=topic_fr, author=author, today=today or _today()
    )


@contextmanager
def _records(
    path: Place,
    workspace: Place | None,
    format: Format | None,  # noqa: A002
    mapping: Place | None,
    today: date | None,
    progress: Progress,
) -> Iterator[Records]:
    day = today or _today()
    chart = None if mapping is None else find_mapping(str(mapping))
    if workspace is None and is_workspace(Path(path)):
        yield Records.open(Path(path))
    elif workspace is None:
        with one_shot(
            Path(path), format=format, mapping=chart, today=day, progress=progress
        ) as records:
            yield records
    else:
        yield import_export(
            Path(path),
            Path(workspace),
            format=format,
            mapping=chart,
            today=day,
            progress=progress,
        )


def _today() -> date:
    return datetime.now().astimezone().date()


def _read(path: Path) -> Review:
    file = path / "review.json" if path.is_dir() else path
    try:
        return msgspec.json.decode(file.read_bytes(), type=Review)
    except FileNotFoundError:
        raise SpinewiseError(
            "there is no review here", where=str(file), hint="Name the folder of an earlier review."
        ) from None
    except (msgspec.DecodeError, OSError) as error:
        raise SpinewiseError(
            f"this earlier review cannot be read: {error}",
            where=str(file),
            hint="Name the review.json of this version, or review that period again.",
        ) from None


def _keep_apart(out: Path, compare: Path) -> None:
    if out.resolve() in (compare.resolve(), compare.resolve().parent):
        raise SpinewiseError(
            f"{str(out)!r} would replace the review to compare with",
            hint="Write to another folder.",
        )


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)
