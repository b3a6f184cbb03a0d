"""
Every error of a package's loader, shown: what is wrong, and exactly what is said about it.

``errors.md`` is written from the tables of mistakes (``UPDATE_SNAPSHOTS=1``) and read by people.
A second test holds that every place in ``know`` that makes an error is reached by one of them.
"""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.unit.know.conftest import HEADACHE
from tests.unit.know.test_loader_errors import INDICATOR, MISTAKES, SIGNED
from tests.unit.know.test_rule_mistakes import MISTAKES as RULE_MISTAKES
from tests.unit.know.test_rule_mistakes import RULE

from spinewise import errors, know
from spinewise.errors import PackageError
from spinewise.know.loader import LOW_BACK_PAIN, read_package, read_practice

PAGE = Path(__file__).with_name("errors.md")
KNOW = Path(know.__file__).parent
OWN = "indicators/imaging-early.toml"


class Edit(NamedTuple):
    """What is written in place of what in a file; all of it where there is nothing to replace."""

    file: str
    old: str
    new: str | bytes | None
    """None: the file is deleted."""


class Case(NamedTuple):
    base: Path
    edit: Edit
    lists: Edit | None = None
    """A file of the practice's own lists."""


def headache(file: str, old: str, new: str | bytes | None) -> Case:
    return Case(HEADACHE, Edit(file, old, new))


def rule(old: str, new: str) -> Case:
    return Case(LOW_BACK_PAIN, Edit(RULE, old, new))


def hedis(old: str, new: str) -> Case:
    return Case(LOW_BACK_PAIN, Edit("indicators/hedis-lbp-my2025.toml", old, new))


CASES: dict[str, Case] = {
    **{name: headache(one.file, one.old, one.new) for name, one in MISTAKES.items()},
    **{f"rule: {name}": rule(old, new) for name, (old, new, said) in RULE_MISTAKES.items() if said},
    "a file is missing": headache("red_flags.toml", "", None),
    "there are no lists": headache("concepts", "", None),
    "there are no indicators": headache("indicators", "", None),
    "a file that nobody reads": headache("resource.toml", "", "# links\n"),
    "another encoding": headache("episode.toml", "", b"# \xe9\n"),
    "a list in another encoding": headache("concepts/headache.csv", "", b"\xe9\n"),
    "an empty list": headache("concepts/headache.csv", "", ""),
    "a table where a value belongs": headache(
        "episode.toml", "minimum_age = 18", "minimum_age = { years = 18 }"
    ),
    "an item of another kind": headache(INDICATOR, '["diary"]', '["diary", 3]'),
    "a term without a kind": headache(INDICATOR, 'is = "imaged"\n', ""),
    "an answer where the numerator is none": headache(
        INDICATOR,
        'is = "imaged"\ndays = [0, 14]',
        'is = "answer-is"\nitem = "relief"\nvalues = ["yes"]',
    ),
    "answers to two items": Case(
        LOW_BACK_PAIN,
        Edit(
            "indicators/experience-definitely.toml",
            'item = "experience-better-able"\nvalues = ["definitely", "for',
            'item = "quality-of-life"\nvalues = ["definitely", "for',
        ),
    ),
    "a verdict on an answer": Case(
        LOW_BACK_PAIN,
        Edit(
            "indicators/experience-definitely.toml",
            'is = "answer-is"\nitem = "experience-better-able"\nvalues = ["definitely"]',
            'is = "red-flag"\nstate = "present"',
        ),
    ),
    "a count without words": headache(
        INDICATOR, "[population]", '[also_count.late]\nis = "imaged"\ndays = [0, 9]\n\n[population]'
    ),
    "a sign-off of no row": headache("signoff.toml", "", SIGNED.format(row="finding:B2")),
    "a list of one's own that is none": Case(
        HEADACHE,
        Edit("package.toml", "id", "id"),
        Edit("headaches.csv", "", "system,code,display,status,source,confidence\n"),
    ),
    "rule: the day 0 is missing": rule("[index]\nconcepts", "[published.index]\nconcepts"),
    "rule: what it is modelled on is missing": Case(
        LOW_BACK_PAIN, Edit(OWN, 'unit = "episode"', 'unit = "patient"')
    ),
    "rule: a clause of rules in an indicator": Case(
        LOW_BACK_PAIN,
        Edit(OWN, "[target]", '[[require]]\nid = "a"\nname = { en = "a", fr = "b" }\n'
             'when = { is = "onset", days = [0, 1] }\n\n[target]'),
    ),
    "rule: ages on two days": hedis("period end\", from = 65", "period start\", from = 65"),
    "rule: ages that overlap": hedis("from = 65, to = 75 }\n\n[[why", "from = 64 }\n\n[[why"),
    "rule: a term of rules in an indicator": Case(
        LOW_BACK_PAIN,
        Edit(
            OWN,
            '[numerator]\nis = "imaged"\ndays = [0, 42]',
            '[numerator]\nis = "imaging"\nbetween = ["index", "index + 42 days"]',
        ),
    ),
}  # fmt: skip


