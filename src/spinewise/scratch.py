"""
What a run may take of the computer: its memory, and private folders for what does not fit.

In the folders are unpacked files, and rows beyond the memory. A run deletes its folder at the end.
One that was killed cannot; so each folder holds a file that its run keeps locked, and a run that
starts removes the folders beside its own whose lock is free.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import IO, Final, NamedTuple

from spinewise.errors import SpinewiseError

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_PREFIX: Final = "spinewise-"
_OURS: Final = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
"""Names that :func:`tempfile.mkdtemp` makes of the prefix."""
_HELD: Final = ".in-use"
_SIZE: Final = re.compile(r"\d+(\.\d+)? ?[kKMGT]i?B")


class Room(NamedTuple):
    """What a run may take."""

    memory: str = "2500MB"
    """What one connection to DuckDB may hold; beyond it rows wait on disk."""
    folder: Path | None = None
    """Where all private folders are made; None: where each would be by itself."""


_room: ContextVar[Room] = ContextVar("room", default=Room())  # noqa: B039 - immutable


def room() -> Room:
    """What may be taken now."""
    return _room.get()


@contextmanager
def limited(memory: str | None = None, folder: Path | None = None) -> Iterator[None]:
    """
    What is done inside takes no more than this.

    Parameters
    ----------
    memory
        For example ``"500MB"`` or ``"4GB"``; None: as before.
    folder
        Where to make private folders; None: as before.

    Raises
    ------
    SpinewiseError
        For a text that is no size.
    """
    if memory is not None and not _SIZE.fullmatch(memory):
        raise SpinewiseError(
            f"{memory!r} is not a size", hint="Write the memory as 500MB, 2GB or 1.5GB."
        )
    now = _room.get()
    token = _room.set(Room(memory or now.memory, folder or now.folder))
    try:
        yield
    finally:
        _room.reset(token)


class Scratch:
    """
    A private folder that is deleted at the end.

    Parameters
    ----------
    parent
        Where to make it; None: where the system keeps temporary files. :func:`limited` overrules
        it.

    Raises
    ------
    OSError
        Where it cannot be made.
    """

    path: Path

    def __init__(self, parent: Path | None = None) -> None:
        place = room().folder or parent or Path(tempfile.gettempdir())
        _sweep(place)
        held = None
        while held is None:  # else another run swept it away before it was held
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
            held = _hold(self.path)
        self._held = held

    def close(self) -> None:
        """Delete the folder."""
        with suppress(OSError), self._held:
            _remove(self.path)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def take(file: IO[bytes]) -> bool:
    """
    Lock an open file, and say whether nobody else had it.

    It is let go of when the file is closed, and by the system where the program is killed.
    """
    try:
        _lock(file)
    except OSError:
        return False
    return True


def _hold(folder: Path) -> IO[bytes] | None:
    """The locked file of a new folder; None where a sweep of another run was faster."""
    path = folder / _HELD
    try:
        file = path.open("xb")
    except FileNotFoundError:
        return None
    if take(file) and path.exists():
        return file
    file.close()
    return None


def _sweep(parent: Path) -> None:
    """Remove the folders of runs that were killed."""
    for folder in parent.iterdir():
        if _OURS.fullmatch(folder.name) and not folder.is_symlink():
            with suppress(OSError):  # of another user, or gone by now
                _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return
    try:
        file = (folder / _HELD).open("r+b")
    except FileNotFoundError:
        folder.rmdir()  # killed before it was held; anything else is not ours, and not empty
        return
    with file:
        if take(file):
            _remove(folder)


def _remove(folder: Path) -> None:
    """Delete a folder that is held; its lock last, for without it nobody knows it as ours."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _HELD:
            path.unlink()
    (folder / _HELD).unlink()
    folder.rmdir()
