"""Settling: what becomes of staged rows, and that every source row is accounted for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spinewise.intake import staging
from spinewise.intake.reader import Reading, SourceFile, silent
from spinewise.intake.settle import Forgotten, SourceRow, settle
from spinewise.tables import TABLES, Extract

TODAY = date(2025, 6, 1)
SOURCE = SourceRow(file=SourceFile(0, "export.csv", Path("export.csv")), sha256="0" * 64, bytes=1)

NOTHING_SAID = Reading()
NOBODY = Forgotten()

Rows = Sequence[Mapping[str, Any]]


class Settled:
    """The tables of one settling."""

    def __init__(self, folder: Path, extract: Extract) -> None:
        self.folder = folder
        self.extract = extract

    def rows(self, table: str, columns: str, order: str = "ALL") -> list[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM '{self.folder / table}.parquet' ORDER BY {order}"
        return duckdb.execute(query).fetchall()

    def ledger(self) -> list[tuple[Any, ...]]:
        columns = "type, read, stored, merged, skipped, not_a_fact, quarantined, reason"
        return self.rows("ledger", columns)


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Stage rows given as mappings, in lines of their order, and settle them."""
    count = iter(range(100))

    def run(
        patients: Rows = (),
        visits: Rows = (),
        events: Rows = (),
        coverage: Rows = (),
        faults: Rows = (),
        clinicians: Rows = (),
        reading: Reading = NOTHING_SAID,
        today: date = TODAY,
        forgotten: Forgotten = NOBODY,
    ) -> Settled:
        connection = duckdb.connect()
        staging.create(connection)
        lines: dict[str, set[tuple[int, int]]] = {}
        for table, type_, rows in (
            ("stage_patients", "Patient", patients),
            ("stage_visits", "Encounter", visits),
            ("stage_events", "Condition", events),
            ("stage_coverage", "Coverage", coverage),
            ("stage_clinicians", "", clinicians),
            ("faults", "Condition", faults),
        ):
            for line, given in enumerate(rows, 1):
                row: dict[str, Any] = dict(given)
                if table == "faults":
                    row = {"file": 0, "type": type_, "line": line, **row}
                elif table != "stage_clinicians":
                    row = {"file": 0, "line": line, "source_type": type_, **row}
                    lines.setdefault(row["source_type"], set()).add(
                        (row["line"], row.get("entry", 0))
                    )
                names = ", ".join(row)
                marks = ", ".join("?" * len(row))
                connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())
                )
        for type_, places in lines.items():
            extra = len(faults) if type_ == "Condition" else 0
            connection.execute(
                "INSERT INTO read_lines VALUES (0, ?, ?, 0, NULL)", [type_, len(places) + extra]
            )
        if faults and "Condition" not in lines:
            connection.execute(
                "INSERT INTO read_lines VALUES (0, 'Condition', ?, 0, NULL)", [len(faults)]
            )
        folder = tmp_path / str(next(count))
        folder.mkdir()
        extract = settle(
            connection, folder, format="fhir", digest="d", sources=[SOURCE], reading=reading,
            today=today, forgotten=forgotten, progress=silent,
        )  # fmt: skip
        return Settled(folder, extract)

    return run


ANN = {"patient_id": "ann", "birth_text": "1980-03"}
BOB = {"patient_id": "bob", "birth_text": "1950-01-01", "consent": "out"}


def code(value: str, system: str = "http://hl7.org/fhir/sid/icd-10-cm", display: str = "") -> Any:
    return [{"system": system, "value": value, "display": display or None}]


def event(**fields: Any) -> dict[str, Any]:
    return {"patient_id": "ann", "kind": "condition", "start_text": "2024-05-01", **fields}


def test_every_table_has_its_columns_in_order(run: Any) -> None:
    """What is written is what tables.py says, names and types, also when there is nothing."""
    settled = run()
    for table, columns in TABLES.items():
        described = duckdb.execute(f"DESCRIBE FROM '{settled.folder / table}.parquet'").fetchall()
        assert {row[0]: row[1] for row in described} == columns


