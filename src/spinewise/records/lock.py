"""One import at a time in a workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinewise.errors import WorkspaceError
from spinewise.scratch import take


@contextmanager
def locked(workspace: Path) -> Iterator[None]:
    """
    Hold the workspace for writing. The system lets go of it even where the program is killed.

    Raises
    ------
    WorkspaceError
        Where somebody else holds it.
    OSError
        Where the workspace cannot be written.
    """
    path = workspace / ".lock"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, mode=0o600), "r+b") as file:
        if not take(file):
            raise WorkspaceError(
                "another import is at work in this workspace",
                where=str(workspace),
                hint="Wait until it has ended.",
            )
        yield
