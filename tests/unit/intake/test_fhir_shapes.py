"""The elements that are read are elements of FHIR R4, and both ways of reading take the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class

from spinewise.intake import staging
from spinewise.intake.fhir import shapes
from spinewise.intake.fhir.loader import DATA_ERRORS, Loader


def paths(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every element of a shape, by its names from the top."""
    if isinstance(part, Mapping):
        for name, inner in part.items():
            yield (*path, name)
            yield from paths(inner, (*path, name))
    elif isinstance(part, list):
        yield from paths(part[0], path)


def element(model: Any, name: str) -> Any:
    [field] = [
        field for key, field in model.model_fields.items() if name in (key, field.alias)
    ]  # fails where there is no such element
    return str(field.annotation)


@pytest.mark.parametrize("resource_type", shapes.TYPES)
def test_every_element_is_one_of_the_standard(resource_type: str) -> None:
    """No name is misspelt, and lists are lists."""
    for path in paths(shapes.shape(resource_type)):
        model = get_fhir_model_class(resource_type)
        part: Any = shapes.shape(resource_type)
        for name in path:
            part = part[0][name] if isinstance(part, list) else part[name]
            if name == "resourceType" or (path[0] == "contained" and name != "contained"):
                continue  # of every resource; and any resource may be contained
            said = element(model, name)
            if isinstance(part, list | Mapping):
                assert ("List[" in said) == isinstance(part, list), f"{path}: {said}"
                if name != "contained":
                    inner = said.split("abc.")[1].split("Type")[0]
                    model = get_fhir_model_class(inner)


def example(part: Any) -> Any:
    """A value that fits a shape."""
    if isinstance(part, Mapping):
        return {name: example(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [example(part[0]), example(part[0])]
    return "text"


def spoilt(part: Any) -> Iterator[Any]:
    """Values that do not fit: a number where a string has to be, the wrong kind of whole."""
    if isinstance(part, Mapping):
        yield "text"
        for name, inner in part.items():
            for bad in spoilt(inner):
                yield {**example(part), name: bad}
    elif isinstance(part, list):
        yield {"a": "b"}
        for bad in spoilt(part[0]):
            yield [example(part[0]), bad]
    elif part == shapes.STRICT:
        yield 7


@pytest.mark.parametrize("resource_type", shapes.TYPES)
def test_both_ways_take_and_refuse_the_same(resource_type: str, tmp_path: Path) -> None:
    """Where DuckDB takes a line as sound, the check of single lines does, and the reverse."""
    connection = duckdb.connect()
    staging.create(connection)
    loader = Loader(connection, tmp_path)
    decoder = shapes.decoder(resource_type)
    shape = shapes.shape(resource_type)
    good = {**example(shape), "resourceType": resource_type}
    path = tmp_path / "one.ndjson"

    def is_sound(resource: Any) -> bool:
        path.write_text(json.dumps(resource))
        try:
            loader.load(path, resource_type, 0)
            if resource_type == "Patient":
                loader.load_names(path, placed=False)
        except DATA_ERRORS:
            return False
        return True

    assert is_sound(good)
    decoder.decode(json.dumps(good))
    for number, bad in enumerate(spoilt(shape)):
        if bad == "text":
            continue
        bad["resourceType"] = resource_type
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(json.dumps(bad))
        if number % 5 == 0:  # every one would take long
            assert not is_sound(bad), bad
