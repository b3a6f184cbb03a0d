"""A chart audit in a terminal: what was drawn, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text as Words

from spinewise.audit.plan import Plan
from spinewise.audit.result import Agreed, AuditResult, Correction
from spinewise.numerals import LanguageCode
from spinewise.report.language import Language, language
from spinewise.report.words import N_

VERDICTS: Final = {
    "indicated": N_("indicated"),
    "not-indicated": N_("not indicated"),
    "cannot-tell": N_("cannot tell"),
    "present": N_("red flag present"),
    "absent": N_("red flags absent"),
    "not-documented": N_("not documented"),
    "": N_("no verdict"),
}


def show_plan(plan: Plan, console: Console, code: LanguageCode = "en") -> None:
    """Print how many charts were drawn from each stratum, and what is outside."""
    reader = language(code)
    _ = reader.gettext
    console.print(Words(reader.text(plan.name), style="bold"))
    console.print(Words(reader.text(plan.question)))
    console.print()
    shown = _table(_("By the codes"), _("Counted"), _("Cases"), _("To read"))
    for stratum in plan.strata:
        shown.add_row(
            _(VERDICTS[stratum.verdict]),
            _("yes") if stratum.coded else _("no"),
            reader.count(stratum.cases),
            reader.count(stratum.drawn),
        )
    console.print(shown)
    console.print()
    second = sum(case.second for case in plan.cases)
    console.print(
        Words(
            _(
                "%(charts)s charts to read, %(second)s of them by a second reviewer as well. "
                "Seed %(seed)s.",
                charts=reader.count(len(plan.cases)),
                second=reader.count(second),
                seed=str(plan.seed),
            )
        )
    )
    if plan.outside:
        console.print(
            Words(
                _(
                    "%(outside)s candidates are not in the recorded rate, and are not drawn.",
                    outside=reader.count(plan.outside),
                )
            )
        )


def show_result(found: AuditResult, console: Console, code: LanguageCode = "en") -> None:
    """Print how far the audit is, how well reviewers agree, and the corrected indicator."""
    reader = language(code)
    _ = reader.gettext
    console.print(Words(reader.text(found.name), style="bold"))
    for line in _progress(found, reader):
        console.print(Words(line))
    console.print()
    shown = _table(_("By the codes"), _("Counted"), _("Cases"), _("yes"), _("no"), _("cannot tell"))
    for stratum in found.strata:
        shown.add_row(
            _(VERDICTS[stratum.verdict]),
            _("yes") if stratum.coded else _("no"),
            *map(reader.count, (stratum.cases, stratum.yes, stratum.no, stratum.cannot_tell)),
        )
    console.print(shown)
    if found.second_done:
        console.print()
        console.print(_agreements([found.agreement, *found.findings], reader))
    console.print()
    for line in _corrected(found, reader):
        console.print(Words(line))


def say_apart(apart: Sequence[int], code: LanguageCode = "en") -> str:
    """On how many charts two reviewers differ, in words."""
    return language(code).ngettext(
        "%(num)s chart to decide.", "%(num)s charts to decide.", len(apart)
    )


def _progress(found: AuditResult, reader: Language) -> list[str]:
    _ = reader.gettext
    lines = [
        _(
            "%(done)s of %(planned)s charts read; by a second reviewer %(second)s of %(twice)s.",
            done=reader.count(found.done),
            planned=reader.count(found.planned),
            second=reader.count(found.second_done),
            twice=reader.count(found.second_planned),
        )
    ]
    if found.open:
        lines.append(
            _(
                "The reviewers differ on numbers %(numbers)s: they count as cannot tell until "
                "somebody decides.",
                numbers=reader.listing([str(no) for no in found.open]),
            )
        )
    return lines


def _agreements(rows: Sequence[Agreed], reader: Language) -> Table:
    _ = reader.gettext
    shown = _table(_("Agreement"), _("Alike"), _("Share"), _("Kappa"), _("95% interval"))
    for row in rows:
        kappa = "–" if row.kappa is None else reader.two_decimals(row.kappa)
        between = "–"
        if row.kappa_low is not None and row.kappa_high is not None:
            low, high = reader.two_decimals(row.kappa_low), reader.two_decimals(row.kappa_high)
            between = _("%(low)s to %(high)s", low=low, high=high)
        shown.add_row(
            reader.text(row.question),
            f"{reader.count(row.alike)}/{reader.count(row.cases)}",
            "–" if row.share is None else reader.percent(row.share),
            kappa,
            between,
        )
    return shown


def _corrected(found: AuditResult, reader: Language) -> list[str]:
    """The corrected rate in words: one, or two where charts do not say."""
    _ = reader.gettext
    if found.if_not is None or found.if_so is None or found.coded is None:
        return [_("Not corrected yet: no chart was read of some of the verdicts.")]
    lines = [_("By the codes: %(share)s.", share=reader.percent(found.coded))]
    if found.if_not == found.if_so:
        return [*lines, _("By the charts: %(rate)s.", rate=_rate(found.if_not, reader))]
    return [
        *lines,
        _(
            "By the charts, if those that do not say are not counted: %(rate)s.",
            rate=_rate(found.if_not, reader),
        ),
        _("If they are: %(rate)s.", rate=_rate(found.if_so, reader)),
    ]


def _rate(found: Correction, reader: Language) -> str:
    _ = reader.gettext
    none = _("not known")
    return _(
        "%(share)s (95%% interval %(low)s to %(high)s; sensitivity of the codes %(sensitivity)s, "
        "specificity %(specificity)s)",
        share=reader.percent(found.share),
        low=reader.percent(found.low),
        high=reader.percent(found.high),
        sensitivity=none if found.sensitivity is None else reader.percent(found.sensitivity),
        specificity=none if found.specificity is None else reader.percent(found.specificity),
    )


def _table(first: str, *numbers: str) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    shown.add_column(first)
    for heading in numbers:
        shown.add_column(heading, justify="right")
    return shown
