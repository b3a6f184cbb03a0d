"""
Every example in the documentation that is marked ``run`` runs, and shows what the page says.

A page's examples run in the order of the page, in a folder that has ``examples/practice`` and the
review of it in ``build/review``, as a reader has after ``make review``.
"""

from __future__ import annotations

import doctest
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from spinewise.cli import main

ROOT = Path(__file__).parents[2]
RUN = re.compile(r"^```(python|console) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    page
    for page in [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
    if RUN.search(page.read_text(encoding="utf-8"))
]


@cache
def spinewise(line: str) -> str:
    """
    What a command of the documentation prints; fails where it fails.

    All pages share a folder, so a command that several of them have is run once.
    """
    program, *arguments = shlex.split(line)
    assert program == "spinewise"
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, f"$ {line}\n{result.output}"
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is after ``make review``."""
    place = tmp_path_factory.mktemp("reader")
    (place / "examples").symlink_to(ROOT / "examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        spinewise("spinewise review examples/practice --period 2024 --out build/review")
    return place


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_run(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for language, code in RUN.findall(page.read_text(encoding="utf-8")):
        if language == "console":
            run_console(code)
        else:
            run_python(code, names, page.name)


def run_console(code: str) -> None:
    """Each line after ``$`` is run; other lines are what it prints, ``...`` for anything."""
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", code, re.MULTILINE):
        shown = spinewise(command)
        if expected:
            checker = doctest.OutputChecker()
            assert checker.check_output(expected, shown, doctest.ELLIPSIS), shown


def run_python(code: str, names: dict[str, object], page: str) -> None:
    test = doctest.DocTestParser().get_doctest(code, names, page, page, 0)
    assert test.examples, f"{page}: an example without a line that begins with >>>"
    test.globs = names  # one page is one conversation
    problems: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=problems.append, clear_globs=False)
    assert not runner.failures, "".join(problems)
