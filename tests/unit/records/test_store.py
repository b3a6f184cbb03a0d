"""The workspace: snapshots that never change, imports that happen or do not, people forgotten."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.support.fhir import condition, encounter, ndjson, order, patient, ref

from spinewise.errors import IntakeError, WorkspaceError
from spinewise.records import Records, forget, import_export, one_shot
from spinewise.records.lock import locked
from spinewise.tables import TABLES

TODAY = date(2025, 6, 1)


def export(folder: Path, *more: dict[str, Any], name: str = "export") -> Path:
    """Three people; what Bob has is between what the others have."""
    path = folder / name
    path.mkdir()
    resources: list[dict[str, Any]] = []
    for who in ("ann", "bob-2", "carl"):
        resources += [
            patient(who),
            encounter(f"v-{who}", who),
            condition(f"c-{who}", who, encounter=ref(f"Encounter/v-{who}"),
                      code={"coding": [{"system": "own", "code": f"only-{who}"}]}),
            order(f"o-{who}", who, encounter=ref(f"Encounter/v-{who}")),
            condition(f"bad-{who}", who, onsetDateTime="2019-02-31"),
            {"resourceType": "Coverage", "id": f"k-{who}", "status": "active",
             "beneficiary": ref(f"Patient/{who}"), "period": {"start": "2020"}},
        ]  # fmt: skip
    lines = ndjson([*resources, *more]).encode()
    lines += b'{"resourceType": "Condition", "subject": {"reference": "Patient/bob-2"}, "id'
    (path / "all.ndjson").write_bytes(lines)
    (path / "bob-2_extra.ndjson").write_text(ndjson([condition("x", "bob-2")]))
    return path


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(records: Records, query: str) -> list[tuple[Any, ...]]:
    with records.connect() as connection:
        return connection.execute(query).fetchall()


def test_an_import_can_be_opened_and_queried(tmp_path: Path) -> None:
    """All tables are views of the connection; the extract says what is known as a whole."""
    work = tmp_path / "work"
    records = import_export(export(tmp_path), work, today=TODAY)
    assert Records.open(work) == records == Records.open(records.folder)
    assert records.extract.cutoff == date(2024, 5, 1)
    assert rows(records, "SELECT patient_id FROM patients ORDER BY patient") == [
        ("ann",), ("bob-2",), ("carl",),
    ]  # fmt: skip
    for table in TABLES:
        rows(records, f"FROM {table}")


def test_records_of_another_version_say_so(tmp_path: Path) -> None:
    """Tables with other columns are not read as if they had ours."""
    with one_shot(export(tmp_path), today=TODAY) as records:
        table = records.folder / "visits.parquet"
        with duckdb.connect() as connection:
            rows = connection.read_parquet(str(table)).project("* EXCLUDE (clinician)")
            rows.write_parquet(str(tmp_path / "older.parquet"))
        table.write_bytes((tmp_path / "older.parquet").read_bytes())
        with pytest.raises(WorkspaceError, match=r"another version .* no column 'clinician'"):
            records.connect()


def test_any_folder_name_will_do(tmp_path: Path) -> None:
    """Apostrophes, stars and brackets in the names of folders stand for themselves."""
    odd = tmp_path / "Dr. O'Hara's [final] export*"
    odd.mkdir()
    work = odd / "work"
    records = import_export(export(odd), work, today=TODAY)
    assert rows(records, "SELECT count(*) FROM patients") == [(3,)]
    forget(work, "carl")
    assert rows(Records.open(work), "SELECT count(*) FROM patients") == [(2,)]


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Folders 0700, files 0600."""
    work = tmp_path / "work"
    import_export(export(tmp_path), work, today=TODAY)
    for path in [work, *work.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600) or path.name == ".lock", path


def test_the_same_export_twice_changes_nothing(tmp_path: Path) -> None:
    """Not one byte, not one file."""
    work = tmp_path / "work"
    first = import_export(export(tmp_path), work, today=TODAY)
    before = content(work)
    assert import_export(export(tmp_path, name="again"), work, today=date(2026, 1, 1)) == first
    assert content(work) == before


