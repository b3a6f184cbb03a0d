"""Faults in FHIR files: no line is lost, none is bent, and each bad one says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.fhir import Read, condition, ndjson, patient, read

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
    "element twice": (WHOLE[:-1] + b',"id":"other"}', None, None),
    "array": (b"[" + WHOLE + b"]", None, None),
    "two objects on a line": (WHOLE + WHOLE, None, None),
    "no resource type": (without("resourceType"), None, None),
    "impossible date": (line_of(onsetDateTime="2019-02-31"), "start", "2019-02-31"),
    "text for a date": (line_of(onsetDateTime="last spring"), "start", "last spring"),
    "nobody": (without("subject"), "patient_id", None),
}  # fmt: skip


def read_lines(folder: Path, lines: list[bytes], name: str = "Condition.ndjson") -> Read:
    export = folder / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson([patient()]))
    (export / name).write_bytes(b"\n".join(lines) + b"\n")
    return read(export, folder / "tables")


def total(result: Read) -> int:
    return sum(int(rows) for (rows,) in result.rows("ledger", "read")) - 1  # Ann's own row


@pytest.mark.parametrize(
    ("fault", "place"), [(fault, 20 * (number % 3)) for number, fault in enumerate(FAULTS)]
)
def test_one_bad_line_is_quarantined_and_all_others_are_stored(
    fault: str, place: int, tmp_path: Path
) -> None:
    """First, in the middle or last: with its line, field, value, reason, mend and raw text."""
    bad, field, value = FAULTS[fault]
    lines = [json.dumps(resource).encode() for resource in GOOD]
    lines.insert(place, bad)
    result = read_lines(tmp_path, lines)
    assert len(result.rows("events", "*")) == 40
    [(line, found, shown, reason, mend, raw)] = result.rows(
        "quarantine", "line, field, value, reason, mend, raw"
    )
    assert line == place + 1
    assert (found, shown) == (field, value)
    assert reason
    assert mend
    assert raw
    assert total(result) == 41
    assert {row[0] for row in result.rows("events", "line")} == set(range(1, 42)) - {place + 1}


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
