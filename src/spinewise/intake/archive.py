"""
The files of an export: a single file, a folder, or an archive of either.

Archives (``.zip`` and ``.tar``, also packed by gzip, xz or bzip2) are unpacked to a private folder.
Only regular files are taken, under names of our own making, so that no member can land elsewhere.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from spinewise.errors import IntakeError
from spinewise.intake.reader import Progress, SourceFile

_TARS: Final = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
_BLOCK: Final = 1 << 20


def find_files(export: Path, work: Path, progress: Progress) -> list[SourceFile]:
    """
    The files of an export in order of their names.

    Hidden files (a leading dot) are left out. An archive inside a folder is unpacked like one that
    is given by itself; its members are named ``archive/member``.

    Raises
    ------
    IntakeError
        Where there is nothing at ``export``, no file in it, or an archive is broken.
    """
    if not export.exists():
        raise IntakeError(f"{str(export)!r} does not exist", hint="Check the path of the export.")
    found: list[tuple[str, Path]] = []
    paths = sorted(_walk(export)) if export.is_dir() else [export]
    for path in paths:
        name = path.relative_to(export).as_posix() if export.is_dir() else path.name
        if _is_archive(path):
            prefix = f"{name}/" if export.is_dir() else ""
            unpacked = work / f"unpacked-{len(found)}"
            unpacked.mkdir()
            found.extend(
                (prefix + member, file) for member, file in _unpack(path, unpacked, progress)
            )
        else:
            found.append((name, path))
    if not found:
        raise IntakeError(
            f"{str(export)!r} holds no file",
            hint="Give a folder or archive with the files of an export.",
        )
    found.sort()
    return [SourceFile(number, name, path) for number, (name, path) in enumerate(found)]


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _is_archive(path: Path) -> bool:
    return path.name.casefold().endswith((*_TARS, ".zip"))


def _unpack(archive: Path, folder: Path, progress: Progress) -> Iterator[tuple[str, Path]]:
    """The members of an archive, written as ``folder/0``, ``folder/1``, ... with their endings."""
    done = 0
    total = archive.stat().st_size
    try:
        members = _zip_members if archive.name.casefold().endswith(".zip") else _tar_members
        for number, (name, stream, position) in enumerate(members(archive)):
            target = folder / f"{number}{_ending(name)}"
            with stream, target.open("xb") as file:
                shutil.copyfileobj(stream, file, _BLOCK)
            done = max(done, position)
            progress("unpacking", min(done, total), total)
            yield name, target
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError) as error:
        raise IntakeError(
            f"the archive cannot be unpacked: {error}",
            where=archive.name,
            hint="Copy or make the archive again.",
        ) from None


def _ending(name: str) -> str:
    """The last two suffixes of a name, where they are plain."""
    found = re.search(r"(\.[A-Za-z0-9]{1,10}){1,2}$", name)
    return found[0] if found else ""


def _tar_members(archive: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    with archive.open("rb") as packed, tarfile.open(fileobj=packed, mode="r:*") as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None and not _hidden(member.name):
                yield member.name.removeprefix("./"), stream, packed.tell()


def _zip_members(archive: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.flag_bits & 1:
                raise IntakeError(
                    "the archive is locked with a password",
                    where=archive.name,
                    hint="Unpack it yourself and give the folder.",
                )
            if not member.is_dir() and not _hidden(member.filename):
                yield member.filename, packed.open(member), member.header_offset


def _hidden(name: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/"))


def sums(files: Sequence[SourceFile], progress: Progress) -> list[tuple[str, int]]:
    """The SHA-256 and the size in bytes of each file, in their order."""
    total = sum(file.path.stat().st_size for file in files)
    done = 0
    found = []
    with ThreadPoolExecutor(2) as pool:
        for digest, size in pool.map(_sum, files):
            found.append((digest, size))
            done += size
            progress("checksums", done, total)
    return found


def _sum(file: SourceFile) -> tuple[str, int]:
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest(), stream.tell()
