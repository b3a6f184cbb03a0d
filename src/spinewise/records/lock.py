"""One import at a time in a workspace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from spinewise.errors import WorkspaceError

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(workspace: Path) -> Iterator[None]:
    """
    Hold the workspace for writing. The system lets go of it even where the program is killed.

    Raises
    ------
    WorkspaceError
        Where somebody else holds it.
    """
    with (workspace / ".lock").open("ab") as file:
        try:
            _take(file)
        except OSError:
            raise WorkspaceError(
                "another import is at work in this workspace",
                where=str(workspace),
                hint="Wait until it has ended.",
            ) from None
        yield
