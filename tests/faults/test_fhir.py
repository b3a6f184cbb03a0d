"""Faults in FHIR files: no line is lost, none is bent, and each bad one says what is wrong."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.fhir import Read, concept, condition, encounter, ndjson, patient, read
from tests.support.soak import SOAK

from spinewise.errors import IntakeError
from spinewise.records.store import Records

GOOD = [condition(f"c{number}") for number in range(40)]


def line_of(**changes: Any) -> bytes:
    return json.dumps(condition("bad", **changes)).encode()


def without(element: str) -> bytes:
    resource = condition("bad")
    del resource[element]
    return json.dumps(resource).encode()


WHOLE = line_of()

FAULTS: dict[str, tuple[bytes, str | None, str | None]] = {
    # name: the line, and the field and value that are shown
    "truncated": (WHOLE[:60], None, None),
    "number for a date": (line_of(onsetDateTime=2019), "onsetDateTime", "2019"),
    "number for a code": (
        line_of(code={"coding": [{"system": "x", "code": 724.50}]}),
        "code.coding[0].code", "724.5",
    ),
    "string for an object": (line_of(code="low back pain"), "code", '"low back pain"'),
    "object for an array": (line_of(category={"text": "x"}), "category", '{"text":"x"}'),
    "no id": (without("id"), "id", None),
    "number for an id": (WHOLE.replace(b'"bad"', b"7"), "id", "7"),
    "bad UTF-8": (WHOLE.replace(b"Low back", b"Low \xff\xfe back"), None, None),
    "trailing text": (WHOLE + b" and more", None, None),
    "element twice": (WHOLE[:-1] + b',"id":"other"}', "id", None),
    "array": (b"[" + WHOLE + b"]", None, None),
    "two objects on a line": (WHOLE + WHOLE, None, None),
    "no resource type": (without("resourceType"), None, None),
    "impossible date": (line_of(onsetDateTime="2019-02-31"), "start", "2019-02-31"),
    "text for a date": (line_of(onsetDateTime="last spring"), "start", "last spring"),
    "nobody": (without("subject"), "patient_id", None),
    "patient who is not there": (WHOLE.replace(b"ann", b"zoe"), "patient_id", "zoe"),
    "NUL byte": (WHOLE.replace(b"Low", b"L\0w"), None, None),
    "half a surrogate pair": (WHOLE.replace(b"Low", b"\\ud800"), None, None),
    "bad UTF-8 where nothing is read": (WHOLE[:-1] + b',"note":"\xff"}', None, None),
    "wrong type before bad UTF-8": (line_of(code="x")[:-1] + b',"note":"\xff"}', None, None),
    "inner element twice": (
        WHOLE.replace(b'"reference":', b'"reference": "Patient/zoe", "reference":'),
        "subject.reference", None,
    ),
    "nested 10,000 deep": (WHOLE[:-1] + b',"code":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
                           None, None),
    "a hundred thousand brackets": (b"[" * 100_000, None, None),
    "integer for an id": (WHOLE.replace(b'"bad"', b"9" * 30), "id", "9" * 30),
    "empty object": (b"{}", None, None),
    "null": (b"null", None, None),
    "empty id": (WHOLE.replace(b'"bad"', b'""'), "id", None),
    "names of our own": (WHOLE[:-1] + b',"(line)":77,"(file)":5}', None, None),
    "year zero": (line_of(onsetDateTime="0000-01-01"), "start", "0000-01-01"),
    "hour 24": (line_of(onsetDateTime="2024-05-01T24:00:00Z"), "start", "2024-05-01T24:00:00Z"),
    "NUL in a date": (line_of(onsetDateTime="2024\0"), "start", "2024\0"),
}  # fmt: skip


def read_lines(folder: Path, lines: list[bytes], name: str = "Condition.ndjson") -> Read:
    export = folder / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    (export / name).write_bytes(b"\n".join(lines) + b"\n")
    return read(export, folder / "tables")


def total(result: Read) -> int:
    return sum(int(rows) for (rows,) in result.rows("ledger", "read")) - 1  # Ann's own row


PLACES = {fault: 20 * (number % 3) for number, fault in enumerate(FAULTS)}
"""Where the bad line of a file stands: first, in the middle or last."""


@pytest.fixture(scope="module")
def one_fault_each(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """For each fault a file of its own with 40 good lines and the bad one."""
    folder = tmp_path_factory.mktemp("faults")
    (folder / "export").mkdir()
    (folder / "export" / "Patient.ndjson").write_text(ndjson([patient()]))
    for fault, (bad, _, _) in FAULTS.items():
        bad = bad.replace(b'"bad"', f'"bad, {fault}"'.encode())
        lines = [json.dumps(condition(f"{fault} {number}")).encode() for number in range(40)]
        lines.insert(PLACES[fault], bad)
        (folder / "export" / f"{fault}.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    return read(folder / "export", folder / "tables")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_bad_line_is_quarantined_and_all_others_are_stored(
    fault: str, one_fault_each: Read
) -> None:
    """Wherever it stands: with its line, field, value, reason, mend and raw text."""
    _, field, value = FAULTS[fault]
    files = {path: file for file, path in one_fault_each.rows("sources", "file, path")}
    file = files[f"{fault}.ndjson"]
    bad_line = PLACES[fault] + 1
    [(_, line, found, shown, reason, mend, raw)] = [
        row
        for row in one_fault_each.rows("quarantine", "file, line, field, value, reason, mend, raw")
        if row[0] == file
    ]
    assert line == bad_line
    assert (found, shown) == (field, value)
    assert reason
    assert mend
    assert raw
    good = [line for line in range(1, 42) if line != bad_line]
    stored = one_fault_each.rows("events", "file, source_id, line", "file, line")
    assert [row[1:] for row in stored if row[0] == file] == [
        (f"{fault} {number}", line) for number, line in enumerate(good)
    ]
    counts = one_fault_each.rows("ledger", "file, read, stored, quarantined")
    own = [row[1:] for row in counts if row[0] == file]
    assert [sum(column) for column in zip(*own, strict=True)] == [41, 40, 1]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Every line is accounted for: stored, merged, blank or quarantined."""
    lines = [json.dumps(resource).encode() for resource in GOOD]
    bad = [line for line, _, _ in FAULTS.values()]
    for number, line in enumerate(bad):
        lines.insert(2 * number, line.replace(b'"bad"', b'"bad%d"' % number))
    lines.insert(5, b"")
    lines.insert(9, b"  \t")
    lines += [
        json.dumps(GOOD[0]).encode(),
        json.dumps(condition("y", onsetDateTime="2019")).encode(),
    ]
    result = read_lines(tmp_path, lines)
    assert total(result) == len(lines)
    assert len(result.rows("quarantine", "*")) == len(FAULTS)
    assert len(result.rows("events", "*")) == 41
    assert result.ledger("(blank)") == {"read": 2, "skipped": 2}
    assert result.ledger("Condition")["merged"] == 1


