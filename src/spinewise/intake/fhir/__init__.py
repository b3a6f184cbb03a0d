"""
The reader of FHIR R4: NDJSON (plain or gzip, one type a file or mixed) and Bundles.

A file of one type goes the *fast way*: DuckDB's strict reader, straight into the staging table. On
any fault in it the file goes the *slow way* (:mod:`.sift`), which keeps the good lines and sets
the bad ones apart. :mod:`.loader` stages what is sound.
"""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Final

import duckdb
import msgspec

from spinewise.errors import IntakeError
from spinewise.intake import dates
from spinewise.intake.fhir import shapes, sift
from spinewise.intake.fhir.loader import DATA_ERRORS, Loader, NotSoundError
from spinewise.intake.reader import Format, Progress, Reading, SourceFile

FORMAT: Final[Format] = "fhir"
VERSION: Final = "2"

_ENDINGS: Final = (".json", ".ndjson", ".jsonl")
_LOOK: Final = 1 << 16
"""Bytes of a file's beginning that are looked at to recognise it."""

_SKIPPED: Final = {
    "ServiceRequest": "an order of neither an image nor a referral",
    "DiagnosticReport": "a report of no image",
    "Observation": "an observation that is not used",
    "QuestionnaireResponse": "a form without answers",
    "Claim": "a claim without codes",
    "ExplanationOfBenefit": "a claim without codes",
    "Consent": "read for who is left out",
    "Medication": "read for what other rows say of it",
    "Practitioner": "read for what other rows say of it",
    "PractitionerRole": "read for what other rows say of it",
    "Organization": "read for what other rows say of it",
}
"""Why a source row of a type that is read may not be staged."""


def recognises(files: Sequence[SourceFile]) -> bool:
    """Whether one of the files begins like a FHIR resource or Bundle."""
    return any(b'"resourceType"' in _beginning(file.path) for file in files if _is_json(file))


def stage(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[SourceFile],
    mapping: Path | None,
    work: Path,
    progress: Progress,
) -> Reading:
    """
    Write the staging rows of FHIR files (see :class:`~spinewise.intake.reader.Reader`).

    Raises
    ------
    IntakeError
        A packed file is broken, or a mapping was given.
    """
    if mapping is not None:
        raise IntakeError(
            "FHIR needs no mapping file", where=mapping.name, hint="Leave out the mapping."
        )
    reader = _FhirReader(connection, work)
    reader.read_all(files, progress)
    reader.finish()
    made = reader.sifter.transaction_time
    day = dates.parse(made[:10]).lo if made and not _impossible(made[:10]) else None
    return Reading(cutoff=day, cutoff_from="export")


def _impossible(text: str) -> bool:
    try:
        dates.parse(text)
    except ValueError:
        return True
    return False


