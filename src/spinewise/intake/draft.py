"""
Drafting a mapping file from the headers and first rows of an extract.

A draft is a start, not an answer: it names what it guessed and from which values, and lists what
it could not place. ``synonyms.toml`` beside this module has the words it goes by.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

from spinewise.errors import IntakeError
from spinewise.intake.archive import find_files
from spinewise.intake.csv_table import CsvFile, open_csv, sample_rows
from spinewise.intake.form_columns import COLUMNS, DATES, MORE, NEEDED, PERMITTED, Target
from spinewise.intake.reader import silent
from spinewise.scratch import Scratch

_WORDS: Final[dict[str, Any]] = tomllib.loads(
    (files("spinewise.intake") / "synonyms.toml").read_text(encoding="utf-8")
)
_SAMPLE: Final = 500
_MOST: Final = 0.8
"""Share of the sampled values that a format or a code system must fit."""
_ENDINGS: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_DATE_SHAPES: Final = (
    ("YYYY-MM-DD", r"\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?"),
    ("YYYYMMDD", r"(19|20)\d{6}"),
    ("YYYY/MM/DD", r"\d{4}/\d{2}/\d{2}"),
    ("D/M/YYYY", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("D-M-YYYY", r"\d{1,2}-\d{1,2}-\d{4}"),
    ("D.M.YYYY", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("DDMONYYYY", r"\d{2}[A-Za-z]{3}\d{4}"),
    ("D-MON-YYYY", r"\d{1,2}-[A-Za-z]{3}-\d{4}"),
    ("D MON YYYY", r"\d{1,2} [A-Za-z]{3} \d{4}"),
)


class _Placed(NamedTuple):
    """One of our columns, the TOML that fills it, and what to say about the guess."""

    ours: str
    toml: str
    remark: str = ""

    @property
    def line(self) -> str:
        return f"{self.ours} = {self.toml}" + (f"  # {self.remark}" if self.remark else "")


def draft_mapping(path: Path) -> tuple[str, list[str]]:
    """
    A mapping file for the CSV files at ``path`` (a file, folder or archive), as far as it goes.

    Returns
    -------
    (str, list of str)
        The TOML text, and what could not be placed, one line each.

    Raises
    ------
    IntakeError
        There is no CSV file at ``path``, or one cannot be read at all.
    """
    with Scratch() as work:
        opened = [
            open_csv(file.path, file.name)
            for file in find_files(path, work, silent).files
            if file.name.casefold().endswith(_ENDINGS)
        ]
        if not opened:
            raise IntakeError(
                "there is no CSV file to draft a mapping for",
                where=str(path),
                hint="Give the folder with the extract's .csv files.",
            )
        alike: dict[tuple[str, ...], list[CsvFile]] = {}
        for file in opened:
            alike.setdefault(file.columns, []).append(file)
        drafts = [_draft_file(same) for same in alike.values()]
    texts = [_HEAD, *(text for text, _ in drafts)]
    return "\n".join(texts), [point for _, points in drafts for point in points]


_HEAD: Final = """\
# A draft. Check every line, remove what is wrong, and fill in what the comments ask for.
# docs/reference/mapping.md is the manual.

[extract]
# The last and the first day that the extract speaks of:
# cutoff = 2024-12-31
# first_day = 2019-01-01

