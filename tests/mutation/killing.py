"""
What a mutant has to pass to survive: everybody's place in many examples, and the golden cases.

The unit tests of ``tests/unit/measures`` are run beside these. ``python -m tests.mutation`` runs
both on every mutant; for a plain run, name this file: ``pytest tests/mutation/killing.py``.

These are few tests of many cases each, since choosing tests takes longer than most of them.
"""

from __future__ import annotations

from tests.golden.judging import as_interpreted, differences
from tests.mutation.examples import EXAMPLES, GOLDEN


def test_people_are_read_as_before() -> None:
    for number, example in enumerate(EXAMPLES):
        assert example.interpreted() == example.outcomes, f"example {number}"


def test_golden_cases_are_read_as_expected() -> None:
    for case, read in GOLDEN:
        assert differences(case, as_interpreted(case, read, read.frame)) == [], case.id


def test_plans_say_as_before() -> None:
    """The same plan gives the same; another one is run."""
    for number, example in enumerate(EXAMPLES):
        plan = example.compiled()
        assert plan == example.plan or example.run(plan) == example.outcomes, f"example {number}"
