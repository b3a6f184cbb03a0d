"""Making a practice: people, plan, records and truth, block by block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np

from spinewise.errors import SpinewiseError
from spinewise.synthetic import facts
from spinewise.synthetic.csv_form import CsvForm
from spinewise.synthetic.fhir_form import FhirForm
from spinewise.synthetic.ledger import Truth
from spinewise.synthetic.people import draw_clinicians, draw_people
from spinewise.synthetic.plan import draw_plan
from spinewise.synthetic.rates import Rates
from spinewise.synthetic.record_tables import RecordTables
from spinewise.synthetic.truth import Books

Format = Literal["fhir", "csv", "tables"]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many people are done, and how many there are."""

BLOCK: Final = 50_000
"""People planned and written at a time: it bounds the memory and is part of the seed's meaning."""


class Writer(Protocol):
    """What writes the facts of a block in one format."""

    def block(self) -> None: ...

    def finish(self, strangers: int, end: int) -> None: ...


def synthesize(
    patients: int,
    seed: int,
    format: Format,  # noqa: A002 - the word of the command line
    out: Path,
    *,
    start: date = date(2021, 7, 1),
    end: date = date(2024, 12, 31),
    shock: date = date(2023, 7, 1),
    practices: int = 1,
    rates: Rates = Rates(),  # noqa: B008 - immutable
    progress: Progress | None = None,
) -> dict[str, Any]:
    """
    Make a practice that does not exist, and write its records and the truth about it.

    The same arguments give the same bytes.

    Parameters
    ----------
    patients
        How many people, from 1.
    format
        ``csv`` (the CSV form), ``fhir`` (NDJSON, one type a file) or ``tables`` (the record
        tables themselves, for benchmarks).
    out
        A folder for the records, empty or not there yet. The truth is written beside it, not into
        it: to :func:`truth_folder`.
    start, end
        First and last day of the records; ``end`` is the cut-off.
    shock
        From this day fewer images are ordered and more screens documented.

    Returns
    -------
    dict
        What ``expected.json`` holds.

    Raises
    ------
    SpinewiseError
        For arguments that make no practice.
    """
    _check(patients, seed, format, out, start, end, practices)
    out = out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    first, last = _day(start), _day(end)
    clinicians = draw_clinicians(np.random.default_rng([seed, 0]), patients, practices, rates)
    con = facts.connect()
    truth = Truth(con, truth_folder(out))
    writer = _writer(format)(con, out)
    for block, begin in enumerate(range(0, patients, BLOCK)):
        if progress:
            progress("people", begin, patients)
        rng = np.random.default_rng([seed, 1 + block])
        patient = np.arange(begin, min(begin + BLOCK, patients))
        people = draw_people(
            rng, patient, patient * practices // patients, clinicians, first, last, rates
        )
        plan = draw_plan(rng, people, clinicians, first, last, _day(shock), rates)
        facts.load(con, plan, clinicians)
        facts.write_facts(con, first, last)
        writer.block()
        truth.add(Books(plan, clinicians.id))
    strangers = -(-patients // 1000)
    writer.finish(strangers, last)
    if progress:
        progress("people", patients, patients)
    return truth.finish(
        {
            "patients": patients,
            "seed": seed,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "shock": shock.isoformat(),
            "practices": practices,
        }
    )


def truth_folder(out: Path) -> Path:
    """Where the truth about the records in ``out`` is: ``practice-truth`` beside ``practice``."""
    return out.with_name(f"{out.name}-truth")


def _writer(format: Format) -> Callable[..., Writer]:  # noqa: A002
    writers: dict[Format, Callable[..., Writer]] = {
        "csv": CsvForm,
        "fhir": FhirForm,
        "tables": RecordTables,
    }
    return writers[format]


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _check(
    patients: int,
    seed: int,
    format: str,  # noqa: A002
    out: Path,
    start: date,
    end: date,
    practices: int,
) -> None:
    if patients < 1:
        raise SpinewiseError(f"{patients} people make no practice", hint="Ask for 1 or more.")
    if seed < 0:
        raise SpinewiseError(f"the seed {seed} is negative", hint="Use 0 or more.")
    if format not in ("csv", "fhir", "tables"):
        raise SpinewiseError(
            f"the format {format!r} is not known", hint="Use one of: csv, fhir, tables."
        )
    if end <= start:
        raise SpinewiseError(
            f"the records would end on {end}, before they begin on {start}",
            hint="Give an end after the start.",
        )
    if not 1 <= practices <= patients:
        raise SpinewiseError(
            f"{practices} practices for {patients} people",
            hint="Ask for at least one practice, and no more than people.",
        )
    for folder in (out, truth_folder(out)):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SpinewiseError(
                f"{folder} is not an empty folder",
                hint="Name a folder that is empty or does not exist yet.",
            )
