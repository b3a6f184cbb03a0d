"""
Other packages on the same series: seconds of processor time by package, as JSON.

Run by the Python that has them, not by ours; see :mod:`bench.many_series`.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any


def main() -> None:
    n, d = json.load(sys.stdin)
    json.dump({"clinical-qikit": _qikit(n, d), "pyqicharts": _pyqicharts(n, d)}, sys.stdout)


def _qikit(n: list[list[float]], d: list[list[float]]) -> float:
    """Its core without charts and tables: limits and signals of a p' chart."""
    numpy: Any = importlib.import_module("numpy")
    compute: Any = importlib.import_module("qikit.spc.compute").compute
    rows = [
        (numpy.array(a) / numpy.array(b), numpy.array(b, dtype=float))
        for a, b in zip(n, d, strict=True)
    ]
    began = time.process_time()
    for y, sizes in rows:
        compute("pp", y, n=sizes)
    return time.process_time() - began


def _pyqicharts(n: list[list[float]], d: list[list[float]]) -> float:
    """Its table of a p chart, without drawing: it has no limits after Laney."""
    pandas: Any = importlib.import_module("pandas")
    table: Any = importlib.import_module("pyqicharts.tables").qic_table
    frames = [
        pandas.DataFrame({"month": range(len(a)), "n": a, "d": b})
        for a, b in zip(n, d, strict=True)
    ]
    began = time.process_time()
    for frame in frames:
        table(data=frame, x="month", y="n", denominator="d", chart="p")
    return time.process_time() - began


if __name__ == "__main__":
    main()
