"""The folder that an export as FHIR is written to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spinewise.errors import SpinewiseError
from spinewise.measures.export.library import CqlLibrary

Json = dict[str, Any]


def write_definitions(
    out: Path, libraries: Iterable[CqlLibrary], resources: Iterable[Json]
) -> list[Path]:
    """Write ``cql/NAME.cql``, a file for each resource, and all of them as ``definitions.json``."""
    folder = out / "cql"
    _make(folder)
    written = []
    for library in libraries:
        path = folder / f"{library.name}.cql"
        path.write_text(library.text, encoding="utf-8")
        written.append(path)
    listed = list(resources)
    for resource in listed:
        path = out / f"{resource['resourceType']}-{resource['id']}.json"
        _dump(path, resource)
        written.append(path)
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": one["url"], "resource": one} for one in listed],
    }
    _dump(out / "definitions.json", bundle)
    return [*written, out / "definitions.json"]


def write_reports(out: Path, indicator: str, reports: Mapping[str, list[Json]]) -> list[Path]:
    """Write the MeasureReports of an indicator; those of people as one NDJSON file."""
    folder = out / "reports"
    _make(folder)
    written = []
    for kind, found in reports.items():
        if kind == "individual":
            path = folder / f"{indicator}-individual.ndjson"
            write_lines(path, found)
        else:
            path = folder / f"{indicator}-{kind}.json"
            _dump(path, found[0])
        written.append(path)
    return written


def write_lines(path: Path, resources: Iterable[Json]) -> None:
    """Write resources as NDJSON, for the owner only."""
    with os.fdopen(_private(path), "w", encoding="utf-8") as file:
        for resource in resources:
            file.write(json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n")


def _dump(path: Path, resource: Json) -> None:
    with os.fdopen(_private(path), "w", encoding="utf-8") as file:
        file.write(json.dumps(resource, ensure_ascii=False, indent=1) + "\n")


def _private(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise SpinewiseError(
            f"the file cannot be written: {error.strerror}",
            where=str(path),
            hint="Name a folder that you may write to.",
        ) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SpinewiseError(
            f"the folder cannot be made: {error.strerror}",
            where=str(folder),
            hint="Name a folder that you may write to.",
        ) from None
