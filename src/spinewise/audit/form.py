"""The form of a reviewer: one row a chart, as a workbook or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeVar

import msgspec
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from spinewise.audit.plan import Answer, AuditError, Case, Plan
from spinewise.know.model import Text
from spinewise.numerals import LanguageCode
from spinewise.review.spreadsheet import guarded, unguarded
from spinewise.review.words import LANGUAGES, say

Form = Literal["xlsx", "csv"]
Finding = Literal["present", "absent", "not-documented"]
ANSWERS: Final[tuple[Answer, ...]] = ("yes", "no", "cannot-tell")
FINDINGS: Final[tuple[Finding, ...]] = ("present", "absent", "not-documented")

T = TypeVar("T", bound=str)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer wrote of one chart."""

    no: int
    answer: Answer
    findings: dict[str, Finding]
    why: str


def write_form(
    file: BinaryIO,
    plan: Plan,
    cases: Iterable[Case],
    form: Form,
    language: LanguageCode,
    said: Mapping[int, tuple[Answer, Answer]] | None = None,
) -> None:
    """
    Write an empty form of these cases, in the language of its reader.

    ``said``: for an adjudicator, what the first and the second reviewer answered, by number.
    """
    head = [title[language] for title in _titles(plan).values()]
    rows: list[list[object]] = []
    for case in cases:
        earlier = [say("audit", answer)[language] for answer in said[case.no]] if said else []
        known = [case.no, case.patient_id, case.day, case.unit_id]
        rows.append([*known, *[None] * (len(head) - len(known)), *earlier])
    if said:
        head += [say("audit", name)[language] for name in ("first-said", "second-said")]
    if form == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(head)
        writer.writerows([guarded(str(cell or "")) for cell in row] for row in rows)
        file.write(b"\xef\xbb\xbf" + text.getvalue().encode())
        return
    _workbook(head, rows, plan, language).save(file)


def read_form(path: Path, plan: Plan) -> dict[int, Read]:
    """
    The charts of a form that have an answer, by number; in either language, whatever the order.

    Raises
    ------
    AuditError
        The file is no form of this audit, or a cell holds what is not among its answers.
    """
    cells = _table(path)
    titles = _titles(plan)
    known = {
        title[language].casefold(): name for name, title in titles.items() for language in LANGUAGES
    }
    head = [known.get(_said(cell)) for cell in (cells[0] if cells else [])]
    for name in ("no", "unit_id", "answer"):
        if name not in head:
            raise AuditError(
                f"there is no column {titles[name].en!r}",
                where=str(path),
                hint="Use the form as it was written, with its first row.",
            )
    cases = {case.no: case for case in plan.cases}
    found: dict[int, Read] = {}
    seen: set[int] = set()
    for line, row in enumerate(cells[1:], start=2):
        named = {name: cell for name, cell in zip(head, row, strict=False) if name}
        if not any(cell.strip() for cell in named.values()):
            continue
        where = f"{path}, row {line}"
        case = cases.get(int(named["no"])) if named["no"].strip().isdecimal() else None
        if case is None or unguarded(named["unit_id"]) != case.unit_id:
            raise AuditError(
                f"number {named['no']!r} with the record {named['unit_id']!r} is no case of this "
                "audit",
                where=where,
                hint="Leave the first columns as they were written.",
            )
        if case.no in seen:
            raise AuditError(
                f"number {case.no} stands twice", where=where, hint="Keep one of its rows."
            )
        seen.add(case.no)
        answer = _choice(named.get("answer", ""), ANSWERS, where, titles["answer"].en)
        if answer is not None:
            findings = {
                name: _choice(named.get(name, ""), FINDINGS, where, title.en)
                for name, title in plan.findings.items()
            }
            found[case.no] = Read(
                no=case.no,
                answer=answer,
                findings={name: value for name, value in findings.items() if value is not None},
                why=unguarded(named.get("why", "")).strip(),
            )
    return found


def _titles(plan: Plan) -> dict[str, Text]:
    return {
        "no": say("audit", "number"),
        "patient_id": say("audit", "patient"),
        "day": say("audit", "day"),
        "unit_id": say("audit", "record"),
        **plan.findings,
        "answer": plan.question,
        "why": say("audit", "why"),
        "reviewer": say("audit", "reviewer"),
        "read_on": say("audit", "read-on"),
    }


def _workbook(
    head: Sequence[str], rows: Iterable[Sequence[object]], plan: Plan, language: LanguageCode
) -> Workbook:
    """A workbook whose answers are chosen from lists."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = say("audit", "sheet")[language]
    sheet.append(list(head))
    for row in rows:
        # A text that begins with = would be a formula.
        sheet.append([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    last = max(sheet.max_row, 2)
    for place, name in enumerate(_titles(plan), start=1):
        column = get_column_letter(place)
        top = sheet.cell(row=1, column=place)
        top.font = Font(bold=True)
        top.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[column].width = 40 if name in ("answer", "why") else 18
        choices = ANSWERS if name == "answer" else FINDINGS if name in plan.findings else ()
        if choices:
            words = ",".join(say("audit", choice)[language] for choice in choices)
            rule = DataValidation("list", formula1=f'"{words}"', allow_blank=True)
            rule.showErrorMessage = True
            rule.add(f"{column}2:{column}{last}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "E2"
    return book


def _table(path: Path) -> list[list[str]]:
    """The cells of the first sheet, or of a CSV file, as text."""
    try:
        if path.suffix == ".csv":
            return _csv_table(path.read_bytes())
        sheet = load_workbook(io.BytesIO(path.read_bytes()), data_only=True).worksheets[0]
        return [
            ["" if cell is None else _text(cell) for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
    except Exception as error:  # whatever a damaged file makes of its reader
        raise AuditError(
            "this form cannot be read",
            where=str(path),
            hint="Save it once more as a workbook (.xlsx) or as CSV in UTF-8.",
        ) from error


def _csv_table(data: bytes) -> list[list[str]]:
    """Comma or, as spreadsheets in French write it, semicolon between the fields."""
    text = data.decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _said(cell: str) -> str:
    return unguarded(cell).strip().casefold()


def _choice(cell: str, choices: Sequence[T], where: str, title: str) -> T | None:
    """One of the answers in either language; None for an empty cell."""
    said = _said(cell)
    words = {
        say("audit", choice)[code].casefold(): choice for choice in choices for code in LANGUAGES
    }
    if not said:
        return None
    if said not in words:
        raise AuditError(
            f"{cell.strip()!r} is no answer",
            where=f"{where}, {title}",
            hint=f"Answers are {', '.join(words)}.",
        )
    return words[said]
