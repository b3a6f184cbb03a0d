"""
The slow way: line by line, or entry by entry, with the bad ones set apart.

Files that DuckDB's strict reader does not take as they are (a fault in a line, several types in a
file, blank lines) and Bundles go through here. Each resource is checked against its type and
written, with its place, to one clean NDJSON file for each type, which then takes the fast way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from spinewise.intake.fhir import shapes
from spinewise.intake.reader import SourceFile

UNREADABLE: Final = "(unreadable)"
BLANK: Final = "(blank)"
EXPORT_LOG: Final = "(export log)"
NO_RESOURCE: Final = "(entry without a resource)"
EMPTY: Final = "Bundle"

_WHOLE: Final = "export the resource again, one whole JSON object a line"
_BY_TYPE: Final = "write the element as FHIR R4 has it"
_RAW: Final = 100_000
"""Characters of a bad line that are kept."""

_URN: Final = re.compile(rb'"(urn:(?:uuid|oid):[^"\\]{1,100})"')


class Fault(msgspec.Struct, frozen=True):
    """A line or entry that cannot be staged."""

    file: int
    type: str
    line: int
    field: str | None
    value: str | None
    reason: str
    mend: str
    raw: bytes


class _Head(msgspec.Struct, gc=False, rename="camel"):
    """What a JSON object says it is."""

    resource_type: Any = None
    id: Any = None
    transaction_time: Any = None
    event_detail: Any = None
    event_id: Any = None


_NOTHING: Final = msgspec.Raw()


class _Entry(msgspec.Struct, gc=False, rename="camel"):
    full_url: Any = None
    resource: msgspec.Raw = _NOTHING


class _Bundle(msgspec.Struct, gc=False):
    entry: list[_Entry] = []


_head: Final = msgspec.json.Decoder(_Head)
_bundle: Final = msgspec.json.Decoder(_Bundle)


class Sifter:
    """
    Sifts files into clean ones.

    Attributes
    ----------
    read
        Source rows by (file, type).
    skipped
        Source rows that are not staged, by (file, type, reason).
    faults
        The bad ones.
    transaction_time
        When the export was made, if it says so.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Any] = {}
        self.read: Counter[tuple[int, str]] = Counter()
        self.skipped: Counter[tuple[int, str, str]] = Counter()
        self.faults: list[Fault] = []
        self.transaction_time: str | None = None

    def sift(self, file: SourceFile, path: Path) -> None:
        """Sift the file at ``path``: NDJSON, or one Bundle or resource over many lines."""
        document = _document(path)
        if document is not None:
            self._take(file.file, 1, document, whole=True)
            return
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                self._take(file.file, number, line.strip())

    def close(self) -> dict[str, Path]:
        """The clean files by type."""
        for stream in self._open.values():
            stream.close()
        return {name: self._folder / f"{name}.ndjson" for name in self._open}

    def _take(self, file: int, line: int, raw: bytes, *, whole: bool = False) -> None:
        """One line (or a ``whole`` document) that may hold a resource or a Bundle."""
        if not raw:
            self._skip(file, BLANK, "a blank line")
            return
        try:
            head = _head.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(file, UNREADABLE, line, raw, *_explain(error, raw))
            return
        if head.resource_type == "Bundle":
            self._take_bundle(file, line, raw, whole=whole)
        elif head.resource_type is None and self._is_log(head):
            self._skip(file, EXPORT_LOG, "about the export, not about people")
        else:
            self._take_resource(file, line, None, raw, head)

    def _is_log(self, head: _Head) -> bool:
        """Whether an object without a type is a bulk export's manifest or log."""
        detail = head.event_detail if isinstance(head.event_detail, dict) else {}
        time = head.transaction_time or detail.get("transactionTime")
        if isinstance(time, str):
            self.transaction_time = time
        return time is not None or head.event_id is not None

    def _take_bundle(self, file: int, line: int, raw: bytes, *, whole: bool) -> None:
        try:
            entries = _bundle.decode(raw).entry
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(file, "Bundle", line, raw, *_explain(error, raw))
            return
        if not entries:
            self._skip(file, EMPTY, "an empty Bundle")
        heads = [_head_of(entry) for entry in entries]
        names = _names(entries, heads)
        position = 0
        for number, (entry, head) in enumerate(zip(entries, heads, strict=True)):
            if head is None and not _there(entry):
                self._skip(file, NO_RESOURCE, "nothing to read")
                continue
            resource = bytes(entry.resource)
            if head is not None and (reason := _unused(head, resource)):
                self._skip(file, head.resource_type, reason)
                continue
            place = line
            if whole:
                found = raw.find(resource[:64], position)
                line += raw.count(b"\n", position, found)
                place, position = line, found
            if names:
                resource = _URN.sub(lambda m: names.get(m[1], m[0]), resource)
            if head is not None and head.id is None and isinstance(entry.full_url, str):
                named = names.get(entry.full_url.encode(), b"").strip(b'"').partition(b"/")[2]
                if named:
                    head.id = named.decode()
                    resource = b'{"id":"' + named + b'",' + resource.lstrip()[1:]
            self._take_resource(file, place, number, resource, head)

    def _take_resource(
        self, file: int, line: int, entry: int | None, raw: bytes, head: _Head | None
    ) -> None:
        where = "" if entry is None else f"entry[{entry}]"
        if head is None or not isinstance(head.resource_type, str):
            self._refuse(
                file, UNREADABLE, line, raw, where or None, None,
                "the object does not say what resource it is", "write its resourceType",
            )  # fmt: skip
            return
        name = head.resource_type
        if reason := _unused(head, raw):
            self._skip(file, name, reason)
            return
        try:
            checked = shapes.decoder(name).decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            field, value, reason, mend = _explain(error, raw)
            field = ".".join(part for part in (where, field) if part) or None
            self._refuse(file, name, line, raw, field, value, reason, mend)
            return
        del checked
        if not isinstance(head.id, str) or not head.id:
            self._refuse(
                file, name, line, raw, ".".join(part for part in (where, "id") if part), None,
                "the resource has no id", "export it with its id",
            )  # fmt: skip
            return
        self.read[file, name] += 1
        place = b'{"_file":%d,"_line":%d,"_entry":%d,' % (file, line, entry or 0)
        self._stream(name).write(
            place + raw.lstrip()[1:].replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
        )

    def _stream(self, name: str) -> Any:
        if name not in self._open:
            self._open[name] = (self._folder / f"{name}.ndjson").open("wb", buffering=1 << 20)
        return self._open[name]

    def _skip(self, file: int, name: str, reason: str) -> None:
        self.read[file, name] += 1
        self.skipped[file, name, reason] += 1

    def _refuse(
        self,
        file: int,
        name: str,
        line: int,
        raw: bytes,
        field: str | None,
        value: str | None,
        reason: str,
        mend: str,
    ) -> None:
        self.read[file, name] += 1
        self.faults.append(Fault(file, name, line, field, value, reason, mend, raw))