def test_patients_get_dense_keys_in_order_of_their_ids(run: Any) -> None:
    """Keys start at 0 and follow the ids, whatever the order of the export."""
    settled = run(patients=[{"patient_id": name} for name in ("c", "a", "b")])
    assert settled.rows("patients", "patient, patient_id") == [(0, "a"), (1, "b"), (2, "c")]


def test_dates_are_kept_as_written_and_as_spans(run: Any) -> None:
    """The raw text stays; a partial date is a span; a time of day is local."""
    settled = run(
        patients=[{**ANN, "death_text": "true"}],
        events=[event(start_text="2024", recorded_text="2024-06-18T04:11:00+10:00")],
    )
    assert settled.rows("patients", "birth_text, birth_lo, birth_hi, death_text, death_lo") == [
        ("1980-03", date(1980, 3, 1), date(1980, 3, 31), "true", None)
    ]
    assert settled.rows(
        "events", "start_text, start_lo, start_hi, start_time, recorded_lo, recorded_time::VARCHAR"
    ) == [("2024", date(2024, 1, 1), date(2024, 12, 31), None, date(2024, 6, 18),
           "2024-06-18 04:11:00")]  # fmt: skip


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "not-done"])
def test_what_did_not_happen_is_no_fact(run: Any, status: str) -> None:
    """Such rows are counted and not stored."""
    settled = run(patients=[ANN], events=[event(status=status), event(status="active")])
    assert settled.ledger()[0] == ("Condition", 2, 1, 0, 0, 1, 0, None)
    assert settled.rows("events", "status") == [("active",)]


def test_a_refuted_finding_is_a_fact_and_a_planned_visit_is_none(run: Any) -> None:
    """Refuted and planned events are stored; a visit that was only planned is not."""
    settled = run(
        patients=[ANN],
        visits=[{"patient_id": "ann", "status": "planned"}],
        events=[event(status="refuted", end_text="2024-05-03"), event(status="planned")],
    )
    assert settled.rows("events", "status") == [("planned",), ("refuted",)]
    assert settled.rows("visits", "*") == []
    assert ("Encounter", 1, 0, 0, 0, 1, 0, None) in settled.ledger()


def test_the_newest_version_is_kept(run: Any) -> None:
    """By its time of update as an instant; without one the later in the export."""
    settled = run(
        patients=[ANN],
        events=[
            event(source_id="1", text="new", updated_text="2024-05-02T01:00:00+02:00"),
            event(source_id="1", text="old", updated_text="2024-05-01T22:59:00Z"),
            event(source_id="2", text="first"),
            event(source_id="2", text="second"),
        ],
    )
    assert settled.rows("events", "text") == [("new",), ("second",)]
    assert settled.ledger()[0] == ("Condition", 4, 2, 2, 0, 0, 0, None)


def test_all_parts_of_an_older_version_go(run: Any) -> None:
    """A newer version of a claim with fewer lines leaves no line of the older behind."""
    claim = {"source_id": "c", "source_type": "Claim"}
    settled = run(
        patients=[ANN],
        events=[
            event(**claim, line=1, part=0, text="old 0", updated_text="2024-01-01"),
            event(**claim, line=1, part=1, text="old 1", updated_text="2024-01-01"),
            event(**claim, line=2, part=0, text="new 0", updated_text="2024-01-02"),
        ],
    )
    assert settled.rows("events", "text") == [("new 0",)]
    assert settled.ledger()[0] == ("Claim", 2, 1, 1, 0, 0, 0, None)


def test_a_newer_version_that_is_no_fact_removes_the_older(run: Any) -> None:
    """Marked as entered in error later: neither version is stored."""
    settled = run(
        patients=[ANN],
        events=[event(source_id="1"), event(source_id="1", status="entered-in-error")],
    )
    assert settled.rows("events", "*") == []
    assert settled.ledger()[0] == ("Condition", 2, 0, 1, 0, 1, 0, None)


