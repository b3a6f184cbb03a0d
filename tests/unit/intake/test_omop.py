"""OMOP tables: what each becomes, and known counts of a public sample."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spinewise.errors import IntakeError
from spinewise.intake import omop
from spinewise.intake.reader import SourceFile

PERSON = (
    "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,provider_id\n"
    "1,8532,1980,3,9,77\n2,8507,1950,11,,\n3,0,1960,,,\n"
)
VISITS = (
    "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,"
    "visit_end_date,visit_type_concept_id,provider_id\n"
    "10,1,9202,2012-01-05,2012-01-05 09:30:00,2012-01-05,44818517,77\n"
    "11,1,9203,2012-02-05,2012-02-05 00:00:00,2012-02-05,44818518,\n"
    "12,2,9201,2012-03-01,,2012-03-04,44818517,\n"
    "13,2,0,2012-04-01,,2012-04-01,44818517,\n"
    "14,3,0,2012-05-01,,2012-05-01,44818517,\n"
)
CONDITIONS = (
    "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
    "condition_type_concept_id,visit_occurrence_id,condition_source_value,"
    "condition_source_concept_id\n"
    "100,1,194133,2012-01-05,38000230,10,7242,44824200\n"
    "101,1,194133,2012-02-05,44786627,11,V1082,0\n"
    "102,2,0,2012-04-01,38000230,13,E8859,0\n"
    "103,2,0,2010,32840,,M54.5,0\n"
    "104,3,4000,2012-05-01,0,14,,0\n"
)
PROCEDURES = (
    "procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,"
    "procedure_type_concept_id,visit_occurrence_id,procedure_source_value\n"
    "200,1,0,2012-01-05,38000269,10,72110\n"
    "201,1,0,2012-02-05,38000275,11,72148\n"
    "202,2,0,2012-03-02,38000251,12,8103\n"
    "203,2,0,2012-04-01,38000269,13,G0202\n"
    "204,2,0,2012-04-01,38000269,13,99213\n"
)
TABLES = {
    "person.csv": PERSON,
    "visit_occurrence.csv": VISITS,
    "condition_occurrence.csv": CONDITIONS,
    "procedure_occurrence.csv": PROCEDURES,
}


@pytest.fixture(scope="module")
def plain(read_once: Any) -> Any:
    """The tables above, as they are."""
    return read_once(TABLES, None, omop)


@pytest.fixture
def omop_export(read: Any) -> Any:
    def export(mapping: str | None = None, **more: str | bytes) -> Any:
        named = {name.replace("__", "."): content for name, content in more.items()}
        return read({**TABLES, **named}, mapping, omop)

    return export


def test_people(omop_export: Any) -> None:
    """Birth comes from its parts, as exact as they are; death from its own table."""
    export = omop_export(death__csv="person_id,death_date\n2,2013-01-02\n")
    assert export.rows("patients", "patient_id, birth_text, sex, death_lo, clinician") == [
        ("1", "1980-03-09", "female", None, "77"),
        ("2", "1950-11", "male", date(2013, 1, 2), None),
        ("3", "1960", None, None, None),
    ]
    assert export.ledger()["death"] == (1, 0, 0, 1, 0, 0)


def test_observation_periods_are_coverage(omop_export: Any) -> None:
    """A period of observation is a span of coverage."""
    periods = (
        "person_id,observation_period_start_date,observation_period_end_date\n"
        "1,2011-01-01,2012-12-31\n"
    )
    assert omop_export(observation_period__csv=periods).rows("coverage", "start_lo, end_lo") == [
        (date(2011, 1, 1), date(2012, 12, 31))
    ]


def test_settings_of_visits(plain: Any) -> None:
    """By the visit's concept; without one, by the claim's type; else not known. All said."""
    export = plain
    assert export.rows("visits", "source_id, setting, end_lo") == [
        ("10", "office", date(2012, 1, 5)),
        ("11", "emergency", date(2012, 2, 5)),
        ("12", "inpatient", date(2012, 3, 4)),
        ("13", "office", date(2012, 4, 1)),
        ("14", None, date(2012, 5, 1)),
    ]
    assert {"outpatient-is-office", "setting-from-claim-type", "some-settings"} <= set(
        export.extract.assumptions
    )


def test_midnight_is_no_time(plain: Any) -> None:
    """A time of day is kept; midnight stands for none."""
    assert plain.rows("visits", "source_id, start_time::VARCHAR", "visit < 2") == [
        ("10", "2012-01-05 09:30:00"),
        ("11", None),
    ]


def test_codes_by_shape(plain: Any) -> None:
    """Without a concept table a code's system is told by its shape, and this is said."""
    export = plain
    assert export.codes("kind = 'condition'") == [
        ("ICD-10-CM", "M54.5"),
        ("ICD-9-CM", "724.2"),
        ("ICD-9-CM", "E885.9"),
        ("ICD-9-CM", "V10.82"),
    ]
    assert export.codes("kind IN ('procedure', 'imaging')") == [
        ("CPT", "72110"),
        ("CPT", "72148"),
        ("CPT", "99213"),
        ("HCPCS", "G0202"),
        ("ICD-9-PCS", "81.03"),
    ]
    assert {"codes-by-shape", "concepts-without-codes"} <= set(export.extract.assumptions)


