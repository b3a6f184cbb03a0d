"""Mutated exports: no crash, no hang, no lost line, and no other row bent by a bad one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest
from tests.support.fuzzing import fuzz
from tests.support.soak import SOAK

INPUTS = {
    # kind: how many in `make test` and in `make soak`
    "ndjson": (150, 60_000),
    "bundle": (40, 10_000),
    "csv": (30, 6_000),
    "patients": (20, 4_000),
    "omop": (10, 2_000),
    "archive": (150, 20_000),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_mutated_inputs(kind: str, record_property: Callable[[str, object], None]) -> None:
    """
    Each ends within its limit of processor time, in tables whose sums agree or in our own error.

    Rows that were not touched come out as from a good file, and as many rows are read as were
    written. The seed is printed; ``SPINEWISE_SEED`` takes it again.
    """
    seed = int(os.environ.get("SPINEWISE_SEED") or (secrets.randbelow(10**9) if SOAK else 1))
    count = INPUTS[kind][SOAK]
    print(f"{kind}: {count} mutated inputs, seed {seed}")
    record_property("seed", seed)
    findings = fuzz(kind, seed, 0, count, together=2_000)
    assert findings == [], f"seed {seed}"
