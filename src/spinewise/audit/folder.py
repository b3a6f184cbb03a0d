"""
The folder of an audit: ``audit.json``, a form for each reviewer, and the result.

Forms hold health information and are readable by their owner only. ``audit.json`` says what the
codes say of each case; reviewers should not look at it before they have answered.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import msgspec

from spinewise.audit.form import Form, Read, read_form, write_form
from spinewise.audit.plan import SCHEMA, AuditError, Plan, make_plan
from spinewise.audit.result import AuditResult, audit_result
from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.review.result import Review

T = TypeVar("T", bound=msgspec.Struct)

PLAN: Final = "audit.json"
FIRST: Final = "first-reviewer"
SECOND: Final = "second-reviewer"
ADJUDICATION: Final = "adjudication"
RESULT: Final = "audit-result.json"


def draw(
    review: Path,
    package: Package,
    out: Path,
    *,
    indicator: str,
    half_width: float,
    expected: float = 0.5,
    least: int = 5,
    second_share: float = 0.2,
    seed: int,
    form: Form = "xlsx",
    language: LanguageCode = "en",
) -> Plan:
    """
    Draw an audit from the folder of a review and write its forms to ``out``.

    See :func:`spinewise.audit.plan.make_plan` for the parameters.

    Raises
    ------
    AuditError
        The folder holds no review, or ``out`` an audit; or as :func:`make_plan`.
    """
    if (out / PLAN).exists():
        raise AuditError(
            "there is an audit in this folder",
            where=str(out),
            hint="Name another folder; a new draw would part the forms from their audit.",
        )
    plan = make_plan(
        _review(review),
        review / "results.csv",
        package,
        indicator,
        half_width=half_width,
        expected=expected,
        least=least,
        second_share=second_share,
        seed=seed,
    )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    again = [case for case in plan.cases if case.second]
    for name, cases in ((FIRST, plan.cases), (SECOND, again)):
        if cases:
            write = partial(write_form, plan=plan, cases=cases, form=form, language=language)
            _write(out / f"{name}.{form}", write)
    _write(out / PLAN, partial(_json, plan))
    return plan


def adjudicate(folder: Path, language: LanguageCode = "en") -> list[int]:
    """
    Write the form of the cases on which the reviewers differ.

    Returns
    -------
    Their numbers; no form is written where there are none.

    Raises
    ------
    AuditError
        There is no audit in the folder, a form cannot be read, or the form is there already.
    """
    plan = _plan(folder)
    first, second = _read(folder, FIRST, plan), _read(folder, SECOND, plan)
    apart = [
        case
        for case in plan.cases
        if case.no in first
        and case.no in second
        and first[case.no].answer != second[case.no].answer
    ]
    there = _form(folder, ADJUDICATION)
    if there is not None:
        raise AuditError(
            "the form of adjudication is there already",
            where=str(there),
            hint="Fill it in, or take it away to have it written again.",
        )
    if apart:
        made = _form(folder, FIRST)
        kind: Form = "csv" if made is not None and made.suffix == ".csv" else "xlsx"
        said = {case.no: (first[case.no].answer, second[case.no].answer) for case in apart}
        write = partial(write_form, plan=plan, cases=apart, form=kind, language=language, said=said)
        _write(folder / f"{ADJUDICATION}.{kind}", write)
    return [case.no for case in apart]


def result(folder: Path) -> AuditResult:
    """
    What the forms of an audit say so far; also written to ``audit-result.json``.

    Raises
    ------
    AuditError
        There is no audit in the folder, or a form cannot be read.
    """
    plan = _plan(folder)
    found = audit_result(
        plan, *(_read(folder, name, plan) for name in (FIRST, SECOND, ADJUDICATION))
    )
    _write(folder / RESULT, partial(_json, found))
    return found


def _review(folder: Path) -> Review:
    if not (folder / "results.csv").is_file() or not (folder / "review.json").is_file():
        raise AuditError(
            "there is no review in this folder",
            where=str(folder),
            hint="Name the folder that `spinewise review --out` wrote, with review.json and "
            "results.csv.",
        )
    return _decoded(folder / "review.json", Review, "Review the records once more.")


def _plan(folder: Path) -> Plan:
    if not (folder / PLAN).is_file():
        raise AuditError(
            "there is no audit in this folder",
            where=str(folder),
            hint="Name the folder that `spinewise audit draw` wrote.",
        )
    plan = _decoded(folder / PLAN, Plan, "Draw the audit once more, or take it from a copy.")
    if plan.schema != SCHEMA:
        raise AuditError(
            f"this audit has the form {plan.schema!r}",
            where=str(folder / PLAN),
            hint=f"This version of Spinewise reads {SCHEMA}.",
        )
    return plan


def _decoded(path: Path, kind: type[T], hint: str) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise AuditError(f"this file cannot be read: {error}", where=str(path), hint=hint) from None


def _form(folder: Path, name: str) -> Path | None:
    """The form of this name, in whichever of the two kinds it is there."""
    there = [path for kind in ("xlsx", "csv") if (path := folder / f"{name}.{kind}").is_file()]
    if len(there) > 1:
        raise AuditError(
            f"{there[0].name} and {there[1].name} are both there",
            where=str(folder),
            hint="Keep the one that was filled in.",
        )
    return there[0] if there else None


def _read(folder: Path, name: str, plan: Plan) -> dict[int, Read]:
    path = _form(folder, name)
    return {} if path is None else read_form(path, plan)


def _write(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file beside its place, for its owner only, then put it there."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _json(value: msgspec.Struct, file: BinaryIO) -> None:
    file.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
