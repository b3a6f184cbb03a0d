"""Everything that a user can type, set or read is documented, and generated pages are fresh."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import get_args

import click
import msgspec
import pytest

import spinewise
from spinewise.cli import faults, main
from spinewise.know.loader import load_package
from spinewise.report import words
from spinewise.report.files import QUARANTINE_COLUMNS, RESULTS_COLUMNS
from spinewise.review.result import Rate, State

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def text(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def make_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh(make_docs: ModuleType) -> None:
    """Else: ``make docs``."""
    stale = [
        path.name
        for path, made in make_docs.pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != made
    ]
    assert not stale


def test_commands_and_options_are_documented(make_docs: ModuleType) -> None:
    for name, command in make_docs.every_command(main).items():
        section = text("cli.md").split(f"\n## spinewise {name}\n")[1].split("\n## ")[0]
        for param in command.params:
            words = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
            assert words in section, name


def test_exit_codes_are_documented() -> None:
    codes = [value for name, value in vars(faults).items() if name.startswith("EXIT_")]
    assert len(codes) == 3
    for code in codes:
        assert f"\n| {code} |" in text("errors.md")


def test_environment_variables_are_documented() -> None:
    used = {
        name
        for folder in ("src", "tests", ".ci", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in (".py", "")
        for name in re.findall(r"\bSPINEWISE_[A-Z]+\b", path.read_text(encoding="utf-8"))
    }
    pages = text("errors.md") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "SPINEWISE_DEBUG" in used
    assert {name for name in used if f"| `{name}` |" not in pages} == set()


def test_review_states_are_documented() -> None:
    for state in get_args(State):
        assert f"| `{state}` |" in text("states-and-rates.md")


@pytest.mark.parametrize(
    ("columns", "page"),
    [(RESULTS_COLUMNS, "results-csv.md"), (QUARANTINE_COLUMNS, "errors.md")],
    ids=["results.csv", "quarantine.csv"],
)
def test_columns_are_documented_in_their_order(columns: tuple[str, ...], page: str) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", text(page), re.MULTILINE)
    assert [name for name in documented if name in columns] == list(columns)


def test_reasons_are_documented() -> None:
    for reason in (*words.OUTSIDE, *words.NOT_EVALUATED, *words.UNDECIDED):
        assert f"`{reason}`" in text("results-csv.md")


def test_indicators_are_documented() -> None:
    for indicator in load_package().indicators:
        assert f"\n## {indicator}\n" in text("indicators.md")


@pytest.mark.parametrize("name", spinewise.__all__)
def test_python_names_are_documented(name: str) -> None:
    assert f"`{name}" in text("python.md") or f"`spinewise.{name}" in text("python.md")


def test_the_attributes_of_a_review_are_documented() -> None:
    """Those of the objects that a Python user meets first."""
    for struct in (spinewise.Review, Rate):
        for field in msgspec.structs.fields(struct):
            assert f"`{field.name}`" in text("python.md"), f"{struct.__name__}.{field.name}"