def test_equal_rows_without_an_id_are_one(run: Any) -> None:
    """All fields equal: merged. One field different: two facts."""
    settled = run(
        patients=[ANN],
        events=[event(codings=code("M54.50")), event(codings=code("M54.50")),
                event(codings=code("M54.50"), start_text="2024-05-02")],
    )  # fmt: skip
    assert settled.rows("events", "start_text") == [("2024-05-01",), ("2024-05-02",)]
    assert settled.ledger()[0] == ("Condition", 3, 2, 1, 0, 0, 0, None)


def test_a_person_whose_consent_is_out_is_nowhere(run: Any) -> None:
    """No row, no count but the number left out, and no trace in the quarantine."""
    settled = run(
        patients=[ANN, BOB],
        visits=[{"patient_id": "bob", "source_id": "v", "start_text": "2019-02-31"}],
        events=[event(patient_id="bob", codings=code("Z99.99", display="rare"))],
        coverage=[{"patient_id": "bob", "start_text": "2020"}],
        faults=[{"raw": '{"subject": {"reference": "Patient/bob"}, ', "reason": "cut off"},
                {"raw": "{", "patient_id": "bob", "reason": "cut off"},
                {"raw": '{"subject": "Patient/bobby"', "reason": "cut off"}],
    )  # fmt: skip
    assert settled.extract.consent_out == 1
    assert settled.rows("patients", "patient_id") == [("ann",)]
    for table in ("visits", "events", "coverage", "codes"):
        assert settled.rows(table, "*") == []
    assert settled.rows("quarantine", "raw") == [('{"subject": "Patient/bobby"',)]
    out = "consent is out"
    assert settled.ledger() == [
        ("Condition", 1, 0, 0, 0, 0, 1, None),
        ("Condition", 3, 0, 0, 3, 0, 0, out),
        ("Coverage", 1, 0, 0, 1, 0, 0, out),
        ("Encounter", 1, 0, 0, 1, 0, 0, out),
        ("Patient", 1, 0, 0, 1, 0, 0, out),
        ("Patient", 1, 1, 0, 0, 0, 0, None),
    ]


def test_the_newest_word_on_consent_counts(run: Any) -> None:
    """Somebody who came back in is in."""
    settled = run(patients=[BOB, {**BOB, "consent": "in"}])
    assert settled.extract.consent_out == 0
    assert settled.rows("patients", "patient_id") == [("bob",)]


def test_forgotten_people_stay_away(run: Any) -> None:
    """A later import leaves them out by their keyed digest, also where only events name them."""
    digest = duckdb.execute("SELECT sha256('key' || 'ann')").fetchall()[0][0]
    forgotten = Forgotten(key="key", digests=[digest])
    for patients in ([ANN], []):
        settled = run(patients=patients, events=[event()], forgotten=forgotten)
        assert settled.rows("patients", "*") == []
        assert settled.rows("events", "*") == []
        assert settled.rows("quarantine", "*") == []
        assert settled.ledger()[0][4] == 1
        assert settled.extract.consent_out == 0


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (event(patient_id="nobody"), "patient_id", "nobody"),
        (event(patient_id=None), "patient_id", None),
        (event(start_text="2019-02-31"), "start", "2019-02-31"),
        (event(recorded_text="yesterday"), "recorded", "yesterday"),
        (event(end_text="2024-13"), "end", "2024-13"),
        (event(onset_text="20241301"), "onset", "20241301"),
        (event(kind="diagnosis"), "kind", "diagnosis"),
        (event(kind=None), "kind", None),
        (event(setting="clinic"), "setting", "clinic"),
        (event(status="done"), "status", "done"),
    ],
)
def test_a_faulty_row_is_quarantined_with_value_and_mend(
    run: Any, row: dict[str, Any], field: str, value: str | None
) -> None:
    """It is not stored; place, field, value, reason and mend are kept."""
    settled = run(patients=[ANN], events=[event(), row])
    assert len(settled.rows("events", "*")) == 1
    [(line, found, seen, reason, mend)] = settled.rows(
        "quarantine", "line, field, value, reason, mend"
    )
    assert (line, found, seen) == (2, field, value)
    assert reason
    assert mend
    assert settled.ledger()[0] == ("Condition", 2, 1, 0, 0, 0, 1, None)


def test_a_patient_with_an_impossible_birth_date_is_quarantined_with_all_rows(run: Any) -> None:
    """The rows say that the patient's own row is at fault."""
    settled = run(patients=[{"patient_id": "ann", "birth_text": "1980-02-30"}], events=[event()])
    assert settled.rows("quarantine", "field, reason") == [
        ("birth", "no calendar has this day"),
        ("patient_id", "the patient's own row is in quarantine"),
    ]
    assert settled.rows("patients", "*") == []


def test_one_bad_part_leaves_the_source_row_stored(run: Any) -> None:
    """A claim with one good and one bad line is one source row, stored; the bad line is listed."""
    claim = {"source_id": "c", "source_type": "Claim", "line": 1}
    settled = run(
        patients=[ANN],
        events=[event(**claim, part=0), event(**claim, part=1, start_text="2024-02-31")],
    )
    assert settled.ledger()[0] == ("Claim", 1, 1, 0, 0, 0, 0, None)
    assert settled.rows("quarantine", "value") == [("2024-02-31",)]


def test_a_superseded_row_is_merged(run: Any) -> None:
    """A claim whose explanation of benefit is there counts as merged."""
    settled = run(patients=[ANN], events=[event(status="superseded"), event()])
    assert settled.ledger()[0] == ("Condition", 2, 1, 1, 0, 0, 0, None)


def test_events_carry_their_visit(run: Any) -> None:
    """Key, days and setting of the visit; never another person's visit."""
    settled = run(
        patients=[ANN, {"patient_id": "carl"}],
        visits=[
            {"patient_id": "ann", "source_id": "late", "start_text": "2024-06"},
            {"patient_id": "ann", "source_id": "v", "start_text": "2024-05-01",
             "setting": "emergency"},
        ],
        events=[event(visit_id="v"), event(visit_id="none"),
                event(patient_id="carl", visit_id="v")],
    )  # fmt: skip
    assert settled.rows("visits", "visit, source_id", "visit") == [(0, "v"), (1, "late")]
    assert settled.rows("events", "patient, visit, visit_lo, visit_setting", "patient, visit") == [
        (0, 0, date(2024, 5, 1), "emergency"),
        (0, None, None, None),
        (1, None, None, None),
    ]


def test_references_tie_rows_to_one_image_over_any_number_of_hops(run: Any) -> None:
    """Report -> study -> procedure -> order is one link, also for a finding from the report."""

    def image(text: str, *links: str) -> dict[str, Any]:
        return event(kind="imaging", links=list(links), text=text)

    settled = run(
        patients=[ANN],
        events=[
            event(kind="finding", links=["Observation/9", "DiagnosticReport/4"], text="finding"),
            image("report", "DiagnosticReport/4", "ImagingStudy/3"),
            image("study", "ImagingStudy/3", "Procedure/2"),
            image("performed", "Procedure/2", "ServiceRequest/1"),
            image("order", "ServiceRequest/1"),
            image("other", "ServiceRequest/7"),
            event(links=["Condition/1"], text="own name only"),
        ],
    )
    links = dict(settled.rows("events", "text, link"))
    assert links.pop("own name only") is None
    assert links.pop("other") == "ServiceRequest/7"
    assert set(links.values()) == {"ServiceRequest/1"}


def test_two_orders_that_nothing_ties_are_two_images(run: Any) -> None:
    """Without a common name there is no common link."""
    settled = run(
        patients=[ANN],
        events=[event(kind="imaging", role="order", links=[f"ServiceRequest/{n}"]) for n in "12"],
    )
    assert len({row[0] for row in settled.rows("events", "link")}) == 2


def test_codings_become_keys_by_their_meaning(run: Any) -> None:
    """Spelling of system, dot and display make no difference; another coding does."""
    both = [*code("M54.50"), *code("279039007", "http://snomed.info/sct", "Low back pain")]
    settled = run(
        patients=[ANN],
        events=[
            event(text="a", codings=code("M54.50", display="Low back pain")),
            event(text="b", codings=code("M5450", "ICD10CM")),
            event(text="c", codings=both),
            event(text="d", codings=[], reason=both),
        ],
    )
    codes = dict(settled.rows("events", "text, code"))
    assert codes["a"] == codes["b"] == 0
    assert codes["c"] == 1
    assert codes["d"] is None
    assert settled.rows("events", "reason", "event") == [(None,), (None,), (None,), (1,)]
    assert settled.rows("codes", "*") == [
        (0, "ICD-10-CM", "M54.50", "Low back pain"),
        (1, "ICD-10-CM", "M54.50", None),
        (1, "SNOMED-CT", "279039007", "Low back pain"),
    ]


def test_a_procedure_with_an_imaging_code_is_imaging(run: Any) -> None:
    """Its role is performed; another procedure stays what it is."""
    cpt = "http://www.ama-assn.org/go/cpt"
    settled = run(
        patients=[ANN],
        events=[event(kind="procedure", codings=code("72100", cpt)),
                event(kind="procedure", codings=code("97110", cpt))],
    )  # fmt: skip
    assert settled.rows("events", "kind, role") == [("imaging", "performed"), ("procedure", None)]


def test_what_is_known_of_a_clinician_reaches_the_rows(run: Any) -> None:
    """One name for several, and the specialty where the row has none."""
    nucc = "http://nucc.org/provider-taxonomy"
    settled = run(
        patients=[{**ANN, "clinician": "npi9"}],
        visits=[{"patient_id": "ann", "clinician": "npi9"}],
        events=[event(clinician="dr", specialty=code("1", nucc)), event(clinician="other")],
        clinicians=[
            {"clinician": "npi9", "known_as": "dr", "specialty": code("207X00000X", nucc)},
            {"clinician": "dr", "specialty": code("207X00000X", nucc)},
        ],
    )
    values = dict(settled.rows("codes", "code, value"))
    assert settled.rows("patients", "clinician") == [("dr",)]
    [(clinician, specialty)] = settled.rows("visits", "clinician, specialty")
    assert (clinician, values[specialty]) == ("dr", "207X00000X")
    found = {name: values.get(key) for name, key in settled.rows("events", "clinician, specialty")}
    assert found == {"dr": "1", "other": None}


def test_the_last_record_sets_the_cut_off_and_a_typo_does_not(run: Any) -> None:
    """Days after today are stored and said, but do not move the cut-off."""
    settled = run(patients=[ANN], events=[event(), event(start_text="2204-05-01")])
    assert settled.extract.cutoff == date(2024, 5, 1)
    assert settled.extract.cutoff_from == "last record"
    assert "dates-after-today" in settled.extract.assumptions
    assert len(settled.rows("events", "*")) == 2


def test_a_declared_cut_off_is_used(run: Any) -> None:
    """What the export or its mapping says comes before the last record."""
    reading = Reading(cutoff=date(2025, 1, 31), cutoff_from="export")
    extract = run(patients=[ANN], events=[event()], reading=reading).extract
    assert (extract.cutoff, extract.cutoff_from) == (date(2025, 1, 31), "export")


def test_what_the_source_does_not_carry_is_said(run: Any) -> None:
    """No recorded dates, no settings, no visits."""
    extract = run(patients=[ANN], events=[event()]).extract
    assert extract.assumptions == ["no-recorded-dates", "no-visits"]
    extract = run(patients=[ANN], visits=[{"patient_id": "ann"}]).extract
    assert extract.assumptions == ["no-settings"]


def test_sums_that_do_not_agree_stop_the_import(run: Any) -> None:
    """A reader that loses a line is found out."""
    with pytest.raises(AssertionError, match="accounted for"):
        run(faults=[{"file": 0, "type": "Procedure"}])