class _FhirReader:
    """Reads files; :meth:`finish` says what rows say of each other."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, work: Path) -> None:
        self.connection = connection
        self.work = work
        folder = work / "sifted"
        folder.mkdir()
        self.sifter = sift.Sifter(folder, connection)
        self.patients: list[SourceFile] = []
        self.loader = Loader(connection, work)
        self.lock = Lock()  # for all but the loading itself

    def read_all(self, files: Sequence[SourceFile], progress: Progress) -> None:
        """
        Stage files, the large ones first.

        A file that would keep one thread busy while the others have nothing to do is read by all
        threads. The others are read side by side, each by one thread: less work, as the threads of
        one file have to put its rows back into the order of its lines.
        """
        sizes = {file.file: file.path.stat().st_size for file in files}
        total = sum(sizes.values())
        left = sorted(files, key=lambda file: (-sizes[file.file], file.file))
        done = 0
        threads = self._threads()
        while left and (threads == 1 or sizes[left[0].file] * threads > total - done):
            progress("reading", done, total)
            file = left.pop(0)
            self.read(file, self.loader)
            done += sizes[file.file]
        progress("reading", done, total)
        if not left:
            return
        loaders = [self.loader.beside(f"loader-{n}") for n in range(min(threads, len(left)))]
        free: SimpleQueue[Loader] = SimpleQueue()
        for loader in loaders:
            free.put(loader)

        def read(file: SourceFile) -> int:
            loader = free.get()
            try:
                self.read(file, loader)
            finally:
                free.put(loader)
            return sizes[file.file]

        self.connection.execute("SET threads = 1")
        try:
            with ThreadPoolExecutor(threads) as pool:
                for size in pool.map(read, left):
                    done += size
                    progress("reading", done, total)
        finally:
            self.connection.execute(f"SET threads = {threads}")
            for loader in loaders:
                loader.close()

    def _threads(self) -> int:
        row = self.connection.execute("SELECT current_setting('threads')").fetchone()
        assert row is not None
        return int(row[0])

    def read(self, file: SourceFile, loader: Loader) -> None:
        """Stage a file, or leave it to the sifter."""
        if not _is_json(file):
            with self.lock:
                self._count(file.file, "(file)", 1, "not a file of FHIR")
            return
        path = self._unpacked(file)
        try:
            name = _first_type(path)
            lines = file.lines if path == file.path else None
            if lines is None:
                lines = _lines(path)
            if name is None or lines == 0 or not self._read_fast(loader, file, path, name, lines):
                with self.lock:
                    self.sifter.sift(file, path)
        finally:
            if path != file.path:
                path.unlink()

    def finish(self) -> None:
        """Stage what was sifted, count, and resolve what rows say of each other."""
        sifted = self.sifter.close()
        for name, path in sifted.items():
            self._read_sifted(name, path)
        self._read_names(sifted.get("Patient"))
        self.sifter.store_faults()
        for (number, name), rows in self.sifter.read.items():
            self._count(number, name, rows)
        for (number, name, reason), rows in self.sifter.skipped.items():
            self.connection.execute(
                "INSERT INTO read_lines VALUES (?, ?, 0, ?, ?)", [number, name, rows, reason]
            )
        self.loader.number_lines()
        self._count_unstaged()
        for statement in _RESOLVE:
            self.connection.execute(statement)

    # The fast way --------------------------------------------------------------------------

    def _read_fast(
        self, loader: Loader, file: SourceFile, path: Path, name: str, lines: int
    ) -> bool:
        """Stage a file of one type; False, and nothing is staged, where it is not sound."""
        is_used = name in shapes.TYPES
        try:
            if is_used:
                loader.load(path, name, file.file, lines)
            elif loader.count(path, name) != (lines, lines):
                return False
        except (*DATA_ERRORS, NotSoundError):
            return False
        with self.lock:
            self._count(file.file, name, lines, None if is_used else "a type that is not used")
            if name == "Patient":
                self.patients.append(file)
        return True

    def _read_names(self, sifted: Path | None) -> None:
        """The identifiers of patients, where rows name people that are no patient's id."""
        named = " UNION ".join(f"SELECT patient_id FROM {table}" for table in _NAME_PEOPLE)
        unknown = self.connection.execute(
            f"SELECT EXISTS (FROM ({named}) ANTI JOIN stage_patients USING (patient_id)"
            " WHERE patient_id IS NOT NULL)"
        ).fetchone()
        if unknown == (False,):
            return
        if sifted is not None:
            self.loader.load_names(sifted, placed=True)
        for file in self.patients:
            path = self._unpacked(file)
            self.loader.load_names(path, placed=False)
            if path != file.path:
                path.unlink()

    def _read_sifted(self, name: str, path: Path) -> None:
        """Stage a clean file; lines that DuckDB still refuses are found by halving it."""
        try:
            self.loader.load(path, name, None)
        except DATA_ERRORS as error:
            doubles = list(sift.without_doubles(name, path))
            if doubles:
                for fault in doubles:
                    self.sifter.refuse(fault)
                self._read_sifted(name, path)
                return
            lines = list(sift.lines_of(path))
            if len(lines) == 1:
                self.sifter.refuse(sift.refused_by_engine(name, lines[0], error))
                return
            middle = len(lines) // 2
            for part, half in enumerate((lines[:middle], lines[middle:])):
                piece = path.with_name(f"{path.stem}{part}.ndjson")
                piece.write_bytes(b"".join(half))
                self._read_sifted(name, piece)
                piece.unlink()

    # Counting ------------------------------------------------------------------------------

    def _count(self, file: int, name: str, rows: int, skipped: str | None = None) -> None:
        if rows:
            self.connection.execute(
                "INSERT INTO read_lines VALUES (?, ?, ?, 0, NULL)", [file, name, rows]
            )
            if skipped:
                self.connection.execute(
                    "INSERT INTO read_lines VALUES (?, ?, 0, ?, ?)", [file, name, rows, skipped]
                )

    def _count_unstaged(self) -> None:
        """Rows of a type that is read, but of which nothing was staged."""
        reasons = " ".join(f"WHEN '{name}' THEN '{why}'" for name, why in _SKIPPED.items())
        self.connection.execute(
            f"""INSERT INTO read_lines
            WITH staged AS (
                SELECT file, source_type AS type, count(DISTINCT (line, entry)) AS n
                FROM stage_events
                WHERE source_type IN (SELECT unnest($1)) GROUP BY ALL
                UNION ALL SELECT file, type, count(*) FROM faults GROUP BY ALL
                UNION ALL SELECT file, type, sum(skipped) FROM read_lines
                WHERE skipped > 0 GROUP BY ALL
            ), seen AS (
                SELECT file, type, sum(read) AS n FROM read_lines
                WHERE type IN (SELECT unnest($1)) GROUP BY ALL
            )
            SELECT file, type, 0, seen.n - coalesce(sum(staged.n), 0) AS missing,
                CASE type {reasons} END
            FROM seen LEFT JOIN staged USING (file, type)
            GROUP BY file, type, seen.n HAVING missing > 0""",
            [list(_SKIPPED)],
        )

    def _unpacked(self, file: SourceFile) -> Path:
        """The file itself, or a plain copy of a gzip file."""
        if not _is_gzip(file.path):
            return file.path
        target = self.work / f"plain-{file.file}.ndjson"
        try:
            with gzip.open(file.path, "rb") as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise IntakeError(
                f"the file cannot be unpacked: {error}",
                where=file.name,
                hint="Copy or export the file again.",
            ) from None
        return target


