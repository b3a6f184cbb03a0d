"""A disk that is full, and a folder that may not be written: said in words, and nothing is half."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.faults.test_crash_kills import digest
from tests.support.fhir import condition, ndjson, patient
from tests.support.killed import TODAY
from tests.support.soak import SOAK

from spinewise import synthesize
from spinewise.cli import main
from spinewise.errors import SpinewiseError
from spinewise.records import Records, import_export

resource = pytest.importorskip("resource", reason="the system has no limits on files")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exports: ``earlier`` and ``export``."""
    folder = tmp_path_factory.mktemp("disk")
    (folder / "earlier").mkdir()
    rows = ndjson([patient("ann"), condition("c", "ann")])
    (folder / "earlier" / "all.ndjson").write_text(rows)
    synthesize(20, 3, "fhir", folder / "export")
    return folder


@contextmanager
def disk(place: Path, size: str) -> Iterator[Path]:
    """A small disk of its own."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only root may mount a disk; a limit on the size of files is tried by all")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this system lets nobody mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def mount_again(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file may become larger, as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def fails_in_words(result: Result, *, about: str) -> None:
    assert result.exit_code == 2, result.output
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    assert about in result.stderr.casefold(), result.stderr


SIZES = range(1, 10) if SOAK else (2, 9)
"""Of the largest file that can be written, in KiB."""


def test_files_that_cannot_grow(exports: Path, tmp_path: Path) -> None:
    """Whichever file it is that has no room: the workspace is as it was, and works afterwards."""
    workspace = tmp_path / "workspace"
    import_export(exports / "earlier", workspace, today=TODAY)
    before = digest(workspace)
    for size in SIZES:
        with pytest.raises(SpinewiseError) as caught, files_of_at_most(size << 10):
            import_export(exports / "export", workspace, today=TODAY)
        assert caught.value.hint
        assert digest(workspace) == before, f"files of {size} KiB"
    import_export(exports / "export", workspace, today=TODAY)


ROOM = range(20, 600, 20) if SOAK else (60,)
"""On the disk, in KiB, beside what is there."""


def test_a_full_disk(exports: Path, tmp_path: Path) -> None:
    """The import fails in words; with more room it works, and nothing had been left over."""
    reference = tmp_path / "reference"
    for export in ("earlier", "export"):
        import_export(exports / export, reference, today=TODAY)
    with disk(tmp_path / "disk", "4m") as place:
        workspace = place / "workspace"
        import_export(exports / "earlier", workspace, today=TODAY)
        before = digest(workspace)
        failed = 0
        for room in ROOM:
            used = shutil.disk_usage(place).used >> 10
            mount_again(place, f"size={used + room}k")
            result = run("check", exports / "export", "--workspace", workspace)
            if result.exit_code == 0:
                break
            fails_in_words(result, about="room")
            assert digest(workspace) == before, f"{room} KiB of room"
            failed += 1
        assert failed
        mount_again(place, "size=64m")
        assert run("check", exports / "export", "--workspace", workspace).exit_code == 0
        assert digest(workspace) == digest(reference)


def test_a_full_disk_for_temporary_files(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run without a workspace fails in words and leaves nothing."""
    with disk(tmp_path / "disk", "60k") as place:
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        fails_in_words(run("check", exports / "export"), about="room")
        assert list(place.iterdir()) == []


def test_a_full_disk_for_the_report(exports: Path, tmp_path: Path) -> None:
    """The report that was there stays; of the new one there is nothing."""
    with disk(tmp_path / "disk", "100k") as place:
        out = place / "out"
        out.mkdir()
        (out / "report.html").write_text("the last one")
        command = ("review", exports / "export", "--period", "2024", "--out", out)
        fails_in_words(run(*command), about="report cannot be written")
        assert [path.name for path in out.iterdir()] == ["report.html"]
        assert (out / "report.html").read_text() == "the last one"


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write below a folder; to root, permissions say nothing, so it is mounted so."""
    if os.geteuid() == 0:
        for options in (
            ["--bind", str(folder), str(folder)],
            ["-o", "remount,bind,ro", str(folder)],
        ):
            if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
                pytest.skip("this system lets nobody mount a folder")
    else:
        folder.chmod(0o500)
    try:
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", str(folder)], check=True)
        else:
            folder.chmod(0o700)


def test_a_read_only_workspace(exports: Path, tmp_path: Path) -> None:
    """Nothing can be imported or forgotten, and it says so; what it holds can be reviewed."""
    workspace = tmp_path / "workspace"
    import_export(exports / "earlier", workspace, today=TODAY)
    before = digest(workspace)
    with read_only(workspace):
        for command in (
            ("check", exports / "export", "--workspace", workspace),
            ("forget", "--workspace", workspace, "--patient", "ann", "--yes"),
            ("forget", "--workspace", workspace, "--yes"),
        ):
            fails_in_words(run(*command), about=str(workspace))
        assert Records.open(workspace).extract.format == "fhir"
        assert run("check", workspace).exit_code == 0
    assert digest(workspace) == before


def test_a_read_only_place(exports: Path, tmp_path: Path) -> None:
    """A workspace or a report cannot be made in it, and it says so."""
    place = tmp_path / "place"
    place.mkdir()
    with read_only(place):
        result = run("check", exports / "export", "--workspace", place / "new")
        fails_in_words(result, about=str(place / "new"))
        result = run("review", exports / "export", "--period", "2024", "--out", place / "new")
        fails_in_words(result, about="report cannot be written")
    assert list(place.iterdir()) == []
