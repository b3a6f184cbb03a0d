"""A chart audit, from a review's folder to the corrected indicator."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from tests.data.sample_review import sample_review

from spinewise import audit
from spinewise.audit.folder import FIRST, SECOND
from spinewise.audit.form import Form
from spinewise.audit.plan import AuditError, Plan
from spinewise.cli import main
from spinewise.know.loader import load_package
from spinewise.report.files import RESULTS_COLUMNS, as_json

INDICATOR = "imaging-without-recorded-flag"
VERDICTS = {"indicated": (30, "0"), "cannot-tell": (50, "1"), "not-indicated": (20, "1")}


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """The folder of a review with 100 images in the rate, and one that is not."""
    folder = tmp_path / "review"
    folder.mkdir()
    made = msgspec.structs.replace(sample_review(), package_digest=load_package().digest)
    (folder / "review.json").write_text(as_json(made), encoding="utf-8")
    rows: list[tuple[str | int, ...]] = [
        (
            INDICATOR,
            "image",
            f"e:{verdict}:{no}",
            f"=P{no}",
            "2024-05-01",
            "",
            1,
            0,
            "",
            in_,
            verdict,
        )
        for verdict, (cases, in_) in VERDICTS.items()
        for no in range(cases)
    ]
    rows.append((INDICATOR, "image", "x", "P", "2024-05-01", "", "unknown", 0, "date", "1", ""))
    rows.append(("imaging-early", "episode", "y", "P", "2024-05-01", "", 1, 0, "", "1", "present"))
    with (folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(RESULTS_COLUMNS)
        for row in rows:
            writer.writerow([f"'{cell}" if str(cell).startswith("=") else cell for cell in row])
    return folder


def drawn(review: Path, out: Path, form: Form = "csv", **changed: float) -> Plan:
    wanted = {"half_width": 0.1, "second_share": 0.4} | changed
    return audit.draw(
        review,
        load_package(),
        out,
        indicator=INDICATOR,
        form=form,
        seed=7,
        half_width=wanted["half_width"],
        second_share=wanted["second_share"],
    )


def fill(path: Path, answers: dict[int, str], **others: str) -> None:
    """Write answers into a form in CSV, by number of the case."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for row in rows:
        row[head.index("By everything that the chart says, was this image indicated?")] = (
            answers.get(int(row[0]), "")
        )
        for title, words in others.items():
            row[head.index(title)] = words
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def test_the_draw_is_stratified_and_repeats(review: Path, tmp_path: Path) -> None:
    plan = drawn(review, tmp_path / "a")
    assert [(s.verdict, s.cases, s.drawn) for s in plan.strata] == [
        ("cannot-tell", 50, 25),
        ("indicated", 30, 15),
        ("not-indicated", 20, 10),
    ]
    assert plan.outside == 1
    assert len({case.unit_id for case in plan.cases}) == 50
    assert sum(case.second for case in plan.cases) == 20
    assert drawn(review, tmp_path / "b").cases == plan.cases
    assert all(case.patient_id.startswith("=P") for case in plan.cases)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_forms_do_not_say_what_the_codes_say(review: Path, tmp_path: Path, form: Form) -> None:
    drawn(review, tmp_path / "a", form)
    path = tmp_path / "a" / f"{FIRST}.{form}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if form == "csv":
        shown = path.read_text(encoding="utf-8-sig")
    else:
        sheet = load_workbook(path).worksheets[0]
        shown = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        assert len(sheet.data_validations.dataValidation) == 9
    for cell in ("'=P1",):
        assert cell in shown
    for line in shown.replace("e:", "").splitlines()[1:]:
        assert not line.endswith(tuple(VERDICTS))


