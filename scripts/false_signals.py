"""
Write docs/reference/false-signals.md: how often rules cry out where nothing changed.

Simulated stable series, from one seed. Run it after a change of rules or charts (`python
scripts/false_signals.py`, about ten seconds); a test holds a part of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from spinewise.statistics.charts import (
    Chart,
    c_chart,
    g_chart,
    i_chart,
    p_chart,
    p_prime_chart,
    t_chart,
)
from spinewise.statistics.discovery import benjamini_hochberg, series_p
from spinewise.statistics.plot_the_dots import dots
from spinewise.statistics.rules import NELSON, WESTERN_ELECTRIC, outside
from spinewise.statistics.run_chart import runs_of_many, sides

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "false-signals.md"
SERIES: Final = 10_000
LENGTHS: Final = (12, 24, 36)
SEED: Final = 2_024

Maker = Callable[[np.random.Generator, int, int], Chart]
Rule = Callable[[Chart], Any]


def _shares(chance: np.random.Generator, d: int, series: int, length: int) -> Any:
    sizes = chance.integers(d * 2 // 3, d * 4 // 3 + 1, (series, length))
    return chance.binomial(sizes, 0.3), sizes


STABLE: Final[dict[str, Maker]] = {
    "measurements (XmR)": lambda chance, s, t: i_chart(chance.normal(50, 5, (s, t))),
    "shares of about 40 (p)": lambda chance, s, t: p_chart(*_shares(chance, 40, s, t)),
    "shares of about 40 (p')": lambda chance, s, t: p_prime_chart(*_shares(chance, 40, s, t)),
    "shares of about 15 (p)": lambda chance, s, t: p_chart(*_shares(chance, 15, s, t)),
    "counts of about 9 (c)": lambda chance, s, t: c_chart(chance.poisson(9, (s, t))),
    "cases between events (g)": lambda chance, s, t: g_chart(chance.geometric(0.05, (s, t)) - 1.0),
    "days between events (t)": lambda chance, s, t: t_chart(chance.exponential(20, (s, t))),
}
"""Series in which nothing changes, with the chart that fits them."""


def _runs(chart: Chart) -> Any:
    return runs_of_many(sides(chart.counted(), chart.centre)).signal


def _any_of(chart: Chart, rules: dict[int, Any]) -> Any:
    z = chart.z()
    return np.any([rule(z).any(axis=-1) for rule in rules.values()], axis=0)


RULES: Final[dict[str, Rule]] = {
    "outside 3 sigma": lambda chart: outside(chart).any(axis=-1),
    "runs and crossings (Anhøj)": _runs,
    "either of these": lambda chart: outside(chart).any(axis=-1) | _runs(chart),
    "Making data count": lambda chart: (dots(chart.value).cause > 0).any(axis=-1),
    "Western Electric 1-4": lambda chart: _any_of(chart, WESTERN_ELECTRIC),
    "Nelson 1-8": lambda chart: _any_of(chart, NELSON),
    "p-value below 5 %": lambda chart: series_p(chart) < 0.05,
    "false-discovery rate 5 %": lambda chart: benjamini_hochberg(series_p(chart))[0],
}
"""Each says of every series whether it has a signal."""


def false_signals(data: str, length: int, series: int = SERIES) -> dict[str, float]:
    """The share of stable series with a signal, by rule."""
    chance = np.random.default_rng([SEED, length, *data.encode()])
    chart = STABLE[data](chance, series, length)
    return {
        name: float(np.mean(rule(chart)))
        for name, rule in RULES.items()
        if name != "Making data count" or chart.kind == "i"
    }


def page() -> str:
    parts = [
        "# False signals\n",
        "<!-- Made by `python scripts/false_signals.py`; change it there. -->\n",
        f"""\
How often a rule finds a signal in a series in which nothing changes: the price of what it would
find. {SERIES:,} simulated series a line, from one seed; limits are estimated from the same points,
as they are in use. A share of 5 % is one stable series in twenty with a signal somewhere in it.

What to make of it:

- Each further rule finds changes sooner and cries out more often. The four rules of Making data
  count find one in three or four stable series of three years to be changed.
- The rules about runs cry out in one stable series in twenty, whatever the kind of data. So the
  signal of a review's trend is theirs.
- Three-sigma limits cry out in every tenth series of three years, and in every other one on a g
  chart: gaps between rare events are far from normal. Take its runs, not its limits, for a signal.
- With many series at once, a p-value for each with the false-discovery rate marks hardly any stable
  series, where the chart fits. A g chart does not fit it.
""",
    ]
    for data in STABLE:
        found = {length: false_signals(data, length) for length in LENGTHS}
        parts.append(f"## {data[0].upper()}{data[1:]}\n")
        parts.append("| Rules | " + " | ".join(f"{length} points" for length in LENGTHS) + " |")
        parts.append("|---|" + "---|" * len(LENGTHS))
        parts += [
            f"| {name} | "
            + " | ".join(f"{100 * found[length][name]:.1f} %" for length in LENGTHS)
            + " |"
            for name in found[LENGTHS[0]]
        ]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
