"""The JSON Schema of a package's files says what the loader says of a file that stands alone."""

from __future__ import annotations

import csv
import json
import os
import random
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker
from tests.unit.know.conftest import HEADACHE
from tests.unit.know.test_loader_errors import MISTAKES

from spinewise.cli import main
from spinewise.errors import PackageError
from spinewise.know.concepts import COLUMNS, read_list
from spinewise.know.decode import decode
from spinewise.know.loader import LOW_BACK_PAIN
from spinewise.know.model import FILES
from spinewise.know.schema import file_name, meanings, schemas
from spinewise.know.terms import Age

EXAMPLES = int(os.environ.get("SPINEWISE_EXAMPLES", "20"))
VALIDATORS = {
    name: Draft202012Validator(schema, format_checker=FormatChecker())
    for name, schema in schemas().items()
}


def kind_of(file: str) -> str:
    """The name of the schema for a file of a package."""
    folder, _, name = file.rpartition("/")
    return f"{folder}/*.{name.rpartition('.')[2]}" if folder else name


def plain(value: Any) -> Any:
    """TOML's values as an editor hands them to a schema: days as texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def schema_takes(file: str, raw: Any) -> bool:
    return bool(VALIDATORS[kind_of(file)].is_valid(plain(raw)))


def loader_takes(file: str, raw: Any) -> bool:
    """Whether the file can be read; what holds between files is not looked at."""
    try:
        msgspec.convert(raw, FILES[kind_of(file)], builtin_types=(date,))
    except msgspec.ValidationError:
        return False
    return True


TOML = sorted(
    (folder, path.relative_to(folder).as_posix())
    for folder in (LOW_BACK_PAIN, HEADACHE)
    for path in folder.rglob("*.toml")
)


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(VALIDATORS[name].schema)


@pytest.mark.parametrize(("folder", "file"), TOML, ids=[f"{a.name}/{b}" for a, b in TOML])
def test_every_file_of_a_package_is_valid(folder: Path, file: str) -> None:
    raw = plain(tomllib.loads((folder / file).read_text(encoding="utf-8")))
    VALIDATORS[kind_of(file)].validate(raw)


def test_every_row_of_every_list_is_valid() -> None:
    validator = VALIDATORS["concepts/*.csv"]
    for path in [*(LOW_BACK_PAIN / "concepts").glob("*.csv"), *(HEADACHE / "concepts").glob("*")]:
        with path.open(encoding="utf-8", newline="") as file:
            # One row stands for all that differ from it only in their texts.
            rows = {(row["system"], row["status"]): row for row in csv.DictReader(file)}
        for row in rows.values():
            validator.validate(row)


@pytest.mark.parametrize("column", ["system", "code", "status"])
def test_schema_and_loader_refuse_the_same_rows(column: str) -> None:
    values = ["CPT", "70450", "CT of the head", "verified", "", ""]
    row = dict(zip(COLUMNS, values, strict=True))
    for value, good in (("proposed", True), (" ", False), ("", False)):
        changed = {**row, column: value}
        data = ",".join(changed) + "\n" + ",".join(changed.values()) + "\n"
        assert VALIDATORS["concepts/*.csv"].is_valid(changed) is good
        if good:
            read_list("x", data.encode(), where="x", given=False, verified_only=False)
        else:
            with pytest.raises(PackageError):
                read_list("x", data.encode(), where="x", given=False, verified_only=False)


@pytest.mark.parametrize("name", [name for name, m in MISTAKES.items() if ".toml" in m.file])
def test_schema_and_loader_refuse_the_same_mistakes(name: str) -> None:
    """What a file by itself shows wrong, both see; what only its neighbours show, neither."""
    mistake = MISTAKES[name]
    text = (HEADACHE / mistake.file).read_text(encoding="utf-8")
    text = text.replace(mistake.old, mistake.new, 1)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    takes = schema_takes(mistake.file, raw)
    assert takes == loader_takes(mistake.file, raw)
    if not takes:
        with pytest.raises(PackageError):
            decode(text, FILES[kind_of(mistake.file)], mistake.file)


def spoilt(raw: Any, chance: random.Random) -> Iterator[Any]:
    """The same file with one value taken out, misnamed or exchanged, at every place."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        items = (
            value.items()
            if isinstance(value, dict)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        for key, item in items:
            yield (*path, key)
            yield from places(item, (*path, key))

    others = ["word", "", 7, -1, 2.5, True, [], {}, ["word"], [0, 14]]
    for path in places(raw, ()):
        changed = deepcopy(raw)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        match chance.randrange(4):
            case 0:
                del parent[path[-1]]
            case 1 if isinstance(parent, dict):
                parent[f"{path[-1]}s"] = parent.pop(path[-1])
            case _:
                parent[path[-1]] = chance.choice(others)
        yield changed


@pytest.mark.parametrize(("folder", "file"), TOML, ids=[f"{a.name}/{b}" for a, b in TOML])
def test_schema_and_loader_refuse_the_same_spoilt_files(folder: Path, file: str) -> None:
    """Wherever something is left out, misnamed or another kind of value."""
    raw = tomllib.loads((folder / file).read_text(encoding="utf-8"))
    files = list(spoilt(raw, random.Random(file)))
    for changed in random.Random(0).sample(files, min(len(files), EXAMPLES)):
        assert schema_takes(file, changed) == loader_takes(file, changed), changed


def test_keys_say_what_they_mean() -> None:
    """The docstring of a field, and of one that it has from another class, is its description."""
    finding = schemas()["red_flags.toml"]["$defs"]["Finding"]["properties"]
    assert finding["look_back"]["description"].startswith("Days before the index")
    assert "package.toml" in finding["sources"]["description"]
    assert (
        "from day 0"
        in schemas()["episode.toml"]["$defs"]["Onset"]["properties"]["days"]["description"]
    )
    assert meanings(Age)["from"] == "So many years or more."


def test_the_command_writes_a_file_for_each(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["schema"])
    written = CliRunner().invoke(main, ["schema", "--out", str(tmp_path / "new" / "schema")])

    assert shown.exit_code == written.exit_code == 0
    assert json.loads(shown.stdout) == schemas()
    for name, schema in schemas().items():
        path = tmp_path / "new" / "schema" / file_name(name)
        assert json.loads(path.read_text(encoding="utf-8")) == schema
