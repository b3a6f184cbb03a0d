"""
The same measure on the same people: Spinewise from the files of an export, and CQL engines.

Spinewise reads the FHIR export, settles it, compiles the measure and counts. The engines read the
records that Spinewise settled, a Bundle for each person; the library is translated already and the
expansions are cut to the codes that people have, which spares them what costs most.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from conformance import engines
from conformance.deck import Deck
from conformance.decks import practice_deck

from spinewise.know.loader import load_package
from spinewise.synthetic import synthesize

MIB: Final = 1024**2
MEASURES: Final = ("cms166v5", "imaging-early")


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds of all processors, seconds of the clock, bytes at most."""

    processor: float
    wall: float
    peak: int


def measure(people: int, many: int) -> None:
    """
    Print patients a second of processor time, memory and ratios.

    Parameters
    ----------
    people
        How many both are given.
    many
        How many Spinewise is given besides: a batch of the size of a practice group.
    """
    why_not = engines.missing()
    if why_not:
        print(f"\nCQL engines: not measured, {why_not}")
        return
    versions = ", ".join(f"{name} {version}" for name, version in engines.versions().items())
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        package = load_package()
        synthesize(many, 4, "fhir", work / "many")
        print(f"\nCQL engines: {versions}")
        for indicator in MEASURES:
            deck = practice_deck(package, [indicator], people, work / f"practice-{indicator}")
            folder = work / indicator
            deck.write(folder)
            assert engines.translate(folder) == []
            export = work / f"practice-{indicator}" / "export"
            _compare(indicator, deck, folder, export, work / "many", people, many)


def _compare(
    indicator: str, deck: Deck, folder: Path, export: Path, large: Path, people: int, many: int
) -> None:
    ours = _cost(sys.executable, "-m", "bench.engines", indicator, str(export))
    batch = _cost(sys.executable, "-m", "bench.engines", indicator, str(large))
    program = engines.node()
    assert program
    theirs = {
        "cql-execution": _cost(program, str(engines.HERE / "execute.mjs"), str(folder)),
        "fqm-execution": _cost(program, str(engines.HERE / "fqm.mjs"), str(folder)),
    }
    print(f"\n{indicator}, {people:,} people of a synthetic practice")
    _print("Spinewise, end to end", ours, people)
    _print(f"Spinewise, {many:,} people", batch, many)
    for name, cost in theirs.items():
        _print(name, cost, people)
        same = cost.processor / ours.processor
        rate = (cost.processor / people) / (batch.processor / many)
        print(
            f"  Spinewise : {name} = {same:,.0f} on the same people,"
            f" {rate:,.0f} a person of the larger batch (aim: at least 100)"
        )


def _print(name: str, cost: Cost, people: int) -> None:
    print(
        f"    {name:30} {people / cost.processor:10,.1f} patients a second of processor time"
        f"  ({cost.processor:.1f} s, clock {cost.wall:.1f} s; peak {cost.peak / MIB:,.0f} MiB)"
    )


_ASIDE: Final = """
import json, os, sys
began = os.times().elapsed
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
assert status == 0, sys.argv
print(json.dumps([used.ru_utime + used.ru_stime, os.times().elapsed - began, used.ru_maxrss]))
"""
"""Starts a command from a small process: a child's peak counts that of what started it."""


def _cost(*command: str) -> Cost:
    done = subprocess.run(
        [sys.executable, "-c", _ASIDE, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    processor, wall, peak = json.loads(done.stdout.splitlines()[-1])
    return Cost(processor, wall, peak * 1024)


def main(arguments: Sequence[str]) -> None:
    """One run of Spinewise, from the files of an export to the counts of one measure."""
    from spinewise.records import one_shot
    from spinewise.review.run import reviewing

    indicator, export = arguments
    package = load_package()
    with (
        one_shot(Path(export), today=date(2027, 1, 1)) as records,
        reviewing(
            records,
            package,
            (date(2024, 1, 1), date(2024, 12, 31)),
            practice="bench",
            version="bench",
            indicators=[indicator],
        ) as reviewed,
    ):
        rate = reviewed.review.indicators[0].rate
    print(json.dumps({"n": rate.n, "d": rate.d}), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