_NAME_PEOPLE: Final = ("stage_visits", "stage_events", "stage_coverage", "fhir_consents")

_RESOLVE: Final = (
    # Medications that are resources of their own.
    """UPDATE stage_events SET codings = m.codings, text = coalesce(stage_events.text, m.text)
    FROM (SELECT id, min(codings) AS codings, min(text) AS text
        FROM fhir_medications GROUP BY id) AS m
    WHERE kind = 'medication' AND refers_to = m.id
        AND concept IS NULL AND stage_events.codings IS NULL""",
    # The reason of an order, where it is a condition of the record.
    """UPDATE stage_events SET reason_concept = c.concept
    FROM (
        SELECT source_id, min(concept) AS concept FROM stage_events
        WHERE source_type = 'Condition' AND source_id IN (
            SELECT refers_to FROM stage_events WHERE kind <> 'medication')
        GROUP BY source_id
    ) AS c
    WHERE kind <> 'medication' AND refers_to = c.source_id
        AND reason_concept IS NULL AND len(coalesce(reason, [])) = 0""",
    # The visit of a condition that only the visit names.
    """UPDATE stage_events SET visit_id = coalesce(visit_id, d.encounter), position = d.rank
    FROM (SELECT d.condition, min(source_id) AS encounter, min(d.rank) AS rank
        FROM (SELECT source_id, unnest(diagnoses) AS d FROM stage_visits
            WHERE diagnoses IS NOT NULL) GROUP BY ALL) AS d
    WHERE source_type = 'Condition' AND source_id = d.condition""",
    # The coded reasons of a visit are diagnoses on it.
    """INSERT INTO stage_events BY NAME
    SELECT 'condition' AS kind, patient_id, source_id AS visit_id,
        one.reason.codings AS codings, one.reason."text" AS "text", start_text,
        if(status = 'completed', 'active', status) AS status, 'encounter-diagnosis' AS category,
        clinician, one.part::INTEGER AS part, source_type, source_id, updated_text, file, line,
        entry
    FROM (
        SELECT *, unnest(list_transform(reasons, lambda r, n: {part: n, reason: r})) AS one
        FROM stage_visits WHERE len(reasons) > 0
    )""",
    # A claim that is explained is not counted twice.
    """UPDATE stage_events SET status = 'superseded'
    WHERE source_type = 'Claim' AND source_id IN (SELECT claim FROM fhir_explained)""",
    # People who are named by an identifier, unless it is that of several.
    *(
        f"""UPDATE {table} SET patient_id = n.id
        FROM (SELECT name, min(id) AS id FROM fhir_names
            WHERE name NOT IN (SELECT patient_id FROM stage_patients)
            GROUP BY name HAVING count(DISTINCT id) = 1) AS n
        WHERE patient_id = n.name"""
        for table in _NAME_PEOPLE
    ),
    # The last word of each person on consent.
    """UPDATE stage_patients SET consent = c.consent
    FROM (SELECT patient_id, arg_max(consent, (coalesce(day, ''), file, line)) AS consent
        FROM fhir_consents GROUP BY patient_id) AS c
    WHERE stage_patients.patient_id = c.patient_id""",
    # Clinicians: all the names of one person, and the specialties of all the person's roles.
    """INSERT INTO stage_clinicians
    WITH people AS (
        SELECT id, unnest([id] || coalesce(names, [])) AS name FROM fhir_practitioners
    ), named AS (
        SELECT name, min(id) AS id FROM people WHERE name IS NOT NULL GROUP BY name
    ), roles AS (
        SELECT 'PractitionerRole/' || fhir_roles.id AS role, practitioner,
            coalesce(named.id, practitioner) AS id, specialty
        FROM fhir_roles LEFT JOIN named ON practitioner = named.name
    ), specialties AS (
        SELECT id, list_sort(list_distinct(flatten(list(specialty)))) AS specialty FROM roles
        WHERE len(specialty) > 0 GROUP BY id
    ), all_names AS (
        SELECT name, id, NULL AS specialty FROM named
        UNION ALL SELECT practitioner, id, NULL FROM roles
            WHERE practitioner NOT IN (SELECT name FROM named)
        UNION ALL SELECT role, id, specialty FROM roles
    )
    SELECT name, min(id), coalesce(min(nullif(all_names.specialty, [])),
        min(specialties.specialty))
    FROM all_names LEFT JOIN specialties USING (id) GROUP BY name""",
)
"""What rows say of each other, resolved when all files are staged."""


# Looking at files -------------------------------------------------------------------------------


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _beginning(path: Path) -> bytes:
    try:
        with gzip.open(path) if _is_gzip(path) else path.open("rb") as stream:
            return stream.read(_LOOK)
    except (OSError, EOFError, zlib.error):
        return b""


def _is_json(file: SourceFile) -> bool:
    """By its ending, else by its first byte."""
    name = file.name.casefold().removesuffix(".gz")
    return name.endswith(_ENDINGS) or _beginning(file.path).lstrip()[:1] == b"{"


class _First(msgspec.Struct, rename="camel"):
    resource_type: str


def _first_type(path: Path) -> str | None:
    """The type of the resource on the first line; None where it is none, or a Bundle."""
    with path.open("rb") as stream:
        try:
            line = stream.readline(sift.LARGEST)
            name = msgspec.json.decode(line, type=_First).resource_type
        except sift.NOT_READ:
            return None
    return None if name == "Bundle" else name


def _lines(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as stream:
        count, last = 0, b"\n"
        while block := stream.read(1 << 18):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")
