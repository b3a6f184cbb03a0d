"""FHIR exports as files: every way in which the same resources may lie on disk."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.support.fhir import (
    Read,
    concept,
    condition,
    encounter,
    ndjson,
    order,
    patient,
    read,
    ref,
)

from spinewise.errors import IntakeError
from spinewise.intake import Export, read_export

RESOURCES: list[dict[str, Any]] = [
    patient(),
    patient("bob", birthDate="1950"),
    encounter(),
    encounter("v2", "bob"),
    condition(encounter=ref("Encounter/v1")),
    condition("c2", "bob", encounter=ref("Encounter/v2"), recordedDate="2024-05"),
    order(encounter=ref("Encounter/v1"), reasonReference=[ref("Condition/c1")]),
    {"resourceType": "Immunization", "id": "i"},
]


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def by_type(folder: Path, *, pack: bool = False) -> Path:
    folder.mkdir()
    for name in {resource["resourceType"] for resource in RESOURCES}:
        text = ndjson(r for r in RESOURCES if r["resourceType"] == name).encode()
        if pack:
            (folder / f"{name}.ndjson.gz").write_bytes(gzip.compress(text))
        else:
            (folder / f"{name}.ndjson").write_bytes(text)
    return folder


def one_type_a_file(folder: Path) -> Path:
    return by_type(folder / "export")


def packed(folder: Path) -> Path:
    return by_type(folder / "export", pack=True)


def mixed(folder: Path) -> Path:
    path = folder / "all.ndjson"
    path.write_text(ndjson(RESOURCES))
    return path


def mixed_without_last_line_end(folder: Path) -> Path:
    path = folder / "all.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + ndjson(RESOURCES).encode().rstrip().replace(b"\n", b"\r\n"))
    return path


def pretty_bundle(folder: Path) -> Path:
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle(*RESOURCES), indent=2))
    return path


def bundles_a_line(folder: Path) -> Path:
    path = folder / "bundles.ndjson.gz"
    halves = [bundle(*RESOURCES[:4]), bundle(*RESOURCES[4:])]
    path.write_bytes(gzip.compress(ndjson(halves).encode()))
    return path


def single_resources(folder: Path) -> Path:
    (folder / "export" / "deep").mkdir(parents=True)
    for number, resource in enumerate(RESOURCES):
        indent = 4 if number % 2 else None
        path = folder / "export" / ("deep" if number % 3 else "") / f"{number}.json"
        path.write_text(json.dumps(resource, indent=indent))
    return folder / "export"


def tarred(kind: str) -> Any:
    def write(folder: Path) -> Path:
        source = by_type(folder / "export")
        path = folder / f"export.tar.{kind}"
        with tarfile.open(path, f"w:{kind}") as tar:  # type: ignore[call-overload]
            tar.add(source, "./export")
        return path

    return write


def zipped(folder: Path) -> Path:
    source = by_type(folder / "export", pack=True)
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in source.iterdir():
            archive.write(file, f"export/{file.name}")
    return path


def archive_in_a_folder(folder: Path) -> Path:
    (folder / "outer").mkdir()
    return zipped(folder).rename(folder / "outer" / "export.zip").parent


FORMS = [
    one_type_a_file, packed, mixed, mixed_without_last_line_end, pretty_bundle, bundles_a_line,
    single_resources, tarred("gz"), tarred("xz"), zipped, archive_in_a_folder,
]  # fmt: skip


def facts(result: Read) -> list[Any]:
    """All that is stored, but for the places it came from."""
    return [
        result.rows("patients", "* EXCLUDE (file, line)"),
        result.rows("visits", "* EXCLUDE (file, line)"),
        result.rows("events", "* EXCLUDE (file, line, event, code, reason)"),
        result.codes(), result.codes("reason"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("expected")
    return facts(read(one_type_a_file(folder), folder / "tables"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_the_form_on_disk_makes_no_difference(
    form: Any, expected: list[Any], tmp_path: Path
) -> None:
    """The same facts and the same sums come from every form, fast way or slow way."""
    result = read(form(tmp_path), tmp_path / "tables")
    assert facts(result) == expected
    assert result.ledger("Patient") == {"read": 2, "stored": 2}
    assert result.ledger("Encounter") == {"read": 2, "stored": 2}
    assert result.ledger("Condition") == {"read": 2, "stored": 2}
    assert result.ledger("ServiceRequest") == {"read": 1, "stored": 1}
    assert result.ledger("Immunization") == {"read": 1, "skipped": 1}
    assert result.rows("quarantine", "*") == []
    assert len(expected[0]) == 2


def test_a_large_export_is_staged_on_disk(
    expected: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same facts, and nothing left behind."""
    monkeypatch.setattr("spinewise.intake._LARGE", 0)
    assert facts(read(one_type_a_file(tmp_path), tmp_path / "tables")) == expected


