"""The review in a terminal: one table, and the first three areas for improvement."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Words

from spinewise.numerals import LanguageCode
from spinewise.report import trust
from spinewise.report.language import Language, language
from spinewise.report.reading import translate
from spinewise.report.shared import extremes, withheld
from spinewise.report.words import BETTER_SHORT, DOMAINS, FORMATS, STATES, TABLES
from spinewise.review.result import DataTrust, Rate, Review
from spinewise.share.result import SharedReview

_SET_ASIDE_SHOWN: Final = 5
_NAME_WIDTH: Final = 24


def show_review(review: Review, console: Console, code: LanguageCode = "en") -> None:
    """Print the table of indicators and the first three areas for improvement."""
    reader = language(code)
    _ = reader.gettext
    console.print(Words(review.practice, style="bold"))
    first, last = review.period
    console.print(Words(_("%(first)s to %(last)s", first=reader.day(first), last=reader.day(last))))
    if review.tailoring and review.tailoring.changes:
        said = _("Tailored: %(what)s", what=", ".join(c.id for c in review.tailoring.changes))
        console.print(Words(said))
    console.print()
    if not all(result.published for result in review.indicators):
        console.print(table(review, reader))
    if any(result.published for result in review.indicators):
        console.print()
        console.print(Words(_("Published rules, side by side"), style="bold"))
        console.print(table(review, reader, published=True))
    if review.areas:
        console.print()
        console.print(Words(_("Where to improve first"), style="bold"))
    for rank, area in enumerate(review.areas[:3], start=1):
        name = review[area.indicator].name
        line = Words(f"{rank}. {reader.text(name)}. ", style="bold")
        line.append(reader.text(area.sentence), style="not bold")
        console.print(Padding(line, (0, 0, 0, 2)))
    console.print()
    console.print(Words(reader.text(review.notice)))


def show_shared(review: SharedReview, console: Console, code: LanguageCode = "en") -> None:
    """Print what a shared report gives away: its rates, what is suppressed, and what to look at."""
    reader = language(code)
    _ = reader.gettext
    shown = _plain_table(_("Indicator"), _("n/N"), _("Recorded rate"))
    for result in review.indicators:
        rate = result.rate
        if rate.suppressed:
            counted = share = _("suppressed")
        elif rate.state in ("no cases", "not computable"):
            counted, share = "–", _(STATES[rate.state])
        else:
            counted = f"{reader.count(rate.n or 0)}/{reader.count(rate.d or 0)}"
            computable = rate.state == "computable" and rate.recorded is not None
            few = STATES["too few"]
            share = reader.percent(rate.recorded or 0) if computable else _(few)
        shown.add_row(reader.text(result.name), counted, share)
    console.print(shown)
    console.print()
    console.print(Words(withheld(review, reader)))
    found = extremes(review, reader)
    if found:
        names = reader.listing([name for _id, name in found])
        console.print(Words(_("Rates of 0%% or 100%%, look at them: %(names)s", names=names)))
    console.print(Words(reader.text(review.notice)))


def show_trust(found: DataTrust, console: Console, code: LanguageCode = "en") -> None:
    """Print what a review rests on: sums, lag, completeness, spans, and a count per table."""
    reader = language(code)
    _ = reader.gettext
    source = f"{_(FORMATS.get(found.format, found.format))}, "
    console.print(Words(source + trust.patients(reader, found.patients)))
    span = [reader.day(found.first_day) if found.first_day else _("not known")]
    console.print(Words(_("%(first)s to %(last)s", first=span[0], last=reader.day(found.cutoff))))
    if found.lag_days is not None:
        console.print(Words(trust.lag(reader, found.lag_days)))
    console.print(Words(trust.consent(reader, found.consent_out)))
    console.print(Words(trust.sums(reader, found), style="" if found.ledger_agrees else "bold"))
    console.print(Words(trust.set_aside(reader, found.quarantined)))
    for row in found.quarantine[:_SET_ASIDE_SHOWN]:
        place = ", ".join(str(part) for part in (row.path, row.line, row.field) if part)
        reason, mend = (translate(said, reader) or said for said in (row.reason, row.mend))
        console.print(Padding(Words(f"{place}: {reason} ({row.value}). {mend}"), (0, 0, 0, 2)))

    shares = _plain_table(_("What"), _("Counted"), _("Share"))
    for line in trust.completeness(reader, found):
        counted = "–" if line.n is None else reader.count(line.n)
        shares.add_row(
            line.words,
            counted if line.d is None else f"{counted}/{reader.count(line.d)}",
            "–" if line.share is None else reader.percent(line.share),
        )
    spans = _plain_table(_("Part"), _("Carried"))
    for domain, carried in found.carried.items():
        words = [
            _("%(first)s to %(last)s", first=reader.day(first), last=reader.day(last))
            for first, last in carried
        ]
        spans.add_row(
            _(DOMAINS[domain]) if domain in DOMAINS else domain,
            "\n".join(words) or _("Not carried"),
        )
    tables = _plain_table(_("What your EMR should say"), _("Rows"), _("People"))
    for kind in found.tables:
        tables.add_row(
            _(TABLES[kind.name]) if kind.name in TABLES else kind.name,
            reader.count(kind.rows),
            reader.count(kind.people),
        )
    for shown in (shares, spans, tables):
        if shown.row_count:
            console.print()
            console.print(shown)
    for assumption in found.assumptions:
        console.print(Words(reader.text(assumption)))


def _plain_table(first: str, *numbers: str) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    shown.add_column(first)
    for heading in numbers:
        shown.add_column(heading, justify="right", no_wrap=True)
    return shown


def table(review: Review, reader: Language, *, published: bool = False) -> Table:
    """
    Indicator, n/N, recorded rate, range, unknown, and the rate of the review before: of the
    package's own indicators, or of published rules.
    """
    _ = reader.gettext
    headings = [_("Indicator"), _("n/N"), _("Recorded rate"), _("Range"), _("Unknown")]
    if review.compared_with is not None:
        headings.append(_("Before"))
    shown = _plain_table(*headings)
    shown.columns[0].min_width = _NAME_WIDTH
    for result in review.indicators:
        if bool(result.published) is not published:
            continue
        rate, before = result.rate, result.previous
        counted = f"{reader.count(rate.n)}/{reader.count(rate.d)}"
        cells = [
            counted if rate.state in ("computable", "too few") else "–",
            _share(rate, reader),
            _range(rate, reader) if rate.state == "computable" else "–",
            reader.count(rate.unknown),
            _share(before, reader) if before else "–",
        ]
        name = Words(reader.text(result.name))
        name.append(f" ({_(BETTER_SHORT[result.better]).lower()})", style="dim")
        shown.add_row(name, *map(Words, cells[: len(headings) - 1]))
    return shown


def _share(rate: Rate, reader: Language) -> str:
    """The recorded rate, or why there is none: never 0 % for want of cases."""
    if rate.state != "computable" or rate.recorded is None:
        return reader.gettext(STATES[rate.state])
    return reader.percent(rate.recorded)


def _range(rate: Rate, reader: Language) -> str:
    if rate.low is None or rate.high is None:
        return "–"
    low, high = reader.percent(rate.low), reader.percent(rate.high)
    return low if low == high else reader.gettext("%(low)s to %(high)s", low=low, high=high)