def test_a_new_export_is_put_in_force_beside_the_old(tmp_path: Path) -> None:
    """The old snapshot stays as it was, and can be put in force again."""
    work = tmp_path / "work"
    old = import_export(export(tmp_path), work, today=TODAY)
    before = content(old.folder)
    new = import_export(export(tmp_path, patient("dora"), name="new"), work, today=TODAY)
    assert Records.open(work) == new != old
    assert content(old.folder) == before
    assert len(list((work / "snapshots").iterdir())) == 2
    assert import_export(tmp_path / "export", work, today=TODAY) == old == Records.open(work)


def test_an_import_that_fails_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the last step before it is there, and with an export that is none."""
    work = tmp_path / "work"
    import_export(export(tmp_path), work, today=TODAY)
    before = content(work)
    new = export(tmp_path, patient("dora"), name="new")

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            import_export(new, work, today=TODAY)
    assert content(work) == before
    (tmp_path / "none").mkdir()
    with pytest.raises(IntakeError):
        import_export(tmp_path / "none", work, today=TODAY)
    assert content(work) == before


def test_what_a_killed_import_left_is_cleared_away(tmp_path: Path) -> None:
    """A half-written snapshot is never opened, and the next import removes it."""
    work = tmp_path / "work"
    import_export(export(tmp_path), work, today=TODAY)
    half = work / "snapshots" / "dead"
    half.mkdir()
    (half / "events.parquet").write_bytes(b"half")
    (work / ".new-dead").write_bytes(b"{")
    scratch = work / "spinewise-deadbeef"
    (scratch / "spill").mkdir(parents=True)
    (scratch / ".in-use").touch()
    import_export(export(tmp_path, patient("dora"), name="new"), work, today=TODAY)
    assert sorted(path.name for path in work.iterdir()) == [".lock", "snapshots", "workspace.json"]
    assert not half.exists()


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    """The second is told to wait."""
    work = tmp_path / "work"
    work.mkdir()
    with locked(work), pytest.raises(WorkspaceError, match="another import"):
        import_export(export(tmp_path), work, today=TODAY)


def test_one_shot_leaves_nothing(tmp_path: Path) -> None:
    """Its temporary workspace is gone, also after an error."""
    path = export(tmp_path)
    with one_shot(path, today=TODAY) as records:
        folder = records.folder
        assert folder.is_dir()
    assert not folder.exists()
    folders: list[Path] = []

    def fail() -> None:
        with one_shot(path, today=TODAY) as records:
            folders.append(records.folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not folders[0].exists()


@pytest.mark.parametrize("broken", ["nothing", "half", "no sense"])
def test_records_that_are_not_whole_are_not_opened(broken: str, tmp_path: Path) -> None:
    """The error names the place and what to do."""
    if broken != "nothing":
        work = tmp_path / "work"
        folder = import_export(export(tmp_path), work, today=TODAY).folder
        if broken == "half":
            (folder / "events.parquet").unlink()
        else:
            (folder / "extract.json").write_text("{}")
    with pytest.raises(WorkspaceError) as caught:
        Records.open(tmp_path / "work")
    assert caught.value.hint


def named(folder: Path, word: str) -> list[str]:
    """Tables with a value that has the word in it."""
    records = Records.open(folder)
    return [
        table
        for table in TABLES
        if rows(records, f"FROM {table} AS t WHERE contains(t::VARCHAR, '{word}')")
    ]


def test_a_person_is_forgotten_everywhere(tmp_path: Path) -> None:
    """In every snapshot: rows, codes, quarantine, names of files; the others stay whole."""
    work = tmp_path / "work"
    path = export(tmp_path)
    import_export(path, work, today=TODAY)
    import_export(export(tmp_path, patient("dora"), name="new"), work, today=TODAY)
    before = Records.open(work)
    assert named(before.folder, "bob-2") == [
        "patients", "visits", "events", "codes", "sources", "quarantine",
    ]  # fmt: skip
    forget(work, "bob-2")
    snapshots = list((work / "snapshots").iterdir())
    assert len(snapshots) == 2
    for folder in snapshots:
        assert named(folder, "bob-2") == []
        assert b"bob-2" not in b"".join(file.read_bytes() for file in folder.iterdir())
    after = Records.open(work)
    assert rows(after, "SELECT patient, patient_id FROM patients ORDER BY patient") == [
        (0, "ann"), (1, "carl"), (2, "dora"),
    ]  # fmt: skip
    assert rows(after, "SELECT visit, patient, source_id FROM visits ORDER BY visit") == [
        (0, 0, "v-ann"), (1, 1, "v-carl"),
    ]  # fmt: skip
    assert rows(
        after,
        "SELECT event, patient, source_id, visit, min(codes.value) FROM events LEFT JOIN codes"
        " USING (code) WHERE kind = 'condition' GROUP BY ALL ORDER BY event",
    ) == [(0, 0, "c-ann", 0, "only-ann"), (1, 1, "c-carl", 1, "only-carl")]
    assert rows(after, "SELECT event FROM events ORDER BY event") == [(0,), (1,), (2,), (3,)]
    assert rows(after, "SELECT patient FROM coverage") == [(0,), (1,)]
    for read, *ended in rows(
        after, "SELECT read, stored, merged, skipped, not_a_fact, quarantined FROM ledger"
    ):
        assert read == sum(ended)
    assert rows(
        after,
        "SELECT type, sum(read) FROM ledger WHERE reason = 'forgotten' GROUP BY type ORDER BY type",
    ) == [
        ("Condition", 2),
        ("Coverage", 1),
        ("Encounter", 1),
        ("Patient", 1),
        ("ServiceRequest", 1),
    ]
    assert rows(after, "SELECT count(*) FROM quarantine") == [(4,)]
    for path in [work, *work.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600) or path.name == ".lock", path


def test_who_was_forgotten_stays_away_from_later_imports(tmp_path: Path) -> None:
    """The same export again changes nothing; a newer one leaves the person out as well."""
    work = tmp_path / "work"
    path = export(tmp_path)
    import_export(path, work, today=TODAY)
    forget(work, "bob-2")
    before = content(work)
    import_export(path, work, today=TODAY)
    assert content(work) == before
    newer = import_export(export(tmp_path, patient("dora"), name="new"), work, today=TODAY)
    assert named(newer.folder, "bob-2") == []
    assert rows(newer, "SELECT count(*) FROM patients") == [(3,)]
    assert "bob-2" not in (work / "workspace.json").read_text()


def test_forgetting_somebody_unknown_is_an_error(tmp_path: Path) -> None:
    """Nothing is changed, and a typo is not taken for done."""
    work = tmp_path / "work"
    import_export(export(tmp_path), work, today=TODAY)
    before = content(work)
    with pytest.raises(WorkspaceError, match="zoe"):
        forget(work, "zoe")
    assert content(work) == before


def test_a_workspace_is_forgotten_as_a_whole(tmp_path: Path) -> None:
    """The folder is gone; a folder that is no workspace is left alone."""
    work = tmp_path / "work"
    import_export(export(tmp_path), work, today=TODAY)
    forget(work)
    assert not work.exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="no workspace"):
        forget(other)
    assert (other / "thesis.txt").exists()


def test_the_extract_is_readable_json(tmp_path: Path) -> None:
    """It says the format, the digest and the cut-off."""
    work = tmp_path / "work"
    records = import_export(export(tmp_path), work, today=TODAY)
    said = json.loads((records.folder / "extract.json").read_text())
    assert said["format"] == "fhir"
    assert said["digest"] == records.folder.name
    assert said["cutoff"] == "2024-05-01"