def test_a_workbook_comes_back_as_it_was_filled_in(review: Path, tmp_path: Path) -> None:
    plan = drawn(review, tmp_path / "a", "xlsx")
    path = tmp_path / "a" / f"{FIRST}.xlsx"
    book = load_workbook(path)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    place = titles.index(plan.question.en) + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row=row, column=place, value="Non " if row % 2 else "yes")
        sheet.cell(row=row, column=titles.index("Tumour") + 1, value="non consigné")
    book.save(path)
    found = audit.result(tmp_path / "a")
    assert found.done == len(plan.cases)
    assert sum(one.yes for one in found.strata) == 25
    assert sum(one.no for one in found.strata) == 25


def test_the_corrected_indicator(review: Path, tmp_path: Path) -> None:
    """Every image that codes call indicated is; of the others, charts show a reason for half."""
    out = tmp_path / "a"
    plan = drawn(review, out, second_share=0)
    half: dict[str, int] = {}
    answers = {}
    for case in plan.cases:
        half[case.verdict] = half.get(case.verdict, 0) + 1
        yes = not case.coded or half[case.verdict] % 2 == 0
        answers[case.no] = "yes" if yes else "no"
    assert not (out / f"{SECOND}.csv").exists()
    fill(out / f"{FIRST}.csv", answers, Why="seen")
    found = audit.result(out)
    assert found.coded == 0.7
    assert found.if_not == found.if_so
    assert found.if_not is not None
    # 13 of 25 and 5 of 10 are not indicated: 0.5 x 0.52 + 0.2 x 0.5.
    assert found.if_not.share == pytest.approx(0.36)
    assert found.if_not.sensitivity == pytest.approx(1)
    assert found.if_not.specificity == pytest.approx(0.30 / 0.64)
    assert found.if_not.low < 0.36 < found.if_not.high


def test_charts_that_do_not_say_widen_the_answer(review: Path, tmp_path: Path) -> None:
    out = tmp_path / "a"
    plan = drawn(review, out)
    fill(
        out / f"{FIRST}.csv",
        {case.no: "cannot tell" if case.verdict == "cannot-tell" else "yes" for case in plan.cases},
    )
    found = audit.result(out)
    assert found.if_not is not None
    assert found.if_so is not None
    assert found.if_not.share == 0
    assert found.if_so.share == 0.5


def test_two_reviewers_and_somebody_who_decides(review: Path, tmp_path: Path) -> None:
    out = tmp_path / "a"
    plan = drawn(review, out)
    twice = [case.no for case in plan.cases if case.second]
    fill(out / f"{FIRST}.csv", {case.no: "yes" for case in plan.cases}, Tumour="absent")
    fill(
        out / f"{SECOND}.csv",
        {no: "no" if no in twice[:3] else "yes" for no in twice},
        Tumour="not documented",
    )
    found = audit.result(out)
    assert found.open == twice[:3]
    assert (found.second_done, found.agreement.alike, found.agreement.cases) == (20, 17, 20)
    assert sum(one.cannot_tell for one in found.strata) == 3
    tumour = next(one for one in found.findings if one.question.en == "Tumour")
    assert (tumour.cases, tumour.alike) == (20, 0)

    assert audit.adjudicate(out) == twice[:3]
    with pytest.raises(AuditError, match="there already"):
        audit.adjudicate(out)
    fill(out / "adjudication.csv", dict.fromkeys(twice[:2], "no"))
    found = audit.result(out)
    assert found.open == twice[2:3]
    assert sum(one.no for one in found.strata) == 2


def test_a_practice_that_agrees_needs_no_adjudication(review: Path, tmp_path: Path) -> None:
    drawn(review, tmp_path / "a")
    assert audit.adjudicate(tmp_path / "a") == []
    assert not (tmp_path / "a" / "adjudication.csv").exists()


