"""A rate corrected for what codes get wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinewise.statistics.correction import Stratum, rogan_gladen, stratified


@st.composite
def strata(draw: st.DrawFn) -> list[Stratum]:
    found = []
    for coded in draw(st.lists(st.booleans(), min_size=1, max_size=4)):
        cases = draw(st.integers(1, 60))
        read = draw(st.integers(1, cases))
        found.append(Stratum(coded, cases, read, draw(st.integers(0, read))))
    return found


@given(strata())
def test_the_share_lies_in_its_interval(drawn: list[Stratum]) -> None:
    found = stratified(drawn)
    assert found is not None
    assert 0 <= found.true.low <= found.true.share <= found.true.high <= 1


@given(strata())
def test_the_correction_by_sensitivity_and_specificity_is_the_same(drawn: list[Stratum]) -> None:
    """(coded + specificity - 1) / (sensitivity + specificity - 1), where codes tell anything."""
    found = stratified(drawn)
    assert found is not None
    if found.sensitivity is None or found.specificity is None:
        return
    gain = found.sensitivity + found.specificity - 1
    if abs(gain) > 1e-6:
        assert (found.coded + found.specificity - 1) / gain == pytest.approx(found.true.share)


def test_reading_everything_leaves_no_doubt() -> None:
    found = stratified([Stratum(True, 10, 10, 4), Stratum(False, 10, 10, 1)])
    assert found is not None
    assert found.true == (0.25, 0.25, 0.25)


def test_a_verdict_that_was_not_read_gives_no_correction() -> None:
    assert stratified([Stratum(True, 10, 3, 1), Stratum(False, 10, 0, 0)]) is None
    assert stratified([]) is None


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """400 populations of three verdicts, drawn with a fixed seed."""
    chance = np.random.default_rng(3)
    sizes, reads, shares = (300, 100, 600), (40, 15, 60), (0.05, 0.9, 0.5)
    truth = sum(round(n * p) for n, p in zip(sizes, shares, strict=True)) / sum(sizes)
    held = 0
    for _ in range(400):
        drawn = [
            Stratum(p > 0.4, n, k, int(chance.hypergeometric(round(n * p), n - round(n * p), k)))
            for n, k, p in zip(sizes, reads, shares, strict=True)
        ]
        found = stratified(drawn)
        assert found is not None
        held += found.true.low <= truth <= found.true.high
    assert held / 400 >= 0.93


def test_rogan_gladen_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(4)
    truth, se, sp = 0.3, 0.8, 0.9
    held = 0
    for _ in range(400):
        found = rogan_gladen(
            int(chance.binomial(400, truth * se + (1 - truth) * (1 - sp))),
            400,
            sensitivity=(int(chance.binomial(80, se)), 80),
            specificity=(int(chance.binomial(120, sp)), 120),
        )
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.93


def test_perfect_codes_need_no_correction() -> None:
    found = rogan_gladen(30, 100, sensitivity=(500, 500), specificity=(500, 500))
    assert found is not None
    assert found.share == pytest.approx(0.3)
    assert found.low < 0.3 < found.high


@pytest.mark.parametrize(
    ("d", "sensitivity", "specificity"),
    [(0, (9, 10), (9, 10)), (10, (0, 0), (9, 10)), (10, (5, 10), (5, 10)), (10, (1, 10), (2, 10))],
)
def test_codes_that_tell_nothing(
    d: int, sensitivity: tuple[int, int], specificity: tuple[int, int]
) -> None:
    assert rogan_gladen(0, d, sensitivity=sensitivity, specificity=specificity) is None
