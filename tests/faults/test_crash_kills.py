"""
An import that is killed (``kill -9``) leaves the workspace as it was, or as it should be.

`make soak` kills 200 times, and before every step.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.support.fhir import condition, ndjson, patient
from tests.support.killed import DONE, TODAY, WRITES, Run, forgetting, importing
from tests.support.soak import SOAK

from spinewise import synthesize
from spinewise.records import Records, import_export

KILLS, PEOPLE = (200, 500) if SOAK else (6, 20)


class Ground(NamedTuple):
    """What every kill begins with, and the two states that may be left."""

    folder: Path
    export: Path
    """The export whose import is killed."""
    workspace: Path
    """A workspace that holds an earlier import."""
    old: str
    new: str
    """Digests of the records in force before and after the import."""
    whole: str
    """The digest of the workspace after an import that nobody killed."""

    def copy(self, name: str) -> Path:
        """A workspace like the first."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return shutil.copytree(self.workspace, self.folder / name)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("kills")
    earlier, export, workspace = folder / "earlier", folder / "export", folder / "workspace"
    earlier.mkdir()
    (earlier / "all.ndjson").write_text(ndjson([patient("ann"), condition("c", "ann")]))
    synthesize(PEOPLE, 3, "fhir", export)
    import_export(earlier, workspace, today=TODAY)
    old = in_force(workspace)
    untouched = shutil.copytree(workspace, folder / "untouched")
    import_export(export, untouched, today=TODAY)
    return Ground(folder, export, workspace, old, in_force(untouched), digest(untouched))


def digest(folder: Path) -> str:
    """Of all names and contents below a folder."""
    sha = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        sha.update(f"{path.relative_to(folder)}\n".encode())
        if path.is_file():
            sha.update(hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()


def in_force(workspace: Path) -> str:
    """Of the records in force, all of whose checksums are compared on the way."""
    return digest(Records.open(workspace).folder)


def examine(ground: Ground, workspace: Path, when: str) -> bool:
    """The records are the old or the new ones, and the next import goes through; whether new."""
    left = in_force(workspace)
    assert left in (ground.old, ground.new), when
    import_export(ground.export, workspace, today=TODAY)
    assert digest(workspace) == ground.whole, f"{when}: something was left over"
    shutil.rmtree(workspace)
    return left == ground.new


def spread(count: int) -> list[int]:
    """Steps from the first to the last."""
    return sorted({1 + number * (count - 1) // (KILLS - 1) for number in range(KILLS)})


def test_killed_at_any_moment(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Half of the kills are spread evenly over the import, half over the part in which it writes.
    """
    run = Run(importing, ground.copy("trial"), ground.export)
    assert run.end() == 0
    began = dict(run.stages)
    seconds, writing = began[DONE], began[DONE] - began[WRITES[0]]
    fell: Counter[str] = Counter()
    new: Counter[str] = Counter()
    for number in range(KILLS):
        workspace = ground.copy(f"moment-{number}")
        run = Run(importing, workspace, ground.export)
        share = (number // 2 + 0.5) / (KILLS // 2)
        if number % 2:
            run.wait_for(WRITES)
            run.kill_after(share * writing)
        else:
            run.kill_after(share * seconds)
        fell[run.stage] += 1
        new[run.stage] += examine(ground, workspace, f"killed at {share:.1%} ({run.stage})")
    wrote = sum(fell[stage] for stage in WRITES)
    with capsys.disabled():
        print(f"\n{KILLS} kills; {wrote} while it wrote")
        for stage in began:
            print(f"  {stage:<20} {fell[stage]:4} kills, new records after {new[stage]}")
    if SOAK:
        assert wrote >= KILLS // 2, "at least half of the kills fell while it wrote"


def test_killed_at_any_step(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    """Right before each thing that it does to a file: no two steps belong together unsaid."""
    run = Run(importing, ground.copy("trial"), ground.export)
    assert run.end() == 0
    count = run.steps
    assert count > 40, "the steps are heard of"
    steps = spread(count)
    new = 0
    for step in steps:
        workspace = ground.copy(f"step-{step}")
        assert Run(importing, workspace, ground.export, step).end() == -9
        new += examine(ground, workspace, f"killed before step {step}")
    with capsys.disabled():
        print(f"\n{len(steps)} of {count} steps; new records after {new}")
    assert 0 < new < len(steps), "both states were met"


def test_killed_while_it_forgets(ground: Ground) -> None:
    """A person is in all imports as before, or in none and remembered; never half forgotten."""
    once = ground.copy("forgets")
    before, key = digest(once), b"ann"
    run = Run(forgetting, once, "ann")
    assert run.end() == 0
    told = set()
    for step in spread(run.steps):
        workspace = ground.copy(f"forget-{step}")
        assert Run(forgetting, workspace, "ann", step).end() == -9
        state = (workspace / "workspace.json").read_bytes()
        forgotten = bool(json.loads(state)["forgotten"]["digests"])
        records = Records.open(workspace)
        assert (key in (records.folder / "patients.parquet").read_bytes()) is not forgotten
        told.add(forgotten)
        import_export(ground.folder / "earlier", workspace, today=TODAY)
        if forgotten:
            texts = b"".join(p.read_bytes() for p in workspace.rglob("*") if p.is_file())
            assert key not in texts
        else:
            assert digest(workspace) == before
    assert told == {False, True}, "both states were met"