@pytest.mark.parametrize("date", ["2019", "2019-05", "2019-05-31"])
def test_partial_dates_are_no_fault(date: str, tmp_path: Path) -> None:
    """They stay on the fast way, with their text."""
    result = read_lines(tmp_path, [line_of(onsetDateTime=date)])
    assert result.row("events", "start_text") == (date,)
    assert result.rows("quarantine", "*") == []


def test_a_blank_line_moves_no_line_number(tmp_path: Path) -> None:
    """Lines after it keep their physical number."""
    lines = [json.dumps(resource).encode() for resource in GOOD[:2]]
    result = read_lines(tmp_path, [lines[0], b"", lines[1]])
    assert result.rows("events", "source_id, line") == [("c0", 1), ("c1", 3)]
    assert result.ledger("(blank)") == {"read": 1, "skipped": 1}


def test_types_may_be_mixed_with_faults(tmp_path: Path) -> None:
    """A mixed file with a bad line gives every good row of every type."""
    lines = [json.dumps(patient("bob")).encode(), b"{", json.dumps(condition(who="bob")).encode()]
    result = read_lines(tmp_path, lines, "all.ndjson")
    assert result.row("events", "line") == (3,)
    assert result.ledger("(unreadable)") == {"read": 1, "quarantined": 1}


def test_a_bad_entry_of_a_bundle_is_named_by_its_number(tmp_path: Path) -> None:
    """The others are stored."""
    entries = [patient("bob"), condition("a", "bob"), condition("b", "bob", code="x")]
    text = {"resourceType": "Bundle", "entry": [{"resource": entry} for entry in entries]}
    result = read_lines(tmp_path, [json.dumps(text).encode()], "bundle.json")
    assert result.row("quarantine", "field, value") == ("entry[2].code", '"x"')
    assert result.ledger("Condition") == {"read": 2, "stored": 1, "quarantined": 1}


def test_a_bundle_that_breaks_off_is_one_unreadable_row(tmp_path: Path) -> None:
    """It is not guessed at."""
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": patient("b")}]})
    result = read_lines(tmp_path, [text[:-9].encode()], "bundle.json")
    assert result.ledger("(unreadable)") == {"read": 1, "quarantined": 1}


