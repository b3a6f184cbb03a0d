"""The rule in docs/how-to/write-a-published-rule.md can be added to a package and runs."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import spinewise
from spinewise.know.loader import LOW_BACK_PAIN

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-published-rule.md"


def test_the_example_runs(practice: Path, tmp_path: Path) -> None:
    """Everybody in the records is a unit, and everybody has one fate."""
    package = Path(shutil.copytree(LOW_BACK_PAIN, tmp_path / "package"))
    rule = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    (package / "indicators" / "example-rule.toml").write_text(rule, encoding="utf-8")

    review = spinewise.review(
        practice,
        period="2024",
        package=package,
        indicators=["example-rule"],
        out=tmp_path / "out",
        today=date(2025, 6, 30),
    )
    result = review["example-rule"]
    counts = result.counts
    fates = (
        result.rate.d,
        counts.excluded_units,
        sum(counts.outside.values()),
        sum(counts.not_evaluated.values()),
        sum(counts.undecided.values()),
    )

    assert result.rate.n > 0
    assert sum(fates) == counts.units == review.trust.patients
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "What you left out, and why." in page
