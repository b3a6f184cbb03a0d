"""Work on a workspace in a process of its own, there to be killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any

from spinewise import check, limited
from spinewise.intake.reader import Progress
from spinewise.records import forget, import_export

TODAY = date(2025, 6, 1)
WRITES = ("visits", "events", "people and sums", "cut-off", "checksums written", "put in force")
"""The stages in which the workspace's own files are written, in their order."""
DONE = "done"

Work = Callable[[Path, Any, Progress], None]
"""What is done to a workspace, with what, and how it says how far it is."""

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["spinewise.records"])


class Run:
    """
    Work under way.

    With ``last_step`` it kills itself there, as ``kill -9`` would. A step is anything that it does
    by way of Python to a file or folder in the workspace.
    """

    def __init__(self, work: Work, workspace: Path, what: Any, last_step: int = 0) -> None:
        self._heard, said = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(work, workspace, what, last_step, said))
        self._process.start()
        said.close()
        self.stages: list[tuple[str, float]] = []
        """Each with the seconds since the beginning."""
        self.steps = 0
        self._began = 0.0
        self._listen(lambda: bool(self.stages), None)

    @property
    def stage(self) -> str:
        """The last one heard of."""
        return self.stages[-1][0]

    def wait_for(self, stages: Sequence[str]) -> None:
        """Wait until one of these stages has begun, or all is over."""
        self._listen(lambda: self.stage in (*stages, DONE), None)

    def kill_after(self, seconds: float) -> None:
        """Let it go on for so long and no longer, then stop it as ``kill -9`` does."""
        self._listen(lambda: False, monotonic() + seconds)
        if self._process.is_alive():
            self._process.kill()
        self.end()

    def end(self) -> int:
        """Wait for the end; returns the exit code, -9 if it was killed."""
        self._listen(lambda: False, None)
        self._process.join()
        code = self._process.exitcode
        assert code is not None
        self._process.close()
        return code

    def _listen(self, enough: Callable[[], bool], until: float | None) -> None:
        while not enough():
            if until is not None and not self._heard.poll(max(0.0, until - monotonic())):
                return
            try:
                stage, self.steps = self._heard.recv()
            except EOFError:
                return
            self._began = self._began or monotonic()
            self.stages.append((stage, monotonic() - self._began))


def importing(workspace: Path, export: Path, progress: Progress) -> None:
    """Work: an import."""
    import_export(export, workspace, today=TODAY, progress=progress)


def forgetting(workspace: Path, patient_id: str, progress: Progress) -> None:
    """Work: a person is forgotten."""
    forget(workspace, patient_id)


def checking(scratch: Path, export: Path, progress: Progress) -> None:
    """Work: a check without a workspace."""
    with limited(folder=scratch):
        check(export, today=TODAY, progress=progress)


def _run(work: Work, workspace: Path, what: Any, last_step: int, parent: Connection) -> None:
    steps = 0
    said = ""

    def say(stage: str, done: int = 0, total: int = 0) -> None:
        nonlocal said
        if stage != said:
            said = stage
            parent.send((stage, steps))

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python before anything that can be audited."""
        nonlocal steps
        if not event.startswith(("open", "os.", "shutil.")) or not any(map(is_inside, arguments)):
            return
        if event == "open" and str(arguments[0]).endswith("SHA256SUMS") and arguments[1] == "w":
            say("checksums written")
        if event == "os.rename":
            say("put in force")
        steps += 1
        if steps == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def is_inside(argument: object) -> bool:
        return isinstance(argument, str | Path) and str(argument).startswith(str(workspace))

    say("begun")
    sys.addaudithook(hear)
    work(workspace, what, say)
    say(DONE)
