"""A new change package to begin from: small, complete, and full of notes that explain it."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Final

from spinewise.errors import PackageError
from spinewise.know.schema import file_name, schemas

STARTER: Final = Path(__file__).parent.parent / "packages" / "starter"
"""The package that is copied; its topic and days are written anew."""


def start_package(
    folder: Path, *, topic: str, topic_fr: str = "", author: str = "", today: date
) -> None:
    """
    Write a package to begin from, and the schemas of its files for an editor.

    Parameters
    ----------
    folder
        Where; made if it is not there. It must be empty.
    topic, topic_fr
        The package's title in English and French; without French, the English stands for it, and
        ``package check`` says so.
    author
        Who writes the definitions.
    today
        The day on which they are said to be reviewed.

    Raises
    ------
    PackageError
        The folder holds something, or the topic has no letter.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PackageError(
            f"{str(folder)!r} holds something already",
            hint="Name a folder that is empty, or that is not there yet.",
        )
    words = {
        '"my-topic"': f'"{_id(topic)}"',
        '"My topic"': _quoted(topic),
        '"Mon sujet"': _quoted(topic_fr or topic),
        '"Your name"': _quoted(author or "Your name"),
        "2026-01-01": today.isoformat(),
    }
    for path in sorted(STARTER.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for old, new in words.items():
                text = text.replace(old, new)
            _write(folder / path.relative_to(STARTER), text)
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        _write(folder / "schema" / file_name(name), f"{text}\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _id(topic: str) -> str:
    """The topic in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    if not words:
        raise PackageError(
            f"the topic is {topic!r}", hint="Write a few words, for example 'Imaging for headache'."
        )
    return "-".join(words)


def _quoted(words: str) -> str:
    """The words as TOML has them: quoted as in JSON."""
    return json.dumps(words, ensure_ascii=False)
