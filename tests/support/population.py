"""
Made-up people whose records go through every door of a definition: partial dates, refuted codes,
images without references, screens answered twice, coverage with gaps.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final

from spinewise.know.package import Package
from spinewise.measures.frame import Frame, resolve_codes
from tests.support.tables import EPOCH, day

FIRST: Final = (day(19_000) - EPOCH).days
LAST: Final = FIRST + 900
SETTINGS: Final = ("office", "virtual", "emergency", "inpatient", "home", "laboratory", "other")
PLAIN: Final = {
    "I10": ("ICD-10-CM", "I10"),
    "other image": ("CPT", "71046"),
    "text only": ("LOCAL", "spine picture"),
    "family practice": ("OHIP-SPECIALTY", "00"),
}


def dictionary(package: Package) -> tuple[list[tuple[int, str, str]], dict[str, list[int]]]:
    """A code dictionary with some codes of every concept, every finding and item, and others."""
    rows: list[tuple[int, str, str]] = []
    keys: dict[str, list[int]] = {}

    def add(name: str, system: str, value: str) -> None:
        keys.setdefault(name, []).append(len(rows))
        rows.append((len(rows), system, value))

    records = {"ICD-10-CM-retired": "ICD-10-CM", "ICD-10-WHO": "ICD-10-CA", "CCI-rubric": "CCI"}
    for name, concept in package.concepts.items():
        step = max(1, len(concept.rows) // 3)
        for row in concept.rows[::step][:4]:
            system = records.get(row.system, row.system).removesuffix("-ingredient")
            system = system.removesuffix("-PREFIX")
            add(name, system, row.code)
    for finding in package.red_flags.finding:
        add(f"@{finding.id}", "spinewise-finding", finding.id)
    for item in package.items.values():
        add(f"@{item.id}", "spinewise-item", item.id)
    for name, (system, value) in PLAIN.items():
        add(name, system, value)
    add("X490", "OHIP-FEE", "X490")
    return rows, keys


def frame(package: Package, rows: list[tuple[int, str, str]]) -> Frame:
    """A frame over the made-up people, with a gap in what is carried."""
    concepts, proposed = resolve_codes(package, rows)
    return Frame(
        package=package,
        concepts=concepts,
        proposed=proposed,
        scope=(FIRST + 250, LAST - 100),
        cutoff=LAST,
        observed_from=FIRST,
        carried={
            "visits": ((FIRST, LAST),),
            "imaging": ((FIRST, FIRST + 500), (FIRST + 560, LAST)),
            "hospital": ((FIRST, FIRST + 600),),
            "prescriptions": ((FIRST, LAST),),
            "consultations": ((FIRST, LAST),),
            "answers": ((FIRST, LAST),),
        },
    )


class Maker:
    """Draws people; everything follows from the seed."""

    def __init__(self, package: Package, keys: dict[str, list[int]], seed: int) -> None:
        self.package = package
        self.keys = keys
        self.random = Random(seed)
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("patients", "coverage", "visits", "events")
        }

    def population(self, size: int) -> dict[str, list[dict[str, Any]]]:
        for patient in range(size):
            self._person(patient)
        for table, key in (("visits", "visit"), ("events", "event")):
            self.rows[table].sort(key=lambda row: (row["patient"], row["start_lo"], row["line"]))
            renumbered = {row[key]: number for number, row in enumerate(self.rows[table])}
            for row in self.rows[table]:
                row[key] = renumbered[row[key]]
            if table == "visits":
                for event in self.rows["events"]:
                    if event.get("visit") is not None:
                        event["visit"] = renumbered[event["visit"]]
        return self.rows

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def code(self, *names: str) -> int:
        return self.random.choice(self.keys[self.random.choice(names)])

    def dates(self, name: str, number: int, partial: float = 0.03) -> dict[str, Any]:
        """A date near a day; sometimes only its month or year, sometimes with a time."""
        start = day(number)
        row: dict[str, Any] = {f"{name}_lo": start, f"{name}_hi": start}
        if self.chance(partial):
            first = start.replace(day=1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            if self.chance(0.3):
                first, last = start.replace(month=1, day=1), start.replace(month=12, day=31)
            row = {f"{name}_lo": first, f"{name}_hi": last}
        elif name in ("start", "recorded") and self.chance(0.4):
            clock = time(self.random.randrange(8, 12), self.random.choice((0, 30)))
            row[f"{name}_time"] = datetime.combine(start, clock)
        return row

    def _person(self, patient: int) -> None:
        born = (
            FIRST - self.random.choice((15, 16, 17, 30, 50, 80)) * 365 + self.random.randrange(400)
        )
        person: dict[str, Any] = {
            "patient": patient,
            "patient_id": f"P{patient:05}",
            "file": 0,
            "line": patient + 2,
        }
        if not self.chance(0.05):
            person |= self.dates("birth", born, partial=0.2)
        if self.chance(0.08):
            person |= {"death_text": "x", **self.dates("death", self._when(), partial=0.2)}
        elif self.chance(0.02):
            person["death_text"] = "true"
        if self.chance(0.15):
            person |= self.dates("enrolled_from", FIRST + self.random.randrange(500), partial=0.2)
        if self.chance(0.1):
            person |= self.dates("enrolled_to", self._when(), partial=0.2)
        self.rows["patients"].append(person)
        if self.chance(0.2):
            self._coverage(patient)
        for _ in range(self.random.choice((1, 1, 2))):
            self._episode(patient, self._when())
        for _ in range(self.random.randrange(3)):
            self._stray(patient)

    def _when(self) -> int:
        return FIRST + self.random.randrange(150, LAST - FIRST + 20)

    def _coverage(self, patient: int) -> None:
        start = FIRST + self.random.choice((0, 100, 300))
        while start < LAST:
            end = start + self.random.choice((200, 400, 2000))
            row = {"patient": patient, "file": 0, "line": 1, **self.dates("start", start, 0.02)}
            row.pop("start_time", None)
            if end < LAST or self.chance(0.5):
                row |= self.dates("end", end, 0.02)
            self.rows["coverage"].append(row)
            start = end + self.random.choice((-10, 0, 1, 2, 30))

    def _visit(self, patient: int, number: int, **given: Any) -> dict[str, Any]:
        visit = len(self.rows["visits"])
        row = {
            "patient": patient,
            "visit": visit,
            "source_id": f"v{visit}" if self.chance(0.8) else None,
            "setting": self.random.choice(SETTINGS[:2] * 6 + SETTINGS + (None,)),
            "clinician": self.random.choice(("A", "B", "C", None)),
            "file": 0,
            "line": self._line(),
            **self.dates("start", number, 0.02),
            **given,
        }
        if self.chance(0.1):
            row |= self.dates("onset", number - self.random.choice((0, 10, 83, 84, 100)), 0.2)
        self.rows["visits"].append(row)
        return row

    def _event(self, patient: int, kind: str, when: int, /, **given: Any) -> dict[str, Any]:
        event = len(self.rows["events"])
        row = {
            "patient": patient,
            "event": event,
            "kind": kind,
            "source_id": f"e{event}",
            "file": 1,
            "line": self._line(),
            **self.dates("start", when),
        }
        if self.chance(0.5):
            later = self.random.choice((0, 0, 0, 1, 5, 40))
            row |= self.dates("recorded", when + later)
        row |= given
        self.rows["events"].append(row)
        return row

    def _line(self) -> int:
        return 10 + len(self.rows["events"]) + len(self.rows["visits"])

    def _diagnosis(self, patient: int, number: int, visit: dict[str, Any] | None) -> None:
        given: dict[str, Any] = {"code": self.code(*self.package.episode.index.diagnosis)}
        if visit:
            given |= {
                "visit": visit["visit"],
                "visit_lo": visit["start_lo"],
                "visit_hi": visit["start_hi"],
                "visit_setting": visit["setting"],
                "visit_time": visit.get("start_time"),
                "visit_clinician": visit.get("clinician"),
                "visit_onset_lo": visit.get("onset_lo"),
                "visit_onset_hi": visit.get("onset_hi"),
                "category": self.random.choice((None, "encounter-diagnosis")),
            }
        if self.chance(0.15):
            given |= self.dates("onset", number - self.random.choice((0, 20, 83, 84, 85)), 0.2)
        if self.chance(0.03):
            given |= {"status": "refuted"}
        self._event(patient, "condition", number, **given)

    def _episode(self, patient: int, number: int) -> None:
        for start in (number, number + self.random.choice((-180, -181, -20, 0, 30, 84, 200))):
            visit = self._visit(patient, start)
            self._diagnosis(patient, start, visit if self.chance(0.75) else None)
            if start == number and self.chance(0.5):
                break
        self._screen(patient, number)
        for _ in range(self.random.choice((0, 0, 1, 2, 3))):
            self._flag_code(patient, number)
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self._image(
                patient, number + self.random.choice((-15, -14, -3, 0, 5, 41, 42, 43, 84, 85))
            )
        if self.chance(0.3):
            self._after(patient, number)
        if self.chance(0.2):
            self._continuing(patient, number)

    def _screen(self, patient: int, number: int) -> None:
        if self.chance(0.35):
            return
        asked = list(self.package.red_flags.finding)
        if self.chance(0.3):
            asked = self.random.sample(asked, self.random.randrange(1, len(asked)))
        when = number + self.random.choice((-1, 0, 0, 0, 3, 14, 15, 50))
        for finding in asked:
            for _ in range(2 if self.chance(0.05) else 1):
                says = "present" if self.chance(0.04) else "absent"
                given = {"code": self.code(f"@{finding.id}"), "value": says}
                if self.chance(0.02):
                    given |= {"link": f"L{patient}"}
                start = when + self.random.choice((0, 0, 0, 0, 0, 1))
                self._event(patient, "finding", start, **given)

    def _flag_code(self, patient: int, number: int) -> None:
        finding = self.random.choice([f for f in self.package.red_flags.finding if f.codes])
        names = self.random.choice((finding.codes, finding.current_codes or finding.codes))
        back = finding.look_back if isinstance(finding.look_back, int) else 500
        when = number + self.random.choice((-back, -back - 1, -5, 0, 0, 2, 14, 42, 43))
        given: dict[str, Any] = {"code": self.code(*names)}
        if self.chance(0.2):
            given |= {"status": "refuted"}
            if self.chance(0.7):
                given |= self.dates("end", when + self.random.choice((0, 1, 10, 42, 60)), 0.1)
        if self.chance(0.05):
            given |= {"link": f"L{patient}"}
        self._event(patient, "condition", when, **given)

    def _image(self, patient: int, number: int) -> None:
        named = [name for row in self.package.imaging.image for name in row.concepts]
        code = self.code(*named, "X490", "other image", "text only")
        same: dict[str, Any] = {"code": code}
        if self.chance(0.1):
            same["region"] = self.random.choice(("lumbar", "spine", "cervical"))
        if self.chance(0.1):
            same["modality"] = self.random.choice(("mri", "xray"))
        if self.chance(0.2):
            same["text"] = self.random.choice(
                ("MRI Lumbar spine", "radio lombaire", "chest", "L4-L5")
            )
        if self.chance(0.4):
            same["reason"] = self.code(*self.package.episode.index.diagnosis, "I10")
        linked = {"link": f"L{patient}" if self.chance(0.5) else f"L{patient}-{self._line()}"}
        linked = linked if self.chance(0.5) else {}
        if self.chance(0.8):
            role = self.random.choice(("ordering", None))
            who = {"clinician": self.random.choice(("A", "B", None)), "clinician_role": role}
            status = self.random.choice(("active", "completed", "planned"))
            self._event(
                patient, "imaging", number, role="order", status=status, **who, **same, **linked
            )
        for _ in range(self.random.choice((0, 1, 1, 2))):
            role = self.random.choice(("performed", "performed", "study", "report"))
            later = self.random.choice((0, 0, 1, 20, 365, 366))
            self._event(
                patient,
                "imaging",
                number + later,
                role=role,
                status="completed",
                **same,
                **(linked if self.chance(0.8) else {}),
            )

    def _after(self, patient: int, number: int) -> None:
        when = number + self.random.choice((-181, -180, -1, 0, 2, 14, 30, 31, 84, 85))
        kind = self.random.choice(
            ("medication", "visit", "referral", "answer", "procedure", "answer")
        )
        if kind == "medication":
            self._event(patient, kind, when, code=self.code("opioids"))
        elif kind == "visit":
            known = self.code("specialist-consultation", "not-specialist-consultation")
            self._visit(patient, when, specialty=known, code=self.code("consultation-any"))
        elif kind == "referral":
            names = ("referral-only", "ed-visit", "I10")
            self._event(patient, kind, when, code=self.code(*names))
        elif kind == "procedure":
            names = ("specialist-consultation", "redflag-lumbar-surgery", "I10")
            self._event(patient, kind, when, code=self.code(*names))
        else:
            for item, start in ((i, s) for i in self.package.items.values() for s in (0, 40)):
                value = self.random.choice(item.values)
                number_value = float(value) if value.lstrip("-").isdigit() else None
                self._event(
                    patient,
                    "answer",
                    number + start + self.random.randrange(20),
                    code=self.code(f"@{item.id}"),
                    value=value.replace("-", " ").title() if self.chance(0.3) else value,
                    number=number_value,
                    clinician=self.random.choice(("A", None)),
                )

    def _continuing(self, patient: int, number: int) -> None:
        given: dict[str, Any] = {
            "code": self.code(*self.package.episode.index.diagnosis),
            "category": self.random.choice((None, "problem-list", "encounter-diagnosis")),
            "status": self.random.choice((None, "active", "completed")),
        }
        if self.chance(0.4):
            given |= self.dates("end", number + self.random.choice((-1, 0, 1, 30)), 0.1)
        when = number - self.random.choice((180, 181, 182, 400))
        self._event(patient, "condition", when, **given)

    def _stray(self, patient: int) -> None:
        names = list(self.package.concepts)
        kind = self.random.choice(("condition", "procedure", "medication", "note"))
        usable = [name for name in names if self.keys.get(name)]
        self._event(patient, kind, self._when(), code=self.code(*usable))
