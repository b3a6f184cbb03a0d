"""docs/reference/review-json.md names every field of every object in review.json, in order."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import msgspec
import pytest

from spinewise.review.result import Review

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "review-json.md"


def structs(of: object) -> list[type[msgspec.Struct]]:
    """The structs that a type is made of."""
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        return [of]
    return [struct for part in typing.get_args(of) for struct in structs(part)]


def reachable() -> list[type[msgspec.Struct]]:
    found: list[type[msgspec.Struct]] = [Review]
    for struct in found:
        for field in msgspec.structs.fields(struct):
            found += [inner for inner in structs(field.type) if inner not in found]
    return found


def sections() -> dict[str, list[str]]:
    """Heading: the fields of its table."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        part.split("\n")[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for part in parts
    }


@pytest.mark.parametrize("struct", reachable(), ids=lambda struct: struct.__name__)
def test_every_field_is_documented(struct: type[msgspec.Struct]) -> None:
    assert sections()[struct.__name__] == [f.name for f in msgspec.structs.fields(struct)]


def test_nothing_is_documented_that_is_not_there() -> None:
    assert set(sections()) == {struct.__name__ for struct in reachable()}
