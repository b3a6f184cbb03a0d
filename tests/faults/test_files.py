"""Files, folders and archives that are not as they should be: nothing is lost without a word."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.fhir import TODAY, Read, condition, ndjson, patient, read

from spinewise.errors import IntakeError
from spinewise.intake import Export
from spinewise.intake.reader import silent

PATIENT = ndjson([patient()]).encode()


def conditions(*names: str) -> bytes:
    return ndjson(condition(name) for name in names).encode()


def stored(result: Read) -> list[str]:
    """The ids of what is stored."""
    return [row[0] for row in result.rows("events", "source_id")]


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return target.getvalue()


def tarred(members: Mapping[str, bytes], *links: tarfile.TarInfo, mode: str = "w") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as packed:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
        for link in links:
            packed.addfile(link)
    return target.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return member


def left_out(result: Read) -> str | None:
    """What the review is told of links that were not followed."""
    return next(
        (said.partition(": ")[2] for said in result.extract.assumptions if "links" in said), None
    )


# Names -----------------------------------------------------------------------------------------

NAMES = (
    "with spaces.ndjson",
    "été à l'Hôpital « Ñandú ».ndjson",
    "日本語.ndjson",
    "[1] {a,b} *?.ndjson",
    'quote " and \\ backslash.ndjson',
    "line\nbreak.ndjson",
    "percent %20 and $HOME and ~.ndjson",
    "folder=value/sub folder/NDJSON.NDJSON",
    "no ending",
)


def test_names_of_files(tmp_path: Path) -> None:
    """Spaces, accents, marks and brackets in names are only names."""
    files = {name: conditions(f"c{number}") for number, name in enumerate(NAMES)}
    put(tmp_path / "ex=port [2] é", {"Patient.ndjson": PATIENT, **files})
    result = read(tmp_path / "ex=port [2] é", tmp_path / "tables")
    assert stored(result) == [f"c{number}" for number in range(len(NAMES))]
    paths = {path for (path,) in result.rows("sources", "path")}
    assert paths == {"Patient.ndjson", *NAMES}


@pytest.mark.skipif(os.name == "nt", reason="names are text there, never bytes")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    """A file that an old system named in Latin-1 is read, and named with escapes."""
    export = put(tmp_path / "export", {"Patient.ndjson": PATIENT})
    Path(os.fsdecode(os.fsencode(export) + b"/d\xe9pistage.ndjson")).write_bytes(conditions("c"))
    result = read(export, tmp_path / "tables")
    assert stored(result) == ["c"]
    assert ("d\\xe9pistage.ndjson",) in result.rows("sources", "path")


def test_empty_and_foreign_files(tmp_path: Path) -> None:
    """Empty files, pictures and texts beside the records are listed and do no harm."""
    files = {
        "empty.ndjson": b"", "empty.ndjson.gz": gzip.compress(b""), "scan.png": b"\x89PNG\r\n\x00",
        "readme.txt": b"Bonjour\n", "none": b"", ".hidden.ndjson": b"{",
    }  # fmt: skip
    put(tmp_path / "export", {"Patient.ndjson": PATIENT, "c.ndjson": conditions("c"), **files})
    result = read(tmp_path / "export", tmp_path / "tables")
    assert stored(result) == ["c"]
    assert len(result.rows("sources", "*")) == 7
    assert result.rows("quarantine", "*") == []


# Links and folders -----------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="links need rights there that few people have")
def test_links_in_a_folder(tmp_path: Path) -> None:
    """A link to a file is read; loops, links to folders and to nothing end, and are counted."""
    export = put(tmp_path / "export", {"Patient.ndjson": PATIENT, "deep/c.ndjson": conditions("c")})
    elsewhere = put(tmp_path / "elsewhere", {"d.ndjson": conditions("d")})
    (export / "linked.ndjson").symlink_to(elsewhere / "d.ndjson")
    (export / "deep" / "loop").symlink_to(export)
    (export / "itself").symlink_to(export / "itself")
    (export / "a").symlink_to(export / "b")
    (export / "b").symlink_to(export / "a")
    (export / "nothing.ndjson").symlink_to(tmp_path / "nothing")
    (export / "folder").symlink_to(elsewhere)
    os.mkfifo(export / "pipe.ndjson")
    result = read(export, tmp_path / "tables")
    assert stored(result) == ["c", "d"]
    assert left_out(result) == "7"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there that few people have")
def test_an_export_that_is_a_loop(tmp_path: Path) -> None:
    """There is nothing there, and that is said."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(IntakeError, match="does not exist"):
        Export(tmp_path / "loop")


