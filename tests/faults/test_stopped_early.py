"""Ctrl-C at any moment of the command's start is answered in words, with exit code 130."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from tests.support.soak import SOAK

from spinewise_command import EXIT_STOPPED, STOPPED

MOMENTS: Final = 60 if SOAK else 8
START: Final = """
import sys
from spinewise_command import main

def hear(event, arguments):
    if event == "import" and arguments[0] == "spinewise":
        print("begun", flush=True)

sys.addaudithook(hear)
sys.argv = ["spinewise", "check", sys.argv[1]]
main()
"""
"""What the console script does, and a word when it begins to load the package."""


def begin(export: Path) -> subprocess.Popen[str]:
    """The command, which has begun to load."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(export)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "SPINEWISE_DEBUG"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.fixture(scope="module")
def seconds(practice: Path) -> float:
    """How long the command takes when nobody stops it."""
    began = time.monotonic()
    process = begin(practice)
    process.communicate()
    assert process.returncode == 0
    return time.monotonic() - began


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_stopped_while_it_starts(practice: Path, seconds: float, moment: int) -> None:
    """From the first import to the first work; never a trace, never another exit code."""
    process = begin(practice)
    time.sleep(seconds / 2 * moment / MOMENTS)
    process.send_signal(signal.SIGINT)
    said, wrong = process.communicate()

    assert process.returncode == EXIT_STOPPED, wrong
    assert wrong.endswith(STOPPED)
    assert "Traceback" not in said + wrong
