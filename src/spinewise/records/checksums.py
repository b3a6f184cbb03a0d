"""
The checksums of a snapshot: written when it is whole, compared before it is used.

They lie beside the tables in the form of the tool ``sha256sum``, so that anybody can compare them
without Spinewise. Parquet files carry no checksum of their own that would be compared on reading:
most flipped bits in a table would give other numbers and no error.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

NAME: Final = "SHA256SUMS"
"""The last file of a snapshot to be written: one without it is not whole."""


def write(folder: Path) -> None:
    """Write the checksums of all files of a folder."""
    files = sorted(path for path in folder.iterdir() if path.name != NAME)
    lines = [f"{digest}  {file.name}\n" for file, digest in zip(files, _sums(files), strict=True)]
    (folder / NAME).write_text("".join(lines), encoding="utf-8")


def damage(folder: Path) -> str:
    """What is wrong with the files of a folder, in words; nothing where they are as written."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
        expected = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except FileNotFoundError:
        return f"{NAME} is missing"
    except ValueError:
        return f"{NAME} cannot be read"
    files = [folder / name for name in expected]
    for file in files:
        if not file.is_file():
            return f"{file.name} is missing"
    for file in folder.iterdir():
        if file.name not in (*expected, NAME) and not file.name.startswith("."):
            return f"{NAME} has no line for {file.name}"
    for file, digest in zip(files, _sums(files), strict=True):
        if digest != expected[file.name]:
            return f"{file.name} is not as it was written (its SHA-256 differs)"
    return ""


def _sums(files: list[Path]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_sum, files))


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