@pytest.mark.parametrize(
    ("form", "lines"),
    [(mixed, [5, 6]), (bundles_a_line, [2, 2])],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_rows_know_their_line(form: Any, lines: list[int], tmp_path: Path) -> None:
    """Physical lines, also where rows are sifted."""
    result = read(form(tmp_path), tmp_path / "tables")
    found = result.rows("events", "line", "source_type, source_id")
    assert [line for (line,) in found[:2]] == lines


def test_entries_of_a_pretty_bundle_know_their_line(tmp_path: Path) -> None:
    """The line on which the resource begins."""
    path = pretty_bundle(tmp_path)
    result = read(path, tmp_path / "tables")
    text = path.read_text().splitlines()
    for line, name in result.rows("events", "line, source_id"):
        resource = "\n".join(text[line - 1 : line + 4])
        assert f'"id": "{name}"' in resource


def test_references_within_a_bundle_are_followed(tmp_path: Path) -> None:
    """By the names that the Bundle gives its entries, whatever ids they have, or none."""
    nameless = condition(subject=ref("urn:uuid:1"), encounter=ref("urn:uuid:2"))
    del nameless["id"]
    visit = encounter(subject=ref("urn:uuid:1"))
    entries = [("1", patient()), ("2", visit), ("3", nameless)]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({
        "resourceType": "Bundle",
        "entry": [{"fullUrl": f"urn:uuid:{name}", "resource": r} for name, r in entries]
        + [{"request": {"method": "DELETE", "url": "Patient/x"}}],
    }))  # fmt: skip
    result = read(path, tmp_path / "tables")
    assert result.row("events", "patient, visit, source_id") == (0, 0, "3")
    assert result.ledger("(entry without a resource)") == {"read": 1, "skipped": 1}


def test_two_versions_in_one_line_are_two_rows(tmp_path: Path) -> None:
    """Entries of one Bundle on one line are told apart; the newer is stored."""
    path = tmp_path / "b.json"
    old = condition(meta={"lastUpdated": "2024-05-01T00:00:00Z"}, code={"text": "old"})
    new = condition(meta={"lastUpdated": "2024-05-02T00:00:00Z"}, code={"text": "new"})
    path.write_text(json.dumps(bundle(patient(), new, old)))
    result = read(path, tmp_path / "tables")
    assert result.row("events", "text") == ("new",)
    assert result.ledger("Condition") == {"read": 2, "stored": 1, "merged": 1}


def test_the_manifest_of_a_bulk_export_sets_the_cut_off(tmp_path: Path) -> None:
    """Its transaction time is the last day that the export speaks of; the log is no data."""
    folder = one_type_a_file(tmp_path)
    (folder / "manifest.json").write_text(
        json.dumps({"transactionTime": "2024-08-06T18:12:57Z", "output": []}, indent=1)
    )
    (folder / "log.ndjson").write_text(
        ndjson([{"exportId": "1", "eventId": "kickoff", "eventDetail": {"exportUrl": "x"}}])
    )
    result = read(folder, tmp_path / "tables")
    assert (result.extract.cutoff, result.extract.cutoff_from) == (date(2024, 8, 6), "export")
    assert result.ledger("(export log)") == {"read": 2, "skipped": 2}


def test_files_of_other_kinds_are_counted(tmp_path: Path) -> None:
    """A readme and an unknown type beside the data do no harm; hidden files are not looked at."""
    folder = one_type_a_file(tmp_path)
    (folder / "README.md").write_text("# An export\n")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "Whatever.ndjson").write_text(ndjson([{"resourceType": "Whatever", "id": "1"}] * 3))
    (folder / "empty.ndjson").write_text("")
    result = read(folder, tmp_path / "tables")
    assert result.ledger("(file)") == {"read": 1, "skipped": 1}
    assert result.ledger("Whatever") == {"read": 3, "skipped": 3}
    assert len(result.rows("sources", "*")) == 8


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "does not exist"),
        (lambda folder: folder.mkdir(), "holds no file"),
        (lambda folder: (folder.mkdir(), (folder / "a.txt").write_text("hello")), "a.txt"),
        (lambda folder: folder.with_suffix(".zip").write_bytes(b"PK"), None),
    ],
    ids=["nothing there", "empty folder", "unknown files", "broken archive"],
)
def test_what_cannot_be_read_at_all_is_said(make: Any, said: str | None, tmp_path: Path) -> None:
    """The error names what was found and what to do."""
    path = tmp_path / "export"
    make(path)
    if said is None:
        path = path.with_suffix(".zip")
    with pytest.raises(IntakeError) as caught:
        Export(path)
    assert caught.value.hint
    assert (said or "cannot be unpacked") in str(caught.value)


