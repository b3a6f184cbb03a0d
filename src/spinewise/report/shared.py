"""
The page of a shared report: the same face, with what is suppressed drawn as such.

It reads a :class:`~spinewise.share.result.SharedReview` alone and has never seen the full one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report.fates import Fate, shared_fates
from spinewise.report.html import Face, environment, span_words
from spinewise.report.language import Language, language
from spinewise.report.words import N_, VERDICTS
from spinewise.share.points import Step
from spinewise.share.result import SharedGroup, SharedIndicator, SharedReview

BY_STEP: Final[Mapping[Step, str]] = {
    "month": N_("Recorded rate by month"),
    "quarter": N_("Recorded rate by quarter, each at its first month"),
    "half-year": N_("Recorded rate by half-year, each at its first month"),
}
IMAGES: Final = {
    "": N_("All of this region, or perhaps of it"),
    "in-episode": N_("In an episode"),
    "in-excluded-episode": N_("In an episode that is excluded"),
    "outside-episode": N_("In no episode"),
    "region-unknown": N_("Region unknown: counted in no episode"),
}


def render_shared(review: SharedReview, package: Package, code: LanguageCode) -> str:
    """The shared report as one self-contained HTML document."""
    return render_shared_in(review, package, language(code))


def render_shared_in(review: SharedReview, package: Package, reader: Language) -> str:
    """:func:`render_shared` for a language that is at hand, for example one of a test."""
    page = SharedPage(review, package, reader)
    return environment(reader).get_template("shared.html").render(page.things())


class SharedPage(Face[SharedReview]):
    """What the templates of the shared report use."""

    def things(self) -> dict[str, object]:
        review = self.review
        return {
            **super().things(),
            "names": {result.id: result.name for result in review.indicators},
            "withheld": lambda: withheld(review, self.reader),
            "extremes": extremes(review, self.reader),
            "span": self.span,
            "agreements": [],
            "drawable": drawable,
            "whole": whole,
            "whole_percent": self.whole_percent,
            "change": self.change,
            "images": self.images,
            "drawn": drawn,
            "gaps": gaps,
            "by_step": self.by_step,
            "trend": self.trend,
            "chart": self.chart,
            "fates": lambda result: shared_fates(result, self.package, self.reader),
            "groups": self.groups,
        }

    def whole_percent(self, share: float) -> str:
        """A share that was rounded to a whole per cent, so written."""
        return self.reader.percent(share).replace(".0", "").replace(",0", "")

    def span(self, result: SharedIndicator | SharedGroup) -> str | Markup:
        """The range in words; strata are shared without theirs."""
        if isinstance(result, SharedGroup) or result.rate.state in (
            "no cases",
            "not computable",
            "too few",
        ):
            return "–"
        if result.low is None or result.high is None:
            return Markup('<span class="withheld">{}</span>').format(
                self.reader.gettext("suppressed")
            )
        return span_words(result.low, result.high, self.reader)

    def change(self, result: SharedIndicator) -> str:
        """Change over time in a few words."""
        _ = self.reader.gettext
        chart = result.chart
        if result.rate.state != "computable" or chart is None:
            return "–"
        if chart.signal is None:
            return _("Too few points")
        return _("Signal of change") if chart.signal else _("No signal")

    def trend(self, result: SharedIndicator) -> str:
        """Change over time as a sentence."""
        _ = self.reader.gettext
        if gaps(result):
            return _("With points suppressed, change is not judged.")
        signal = result.chart.signal if result.chart else None
        if signal is None:
            return _("Too few points to judge change.")
        if signal:
            return _("Signal of change: more than chance explains.")
        return _("No signal of change: chance alone would look like this.")

    def by_step(self, result: SharedIndicator) -> str:
        assert result.chart is not None
        return self.reader.gettext(BY_STEP[result.chart.step])

    def chart(self, result: SharedIndicator) -> Markup:
        """The run chart as SVG, with its words for those who do not see it."""
        from spinewise.report import charts  # takes a second to import

        assert result.chart is not None
        title = f"{self.reader.text(result.name)}: {self.by_step(result)}"
        picture = charts.shared_chart(result, result.chart, self.reader)
        return charts.svg(picture, f"{result.id}-chart", title, self.trend(result))

    def images(self) -> list[Fate]:
        """What became of the images, line by line."""
        _ = self.reader.gettext
        lines = []
        for count in self.review.images:
            table, _colon, verdict = count.key.partition(":")
            words = (
                _("Verdict: %(verdict)s", verdict=_(VERDICTS.get(verdict, verdict)))
                if verdict
                else _(IMAGES[table])
            )
            lines.append(Fate(words, count.number, bool(verdict)))
        return lines

    def groups(self, result: SharedIndicator) -> list[tuple[str, str, list[SharedGroup]]]:
        """The tables by clinician and by kind of image that are not empty."""
        _ = self.reader.gettext
        found = []
        if result.clinicians:
            found.append(("clinician", _("By clinician"), result.clinicians))
        if result.modalities:
            found.append(("modality", _("By kind of image"), result.modalities))
        return found


def drawable(result: SharedIndicator) -> bool:
    """Whether there is a rate to draw."""
    return result.rate.state == "computable" and result.rate.recorded is not None


def drawn(result: SharedIndicator) -> bool:
    """Whether there is a chart with a point in it."""
    if result.chart is None or result.rate.state in ("no cases", "not computable"):
        return False
    return any(point.rate.recorded is not None for point in result.chart.points)


def gaps(result: SharedIndicator) -> bool:
    """Whether points of the chart are suppressed."""
    return result.chart is not None and any(p.rate.suppressed for p in result.chart.points)


def whole(result: SharedIndicator) -> dict[str, float | None]:
    """What the bar of a rate is drawn from."""
    rate = result.rate
    return {
        "recorded": rate.recorded,
        "low": result.low,
        "high": result.high,
        "wilson_low": rate.wilson_low,
        "wilson_high": rate.wilson_high,
    }


def withheld(review: SharedReview, reader: Language) -> str:
    """How many numbers are suppressed, in words."""
    if review.suppressed == 0:
        return reader.gettext("No number of this report had to be suppressed.")
    return reader.ngettext(
        "%(num)s number of this report is suppressed, so that nobody can be recognised.",
        "%(num)s numbers of this report are suppressed, so that nobody can be recognised.",
        review.suppressed,
    )


def extremes(review: SharedReview, reader: Language) -> list[tuple[str, str]]:
    """Ids and names of the indicators with a rate of all or none, over all or in a group."""
    return [
        (result.id, reader.text(result.name))
        for result in review.indicators
        if any(
            rate.all_or_none
            for rate in (
                result.rate,
                *(group.rate for group in (*result.clinicians, *result.modalities)),
                *(group.rate for group in (result.published.strata if result.published else ())),
            )
        )
    ]
