"""
Code lists from a terminology server: a FHIR ValueSet, or a CSV, becomes a concept.

A ValueSet has to say its codes one by one, in its ``expansion`` or in ``compose``. A rule that only
the server can expand (a filter, another value set) is refused: an expansion has what it comes to.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from spinewise.errors import PackageError
from spinewise.intake import codesystems
from spinewise.know.codes import SYSTEMS
from spinewise.know.concepts import COLUMNS

_HEADS: Final[dict[str, tuple[str, ...]]] = {
    "system": ("system", "code system", "codesystem", "code_system", "system uri", "système"),
    "code": ("code", "concept code", "conceptid", "code value", "value"),
    "display": ("display", "term", "description", "name", "preferred term", "libellé", "title"),
}
"""What a CSV may call its columns, compared without regard to case."""


@dataclass(frozen=True)
class Imported:
    """A code list as it was found."""

    name: str
    """What the source calls it: the name of a ValueSet, or ``""``."""
    rows: tuple[tuple[str, str, str], ...]
    """System (a short name where it is known), code and display, each code once."""
    source: str
    """Where it comes from: the canonical URL and version, or the file."""
    unknown: tuple[str, ...]
    """Systems that no list of the package uses: records need the same text to match."""

    def as_csv(self) -> str:
        """The list in the columns of a package's concepts; every code waits for confirmation."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for system, code, display in self.rows:
            writer.writerow((system, code, display, "proposed", self.source, "published-set"))
        return text.getvalue()


def read_codes(data: bytes, where: str) -> Imported:
    """
    The codes of a FHIR ValueSet (JSON) or of a CSV with the columns system, code and display.

    Raises
    ------
    PackageError
        The file is neither, has no codes, or has a rule that only a terminology server can expand.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(
            f"byte {error.start} is not UTF-8", where=where, hint="Save the file as UTF-8."
        ) from None
    if text.lstrip().startswith("{"):
        return _value_set(text, where)
    return _table(text, where)


def _value_set(text: str, where: str) -> Imported:
    try:
        resource = json.loads(text)
    except json.JSONDecodeError as error:
        raise PackageError(
            f"this is not JSON: {error.msg}",
            where=f"{where}, line {error.lineno}",
            hint="Download the ValueSet again.",
        ) from None
    kind = resource.get("resourceType")
    if kind != "ValueSet":
        raise PackageError(
            f"resourceType is {kind!r}",
            where=f"{where}, resourceType",
            hint="Give a ValueSet, for example the answer of ValueSet/$expand.",
        )
    if "expansion" in resource:
        found = list(_expanded(resource["expansion"].get("contains", []), where))
    else:
        found = list(_composed(resource.get("compose", {}), where))
    version = f"|{resource['version']}" if resource.get("version") else ""
    source = f"{resource.get('url', where)}{version}"
    return _made(resource.get("name", ""), found, source, where)


def _expanded(contains: Iterable[Mapping[str, Any]], where: str) -> Iterator[tuple[str, str, str]]:
    for entry in contains:
        if not entry.get("abstract") and not entry.get("inactive") and entry.get("code"):
            yield entry.get("system", ""), entry["code"], entry.get("display", "")
        yield from _expanded(entry.get("contains", []), where)


def _composed(compose: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, str]]:
    for part in ("include", "exclude"):
        for number, rule in enumerate(compose.get(part, [])):
            for key in ("filter", "valueSet"):
                if rule.get(key) or (part == "exclude"):
                    raise PackageError(
                        f"the value set is said by a rule ({part}.{key}), not code by code",
                        where=f"{where}, compose.{part}[{number}]",
                        hint="Ask the terminology server for ValueSet/$expand and give that.",
                    )
            if not rule.get("concept"):
                raise PackageError(
                    f"every code of {rule.get('system', 'a system')} is meant",
                    where=f"{where}, compose.include[{number}]",
                    hint="Ask the terminology server for ValueSet/$expand and give that.",
                )
            for concept in rule["concept"]:
                yield rule.get("system", ""), concept.get("code", ""), concept.get("display", "")


def _table(text: str, where: str) -> Imported:
    lines = text.splitlines(keepends=True)
    comma = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = list(csv.reader(lines, delimiter=comma))
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    places = {
        wanted: next((head.index(name) for name in names if name in head), None)
        for wanted, names in _HEADS.items()
    }
    for wanted in ("system", "code"):
        if places[wanted] is None:
            raise PackageError(
                f"no column is called {wanted!r}; the columns are {', '.join(head) or '(none)'}",
                where=f"{where}, line 1",
                hint="Name the columns system, code and display.",
            )
    found = []
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise PackageError(
                f"the line has {len(cells)} values, the first line {len(head)}",
                where=f"{where}, line {number}",
                hint="Put a value that holds a comma in quotes.",
            )
        display = places["display"]
        found.append(
            (
                cells[places["system"] or 0],
                cells[places["code"] or 0],
                "" if display is None else cells[display],
            )
        )
    return _made("", found, where, where)


def _made(name: str, found: Iterable[tuple[str, str, str]], source: str, where: str) -> Imported:
    rows: dict[tuple[str, str], str] = {}
    for number, (system, code, display) in enumerate(found, 1):
        for what, value in (("system", system), ("code", code)):
            if not value.strip():
                raise PackageError(
                    f"code {number} has no {what}",
                    where=where,
                    hint=f"Give every code its {what}.",
                )
        short = codesystems.short_name(system) or ""
        rows.setdefault((short, codesystems.code_value(short, code)), display.strip())
    if not rows:
        raise PackageError(
            "there is no code in it", where=where, hint="Give a value set with an expansion."
        )
    systems = {system for system, _ in rows}
    known = {record for rule in SYSTEMS.values() for record in rule.records}
    known |= codesystems.load().system.keys()
    return Imported(
        name,
        tuple((system, code, display) for (system, code), display in rows.items()),
        source,
        tuple(sorted(systems - known)),
    )