def test_folders_within_folders_without_end(tmp_path: Path) -> None:
    """Folders may lie as deep as the disk lets them."""
    here = tmp_path
    back = Path.cwd()
    try:
        os.chdir(here)
        for _ in range(500):
            Path("f").mkdir()
            os.chdir("f")
        Path("c.ndjson").write_bytes(conditions("c"))
    finally:
        os.chdir(back)
    put(tmp_path, {"f/Patient.ndjson": PATIENT})
    assert stored(read(tmp_path / "f", tmp_path / "tables")) == ["c"]


@pytest.mark.skipif(os.name == "nt", reason="folders have other rights there")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """It is named; nothing is read without it. (The superuser may read everything.)"""
    export = put(tmp_path / "export", {"Patient.ndjson": PATIENT, "c.ndjson": conditions("c")})
    (export / "c.ndjson").chmod(0)
    if os.access(export / "c.ndjson", os.R_OK):
        assert stored(read(export, tmp_path / "tables")) == ["c"]
    else:
        with pytest.raises(IntakeError, match="cannot be read") as error:
            read(export, tmp_path / "tables")
        assert "c.ndjson" in error.value.where


# Files that change -----------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["checksums", "reading"])
def test_a_file_that_grows_while_it_is_read(moment: str, tmp_path: Path) -> None:
    """What is read may be half of what is written: it is refused, and the file is named."""
    export = put(tmp_path / "export", {"Patient.ndjson": PATIENT, "c.ndjson": conditions("c")})
    (tmp_path / "tables").mkdir()

    def grow(stage: str, done: int, total: int) -> None:
        if stage == moment:
            with (export / "c.ndjson").open("ab") as stream:
                stream.write(conditions("more")[:20])

    with Export(export, progress=grow) as opened, pytest.raises(IntakeError) as error:
        opened.read(tmp_path / "tables", today=TODAY)
    assert error.value.message == "the file changed while it was read"
    assert error.value.where == "c.ndjson"
    with Export(export, progress=silent) as opened:  # when nobody writes any more
        opened.read(tmp_path / "tables", today=TODAY)


# Archives --------------------------------------------------------------------------------------


def test_paths_out_of_an_archive(tmp_path: Path) -> None:
    """Members called ``../`` or ``/`` are read like others and written nowhere else."""
    tricks = ("../../up.ndjson", "/root.ndjson", "a/../../b.ndjson", "..\\..\\back.ndjson",
              "C:\\disk.ndjson", "a//b.ndjson", "./plain.ndjson")  # fmt: skip
    members = {name: conditions(f"c{number}") for number, name in enumerate(tricks)}
    for number, data in enumerate((zipped(members), tarred(members, mode="w:gz"))):
        inside = put(
            tmp_path / f"deep/deeper{number}",
            {"export/Patient.ndjson": PATIENT, f"export/x{('.zip', '.tar.gz')[number]}": data},
        )
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        with Export(inside / "export", work=put(inside / "work", {"x": b""})) as opened:
            (inside / "tables").mkdir()
            extract = opened.read(inside / "tables", today=TODAY)
        after = {path for path in tmp_path.rglob("*") if path.is_file()}
        assert {path.parent.name for path in after - before} == {"work", "tables"}
        assert stored(Read(inside / "tables", extract)) == [f"c{n}" for n in range(len(tricks))]


def test_links_in_an_archive(tmp_path: Path) -> None:
    """Links and devices in an archive are never followed or made; they are counted."""
    secret = put(tmp_path, {"secret.ndjson": conditions("secret")}) / "secret.ndjson"
    device = tarfile.TarInfo("null.ndjson")
    device.type = tarfile.CHRTYPE
    tar = tarred(
        {"Patient.ndjson": PATIENT, "c.ndjson": conditions("c")},
        link("soft.ndjson", str(secret)), link("hard.ndjson", "c.ndjson", tarfile.LNKTYPE),
        link("loop.ndjson", "loop.ndjson"), link("up", "../.."), device,
    )  # fmt: skip
    result = read(put(tmp_path / "a", {"x.tar": tar}), tmp_path / "a tables")
    assert stored(result) == ["c"]
    assert left_out(result) == "5"
    target = io.BytesIO(zipped({"Patient.ndjson": PATIENT, "c.ndjson": conditions("c")}))
    with zipfile.ZipFile(target, "a") as packed:
        member = zipfile.ZipInfo("soft.ndjson")
        member.external_attr = 0o120777 << 16
        packed.writestr(member, str(secret))
    result = read(put(tmp_path / "b", {"x.zip": target.getvalue()}), tmp_path / "b tables")
    assert stored(result) == ["c"]
    assert left_out(result) == "1"


