"""
The slow way: line by line, or entry by entry, with the bad ones set apart.

Files that DuckDB's strict reader does not take as they are (a fault in a line, several types in a
file, blank lines) and Bundles go through here. Each resource is checked against its type and
written, with its place, to one clean NDJSON file for each type, which then takes the fast way.
"""

from __future__ import annotations

import codecs
import json
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import duckdb
import msgspec

from spinewise.intake.fhir import shapes
from spinewise.intake.reader import SourceFile

UNREADABLE: Final = "(unreadable)"
BLANK: Final = "(blank)"
EXPORT_LOG: Final = "(export log)"
NO_RESOURCE: Final = "(entry without a resource)"
EMPTY: Final = "Bundle"

FILE: Final = '"(file)"'
"""The column of a clean file that says which file a line comes from."""

_WHOLE: Final = "export the resource again, one whole JSON object a line"
_BY_TYPE: Final = "write the element as FHIR R4 has it"
_TOO_LARGE: Final = "the resource is larger than 16 MB"
_DETACH: Final = "leave out what is attached to it"
_RAW: Final = 100_000
"""Bytes of a bad line that are kept."""
LARGEST: Final = 16_000_000
"""Bytes of a resource that the strict reader takes in."""
_DEEPEST: Final = 20
"""How many Bundles may lie one within the other."""
_TOGETHER: Final = 10_000
"""Faults that are held in memory before they are stored."""

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
    entry: list[msgspec.Raw] = []


_head: Final = msgspec.json.Decoder(_Head)
_bundle: Final = msgspec.json.Decoder(_Bundle)
_entry: Final = msgspec.json.Decoder(_Entry)

