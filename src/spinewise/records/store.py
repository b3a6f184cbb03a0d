"""
The workspace: where a practice's records are held.

::

    WORKSPACE/
        workspace.json          which snapshots count, and who is left out for good
        snapshots/NAME/         one import: TABLE.parquet for each table, extract.json, SHA256SUMS

A snapshot is never changed. Whoever writes, writes new ones beside the others and then replaces
``workspace.json`` in one step: a crash at any moment leaves all as it was before that step, or as
it is after it. What ``workspace.json`` does not name was left over by a crash, and the next import
removes it. Folders and files are for their owner only.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final
from warnings import warn

import duckdb
import msgspec

from spinewise.errors import SpinewiseWarning, WorkspaceError
from spinewise.intake import Export
from spinewise.intake.connection import NO_ROOM, connect, parquet, said
from spinewise.intake.reader import Format, Progress, silent
from spinewise.intake.settle import Forgotten
from spinewise.records import checksums, forgetting
from spinewise.records.lock import locked
from spinewise.scratch import Scratch
from spinewise.tables import TABLES, Extract

_STATE: Final = "workspace.json"
_SNAPSHOTS: Final = "snapshots"
_NEW: Final = ".new-"


class _State(msgspec.Struct, frozen=True):
    """What ``workspace.json`` says."""

    snapshots: list[str] = []
    """Their names, the one in force first and the one before it next."""
    forgotten: Forgotten = Forgotten()


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

        All files are compared with their checksums. Where those in force are damaged, the import
        before them is used, and a :class:`~spinewise.errors.SpinewiseWarning` says so.

        Raises
        ------
        WorkspaceError
            Where the folder holds no records, or none that are whole.
        """
        if not is_workspace(folder):
            if (folder / checksums.NAME).exists() and (damage := checksums.damage(folder)):
                raise _damaged(damage, folder)
            return cls._load(folder)
        damages: list[str] = []
        for name in _read_state(folder).snapshots:
            snapshot = folder / _SNAPSHOTS / name
            damage = checksums.damage(snapshot)
            if not damage:
                records = cls._load(snapshot)
                if damages:
                    warn(
                        f"the records imported last are damaged: {damages[0]}. Those imported"
                        f" before are used; they end on {records.extract.cutoff}. Import the"
                        " latest export again.",
                        SpinewiseWarning,
                        stacklevel=2,
                    )
                return records
            damages.append(damage)
        if damages:
            raise _damaged(damages[0], folder)
        raise _no_records(folder)

    @classmethod
    def _load(cls, folder: Path) -> Records:
        """The records of a folder whose files need no comparing."""
        try:
            text = (folder / "extract.json").read_bytes()
            extract = msgspec.json.decode(text, type=Extract)
        except FileNotFoundError:
            raise _no_records(folder) from None
        except msgspec.DecodeError as error:
            raise _damaged(f"extract.json cannot be read: {error}", folder) from None
        for table in TABLES:
            if not (folder / f"{table}.parquet").is_file():
                raise _damaged(f"the table {table!r} is missing", folder)
        return cls(folder, extract)

    def connect(self, work: Path | None = None) -> duckdb.DuckDBPyConnection:
        """
        A new connection with one view for each of :data:`spinewise.tables.TABLES`.

        ``work``: a private folder for what does not fit into memory.

        Raises
        ------
        WorkspaceError
            Where an earlier version of Spinewise wrote the tables, with other columns.
        """
        connection = connect(work)
        connection.execute("SET parquet_metadata_cache = true")  # a snapshot is never changed
        for table, columns in TABLES.items():
            source = parquet(self.folder / f"{table}.parquet")
            connection.execute(f"CREATE VIEW {table} AS FROM {source}")
            lacking = set(columns) - set(connection.table(table).columns)
            if lacking:
                connection.close()
                raise WorkspaceError(
                    f"another version of Spinewise kept these records: the table {table!r} has no"
                    f" column {min(lacking)!r}",
                    where=str(self.folder),
                    hint="Import the export again; nothing in it was changed.",
                )
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
    with _changing(workspace) as state:
        with Export(
            path, format=format, mapping=mapping, work=workspace, progress=progress
        ) as export:
            name = _name(export.digest, state.forgotten)
            folder = workspace / _SNAPSHOTS / name
            if name in state.snapshots and (damage := checksums.damage(folder)):
                warn(
                    f"what was kept of this export is damaged: {damage}. It is read again.",
                    SpinewiseWarning,
                    stacklevel=2,
                )
                state = _keep(workspace, state, [n for n in state.snapshots if n != name])
                shutil.rmtree(folder, ignore_errors=True)
            if name not in state.snapshots:
                with _new_snapshot(folder):
                    export.read(folder, today=today, forgotten=state.forgotten)
        _keep(workspace, state, [name, *(n for n in state.snapshots if n != name)])
        return Records._load(folder)


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
    with Scratch() as folder:
        yield import_export(
            path, folder, format=format, mapping=mapping, today=today, progress=progress
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
    if not is_workspace(workspace) and not (workspace / _SNAPSHOTS).is_dir():
        raise WorkspaceError(
            f"{str(workspace)!r} is no workspace", hint="Check the path of the workspace."
        )
    if patient_id is not None:
        _forget_patient(workspace, patient_id)
        return
    with _writing(workspace), locked(workspace):
        (workspace / _STATE).unlink(missing_ok=True)  # half a workspace counts as none
        shutil.rmtree(workspace)


def is_workspace(folder: Path) -> bool:
    """Whether a folder is a workspace that something was imported into."""
    return (folder / _STATE).is_file()


def _forget_patient(workspace: Path, patient_id: str) -> None:
    with _changing(workspace) as state:
        damages = {
            name: checksums.damage(workspace / _SNAPSHOTS / name) for name in state.snapshots
        }
        whole = [name for name, damage in damages.items() if not damage]
        if damages and not whole:
            raise _damaged(damages[state.snapshots[0]], workspace)
        folders = [workspace / _SNAPSHOTS / name for name in whole]
        if not any(forgetting.knows(folder, patient_id) for folder in folders):
            raise WorkspaceError(
                f"no patient {patient_id!r} in the records",
                where=str(workspace),
                hint="Write the patient's id as the export does.",
            )
        key = state.forgotten.key or secrets.token_hex(32)
        digest = hashlib.sha256((key + patient_id).encode()).hexdigest()
        forgotten = Forgotten(key=key, digests=sorted({*state.forgotten.digests, digest}))
        names = []
        for old in folders:
            name = _name(Records._load(old).extract.digest, forgotten)
            with _new_snapshot(workspace / _SNAPSHOTS / name) as new:
                forgetting.copy_without(old, new, patient_id)
            names.append(name)
        _keep(workspace, _State(forgotten=forgotten), names)
        if len(whole) < len(damages):
            warn(
                "damaged records of an earlier import were deleted as a whole: nobody can be"
                " taken out of them.",
                SpinewiseWarning,
                stacklevel=2,
            )


def _name(digest: str, forgotten: Forgotten) -> str:
    """The folder of an import: other people left out, another snapshot."""
    if not forgotten.digests:
        return digest
    return hashlib.sha256("\n".join([digest, *forgotten.digests]).encode()).hexdigest()


@contextmanager
def _changing(workspace: Path) -> Iterator[_State]:
    """Hold the workspace, without what was left over by an earlier run or, at the end, this one."""
    with _writing(workspace), locked(workspace):
        try:
            yield _tidy(workspace)
        finally:
            _tidy(workspace)


def _tidy(workspace: Path) -> _State:
    """Remove all that ``workspace.json`` does not name."""
    state = _read_state(workspace)
    _make_private(workspace / _SNAPSHOTS)
    for snapshot in (workspace / _SNAPSHOTS).iterdir():
        if snapshot.name not in state.snapshots:
            shutil.rmtree(snapshot)
    for half in workspace.glob(f"{_NEW}*"):
        half.unlink()
    return state


@contextmanager
def _new_snapshot(folder: Path) -> Iterator[Path]:
    """An empty folder for the files of a snapshot: at the end on disk with their checksums."""
    folder.mkdir(mode=0o700)
    yield folder
    checksums.write(folder)
    for file in folder.iterdir():
        file.chmod(0o600)
        _sync(file)
    _sync(folder)
    _sync(folder.parent)


def _keep(workspace: Path, state: _State, snapshots: list[str]) -> _State:
    """Put the first of these snapshots in force: the one step in which a workspace changes."""
    new = _State(snapshots=snapshots, forgotten=state.forgotten)
    if _read_state(workspace) != new:
        write_file(workspace / _STATE, msgspec.json.format(msgspec.json.encode(new)))
    return new


def _read_state(workspace: Path) -> _State:
    path = workspace / _STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=_State)
    except FileNotFoundError:
        return _State()
    except msgspec.DecodeError as error:
        raise WorkspaceError(
            f"the file cannot be read: {error}",
            where=str(path),
            hint="Bring it back from a copy; or delete the workspace with `spinewise forget`,"
            " import the export again, and forget again whom you had left out.",
        ) from None


def _no_records(folder: Path) -> WorkspaceError:
    return WorkspaceError(
        f"{str(folder)!r} holds no records", hint="Import an export into it first."
    )


def _damaged(what: str, folder: Path) -> WorkspaceError:
    return WorkspaceError(
        f"the records are damaged: {what}", where=str(folder), hint="Import the export again."
    )


@contextmanager
def _writing(workspace: Path) -> Iterator[None]:
    """Make the workspace where there is none, and say in words where it cannot be written."""
    try:
        _make_private(workspace)
        yield
    except (OSError, *NO_ROOM) as error:
        what = said(error) if isinstance(error, duckdb.Error) else error.strerror or error
        raise WorkspaceError(
            f"the workspace cannot be written: {what}",
            where=str(getattr(error, "filename", None) or workspace),
            hint="Give a folder that you may write to, on a disk with room.",
        ) from None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


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
