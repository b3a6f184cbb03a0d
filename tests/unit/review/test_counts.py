"""What a review counts adds up, and can be counted again from results.csv."""

from __future__ import annotations

import pytest
from tests.unit.review.conftest import Reviewer, Seen

from spinewise.know.loader import load_package
from spinewise.numerals import LanguageCode, count, percent

INDICATORS = list(load_package().indicators)
each_indicator = pytest.mark.parametrize("indicator", INDICATORS)


@each_indicator
def test_every_unit_has_one_end(many: Seen, indicator: str) -> None:
    """In, excluded, outside, not evaluated, undecided or beside: together they are the units."""
    result = many.review[indicator]
    counts = result.counts
    ends = (
        result.rate.d,
        counts.excluded_units,
        sum(counts.outside.values()),
        sum(counts.not_evaluated.values()),
        sum(counts.undecided.values()),
        counts.beside,
    )

    assert sum(ends) == counts.units == len(many.rows_of(indicator))
    assert counts.units > 0


def test_every_end_is_met(many: Seen) -> None:
    """The made-up people are varied enough for the sums above to mean something."""
    counts = [result.counts for result in many.review.indicators]

    assert any(result.rate.d for result in many.review.indicators)
    assert any(one.excluded_units for one in counts)
    assert any(one.outside for one in counts)
    assert any(one.not_evaluated for one in counts)
    assert any(one.undecided for one in counts)
    assert any(one.beside for one in counts)


@each_indicator
def test_decided_units_are_part_of_the_denominator(many: Seen, indicator: str) -> None:
    """Those that no unknown can move, and of these the ones against the better direction."""
    result = many.review[indicator]
    counts = result.counts
    against = result.rate.n if result.better == "lower" else result.rate.d - result.rate.n

    assert 0 <= counts.decided_against <= counts.decided <= result.rate.d
    assert counts.decided_against <= against
    assert counts.screened_absent + counts.not_documented <= result.rate.d
    assert all(number <= result.rate.d for number in counts.also.values())
    assert all(number <= result.rate.d for number in counts.assumed.values())


@each_indicator
def test_rates_can_be_counted_again_from_results_csv(many: Seen, indicator: str) -> None:
    """In the denominator, not excluded, and the numerator known: d; of these with it: n."""
    rows = many.rows_of(indicator)
    rate = many.review[indicator].rate
    inside = [
        row
        for row in rows
        if row["in_denominator"] == "1"
        and row["excluded"] == "0"
        and row["in_numerator"] in ("0", "1")
    ]

    assert len(inside) == rate.d
    assert sum(row["in_numerator"] == "1" for row in inside) == rate.n
    assert all(row["excluded_because"] == "" for row in inside)


@each_indicator
def test_flags_of_results_csv_tell_the_other_ends(many: Seen, indicator: str) -> None:
    counts = many.review[indicator].counts
    rows = many.rows_of(indicator)
    not_evaluated = [row for row in rows if row["in_denominator"] == "not_evaluated"]

    assert sum(row["excluded"] == "1" for row in rows) == counts.excluded_units
    assert len(not_evaluated) == sum(counts.not_evaluated.values())
    assert all(row["in_numerator"] == row["excluded"] == "not_evaluated" for row in not_evaluated)
    left_out = [row for row in rows if row["excluded_because"]]
    assert len(left_out) == counts.units - many.review[indicator].rate.d


@each_indicator
def test_rates_agree_with_themselves(many: Seen, indicator: str) -> None:
    """The recorded share lies in its range and in its interval."""
    rate = many.review[indicator].rate

    assert rate.recorded == rate.n / rate.d
    assert rate.low is not None
    assert rate.high is not None
    assert 0 <= rate.low <= rate.recorded <= rate.high <= 1
    assert rate.wilson_low is not None
    assert rate.wilson_high is not None
    assert 0 <= rate.wilson_low <= rate.recorded <= rate.wilson_high <= 1
    assert rate.state == ("computable" if rate.d >= 10 else "too few")


@each_indicator
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_sentence_says_the_rate(many: Seen, indicator: str, language: LanguageCode) -> None:
    """The headline has the numerator, the denominator and the percentage of the rate."""
    result = many.review[indicator]
    assert result.rate.recorded is not None
    headline = result.headline[language]

    assert count(result.rate.n, language) in headline
    assert count(result.rate.d, language) in headline
    assert percent(result.rate.recorded, language) in headline


@each_indicator
def test_shown_clinicians_are_part_of_the_whole(many: Seen, indicator: str) -> None:
    """Groups of 10 or more are shown, the others are counted, and no unit counts twice."""
    result = many.review[indicator]
    groups = result.clinicians

    assert all(group.rate.d >= 10 for group in groups)
    assert sum(group.rate.d for group in groups) <= result.rate.d
    assert sum(group.rate.n for group in groups) <= result.rate.n
    if result.clinicians_hidden == 0:
        assert sum(group.rate.d for group in groups) == result.rate.d
    assert len({group.key for group in groups}) == len(groups)


def test_modalities_add_up(many: Seen) -> None:
    """Every order has a modality, or none that is known; together they are not more than all."""
    result = many.review["imaging-without-recorded-flag"]

    assert len(result.modalities) > 1
    assert sum(group.rate.d for group in result.modalities) <= result.rate.d


def test_images_are_in_an_episode_or_not(many: Seen) -> None:
    images = many.review.images

    assert images.in_episode + images.outside_episode <= images.images
    assert images.in_excluded_episode <= images.in_episode
    assert sum(images.verdicts.values()) <= images.in_episode
    assert images.verdicts.keys() == {"indicated", "not-indicated", "cannot-tell"}
    assert images.images == many.review["imaging-unknown"].counts.units


def test_a_second_review_shows_the_first(review_of: Reviewer, few: Seen) -> None:
    """Compared with itself, every rate is its previous one."""
    again = review_of(25, 2, few.review).review

    assert again.compared_with == "October 1, 2022 to February 29, 2024"
    for result in again.indicators:
        assert result.previous == few.review[result.id].rate == result.rate
