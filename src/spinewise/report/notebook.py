"""
How a review shows itself in a notebook.

:mod:`spinewise.review.result` holds plain values and knows no face, so the face is put on from
here: :func:`register` gives its two outer types the method that notebooks look for. The package
calls it once, and nothing heavy is imported before something is shown.
"""

from __future__ import annotations

from typing import Final

from spinewise.numerals import LanguageCode
from spinewise.review.result import IndicatorResult, Review

METHOD: Final = "_repr_html_"
"""The name that notebooks look for."""


def register() -> None:
    """Let notebooks show a :class:`Review` and an :class:`IndicatorResult` as HTML."""
    setattr(Review, METHOD, review_html)
    setattr(IndicatorResult, METHOD, result_html)


def review_html(review: Review, code: LanguageCode = "en") -> str:
    """The table of indicators and the first three areas for improvement."""
    from spinewise.report.html import environment
    from spinewise.report.language import language

    reader = language(code)
    return environment(reader).get_template("notebook.html").render(lang=reader, review=review)


def result_html(result: IndicatorResult, code: LanguageCode = "en") -> str:
    """The headline of one indicator, its range, and its run chart."""
    from spinewise.report.html import draw, environment
    from spinewise.report.language import language

    reader = language(code)
    chart = draw(result, reader) if result.run_chart and result.run_chart.months else ""
    return (
        environment(reader)
        .get_template("notebook.html")
        .render(lang=reader, result=result, chart=chart)
    )
