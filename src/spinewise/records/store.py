"""
The workspace: where a practice's records are held.

::

    WORKSPACE/
        current                 the name of the snapshot in force
        snapshots/NAME/         one import: TABLE.parquet for each table, and extract.json
        forgotten.json          keyed digests of the people who are left out for good

A snapshot is never changed. An import writes a new one beside the others and moves ``current`` at
the end, so that a crash at any moment leaves the one before in force and whole. Folders and files
are for their owner only.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from spinewise.errors import WorkspaceError
from spinewise.intake import WORK, Export
from spinewise.intake.connection import connect, parquet
from spinewise.intake.reader import Format, Progress, silent
from spinewise.intake.settle import Forgotten
from spinewise.records import forgetting
from spinewise.records.lock import locked
from spinewise.tables import TABLES, Extract

_CURRENT: Final = "current"
_SNAPSHOTS: Final = "snapshots"
_FORGOTTEN: Final = "forgotten.json"
_NEW: Final = ".new-"


class Records(msgspec.Struct, frozen=True):
    """The record tables of one import."""

    folder: Path
    """Holds ``TABLE.parquet`` for each table."""
    extract: Extract
    """What is known of the export as a whole."""

    @classmethod
    def open(cls, folder: Path) -> Records:
        """
        The records in a snapshot's folder, or those in force in a workspace.

        Raises
        ------
        WorkspaceError
            Where the folder holds no records, or they are incomplete.
        """
        if (folder / _CURRENT).is_file():
            name = (folder / _CURRENT).read_text(encoding="utf-8").strip()
            folder = folder / _SNAPSHOTS / name
        try:
            text = (folder / "extract.json").read_bytes()
            extract = msgspec.json.decode(text, type=Extract)
        except FileNotFoundError:
            raise WorkspaceError(
                f"{str(folder)!r} holds no records", hint="Import an export into it first."
            ) from None
        except msgspec.DecodeError as error:
            raise WorkspaceError(
                f"extract.json cannot be read: {error}",
                where=str(folder),
                hint="Import the export again.",
            ) from None
        for table in TABLES:
            if not (folder / f"{table}.parquet").is_file():
                raise WorkspaceError(
                    f"the table {table!r} is missing",
                    where=str(folder),
                    hint="Import the export again.",
                )
        return cls(folder, extract)

    def connect(self, work: Path | None = None) -> duckdb.DuckDBPyConnection:
        """
        A new connection with one view for each of :data:`spinewise.tables.TABLES`.

        ``work``: a private folder for what does not fit into memory.
        """
        connection = connect(work)
        for table in TABLES:
            source = parquet(self.folder / f"{table}.parquet")
            connection.execute(f"CREATE VIEW {table} AS FROM {source}")
        return connection


def import_export(
    path: Path,
    workspace: Path,
    *,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Path | None = None,
    today: date,
    progress: Progress = silent,
) -> Records:
    """
    Read the export at ``path`` into the workspace and make it the one in force.

    The same export a second time changes nothing: its snapshot is found and put in force.

    Raises
    ------
    IntakeError
        Where the export cannot be read; the workspace stays as it was.
    WorkspaceError
        Where the workspace cannot be written, or another import is at work in it.
    """
    _make_private(workspace)
    with locked(workspace):
        for left_over in workspace.glob(f"{WORK}*"):  # of an import that was cut off
            shutil.rmtree(left_over, ignore_errors=True)
        forgotten = _read_forgotten(workspace)
        with Export(
            path, format=format, mapping=mapping, work=workspace, progress=progress
        ) as export:
            name = _name(export.digest, forgotten)

            def write(folder: Path) -> None:
                export.read(folder, today=today, forgotten=forgotten)

            snapshot = _add_snapshot(workspace, name, write)
        _put_in_force(workspace, name)
        return Records.open(snapshot)


@contextmanager
def one_shot(
    path: Path,
    *,
    format: Format | None = None,  # noqa: A002 - the word of the command line
    mapping: Path | None = None,
    today: date,
    progress: Progress = silent,
) -> Iterator[Records]:
    """The records of an export in a private temporary workspace, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="spinewise-") as folder:
        yield import_export(
            path, Path(folder), format=format, mapping=mapping, today=today, progress=progress
        )


