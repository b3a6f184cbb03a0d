"""
Lists the golden cases for readers: ``docs/reference/golden-cases.md``.

``python -m tests.golden.catalogue`` writes the page anew; a test holds that it is up to date.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

from tests.golden.case import Case, all_cases

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "golden-cases.md"
PARTS: Final = {
    1: "Time",
    2: "Present, absent, unknown",
    3: "Red flags",
    4: "Episodes",
    5: "Images",
    6: "Verdicts",
    7: "Rates, states and indicators",
    8: "Files and people",
    9: "Published rules",
}
"""What the sections of the semantics are about, and after them the published rules."""

INTRO: Final = """\
# Golden cases

Small sets of records, each with what has to come out and why.
What is expected was worked out by hand from
[what the numbers mean](../explanation/what-the-numbers-mean.md) and
[states and rates](states-and-rates.md), before it was compared with what the program says.

Each case is a folder with a drawn timeline, the records as CSV files, and the expected result of
every unit. The tests read it like any export and reach the result on two ways, person by person in
plain Python and for everybody at once in SQL.
They also move every bound of every definition by a day, and change every strength and switch: at
least one case has to notice.

If you think that one of them is wrong, please say so: a wrong expectation here is a wrong number
in every practice.
"""


def page() -> str:
    """The page that lists the cases, by the part of the semantics that they are about."""
    by_part: dict[int, list[Case]] = defaultdict(list)
    for case in all_cases():
        by_part[part(case)].append(case)
    listed = [
        f"\n## {PARTS[number]}\n\n| Case | Shows |\n|---|---|\n"
        + "".join(_row(case) for case in by_part[number])
        for number in sorted(by_part)
    ]
    return INTRO + "".join(listed)


def part(case: Case) -> int:
    """The section of the semantics that a case is mostly about: the last it names; or a rule."""
    if re.search(r"^Follows from: [^#]*published rule", case.text, re.MULTILINE):
        return 9
    found = re.search(r"^Follows from: semantics, sections? ([\d, ]+)", case.text, re.MULTILINE)
    assert found
    return min(int(found[1].replace(" ", "").rstrip(",").split(",")[-1]), 8)


def _row(case: Case) -> str:
    path = f"../../tests/golden/cases/{case.id}/case.md"
    return f"| [{case.id}]({path}) | {case.title.replace('|', '/')} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