def test_members_of_one_name(tmp_path: Path) -> None:
    """Two members of the same name are two files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr("Patient.ndjson", PATIENT)
        packed.writestr("c.ndjson", conditions("c"))
        packed.writestr("c.ndjson", conditions("d"))
    result = read(put(tmp_path / "a", {"x.zip": target.getvalue()}), tmp_path / "tables")
    assert stored(result) == ["c", "d"]


def test_archives_in_an_archive(tmp_path: Path) -> None:
    """They are unpacked as well, up to four deep; beyond that it is refused."""
    data = zipped({"c.ndjson": conditions("c"), "Patient.ndjson": PATIENT})
    data = tarred({"in/inner.zip": data, "d.ndjson": conditions("d")}, mode="w:xz")
    result = read(put(tmp_path / "a", {"outer.txz": data}), tmp_path / "tables")
    assert stored(result) == ["c", "d"]
    assert ("outer.txz/in/inner.zip/c.ndjson",) in result.rows("sources", "path")
    for _ in range(4):
        data = zipped({"x.tar.xz": data} if data[:2] != b"PK" else {"x.zip": data})
    with pytest.raises(IntakeError, match="more than 4 deep"):
        Export(put(tmp_path / "b", {"x.zip": data}))


GOOD_ZIP = zipped({"Patient.ndjson": PATIENT, "c.ndjson": conditions("c", "d", "e")})
GOOD_TAR = tarred({"Patient.ndjson": PATIENT, "c.ndjson": conditions("c", "d", "e")})


def corrupted(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


DAMAGED = {
    "a zip that breaks off": ("x.zip", GOOD_ZIP[:-30]),
    "a member that cannot be read": ("x.zip", corrupted(GOOD_ZIP, GOOD_ZIP.index(b"c.nd") + 12)),
    "a way of packing nobody knows": ("x.zip", GOOD_ZIP.replace(b"\x08\x00", b"\x63\x00")),
    "no zip at all": ("x.zip", b"hello"),
    "an empty zip file": ("x.zip", b""),
    "a tar that breaks off": ("x.tar", GOOD_TAR[:1800]),
    "a tar that breaks off between members": ("x.tar", GOOD_TAR[:1024]),
    "one tar after another": ("x.tar", GOOD_TAR + GOOD_TAR),
    "a packed tar that breaks off": ("x.tar.gz", gzip.compress(GOOD_TAR)[:-40]),
    "bad sums": ("x.tgz", corrupted(gzip.compress(GOOD_TAR), -6)),
    "xz that breaks off": ("x.tar.xz", lzma.compress(GOOD_TAR)[:-40]),
    "bzip2 that breaks off": ("x.tar.bz2", bz2.compress(GOOD_TAR)[:-40]),
    "bzip2 with a bad block": ("x.tbz2", corrupted(bz2.compress(GOOD_TAR), 60)),
    "no tar at all": ("x.tar", b"hello" * 300),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_archives(name: str, tmp_path: Path) -> None:
    """An archive that cannot be read to its end is refused: nobody knows what is missing."""
    file, data = DAMAGED[name]
    export = put(tmp_path / "export", {"Patient.ndjson": PATIENT, file: data})
    with pytest.raises(IntakeError, match="cannot be unpacked") as error:
        Export(export, work=put(tmp_path / "work", {"keep": b""}))
    assert file in error.value.where
    assert error.value.hint
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["keep"]


def test_a_member_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The error says which of them."""
    file, data = DAMAGED["a member that cannot be read"]
    with pytest.raises(IntakeError) as error:
        Export(put(tmp_path / "export", {file: data}))
    assert error.value.where == "x.zip, c.ndjson"


def test_a_locked_archive(tmp_path: Path) -> None:
    """A password is asked of nobody; what to do is said."""
    data = bytearray(GOOD_ZIP)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 1)
    with pytest.raises(IntakeError, match="locked with a password"):
        Export(put(tmp_path / "export", {"x.zip": bytes(data)}))
