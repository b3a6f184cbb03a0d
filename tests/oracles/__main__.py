"""``python -m tests.oracles FOLDER``: prints each difference, exits with 1 where there is one."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.oracles.compare import Choice, Compared, choices, compare
from tests.oracles.families import evaluate


def case_files(folder: Path) -> list[Path]:
    """The cases of a folder, or of ``cases`` in it."""
    inner = folder / "cases"
    found = sorted((inner if inner.is_dir() else folder).glob("*.json"))
    return [path for path in found if path.name != "index.json"]


def run(path: Path, meant: list[Choice]) -> Compared:
    """Evaluate one case."""
    case = json.loads(path.read_text(encoding="utf-8"))
    try:
        found = evaluate(case["family"], case["input"], case["expected"])
    except Exception as broken:  # one case that cannot be evaluated hides no other
        found = {"error": f"{type(broken).__name__}: {broken}"}
    return compare(case["id"], case["expected"], found, meant)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracles", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--choices", action="store_true", help="show each difference that is meant")
    given = parser.parse_args(arguments)
    files = case_files(given.folder)
    if not files:
        print(f"no cases in {given.folder}", file=sys.stderr)
        return 2
    meant, agree, values = choices(), 0, 0
    used: Counter[str] = Counter()
    for path in files:
        found = run(path, meant)
        agree += not found.differences
        values += found.values
        for difference in found.differences:
            print(f"{path.stem}: {difference}")
        for difference, choice in found.meant:
            used[choice.reason] += 1
            if given.choices:
                print(f"{path.stem}: {difference} (meant: {choice.reason})")
    for reason, times in used.items():
        print(f"meant, {times} values: {reason}")
    print(f"{values} values alike")
    print(f"{agree} of {len(files)} cases agree")
    return 0 if agree == len(files) else 1


if __name__ == "__main__":
    sys.exit(main())
