"""
Mutated exports: good files with one to three lines spoilt, of bytes or of structure.

Every input follows from its seed and number alone. It knows which of its rows were not touched,
and they must come out as they would from the good file.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final, NamedTuple

from tests.support.fhir import concept, condition, encounter, order, patient, ref

Json = Any

_BYTES: Final = (
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\n", b"\r", b"\r\n", b"\0", b"\xff"),
    *(b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"null", b"true", b"-", b"1e999", b"9" * 40),
    *(b"\\u0000", b"\\ud800", b"NaN", b";", b"\t", b"|", b"'", b'""', b" ", b"=1+1", b"\x1a"),
    *(b"//", b"{" * 200, b"[" * 3000, b'{"a":' * 1200, b"x" * 5000, b"2019-02-31", b"\xe9"),
)
_VALUES: Final[tuple[Json, ...]] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        10**40,
        1.5,
        1e300,
        "",
        " ",
        "\0",
        "x",
        "é",
        "\ud83d",
    ),
    *([], {}, [[]], [None], [{}], {"a": 1}, {"resourceType": "Patient"}, "Bundle", "Patient"),
    *("2019", "2019-05", "2019-02-31", "0000-01-01", "9999-12-31", "2024-05-01T25:00:00Z"),
    *("2024-05-01T23:59:60Z", "x" * 4000, "#self", "Patient/", "/", "Patient/x/_history/1"),
    *("urn:uuid:1", "a|b", "present", "entered-in-error", "=1+1", "'", "';--", "${x}", "*", "\n"),
)
_CELLS: Final = (
    *("", " ", "x", "é", "2019-02-31", "2019", "31/12/2024", "1,5", "1,500", "=1+1", "@SUM(A1)"),
    *("-1", "0", "99999999999", "1e300", "NULL", "cancelled", "entered-in-error", "x" * 5000),
    *("present", "absent", "visit", "answer", "nobody", '"', '"quoted"', "a;b", "a\tb", "true"),
    *("1980.0", "1980.5", "13", "-5", "0000-00-00", "9999-12-31", "2024-05-01T12:00", "\ufeff"),
)


Table = list[list[str]]


class Row(NamedTuple):
    """A good row of a file."""

    name: str
    """What kind of row it is: the same name has the same content but for the ids."""
    id: str
    """Unique over all inputs."""
    person: str


class Input(NamedTuple):
    """One mutated file and the good ones that stand beside it."""

    number: int
    name: str
    data: bytes
    """The file and what is in it."""
    beside: dict[str, Table]
    """Good tables that stand beside it, with their headers."""
    untouched: dict[str, Row]
    """Rows, by id, that must come out as from the good file."""
    lines: int | None
    """Source rows that the file holds, where that can be told without a reader."""
    alone: bool = False
    """Whether the whole export may be refused for it."""
    head: bytes | None = None
    """Where several such files may be one: the line that they begin with."""


def _token(number: int) -> str:
    """Eight digits for an input, such that a spoilt digit gives no other input's."""
    return f"{number * 2_654_435_761 % 10**8:08}"


# Bytes -----------------------------------------------------------------------------------------


