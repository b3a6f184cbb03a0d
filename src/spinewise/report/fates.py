"""What became of every unit that came into question under an indicator, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinewise.know.package import Package
from spinewise.report.language import Language
from spinewise.report.words import ASSUMED, DOMAINS, NOT_EVALUATED, OUTSIDE, UNDECIDED
from spinewise.review.result import IndicatorResult


class Fate(NamedTuple):
    """A line of the table; ``under``: a part of the line above that is not under."""

    words: str
    number: int
    under: bool


def fates(result: IndicatorResult, package: Package, reader: Language) -> list[Fate]:
    """The lines of one indicator; reasons that befell nobody are left out."""
    _ = reader.gettext
    counts, rate = result.counts, result.rate
    rule = package.indicators.get(result.id)
    exclusions = {row.id: reader.text(row.name) for row in package.episode.exclusion}
    also = {id_: reader.text(name) for id_, name in rule.also_count_name.items()} if rule else {}

    def said(id_: str, words: Mapping[str, str]) -> str:
        """Words for a reason; ``not-carried:imaging`` and ``chronic-unknown`` name a part too."""
        reason, _colon, part = id_.partition(":")
        exclusion = id_.removesuffix("-unknown")
        if reason in words:
            known = _(words[reason])
            return f"{known} ({_(DOMAINS.get(part, part)).lower()})" if part else known
        if exclusion in exclusions and exclusion != id_:
            return _("The record does not settle: %(what)s", what=exclusions[exclusion])
        return id_

    def reasons(numbers: Mapping[str, int], words: Mapping[str, str]) -> list[Fate]:
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
        lines += named(counts.excluded, exclusions)
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
    others = named(counts.also, also) + reasons(counts.assumed, ASSUMED)
    return lines + [line._replace(under=False) for line in others]
