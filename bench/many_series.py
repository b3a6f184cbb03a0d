"""
Charts of many series: ours over all of them, and other Python packages over a sample.

``python -m bench --part statistics``. The others are no part of our environment (they bring pandas,
plotly and matplotlib); install them apart and name that Python:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install clinical-qikit pyqicharts
    python -m bench --part statistics --peers /tmp/peers/bin/python
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from spinewise.statistics.charts import p_prime_chart
from spinewise.statistics.discovery import benjamini_hochberg, series_p
from spinewise.statistics.distributions import Floats
from spinewise.statistics.rules import outside
from spinewise.statistics.run_chart import runs_of_many, sides

PRACTICES, INDICATORS, MONTHS = 5_000, 10, 36
SAMPLE: Final = 200
AIM: Final = 0.5


class Found(NamedTuple):
    """What is worked out of all series."""

    outside: int
    """Series with a point outside the limits."""
    runs: int
    """Series with a signal of the run rules."""
    discoveries: int
    """Series that are left when false ones may be one in twenty."""


def series(practices: int) -> tuple[Floats, Floats]:
    """Numerators and denominators; one practice in fifty changes half way. (series, months)."""
    chance = np.random.default_rng(20241)
    d = chance.integers(20, 60, (practices * INDICATORS, MONTHS))
    rate = chance.uniform(0.1, 0.5, (len(d), 1)) * np.ones(MONTHS)
    rate[::50, MONTHS // 2 :] *= 0.5
    return chance.binomial(d, rate).astype(float), d.astype(float)


def work(n: Floats, d: Floats) -> Found:
    """Limits, signals and false-discovery control of all series."""
    chart = p_prime_chart(n, d)
    found = runs_of_many(sides(chart.value, chart.centre))
    discoveries, _ = benjamini_hochberg(series_p(chart, found))
    return Found(
        int(outside(chart).any(axis=-1).sum()), int(found.signal.sum()), int(discoveries.sum())
    )


def measure(rounds: int, peers: Path | None) -> None:
    """Print the seconds of ours, and its ratio to the others by series."""
    n, d = series(PRACTICES)
    wall, processor, found = _timed(lambda: work(n, d), rounds)
    print(f"\nCharts: {PRACTICES:,} practices x {INDICATORS} indicators x {MONTHS} months")
    print(f"  limits, signals, discoveries: {wall:.2f} s wall, {processor:.2f} s of processor time")
    print(f"  aim: at most {AIM} s; {found.outside:,} series with a point outside the limits,")
    print(f"  {found.runs:,} with a signal of runs, {found.discoveries:,} discoveries at 5 %")
    if peers is None:
        print("  other packages: not measured (name a Python that has them with --peers)")
        return
    n, d = n[:SAMPLE], d[:SAMPLE]
    ours = processor / len(series(PRACTICES)[0])
    given = json.dumps([n.tolist(), d.tolist()])
    script = Path(__file__).with_name("peers.py")
    done = subprocess.run(
        [peers, script], input=given, text=True, check=True, stdout=subprocess.PIPE
    )
    for name, seconds in json.loads(done.stdout).items():
        each = seconds / SAMPLE
        print(f"  {name}: {each * 1e3:.2f} ms a series, {each / ours:,.0f} times ours")


def _timed(task: Callable[[], Found], rounds: int) -> tuple[float, float, Found]:
    walls, processors = [], []
    for _ in range(rounds + 1):  # the first one fills the tables that are kept
        began, used = time.perf_counter(), time.process_time()
        found = task()
        walls.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    return median(walls[1:]), median(processors[1:]), found