def test_a_bad_line_of_somebody_left_out_leaves_no_trace(tmp_path: Path) -> None:
    """Its text is in no quarantine; it is counted as left out."""
    export = tmp_path / "export"
    export.mkdir()
    consent = {"resourceType": "Consent", "id": "1", "status": "active",
               "patient": {"reference": "Patient/ann"}, "provision": {"type": "deny"}}  # fmt: skip
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    (export / "Consent.ndjson").write_text(ndjson([consent]))
    (export / "Condition.ndjson").write_bytes(line_of(code="x") + b"\n" + WHOLE[:-1] + b"\n")
    result = read(export, tmp_path / "tables")
    assert result.rows("quarantine", "*") == []
    assert result.ledger("Condition") == {"read": 1, "skipped": 1}
    assert result.ledger("(unreadable)") == {"read": 1, "skipped": 1}


HARMLESS: dict[str, bytes] = {
    # What looks odd and is no fault: the line is read as it says.
    "carriage return": WHOLE + b"\r",
    "white space around": b" \t" + WHOLE + b"  ",
    "integer beyond 64 bit": WHOLE[:-1] + b',"note":' + b"9" * 30 + b"}",
    "integer for a text": line_of(code={"coding": [{"code": "1", "display": 10**30}]}),
    "escaped NUL in a text": WHOLE.replace(b"Low", b"L\\u0000w"),
    "elements that are not read": WHOLE[:-1] + b',"note":1,"note":2,"_line":77,"_file":5}',
    "names in capitals": WHOLE[:-1] + b',"ID":"other"}',
    "nested 500 deep": WHOLE[:-1] + b',"extension":' + b"[" * 500 + b"]" * 500 + b"}",
    "leap second": line_of(onsetDateTime="2016-12-31T23:59:60Z"),
}


@pytest.mark.parametrize("neighbour", [b"{", None], ids=["beside a fault", "in good order"])
def test_what_is_no_fault_is_stored(neighbour: bytes | None, tmp_path: Path) -> None:
    """On the fast way and, beside a bad line, on the slow one: each row keeps its own line."""
    lines = [
        line.replace(b'"bad"', b'"fine%d"' % number)
        for number, line in enumerate(HARMLESS.values())
    ]
    result = read_lines(tmp_path, lines + ([neighbour] if neighbour else []))
    assert result.rows("events", "source_id, line", "line") == [
        (f"fine{number}", number + 1) for number in range(len(lines))
    ]
    assert len(result.rows("quarantine", "*")) == (neighbour is not None)


def test_how_lines_end(tmp_path: Path) -> None:
    """A byte order mark and any line end, packed or not, change no line and lose none."""
    changes: dict[str, Callable[[bytes], bytes]] = {
        "mark": lambda data: b"\xef\xbb\xbf" + data,
        "crlf": lambda data: data.replace(b"\n", b"\r\n"),
        "no end": lambda data: data.removesuffix(b"\n"),
        "blank": lambda data: data + b"\n\n",
    }
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    expected = []
    for name, change in changes.items():
        for bad in (b"", b"{\n"):
            rows = [condition(f"{name} {bool(bad)} {number}") for number in range(5)]
            data = change(ndjson(rows[:3]).encode() + bad + ndjson(rows[3:]).encode())
            ids = [row["id"] for row in rows]
            expected += list(zip(ids, [1, 2, 3, 5, 6] if bad else [1, 2, 3, 4, 5], strict=True))
            (export / f"{name} {bool(bad)}.ndjson").write_bytes(data)
            packed = data.replace(name.encode() + b" ", name.encode() + b" packed ")
            expected += [(own.replace(name, f"{name} packed"), line) for own, line in expected[-5:]]
            (export / f"{name} {bool(bad)}.ndjson.gz").write_bytes(gzip.compress(packed))
    result = read(export, tmp_path / "tables")
    assert result.rows("events", "source_id, line") == sorted(expected)
    assert len(result.rows("quarantine", "*")) == 8


