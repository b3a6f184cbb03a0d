"""
The report: one HTML file that holds everything and loads nothing.

It reads a :class:`~spinewise.review.result.Review` and the change package that made it, and counts
nothing itself. The templates say what stands where; the functions here put a number or an id into
the reader's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from spinewise.know.model import Combination, Edition, Finding, Indicator, Text
from spinewise.know.package import Package
from spinewise.know.terms import Days, Term
from spinewise.numerals import LanguageCode
from spinewise.report import definition, trust
from spinewise.report.fates import fates, why_moved
from spinewise.report.language import Language, language
from spinewise.report.reading import translate
from spinewise.report.timeline import timeline, worked
from spinewise.report.words import MODALITIES, SETTINGS, VERDICTS, WORDS
from spinewise.review.result import Group, IndicatorResult, Review, RunChart
from spinewise.share.result import SharedIndicator, SharedReview

T = TypeVar("T")
Shown = TypeVar("Shown", bound=Review | SharedReview)


def render(review: Review, package: Package, code: LanguageCode) -> str:
    """
    The report as one self-contained HTML document.

    Parameters
    ----------
    review
        What was found.
    package
        The change package that the review was made with: definitions, change ideas, resources.
    code
        The reader's language, ``"en"`` or ``"fr"``.
    """
    return render_in(review, package, language(code))


def render_in(review: Review, package: Package, reader: Language) -> str:
    """:func:`render` for a language that is at hand, for example one of a test."""
    page = Page(review, package, reader)
    return environment(reader).get_template("report.html").render(page.things())


def environment(reader: Language) -> Environment:
    """The templates, with the words and numbers of a language."""

    def word(group: str, id_: str) -> str:
        """Words for an id of a group of :data:`~spinewise.report.words.WORDS`, or the id."""
        words = WORDS[group].get(id_)
        return id_ if words is None else reader.gettext(words)

    templates = Environment(
        loader=PackageLoader("spinewise.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        _=reader.gettext,
        t=reader.text,
        percent=reader.percent,
        count=reader.count,
        day=reader.day,
        month=reader.month,
        word=word,
        at=lambda share, wide: f"{wide * share:.1f}",
        whole=lambda share: reader.percent(share).replace(".0", "").replace(",0", ""),
        css_string=css_string,
    )
    return templates


class CodeList(NamedTuple):
    name: str
    used: int
    verified: int
    proposed: int
    off: int


class Face(Generic[Shown]):
    """What the templates of any report use beside the words of the language."""

    def __init__(self, review: Shown, package: Package, reader: Language) -> None:
        self.review = review
        self.package = package
        self.reader = reader

    def things(self) -> dict[str, object]:
        """Values and functions for the page itself."""
        review, package = self.review, self.package
        return {
            "lang": self.reader,
            "review": review,
            "package": package,
            "title": self.reader.gettext("Review of care"),
            "package_title": self.reader.text(package.file.title),
            "period": self.period(review.period),
            "compared": "",
            "edition": self.edition(),
            "proposed": any(result.status == "proposed" for result in review.indicators),
            "own": [result for result in review.indicators if not result.published],
            "published": [result for result in review.indicators if result.published],
            "sides": sides(review),
            "numbers_of": numbers_of,
            "rules": package.indicators,
            "ideas": package.ideas,
            "resources": package.resources,
            "chosen": chosen,
            "fates_heading": self.fates_heading,
            "families": {family.id: family for family in package.red_flags.family},
            "fitting": self.fitting,
            "combined": self.combined,
            "say": self.say,
            "say_index": lambda index: definition.say_index(index, package, self.reader),
            "worked": lambda rule: worked(package, rule),
            "timeline": lambda one: timeline(one, package, self.reader),
            "days": self.days,
            "unit_words": self.unit_words,
            "code_lists": self.code_lists,
            "all_code_lists": self.all_code_lists,
            "cited": self.cited,
            "settings": self.settings,
            "tongues": self.tongues,
            "in_english": self.in_english,
            "host": lambda url: urlsplit(url).netloc.removeprefix("www."),
            "lag": partial(trust.lag, self.reader),
            "patients": partial(trust.patients, self.reader),
        }

    # Ids and numbers in words

    def period(self, period: tuple[date, date]) -> str:
        first, last = period
        if first.year == last.year and (first.month, first.day, last.month, last.day) == (
            1,
            1,
            12,
            31,
        ):
            return str(first.year)
        return self.reader.gettext(
            "%(first)s to %(last)s", first=self.reader.day(first), last=self.reader.day(last)
        )

    def edition(self) -> Edition | None:
        choices = self.package.file.edition_choices
        return next((row for row in choices if row.id == self.review.edition), None)

    def days(self, window: Days) -> str:
        return definition.window(window, self.reader)

    def settings(self, places: Sequence[str]) -> str:
        return self.reader.listing([self.reader.gettext(SETTINGS[place]) for place in places])

    def tongues(self, codes: Sequence[str]) -> str:
        _ = self.reader.gettext
        return self.reader.listing([_("French") if c == "fr" else _("English") for c in codes])

    def in_english(self, words: str) -> Markup:
        """Words that exist in English only, marked so for those who listen."""
        if self.reader.code == "en":
            return escape(words)
        return Markup('<span lang="en">{}</span>').format(words)

    # An indicator

    def unit_words(self, unit: str) -> str:
        _ = self.reader.gettext
        return {
            "episode": _("Episodes, each by its index visit"),
            "image": _("Images ordered in an episode"),
            "answer": _("Answers to a survey question"),
            "patient": _("People in the records"),
            "patient-year": _("People in the records, each for the year"),
        }[unit]

    def fates_heading(self, unit: str) -> str:
        _ = self.reader.gettext
        return {
            "episode": _("What became of every episode"),
            "image": _("What became of every image"),
            "answer": _("What became of every answer"),
            "patient": _("What became of every person"),
            "patient-year": _("What became of every person"),
        }[unit]

    def say(self, term: Term) -> definition.Said:
        return definition.say(term, self.package, self.reader)

    def code_lists(self, rule: Indicator) -> list[str]:
        return sorted(definition.code_lists(rule, self.package))

    def all_code_lists(self) -> list[CodeList]:
        """The lists that the indicators shown read, with how many codes of which status."""
        rules = [self.package.indicators.get(result.id) for result in self.review.indicators]
        names = {name for rule in rules if rule for name in self.code_lists(rule)}
        lists = []
        for name in sorted(names):
            concept = self.package.concepts[name]
            by_status = [row.status for row in concept.rows]
            lists.append(
                CodeList(
                    name,
                    len(by_status),
                    by_status.count("verified"),
                    by_status.count("proposed"),
                    len(concept.off),
                )
            )
        return lists

    def cited(self, ids: Sequence[str]) -> Markup:
        """Sources by title, each linked to the list at the end."""
        titles = {source.id: source.title for source in self.package.file.source}
        links = [
            Markup('<a href="#source-{}">{}</a>').format(id_, self.in_english(titles[id_]))
            if id_ in titles
            else escape(id_)
            for id_ in ids
        ]
        return Markup("; ").join(links)

    # Red flags

    def fitting(self, finding: Finding) -> str:
        """Which images fit a finding, best first."""
        family = next(row for row in self.package.red_flags.family if row.id == finding.family)
        kinds = finding.imaging or family.imaging
        _ = self.reader.gettext
        return self.reader.listing([_(MODALITIES[kind]) for kind in kinds]) or "–"

    def combined(self, row: Combination) -> str:
        """The findings that make a combination."""
        names = {f.id: self.reader.text(f.name) for f in self.package.red_flags.finding}

        def listing(ids: Sequence[str]) -> str:
            return self.reader.listing([names.get(id_, id_) for id_ in ids])

        if not row.also_any:
            return listing(row.all_of)
        return self.reader.ngettext(
            "%(all)s, with at least %(num)s of: %(any)s",
            "%(all)s, with at least %(num)s of: %(any)s",
            row.also_at_least,
            all=listing(row.all_of),
            any=listing(row.also_any),
        )


class Page(Face[Review]):
    """What the templates of the full report use."""

    def things(self) -> dict[str, object]:
        review = self.review
        return {
            **super().things(),
            "compared": self.compared(),
            "span": self.span,
            "agreements": review.agreements,
            "well": [result for result in review.indicators if reached(result)],
            "coverage": trust.coverage(review.trust),
            "change": self.change,
            "trend": self.trend,
            "counted": self.counted,
            "not_said": self.not_said,
            "hidden": self.hidden,
            "chart": self.chart,
            "fates": lambda result: fates(result, self.package, self.reader),
            "why_moved": lambda row, move: why_moved(row, move, self.package, self.reader),
            "by_name": by_name,
            "by_verdict": by_verdict,
            "from_source": self.from_source,
            **{
                name: partial(getattr(trust, name), self.reader)
                for name in ("consent", "ongoing", "completeness", "earlier", "set_aside", "sums")
            },
        }

    def compared(self) -> str:
        """The period of the earlier review in words, or as it is written where it is no period."""
        written = self.review.compared_with
        if written is None:
            return ""
        try:
            first, last = (date.fromisoformat(part) for part in written.split("/"))
        except ValueError:
            return written
        return self.period((first, last))

    def from_source(self, words: str) -> str | Markup:
        """A reason that the reading of the records gave: translated where it is known."""
        if not words:
            return "–"
        translated = translate(words, self.reader)
        return self.in_english(words) if translated is None else translated

    def counted(self, result: IndicatorResult) -> str:
        """``14 of 45 episodes``."""
        n, d, ngettext = self.reader.count(result.rate.n), result.rate.d, self.reader.ngettext
        match result.unit:
            case "episode":
                return ngettext("%(n)s of %(num)s episode", "%(n)s of %(num)s episodes", d, n=n)
            case "image":
                return ngettext("%(n)s of %(num)s image", "%(n)s of %(num)s images", d, n=n)
            case "answer":
                return ngettext("%(n)s of %(num)s answer", "%(n)s of %(num)s answers", d, n=n)
            case "patient" | "patient-year":
                return ngettext("%(n)s of %(num)s person", "%(n)s of %(num)s people", d, n=n)

    def not_said(self, number: int, of: int) -> str:
        return self.reader.gettext(
            "In %(number)s of these %(of)s, the chart does not say.",
            number=self.reader.count(number),
            of=self.reader.count(of),
        )

    def hidden(self, number: int) -> str:
        return self.reader.ngettext(
            "%(num)s clinician with too few to show is left out.",
            "%(num)s clinicians with too few to show are left out.",
            number,
        )

    def span(self, of: IndicatorResult | Group) -> str:
        """The range of a rule or a stratum in words."""
        rate = of.rate
        if rate.state != "computable" or rate.low is None or rate.high is None:
            return "–"
        return span_words(rate.low, rate.high, self.reader)

    def change(self, result: IndicatorResult) -> str:
        """Change over time in a few words."""
        _ = self.reader.gettext
        chart = result.run_chart
        if result.rate.state != "computable" or chart is None:
            return "–"
        if chart.signal is None:
            return _("Too few points")
        return _("Signal of change") if chart.signal else _("No signal")

    def trend(self, result: IndicatorResult) -> str:
        return trend(result, self.reader)

    def chart(self, result: IndicatorResult) -> Markup:
        return draw(result, self.reader)


class Side(NamedTuple):
    """A reason for which published rules leave people out."""

    name: Text
    condition: bool
    """Whether it is a condition that those left out do not meet, and not an exclusion."""
    keys: dict[str, str]
    """By rule, under which key their number stands (see :func:`numbers_of`); rules without this
    reason are left out."""


def sides(review: Review | SharedReview) -> list[Side]:
    """The reasons of all published rules, each id once, conditions before exclusions."""
    found: dict[str, Side] = {}
    for result in review.indicators:
        if result.published is None:
            continue
        strata = {group.key for group in result.published.strata}
        for id_, name in result.published.names.items():
            if id_ in strata:
                continue
            condition = id_ in result.published.conditions
            side = found.setdefault(id_, Side(name, condition, {}))
            side.keys[result.id] = f"{'outside' if condition else 'excluded'}:{id_}"
    return sorted(found.values(), key=lambda side: not side.condition)


def numbers_of(result: IndicatorResult | SharedIndicator) -> dict[str, int | None]:
    """What became of the people under a published rule, by the keys of a shared report."""
    if isinstance(result, SharedIndicator):
        return {count.key: count.number for count in result.counts}
    counts = result.counts
    tables = {"outside": counts.outside, "excluded": counts.excluded}
    return {
        "units": counts.units,
        "d": result.rate.d,
        "excluded": counts.excluded_units,
        "not-evaluated": sum(counts.not_evaluated.values()),
        "undecided": sum(counts.undecided.values()),
        **{f"{table}:{id_}": n for table, by_id in tables.items() for id_, n in by_id.items()},
    }


def draw(result: IndicatorResult, reader: Language) -> Markup:
    """The run chart of an indicator as SVG, with its words for those who do not see it."""
    from spinewise.report import charts  # takes a second to import, and only a report needs it

    assert result.run_chart is not None
    title = reader.gettext("%(name)s: recorded rate by month", name=reader.text(result.name))
    drawn = charts.run_chart(result, result.run_chart, reader)
    return charts.svg(
        drawn, f"{result.id}-chart", title, describe(result, result.run_chart, reader)
    )


def describe(result: IndicatorResult, chart: RunChart, reader: Language) -> str:
    """What the chart shows, in words."""
    _ = reader.gettext
    known = [(p.rate.recorded, p.month) for p in chart.months if p.rate.recorded is not None]
    if not known or chart.median is None:
        return _("No month has a rate.")
    (low, low_month), (high, high_month) = min(known), max(known)
    shown = _(
        "From %(first)s to %(last)s. Median %(median)s; lowest %(low)s in %(low_month)s,"
        " highest %(high)s in %(high_month)s.",
        first=reader.month(chart.months[0].month),
        last=reader.month(chart.months[-1].month),
        median=reader.percent(chart.median),
        low=reader.percent(low),
        low_month=reader.month(low_month),
        high=reader.percent(high),
        high_month=reader.month(high_month),
    )
    return f"{shown} {trend(result, reader)}"


def trend(result: IndicatorResult, reader: Language) -> str:
    """Change over time as a sentence."""
    signal = result.run_chart.signal if result.run_chart else None
    if signal is None:
        return reader.gettext("Too few points to judge change.")
    if signal:
        return reader.gettext("Signal of change: more than chance explains.")
    return reader.gettext("No signal of change: chance alone would look like this.")


def reached(result: IndicatorResult) -> bool:
    """Whether the recorded rate is at its target or beyond, and not by chance or unknowns."""
    rate, target = result.rate, result.target
    if rate.state != "computable" or target is None or rate.recorded is None:
        return False
    ends = [
        end for end in (rate.low, rate.high, rate.wilson_low, rate.wilson_high) if end is not None
    ]
    if result.better == "lower":
        return max(ends) <= target
    return min(ends) >= target


def by_name(groups: list[Group]) -> list[Group]:
    """In the order of names, never of rates; what is not attributed last."""
    return sorted(groups, key=lambda group: (group.key == "", group.key))


def by_verdict(numbers: dict[str, int]) -> list[tuple[str, int]]:
    """In the order of the words: indicated, not indicated, cannot tell."""
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    return sorted(numbers.items(), key=lambda pair: order.get(pair[0], len(order)))


def chosen(things: dict[str, T], ids: Iterable[str]) -> list[T]:
    """The named ones, in the order of the names."""
    return [things[id_] for id_ in ids if id_ in things]


def span_words(low: float, high: float, reader: Language) -> str:
    """A range in words, or the one share that it is."""
    said = reader.percent(low), reader.percent(high)
    if said[0] == said[1]:
        return said[0]
    return reader.gettext("%(low)s to %(high)s", low=said[0], high=said[1])


def css_string(words: str) -> Markup:
    """Words as a string of a style sheet, in which a blank after an escape would be lost."""
    safe, after_escape = "", False
    for letter in words:
        escaped = not letter.isalnum() and (letter != " " or after_escape)
        safe += f"\\{ord(letter):06x}" if escaped else letter
        after_escape = escaped
    return Markup(f'"{safe}"')
