"""The house stands: imports go down only, and the core has no clock (docs/design.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "spinewise"
MODULES = sorted(SOURCE.rglob("*.py"))

FLOOR = {
    "errors": 0,
    "tables": 1,
    "numerals": 1,
    "scratch": 1,
    "synthetic": 2,
    "intake": 2,
    "records": 3,
    "know": 4,
    "measures": 5,
    "statistics": 5,
    "practice": 5,
    "review": 6,
    "share": 7,
    "audit": 7,
    "report": 8,
    "api": 9,
    "__init__": 10,
    "cli": 11,
}
"""A module imports from its own folder and from floors below its own; nothing else."""

ABOVE = {
    "api": {"spinewise.__version__"},  # a review says which version made it
}
"""What a folder may still take from above."""

PURE = ("measures", "statistics")
IMPURE = {"os", "io", "pathlib", "time", "random", "subprocess", "socket", "urllib", "shutil"}
"""Modules that the pure floors never import: no files, no clock, no chance, no network."""
ONLY_RUNS = {"duckdb": {"measures/run.py", "measures/runs.py", "measures/evidence.py"}}
"""Modules of the pure floors that run a query on a connection that they are given."""

CLOCK = {"now", "today", "utcnow", "time", "perf_counter", "monotonic", "localtime", "gmtime"}
CLOCK_OWNERS = {"datetime", "date", "time", "datetime.datetime", "datetime.date"}
WITH_A_CLOCK = {"api.py"}
"""Today's date is an argument everywhere else."""


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def folder(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[str]:
    """Full dotted names of all that a module imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} line {node.lineno}: write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_go_down_only(path: Path) -> None:
    own = folder(path)
    for imported in imports(path):
        top, _, rest = imported.partition(".")
        if top != "spinewise" or imported in ABOVE.get(own, ()):
            continue
        target = rest.split(".")[0] if rest.split(".")[0] in FLOOR else "__init__"
        allowed = target == own or FLOOR[target] < FLOOR[own]
        assert allowed, f"{own} (floor {FLOOR[own]}) imports {imported} (floor {FLOOR[target]})"


@pytest.mark.parametrize("path", [p for p in MODULES if folder(p) in PURE], ids=name)
def test_measures_and_statistics_are_pure(path: Path) -> None:
    """They compute; they open no file and no database."""
    taken = {imported.split(".")[0] for imported in imports(path)}
    assert not taken & IMPURE
    for module, runners in ONLY_RUNS.items():
        assert module not in taken or name(path) in runners
    opened = {"open", "duckdb.connect", "connect", "input", "print"} & set(calls(path))
    assert not opened


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_api_knows_what_day_it_is(path: Path) -> None:
    if name(path) in WITH_A_CLOCK:
        return
    for call in calls(path):
        owner, _, method = call.rpartition(".")
        assert not (method in CLOCK and owner in CLOCK_OWNERS), f"{name(path)} calls {call}"


def test_every_folder_has_a_floor() -> None:
    """A new folder must find its place in the house; an old one leaves no trace."""
    assert {folder(path) for path in MODULES} == set(FLOOR)
