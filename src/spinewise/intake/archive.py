"""
The files of an export: a single file, a folder, or an archive of either.

Archives (``.zip`` and ``.tar``, also packed by gzip, xz or bzip2) are unpacked to a private folder.
Only regular files are taken, under names of our own making, so that no member can land elsewhere.
Links inside an archive, and links to folders, are not followed; they are counted.
"""

from __future__ import annotations

import errno
import hashlib
import lzma
import os
import re
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final, NamedTuple

import numpy as np

from spinewise.errors import IntakeError
from spinewise.intake.reader import Progress, SourceFile

_TARS: Final = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
_BLOCK: Final = 1 << 20
_LOOK: Final = 1 << 18
"""Bytes that are summed and counted at once, so that they are still near when they are counted."""
_END: Final = ord("\n")
_DEEPEST: Final = 4
"""How many archives may lie one within the other."""

_DAMAGES: Final = (
    *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, LookupError, struct.error, OverflowError),
)
"""What unpacking a damaged archive, or one packed in a way we do not know, may raise."""


class Found(NamedTuple):
    """What an export holds."""

    files: list[SourceFile]
    left_out: int
    """Links that are not followed, and what is neither a file nor a folder."""


def find_files(export: Path, work: Path, progress: Progress) -> Found:
    """
    The files of an export in order of their names.

    Hidden files (a leading dot) are left out. An archive inside a folder, or inside another, is
    unpacked like one that is given by itself; its members are named ``archive/member``.

    Raises
    ------
    IntakeError
        Where there is nothing at ``export``, no file in it, or an archive is broken.
    """
    if not export.exists():
        raise IntakeError(f"{str(export)!r} does not exist", hint="Check the path of the export.")
    search = _Search(work, progress)
    if export.is_dir():
        search.look_into(export)
    else:
        search.take(export.name, export, "" if _is_archive(export) else export.name)
    if not search.found:
        raise IntakeError(
            f"{str(export)!r} holds no file",
            hint="Give a folder or archive with the files of an export.",
        )
    found = sorted((_shown(name), number, path) for number, (name, path) in enumerate(search.found))
    return Found(
        [
            SourceFile(number, name, _reachable(path, work / f"named-{number}"))
            for number, (name, _, path) in enumerate(found)
        ],
        search.left_out,
    )


