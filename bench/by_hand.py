"""
The yardstick of the review: one published-style measure over one year, written by hand.

Low back pain imaging within 28 days, after the idea of HEDIS LBP: first low back pain visit of the
year, nobody with such a visit in the 180 days before, red-flag diagnoses and long courses of
steroids excluded. It reads five narrow tables that hold what it needs and no more, and answers one
question. A review answers nine for 36 months, with everything that its report shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from bench.population import LUMBAR, PAIN

YEAR: Final = ("DATE '2024-01-01'", "DATE '2024-12-03'")  # 28 days before the end of the records
CANCER: Final = ("C79.51", "C50.911")
IMMUNITY: Final = ("B20", "Z94.0")
TRAUMA: Final = ("S32.010A",)
IN_A_YEAR: Final = ("F11.20", "G83.4", "M46.26")
STEROIDS: Final = ("H02AB07", "L04AX03")


def _listed(values: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


QUERY: Final = f"""
    WITH pain AS (
        SELECT c.patient_id, e.encounter_id, e.start_date, e.provider_id, e.site_id
        FROM condition AS c JOIN encounter AS e USING (encounter_id)
        WHERE c.code IN {_listed(PAIN)} AND e.class IN ('office', 'emergency', 'virtual')
            AND c.onset_date BETWEEN {YEAR[0]} - 180 AND {YEAR[1]}
            AND e.start_date BETWEEN {YEAR[0]} - 180 AND {YEAR[1]}
    ), first_visit AS (
        SELECT patient_id, min(start_date) AS day,
            arg_min({{'provider': provider_id, 'site': site_id}}, (start_date, encounter_id))
                AS place
        FROM pain WHERE start_date >= {YEAR[0]} GROUP BY patient_id
    ), cohort AS (
        SELECT patient_id, day, place.provider AS provider_id, place.site AS site_id
        FROM first_visit AS f JOIN patient AS p USING (patient_id)
        WHERE p.birth_date > day - INTERVAL 76 YEAR AND p.birth_date <= day - INTERVAL 18 YEAR
            AND NOT EXISTS (SELECT 1 FROM pain AS b WHERE b.patient_id = f.patient_id
                AND b.start_date BETWEEN day - 180 AND day - 1)
    ), flagged AS (
        SELECT DISTINCT patient_id FROM cohort JOIN condition AS c USING (patient_id)
        WHERE c.code IN {_listed((*CANCER, *IMMUNITY, *TRAUMA, *IN_A_YEAR))}
            AND c.onset_date <= day + 28
            AND (c.code IN {_listed((*CANCER, *IMMUNITY))}
                OR (c.code IN {_listed(TRAUMA)} AND c.onset_date >= day - 90)
                OR (c.code IN {_listed(IN_A_YEAR)} AND c.onset_date >= day - 365))
    ), on_steroids AS (
        SELECT DISTINCT patient_id FROM cohort JOIN medication AS m USING (patient_id)
        WHERE m.code IN {_listed(STEROIDS)} AND m.days_supply >= 90
            AND m.start_date BETWEEN day - 365 AND day
    ), imaged AS (
        SELECT DISTINCT patient_id FROM cohort JOIN imaging AS i USING (patient_id)
        WHERE i.code IN {_listed(LUMBAR)} AND i.study_date BETWEEN day AND day + 28
    )
    SELECT cohort.*, f.patient_id IS NOT NULL OR s.patient_id IS NOT NULL AS excluded,
        i.patient_id IS NOT NULL AS imaged
    FROM cohort LEFT JOIN flagged AS f USING (patient_id)
    LEFT JOIN on_steroids AS s USING (patient_id) LEFT JOIN imaged AS i USING (patient_id)
"""
COUNTS: Final = f"""
    SELECT count(*) FILTER (WHERE NOT excluded), count(*) FILTER (WHERE imaged AND NOT excluded)
    FROM ({QUERY})
"""


def count_by_hand(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[int, int]:
    """Denominator and numerator of the measure over the tables in ``folder``."""
    for table in ("patient", "encounter", "condition", "imaging", "medication"):
        path = str(folder / f"{table}.parquet").replace("'", "''")
        connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM read_parquet('{path}')")
    row = connection.execute(COUNTS).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