def test_v_and_e_codes_after_the_switch(read: Any) -> None:
    """From October 2015 on, and where no code is of digits alone, V and E begin ICD-10 codes."""
    conditions = (
        "person_id,condition_start_date,condition_source_value\n"
        "1,2016-01-01,E119\n1,2012-01-01,E860\n1,2012-01-01,724.2\n"
    )
    export = read({**TABLES, "condition_occurrence.csv": conditions}, None, omop)
    assert export.codes("kind = 'condition'") == [
        ("ICD-10-CM", "E11.9"),
        ("ICD-9-CM", "724.2"),
        ("ICD-9-CM", "E860"),
    ]
    only_tens = conditions.replace("1,2012-01-01,724.2\n", "")
    export = read({**TABLES, "condition_occurrence.csv": only_tens}, None, omop)
    assert export.codes("kind = 'condition'") == [("ICD-10-CM", "E11.9"), ("ICD-10-CM", "E86.0")]


def test_codes_by_concept(omop_export: Any) -> None:
    """With a concept table the source's code counts, and the standard concept's beside it."""
    concepts = (
        "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n"
        '44824200\tLumbago "low"\tICD9CM\t724.2\n'
        "194133\tLow back pain\tSNOMED\t279039007\n"
        "4000\tSciatica\tSNOMED\t23056005\n"
    )
    export = omop_export(concept__csv=concepts)
    assert export.codes("source_id = '100'") == [("ICD-9-CM", "724.2"), ("SNOMED-CT", "279039007")]
    assert export.codes("source_id = '101'") == [("ICD-9-CM", "V10.82"), ("SNOMED-CT", "279039007")]
    assert export.codes("source_id = '104'") == [("SNOMED-CT", "23056005")]
    assert export.ledger()["concept"] == (3, 0, 0, 3, 0, 0)
    assert "codes-by-shape" not in export.extract.assumptions


def test_a_system_written_before_the_code(read: Any) -> None:
    """ICD10CM:M54.50 says its system."""
    conditions = (
        "person_id,condition_start_date,condition_source_value\n1,2022,ICD10CM:M54.50\n"
        "1,2022,SNOMED|279039007\n1,2022,local:17\n"
    )
    export = read({**TABLES, "condition_occurrence.csv": conditions}, None, omop)
    assert export.codes("kind = 'condition'") == [
        ("ICD-10-CM", "M54.50"),
        ("SNOMED-CT", "279039007"),
        ("condition_source_value", "local:17"),
    ]


