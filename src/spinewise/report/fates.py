"""What became of every unit that came into question under an indicator, line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from spinewise.know.package import Package
from spinewise.report.language import Language
from spinewise.report.words import ASSUMED, DOMAINS, N_, NOT_EVALUATED, OUTSIDE, UNDECIDED
from spinewise.review.result import Comparison, IndicatorResult, Moved
from spinewise.share.result import SharedIndicator


class Fate(NamedTuple):
    """A line of the table; ``under``: a part of the line above that is not under."""

    words: str
    number: int | None
    """None: suppressed."""
    under: bool


WHOLES: Final = {
    "units": (N_("Came into question"), False),
    "d": (N_("In the denominator, as recorded"), False),
    "n": (N_("of these, in the numerator"), True),
    "screened-absent": (N_("of these, complete screen and no red flag"), True),
    "not-documented": (N_("of these, the chart does not say"), True),
    "excluded": (N_("Excluded (some for more than one reason)"), False),
    "outside": (N_("Outside what this indicator counts"), False),
    "not-evaluated": (N_("Not evaluated"), False),
    "undecided": (N_("Left open by the record: part of the range"), False),
    "beside": (N_("Counted beside: the chart does not say"), False),
    "also": ("", False),
    "assumed": ("", False),
}
"""The lines of a shared table in their order, and whether each is part of the one above."""


class Words:
    """Words for the reasons and counts of one indicator, in the reader's language."""

    def __init__(self, id_: str, package: Package, reader: Language) -> None:
        self._gettext = reader.gettext
        rule = package.indicators.get(id_)
        also = rule.also_count_name if rule else {}
        exclusions = rule.exclusion if rule and rule.published else package.episode.exclusion
        self.exclusions = {row.id: reader.text(row.name) for row in exclusions}
        self.conditions = {row.id: reader.text(row.name) for row in rule.require} if rule else {}
        self.also = {id_: reader.text(name) for id_, name in also.items()}

    def said(self, id_: str, words: Mapping[str, str]) -> str:
        """Words for a reason; ``not-carried:imaging`` and ``chronic-unknown`` name a part too."""
        _ = self._gettext
        reason, _colon, part = id_.partition(":")
        exclusion = id_.removesuffix("-unknown")
        if id_ in self.conditions:
            return _("Not: %(what)s", what=self.conditions[id_])
        open_ = self.exclusions | self.conditions
        if exclusion in open_ and exclusion != id_:
            return _("The record does not settle: %(what)s", what=open_[exclusion])
        if reason in words:
            known = _(words[reason])
            return f"{known} ({_(DOMAINS.get(part, part)).lower()})" if part else known
        return id_


def fates(result: IndicatorResult, package: Package, reader: Language) -> list[Fate]:
    """The lines of one indicator; reasons that befell nobody are left out."""
    _ = reader.gettext
    counts, rate = result.counts, result.rate
    spoken = Words(result.id, package, reader)

    def reasons(numbers: Mapping[str, int], words: Mapping[str, str]) -> list[Fate]:
        said = spoken.said
        return [Fate(said(id_, words), number, True) for id_, number in numbers.items() if number]

    def named(numbers: Mapping[str, int], names: Mapping[str, str]) -> list[Fate]:
        some = {id_: number for id_, number in numbers.items() if number}
        return [Fate(names.get(id_, id_), number, True) for id_, number in some.items()]

    lines = [
        Fate(_("Came into question"), counts.units, False),
        Fate(_("In the denominator, as recorded"), rate.d, False),
        Fate(_("of these, in the numerator"), rate.n, True),
    ]
    if counts.screened_absent or counts.not_documented:
        lines += [
            Fate(_("of these, complete screen and no red flag"), counts.screened_absent, True),
            Fate(_("of these, the chart does not say"), counts.not_documented, True),
        ]
    if counts.excluded_units:
        lines.append(
            Fate(_("Excluded (some for more than one reason)"), counts.excluded_units, False)
        )
        lines += named(counts.excluded, spoken.exclusions)
    for heading, numbers, words in (
        (_("Outside what this indicator counts"), counts.outside, OUTSIDE),
        (_("Not evaluated"), counts.not_evaluated, NOT_EVALUATED),
        (_("Left open by the record: part of the range"), counts.undecided, UNDECIDED),
    ):
        if any(numbers.values()):
            lines.append(Fate(heading, sum(numbers.values()), False))
            lines += reasons(numbers, words)
    if counts.beside:
        lines.append(Fate(_("Counted beside: the chart does not say"), counts.beside, False))
    others = named(counts.also, spoken.also) + reasons(counts.assumed, ASSUMED)
    return lines + [line._replace(under=False) for line in others]


def why_moved(row: Comparison, move: Moved, package: Package, reader: Language) -> str:
    """Why units are where they moved to, or were before, in words."""
    spoken = Words(row.indicator, package, reader)
    known = {**OUTSIDE, **NOT_EVALUATED, **UNDECIDED}
    said = [spoken.exclusions.get(one) or spoken.said(one, known) for one in move.reasons]
    return reader.listing(said) or "–"


def shared_fates(result: SharedIndicator, package: Package, reader: Language) -> list[Fate]:
    """The same lines for a shared report, of those numbers that it has."""
    spoken = Words(result.id, package, reader)
    reasons: dict[str, Callable[[str], str]] = {
        "excluded": lambda id_: spoken.exclusions.get(id_, id_),
        "outside": lambda id_: spoken.said(id_, OUTSIDE),
        "not-evaluated": lambda id_: spoken.said(id_, NOT_EVALUATED),
        "undecided": lambda id_: spoken.said(id_, UNDECIDED),
        "also": lambda id_: spoken.also.get(id_, id_),
        "assumed": lambda id_: spoken.said(id_, ASSUMED),
    }
    always = ("units", "d", "n")
    lines = []
    for whole, (words, under) in WHOLES.items():
        for count in result.counts:
            table, _colon, reason = count.key.partition(":")
            if table != whole or (count.number == 0 and table not in always):
                continue
            if reason:
                under_it = whole not in ("also", "assumed")
                lines.append(Fate(reasons[table](reason), count.number, under_it))
            else:
                lines.append(Fate(reader.gettext(words), count.number, under))
    return lines