def spoil(data: bytes, random: Random) -> bytes:
    """A few bytes changed, put in, taken out or doubled."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at = random.randrange(len(data) + 1)
        to = min(len(data), at + random.choice((1, 1, 2, 8, 40)))
        match random.randrange(6):
            case 0:
                data = data[:at] + random.choice(_BYTES) + data[at:]
            case 1:
                data = data[:at] + data[to:]
            case 2:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case 3:
                data = data[:to] + data[at:]
            case 4:
                data = data[:at]
            case 5:
                data = data[:at] + random.choice(_BYTES) + data[to:]
    return data


# FHIR ------------------------------------------------------------------------------------------


def _resources(number: int) -> list[tuple[str, str, Json]]:
    """Resources of two people: name, person, and the resource."""
    found: list[tuple[str, str, Json]] = []
    for who in ("aa", "bb"):
        person = f"n{_token(number)}{who}"

        def add(name: str, resource: Json, person: str = person) -> None:
            resource["id"] = f"{person}-{name}" if name != "patient" else person
            found.append((name, person, resource))

        visit = ref(f"Encounter/{person}-visit")
        subject = ref(f"Patient/{person}")
        add("patient", patient(gender="female", identifier=[{"value": f"{person}-health"}]))
        add("visit", encounter(who=person, type=[concept("1", text="Visit")]))
        add("pain", condition(who=person, encounter=visit, recordedDate="2024-05-02"))
        add("cancer", condition(who=person, onsetDateTime="2019-05", code=concept("C50.9")))
        add("order", order(who=person, encounter=visit, reasonCode=[concept("M54.5")]))
        add("image", {
            "resourceType": "Procedure", "status": "completed", "subject": subject,
            "code": concept("72100", "http://www.ama-assn.org/go/cpt"), "encounter": visit,
            "performedPeriod": {"start": "2024-05-03T10:00:00-04:00"},
            "basedOn": [ref(f"ServiceRequest/{person}-order")],
        })  # fmt: skip
        add("drug", {
            "resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "subject": subject, "authoredOn": "2024-05-01",
            "medicationCodeableConcept": concept("197696", text="Pill"),
            "dispenseRequest": {"expectedSupplyDuration": {"value": 7, "code": "d"}},
        })  # fmt: skip
        add("finding", {
            "resourceType": "Observation", "status": "final", "subject": subject,
            "category": [concept("survey")], "effectiveDateTime": "2024-05-01",
            "code": concept("N1", "urn:spinewise:finding"), "valueBoolean": False,
        })  # fmt: skip
        add("form", {
            "resourceType": "QuestionnaireResponse", "status": "completed", "subject": subject,
            "authored": "2024-05-01T09:00:00Z", "questionnaire": "urn:spinewise:screen",
            "item": [{"linkId": "N2", "answer": [{"valueBoolean": False}]}],
        })  # fmt: skip
        add("claim", {
            "resourceType": "ExplanationOfBenefit", "status": "active", "patient": subject,
            "use": "claim", "outcome": "complete", "billablePeriod": {"start": "2024-05-01"},
            "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("M54.5")}],
            "item": [{"sequence": 1, "productOrService": concept("99213"),
                      "servicedDate": "2024-05-01"}],
        })  # fmt: skip
        add("study", {
            "resourceType": "ImagingStudy", "status": "available", "subject": subject,
            "started": "2024-05-03", "modality": [{"code": "DX"}],
            "series": [{"uid": "1", "modality": {"code": "DX"}}],
        })  # fmt: skip
    return found


def _places(tree: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all elements of a JSON tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = []
    for key, value in inner:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += _places(value, (*path, key))
    return found


def _bend(resource: Json, random: Random) -> bytes:
    """The text of a resource with one or two of its elements changed."""
    resource = copy.deepcopy(resource)
    for _ in range(random.choice((1, 1, 2))):
        places = _places(resource)
        if not places:
            break
        path = random.choice(places)
        parent = resource
        for key in path[:-1]:
            parent = parent[key]
        key = path[-1]
        match random.randrange(8):
            case 0:
                del parent[key]
            case 1:
                parent[key] = [parent[key]]
            case 2:
                parent[key] = {"value": parent[key]}
            case 3 if isinstance(parent, dict):
                parent[
                    random.choice((key.upper(), f"_{key}", "id", "resourceType", "entry", "x"))
                ] = parent.pop(key)
            case 4 if isinstance(parent[key], str):
                parent[key] = spoil(parent[key].encode("utf-8", "replace"), random).decode(
                    "utf-8", "replace"
                )
            case _:
                parent[key] = copy.deepcopy(random.choice(_VALUES))
    text = json.dumps(resource, ensure_ascii=random.random() < 0.5)
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.1 and data.startswith(b'{"'):  # an element twice
        name = random.choice((b'"id"', b'"subject"', b'"resourceType"', b'"code"', b'"x"'))
        data = b"{" + name + b":" + random.choice((b'"y"', b"1", b"{}")) + b"," + data[1:]
    return data


def fhir_lines(seed: int, number: int, spoilt: int = 1) -> Input:
    """NDJSON with resources of all kinds."""
    random = Random(f"{seed} ndjson {number}")
    rows = _resources(number)
    random.shuffle(rows)
    lines = [json.dumps(resource).encode() for _, _, resource in rows]
    touched = set(random.sample(range(len(rows)), spoilt * random.choice((1, 1, 2, 3))))
    for at in touched:
        lines[at] = (
            spoil(lines[at], random) if random.random() < 0.5 else _bend(rows[at][2], random)
        )
    pieces = [line + b"\n" for line in lines]
    match random.randrange(12) if spoilt else None:
        case 0:
            pieces = [piece.replace(b"\n", b"\r\n") for piece in pieces]
        case 1:
            pieces[-1] = pieces[-1].removesuffix(b"\n")
        case 2:
            pieces.insert(random.randrange(len(pieces)), random.choice((b"\n", b" \r\n", b"\t\n")))
        case 3:  # two lines on one
            at = random.randrange(len(pieces) - 1)
            pieces[at] = pieces[at].removesuffix(b"\n")
            touched |= {at, at + 1}
        case 4:  # a line again
            at = random.randrange(len(pieces))
            pieces.append(pieces[at])
            touched.add(at)
        case 5:
            last = pieces[-1]
            pieces[-1] = last[: random.randrange(1, len(last))]
            touched.add(len(pieces) - 1)
    data = b"".join(pieces)
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    if random.random() < 0.1:
        data = b"\xef\xbb\xbf" + data
    name = f"{number}.ndjson"
    if random.random() < 0.05:
        name, data = f"{name}.gz", gzip.compress(data)
    plain = name.endswith("ndjson") and not data.startswith(b"\xef")
    head = b"" if plain else None
    return Input(number, name, data, {}, _left(rows, touched), count, head=head)


def _left(rows: list[tuple[str, str, Json]], touched: set[int]) -> dict[str, Row]:
    """Rows that were not touched, of people whose own row was not."""
    spoilt = {person for at, (name, person, _) in enumerate(rows) if at in touched
              and name == "patient"}  # fmt: skip
    return {
        resource["id"]: Row(name, resource["id"], person)
        for at, (name, person, resource) in enumerate(rows)
        if at not in touched and person not in spoilt
    }


def fhir_bundle(seed: int, number: int, spoilt: int = 1) -> Input:
    """A Bundle, on one line or on many, spoilt as a whole or in its entries."""
    random = Random(f"{seed} bundle {number}")
    rows = _resources(number)
    bundle: Json = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{number}-{at}", "resource": resource}
                  for at, (_, _, resource) in enumerate(rows)],
    }  # fmt: skip
    indent = random.choice((None, 1, 2))
    touched = set(random.sample(range(len(rows)), spoilt * random.choice((1, 2))))
    name = f"{number}.json"
    if spoilt and random.random() < 0.4:
        data = spoil(json.dumps(bundle, indent=indent).encode(), random)
        return Input(number, name, data, {}, {}, None)
    marks = {}
    for at in touched:
        marks[f'"(entry {at})"'.encode()] = _bend(bundle["entry"][at], random)
        bundle["entry"][at] = f"(entry {at})"
    data = json.dumps(bundle, indent=indent).encode()
    for mark, entry in marks.items():
        data = data.replace(mark, entry)
    sound = all(map(_is_sound, marks.values()))
    return Input(number, name, data, {}, _left(rows, touched) if sound else {}, None)


def _is_sound(text: bytes) -> bool:
    """Whether a text is JSON to the letter: else the Bundle it stands in is none either."""
    try:
        json.loads(text.decode())
    except ValueError:
        return False
    return b"\\ud" not in text


# Tables ----------------------------------------------------------------------------------------


def _written(
    random: Random, name: str, table: Table, rows: list[Row], spoilt: int, number: int
) -> Input:
    """A table with some rows spoilt, in one of the ways tables are written."""
    delimiter = random.choice((*(",",) * 12, ";", "\t"))
    header = bool(spoilt) and random.random() < 0.01
    touched = random.sample(range(1, len(table)), spoilt * random.choice((1, 1, 2)))
    at_fault = {0} if header else set(touched)
    lines = []
    quoted = False
    for at, fields in enumerate(table):
        fields = list(fields)
        if at in at_fault and random.random() < 0.5:
            place = random.randrange(len(fields))
            match random.randrange(4):
                case 0:
                    del fields[place]
                case 1:
                    fields.insert(place, random.choice(_CELLS))
                case 2:
                    other = random.randrange(len(fields))
                    fields[place], fields[other] = fields[other], fields[place]
                case 3:
                    fields[place] = random.choice(_CELLS)
            line = delimiter.join(fields).encode("utf-8", "surrogatepass")
        else:
            line = delimiter.join(fields).encode()
            if at in at_fault:
                line = spoil(line, random)
        quoted |= b'"' in line
        lines.append(line)
    end = random.choice((*(b"\n",) * 9, b"\r\n"))
    data = end.join(lines) + (end if random.random() < 0.9 else b"")
    plain = not quoted and b"\r" not in data.replace(b"\r\n", b"") and b"\0" not in data
    count = data.count(b"\n") + (not data.endswith(b"\n")) - 1
    before = data
    match random.randrange(24) if spoilt else None:
        case 0:
            data = b"\xef\xbb\xbf" + data
        case 1:
            data = b"\xff\xfe" + data.decode("utf-8", "replace").encode("utf-16-le", "replace")
        case 2:
            data = data.decode("utf-8", "replace").encode("cp1252", "replace")
    untouched = {row.id: row for at, row in enumerate(rows, 1) if at not in at_fault and not header}
    if quoted:  # an open quote may take in what follows
        untouched = {}
    lines_told = count if plain and not header else None
    joins = delimiter == "," and end == b"\n" and plain and not header and data == before
    head = lines[0] + end if joins else None
    return Input(number, name, data, {}, untouched, lines_told, header, head)


def csv_events(seed: int, number: int, spoilt: int = 1) -> Input:
    """The events of the CSV form."""
    random = Random(f"{seed} csv {number}")
    head = ["patient_id", "kind", "system", "code", "start", "status", "encounter_id", "position",
            "setting", "value", "days_supply", "text"]  # fmt: skip
    people = [f"n{_token(number)}{who}" for who in ("aa", "bb")]
    kinds = (
        ("visit", "OHIP-FEE", "A007", "2024-05-01T09:00", "completed", "v", "", "office", "", ""),
        ("condition", "ICD-10-CA", "M54.5", "2024-05-01", "active", "v", "1", "", "", ""),
        ("condition", "ICD-10-CA", "C50.9", "2019-05", "active", "", "", "", "", ""),
        ("imaging", "OHIP-FEE", "X028", "2024-05-02", "active", "v", "", "", "", ""),
        ("medication", "DIN", "123", "2024-05-02", "", "", "", "", "", "30"),
        ("finding", "", "N1", "2024-05-01", "", "v", "", "", "absent", ""),
        ("answer", "", "pain", "2024-05-01", "", "", "", "", "7", ""),
        ("note", "", "", "2024-05-03", "", "", "", "", "", ""),
    )
    table: Table = [head]
    rows: list[Row] = []
    for person in people:
        for kind in kinds:
            name = f"{kind[0]} {kind[2]}"
            text = f"{person}-{len(rows)} déjà"
            fields = [person, *kind, text]
            fields[6] = fields[6] and f"{person}-v"
            table.append(fields)
            rows.append(Row(name, text.split(" ")[0], person))
    patients = [["patient_id", "birth_date"], *([person, "1980-03-01"] for person in people)]
    found = _written(random, f"{number}/events.csv", table, rows, spoilt, number)
    return found._replace(beside={"patients.csv": patients})


def csv_patients(seed: int, number: int, spoilt: int = 1) -> Input:
    """The patients of the CSV form."""
    random = Random(f"{seed} patients {number}")
    table = [["patient_id", "birth_date", "sex", "death_date", "clinician_id", "consent",
              "enrolled_from", "enrolled_to", "language"]]  # fmt: skip
    rows = []
    for at in range(8):
        person = f"n{_token(number)}p{at * 11}"
        table.append([person, "1980-03", "F", "", "dr", "in", "2019-01-01", "", "fr"])
        rows.append(Row("person", person, person))
    events = [["patient_id", "kind", "system", "code", "start"]]
    found = _written(random, f"{number}/patients.csv", table, rows, spoilt, number)
    return found._replace(beside={"events.csv": events})


_OMOP: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    # name: header, and the rows of one person (P: the person, V: the visit, ID: the row's own)
    "person": ("person_id,year_of_birth,month_of_birth,day_of_birth,gender_concept_id",
               ("P,1980,3,1,8532",)),
    "visit_occurrence": (
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date",
        ("V,P,9202,2024-05-01,2024-05-01",)),
    "condition_occurrence": (
        "condition_occurrence_id,person_id,condition_start_date,condition_source_value,"
        "visit_occurrence_id,condition_type_concept_id",
        ("ID,P,2024-05-01,M54.5,V,32020", "ID,P,2019-05-01,C50.9,,32840")),
    "procedure_occurrence": (
        "procedure_occurrence_id,person_id,procedure_date,procedure_source_value,"
        "visit_occurrence_id,procedure_type_concept_id",
        ("ID,P,2024-05-02,72100,V,44786630",)),
    "drug_exposure": (
        "drug_exposure_id,person_id,drug_exposure_start_date,drug_exposure_end_date,"
        "drug_source_value,days_supply", ("ID,P,2024-05-01,2024-05-31,123,30",)),
    "observation": (
        "observation_id,person_id,observation_date,observation_source_value,value_as_string",
        ("ID,P,2024-05-01,spinewise-finding:N1,absent",)),
    "observation_period": (
        "observation_period_id,person_id,observation_period_start_date,"
        "observation_period_end_date", ("ID,P,2018-01-01,2024-12-31",)),
    "death": ("person_id,death_date", ("P,2025-01-01",)),
    "note": ("note_id,person_id,note_text", ("ID,P,words",)),
}  # fmt: skip


def omop(seed: int, number: int, spoilt: int = 1) -> Input:
    """OMOP tables, one of which is spoilt."""
    random = Random(f"{seed} omop {number}")
    people = [f"9{_token(number)}{at}" for at in ("1234", "5678", "9012", "3456")]
    tables: dict[str, Table] = {}
    rows: dict[str, list[Row]] = {}
    for name, (head, templates) in _OMOP.items():
        tables[name], rows[name] = [head.split(",")], []
        for person in people:
            for at, template in zip(("12", "87"), templates, strict=False):
                names = {"P": person, "V": f"{person}99", "ID": f"{person}{at}"}
                tables[name].append([names.get(field, field) for field in template.split(",")])
                own = person if name == "person" else f"{name}/{person}{at}"
                rows[name].append(Row(f"{name} {at}", own, person))
    chosen = random.choice(list(_OMOP))
    found = _written(random, f"{number}/{chosen}.csv", tables[chosen], rows[chosen], spoilt, number)
    if chosen not in ("person", "condition_occurrence", "procedure_occurrence", "drug_exposure"):
        found = found._replace(untouched={})
    return found._replace(
        beside={f"{name}.csv": table for name, table in tables.items() if name != chosen}
    )


KINDS: Final[dict[str, Callable[..., Input]]] = {
    "ndjson": fhir_lines,
    "bundle": fhir_bundle,
    "csv": csv_events,
    "patients": csv_patients,
    "omop": omop,
}
