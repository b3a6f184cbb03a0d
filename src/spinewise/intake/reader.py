"""
What a reader is: it turns the files of one export into staging rows.

There are three, one module each: :mod:`~spinewise.intake.fhir`, :mod:`~spinewise.intake.csv_form`
and :mod:`~spinewise.intake.omop`. Each module has the names of :class:`Reader`, so the module
itself is the reader. Readers find rows; :mod:`spinewise.intake.settle` decides what becomes of
them.

The rules of staging, for every reader:

- One *source row* is one line of the export (or one entry of a Bundle). It is known by
  ``(file, source_type, line, entry)`` and is accounted for exactly once: staged (as one patient,
  visit or span of coverage, or as one or several events told apart by ``part``), or counted in
  ``read_lines`` as skipped, or put into ``faults``.
- ``read_lines`` has the count of all source rows of a file and type in ``read``, and those that
  the reader itself skipped in rows of their own with the reason (``read`` is 0 there).
- Rows are put in by name (``INSERT INTO stage_events BY NAME SELECT ...``); columns left out are
  NULL.
- Dates, code systems and statuses are handed over as text. A row that names nobody, or somebody
  unknown, is staged as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

import duckdb
import msgspec

from spinewise.tables import Domain

Format = Literal["fhir", "csv", "omop"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (bytes or rows)."""


def silent(stage: str, done: int, total: int) -> None:
    """The progress display of nobody."""


class SourceFile(msgspec.Struct, frozen=True):
    """One file of an export."""

    file: int
    """Its key in the ``sources`` table, from 0 in order of ``name``."""
    name: str
    """Its path relative to the export, with ``/``; inside an archive, the member's name."""
    path: Path
    """Where it can be opened now (members of an archive are unpacked to a private folder)."""
    lines: int | None = None
    """How many lines it has; None: not counted yet."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an export, or its mapping, says of itself as a whole."""

    cutoff: date | None = None
    """The last day the export speaks of; None: the last record decides."""
    cutoff_from: Literal["declared", "export"] = "declared"
    first_day: date | None = None
    carried: dict[Domain, list[tuple[date, date]]] = {}
    assumptions: list[str] = []


class Reader(Protocol):
    """The names that each reader module has."""

    @property
    def FORMAT(self) -> Format: ...  # noqa: N802

    @property
    def VERSION(self) -> str:  # noqa: N802
        """Changes whenever the same files would give other rows: it is part of the digest."""
        ...

    def recognises(self, files: Sequence[SourceFile]) -> bool:
        """Whether these files look like this format, judged by names and first lines."""
        ...

    def stage(
        self,
        connection: duckdb.DuckDBPyConnection,
        files: Sequence[SourceFile],
        mapping: Path | None,
        work: Path,
        progress: Progress,
    ) -> Reading:
        """
        Write the staging rows of ``files``.

        Parameters
        ----------
        connection
            Has the empty tables of :data:`spinewise.intake.staging.STAGES`.
        mapping
            The mapping file the user gave, or None.
        work
            A private folder for temporary files; deleted by the caller.

        Raises
        ------
        IntakeError
            Where the export as a whole cannot be read. Single bad rows go to ``faults``.
        """
        ...