def test_zones_move_no_day(tmp_path: Path) -> None:
    """The day and the time are those that were written down, whatever the zone."""
    expected = [
        ("2016-12-31T23:59:60Z", "2016-12-31", "2016-12-31 23:59:59"),
        ("2024-01-01T00:15:00+14:00", "2024-01-01", "2024-01-01 00:15:00"),
        ("2024-03-10T02:30:00-05:00", "2024-03-10", "2024-03-10 02:30:00"),
        ("2024-06-18T04:11Z", "2024-06-18", "2024-06-18 04:11:00"),
        ("2024-12-31T23:30:00-05:00", "2024-12-31", "2024-12-31 23:30:00"),
        ("2024-12-31T23:59:59.999-12:00", "2024-12-31", "2024-12-31 23:59:59"),
    ]
    lines = [
        json.dumps(condition(f"c{number}", onsetDateTime=text)).encode()
        for number, (text, _, _) in enumerate(expected)
    ]
    result = read_lines(tmp_path, lines)
    assert result.rows("events", "start_text, start_lo::VARCHAR, start_time::VARCHAR") == expected


def test_folders_that_look_like_columns(tmp_path: Path) -> None:
    """A folder called ``id=5`` is a folder, in the export and in the way to the workspace."""
    export = tmp_path / "patient=3" / "export"
    (export / "id=5" / "subject=x").mkdir(parents=True)
    (export / "Patient.ndjson").write_text(ndjson([patient(), patient("bob")]))
    (export / "id=5" / "subject=x" / "Condition.ndjson").write_text(
        ndjson([condition("c1"), condition("c2", "bob")])
    )
    result = read(export, tmp_path / "patient=3" / "tables")
    with Records.open(result.folder).connect() as connection:
        assert connection.execute("SELECT patient, source_id FROM events").fetchall() == [
            (0, "c1"),
            (1, "c2"),
        ]


def test_a_name_with_the_wrong_type(tmp_path: Path) -> None:
    """What a line says of itself counts, not the name of its file."""
    result = read_lines(
        tmp_path, [json.dumps(encounter()).encode(), json.dumps(condition()).encode()]
    )
    assert result.ledger("Encounter") == {"read": 1, "stored": 1}
    assert result.ledger("Condition") == {"read": 1, "stored": 1}


def test_references_in_a_circle(tmp_path: Path) -> None:
    """Images that refer to each other in a circle, or to themselves, are stored as one image."""
    circles = [
        {
            "resourceType": "Procedure", "id": f"{length}-{number}", "status": "completed",
            "subject": {"reference": "Patient/ann"}, "performedDateTime": "2024-05-01",
            "code": concept("72100", "http://www.ama-assn.org/go/cpt"),
            "partOf": [{"reference": f"Procedure/{length}-{(number + 1) % length}"}],
        }
        for length in (1, 2, 40)
        for number in range(length)
    ]  # fmt: skip
    result = read_lines(tmp_path, [json.dumps(one).encode() for one in circles])
    rows = result.rows("events", "split_part(source_id, '-', 1)::INTEGER, link")
    links = {link: length for length, link in rows}
    assert sorted(links.values()) == [1, 2, 40]
    assert Counter(link for _, link in rows) == links


def test_answers_nested_10_000_deep(tmp_path: Path) -> None:
    """A form within a form without end is quarantined, not a crash."""
    form = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed",
            "subject": {"reference": "Patient/ann"}, "item": []}  # fmt: skip
    deep = b'[{"item":' * 10_000 + b"[]" + b"}]" * 10_000
    result = read_lines(
        tmp_path, [json.dumps(form).encode().replace(b"[]", deep), json.dumps(GOOD[0]).encode()]
    )
    assert result.row("quarantine", "line, reason") == (1, "its elements are nested too deeply")
    assert result.row("events", "source_id, line") == ("c0", 2)


@pytest.mark.parametrize("type_", ["Condition", "Binary"])
def test_a_line_larger_than_a_resource_can_be(type_: str, tmp_path: Path) -> None:
    """
    A line of 64 MB (1 GB in the soak test) is set apart without being held in memory.

    Its beginning is kept in the quarantine; where its type is not used, it is counted as that.
    """
    size = (1 << 30) if SOAK else (64 << 20)
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    with (export / "all.ndjson").open("wb") as stream:
        stream.write(ndjson(GOOD[:1]).encode())
        stream.write(WHOLE[:-1].replace(b"Condition", type_.encode()) + b',"data":"')
        for _ in range(size >> 20):
            stream.write(b"x" * (1 << 20))
        stream.write(b'"}\n' + ndjson(GOOD[1:2]).encode())
    tracemalloc.start()
    try:
        result = read(export, tmp_path / "tables")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size
    assert result.rows("events", "source_id, line") == [("c0", 1), ("c1", 3)]
    if type_ == "Binary":
        assert result.ledger("Binary") == {"read": 1, "skipped": 1}
    else:
        [(line, reason, kept)] = result.rows("quarantine", "line, reason, length(raw)")
        assert (line, reason) == (2, "the resource is larger than 16 MB")
        assert kept <= 100_000