def test_images(plain: Any) -> None:
    """Procedures with an image's code are images; of an order list entry, orders."""
    export = plain
    images = export.rows("events", "source_id, role, claim", "kind = 'imaging'")
    assert images == [
        ("200", "performed", "10"),
        ("201", "order", None),
        ("203", "performed", "13"),
    ]
    assert export.codes("source_id = '200'", key="reason") == [("ICD-9-CM", "724.2")]


def test_problem_list(plain: Any) -> None:
    """The type of a condition says whether it stands on the problem list."""
    assert plain.rows("events", "source_id, category", "kind = 'condition'") == [
        ("100", "encounter-diagnosis"),
        ("101", "encounter-diagnosis"),
        ("102", "encounter-diagnosis"),
        ("103", "problem-list"),
        ("104", "encounter-diagnosis"),
    ]


@pytest.mark.parametrize(
    ("types", "positions"),
    [
        (["38000230", "38000230"], [None, None]),  # all are called the first
        (["38000230", "38000231"], [1, 2]),
        (["38000199", "38000202"], [1, 3]),
    ],
)
def test_order_of_diagnoses(read: Any, types: list[str], positions: list[int | None]) -> None:
    """Types number the diagnoses of a claim, unless they call all of them the first."""
    rows = "".join(
        f"{n},1,2012-01-05,{type_},10,724{n}\n" for n, type_ in enumerate(types, start=2)
    )
    conditions = (
        "condition_occurrence_id,person_id,condition_start_date,condition_type_concept_id,"
        f"visit_occurrence_id,condition_source_value\n{rows}"
    )
    export = read({**TABLES, "condition_occurrence.csv": conditions}, None, omop)
    assert export.values("events", "position", "kind = 'condition'") == sorted(
        positions, key=lambda place: (place is None, place)
    )


def test_drugs(omop_export: Any) -> None:
    """Drug exposures are medications with their days supplied."""
    drugs = (
        "drug_exposure_id,person_id,drug_exposure_start_date,drug_exposure_end_date,days_supply,"
        "drug_source_value,provider_id\n300,1,2012-01-06,2012-01-16,10.0,65862001090,77\n"
        "301,1,2012-01-07,,,N02AA01,\n"
    )
    export = omop_export(drug_exposure__csv=drugs)
    assert export.rows(
        "events", "source_id, end_lo, days_supply, clinician", "kind = 'medication'"
    ) == [("300", date(2012, 1, 16), 10, "77"), ("301", None, None, None)]
    assert export.codes("kind = 'medication'") == [("ATC", "N02AA01"), ("NDC", "65862001090")]


def test_specialties(omop_export: Any) -> None:
    """A provider's specialty is that of the provider's visits."""
    providers = "provider_id,specialty_concept_id,specialty_source_value\n77,0,orthopaedics\n"
    export = omop_export(provider__csv=providers)
    assert duckdb.execute(
        f"""SELECT source_id, c.system, c.value FROM '{export.folder}/visits.parquet' AS v
        JOIN '{export.folder}/codes.parquet' AS c ON v.specialty = c.code"""
    ).fetchall() == [("10", "specialty_source_value", "orthopaedics")]


def test_findings_and_answers_among_observations(omop_export: Any) -> None:
    """Observations are read only where they are our findings or answers; the rest is counted."""
    observations = (
        "observation_id,person_id,observation_date,observation_source_value,value_as_string\n"
        "1,1,2012-01-05,spinewise-finding|N1,yes\n"
        "2,1,2012-01-05,spinewise-item|quality-of-life,7\n"
        "3,1,2012-01-05,8302-2,170\n"
    )
    export = omop_export(observation__csv=observations)
    assert export.rows("events", "kind, value, number", "kind IN ('finding', 'answer')") == [
        ("answer", "7", 7.0),
        ("finding", "present", None),
    ]
    assert export.ledger()["observation"] == (3, 2, 0, 1, 0, 0)


def test_tables_of_no_use_are_counted(omop_export: Any) -> None:
    """Other tables are skipped by name."""
    export = omop_export(device_exposure__csv="device_exposure_id,person_id\n1,1\n2,1\n")
    assert export.ledger()["device_exposure"] == (2, 0, 0, 2, 0, 0)