def test_a_broken_gzip_file_stops_the_import(tmp_path: Path) -> None:
    """Half an export would give numbers that look whole."""
    folder = packed(tmp_path)
    path = folder / "Condition.ndjson.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntakeError, match="cannot be unpacked"):
        read(folder, tmp_path / "tables")


def test_an_unreadable_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its name and what to do."""
    folder = one_type_a_file(tmp_path)

    def refuse(*args: object) -> object:
        raise PermissionError(13, "Permission denied", str(folder / "Patient.ndjson"))

    monkeypatch.setattr("hashlib.sha256", refuse)
    with pytest.raises(IntakeError, match="Permission denied") as caught:
        Export(folder)
    assert caught.value.where.endswith("Patient.ndjson")


def test_members_of_an_archive_stay_in_their_folder(tmp_path: Path) -> None:
    """Names that point elsewhere, and links, are taken as names only or not at all."""
    path = tmp_path / "export.tar"
    with tarfile.open(path, "w") as tar:
        text = ndjson([patient()]).encode()
        member = tarfile.TarInfo("../../outside.ndjson")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
        link = tarfile.TarInfo("link.ndjson")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    result = read(path, tmp_path / "tables")
    assert result.ledger("Patient") == {"read": 1, "stored": 1}
    assert not (tmp_path.parent / "outside.ndjson").exists()
    assert len(result.rows("sources", "*")) == 1


def test_temporary_files_are_gone_at_the_end(tmp_path: Path) -> None:
    """Nothing of an unpacked archive is left behind."""
    work = tmp_path / "work"
    work.mkdir()
    with Export(zipped(tmp_path), work=work) as export:
        assert list(work.iterdir())
        assert export.reader.FORMAT == "fhir"
    assert list(work.iterdir()) == []


def test_the_digest_follows_names_content_and_nothing_else(tmp_path: Path) -> None:
    """The same files elsewhere are the same export; one changed byte is another."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = one_type_a_file(tmp_path / "a"), one_type_a_file(tmp_path / "b")
    with Export(first) as one, Export(second) as two:
        assert one.digest == two.digest
    (second / "Patient.ndjson").write_text(ndjson([patient("zoe")]))
    with Export(second) as three:
        assert three.digest != one.digest


def test_progress_is_told(tmp_path: Path) -> None:
    """Each stage says how far it is and never more than there is."""
    seen: list[tuple[str, int, int]] = []
    out = tmp_path / "tables"
    out.mkdir()
    read_export(
        one_type_a_file(tmp_path), out, today=date(2025, 1, 1),
        progress=lambda stage, done, total: seen.append((stage, done, total)),
    )  # fmt: skip
    assert {"reading", "events"} <= {stage for stage, _, _ in seen}
    assert all(0 <= done <= total for _, done, total in seen)


def test_a_code_of_an_own_system_is_kept(tmp_path: Path) -> None:
    """The system's own text stays."""
    path = tmp_path / "a.ndjson"
    path.write_text(ndjson([patient(), condition(code=concept("x1", "http://own.example"))]))
    assert read(path, tmp_path / "tables").codes() == [("http://own.example", "x1")]


def test_large_public_samples_are_read(sample_data: Path, tmp_path: Path) -> None:
    """617 Bundles: every resource is accounted for, and none is at fault."""
    archive = sample_data / "synthea-r4-smart-generated" / "r4-bundles-617.tar.xz"
    result = read(archive, tmp_path / "tables", today=date(2026, 1, 1))
    assert result.ledger("Patient") == {"read": 615, "stored": 615}
    assert result.ledger("Condition") == {"read": 4546, "stored": 4546}
    assert result.ledger("Encounter") == {"read": 18098, "stored": 18098}
    assert result.ledger("Procedure") == {"read": 14081, "stored": 14081}
    assert result.ledger("Claim") == {"read": 22810, "stored": 4712, "merged": 18098}
    assert result.ledger("ExplanationOfBenefit") == {"read": 18098, "stored": 18098}
    assert result.ledger("Observation")["read"] == 88674
    assert result.rows("quarantine", "*") == []


def test_a_public_bulk_export_is_read(sample_data: Path, tmp_path: Path) -> None:
    """13 people, two with chronic low back pain on the problem list that has not ended."""
    result = read(sample_data / "smart-bulk-10-patients", tmp_path / "tables", date(2026, 1, 1))
    assert result.ledger("Patient") == {"read": 13, "stored": 13}
    assert result.ledger("Encounter") == {"read": 1215, "stored": 1215}
    assert result.extract.cutoff == date(2024, 8, 6)
    codes = "(SELECT code FROM '" + str(result.folder / "codes.parquet") + "'"
    chronic = result.rows(
        "events",
        f"CASE WHEN code IN {codes} WHERE value = '278860009') THEN start_lo END AS day, end_lo",
    )
    assert [row for row in chronic if row[0]] == [
        (date(2014, 1, 31), None),
        (date(2020, 9, 3), None),
    ]