def test_a_bundle_larger_than_a_resource_can_be(tmp_path: Path) -> None:
    """One line of 20 MB that is a Bundle is read entry by entry."""
    big = {"resourceType": "Binary", "id": "b", "data": "x" * 20_000_000}
    entries = [patient("bob"), big, condition("a", "bob")]
    text = {"entry": [{"resource": entry} for entry in entries], "resourceType": "Bundle"}
    result = read_lines(tmp_path, [json.dumps(text).encode()], "bundle.json")
    assert result.row("events", "source_id") == ("a",)
    assert result.ledger("Binary") == {"read": 1, "skipped": 1}


def test_entries_that_are_none(tmp_path: Path) -> None:
    """A Bundle keeps its good entries; each bad one is named by its place."""
    entries = ["x", {"resource": condition("a")}, None, {"resource": 5}, {"resource": [1]}, {}]
    text = {"resourceType": "Bundle", "entry": entries}
    result = read_lines(tmp_path, [json.dumps(text).encode()], "bundle.json")
    assert result.rows("events", "source_id") == [("a",)]
    assert [row[0] for row in result.rows("quarantine", "field")] == [
        "entry[0]", "entry[3]", "entry[4]",
    ]  # fmt: skip
    assert result.ledger("(entry without a resource)") == {"read": 2, "skipped": 2}


def test_bundles_within_a_bundle(tmp_path: Path) -> None:
    """The answer to a batch holds Bundles: their entries are read, and told apart."""

    def bundle(*resources: Any) -> dict[str, Any]:
        return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}

    inner = bundle(condition("a"), bundle(condition("b"), condition("c", code=5)))
    text = bundle(inner, condition("d"), bundle(condition("e")))
    for number, written in enumerate([json.dumps(text), json.dumps(text, indent=1)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        result = read_lines(folder, [written.encode()], "bundle.json")
        assert [row[0] for row in result.rows("events", "source_id")] == ["a", "b", "d", "e"]
        assert result.row("quarantine", "field") == (
            "entry[0].resource.entry[1].resource.entry[1].code",
        )


def test_bundles_without_end(tmp_path: Path) -> None:
    """A Bundle in a Bundle in a Bundle, and so on, is cut off and named."""
    text: dict[str, Any] = condition("deep")
    for _ in range(60):
        text = {"resourceType": "Bundle", "entry": [{"resource": text}]}
    result = read_lines(tmp_path, [json.dumps(text).encode(), json.dumps(GOOD[0]).encode()])
    assert result.row("quarantine", "line, reason") == (1, "its elements are nested too deeply")
    assert result.row("events", "source_id") == ("c0",)


def test_every_line_is_bad(tmp_path: Path) -> None:
    """Thousands of bad lines of each kind that only the strict reader finds are told one by one."""
    twice = WHOLE.replace(b'"reference":', b'"reference": "x", "reference":')
    lines = [twice.replace(b'"bad"', b'"bad%d"' % number) for number in range(3_000)]
    lines += [WHOLE.replace(b"Low", b"\xff")] * 2_000
    lines += [json.dumps(GOOD[0]).encode()]
    result = read_lines(tmp_path, lines)
    assert len(result.rows("quarantine", "line")) == 5_000
    assert result.rows("events", "line") == [(5_001,)]


def test_a_pretty_array(tmp_path: Path) -> None:
    """A JSON array of resources over several lines is no FHIR: each line is accounted for."""
    result = read_lines(tmp_path, [b"[", WHOLE + b",", WHOLE + b"]"], "array.json")
    assert result.ledger("(unreadable)") == {"read": 3, "quarantined": 3}


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_empty_files(data: bytes, tmp_path: Path) -> None:
    """An empty file is listed among the sources and holds nothing."""
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    (export / "Condition.ndjson").write_bytes(data)
    result = read(export, tmp_path / "tables")
    assert [row[0] for row in result.rows("sources", "path")] == [
        "Condition.ndjson", "Patient.ndjson",
    ]  # fmt: skip
    assert result.rows("events", "*") == []


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.99])
def test_a_gzip_file_that_breaks_off(kept: float, tmp_path: Path) -> None:
    """Nobody knows how many lines are missing: the import is refused, and the file named."""
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    whole = gzip.compress(ndjson(condition(f"c{n * 7919 % 4001}") for n in range(2_000)).encode())
    (export / "Condition.ndjson.gz").write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(IntakeError, match="cannot be unpacked") as error:
        read(export, tmp_path / "tables")
    assert error.value.where == "Condition.ndjson.gz"
