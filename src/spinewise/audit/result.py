"""What an audit found: how far it is, how well reviewers agree, and the corrected indicator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from spinewise.audit.form import Read
from spinewise.audit.plan import Answer, Plan
from spinewise.know.model import Text
from spinewise.statistics.agreement import kappa
from spinewise.statistics.correction import Corrected, stratified
from spinewise.statistics.correction import Stratum as ReadStratum

SCHEMA: Final = "spinewise-audit-result/1"


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable values."""


class Agreed(_Value, frozen=True, kw_only=True):
    """How two reviewers agree on one question."""

    question: Text
    cases: int
    """Answered by both."""
    alike: int
    share: float | None
    kappa: float | None
    """Cohen's; None without cases, or where both always say one and the same."""
    kappa_low: float | None
    kappa_high: float | None


class StratumResult(_Value, frozen=True, kw_only=True):
    """What reading found among cases of which the codes say the same."""

    verdict: str
    coded: bool
    cases: int
    drawn: int
    yes: int
    no: int
    cannot_tell: int
    """Charts that do not say, and those on which reviewers differ and nobody has decided yet."""


class Correction(_Value, frozen=True, kw_only=True):
    """The indicator corrected by the audit, all shares from 0 to 1."""

    share: float
    low: float
    high: float
    """95 % interval."""
    sensitivity: float | None
    """Of cases that count by the chart, the share that codes count."""
    specificity: float | None


class AuditResult(_Value, frozen=True, kw_only=True):
    """``audit-result.json``."""

    schema: str
    indicator: str
    name: Text
    planned: int
    done: int
    second_planned: int
    second_done: int
    agreement: Agreed
    findings: list[Agreed]
    open: list[int]
    """Numbers of the cases on which two reviewers differ and nobody has decided yet."""
    strata: list[StratumResult]
    coded: float | None
    """The recorded rate of the review."""
    if_not: Correction | None
    """Taking charts that do not say as not in the numerator; None until each stratum is read."""
    if_so: Correction | None
    """Taking them as in the numerator. The true share lies between the two."""


def audit_result(
    plan: Plan,
    first: Mapping[int, Read],
    second: Mapping[int, Read],
    decided: Mapping[int, Read],
) -> AuditResult:
    """
    The result from the forms as far as they are filled in, each by number of the case.

    What counts of a case is the adjudicator's answer, else what both reviewers say, else what the
    only one says. Where two differ and nobody has decided, the chart does not say.
    """
    both = [case.no for case in plan.cases if case.no in first and case.no in second]
    pairs = [(first[no], second[no]) for no in both]
    answers = {
        case.no: _final(case.no, first, second, decided)
        for case in plan.cases
        if case.no in first or case.no in second or case.no in decided
    }
    strata = []
    for stratum in plan.strata:
        found = Counter(
            answers[case.no]
            for case in plan.cases
            if (case.verdict, case.coded) == (stratum.verdict, stratum.coded) and case.no in answers
        )
        strata.append(
            StratumResult(
                verdict=stratum.verdict,
                coded=stratum.coded,
                cases=stratum.cases,
                drawn=stratum.drawn,
                yes=found["yes"],
                no=found["no"],
                cannot_tell=found["cannot-tell"],
            )
        )
    cases = sum(stratum.cases for stratum in strata)
    return AuditResult(
        schema=SCHEMA,
        indicator=plan.indicator,
        name=plan.name,
        planned=len(plan.cases),
        done=len(answers),
        second_planned=sum(case.second for case in plan.cases),
        second_done=sum(case.second and case.no in second for case in plan.cases),
        agreement=_agreed(plan.question, [(one.answer, other.answer) for one, other in pairs]),
        findings=[
            _agreed(
                name,
                [
                    (one.findings[finding], other.findings[finding])
                    for one, other in pairs
                    if finding in one.findings and finding in other.findings
                ],
            )
            for finding, name in plan.findings.items()
        ],
        open=[no for no in both if no not in decided and first[no].answer != second[no].answer],
        strata=strata,
        coded=sum(one.cases for one in strata if one.coded) / cases if cases else None,
        if_not=_corrected(strata, plan.numerator_when, unsaid=False),
        if_so=_corrected(strata, plan.numerator_when, unsaid=True),
    )


def _final(
    no: int, first: Mapping[int, Read], second: Mapping[int, Read], decided: Mapping[int, Read]
) -> Answer:
    if no in decided:
        return decided[no].answer
    said: set[Answer] = {form[no].answer for form in (first, second) if no in form}
    return said.pop() if len(said) == 1 else "cannot-tell"


def _agreed(question: Text, pairs: Sequence[tuple[str, str]]) -> Agreed:
    counts = Counter(pairs)
    alike = sum(count for (first, second), count in counts.items() if first == second)
    found = kappa(counts)
    return Agreed(
        question=question,
        cases=len(pairs),
        alike=alike,
        share=alike / len(pairs) if pairs else None,
        kappa=None if found is None else found.value,
        kappa_low=None if found is None else found.low,
        kappa_high=None if found is None else found.high,
    )


def _corrected(
    strata: Sequence[StratumResult], numerator_when: str, *, unsaid: bool
) -> Correction | None:
    found = stratified(
        [
            ReadStratum(
                coded=one.coded,
                cases=one.cases,
                read=one.yes + one.no + one.cannot_tell,
                true=(one.yes if numerator_when == "yes" else one.no)
                + (one.cannot_tell if unsaid else 0),
            )
            for one in strata
        ]
    )
    return None if found is None else _correction(found)


def _correction(found: Corrected) -> Correction:
    return Correction(
        share=found.true.share,
        low=found.true.low,
        high=found.true.high,
        sensitivity=found.sensitivity,
        specificity=found.specificity,
    )