def _document(path: Path) -> bytes | None:
    """The whole file, if it is one JSON object written over several lines."""
    with path.open("rb") as stream:
        first = stream.readline().removeprefix(b"\xef\xbb\xbf").strip()
        if not first.startswith(b"{") or _is_json(first):
            return None
        whole = (first + b"\n" + stream.read()).strip()
    return whole if _is_json(whole) else None


def _is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _unused(head: _Head, raw: bytes) -> str | None:
    """Why a resource is left out by what it is; None where it has to be looked at."""
    if not isinstance(head.resource_type, str):
        return None
    if head.resource_type not in shapes.TYPES:
        return "a type that is not used"
    if head.resource_type == "Observation" and b"survey" not in raw and b"spinewise" not in raw:
        return "an observation that is not used"
    return None


def _there(entry: _Entry) -> bool:
    return bytes(entry.resource) not in (b"", b"null")


def _head_of(entry: _Entry) -> _Head | None:
    if not _there(entry):
        return None
    try:
        return _head.decode(entry.resource)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _names(entries: list[_Entry], heads: list[_Head | None]) -> dict[bytes, bytes]:
    """What a Bundle calls its entries (``urn:uuid:...``) -> ``"Type/id"``, in quotes."""
    names: dict[bytes, bytes] = {}
    for entry, head in zip(entries, heads, strict=True):
        if (
            isinstance(entry.full_url, str)
            and entry.full_url.startswith("urn:")
            and head is not None
        ):
            identity = head.id if isinstance(head.id, str) else entry.full_url.rpartition(":")[2]
            names[entry.full_url.encode()] = f'"{head.resource_type}/{identity}"'.encode()
    return names


