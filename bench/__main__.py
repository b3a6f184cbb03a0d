"""Makes the data once, lets the contenders run in turns, and prints the ratios."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import engines, many_series
from bench.contenders import LITTLE
from bench.export import write_export
from bench.machine import load, machine
from bench.population import write_population
from spinewise.know.loader import load_package

MIB: Final = 1024**2
TIMES: Final = 4
"""How many times the people are reviewed to see how a review grows."""


@dataclass(frozen=True)
class Size:
    """How many people the records and the export hold."""

    people: int
    exported: int


SIZES: Final = {
    "full": Size(people=1_000_000, exported=20_000),
    "small": Size(people=50_000, exported=2_000),
    "tiny": Size(people=2_000, exported=100),
}


@dataclass(frozen=True)
class Taken:
    """What the runs of one contender took: medians, and the highest peak."""

    wall: float
    user: float
    system: float
    peak: int
    result: dict[str, Any]

    @property
    def processor(self) -> float:
        """Seconds of all processors together."""
        return self.user + self.system


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default=os.environ.get("BENCH_SIZE", "full"))
    parser.add_argument("--rounds", type=int, default=3, help="turns of each contender")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="for the data")
    parser.add_argument(
        "--part",
        choices=("both", "review", "reading", "scale", "statistics", "engines"),
        default="both",
    )
    parser.add_argument("--peers", type=Path, help="a Python with other chart packages")
    given = parser.parse_args()
    size = SIZES[given.size]
    print(machine())
    print(f"load average {load()} before")
    if given.part in ("both", "review"):
        _review(size, given.folder / given.size, given.rounds)
    if given.part in ("both", "reading"):
        _reading(size, given.folder / given.size, given.rounds)
    if given.part == "scale":
        _scale(size, given.folder, given.rounds)
    if given.part == "engines":
        engines.measure(people=size.exported // 20, many=size.exported)
    if given.part == "statistics":
        many_series.measure(given.rounds, given.peers)
    print(f"\nload average {load()} after")


def _review(size: Size, folder: Path, rounds: int) -> None:
    began = time.perf_counter()
    write_population(size.people, load_package(), folder)
    made = time.perf_counter() - began
    names = ("by_hand", "review", "review_and_rules", "load", "compile_all", "what_if")
    taken = take(names, folder, rounds)
    by_hand, review, with_rules = taken["by_hand"], taken["review"], taken["review_and_rules"]
    rates = review.result["rates"]
    print(
        f"\nReview of {size.people:,} people and {20 * size.people:,} visits:"
        f" {len(rates)} indicators, 36 months, evidence and data trust included"
        f" (data made in {made:.0f} s)"
    )
    _print_ratio(
        "review : query by hand",
        review.wall / by_hand.wall,
        review.processor / by_hand.processor,
        "at most 4",
    )
    _print_ratio(
        "review with published rules : query by hand",
        with_rules.wall / by_hand.wall,
        with_rules.processor / by_hand.processor,
        "at most 4",
    )
    print(f"  peak memory of the review: {review.peak / MIB:,.0f} MiB (aim: under 4,096)")
    _print_ratio(
        "what-if, a value of a window : query by hand",
        taken["what_if"].wall / by_hand.wall,
        taken["what_if"].processor / by_hand.processor,
        "at most 0.15, and 0.3 s",
    )
    _print_taken("query by hand, one measure, one year", by_hand)
    _print_taken("review", review)
    _print_taken("review with published rules", with_rules)
    _print_taken("what-if, a value, evidence at hand", taken["what_if"])
    _print_taken("of which: the plan compiled", taken["compile_all"])
    _print_taken("not in it: the package loaded", taken["load"])
    found = {**by_hand.result["rates"], **with_rules.result["rates"]}
    print("  counted: " + "; ".join(f"{name} {n:,}/{d:,}" for name, (n, d) in found.items()))


def _scale(size: Size, folder: Path, rounds: int) -> None:
    """Four times the people, in memory that even the smaller number may not fit into."""
    name = "review_in_little_memory"
    taken = []
    for people in (size.people, TIMES * size.people):
        with tempfile.TemporaryDirectory(dir=_made(folder)) as data:
            write_population(people, load_package(), Path(data))
            taken.append(take([name], Path(data), rounds)[name])
    one, many = taken
    print(f"\nReview with published rules of {size.people:,} people and of {TIMES} times as many,")
    print(f"DuckDB limited to {LITTLE}:")
    _print_ratio(
        f"{TIMES} times the people : once",
        many.wall / one.wall,
        many.processor / one.processor,
        "at most 4.5",
    )
    for label, run in (("once", one), (f"{TIMES} times", many)):
        _print_taken(label, run)
        print(f"      written to disk meanwhile: {(run.result['written'] or 0) / MIB:,.0f} MiB")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _reading(size: Size, folder: Path, rounds: int) -> None:
    began = time.perf_counter()
    write_export(size.exported, folder / "fhir")
    made = time.perf_counter() - began
    weight = sum(path.stat().st_size for path in (folder / "fhir").iterdir()) / 1e6
    taken = take(("read_bare", "read_to_parquet", "read_export"), folder, rounds)
    bare, written, ours = taken["read_bare"], taken["read_to_parquet"], taken["read_export"]
    print(
        f"\nReading FHIR: {size.exported:,} people, {bare.result['rows']:,} resources,"
        f" {weight:,.0f} MB of NDJSON (data made in {made:.0f} s)"
    )
    for name, other in (("bare read", bare), ("bare read, written to Parquet", written)):
        _print_ratio(
            f"{name} : Spinewise",
            other.wall / ours.wall,
            other.processor / ours.processor,
            "at least 0.6",
        )
    print(f"  peak memory of Spinewise: {ours.peak / MIB:,.0f} MiB")
    _print_taken("bare read", bare, weight)
    _print_taken("bare read, written to Parquet", written, weight)
    _print_taken("Spinewise, end to end", ours, weight)


def take(names: Sequence[str], folder: Path, rounds: int) -> dict[str, Taken]:
    """Let contenders run in turns, each run in a process of its own."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, "-m", "bench.contenders", name, str(folder)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            runs[name].append(json.loads(done.stdout))
    return {
        name: Taken(
            wall=median(run["wall"] for run in found),
            user=median(run["user"] for run in found),
            system=median(run["system"] for run in found),
            peak=max(run["peak"] for run in found),
            result=found[0],
        )
        for name, found in runs.items()
    }


def _print_ratio(what: str, wall: float, processor: float, aim: str) -> None:
    print(f"  {what} = {wall:.2f} ({processor:.2f} by processor time); aim: {aim}")


def _print_taken(name: str, taken: Taken, weight: float | None = None) -> None:
    speed = "" if weight is None else f" {weight / taken.wall:6.0f} MB/s"
    print(
        f"    {name:40} {taken.wall:8.3f} s{speed}"
        f"  (user {taken.user:.3f}, system {taken.system:.3f}; peak {taken.peak / MIB:,.0f} MiB)"
    )


if __name__ == "__main__":
    main()
