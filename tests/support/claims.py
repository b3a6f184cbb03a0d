"""
Made-up people with claims, on whom published rules differ: places of diagnoses, denied claims,
laboratories, fills that overlap, enrolment with gaps, images with and without a diagnosis.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from spinewise.know.package import Package
from spinewise.measures.frame import Frame, Lack
from tests.support.population import FIRST, LAST, Maker
from tests.support.population import frame as frame_of
from tests.support.tables import EPOCH, day

PERIOD: Final = ((day(19_358) - EPOCH).days, (day(19_722) - EPOCH).days)
"""The calendar year 2023, which lies within the days of the made-up people."""
YEAR_BEFORE: Final = (PERIOD[0] - 365, PERIOD[0] - 1)
EDGES: Final = (
    *(0, 0, 0, 1, 14, 27, 28, 29, 41, 42, 43, 91, 92, 93),
    *(-1, -42, -43, -44, -89, -90, -91, -179, -180, -181, -364, -365, -366, -367, -400),
)
AGES: Final = (17, 18, 49, 50, 65, 66, 75, 76)


def frame(package: Package, rows: list[tuple[int, str, str]], *lacks: Lack) -> Frame:
    """A frame over the made-up people, measured over a calendar year."""
    return replace(
        frame_of(package, rows),
        scope=PERIOD,
        period=PERIOD,
        earlier=(YEAR_BEFORE,),
        lacks=frozenset(lacks),
        carried=dict.fromkeys(("visits", "imaging"), ((FIRST - 400, LAST + 100),)),
        cutoff=PERIOD[1] + 60,
        observed_from=FIRST - 300,
    )


class ClaimMaker(Maker):
    """Draws people with claims; everything follows from the seed."""

    def _person(self, patient: int) -> None:
        first, last = PERIOD
        number = self.random.choice(
            (
                *(first, first + 337, first + 338, last - 28, last - 27, last, first - 1, last + 1),
                *(self.random.randrange(first, last) for _ in range(16)),
            )
        )
        start = day(first)
        born = start.replace(year=start.year - self.random.choice((*AGES, 30, 30, 40, 70)))
        born = self.random.choice((born, born.replace(month=12, day=31), day(0).replace(month=2)))
        year_only = self.chance(0.05)
        person: dict[str, Any] = {
            "patient": patient,
            "patient_id": f"P{patient:05}",
            "birth_lo": born.replace(month=1, day=1) if year_only else born,
            "birth_hi": born.replace(month=12, day=31) if year_only else born,
            "file": 0,
            "line": patient + 2,
        }
        if self.chance(0.05):
            person |= {"death_text": "x", **self.dates("death", last - self.random.choice((-1, 0)))}
        if self.chance(0.1):
            person |= self.dates("enrolled_from", number - self.random.choice((179, 180, 181)))
        self.rows["patients"].append(person)
        self._spans(patient, number)
        self._pain(patient, number)
        for _ in range(self.random.choice((0, 0, 0, 1, 2))):
            self._pain(patient, number + self.random.choice(EDGES))
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self._claimed_image(patient, number + self.random.choice(EDGES[:14]))
        for _ in range(self.random.choice((0, 0, 0, 1, 2))):
            self._reason(patient, number + self.random.choice(EDGES))
        if self.chance(0.3):
            self._fills(patient, number)
        if self.chance(0.2):
            self._frail(patient)
        if self.chance(0.05):
            seen = number + self.random.choice((0, -1, -20, -400))
            self._visit(patient, seen, specialty=self.code("spine-surgeon"))
        if self.chance(0.15):
            given = {"setting": self.random.choice(("inpatient", "emergency", None))}
            self._visit(patient, number + self.random.choice((0, 1, 2)), **given)

    def _spans(self, patient: int, number: int) -> None:
        if self.chance(0.25):
            return
        start = number - self.random.choice((180, 179, 300, 600))
        for end in (number + self.random.choice((-20, 27, 28, 400)), number + 500):
            row = {"patient": patient, "file": 0, "line": 1, **self.dates("start", start)}
            row |= self.dates("end", end)
            row.pop("start_time", None)
            self.rows["coverage"].append(row)
            start = end + self.random.choice((1, 1, 2))

    def _claim(self) -> dict[str, Any]:
        if self.chance(0.3):
            return {}
        denied = self.chance(0.2)
        return {
            "claim": f"c{self._line()}",
            "claim_status": "denied" if denied else self.random.choice(("paid", None)),
        }

    def _pain(self, patient: int, number: int) -> None:
        named = ("lbp-diagnosis-cms166v4", "lbp-diagnosis-core", "lbp-diagnosis-charlesworth-icd9")
        given: dict[str, Any] = {
            "code": self.code(*named),
            "position": self.random.choice((1, 1, 1, 2, None)),
            "setting": self.random.choice((None, None, None, "laboratory", "inpatient")),
            **self._claim(),
        }
        if self.chance(0.7):
            visit = self._visit(patient, number)
            if self.chance(0.3):
                visit |= self.dates("end", number + self.random.choice((0, 1, 5)), 0.1)
            if self.chance(0.6):
                given |= {
                    "visit": visit["visit"],
                    "visit_lo": visit["start_lo"],
                    "visit_hi": visit["start_hi"],
                    "visit_setting": visit["setting"],
                    "visit_time": visit.get("start_time"),
                    "visit_clinician": visit.get("clinician"),
                    "visit_onset_lo": visit.get("onset_lo"),
                    "visit_onset_hi": visit.get("onset_hi"),
                }
        self._event(patient, "condition", number + self.random.choice((0, 0, 0, 0, 1)), **given)

    def _claimed_image(self, patient: int, number: int) -> None:
        named = [name for row in self.package.imaging.image for name in row.concepts]
        given: dict[str, Any] = {
            "code": self.code(*named, "spine-ct-mri", "charlesworth-spine-image", "X490"),
            "role": self.random.choice(("performed", "performed", "study", "report", "order")),
            "status": self.random.choice(("completed", "completed", "planned", None)),
            **self._claim(),
        }
        if self.chance(0.4):
            given["reason"] = self.code("lbp-diagnosis-cms166v4", "lbp-diagnosis-core", "I10")
        if self.chance(0.3):
            given["link"] = f"L{patient}"
        self._event(patient, "imaging", number, **given)
        if given.get("claim") and self.chance(0.5):
            code = self.code("lbp-diagnosis-cms166v4", "I10")
            self._event(patient, "condition", number, code=code, claim=given["claim"])

    def _reason(self, patient: int, number: int) -> None:
        rules = self.package.rules
        named = {
            name
            for rule in rules
            for clause in rule.exclusion
            for name in getattr(clause.when, "concepts", ())
        }
        given: dict[str, Any] = {
            "code": self.code(*sorted(named)),
            "setting": self.random.choice((None, None, None, "laboratory")),
            "status": self.random.choice((None, "active", "completed", "refuted", "planned")),
        }
        kind = self.random.choice(("condition", "condition", "procedure", "medication"))
        self._event(patient, kind, number, **given)

    def _fills(self, patient: int, number: int) -> None:
        start = number - self.random.choice((365, 366, 200, 100, 90, 89, 30, 0))
        for _ in range(self.random.randrange(1, 5)):
            supply = self.random.choice((30, 30, 28, 45, 60, 89, 90, None, 0))
            code = self.code("systemic-steroid")
            self._event(patient, "medication", start, code=code, days_supply=supply)
            start += self.random.choice((25, 28, 30, 31, 0, 60))

    def _frail(self, patient: int) -> None:
        first, last = PERIOD
        for _ in range(self.random.choice((1, 2, 2, 3))):
            when = self.random.choice((first, last, first - 1, last + 1, first + 100))
            self._event(patient, "condition", when, code=self.code("exclusion-frailty"))
        when = self.random.choice((first - 365, first - 366, last, first + 5, last + 1))
        code = self.code("advanced-illness-dementia-meds")
        self._event(patient, "medication", when, code=code)
