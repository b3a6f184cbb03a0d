"""
Reading an export into the record tables.

:func:`read_export` does it in one call. :class:`Export` has the two steps apart: what identifies
the export, and the reading itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from spinewise.errors import IntakeError
from spinewise.intake import archive, csv_form, fhir, omop, settle, staging
from spinewise.intake.connection import NO_ROOM, connect, said
from spinewise.intake.reader import Format, Progress, Reader, SourceFile, silent
from spinewise.intake.settle import Forgotten, SourceRow
from spinewise.scratch import Scratch
from spinewise.tables import Extract

READERS: Final[dict[Format, Reader]] = {"csv": csv_form, "omop": omop, "fhir": fhir}
"""In the order in which they are asked whether they recognise an export."""

VERSION: Final = "3"
"""Changes whenever settling the same staging rows would give other tables."""

_LARGE: Final = 2 << 30
"""Bytes of an export from which its staging tables are kept on disk."""
_PACKED: Final = 8
"""How much larger a packed file is than it looks."""


class Export:
    """
    An export on disk, found and identified but not yet read.

    Used as a context: its private folder for unpacked archives and other temporary files is
    deleted at the end.

    Parameters
    ----------
    path
        A file, a folder or an archive.
    format
        Which reader to use; None: the first that recognises the files.
    mapping
        A mapping file in TOML, for extracts that are in no form of their own.
    work
        Where to make the private folder; None: where the system keeps temporary files.

    Raises
    ------
    IntakeError
        Where nothing can be read at ``path``, or no reader recognises it.
    """

    def __init__(
        self,
        path: Path,
        *,
        format: Format | None = None,  # noqa: A002 - the word of the command line
        mapping: Path | None = None,
        work: Path | None = None,
        progress: Progress = silent,
    ) -> None:
        self.path = path
        self.mapping = mapping
        self._progress = progress
        self._scratch = Scratch(work)
        self._work = self._scratch.path
        try:
            if mapping is not None and not mapping.is_file():
                raise IntakeError(
                    f"{str(mapping)!r} does not exist", hint="Check the path of the mapping file."
                )
            self.files, self._left_out = archive.find_files(path, self._work, progress)
            self._stamps = archive.stamps(self.files)
            # Tables that a mapping explains need no form of their own.
            format = format or ("csv" if mapping else None)  # noqa: A001
            self.reader = READERS[format] if format else _recognise(path, self.files)
            sums = archive.sums(self.files, progress)
            self.files = [
                msgspec.structs.replace(file, lines=one.lines)
                for file, one in zip(self.files, sums, strict=True)
            ]
            self.sources = [
                SourceRow(file, one.sha256, one.bytes)
                for file, one in zip(self.files, sums, strict=True)
            ]
        except OSError as error:
            self.close()
            raise _unusable(error, path) from None
        except BaseException:
            self.close()
            raise

    @property
    def digest(self) -> str:
        """SHA-256 over the names and content of the files, the mapping and the readers' version."""
        sha = hashlib.sha256()
        version = f"{self.reader.FORMAT} {self.reader.VERSION} {VERSION}"
        rows = sorted(f"{row.file.name}\t{row.sha256}" for row in self.sources)
        for text in (version, *rows):
            sha.update(text.encode("utf-8", "surrogateescape") + b"\n")
        if self.mapping is not None:
            sha.update(self.mapping.read_bytes())
        return sha.hexdigest()

    def read(self, folder: Path, *, today: date, forgotten: Forgotten | None = None) -> Extract:
        """
        Write the record tables to ``folder``, which exists and is empty.

        Parameters
        ----------
        today
            Days after it are mistakes and do not move the cut-off.
        forgotten
            People who are left out for good.

        Raises
        ------
        IntakeError
            Where the export as a whole cannot be read.
        """
        size = sum(row.bytes * (_PACKED if _is_packed(row) else 1) for row in self.sources)
        connection = connect(self._work, on_disk=size > _LARGE)
        try:
            staging.create(connection)
            reading = self.reader.stage(
                connection, self.files, self.mapping, self._work, self._progress
            )
            archive.check_unchanged(self.files, self._stamps)
            if self._left_out:
                links = f"links-not-followed: {self._left_out}"
                reading = msgspec.structs.replace(
                    reading, assumptions=[*reading.assumptions, links]
                )
            return settle.settle(
                connection,
                folder,
                format=self.reader.FORMAT,
                digest=self.digest,
                sources=self.sources,
                reading=reading,
                today=today,
                forgotten=forgotten or Forgotten(),
                progress=self._progress,
            )
        except OSError as error:
            raise _unusable(error, self.path) from None
        except NO_ROOM as error:
            raise IntakeError(
                f"there is not enough room to read it: {said(error)}",
                where=str(self.path),
                hint=f"Make room on the disk of {self._work.parent}, or allow more memory.",
            ) from None
        finally:
            connection.close()

    def close(self) -> None:
        """Delete the private folder."""
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_export(
    path: Path,
    folder: Path,
    *,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Path | None = None,
    today: date,
    progress: Progress = silent,
) -> Extract:
    """
    Read the export at ``path`` into record tables in ``folder``, which exists and is empty.

    See :class:`Export` for the parameters and errors.
    """
    with Export(path, format=format, mapping=mapping, progress=progress) as export:
        return export.read(folder, today=today)


def _unusable(error: OSError, path: Path) -> IntakeError:
    return IntakeError(
        f"it cannot be read: {error.strerror or error}",
        where=str(error.filename or path),
        hint="Check that you may read the files of the export, and that the disk has room.",
    )


def _is_packed(row: SourceRow) -> bool:
    return row.file.name.casefold().endswith((".gz", ".parquet"))


def _recognise(path: Path, files: Sequence[SourceFile]) -> Reader:
    for reader in READERS.values():
        if reader.recognises(files):
            return reader
    names = ", ".join(file.name for file in files[:5])
    more = f" and {len(files) - 5} more" if len(files) > 5 else ""
    raise IntakeError(
        f"no known form of records was found; the files are: {names}{more}",
        where=str(path),
        hint="Give FHIR R4 (NDJSON or Bundles), the CSV form (patients.csv and events.csv), OMOP"
        " tables, or other CSV files with a mapping file (spinewise mapping EXPORT drafts one).",
    )