def test_the_export_says_its_last_day(omop_export: Any) -> None:
    """cdm_source has the last day of data capture; a declared cut-off wins."""
    source = "cdm_source_name,source_release_date\nEMR,2013-06-30\n"
    extract = omop_export(cdm_source__csv=source).extract
    assert (extract.cutoff, extract.cutoff_from) == (date(2013, 6, 30), "export")
    extract = omop_export("[extract]\ncutoff = 2012-12-31", cdm_source__csv=source).extract
    assert (extract.cutoff, extract.cutoff_from) == (date(2012, 12, 31), "declared")


def test_a_mapping_with_tables_is_a_mistake(omop_export: Any) -> None:
    """OMOP tables need no mapping of tables."""
    with pytest.raises(IntakeError, match="OMOP tables need none"):
        omop_export('[[table]]\nfile = "a.csv"\nto = "visit"\ncolumns = {patient_id="a",start="b"}')


def test_needed_columns_are_named(read: Any) -> None:
    """A table without a needed column says which."""
    with pytest.raises(
        IntakeError, match="person has no year_of_birth; it has: person_id"
    ) as error:
        read({**TABLES, "person.csv": "person_id\n1\n"}, None, omop)
    assert error.value.where == "person.csv"


def test_parquet_gives_the_same(read: Any, plain: Any, tmp_path: Path) -> None:
    """Typed Parquet files and CSV files of the same rows give the same tables."""
    parquet: dict[str, bytes] = {}
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
        path = tmp_path / name.replace(".csv", ".parquet")
        duckdb.execute(f"COPY (SELECT * FROM read_csv('{tmp_path / name}')) TO '{path}'")
        parquet[path.name] = path.read_bytes()
    one, other = plain, read(parquet, None, omop)
    for table in ("patients", "visits", "events", "codes"):
        columns = duckdb.execute(f"DESCRIBE FROM '{one.folder}/{table}.parquet'").fetchall()
        wanted = ", ".join(f'"{row[0]}"' for row in columns if row[0] not in ("line", "code"))
        assert one.rows(table, wanted) == other.rows(table, wanted)


@pytest.mark.parametrize(
    ("names", "is_omop"),
    [
        (["person.csv", "visit_occurrence.csv.gz"], True),
        (["cdm/PERSON.csv", "cdm/CONDITION_OCCURRENCE.csv"], True),
        (["person/part-0.parquet", "condition_occurrence/part-0.parquet"], True),
        (["person.csv", "events.csv"], False),
        (["patients.csv", "events.csv"], False),
    ],
)
def test_recognised_by_name(names: list[str], is_omop: bool) -> None:
    """A person table and one of visits or conditions."""
    files = [SourceFile(number, name, Path(name)) for number, name in enumerate(names)]
    assert omop.recognises(files) is is_omop


# Known counts of the public sample --------------------------------------------------------------

CONCEPTS = Path(omop.__file__).parents[1] / "packages" / "low_back_pain" / "concepts"
UNSTATED = "724.00"
"""Spinal stenosis of no stated region: not in the published list of lumbar diagnoses."""
LUMBAR = ("imaging-lumbar-xray", "imaging-lumbar-ct", "imaging-lumbar-mri")


