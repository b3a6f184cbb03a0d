"""A change package on another topic runs from records to report without a line of Python."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import spinewise

PACKAGE = Path(__file__).parents[1] / "data" / "headache_package"
PATIENTS = """\
patient_id,birth_date
H1,1980-01-01
H2,1980-01-01
H3,2010-01-01
H4,1980-01-01
"""
EVENTS = """\
patient_id,kind,system,code,start,status,setting,encounter_id,value
H1,visit,,,2024-05-06,completed,office,V1,
H1,condition,ICD-10-CA,R51,2024-05-06,active,,V1,
H1,imaging,CPT,70450,2024-05-20,active,,,
H2,visit,,,2024-05-06,completed,office,V2,
H2,condition,ICD-10-CA,R51,2024-05-06,active,,V2,
H2,imaging,CPT,70450,2024-05-21,active,,,
H3,visit,,,2024-05-06,completed,office,V3,
H3,condition,ICD-10-CA,R51,2024-05-06,active,,V3,
H4,visit,,,2024-05-06,completed,office,V4,
H4,condition,ICD-10-CA,R51,2024-05-06,active,,V4,
H4,finding,,B1,2024-05-06,completed,,V4,present
H4,imaging,CPT,70450,2024-05-06,active,,,
"""
EXTRACT = """\
[extract]
cutoff = 2024-12-31
first_day = 2023-01-01
[extract.carried]
visits = [[2023-01-01, 2024-12-31]]
imaging = [[2023-01-01, 2024-12-31]]
"""


def test_a_second_package_runs_without_python(tmp_path: Path) -> None:
    """H1 is imaged on day 14, H2 on day 15, H3 is too young, H4 has a red flag."""
    export = tmp_path / "export"
    export.mkdir()
    for name, content in (
        ("patients.csv", PATIENTS),
        ("events.csv", EVENTS),
        ("extract.toml", EXTRACT),
    ):
        (export / name).write_text(content, encoding="utf-8")

    review = spinewise.review(
        export, period="2024", package=PACKAGE, today=date(2025, 1, 31), out=tmp_path / "out"
    )

    assert [result.id for result in review.indicators] == ["head-imaging"]
    result = review["head-imaging"]
    assert (result.rate.n, result.rate.d) == (1, 2)
    assert result.counts.outside == {"age": 1, "population": 1}
    assert result.rate.state == "too few"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Early head imaging" in page
    assert "lumbar" not in page.lower()
    assert "back pain" not in page.lower()
