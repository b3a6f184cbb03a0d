"""The SQL of the shipped definitions is kept as text, so that a change of it is seen as a diff."""

from __future__ import annotations

import os
from pathlib import Path

from spinewise.know.loader import load_package
from spinewise.measures.compile import compile_plan
from tests.support.population import dictionary, frame

SNAPSHOT = Path(__file__).parent / "plan.sql"


def test_the_sql_is_the_reviewed_one() -> None:
    """Write it again with ``UPDATE_SNAPSHOTS=1 make test ARGS=-k\\ reviewed_one``, then read it."""
    package = load_package()
    codes, _ = dictionary(package)
    plan = compile_plan(frame(package, codes), list(package.indicators.values()))
    found = "\n".join(f"-- {name}\n{query};\n" for name, query in plan.sql().items())

    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found, encoding="utf-8")

    assert found == SNAPSHOT.read_text(encoding="utf-8")