def apply(folder: Path, edit: Edit) -> None:
    path = folder / edit.file
    if edit.new is None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    elif isinstance(edit.new, bytes):
        path.write_bytes(edit.new)
    else:
        text = path.read_text(encoding="utf-8") if edit.old else ""
        assert edit.old in text, edit.old
        path.write_text(text.replace(edit.old, edit.new, 1) if edit.old else edit.new, "utf-8")


def said(case: Case, folder: Path) -> list[PackageError]:
    """Everything that is said about the package with the mistake."""
    shutil.copytree(case.base, folder / "package")
    apply(folder / "package", case.edit)
    lists = None
    if case.lists:
        lists = folder / "lists"
        lists.mkdir()
        apply(lists, case.lists)
    return read_package(folder / "package", value_sets=lists)[1]


def section(name: str, case: Case, found: list[PackageError], folder: Path) -> str:
    """A mistake and what is said, as people read it."""
    edit = case.lists or case.edit
    if edit.new is None:
        written = "*deleted*"
    elif isinstance(edit.new, bytes):
        written = f"```\n{edit.new!r}\n```"
    else:
        before = [f"- {line}" for line in edit.old.strip().splitlines()]
        after = [f"+ {line}" for line in edit.new.strip().splitlines()]
        written = "\n".join(["```diff", *before, *after, "```"])
    words = "\n".join(
        "\n".join(f"> {line}  " for line in str(one).splitlines()) + "\n" for one in found
    )
    words = words.replace(str(folder), "…")
    return f"## {name}\n\n`{edit.file}`\n\n{written}\n\n{words}"


INTRO = """\
# Mistakes in a change package, and what is said

Written by `UPDATE_SNAPSHOTS=1 pytest tests/unit/know/test_every_error.py`. Read it as an author
would: is the place right, and does it say what to do?
"""


@pytest.fixture(scope="module")
def reached() -> set[tuple[str, int]]:
    """Where errors were made while the mistakes below were read: file and line."""
    return set()


@pytest.fixture
def noting(monkeypatch: pytest.MonkeyPatch, reached: set[tuple[str, int]]) -> None:
    made = errors.SpinewiseError.__init__

    def note(self: Any, *args: Any, **words: Any) -> None:
        frame = sys._getframe(1)
        reached.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
        made(self, *args, **words)

    monkeypatch.setattr(errors.PackageError, "__init__", note)


@pytest.mark.usefixtures("noting")
def test_what_is_said_is_what_was_read(tmp_path: Path) -> None:
    """Each mistake gives exactly the words of ``errors.md``."""
    parts = [INTRO]
    for number, (name, case) in enumerate(CASES.items()):
        folder = tmp_path / str(number)
        found = said(case, folder)
        assert found, name
        parts.append(section(name, case, found, folder))
    page = "\n".join(parts)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


ELSEWHERE = {
    "history.py": "test_tailored.py",
    "overlay.py": "test_overlay.py",
    "places.py": "test_overlay.py",
    "practice_file.py": "test_practice.py",
    "terminology.py": "test_terminology.py",
    "starter.py": "test_starter.py",
}
"""Modules whose errors other tests show."""


@pytest.mark.usefixtures("noting")
def test_every_error_is_reached(tmp_path: Path, reached: set[tuple[str, int]]) -> None:
    """No error that nobody has seen: each place that makes one is met by a mistake above."""
    with pytest.raises(PackageError):
        read_package(tmp_path / "nowhere")
    for text in (None, b"\xe9"):
        file = tmp_path / "practice.toml"
        if text:
            file.write_bytes(text)
        with pytest.raises(PackageError):
            read_practice(file)
    assert reached, "the test before this one reads the mistakes"
    missed = sorted(set(makers()) - reached)
    assert not missed, "these make errors that no mistake shows"


def makers() -> Iterator[tuple[str, int]]:
    """File and line of every place in ``know`` that makes an error."""
    for path in sorted(KNOW.glob("*.py")):
        if path.name in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "PackageError":
                yield path.name, node.lineno
