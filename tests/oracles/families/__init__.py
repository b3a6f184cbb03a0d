"""One module a family of cases: from a case's input to what its oracle gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.oracles.families import funnel, interval, its, ptd, qcc, qic

Evaluate = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]

FAMILIES: dict[str, Evaluate] = {
    "qic": qic.evaluate,
    "ptd": ptd.evaluate,
    "qcc": qcc.evaluate,
    "funnel": funnel.evaluate,
    "interval": interval.evaluate,
    "its": its.evaluate,
}


def evaluate(family: str, given: dict[str, Any], expected: dict[str, Any]) -> Any:
    """
    What ours finds, as plain lists and numbers. ``expected`` only says which estimators and
    columns are asked for.

    Where the oracle refused the input, ours has to refuse it as well; the words are its own.
    """
    if family not in FAMILIES:
        raise SystemExit(f"no family {family!r}; there are {', '.join(FAMILIES)}")
    try:
        found = plain(FAMILIES[family](given, expected))
    except ValueError as refused:
        if "error" in expected:
            return {"error": expected["error"]}
        return {"error": str(refused)}
    return {"messages": [], "warnings": [], **found}


def plain(value: Any) -> Any:
    """Arrays as lists, numbers of numpy as numbers, NaN and infinity as None."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