def code_list(concept: str, system: str) -> set[str]:
    """The codes of one system in a concept's list, without dots."""
    with (CONCEPTS / f"{concept}.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return {row["code"].replace(".", "") for row in rows if row["system"] == system}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def synpuf(sample_data: Path) -> Path:
    return sample_data / "synpuf50-omop"


@pytest.fixture(scope="module")
def tables(read_once: Any, synpuf: Path) -> Any:
    """The sample, read into the record tables."""
    files = {path.name: gzip.decompress(path.read_bytes()) for path in synpuf.glob("*.csv.gz")}
    return read_once(files, None, omop)


KNOWN = {
    "people with back pain": 27,
    "rows with back pain": 159,
    "and with stenosis of no stated region": 163,
    "people with a lumbar image": 11,
    "lumbar images": {"72100": 1, "72110": 7, "72131": 1, "72148": 3, "72158": 1},
    "people imaged within 28 days": 8,
}


def test_known_counts_in_plain_python(synpuf: Path) -> None:
    """The counts, straight from the source files without any of our readers."""
    back_pain = code_list("lbp-diagnosis-cms166v4", "ICD-9-CM")
    lumbar = {code for concept in LUMBAR for code in code_list(concept, "CPT")}
    pain = [
        (row["person_id"], date.fromisoformat(row["condition_start_date"]))
        for row in table(synpuf, "condition_occurrence")
        if row["condition_source_value"] in back_pain
    ]
    images = [
        (row["person_id"], date.fromisoformat(row["procedure_date"]), row["procedure_source_value"])
        for row in table(synpuf, "procedure_occurrence")
        if row["procedure_source_value"] in lumbar
    ]
    unstated = [
        row
        for row in table(synpuf, "condition_occurrence")
        if row["condition_source_value"] == UNSTATED.replace(".", "")
    ]
    codes = [code for _, _, code in images]
    assert {
        "people with back pain": len({person for person, _ in pain}),
        "rows with back pain": len(pain),
        "and with stenosis of no stated region": len(pain) + len(unstated),
        "people with a lumbar image": len({person for person, _, _ in images}),
        "lumbar images": {code: codes.count(code) for code in set(codes)},
        "people imaged within 28 days": len(
            {
                person
                for person, day, _ in images
                for other, before in pain
                if person == other and 0 <= (day - before).days <= 28
            }
        ),
    } == KNOWN


def test_known_counts_in_the_record_tables(tables: Any) -> None:
    """The same counts from what was read."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""CREATE VIEW coded AS SELECT e.* EXCLUDE (value), c.system, c.value
            FROM '{tables.folder}/events.parquet' AS e
            JOIN '{tables.folder}/codes.parquet' AS c USING (code)"""
        )
        for name, concepts in (("pain", ["lbp-diagnosis-cms166v4"]), ("image", LUMBAR)):
            listed = ", ".join(f"'{CONCEPTS / concept}.csv'" for concept in concepts)
            kind = "condition" if name == "pain" else "imaging"
            connection.execute(
                f"""CREATE VIEW {name} AS SELECT * FROM coded
                WHERE kind = '{kind}' AND (system, value) IN (
                    SELECT (system, code) FROM read_csv([{listed}], all_varchar = true))"""
            )

        def count(query: str) -> Any:
            return connection.execute(f"SELECT {query}").fetchall()[0][0]

        codes = connection.execute("SELECT value, count(*) FROM image GROUP BY value").fetchall()
        assert {
            "people with back pain": count("count(DISTINCT patient) FROM pain"),
            "rows with back pain": count("count(*) FROM pain"),
            "and with stenosis of no stated region": count("count(*) FROM pain")
            + count(f"count(*) FROM coded WHERE system = 'ICD-9-CM' AND value = '{UNSTATED}'"),
            "people with a lumbar image": count("count(DISTINCT patient) FROM image"),
            "lumbar images": dict(codes),
            "people imaged within 28 days": count(
                """count(DISTINCT patient) FROM image JOIN pain USING (patient)
                WHERE image.start_lo - pain.start_lo BETWEEN 0 AND 28"""
            ),
        } == KNOWN


def test_the_sample_is_read_whole(tables: Any) -> None:
    """Every row of the public sample is stored, once."""
    ledger = tables.ledger()
    assert {name: counts[0] for name, counts in ledger.items()} == {
        "person": 50,
        "visit_occurrence": 1847,
        "condition_occurrence": 5121,
        "procedure_occurrence": 4713,
        "drug_exposure": 2140,
        "observation_period": 43,
    }
    assert all(read == stored for read, stored, *_ in ledger.values())
    assert tables.values("events", "count(*)", "position IS NOT NULL") == [0]
