"""The words of the project: none that blames, none that only one machine understands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUFFIXES = {".md", ".py", ".toml", ".csv", ".html", ".po", ".jinja", ".css", ""}
SKIPPED = {"vendor", "__pycache__", "examples"}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return sorted(
        path
        for path in [*found, *ROOT.glob("*.md"), ROOT / "Makefile"]
        if path.is_file() and path.suffix in SUFFIXES and not SKIPPED & set(path.parts)
    )


def found_in(paths: list[Path], pattern: str, allowed: dict[str, str] | None = None) -> list[str]:
    """``file:line: words`` for every match outside the allowed lines."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {match.group()}"
        for path in paths
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in re.finditer(pattern, line, re.IGNORECASE)
        if (allowed or {}).get(path.relative_to(ROOT).as_posix(), "\0") not in line
    ]


BLAME = r"\b(unnecessary|inappropriate|unjustified|unneeded|wasteful|inutiles?|inappropriée?s?)\b"
BLAME_ALLOWED = {
    "CONTRIBUTING.md": "Words that blame",
    "src/spinewise/packages/low_back_pain/package.toml": "title = ",  # of publications
    "docs/reference/indicators.md": "| `jenkins-2018` |",
}


def test_no_word_blames() -> None:
    """What the record does not show is "no red flag recorded", and nothing more."""
    pages = files("docs", "src/spinewise/packages", "src/spinewise/report")
    assert not found_in(pages, BLAME, BLAME_ALLOWED)


@pytest.mark.parametrize(
    "pattern",
    [r"(?<![\w.~/-])/(work|root|home|Users)/", r"\b(TODO|FIXME|XXX)\b", r"\bHEDIS rate\b"],
    ids=["a path of one machine", "a note to oneself", "a claim to be official"],
)
def test_nothing_is_left_lying_about(pattern: str) -> None:
    assert not found_in(files("docs", "src", "tests", "scripts", ".ci", "bench"), pattern)
