"""Private folders, and the limits of a run."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from spinewise.errors import SpinewiseError
from spinewise.scratch import Room, Scratch, limited, room


def test_a_folder_is_private_and_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    with Scratch(tmp_path) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "spill").mkdir()
        (folder / "spill" / "rows").write_text("x")
        (folder / "link").symlink_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folders_in_use_are_left_alone(tmp_path: Path) -> None:
    """Two runs at once do not sweep each other away."""
    with Scratch(tmp_path) as one, Scratch(tmp_path) as other:
        assert one.is_dir()
        assert other.is_dir()


def test_folders_of_dead_runs_are_removed(tmp_path: Path) -> None:
    """Also one that was killed before it was held; nothing else, however it is called."""
    dead, empty = tmp_path / "spinewise-deadbeef", tmp_path / "spinewise-12345678"
    for folder in (dead, empty):
        folder.mkdir()
    (dead / ".in-use").touch()
    (dead / "rows").write_text("x")
    kept = ["spinewise-practice", "spinewise-workload", "spinewise-kept_one"]
    for name in kept:
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("mine")
    (tmp_path / "spinewise-linklink").symlink_to(tmp_path / "spinewise-practice")
    Scratch(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "spinewise-linklink"])


def test_limits_hold_inside_only(tmp_path: Path) -> None:
    """The folder overrules where a scratch folder would be; what is not given stays."""
    before = room()
    with limited("1.5GB", tmp_path):
        with limited("500MB"):
            assert room() == Room("500MB", tmp_path)
            with Scratch(tmp_path.parent) as folder:
                assert folder.parent == tmp_path
        assert room().memory == "1.5GB"
    assert room() == before


@pytest.mark.parametrize("memory", ["2", "much", "-1GB", "", "2GB; DROP"])
def test_a_size_has_a_unit(memory: str) -> None:
    with pytest.raises(SpinewiseError, match="is not a size"), limited(memory):
        pass
