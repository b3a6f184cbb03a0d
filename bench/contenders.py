"""
What is measured: each contender runs in a process of its own and says what it took.

``python -m bench.contenders NAME FOLDER`` runs the contender twice and prints, as JSON, what the
second run took and what came out.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from bench.by_hand import count_by_hand
from bench.population import PERIOD
from spinewise.intake.connection import connect, quoted
from spinewise.intake.fhir import shapes
from spinewise.know.loader import load_package
from spinewise.know.model import Text
from spinewise.know.overlay import Overlay, tailored
from spinewise.measures.compile import compile_plan
from spinewise.records import Records, import_export
from spinewise.review.run import build_frame, reviewing
from spinewise.review.what_if import asking
from spinewise.scratch import limited
from spinewise.tables import PARQUET

Result = dict[str, Any]
TODAY: Final = date(2025, 1, 1)
LITTLE: Final = "1GB"
"""What a review is limited to, to see that it takes no more."""


def by_hand(folder: Path) -> Callable[[], Result]:
    """One measure over one year, written by hand."""

    def run() -> Result:
        with tempfile.TemporaryDirectory() as work:
            connection = connect(Path(work))
            denominator, numerator = count_by_hand(connection, folder / "by_hand")
            connection.close()
        return {"rates": {"by hand": [numerator, denominator]}}

    return run


def review(folder: Path) -> Callable[[], Result]:
    """The package's own indicators, 36 months, from the record tables to the result object."""
    return _review(folder, [one.id for one in load_package().indicators.values() if not one.index])


def review_and_rules(folder: Path) -> Callable[[], Result]:
    """The same with the published rules beside them."""
    return _review(folder, None)


def _review(folder: Path, indicators: list[str] | None) -> Callable[[], Result]:
    package = load_package()
    records = Records.open(folder / "records")

    def run() -> Result:
        with reviewing(
            records, package, PERIOD, practice="bench", version="bench", indicators=indicators
        ) as reviewed:
            found = reviewed.review.indicators
        return {"rates": {one.id: [one.rate.n, one.rate.d] for one in found}}

    return run


def review_in_little_memory(folder: Path) -> Callable[[], Result]:
    """With the published rules, in so little memory that a large practice does not fit."""
    run = review_and_rules(folder)

    def limited_run() -> Result:
        with limited(LITTLE):
            return run()

    return limited_run


def what_if(folder: Path) -> Callable[[], Result]:
    """Another value of one window, answered from the evidence: rates, agreement and who moved."""
    package = load_package()
    first, second = (
        tailored(package, Overlay(values={"imaging-early.window": [0, last]})).package
        for last in (28, 35)
    )
    held = ExitStack()  # as long as the process lasts
    evidence = held.enter_context(
        asking(Records.open(folder / "records"), package, [first, second], PERIOD)
    )
    words = Text(en="another", fr="autre")
    asked = cycle((first, second))

    def run() -> Result:
        assert held is not None
        answer = evidence.answer(next(asked), "imaging-early.window", words)
        rate = answer.comparisons[0].second
        return {"rates": {"what-if": [rate.n, rate.d] if rate else []}}

    return run


def read_bare(folder: Path) -> Callable[[], Result]:
    """DuckDB's strict reader: every column that Spinewise reads, and nothing done with it."""

    def run() -> Result:
        rows = 0
        connection = connect()
        for path in sorted((folder / "fhir").glob("*.ndjson")):
            source = _source(path)
            names = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
            counts = ", ".join(f'count("{name}")' for name in names)
            row = connection.execute(f"SELECT count(*), {counts} FROM {source}").fetchone()
            rows += row[0] if row else 0
        connection.close()
        return {"rows": rows}

    return run


def read_to_parquet(folder: Path) -> Callable[[], Result]:
    """The same columns, written as they are to Parquet files compressed as a snapshot's are."""

    def run() -> Result:
        rows = 0
        connection = connect()
        with tempfile.TemporaryDirectory() as target:
            for path in sorted((folder / "fhir").glob("*.ndjson")):
                written = quoted(Path(target, f"{path.stem}.parquet"))
                row = connection.execute(
                    f"COPY (FROM {_source(path)}) TO {written} ({PARQUET})"
                ).fetchone()
                rows += row[0] if row else 0
        connection.close()
        return {"rows": rows}

    return run


def read_export(folder: Path) -> Callable[[], Result]:
    """Spinewise: digest, sift, settle, and a snapshot of the record tables on disk."""

    def run() -> Result:
        with tempfile.TemporaryDirectory() as workspace:
            records = import_export(folder / "fhir", Path(workspace), today=TODAY)
            connection = records.connect()
            row = connection.execute("SELECT sum(read), sum(stored) FROM ledger").fetchone()
            connection.close()
            shutil.rmtree(records.folder)
        assert row is not None
        return {"rows": int(row[0]), "stored": int(row[1])}

    return run


def load(folder: Path) -> Callable[[], Result]:
    """Loading and checking the change package."""
    return lambda: {"indicators": len(load_package().indicators)}


def compile_all(folder: Path) -> Callable[[], Result]:
    """Compiling the plan of all indicators."""
    package = load_package()
    records = Records.open(folder / "records")
    connection = records.connect()
    frame = build_frame(connection, records, package, (0, 1))
    connection.close()

    def run() -> Result:
        plan = compile_plan(frame, list(package.indicators.values()))
        return {"characters": sum(len(query) for _, query in [*plan.steps, *plan.views])}

    return run


CONTENDERS: Final = {
    made.__name__: made
    for made in (
        by_hand,
        review,
        review_and_rules,
        review_in_little_memory,
        read_bare,
        read_to_parquet,
        read_export,
        load,
        compile_all,
        what_if,
    )
}


def _source(path: Path) -> str:
    """Every element that Spinewise reads of a type, each as what it is."""
    shape = shapes.shape(path.stem)
    columns = ", ".join(f"'{name}': '{shapes.sql_type(part)}'" for name, part in shape.items())
    return f"read_ndjson({quoted(path)}, columns={{{columns}}}, compression='uncompressed')"


def _peak(used: resource.struct_rusage) -> int:
    """
    Most memory held, in bytes.

    Linux says of a new process what the one that started it held, if that was more; the kernel's
    own mark of this process does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        marks = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(marks["VmHWM"].split()[0]) * 1024
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _written() -> int | None:
    """Bytes that this process has written so far, to files and to what waits on disk."""
    counts = Path("/proc/self/io")
    if not counts.exists():
        return None
    return int(dict(line.split(": ") for line in counts.read_text().splitlines())["wchar"])


def main() -> None:
    """Run one contender: once to warm up, once to measure."""
    name, folder = sys.argv[1:]
    run = CONTENDERS[name](Path(folder))
    run()
    held = _written()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = run()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "wall": wall,
                "user": after.ru_utime - before.ru_utime,
                "system": after.ru_stime - before.ru_stime,
                "peak": _peak(after),
                "written": None if held is None else (_written() or 0) - held,
                **result,
            }
        )
    )


if __name__ == "__main__":
    main()