def spoilt(path: Path, old: str, new: str) -> None:
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("No.,", "Nr,", "there is no column 'No.'"),
        ("\r\n1,", "\r\n1001,", "number '1001' with the record"),
        ("\r\n1,", "\r\n2,", "number '2' with the record"),
        ("\r\n1,", "\r\n,", "number '' with the record"),
    ],
)
def test_forms_that_are_not_this_audit(
    review: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    drawn(review, tmp_path / "a")
    spoilt(tmp_path / "a" / f"{FIRST}.csv", old, new)
    with pytest.raises(AuditError, match=message.replace("'", ".")):
        audit.result(tmp_path / "a")


def test_an_answer_that_is_none_is_shown_with_its_place(review: Path, tmp_path: Path) -> None:
    drawn(review, tmp_path / "a")
    fill(tmp_path / "a" / f"{FIRST}.csv", {1: "perhaps"})
    with pytest.raises(AuditError) as raised:
        audit.result(tmp_path / "a")
    assert raised.value.message == "'perhaps' is no answer"
    assert raised.value.where.endswith(
        "row 2, By everything that the chart says, was this image indicated?"
    )
    assert raised.value.hint == ("Answers are yes, oui, no, non, cannot tell, impossible à dire.")


def test_a_row_that_stands_twice(review: Path, tmp_path: Path) -> None:
    drawn(review, tmp_path / "a")
    path = tmp_path / "a" / f"{FIRST}.csv"
    written = path.read_bytes()
    path.write_bytes(written + written.split(b"\r\n")[1] + b"\r\n")
    with pytest.raises(AuditError, match="number 1 stands twice"):
        audit.result(tmp_path / "a")


def test_a_damaged_workbook(review: Path, tmp_path: Path) -> None:
    drawn(review, tmp_path / "a", "xlsx")
    path = tmp_path / "a" / f"{FIRST}.xlsx"
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(AuditError, match="cannot be read"):
        audit.result(tmp_path / "a")


def test_a_form_in_both_kinds(review: Path, tmp_path: Path) -> None:
    drawn(review, tmp_path / "a")
    (tmp_path / "a" / f"{FIRST}.xlsx").write_bytes(b"")
    with pytest.raises(AuditError, match="both there"):
        audit.result(tmp_path / "a")


def test_a_folder_without_a_review_or_an_audit(review: Path, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no review in this folder"):
        drawn(tmp_path, tmp_path / "a")
    with pytest.raises(AuditError, match="no audit in this folder"):
        audit.result(tmp_path)
    drawn(review, tmp_path / "a")
    with pytest.raises(AuditError, match="there is an audit in this folder"):
        drawn(review, tmp_path / "a")


def test_an_indicator_that_charts_cannot_settle(review: Path, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="has no question for an audit") as raised:
        audit.draw(
            review,
            load_package(),
            tmp_path / "a",
            indicator="imaging-unknown",
            half_width=0.1,
            seed=1,
        )
    assert INDICATOR in raised.value.hint


def test_a_review_of_another_package(review: Path, tmp_path: Path) -> None:
    made = msgspec.structs.replace(sample_review(), package_digest="other")
    (review / "review.json").write_text(as_json(made), encoding="utf-8")
    with pytest.raises(AuditError, match="in another state"):
        drawn(review, tmp_path / "a")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_commands(review: Path, tmp_path: Path, language: str) -> None:
    out = tmp_path / "a"
    options = ["--indicator", INDICATOR, "--out", str(out), "--form", "csv", "--lang", language]

    def said(*arguments: str) -> str:
        ran = CliRunner().invoke(main, ["audit", *arguments])
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    assert ("50 charts" if language == "en" else "50 dossiers") in said(
        "draw", str(review), *options
    )
    assert "0 " in said("adjudicate", str(out), "--lang", language)
    shown = said("result", str(out), "--lang", language)
    assert ("Not corrected yet" if language == "en" else "Pas encore corrigé") in shown
    path = out / f"{FIRST}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for row in rows:
        row[12] = "non" if language == "fr" else "no"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";" if language == "fr" else ",").writerows([head, *rows])
    shown = said("result", str(out), "--lang", language)
    assert (
        "By the charts: 100.0%" if language == "en" else "Selon les dossiers\u00a0: 100,0"
    ) in shown
