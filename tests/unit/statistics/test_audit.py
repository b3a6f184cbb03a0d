"""What an audit of charts says of a coded rate, as worked by hand in the docs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinewise.statistics.agreement import kappa
from spinewise.statistics.audit import Audit, charts_to_read, rogan_gladen

PAGE = (
    Path(__file__).parents[3] / "docs" / "explanation" / "checking-codes-against-charts.md"
).read_text(encoding="utf-8")
READ = Audit(true_positive=45, false_negative=5, true_negative=90, false_positive=10)


def test_the_page_gives_the_kappa_of_the_program() -> None:
    found = kappa({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15})
    assert found is not None
    assert f"= **{found.value:.2f}**" in PAGE
    assert f"from **{found.low:.2f}** to **{found.high:.2f}**" in PAGE


def test_the_page_gives_the_corrected_rate_of_the_program() -> None:
    found = rogan_gladen(120, 400, READ)
    assert f"= **{100 * found.rate:.1f} %**" in PAGE
    assert f"from **{100 * found.low:.1f} %** to **{100 * found.high:.1f} %**" in PAGE
    assert (found.sensitivity, found.specificity, found.cut) == (0.9, 0.9, False)


def test_the_page_gives_the_sample_sizes_of_the_program() -> None:
    assert f"so **{charts_to_read(0.05)}** charts" in PAGE
    assert f"**{charts_to_read(0.05, of=300)}** are enough" in PAGE
    assert charts_to_read(0.1, expected=0.3) == 81
    assert charts_to_read(0.01, of=40) == 40


def test_perfect_codes_need_no_correction() -> None:
    found = rogan_gladen(30, 100, Audit(50, 0, 50, 0))
    assert found.rate == pytest.approx(0.3)
    assert found.high - found.low == pytest.approx(2 * 1.96 * (0.21 / 100) ** 0.5, rel=1e-3)


def test_the_interval_holds_the_true_rate_about_nineteen_times_of_twenty() -> None:
    chance = np.random.default_rng(8)
    held, times = 0, 1500
    for _ in range(times):
        coded = chance.binomial(400, 0.25 * 0.9 + 0.75 * 0.1)
        hits, rejected = chance.binomial(80, 0.9), chance.binomial(120, 0.9)
        found = rogan_gladen(
            int(coded), 400, Audit(int(hits), 80 - int(hits), int(rejected), 120 - int(rejected))
        )
        held += found.low <= 0.25 <= found.high
    assert 0.93 < held / times < 0.97


def test_a_rate_that_the_audit_contradicts_is_cut_and_says_so() -> None:
    found = rogan_gladen(2, 400, READ)
    assert (found.rate, found.low, found.cut) == (0.0, 0.0, True)


@pytest.mark.parametrize(
    ("audit", "says"),
    [
        (Audit(0, 0, 9, 1), "charts with and charts without"),
        (Audit(5, 5, 5, 5), "no better than chance"),
    ],
)
def test_an_audit_that_tells_nothing_is_refused(audit: Audit, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rogan_gladen(1, 9, audit)


def test_what_is_no_share_no_width_and_no_level_is_refused() -> None:
    for wrong in (
        lambda: rogan_gladen(5, 4, READ),
        lambda: charts_to_read(0),
        lambda: charts_to_read(0.1, level=95),
    ):
        with pytest.raises(ValueError, match=r"between 0 and 1|no share"):
            wrong()
