"""The truth beside the records: ``truth/`` with its CSV files and ``expected.json``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import duckdb

from spinewise.synthetic.facts import table
from spinewise.synthetic.parts import Parts
from spinewise.synthetic.rates import LAST_DIAGNOSIS
from spinewise.synthetic.truth import INDICATORS, Books, span

_BESIDES: Final = ("excluded", "outside", "not-evaluated", "undecided", "beside")

_FLAG: Final = "(['0', '1', 'unknown', 'not_evaluated'])[1 + {}]"

_UNITS: Final = f"""
SELECT '{{indicator}}' AS indicator, '{{unit}}' AS unit, patient_name(person.patient) AS patient_id,
    iso(day) AS index_date, u.clinician AS clinician_id,
    {_FLAG.format("in_denominator")} AS in_denominator, {_FLAG.format("excluded")} AS excluded,
    because AS excluded_because, {_FLAG.format("in_numerator")} AS in_numerator, verdict,
    category, places
FROM u JOIN person ON person.n = u.person WHERE NOT consent_out ORDER BY u.n
"""

_COUNTS: Final = """
SELECT year(date_of(day)), category, because, in_numerator, places, count(*)
FROM u JOIN person ON person.n = u.person WHERE NOT consent_out GROUP BY ALL
"""

_EPISODES: Final = f"""
WITH candidate AS (
    SELECT b.n, b.person, b.day, 0 AS later FROM bout b
    UNION ALL SELECT n, person, day + follow_up, 1 FROM bout WHERE opt(follow_up) IS NOT NULL
    UNION ALL SELECT n, person, day + recurrence, 1 FROM bout WHERE opt(recurrence) IS NOT NULL
    UNION ALL SELECT n, person, day + specialist, 1 FROM bout
        WHERE opt(specialist) <= {LAST_DIAGNOSIS} AND n % 2 = 0
), day AS (
    SELECT n, person, day, min(later) AS later FROM candidate GROUP BY ALL
)
SELECT patient_name(p.patient) AS patient_id, iso(day.day) AS index_date,
    CASE WHEN later = 0 THEN e.clinician END AS clinician_id,
    CASE WHEN later = 1 THEN '0' ELSE (['0', '1', 'unknown'])[1 + is_episode] END AS is_episode,
    CASE WHEN later = 1 THEN 'washout' ELSE why_not END AS why_not,
    CASE WHEN later = 0 THEN excluded END AS excluded_because,
    CASE WHEN later = 0 THEN b.setting END AS setting,
    CASE WHEN later = 0 THEN truth END AS red_flag_truth,
    CASE WHEN later = 0 THEN known(b.finding) END AS began,
    CASE WHEN later = 0 THEN known(b.lasting) END AS lasting,
    CASE WHEN later = 0 THEN e.recorded END AS red_flag_as_recorded,
    CASE WHEN later = 0 THEN iso(opt(first_order)) END AS first_image_order_date,
    CASE WHEN later = 0 THEN (['0', '1', 'unknown'])[1 + imaged_early] END AS imaged_0_42
FROM day JOIN bout b ON b.n = day.n JOIN e ON e.n = b.n JOIN person p ON p.n = b.person
WHERE NOT p.consent_out AND day.day <= p.followed_to
ORDER BY p.patient, day.day
"""

_IMAGES: Final = """
SELECT patient_name(p.patient) AS patient_id,
    CASE WHEN month_only THEN left(iso(ordered), 7) ELSE iso(opt(ordered)) END AS order_date,
    iso(opt(performed)) AS performed_date, modality,
    CASE WHEN level_unknown THEN 'unknown' ELSE 'lumbar' END AS region,
    iso(b.day) AS index_date, category AS stands, v.verdict AS verdict_as_recorded,
    v.truth AS verdict_true
FROM v JOIN image i ON i.n = v.image JOIN person p ON p.n = i.person
LEFT JOIN bout b ON b.n = i.bout
WHERE NOT p.consent_out ORDER BY v.n
"""


class Truth:
    """Gathers the books of all blocks and writes them down."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._con = con
        self._folder = folder
        self._episodes = Parts(con, folder / "episodes.csv")
        self._images = Parts(con, folder / "images.csv")
        self._units = Parts(con, folder / "units.csv")
        self._counts: Counter[tuple[str, int, str, str, int, int]] = Counter()

    def add(self, books: Books) -> None:
        """Write the books of the block that is loaded."""
        table(self._con, "e", vars(books.episodes()))
        self._episodes.add(_EPISODES)
        at, category, verdict, true = books.images()
        table(
            self._con, "v", {"image": at, "category": category, "verdict": verdict, "truth": true}
        )
        self._images.add(_IMAGES)
        units = books.units()
        for indicator in INDICATORS:
            one = units[indicator]
            table(self._con, "u", vars(one))
            self._units.add(_UNITS.format(indicator=indicator, unit=unit_of(indicator)))
            for *key, count in self._con.execute(_COUNTS).fetchall():
                self._counts[(indicator, *key)] += count

    def finish(self, about: dict[str, Any]) -> dict[str, Any]:
        """Write ``expected.json`` and return what it holds."""
        years = sorted({year for _, year, *_ in self._counts})
        expected = {
            **about,
            "indicators": {
                indicator: {str(year): self._expected(indicator, year) for year in years}
                for indicator in INDICATORS
            },
        }
        text = json.dumps(expected, indent=1) + "\n"
        (self._folder / "expected.json").write_text(text, encoding="utf-8")
        return expected

    def _expected(self, indicator: str, year: int) -> dict[str, Any]:
        """Numerator, denominator, range and counts of one indicator in one calendar year."""
        n = d = 0
        places: Counter[int] = Counter()
        reasons: dict[str, Counter[str]] = {name: Counter() for name in _BESIDES}
        for (name, of, category, because, numerator, place), count in self._counts.items():
            if (name, of) != (indicator, year):
                continue
            places[place] += count
            if category == "in":
                d += count
                n += count * (numerator == 1)
            else:
                reasons[category][because] += count
        low_high = span(places)
        return {
            "n": n,
            "d": d,
            "low": low_high[0] if low_high else None,
            "high": low_high[1] if low_high else None,
            **{name: dict(sorted(counts.items())) for name, counts in reasons.items()},
        }


def unit_of(indicator: str) -> str:
    """``episode``, ``image`` or ``answer``."""
    if indicator in ("imaging-without-recorded-flag", "imaging-unknown"):
        return "image"
    return "answer" if indicator == "experience-definitely" else "episode"