NOT_READ: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading a line may raise; anything else is a mistake of ours."""


class Sifter:
    """
    Sifts files into clean ones.

    Attributes
    ----------
    read
        Source rows by (file, type).
    skipped
        Source rows that are not staged, by (file, type, reason).
    transaction_time
        When the export was made, if it says so.
    """

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self._folder = folder
        self._connection = connection
        self._open: dict[str, Any] = {}
        self._faults: list[Fault] = []
        self.read: Counter[tuple[int, str]] = Counter()
        self.skipped: Counter[tuple[int, str, str]] = Counter()
        self.transaction_time: str | None = None

    def sift(self, file: SourceFile, path: Path) -> None:
        """Sift the file at ``path``: NDJSON, or one Bundle or resource over many lines."""
        document = _document(path)
        if document is not None:
            self._take(file.file, 1, document, whole=True)
            return
        with path.open("rb") as stream:
            start = _skip_mark(stream)
            for number in count(1):
                line = stream.readline(LARGEST + 1)
                if not line:
                    break
                if len(line) > LARGEST and not line.endswith(b"\n"):
                    start = self._take_large(file.file, number, path, start)
                    stream.seek(start)
                else:
                    start += len(line)
                    self._take(file.file, number, line.strip())

    def close(self) -> dict[str, Path]:
        """The clean files by type."""
        for stream in self._open.values():
            stream.close()
        return {name: self._folder / f"{name}.ndjson" for name in self._open}

    def refuse(self, fault: Fault) -> None:
        """Set a line or entry apart."""
        self._faults.append(fault)
        if len(self._faults) >= _TOGETHER:
            self.store_faults()

    def store_faults(self) -> None:
        """Write what was set apart to the staging table of faults."""
        _store_faults(self._connection, self._faults)
        self._faults.clear()

    def _take(self, file: int, line: int, raw: bytes, *, whole: bool = False) -> None:
        """One line (or a ``whole`` document) that may hold a resource or a Bundle."""
        if not raw:
            self._skip(file, BLANK, "a blank line")
            return
        try:
            head = _head.decode(raw)
        except NOT_READ as error:
            self._refuse(file, UNREADABLE, line, raw, *_explain(error, raw))
            return
        if head.resource_type == "Bundle":
            self._take_bundle(_Place(file, line, count()), raw, "", whole=whole)
        elif head.resource_type is None and self._is_log(head):
            self._skip(file, EXPORT_LOG, "about the export, not about people")
        else:
            self._take_resource(_Place(file, line), None, "", raw, head)

    def _take_large(self, file: int, line: int, path: Path, start: int) -> int:
        """
        A line that is too large to be one resource: read only if it is a Bundle.

        Returns where the next line begins.
        """
        with path.open("rb") as stream, _mapped(stream) as data:
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            beginning = data[start : start + _RAW]
            with memoryview(data) as whole, whole[start:end] as part:
                try:
                    head = _head.decode(part)
                except NOT_READ as error:
                    self._refuse(file, UNREADABLE, line, beginning, *_explain(error, b""))
                    return end + 1
            if head.resource_type == "Bundle":
                self._take(file, line, data[start:end].strip())
            elif isinstance(head.resource_type, str) and head.resource_type not in shapes.TYPES:
                self._skip(file, head.resource_type, "a type that is not used")
            else:
                name = head.resource_type if isinstance(head.resource_type, str) else UNREADABLE
                self._refuse(file, name, line, beginning, None, None, _TOO_LARGE, _DETACH)
        return end + 1

    def _is_log(self, head: _Head) -> bool:
        """Whether an object without a type is a bulk export's manifest or log."""
        detail = head.event_detail if isinstance(head.event_detail, dict) else {}
        time = head.transaction_time or detail.get("transactionTime")
        if isinstance(time, str):
            self.transaction_time = time
        return time is not None or head.event_id is not None

    def _take_bundle(
        self, place: _Place, raw: bytes, where: str, *, whole: bool, depth: int = 0
    ) -> None:
        """The entries of a Bundle; ``where``: the path of the Bundle in that around it."""
        try:
            if depth > _DEEPEST:
                raise RecursionError
            parts = _bundle.decode(raw).entry
        except NOT_READ as error:
            self._refuse(place.file, "Bundle", place.line, raw, *_explain(error, raw, where))
            return
        if not parts:
            self._skip(place.file, EMPTY, "an empty Bundle")
        entries = [_entry_of(part) for part in parts]
        heads = [_head_of(entry) for entry in entries]
        names = _names(entries, heads)
        line, position = place.line, 0
        for number, (part, entry, head) in enumerate(zip(parts, entries, heads, strict=True)):
            here = f"{where}entry[{number}]"
            key = next(place.entries)
            if whole:
                found = raw.find(bytes(part), position)
                line += raw.count(b"\n", position, found)
                position = found
            if isinstance(entry, Exception):
                self._refuse(
                    place.file, UNREADABLE, line, bytes(part), *_explain(entry, bytes(part), here)
                )
                continue
            if head is None and not _there(entry):
                self._skip(place.file, NO_RESOURCE, "nothing to read")
                continue
            resource = bytes(entry.resource)
            if head is not None and head.resource_type == "Bundle":
                nested = _Place(place.file, line, place.entries)
                self._take_bundle(
                    nested, resource, f"{here}.resource.", whole=False, depth=depth + 1
                )
                continue
            if head is not None and (reason := _unused(head, resource)):
                self._skip(place.file, head.resource_type, reason)
                continue
            at = line
            if whole:
                found = raw.find(resource[:64], position)
                at += raw.count(b"\n", position, found)
            if names:
                resource = _URN.sub(lambda m: names.get(m[1], m[0]), resource)
            if head is not None and head.id is None and isinstance(entry.full_url, str):
                named = names.get(entry.full_url.encode(), b"").strip(b'"').partition(b"/")[2]
                if named:
                    head.id = named.decode()
                    resource = b'{"id":"' + named + b'",' + resource.lstrip()[1:]
            self._take_resource(_Place(place.file, at), key, here, resource, head)

    def _take_resource(
        self, place: _Place, entry: int | None, where: str, raw: bytes, head: _Head | None
    ) -> None:
        file, line, _ = place
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
        if len(raw) > LARGEST:
            self._refuse(file, name, line, raw, where or None, None, _TOO_LARGE, _DETACH)
            return
        try:
            raw.decode()
            checked = shapes.decoder(name).decode(raw)
        except NOT_READ as error:
            self._refuse(file, name, line, raw, *_explain(error, raw, where))
            return
        del checked
        if not isinstance(head.id, str) or not head.id:
            self._refuse(
                file, name, line, raw, ".".join(part for part in (where, "id") if part), None,
                "the resource has no id", "export it with its id",
            )  # fmt: skip
            return
        self.read[file, name] += 1
        written = b'{"(file)":%d,"(line)":%d,"(entry)":%d,' % (file, line, entry or 0)
        self._stream(name).write(
            written + raw.lstrip()[1:].replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
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
        self.refuse(Fault(file, name, line, field, value, reason, mend, raw[:_RAW]))


class _Place(NamedTuple):
    """Where a resource stands; ``entries`` gives out the numbers of the entries on a line."""

    file: int
    line: int
    entries: Iterator[int] = iter(())


def _skip_mark(stream: IO[bytes]) -> int:
    """Go to the first byte after a byte order mark, and say which it is."""
    start = len(codecs.BOM_UTF8) if stream.read(3) == codecs.BOM_UTF8 else 0
    stream.seek(start)
    return start


def _mapped(stream: IO[bytes]) -> mmap.mmap:
    """The bytes of a file that is not empty, without reading all of them into memory."""
    return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _document(path: Path) -> bytes | None:
    """The whole file, if it is one JSON object written over several lines."""
    with path.open("rb") as stream:
        start = _skip_mark(stream)
        first = stream.readline(LARGEST)
        if not first.lstrip().startswith(b"{") or not first.endswith(b"\n") or _is_json(first):
            return None
        with _mapped(stream) as data, memoryview(data) as whole, whole[start:] as part:
            return bytes(part).strip() if _is_json(part) else None


def _is_json(raw: bytes | memoryview) -> bool:
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except NOT_READ:
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


def _entry_of(part: msgspec.Raw) -> _Entry | Exception:
    """An entry of a Bundle, or why it is none; null is an entry without a resource."""
    if bytes(part) == b"null":
        return _Entry()
    try:
        return _entry.decode(part)
    except NOT_READ as error:
        return error


def _there(entry: _Entry) -> bool:
    return bytes(entry.resource) not in (b"", b"null")


def _head_of(entry: _Entry | Exception) -> _Head | None:
    if isinstance(entry, Exception) or not _there(entry):
        return None
    try:
        return _head.decode(entry.resource)
    except NOT_READ:
        return None


def _names(entries: list[_Entry | Exception], heads: list[_Head | None]) -> dict[bytes, bytes]:
    """What a Bundle calls its entries (``urn:uuid:...``) -> ``"Type/id"``, in quotes."""
    names: dict[bytes, bytes] = {}
    for entry, head in zip(entries, heads, strict=True):
        if (
            isinstance(entry, _Entry)
            and isinstance(entry.full_url, str)
            and entry.full_url.startswith("urn:")
            and head is not None
        ):
            identity = head.id if isinstance(head.id, str) else entry.full_url.rpartition(":")[2]
            names[entry.full_url.encode()] = f'"{head.resource_type}/{identity}"'.encode()
    return names


_AT: Final = re.compile(r"^(.*?)(?: - at `\$?\.?(.*)`)?$", re.DOTALL)


def _explain(
    error: Exception, raw: bytes, where: str = ""
) -> tuple[str | None, str | None, str, str]:
    """The field (of what stands at ``where``), its value, the reason and what to do."""
    place = where.strip(".") or None
    if isinstance(error, RecursionError):
        return place, None, "its elements are nested too deeply", _BY_TYPE
    if isinstance(error, UnicodeDecodeError) or "utf-8" in str(error).casefold():
        return place, None, "the text is not UTF-8", "export the resource again as UTF-8"
    said = _AT.match(str(error))
    assert said is not None
    if not isinstance(error, msgspec.ValidationError):
        return place, None, f"this is not whole JSON: {said[1]}", _WHOLE
    if said[2] is None:
        return place, None, "this is not a JSON object", _WHOLE
    field = ".".join(part for part in (place, said[2]) if part)
    return (
        field,
        _value(raw, said[2]),
        f"the element has the wrong type: {_plain(said[1])}",
        _BY_TYPE,
    )


def _plain(message: str) -> str:
    """``Expected `str | null`, got `int``` in the words of JSON."""
    words = {"str": "a string", "int": "a number", "float": "a number", "bool": "true or false"}
    message = message.replace(" | null", "").replace("Object missing", "missing")
    for word, plain in words.items():
        message = message.replace(f"`{word}`", plain)
    return message.replace("`object`", "an object").replace("`array`", "an array").lower()


def _value(raw: bytes, path: str) -> str | None:
    """The value at a path such as ``code.coding[0].code``; ``[...]`` stands for any place."""
    try:
        found: Any = msgspec.json.decode(raw)
    except NOT_READ:  # what follows the value is at fault too
        return None
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


# What the check lets pass and the strict reader does not -------------------------------------


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a clean file."""
    with path.open("rb") as stream:
        yield from stream


def without_doubles(name: str, path: Path) -> Iterator[Fault]:
    """Take the lines with an element that is written twice out of a clean file, and give them."""
    shape = shapes.shape(name)
    kept = path.with_suffix(".kept")
    with kept.open("wb") as target:
        for line in lines_of(path):
            try:
                twice = _twice(json.loads(line, object_pairs_hook=_Pairs), shape)
            except (ValueError, RecursionError):  # left to the strict reader
                twice = None
            if twice is None:
                target.write(line)
            else:
                (file, number), raw = _placed(line)
                yield Fault(
                    file, name, number, twice, None, "an element is written twice",
                    "write each element once", raw,
                )  # fmt: skip
    kept.replace(path)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as written, with names that come twice."""


def _twice(found: Any, part: Any) -> str | None:
    """The path of the first element that is written twice, of those that are read."""
    if isinstance(found, _Pairs) and isinstance(part, Mapping):
        seen: set[str] = set()
        for name, value in found:
            if name not in part:
                continue
            if name in seen:
                return name
            seen.add(name)
            if inner := _twice(value, part[name]):
                return f"{name}.{inner}"
    elif isinstance(found, list) and isinstance(part, list):
        return next((inner for item in found if (inner := _twice(item, part[0]))), None)
    return None


def refused_by_engine(name: str, line: bytes, error: duckdb.Error) -> Fault:
    """The fault of a line of a clean file that passed the check but not DuckDB's strict reader."""
    (file, number), raw = _placed(line)
    said = str(error).casefold()
    if "too large" in said or "maximum_object_size" in said:
        reason, mend = _TOO_LARGE, _DETACH
    else:
        reason, mend = "an element is not as FHIR R4 has it", _BY_TYPE
    return Fault(file, name, number, None, None, reason, mend, raw)


def _placed(line: bytes) -> tuple[tuple[int, int], bytes]:
    """The file and line that a line of a clean file comes from, and its beginning as it was."""
    place = re.match(rb'\{"\(file\)":(\d+),"\(line\)":(\d+),"\(entry\)":\d+,', line)
    assert place is not None
    raw = b"{" + line[place.end() : place.end() + _RAW].rstrip(b"\n")
    return (int(place[1]), int(place[2])), raw


def _store_faults(connection: duckdb.DuckDBPyConnection, faults: list[Fault]) -> None:
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
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")
