"""Records that were damaged on disk are found by their checksums, said, and not used."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.faults.test_crash_kills import digest
from tests.support.fhir import condition, encounter, ndjson, patient, ref
from tests.support.killed import TODAY

from spinewise.cli import main
from spinewise.errors import SpinewiseWarning, WorkspaceError
from spinewise.records import Records, forget, import_export


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Ann was imported first, Ann and Bob last."""
    workspace = tmp_path / "workspace"
    for name, people in (("first", ["ann"]), ("last", ["ann", "bob"])):
        export = tmp_path / name
        export.mkdir()
        rows = [patient(who) for who in people]
        rows += [encounter(f"v-{who}", who) for who in people]
        rows += [condition(f"c-{who}", who, encounter=ref(f"Encounter/v-{who}")) for who in people]
        (export / "all.ndjson").write_text(ndjson(rows))
        import_export(export, workspace, today=TODAY)
    return workspace


def people(records: Records) -> list[str]:
    with records.connect() as connection:
        query = "SELECT patient_id FROM patients ORDER BY ALL"
        return [name for (name,) in connection.execute(query).fetchall()]


def flip(path: Path) -> None:
    """One bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def cut_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def write(content: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(content)

    return damage


DAMAGES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a flipped bit": ("events.parquet", flip),
    "a cut table": ("patients.parquet", cut),
    "a table gone": ("visits.parquet", Path.unlink),
    "an edited extract": ("extract.json", flip),
    "the sums gone": ("SHA256SUMS", Path.unlink),
    "the sums emptied": ("SHA256SUMS", write(b"")),
    "the last sum gone": ("SHA256SUMS", cut_line),
    "no text in the sums": ("SHA256SUMS", write(b"\xff\x00")),
    "all gone": (".", shutil.rmtree),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_the_earlier_import_is_used(what: str, workspace: Path) -> None:
    """The warning names the file; a snapshot opened by itself is an error."""
    last = Records.open(workspace)
    assert people(last) == ["ann", "bob"]
    name, damage = DAMAGES[what]
    damage(last.folder / name)
    words = name if name != "." else "SHA256SUMS"
    with pytest.warns(SpinewiseWarning, match=words) as said:
        assert people(Records.open(workspace)) == ["ann"]
    assert len(said) == 1
    if name != "SHA256SUMS" and what != "all gone":
        with pytest.raises(WorkspaceError, match=words):
            Records.open(last.folder)


@pytest.mark.parametrize("what", DAMAGES)
def test_the_next_import_mends_it(what: str, workspace: Path) -> None:
    """The export is read again, and the workspace is as it was, byte for byte."""
    before = digest(workspace)
    name, damage = DAMAGES[what]
    damage(Records.open(workspace).folder / name)
    with pytest.warns(SpinewiseWarning, match="read again"):
        import_export(workspace.with_name("last"), workspace, today=TODAY)
    assert digest(workspace) == before


def test_nothing_whole_is_an_error(workspace: Path) -> None:
    """It says what is damaged and what to do."""
    for folder in (workspace / "snapshots").iterdir():
        flip(folder / "events.parquet")
    with pytest.raises(WorkspaceError, match=r"events\.parquet is not as it was written") as caught:
        Records.open(workspace)
    assert caught.value.hint == "Import the export again."
    with pytest.raises(WorkspaceError, match=r"events\.parquet"):
        forget(workspace, "ann")


def test_nobody_is_left_in_damaged_records(workspace: Path) -> None:
    """Forgetting somebody deletes damaged records as a whole, and says so."""
    flip(Records.open(workspace).folder / "events.parquet")
    with pytest.warns(SpinewiseWarning, match="deleted as a whole"):
        forget(workspace, "ann")
    assert people(Records.open(workspace)) == []
    assert len(list((workspace / "snapshots").iterdir())) == 1


def test_a_workspace_file_that_makes_no_sense_is_left_alone(workspace: Path) -> None:
    """Taken for empty, it would bring back people who were forgotten."""
    state = workspace / "workspace.json"
    state.write_text("{")
    before = digest(workspace)
    for work in (
        lambda: Records.open(workspace),
        lambda: import_export(workspace.with_name("last"), workspace, today=TODAY),
        lambda: forget(workspace, "ann"),
    ):
        with pytest.raises(WorkspaceError, match=r"cannot be read") as caught:
            work()
        assert caught.value.where == str(state)
    assert digest(workspace) == before
    forget(workspace)
    assert not workspace.exists()


def test_a_review_of_a_workspace_says_it(workspace: Path) -> None:
    """On the command line: a note in words, the earlier records, no stack trace."""
    command = ["check", str(workspace), "--today", "2025-06-01"]
    whole = CliRunner().invoke(main, command)
    assert (whole.exit_code, "Note:" in whole.stderr) == (0, False)
    flip(Records.open(workspace).folder / "events.parquet")
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0
    assert "Note: the records imported last are damaged: events.parquet" in result.stderr
    assert "Import the latest export again." in result.stderr


def test_anybody_can_compare_the_sums(workspace: Path) -> None:
    """They are in the form of the tool sha256sum."""
    if not shutil.which("sha256sum"):
        pytest.skip("there is no sha256sum on this system")
    folder = Records.open(workspace).folder
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    flip(folder / "codes.parquet")
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 1
