"""Memory is bounded by a setting: what does not fit waits on disk, and nothing else changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.faults.test_crash_kills import digest
from tests.support.killed import TODAY, Run, checking
from tests.support.soak import SOAK

import spinewise
from spinewise import limited, synthesize
from spinewise.cli import main
from spinewise.intake.connection import connect
from spinewise.records import import_export
from spinewise.scratch import Scratch

PEOPLE, IMPORT, REVIEW = (20_000, "300MB", "80MB") if SOAK else (300, "200MB", "60MB")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("memory") / "export"
    synthesize(PEOPLE, 3, "csv", folder)
    return folder


class Spills:
    """A progress display that looks for rows on disk, and at whose they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.met = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        for spill in self.folder.glob("spinewise-*/spill"):
            assert stat.S_IMODE(spill.parent.stat().st_mode) == 0o700
            self.met += any(path.stat().st_size for path in spill.iterdir())


def test_rows_beyond_the_memory_wait_on_disk(tmp_path: Path) -> None:
    """A table larger than what is allowed is held, and nobody else can read it."""
    with limited("50MB"), Scratch(tmp_path) as work, connect(work) as connection:
        connection.execute("CREATE TEMP TABLE t AS SELECT i, hash(i) AS h FROM range(9000000) r(i)")
        spills = Spills(tmp_path)
        spills("held", 1, 1)
        assert spills.met
        held = connection.execute("SELECT count(*), bit_xor(h) = bit_xor(hash(i)) FROM t")
        assert held.fetchone() == (9_000_000, True)
    assert list(tmp_path.iterdir()) == []


def test_an_import_with_little_memory(export: Path, tmp_path: Path) -> None:
    """The same bytes."""
    import_export(export, tmp_path / "ample", today=TODAY)
    spills = Spills(tmp_path / "little")
    with limited(IMPORT):
        import_export(export, tmp_path / "little", today=TODAY, progress=spills)
    assert digest(tmp_path / "little") == digest(tmp_path / "ample")
    if SOAK:
        assert spills.met, "rows waited on disk"


def test_a_review_with_little_memory(export: Path, tmp_path: Path) -> None:
    """The same review, and nothing stays on disk."""
    workspace, scratch = tmp_path / "workspace", tmp_path / "scratch"
    scratch.mkdir()
    import_export(export, workspace, today=TODAY)
    expected = spinewise.review(workspace, period="2024", today=TODAY)
    spills = Spills(scratch)
    with limited(REVIEW, scratch):
        found = spinewise.review(workspace, period="2024", today=TODAY, progress=spills)
    assert found == expected
    assert list(scratch.iterdir()) == []
    if SOAK:
        assert spills.met, "rows waited on disk"


def test_too_little_memory(export: Path, tmp_path: Path) -> None:
    """It says so, and what to do; from the option as from the variable."""
    result = CliRunner().invoke(
        main,
        ["check", str(export), "--scratch", str(tmp_path)],
        env={"SPINEWISE_MEMORY": "20MB"},
    )
    assert result.exit_code == 2
    assert "19.0 MiB of memory is not enough" in result.stderr
    assert "memory" in result.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
    result = CliRunner().invoke(main, ["check", str(export), "--memory", "much"])
    assert result.exit_code == 2
    assert "'much' is not a size" in result.stderr


def test_what_a_killed_run_left_is_removed(export: Path, tmp_path: Path) -> None:
    """A run without a workspace is killed; the next one takes its private folders away."""
    run = Run(checking, tmp_path, export)
    run.wait_for(["measure"])
    run.kill_after(0)
    assert list(tmp_path.glob("spinewise-*/snapshots/*/patients.parquet"))
    result = CliRunner().invoke(main, ["check", str(export), "--scratch", str(tmp_path)])
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []
