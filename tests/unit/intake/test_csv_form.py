"""The CSV form: what each kind of row becomes. The tables are small enough to read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spinewise.errors import IntakeError
from spinewise.intake import csv_form
from spinewise.intake.reader import SourceFile

PATIENTS = """\
patient_id,birth_date,sex,death_date,clinician_id,practice_id,enrolled_from,enrolled_to,consent,language
ann,1980-03,F,,dr-1,north,2019-01-01,,in,EN
bob,1950-01-01,male,2024-05-05,dr-1,north,,,,fr
"""
HEAD = "patient_id,kind,system,code,start"


def form(*rows: str, head: str = HEAD) -> dict[str, str]:
    return {"patients.csv": PATIENTS, "events.csv": "\n".join([head, *rows]) + "\n"}


def test_people(read: Any) -> None:
    """A row of patients.csv becomes one person, with partial dates kept as such."""
    export = read(form("ann,visit,,,2024-01-01"))
    columns = "patient_id, birth_lo, birth_hi, sex, death_lo, clinician, enrolled_from_lo, language"
    assert export.rows("patients", columns) == [
        (
            "ann",
            date(1980, 3, 1),
            date(1980, 3, 31),
            "female",
            None,
            "dr-1",
            date(2019, 1, 1),
            "en",
        ),
        ("bob", date(1950, 1, 1), date(1950, 1, 1), "male", date(2024, 5, 5), "dr-1", None, "fr"),
    ]


def test_coverage_is_spans(read: Any) -> None:
    """coverage.csv gives several spans a person; an open end means still covered."""
    files = form("ann,visit,,,2024-01-01")
    files["coverage.csv"] = "patient_id,start,end\nann,2019-01-01,2019-12-31\nann,2020-03-01,\n"
    assert read(files).rows("coverage", "start_lo, end_lo") == [
        (date(2019, 1, 1), date(2019, 12, 31)),
        (date(2020, 3, 1), None),
    ]


def test_visits_and_events(read: Any) -> None:
    """kind=visit rows are visits, others are events tied to them by encounter_id."""
    export = read(
        form(
            "ann,visit,OHIP-FEE,A007,2024-01-08T09:30,e1,office",
            "ann,condition,ICD-10-CM,M545,2024-01-08,e1,",
            "ann,condition,ICD-10-CM,M54.5,2024-02-01,,",
            head=f"{HEAD},encounter_id,setting",
        )
    )
    assert export.rows("visits", "source_id, setting, start_time::VARCHAR") == [
        ("e1", "office", "2024-01-08 09:30:00")
    ]
    assert export.rows("events", "start_text, visit, visit_setting") == [
        ("2024-01-08", 0, "office"),
        ("2024-02-01", None, None),
    ]
    assert export.codes() == [("ICD-10-CM", "M54.5")] * 2


def test_a_visit_without_an_id_is_still_a_visit(read: Any) -> None:
    """Two visits without encounter_id are two visits."""
    export = read(form("ann,visit,,,2024-01-01", "ann,visit,,,2024-01-02"))
    assert export.values("visits", "start_text") == ["2024-01-01", "2024-01-02"]


def test_encounter_ids_that_people_share(read: Any) -> None:
    """Ids that are only unique within a person do not merge visits of two people."""
    export = read(
        form(
            "ann,visit,,,2024-01-01,1",
            "bob,visit,,,2024-01-02,1",
            "bob,condition,ICD-9-CM,724.2,2024-01-02,1",
            head=f"{HEAD},encounter_id",
        )
    )
    assert export.values("visits", "start_text") == ["2024-01-01", "2024-01-02"]
    assert export.values("events", "visit_lo") == [date(2024, 1, 2)]
    assert "visit-ids-by-patient" in export.extract.assumptions


@pytest.mark.parametrize(
    ("status", "role"),
    [("active", "order"), ("planned", "order"), ("completed", "performed"), ("", "performed")],
)
def test_role_of_an_image(read: Any, status: str, role: str) -> None:
    """What is active or planned is an order; anything else was performed."""
    export = read(form(f"ann,imaging,CPT,72148,2024-01-01,{status}", head=f"{HEAD},status"))
    assert export.rows("events", "kind, role") == [("imaging", role)]
    assert ("no-status" in export.extract.assumptions) == (status == "")


def test_an_order_its_image_and_what_the_report_found(read: Any) -> None:
    """Rows of one order_id are one image; conditions and findings with it are from its report."""
    export = read(
        form(
            "ann,imaging,CPT,72148,2024-01-01,active,o1,",
            "ann,imaging,CPT,72148,2024-01-20,completed,o1,",
            "ann,condition,ICD-10-CM,M80.08XA,2024-01-20,,o1,",
            "ann,finding,,F1,2024-01-20,,o1,yes",
            "ann,condition,ICD-10-CM,M54.5,2024-01-20,,,",
            "bob,imaging,CPT,72148,2024-01-01,active,o1,",
            head=f"{HEAD},status,order_id,value",
        )
    )
    links = dict(export.rows("events", "line, link"))
    assert links[2] is not None
    assert links[2] == links[3] == links[4] == links[5]
    assert links[6] is None
    assert links[7] != links[2], "an order id of somebody else is another order"


def test_the_diagnosis_on_the_claim_of_an_image_is_its_reason(read: Any) -> None:
    """Diagnoses with the claim_id of an image, principal first; those refuted are none."""
    export = read(
        form(
            "ann,imaging,CPT,72148,2024-01-01,c1,,",
            "ann,condition,ICD-10-CM,R10.9,2024-01-01,c1,2,",
            "ann,condition,ICD-10-CM,M54.5,2024-01-01,c1,1,",
            "ann,condition,ICD-10-CM,C41.2,2024-01-01,c1,3,refuted",
            "bob,condition,ICD-10-CM,M51.26,2024-01-01,c1,1,",
            "bob,imaging,CPT,72148,2024-01-01,c2,,",
            head=f"{HEAD},claim_id,position,status",
        )
    )
    assert export.codes("kind = 'imaging' AND patient = 0", key="reason") == [
        ("ICD-10-CM", "M54.5"),
        ("ICD-10-CM", "R10.9"),
    ]
    assert export.codes("kind = 'imaging' AND patient = 1", key="reason") == []


def test_images_among_procedures(read: Any) -> None:
    """A procedure row whose code is one of an image is an image, and this is said."""
    export = read(form("ann,procedure,CPT,72110,2024-01-01", "ann,procedure,CPT,99213,2024-01-01"))
    assert export.rows("events", "kind, role") == [("imaging", "performed"), ("procedure", None)]
    assert "images-among-procedures" in export.extract.assumptions


def test_findings(read: Any) -> None:
    """A finding is present or absent by a person's answer; without one it is not documented."""
    export = read(
        form(
            "ann,finding,,N1,2024-01-01,present",
            "ann,finding,,N2,2024-01-01,No",
            "ann,finding,,N3,2024-01-01,OUI",
            "ann,finding,,N4,2024-01-01,0",
            "ann,finding,,N5,2024-01-01,",
            "ann,finding,,N6,2024-01-01,perhaps",
            head=f"{HEAD},value",
        )
    )
    assert export.codes() == [("spinewise-finding", f"N{number}") for number in (1, 2, 3, 4)]
    assert export.rows("events", "line, value") == [
        (2, "present"),
        (3, "absent"),
        (4, "present"),
        (5, "absent"),
    ]
    assert export.ledger()["events"] == (6, 4, 0, 1, 0, 1)
    assert export.rows("quarantine", "line, field, value, raw") == [
        (7, "value", "perhaps", "ann,finding,,N6,2024-01-01,perhaps")
    ]


def test_answers(read: Any) -> None:
    """Survey answers keep words and numbers; a decimal comma is read if it can only be that."""
    export = read(
        form(
            "ann,answer,,quality-of-life,2024-01-01,7",
            'ann,answer,,quality-of-life,2024-01-02,"0,85"',
            "ann,answer,,experience,2024-01-03,definitely",
            'ann,answer,,quality-of-life,2024-01-04,"1,500"',
            "ann,answer,,quality-of-life,2024-01-05,",
            head=f"{HEAD},value",
        )
    )
    assert export.rows("events", "line, value, number") == [
        (2, "7", 7.0),
        (3, "0.85", 0.85),
        (4, "definitely", None),
    ]
    assert {system for system, _ in export.codes()} == {"spinewise-item"}
    assert export.values("quarantine", "value") == ["1,500"]
    assert export.ledger()["events"] == (5, 3, 0, 1, 0, 1)
    assert "decimal-comma" in export.extract.assumptions


def test_medication_fields(read: Any) -> None:
    """Days supplied, units and who prescribed are kept."""
    export = read(
        form(
            "ann,medication,ATC,N02AA01,2024-01-01,2024-01-07,30,dr-9,prescribing",
            head=f"{HEAD},end,days_supply,clinician_id,clinician_role",
        )
    )
    assert export.rows("events", "end_lo, days_supply, clinician, clinician_role") == [
        (date(2024, 1, 7), 30, "dr-9", "prescribing")
    ]


def test_what_is_not_a_fact(read: Any) -> None:
    """Cancelled and entered in error are counted, not stored; refuted conditions are stored."""
    export = read(
        form(
            "ann,condition,ICD-10-CM,M54.5,2024-01-01,,cancelled",
            "ann,condition,ICD-10-CM,M54.5,2024-01-02,,Entered in error",
            "ann,condition,ICD-10-CM,G83.4,2024-01-03,2024-01-09,refuted",
            "ann,visit,,,2024-01-04,,planned",
            "ann,procedure,CPT,97110,2024-01-05,,refuted",
            head=f"{HEAD},end,status",
        )
    )
    assert export.rows("events", "status, start_text, end_lo") == [
        ("refuted", "2024-01-03", date(2024, 1, 9))
    ]
    assert export.ledger()["events"] == (5, 1, 0, 0, 3, 1)
    assert export.rows("quarantine", "line, field, value") == [(6, "status", "refuted")]


def test_problem_list(read: Any) -> None:
    """An active condition of no visit, claim or report stands on the problem list."""
    export = read(
        form(
            "ann,condition,ICD-10-CM,M54.5,2019,,,,active",
            "ann,condition,ICD-10-CM,M54.5,2020,e1,,,active",
            "ann,condition,ICD-10-CM,M54.5,2021,,c1,,active",
            "ann,condition,ICD-10-CM,M54.5,2022,,,o1,active",
            "ann,condition,ICD-10-CM,M54.5,2023,,,,",
            head=f"{HEAD},encounter_id,claim_id,order_id,status",
        )
    )
    assert export.rows("events", "start_text, category") == [
        ("2019", "problem-list"),
        *((year, "encounter-diagnosis") for year in ("2020", "2021", "2022", "2023")),
    ]
    assert "problem-list-read" in export.extract.assumptions


def test_no_problem_list_where_nothing_names_visits(read: Any) -> None:
    """Where no condition of an export names a visit or claim, that says nothing about any."""
    export = read(form("ann,condition,ICD-10-CM,M54.5,2019,active", head=f"{HEAD},status"))
    assert export.values("events", "category") == ["encounter-diagnosis"]
    assert {"no-encounter"} <= set(export.extract.assumptions)


def test_consent(read: Any) -> None:
    """Who is out is in no table, and counted; what is neither in nor out is quarantined."""
    export = read(
        {
            "patients.csv": "patient_id,birth_date,consent\nann,1980,in\nbob,1981,OUT\ncy,1982,?\n",
            "events.csv": f"{HEAD}\nann,visit,,,2024\nbob,visit,,,2024\ncy,visit,,,2024\n",
        }
    )
    assert export.values("patients", "patient_id") == ["ann"]
    assert export.extract.consent_out == 1
    assert export.ledger() == {"patients": (3, 1, 0, 1, 0, 1), "events": (3, 1, 0, 1, 0, 1)}


@pytest.mark.parametrize(
    ("field", "value", "permitted"),
    [
        ("kind", "encounter", "visit"),
        ("setting", "hallway", "emergency"),
        ("claim_status", "pending", "denied"),
        ("modality", "CR", "xray"),
        ("region", "L-spine", "lumbar"),
        ("clinician_role", "surgeon", "ordering"),
        ("position", "first", "principal"),
        ("position", "0", "principal"),
        ("position", "1.5", "principal"),
        ("days_supply", "a month", "whole days"),
        ("status", "done", "completed"),
    ],
)
def test_values_that_cannot_stand(read: Any, field: str, value: str, permitted: str) -> None:
    """The row is quarantined with its value, and told what may stand there."""
    kind = value if field == "kind" else "condition"
    head = HEAD if field == "kind" else f"{HEAD},{field}"
    extra = "" if field == "kind" else f",{value}"
    export = read(form(f"ann,{kind},ICD-10-CM,M54.5,2024-01-01{extra}", head=head))
    [(line, said, found, reason, mend)] = export.rows(
        "quarantine", "line, field, value, reason, mend"
    )
    assert (line, said, found) == (2, field, value)
    assert value in reason
    assert permitted in mend
    assert export.ledger()["events"] == (1, 0, 0, 0, 0, 1)


