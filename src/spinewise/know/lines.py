"""
Where in a TOML file a key stands: the line that a message can name.

Python's TOML reader does not tell. The scanner here takes a file that has been read without a
fault, so it only has to find keys and to step over values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Path = tuple[str | int, ...]
"""Keys, and positions in lists from 0."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_INLINE: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'', re.DOTALL
)
_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN: Final = re.compile(r"[^,\]}#\r\n]+")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and every item of a list in a TOML file."""
    return _Scanner(text).lines


def find(where: str, raw: Any, lines: dict[Path, int]) -> tuple[int | None, Any]:
    """
    The line and the value of the place that a message names, or of what is nearest around it.

    ``where`` is as in messages, without the file: ``finding[B1].look_back``, where a list's item
    is named by its id, its modality, its domain or its number from 1, or ``numerator, imaged.days``
    where a term is named by its kind.
    """
    path: Path = ()
    value = raw
    for step in re.findall(r"[^.,\[\] ]+", where):
        further = _step(value, step)
        if further is None:
            continue
        path += further
        for key in further:
            value = value[key]
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path), value


def _step(value: Any, step: str) -> Path | None:
    """The keys from a value to the one inside it that a word of a message means."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            names = (
                (item.get(key) for key in ("id", "modality", "domain", "is"))
                if isinstance(item, dict)
                else (item,)
            )
            if step in names:
                return (position,)
        number = int(step) - 1 if step.isdigit() else -1
        return (number,) if 0 <= number < len(value) else None
    if isinstance(value, dict) and step in value:
        return (step,)
    return next(_terms(value, step), None)


def _terms(value: Any, kind: str, path: Path = ()) -> Iterator[Path]:
    """The ways to the terms of a kind inside a term, the outermost first."""
    if isinstance(value, dict):
        if path and value.get("is") == kind:
            yield path
        if "of" in value:
            yield from _terms(value["of"], kind, (*path, "of"))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _terms(item, kind, (*path, position))


class _Scanner:
    """Reads a file from its beginning to its end, once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        while self._skip(_BLANK) < len(text):
            if self._take("[["):
                table = self._array_table()
            elif self._take("["):
                table = self._inside(self._keys())
                self.lines.setdefault(table, self._line())
                self._take("]")
            else:
                self._pair(table)

    def _array_table(self) -> Path:
        *parents, last = self._keys()
        table = (*self._inside(parents), last)
        self.lines.setdefault(table, self._line())
        number = self._counts.get(table, -1) + 1
        self._counts[table] = number
        self.lines[*table, number] = self._line()
        self._take("]]")
        return (*table, number)

    def _inside(self, keys: list[str]) -> Path:
        """The table of these keys, in the last table of each list on the way."""
        path: Path = ()
        for key in keys:
            path += (key,)
            self.lines.setdefault(path, self._line())
            if path in self._counts:
                path += (self._counts[path],)
        return path

    def _pair(self, table: Path) -> None:
        for key in self._keys():
            table = (*table, key)
            self.lines.setdefault(table, self._line())
        self._take("=")
        self._skip(_INLINE)
        self._value(table)

    def _value(self, path: Path) -> None:
        if self._take("["):
            position = 0
            while self._skip(_BLANK) < len(self.text) and not self._take("]"):
                self.lines[*path, position] = self._line()
                self._value((*path, position))
                self._skip(_BLANK)
                self._take(",")
                position += 1
        elif self._take("{"):
            while self._skip(_BLANK) < len(self.text) and not self._take("}"):
                self._pair(path)
                self._skip(_BLANK)
                self._take(",")
        else:
            found = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            assert found, f"line {self._line()}: no value"
            self.at = found.end()

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_INLINE)
            found = _STRING.match(self.text, self.at) or _KEY.match(self.text, self.at)
            assert found, f"line {self._line()}: no key"
            self.at = found.end()
            word = found[0]
            keys.append(json.loads(word) if word[0] == '"' else word.strip("'"))
            self._skip(_INLINE)
            if not self._take("."):
                return keys

    def _take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _skip(self, what: re.Pattern[str]) -> int:
        found = what.match(self.text, self.at)
        assert found
        self.at = found.end()
        return self.at

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