# What the extract has, and from when to when; [] for what it does not have at all:
# [extract.carried]
# imaging = [[2019-01-01, 2024-12-31]]
# answers = []
"""


# One file ---------------------------------------------------------------------------------------


def _draft_file(alike: Sequence[CsvFile]) -> tuple[str, list[str]]:
    """The tables that read files with one header, and what could not be placed."""
    file = alike[0]
    names = [one.name.rpartition("/")[2] for one in alike]
    rows = sample_rows(file, _SAMPLE)
    cells = {
        column: [row[place] for row in rows if row[place]]
        for place, column in enumerate(file.columns)
    }
    families = _families(file.columns)
    numbered = {column for columns in families.values() for column in columns}
    taken = _find_columns([column for column in file.columns if column not in numbered], cells)
    to = _find_table(file.name, taken)
    if to is None:
        listed = "".join(f"#   {column}\n" for column in file.columns)
        return (
            f"# {', '.join(names)}: not placed. Its columns:\n{listed}",
            [f"{file.name}: what the file holds is not clear from its name"],
        )
    drafts = [_Draft(to, "", taken)]
    for name, columns in families.items():
        kind = _family_kind(name)
        shared: dict[str, list[str]] = {ours: taken[ours] for ours in _SHARED if ours in taken}
        drafts.append(_Draft(kind, name, {**shared, "code": columns}))
    texts: list[str] = []
    points: list[str] = []
    used: set[str] = set()
    for draft in drafts:
        placed = list(_place(draft, cells))
        known = {one.ours for one in placed}
        lines = [
            f"{one.ours} = {one.toml}" + f"  # {one.remark}" * bool(one.remark) for one in placed
        ]
        points += [f"{file.name}: {one.ours}: {one.remark}" for one in placed if "?" in one.remark]
        for ours in NEEDED[draft.target]:
            if ours not in known | draft.implied:
                lines.append(f'# {ours} = "?"  # needed: which column is it?')
                points.append(f"{file.name}: no column was found for {ours}, which is needed")
        used |= {c for ours, columns in draft.taken.items() if ours in known for c in columns}
        if draft is drafts[-1]:
            left = [column for column in file.columns if column not in used]
            lines += [f"# not placed: {column}" for column in left]
            points += [f"{file.name}: column {column} was not placed" for column in left]
        name = f"name = {_toml(f'{draft.to} ({draft.name})')}\n" if draft.name else ""
        listed = _toml(names[0]) if len(names) == 1 else f"[{', '.join(map(_toml, names))}]"
        texts.append(
            f"[[table]]\nfile = {listed}\nto = {_toml(draft.to)}\n{name}"
            "\n[table.columns]\n" + "\n".join(lines) + "\n"
        )
    return "\n".join(texts), points


_SHARED: Final[tuple[str, ...]] = (
    "patient_id",
    "start",
    "encounter_id",
    "claim_id",
    "clinician_id",
)
"""Columns that all tables from one file have in common."""


class _Draft(NamedTuple):
    """One table of a draft: what it is read as, and our columns with theirs."""

    to: str
    name: str
    taken: dict[str, list[str]]

    @property
    def target(self) -> Target:
        return self.to if self.to in ("patients", "coverage") else "events"  # type: ignore[return-value]

    @property
    def implied(self) -> set[str]:
        """Needed columns that what the table is read as stands for."""
        if self.target != "events" or self.to == "events":
            return set()
        codeless = {"visit": {"code", "system"}, "note": {"code", "system"}, "referral": {"code"}}
        return {"kind"} | codeless.get(self.to, set())


def _families(columns: Sequence[str]) -> dict[str, list[str]]:
    """Columns of codes numbered in a row, by their common name."""
    families: dict[str, list[str]] = {}
    for column in columns:
        stem = re.sub(r"[ _]*\d+$", "", column)
        if stem != column and _family_kind(stem):
            families.setdefault(stem, []).append(column)
    return {stem: found for stem, found in families.items() if len(found) > 1}


def _family_kind(name: str) -> str:
    plain = _plain(name)
    kinds: dict[str, list[str]] = _WORDS["families"]
    return next((kind for kind, words in kinds.items() if any(w in plain for w in words)), "")


def _find_table(name: str, taken: dict[str, list[str]]) -> str | None:
    """What a table holds: by its columns where they say it, else by its name."""
    if "kind" in taken:
        return "events"
    if "birth_date" in taken:
        return "patients"
    base = _plain(re.sub(r"\..*", "", name.rpartition("/")[2]))
    for to, words in _WORDS["tables"].items():
        if any(word in base for word in words):
            return str(to)
    if "days_supply" in taken:
        return "medication"
    return None


def _find_columns(columns: Sequence[str], cells: dict[str, list[str]]) -> dict[str, list[str]]:
    """Our columns and the column of theirs for each: by a whole name first, then by a part."""
    taken: dict[str, list[str]] = {}
    used: set[str] = set()
    for whole in (True, False):
        for ours, synonyms in _WORDS["columns"].items():
            for synonym, column in product(map(_plain, synonyms), columns):
                name = _plain(column)
                fits = name == synonym if whole else len(synonym) > 3 and synonym in name
                dated = ours not in DATES or _looks_dated(cells[column])
                if fits and dated and column not in used and ours not in taken:
                    taken[ours] = [column]
                    used.add(column)
    return taken


def _place(draft: _Draft, cells: dict[str, list[str]]) -> Iterator[_Placed]:
    """The lines of a table: our column, and where it comes from."""
    known = COLUMNS[draft.target] + MORE[draft.target]
    taken = {ours: columns for ours, columns in draft.taken.items() if ours in known}
    for ours, columns in taken.items():
        values = [value for column in columns for value in cells[column]]
        if len(columns) > 1:
            yield _Placed(ours, f"{{ each = {_numbered(columns)} }}")
            if draft.to == "condition":
                yield _Placed("position", "{ place = true }", "if the first is the principal one")
        elif ours in DATES:
            yield _dated(ours, columns[0], values)
        elif ours in _WORDS["values"]:
            yield _worded(ours, columns[0], values)
        else:
            yield _Placed(ours, _toml(columns[0]))
    if "code" in taken and "system" not in taken and draft.to not in ("answer", "finding"):
        codes = [value for column in taken["code"] for value in cells[column]]
        system = _system(codes)
        if draft.to == "procedure" and system == "ICD-9-CM":
            system = "ICD-9-PCS"
        said = f"guessed from {_shown(codes)}" if system else f"which system has {_shown(codes)}?"
        yield _Placed("system", f'{{ constant = "{system or "?"}" }}', said)


def _dated(ours: str, column: str, values: list[str]) -> _Placed:
    shape = _date_shape(values)
    if shape in ("YYYY-MM-DD", None):
        return _Placed(ours, _toml(column), "" if shape or not values else f"{_shown(values)}?")
    remark = ""
    if shape.startswith("D") and "MON" not in shape:
        first, second = (
            max(int(re.split(r"\D", value)[place]) for value in values if re.match(r"\d+\D", value))
            for place in (0, 1)
        )
        if second > 12:
            shape = "M" + shape[1] + "D" + shape[3:]
        elif first <= 12:
            remark = "day or month first?"
    return _Placed(ours, f'{{ column = {_toml(column)}, dates = ["{shape}"] }}', remark)


def _worded(ours: str, column: str, values: list[str]) -> _Placed:
    """A column with words of theirs for words of ours."""
    distinct = sorted(set(values), key=str.casefold)[:40]
    permitted = (*PERMITTED.get(ours, ()), *_WORDS["values"][ours])
    meanings: dict[str, str] = {}
    unclear = []
    for value in distinct:
        meaning = next(
            (word for word, names in _WORDS["values"][ours].items() if _plain(value) in names), None
        )
        if meaning is None:
            unclear.append(value)
        elif re.sub(r"[ _]+", "-", value.casefold()) not in permitted:
            meanings[value] = meaning
    remark = f"what do these mean: {', '.join(unclear[:8])}?" if unclear else ""
    if not meanings:
        return _Placed(ours, _toml(column), remark)
    pairs = ", ".join(f"{_toml(value)} = {_toml(word)}" for value, word in meanings.items())
    return _Placed(ours, f"{{ column = {_toml(column)}, values = {{ {pairs} }} }}", remark)


# Guesses ----------------------------------------------------------------------------------------


def _system(codes: list[str]) -> str:
    """The code system that most codes look like; ``""`` where none does."""
    for shape in _WORDS["shape"]:
        if _share(codes, shape["codes"]) >= _MOST and (
            "some" not in shape or _share(codes, shape["some"]) > 0
        ):
            return str(shape["system"])
    return ""


def _date_shape(values: list[str]) -> str | None:
    return next((name for name, shape in _DATE_SHAPES if _share(values, shape) >= _MOST), None)


def _looks_dated(values: list[str]) -> bool:
    return not values or _date_shape(values) is not None


def _share(values: list[str], shape: str) -> float:
    pattern = re.compile(shape)
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values) if values else 0


def _numbered(columns: Sequence[str]) -> str:
    """``"DX{1..3}"`` where the columns are numbered from 1 on, else the list."""
    stem = re.sub(r"\d+$", "", columns[0])
    if list(columns) == [f"{stem}{number}" for number in range(1, len(columns) + 1)]:
        return _toml(f"{stem}{{1..{len(columns)}}}")
    return f"[{', '.join(map(_toml, columns))}]"


def _plain(text: str) -> str:
    """Letters and digits only, without case and accents."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]", "", letters)


def _shown(values: Iterable[str]) -> str:
    """A few values to look at; never whole texts."""
    few = list(dict.fromkeys(value[:24] for value in values))[:3]
    return ", ".join(few) or "always empty"


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