def forget(workspace: Path, patient_id: str | None = None) -> None:
    """
    Delete a workspace, or one person everywhere in it.

    A person is taken out of every snapshot: rows, codes that nobody else has, and the quarantine's
    text where it names the person. A keyed digest of the id is kept, so that a later import of the
    same export leaves the person out again.

    Raises
    ------
    WorkspaceError
        Where there is no workspace, or nobody of this id in it.
    """
    if not (workspace / _SNAPSHOTS).is_dir():
        raise WorkspaceError(
            f"{str(workspace)!r} is no workspace", hint="Check the path of the workspace."
        )
    if patient_id is None:
        shutil.rmtree(workspace)
        return
    with locked(workspace):
        _forget_patient(workspace, patient_id)


def _forget_patient(workspace: Path, patient_id: str) -> None:
    snapshots = [folder for folder in _snapshots(workspace) if not folder.name.startswith(_NEW)]
    if not any(forgetting.knows(folder, patient_id) for folder in snapshots):
        raise WorkspaceError(
            f"no patient {patient_id!r} in the records",
            where=str(workspace),
            hint="Write the patient's id as the export does.",
        )
    # First remembered, then deleted: a crash in between never brings the person back.
    forgotten = _read_forgotten(workspace)
    key = forgotten.key or secrets.token_hex(32)
    digest = hashlib.sha256((key + patient_id).encode()).hexdigest()
    forgotten = Forgotten(key=key, digests=sorted({*forgotten.digests, digest}))
    write_file(workspace / _FORGOTTEN, msgspec.json.encode(forgotten))
    current = Records.open(workspace).folder
    for old in snapshots:
        name = _name(Records.open(old).extract.digest, forgotten)

        def write(folder: Path, old: Path = old) -> None:
            forgetting.copy_without(old, folder, patient_id)

        _add_snapshot(workspace, name, write)
        if old == current:
            _put_in_force(workspace, name)
        if old.name != name:
            shutil.rmtree(old)


def _name(digest: str, forgotten: Forgotten) -> str:
    """The folder of an import: other people left out, another snapshot."""
    if not forgotten.digests:
        return digest
    return hashlib.sha256("\n".join([digest, *forgotten.digests]).encode()).hexdigest()


def _snapshots(workspace: Path) -> list[Path]:
    return sorted((workspace / _SNAPSHOTS).iterdir())


def _add_snapshot(workspace: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Write a snapshot beside its final place and move it there, unless it is there already."""
    snapshots = workspace / _SNAPSHOTS
    _make_private(snapshots)
    final = snapshots / name
    if final.exists():
        return final
    for left_over in snapshots.glob(f"{_NEW}*"):  # of an import that was cut off
        shutil.rmtree(left_over)
    new = snapshots / f"{_NEW}{name}"
    new.mkdir(mode=0o700)
    try:
        write(new)
        for file in new.iterdir():
            file.chmod(0o600)
            _sync(file)
        _sync(new)
        new.rename(final)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _sync(snapshots)
    return final


def _put_in_force(workspace: Path, name: str) -> None:
    current = workspace / _CURRENT
    if not current.is_file() or current.read_text(encoding="utf-8").strip() != name:
        write_file(current, f"{name}\n".encode())


def _read_forgotten(workspace: Path) -> Forgotten:
    path = workspace / _FORGOTTEN
    return msgspec.json.decode(path.read_bytes(), type=Forgotten) if path.exists() else Forgotten()


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"the folder cannot be made: {error.strerror}",
            where=str(folder),
            hint="Give a folder that you may write to.",
        ) from None


def write_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, on disk before it is seen."""
    handle, new = tempfile.mkstemp(prefix=_NEW, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on disk (folders cannot be waited for on Windows)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
