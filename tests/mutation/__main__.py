"""
Mutation testing: ``python -m tests.mutation [PATTERN ...]``, or ``make mutation``.

Every mutant of the code that decides where a unit belongs has to be killed by the tests, or to
stand in ``equivalent.toml`` with the reason why it changes nothing. Ends with 1 where one does not.
A pattern (``spinewise.measures.ranges*``) names the mutants to try again; what became of the others
in an earlier run stands. Without one everything is tried from the beginning.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutation.survivors import Change, Found, by_module, equivalent

MUTANTS = Path("mutants")


def main(patterns: list[str]) -> int:
    if not patterns:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    if subprocess.run([mutmut, "run", "--max-children", "1", *patterns], check=False).returncode:
        return 1
    return report(by_module())


def report(found: dict[str, Found]) -> int:
    """Say what became of the mutants; 1 where one survived unexplained, or a row explains none."""
    explained = equivalent()
    unexplained: list[Change] = []
    print(f"\n{'':24} {'killed':>8} {'explained':>10} {'survived':>9}")
    whole = Found()
    for name, one in found.items():
        counted, more = one.judged(explained)
        unexplained += more
        whole = whole + one
        _row(name, counted)
    _row("together", whole.judged(explained)[0])
    for change in unexplained:
        print(f"\nsurvived: {change}")
    everything = not any(one.untried for one in found.values())
    stale = sorted(explained.keys() - set(whole.survivors)) if everything else []
    for change in stale:
        print(f"\nexplained, but not among the survivors: {change}")
    return 1 if unexplained or stale else 0


def _row(name: str, counted: dict[str, int]) -> None:
    killed, known, survived = (counted[key] for key in ("killed", "explained", "survived"))
    print(f"{name:24} {killed:>8,} {known:>10,} {survived:>9,}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
