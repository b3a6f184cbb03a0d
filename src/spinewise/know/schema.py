"""
JSON Schema for the files of a change package, so that an editor completes and checks them.

Made from the types that the loader reads them as, with their docstrings as descriptions: a file
that the schema refuses is one that the loader refuses. What concerns more than one file, a name
that does not exist for example, only :mod:`spinewise.know.check` can see.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args

import msgspec

from spinewise.know import model, terms
from spinewise.know.concepts import COLUMNS, STATUSES
from spinewise.know.model import FILES

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """
    The schema of every kind of file, by the file's name in a package.

    ``indicators/*.toml`` and ``concepts/*.csv`` stand for all files there. The schema of a list is
    that of one row, an object with a text for each column. Days are texts in ISO 8601, as editors
    hand TOML's days on.
    """
    found = {name: _of_struct(kind, name) for name, kind in FILES.items()}
    return {**found, "concepts/*.csv": _of_list()}


def file_name(name: str) -> str:
    """
    What the schema of a file is called: ``episode.schema.json``.

    That of the indicators is ``indicator.schema.json``, that of a list's row ``list-row``.
    """
    names = {"indicators/*.toml": "indicator", "concepts/*.csv": "list-row"}
    return f"{names.get(name, name.removesuffix('.toml'))}.schema.json"


def _of_struct(kind: type[msgspec.Struct], name: str) -> Schema:
    (root,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    shapes = {struct.__name__: struct for struct in _structs()}
    for part, shape in parts.items():
        _describe(shape, shapes[part])
    if "Window" in parts:
        parts["Bounds"] = {
            "description": "Within which a value may be chosen; the key `is` names the kind.",
            "oneOf": [{"$ref": f"#/$defs/{one.__name__}"} for one in get_args(model.Bounds)],
        }
    if "All" in parts:
        parts["Term"] = {
            "description": "True, false or unknown for a unit; the key `is` names the kind.",
            "oneOf": [{"$ref": f"#/$defs/{one.__name__}"} for one in get_args(terms.Term)],
        }
    return {"$schema": DRAFT, "title": name, **root, "$defs": _plain(parts)}


def _describe(shape: Schema, struct: type[msgspec.Struct]) -> None:
    """Put the docstrings of a struct and its fields into its schema."""
    if struct.__doc__:
        shape["description"] = _text(struct.__doc__)
    said = meanings(struct)
    for key, inner in shape["properties"].items():
        if key in said:
            shape["properties"][key] = {**inner, "description": said[key]}


def _plain(node: Any) -> Any:
    """The schema without what TOML does not have, and each term by reference."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    if "discriminator" in node:
        of_bounds = "window" in node["discriminator"]["mapping"]
        return {"$ref": f"#/$defs/{'Bounds' if of_bounds else 'Term'}"}
    node = {key: part for key, part in node.items() if (key, part) != ("default", None)}
    choices = [part for part in node.get("anyOf", ()) if part != {"type": "null"}]
    if len(choices) == 1:
        rest = {key: part for key, part in node.items() if key != "anyOf"}
        return _plain({**choices[0], **rest})
    return {key: _plain(part) for key, part in node.items()}


def _of_list() -> Schema:
    filled = {"type": "string", "pattern": r"\S"}
    return {
        "$schema": DRAFT,
        "title": "concepts/*.csv, one row",
        "type": "object",
        "properties": {
            **{column: {"type": "string"} for column in COLUMNS},
            "system": filled,
            "code": filled,
            "status": {"enum": sorted(STATUSES)},
        },
        "required": list(COLUMNS),
        "additionalProperties": False,
    }


# Docstrings -------------------------------------------------------------------------------------


def meanings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """What the docstrings say of a struct's keys, and of those that it takes from another."""
    said: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if base.__module__ in (model.__name__, terms.__name__):
            said |= _docstrings(base.__module__).get(base.__name__, {})
    names = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
    return {names[field]: text for field, text in said.items() if field in names}


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """The docstrings that stand under the fields of each class of a module."""
    source = inspect.getsource({model.__name__: model, terms.__name__: terms}[module])
    return {
        node.name: dict(_under_fields(node))
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


def _under_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, doc in zip(node.body, node.body[1:], strict=False):
        match field, doc:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(text))):
                yield name, _text(text)


def _text(docstring: str) -> str:
    return " ".join(inspect.cleandoc(docstring).replace("``", "`").split())


def _structs() -> Iterator[type[msgspec.Struct]]:
    for module in (model, terms):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, msgspec.Struct):
                yield value