_AT: Final = re.compile(r"^(.*?)(?: - at `\$?\.?(.*)`)?$", re.DOTALL)


def _explain(
    error: msgspec.DecodeError | UnicodeDecodeError, raw: bytes
) -> tuple[str | None, str | None, str, str]:
    """The field, its value, the reason and what to do."""
    if isinstance(error, UnicodeDecodeError) or "utf-8" in str(error).casefold():
        return None, None, "the text is not UTF-8", "export the resource again as UTF-8"
    said = _AT.match(str(error))
    assert said is not None
    if not isinstance(error, msgspec.ValidationError):
        return None, None, f"this is not whole JSON: {said[1]}", _WHOLE
    if said[2] is None:
        return None, None, "this is not a JSON object", _WHOLE
    value = _value(raw, said[2])
    return said[2], value, f"the element has the wrong type: {_plain(said[1])}", _BY_TYPE


def _plain(message: str) -> str:
    """``Expected `str | null`, got `int``` in the words of JSON."""
    words = {"str": "a string", "int": "a number", "float": "a number", "bool": "true or false"}
    message = message.replace(" | null", "").replace("Object missing", "missing")
    for word, plain in words.items():
        message = message.replace(f"`{word}`", plain)
    return message.replace("`object`", "an object").replace("`array`", "an array").lower()


def _value(raw: bytes, path: str) -> str | None:
    """The value at a path such as ``code.coding[0].code``; ``[...]`` stands for any place."""
    found: Any = msgspec.json.decode(raw)
    for part in re.findall(r"[^.\[\]]+|\[\d*(?:\.\.\.)?\]", path):
        if part.startswith("["):
            inner = part[1:-1]
            if not isinstance(found, list) or not inner.isdigit():
                return None
            found = found[int(inner)] if int(inner) < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    text = msgspec.json.encode(found).decode()
    return text if len(text) <= 200 else f"{text[:200]}..."


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a clean file."""
    with path.open("rb") as stream:
        yield from stream


def refused_by_engine(name: str, line: bytes, error: duckdb.Error) -> Fault:
    """The fault of a line of a clean file that passed the check but not DuckDB's strict reader."""
    place = re.match(rb'\{"_file":(\d+),"_line":(\d+),"_entry":(\d+),', line)
    assert place is not None
    said = str(error).casefold()
    if "duplicate" in said:
        reason, mend = "an element is written twice", "write each element once"
    elif "utf" in said or "unicode" in said:
        reason, mend = "the text is not UTF-8", "export the resource again as UTF-8"
    elif "too large" in said or "maximum_object_size" in said:
        reason, mend = "the resource is larger than 16 MB", "leave out what is attached to it"
    else:
        reason, mend = "an element is not as FHIR R4 has it", _BY_TYPE
    raw = b"{" + line[place.end() :].rstrip(b"\n")
    return Fault(int(place[1]), name, int(place[2]), None, None, reason, mend, raw)


def store_faults(connection: duckdb.DuckDBPyConnection, faults: list[Fault]) -> None:
    """Write faults to the staging table of faults."""
    if not faults:
        return
    connection.execute(
        """INSERT INTO faults BY NAME SELECT
        unnest($1::INTEGER[]) AS file, unnest($2::VARCHAR[]) AS type,
        unnest($3::INTEGER[]) AS line, unnest($4::VARCHAR[]) AS field,
        unnest($5::VARCHAR[]) AS value, unnest($6::VARCHAR[]) AS reason,
        unnest($7::VARCHAR[]) AS mend, unnest($8::VARCHAR[]) AS raw""",
        [
            [fault.file for fault in faults],
            [fault.type for fault in faults],
            [fault.line for fault in faults],
            [fault.field for fault in faults],
            [fault.value for fault in faults],
            [fault.reason for fault in faults],
            [fault.mend for fault in faults],
            [_readable(fault.raw) for fault in faults],
        ],
    )


def _readable(raw: bytes) -> str:
    return raw[:_RAW].decode("utf-8", "replace").replace("\0", "\ufffd")