def test_case_and_hyphens_do_not_matter(read: Any) -> None:
    """Words may be written in upper case, with spaces or underscores for hyphens."""
    export = read(
        form(
            "ann,IMAGING,CPT,78300,2024-01-01,Bone Scan,LUMBAR,Completed",
            head=f"{HEAD},modality,region,status",
        )
    )
    assert export.rows("events", "kind, modality, region, status") == [
        ("imaging", "bone-scan", "lumbar", "completed")
    ]


def test_missing_columns(read: Any) -> None:
    """The needed columns that are missing are named together."""
    with pytest.raises(IntakeError) as error:
        read({"patients.csv": PATIENTS, "events.csv": "patient_id,kind,when\nann,visit,2024\n"})
    assert "system, code, start are missing" in error.value.message
    assert "patient_id, kind, when" in error.value.message
    assert error.value.where == "events.csv"
    assert "spinewise mapping" in error.value.hint


def test_missing_file(read: Any) -> None:
    """An export without patients cannot be read."""
    with pytest.raises(IntakeError, match=r"there is no patients\.csv"):
        read({"events.csv": f"{HEAD}\nann,visit,,,2024\n"})


def test_columns_and_files_that_are_not_read_are_said(read: Any) -> None:
    """A column or a file of no use is not an error, and not silent."""
    files = form("ann,visit,,,2024-01-01,x", head=f"{HEAD},Colour")
    files["labs.csv"] = "a,b\n1,2\n3,4\n"
    export = read(files)
    assert "columns-not-read: events.csv: Colour" in export.extract.assumptions
    assert export.ledger()["labs"] == (2, 0, 0, 2, 0, 0)


def test_what_is_known_of_the_whole(read: Any) -> None:
    """An extract.toml beside the form may declare cut-off, first day and what is carried."""
    files = form("ann,visit,,,31/01/2024")
    files["extract.toml"] = """
        [extract]
        cutoff = 2024-12-31
        first_day = 2019-01-01
        dates = ["DD/MM/YYYY"]
        [extract.carried]
        imaging = [[2019-01-01, 2022-12-31]]
        answers = []
        """
    export = read(files)
    extract = export.extract
    assert (extract.cutoff, extract.cutoff_from) == (date(2024, 12, 31), "declared")
    assert extract.first_day == date(2019, 1, 1)
    assert extract.carried == {
        "imaging": [(date(2019, 1, 1), date(2022, 12, 31))],
        "answers": [],
    }
    assert export.values("visits", "start_lo") == [date(2024, 1, 31)]


def test_compressed_and_in_folders(read: Any) -> None:
    """Files may be compressed and lie in folders."""
    files = {f"a/{name}.gz": text for name, text in form("ann,visit,,,2024-01-01").items()}
    assert read(files).values("visits", "start_text") == ["2024-01-01"]


@pytest.mark.parametrize(
    ("names", "is_csv"),
    [
        (["patients.csv", "events.csv.gz"], True),
        (["x/Patients.CSV", "x/events.csv"], True),
        (["person.csv", "condition_occurrence.csv"], False),
        (["Patient.ndjson"], False),
    ],
)
def test_recognised_by_name(names: list[str], is_csv: bool) -> None:
    """The form is known by its two files."""
    files = [SourceFile(number, name, Path(name)) for number, name in enumerate(names)]
    assert csv_form.recognises(files) is is_csv


@pytest.mark.parametrize(
    ("text", "is_csv"), [("[[table]]\nfile = 'a.csv'", True), ("[extract]\nname = 'a'", False)]
)
def test_recognised_by_a_mapping(tmp_path: Path, text: str, is_csv: bool) -> None:
    """Other extracts are known by the mapping of their tables, not by facts alone."""
    path = tmp_path / "extract.toml"
    path.write_text(text)
    assert csv_form.recognises([SourceFile(0, "extract.toml", path)]) is is_csv
