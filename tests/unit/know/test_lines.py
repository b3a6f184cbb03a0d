"""Every key of a TOML file is found on the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.know.conftest import HEADACHE

from spinewise.know.lines import find, lines_of
from spinewise.know.loader import LOW_BACK_PAIN

TEXT = """\
# a comment with [brackets] and a = sign
id = "x" # = another
name.en = "a # b ] }"
name.fr = 'c'

[index]
days = [
    -1, # before
    "ever",
]
text = \"\"\"
one
id = "not a key"
\"\"\"

[[row]]
id = "a"
when = { is = "any", of = [
    { is = "onset", days = [0, 1] },
    { is = "evidence", "concepts" = ["c"] },
] }

[[row]]
id = "b"

[[row.part]]
n = 1

[[row.part]]
n = 2
"""


@pytest.mark.parametrize(
    ("where", "line", "value"),
    [
        ("id", 2, "x"),
        ("name.en", 3, "a # b ] }"),
        ("name.fr", 4, "c"),
        ("index", 6, None),
        ("index.days", 7, [-1, "ever"]),
        ("index.days[1]", 8, -1),
        ("index.days[2]", 9, "ever"),
        ("index.text", 11, None),
        ("row[a]", 16, None),
        ("row[a].when", 18, None),
        ("row[a].when, onset.days", 19, [0, 1]),
        ("row[a].when.of[2].concepts", 20, ["c"]),
        ("row[a].when.concepts", 18, None),
        ("row[b].sources", 23, None),
        ("row[b].part[2].n", 30, 2),
        ("nowhere", None, None),
    ],
)
def test_a_place_has_its_line(where: str, line: int | None, value: Any) -> None:
    """Where the place is not there, the line is that of what is nearest around it."""
    found, there = find(where, tomllib.loads(TEXT), lines_of(TEXT))
    assert found == line
    if value is not None:
        assert there == value


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from paths(item, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize(
    "file",
    [*LOW_BACK_PAIN.rglob("*.toml"), *HEADACHE.rglob("*.toml")],
    ids=lambda file: f"{file.parts[-2]}/{file.name}",
)
def test_the_scanner_sees_what_the_reader_sees(file: Path) -> None:
    """The same keys and items, and each on a line that names it."""
    text = file.read_text(encoding="utf-8")
    found = lines_of(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    written = text.splitlines()
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in written[line - 1]