class _Search:
    """Collects the files of an export."""

    def __init__(self, work: Path, progress: Progress) -> None:
        self._work = work
        self._progress = progress
        self._unpacked = 0
        self.found: list[tuple[str, Path]] = []
        self.left_out = 0

    def look_into(self, export: Path) -> None:
        """Take the files of a folder and of the folders in it."""
        folders = [export]
        while folders:
            for path in folders.pop().iterdir():
                if path.name.startswith("."):
                    continue
                if path.is_dir() and not path.is_symlink():
                    folders.append(path)
                elif path.is_file():
                    name = path.relative_to(export).as_posix()
                    self.take(name, path, name)
                else:
                    self.left_out += 1

    def take(self, name: str, path: Path, prefix: str, depth: int = 1) -> None:
        """Take a file, or the members of an archive under the names ``prefix/member``."""
        if not _is_archive(path):
            self.found.append((name, path))
            return
        if depth > _DEEPEST:
            raise IntakeError(
                f"archives lie more than {_DEEPEST} deep, one within the other",
                where=_shown(name),
                hint="Unpack it yourself and give the folder.",
            )
        self._unpacked += 1
        folder = self._work / f"unpacked-{self._unpacked}"
        folder.mkdir()
        for member, target in self._unpack(_shown(name), path, folder):
            inner = f"{prefix}/{member}" if prefix else member
            self.take(inner, target, inner, depth + 1)

    def _unpack(self, name: str, archive: Path, folder: Path) -> Iterator[tuple[str, Path]]:
        """The members of an archive, written as ``folder/0``, ... with their endings."""
        done = 0
        total = archive.stat().st_size
        where = name
        try:
            members = _zip_members if archive.name.casefold().endswith(".zip") else _tar_members
            for number, (member, stream, position) in enumerate(members(archive)):
                where = f"{name}, {_shown(member)}"
                if stream is None:
                    self.left_out += 1
                    continue
                target = folder / f"{number}{_ending(member)}"
                with stream, target.open("xb") as file:
                    shutil.copyfileobj(stream, file, _BLOCK)
                done = max(done, position)
                self._progress("unpacking", min(done, total), total)
                yield member, target
        except (*_DAMAGES, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise  # of the disk, not of the archive
            raise IntakeError(
                f"the archive cannot be unpacked: {error}",
                where=where,
                hint="Copy or make the archive again.",
            ) from None


def _is_archive(path: Path) -> bool:
    return path.name.casefold().endswith((*_TARS, ".zip"))


def _shown(name: str) -> str:
    """A name as text: bytes of it that are not UTF-8 are written as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _reachable(path: Path, link: Path) -> Path:
    """``path``, or a link to it where the engine could not open a file of that name."""
    text = str(path)
    if _shown(text) == text and (os.sep == "\\" or "\\" not in text):
        return path
    link = link.with_name(link.name + _ending(path.name))
    link.symlink_to(path.absolute())
    return link


def _ending(name: str) -> str:
    """The last two suffixes of a name, where they are plain."""
    found = re.search(r"(\.[A-Za-z0-9]{1,10}){1,2}$", name)
    return found[0] if found else ""


_Member = tuple[str, IO[bytes] | None, int]
"""Its name, its content (None for what is no regular file), and how far the archive is read."""


def _tar_members(archive: Path) -> Iterator[_Member]:
    with archive.open("rb") as packed, tarfile.open(fileobj=packed, mode="r:*") as tar:
        for member in tar:
            if not member.isdir() and not _hidden(member.name):
                stream = tar.extractfile(member) if member.isfile() else None
                yield member.name.removeprefix("./"), stream, packed.tell()
        _check_end(tar)


def _check_end(tar: tarfile.TarFile) -> None:
    """
    Hold that a tar ends with its own mark and nothing after it, and read its sums to the end.

    One that was cut between two members would else look whole.
    """
    content = tar.fileobj
    assert content is not None
    content.seek(tar.offset)
    if not content.read(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("it breaks off")
    while rest := content.read(_BLOCK):
        if rest.strip(b"\0"):
            raise tarfile.ReadError("something follows after its end")


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.flag_bits & 1:
                raise IntakeError(
                    "the archive is locked with a password",
                    where=archive.name,
                    hint="Unpack it yourself and give the folder.",
                )
            if not member.is_dir() and not _hidden(member.filename):
                link = stat.S_ISLNK(member.external_attr >> 16)
                stream = None if link else packed.open(member)
                yield member.filename, stream, member.header_offset


def _hidden(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return any(part.startswith(".") and part not in (".", "..") for part in parts)


Stamp = tuple[int, int]
"""The size of a file and when it was last written to."""


def stamps(files: Sequence[SourceFile]) -> list[Stamp]:
    """The stamp of each file, to tell later whether it was written to in the meantime."""
    return [(found.st_size, found.st_mtime_ns) for found in (file.path.stat() for file in files)]


def check_unchanged(files: Sequence[SourceFile], before: Sequence[Stamp]) -> None:
    """
    Hold that no file was written to since its stamp was taken.

    Raises
    ------
    IntakeError
        Where one was: what was read may be half of what is written.
    """
    for file, old, new in zip(files, before, stamps(files), strict=True):
        if old != new:
            raise IntakeError(
                "the file changed while it was read",
                where=file.name,
                hint="Wait until the export is complete, then read it again.",
            )


class Sum(NamedTuple):
    """What one pass over a file tells."""

    sha256: str
    bytes: int
    lines: int


def sums(files: Sequence[SourceFile], progress: Progress) -> list[Sum]:
    """The SHA-256, the size and the lines of each file, in their order."""
    total = sum(file.path.stat().st_size for file in files)
    done = 0
    found = []
    with ThreadPoolExecutor(2) as pool:
        for one in pool.map(_sum, files):
            found.append(one)
            done += one.bytes
            progress("checksums", done, total)
    return found


def _sum(file: SourceFile) -> Sum:
    sha, size, ends, last = hashlib.sha256(), 0, 0, _END
    block = np.empty(_LOOK, dtype=np.uint8)  # counted in a fifth of the time that bytes.count takes
    with file.path.open("rb", buffering=0) as stream:
        while length := stream.readinto(block.data):
            part = block[:length]
            sha.update(part.data)
            ends += int(np.count_nonzero(part == _END))
            size += length
            last = int(part[-1])
    return Sum(sha.hexdigest(), size, ends + (last != _END))
