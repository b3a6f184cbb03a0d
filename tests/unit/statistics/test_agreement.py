"""Cohen's kappa gives the values worked out by hand."""

from __future__ import annotations

import pytest

from spinewise.statistics.agreement import kappa


def test_a_worked_example() -> None:
    """50 grants, two readers: both yes 20, both no 15, one yes 5 and 10: kappa 0.4."""
    found = kappa({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15})
    assert found is not None
    assert found.value == pytest.approx(0.4)
    # 0.4 (0.5 - 1.1 0.3)^2 + 0.3 (0.5 - 0.9 0.3)^2
    # + 0.09 (0.1 1.1^2 + 0.2 0.9^2) - 0.05^2 = 0.0504;
    # the root of that over 50 0.5^4 is 0.127; times 1.95996.
    assert found.low == pytest.approx(0.4 - 0.24891, abs=1e-4)
    assert found.high == pytest.approx(0.4 + 0.24891, abs=1e-4)


def test_full_agreement_is_one() -> None:
    found = kappa({("a", "a"): 3, ("b", "b"): 4, ("c", "c"): 1})
    assert found == (1, 1, 1)


def test_agreement_as_by_chance_is_none_at_all() -> None:
    pairs = {(a, b): 4 for a in "xy" for b in "xy"}
    found = kappa(pairs)
    assert found is not None
    assert found.value == 0


def test_nothing_can_be_said_of_one_grade_or_of_nothing() -> None:
    assert kappa({("a", "a"): 9}) is None
    assert kappa({}) is None
    assert kappa({("a", "b"): 9}) is not None
