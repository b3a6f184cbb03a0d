"""
What the command ``spinewise`` begins with.

It stands beside the package, not in it: importing anything of the package loads its libraries,
which takes about a second, and Ctrl-C has to be answered in words from the first moment on.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

EXIT_STOPPED = 130
STOPPED = "\nStopped; what was there before is unchanged.\n"


def main() -> None:
    """Run the command line; until it listens by itself, Ctrl-C ends everything at once."""
    signal.signal(signal.SIGINT, stop)
    from spinewise.cli import main as run

    run()


def stop(number: int, frame: FrameType | None) -> None:
    """Say so and leave at once: nothing was begun, and libraries half loaded are not tidied up."""
    os.write(2, STOPPED.encode())
    os._exit(EXIT_STOPPED)
