"""What the numbers rest on, in words: shared by the report and the terminal."""

from __future__ import annotations

from typing import Final, NamedTuple

from spinewise.report.language import Language
from spinewise.review.result import CoverageMonth, DataTrust

MONTHS_SHOWN: Final = 36
"""The table of rows by month shows so many of the latest months; review.json has them all."""

LATE: Final = 35
"""A lag of more days than this is pointed out."""


class Share(NamedTuple):
    """A line of the table of completeness; None where there is nothing to count or to divide."""

    words: str
    n: int | None
    d: int | None
    share: float | None


class Coverage(NamedTuple):
    """Rows by month, as many as are shown."""

    domains: list[str]
    months: list[CoverageMonth]
    left_out: int


def patients(reader: Language, number: int) -> str:
    return reader.ngettext("%(num)s patient", "%(num)s patients", number)


def consent(reader: Language, number: int) -> str:
    """How many people are left out because their consent is."""
    if number == 0:
        return reader.gettext("Nobody's consent is out.")
    return reader.ngettext(
        "%(num)s person whose consent is out is in no list and no count.",
        "%(num)s people whose consent is out are in no list and no count.",
        number,
    )


def ongoing(reader: Language, number: int) -> str:
    """How many people have the problem on their problem list."""
    return reader.ngettext(
        "%(num)s person with a continuing problem.",
        "%(num)s people with a continuing problem.",
        number,
    )


def lag(reader: Language, days: int | None) -> str:
    """Whether the records end after, with, or before the period; a long lag is pointed out."""
    _ = reader.gettext
    if days is None:
        return _("Not known.")
    if days == 0:
        return _("The records end with the period.")
    if days < 0:
        return reader.ngettext(
            "The records end %(num)s day before the period does: its end is not covered.",
            "The records end %(num)s days before the period does: its end is not covered.",
            -days,
        )
    words = reader.ngettext(
        "The records end %(num)s day after the period.",
        "The records end %(num)s days after the period.",
        days,
    )
    if days > LATE:
        words += " " + _("That is more than 35 days: practice may have changed since.")
    return words


def completeness(reader: Language, trust: DataTrust) -> list[Share]:
    """How complete the writing is, and how rows point at each other."""
    _ = reader.gettext
    link = trust.linkage

    def part(words: str, n: int, d: int) -> Share:
        return Share(words, n, d, n / d if d else None)

    def alone(words: str, n: int | None = None, share: float | None = None) -> Share:
        return Share(words, n, None, share)

    return [
        part(
            _("Episodes with a complete red-flag screen"),
            link.episodes_screen_complete,
            link.episodes,
        ),
        part(_("Index visits with a recorded onset"), link.index_with_onset, link.index_visits),
        part(_("Events linked to a visit"), link.events_with_visit, link.events),
        part(
            _("Imaging orders with a performed image"),
            link.orders_with_performance,
            link.imaging_orders,
        ),
        alone(_("Performed images without an order"), link.performances_without_order),
        alone(
            _("Conditions and findings without a recording day"),
            share=trust.recorded_missing_share,
        ),
        alone(_("Events that rest on codes that are only proposed"), share=trust.proposed_share),
    ]


def coverage(trust: DataTrust) -> Coverage:
    """The latest months, and the domains that have rows in any of all months."""
    domains = list(dict.fromkeys(domain for month in trust.coverage for domain in month.rows))
    shown = trust.coverage[-MONTHS_SHOWN:]
    return Coverage(domains, shown, len(trust.coverage) - len(shown))


def earlier(reader: Language, number: int) -> str:
    return reader.ngettext(
        "%(num)s earlier month is in review.json.",
        "%(num)s earlier months are in review.json.",
        number,
    )


def set_aside(reader: Language, number: int) -> str:
    return reader.ngettext("%(num)s line set aside", "%(num)s lines set aside", number)


def sums(reader: Language, trust: DataTrust) -> str:
    """Whether every line that was read is accounted for."""
    _ = reader.gettext
    if trust.ledger_agrees:
        return _(
            "The sums agree: every line that was read was stored, merged with a duplicate, skipped,"
            " not a fact, or set aside."
        )
    return _(
        "The sums do not agree: some lines are not accounted for. Do not use the rates before this"
        " is understood."
    )
