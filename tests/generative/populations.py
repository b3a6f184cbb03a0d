"""
Small populations as Hypothesis draws them: two to eight people, each with a few facts.

A fact is a few choices from short lists of boundary days and kinds, the plain ones first, so that
a failing example shrinks to a person with a handful of rows. The rows are those of the record
tables; what they are built from is in :mod:`tests.support.population`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from spinewise.know.package import Package
from tests.support.population import FIRST, LAST
from tests.support.tables import day

Row = dict[str, Any]
Rows = dict[str, list[Row]]

EDGES: Final = (
    *(0, 1, 2, 3, 5, 14, 15, 20, 28, 30, 31, 41, 42, 43, 60, 84, 85, 200),
    *(-1, -2, -5, -14, -15, -30, -83, -84, -90, -91, -180, -181, -323, -365, -366, -400),
)
"""Days counted from a person's day 0 on which something changes."""
LEAP: Final = (date(2024, 2, 29) - date(1970, 1, 1)).days - FIRST
"""Counted from the first day of the records."""
LATER: Final = (None, 0, 1, 5, 15, 43)
SETTINGS: Final = (
    *("office", "emergency", "inpatient", "laboratory", "virtual", "home", "other"),
    None,
)


@dataclass(frozen=True)
class When:
    """A day counted from day 0, as exactly as the record says it."""

    days: int
    known: str
    """day | time | month | year | leap (the 29 February of that year, or of the one before it)"""

    def columns(self, name: str, day_0: int) -> Row:
        exact = day(day_0 + self.days)
        first, last = _span(exact, self.known)
        row: Row = {f"{name}_lo": first, f"{name}_hi": last}
        if self.known == "time" and name in ("start", "recorded"):
            row[f"{name}_time"] = datetime.combine(exact, time(9 + self.days % 3))
        return row


def _span(exact: date, known: str) -> tuple[date, date]:
    if known == "leap":
        exact = exact.replace(year=exact.year - exact.year % 4, month=2, day=29)
    if known == "month":
        first = exact.replace(day=1)
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    if known == "year":
        return exact.replace(month=1, day=1), exact.replace(month=12, day=31)
    return exact, exact


def whens(days: Sequence[int] = EDGES) -> st.SearchStrategy[When]:
    known = st.sampled_from(("day",) * 12 + ("time", "time", "month", "year"))
    return st.builds(When, st.sampled_from(days), known)


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None three times out of four."""
    # one_of would take equal strategies for one.
    return st.sampled_from((0, 0, 0, 1)).flatmap(lambda drawn: strategy if drawn else st.none())


Fact = tuple[str, When, dict[str, Any]]
"""What is drawn of a row: which table or kind, when, and the choices that are made for it."""


class Populations:
    """Strategies over the codes of one dictionary."""

    def __init__(self, package: Package, keys: Mapping[str, Sequence[int]]) -> None:
        self._package = package
        self._keys = keys
        index = package.episode.index
        self._pain = self._codes(*index.diagnosis)
        self._images = self._codes(
            *(name for row in package.imaging.image for name in row.concepts),
            *("X490", "other image", "text only"),
        )
        found = [f for f in package.red_flags.finding if f.codes]
        flags = {name for f in found for name in (*f.codes, *f.current_codes)}
        alone = [f for f in found if f.strength == "sufficient"]
        self._alone = [f.id for f in alone]
        self._claimed = self._codes(
            "lbp-diagnosis-cms166v4", "lbp-diagnosis-core", "lbp-diagnosis-charlesworth-icd9"
        )
        others = (
            "pregnancy",
            "pregnancy-first-trimester",
            "puerperium",
            "exclusion-palliative-hospice",
            "chronic-low-back-pain",
        )
        self._flags = self._codes(*sorted(flags), *others, "I10")
        self._findings = [f.id for f in package.red_flags.finding]

    def populations(self, least: int = 2, most: int = 8) -> st.SearchStrategy[Rows]:
        """So many people, and the rows of the record tables that they have."""
        sized = st.integers(least, most).flatmap(
            lambda size: st.lists(self._people(), min_size=size, max_size=size)
        )
        return sized.map(self._tables)

    # What is drawn -------------------------------------------------------------------------------

    def _codes(self, *names: str) -> st.SearchStrategy[int]:
        return st.sampled_from([key for name in names for key in self._keys.get(name, ())])

    def _people(self) -> st.SearchStrategy[tuple[int, Row, list[Fact]]]:
        born = st.sampled_from((-16 * 365 - 4, -16 * 365 - 3))
        leaving = rarely(whens((0, 13, 14, 41, 42, 83, 84, 300, -10)))
        entering = rarely(whens((-180, -179, -400, 5)))
        spans = st.lists(st.tuples(entering, leaving), max_size=3)
        about = st.fixed_dictionaries(
            {
                "birth": st.one_of(
                    *[st.just(When(-years * 366, "day")) for years in (40, 50, 60, 70, 80, 30)],
                    st.builds(When, born, st.just("day")),
                    st.none() | whens((-5844,)),
                    st.just(When(-45 * 365, "leap")),
                ),
                "death": rarely(st.just("true") | leaving),
                "enrolled_from": entering,
                "enrolled_to": leaving,
                "coverage": rarely(spans).map(lambda drawn: drawn or []),
            }
        )
        day_0 = st.sampled_from((400, 300, 505, 560, 640, LEAP, 790, 180)).map(lambda n: FIRST + n)
        first = self._visits(st.just(When(0, "day")))
        facts = st.lists(
            st.one_of(
                self._claims(),
                self._fills(),
                self._screens(),
                self._image_rows(),
                self._image_rows(),
                self._coded(),
                self._visits(whens()),
                self._answers(),
                self._answers(),
                self._others(),
            ),
            min_size=1,
            max_size=8,
        )
        # A row may stand there again, as it does where two systems wrote it down.
        again = rarely(st.integers(0, 7))

        def joined(drawn: tuple[Fact, list[Fact], list[Fact], int | None]) -> list[Fact]:
            visit, screened, others, twice = drawn
            all_ = [visit, *screened, *others]
            return all_ if twice is None else [*all_, all_[twice % len(all_)]]

        return st.tuples(
            day_0, about, st.tuples(first, self._first_screen(), facts, again).map(joined)
        )

    def _first_screen(self) -> st.SearchStrategy[list[Fact]]:
        """Most people were asked everything at their first visit; some then had an image."""
        given: Row = {"left_out": None, "only": None, "recorded": None, "link": None}
        flags = st.sampled_from([[], *([name] for name in self._alone)])
        screen: st.SearchStrategy[Fact] = flags.map(
            lambda present: ("screen", When(0, "day"), {**given, "present": present})
        )
        plain: Row = dict.fromkeys(
            ("linked", "region", "modality", "text", "reason", "clinician", "clinician_role")
        )
        image: st.SearchStrategy[Fact] = st.builds(
            lambda days, code: (
                "imaging",
                When(days, "day"),
                {**plain, "roles": ("order",), "gap": 0, "code": code},
            ),
            st.sampled_from((14, 1, 42, 0)),
            self._codes("imaging-lumbar-mri"),
        )
        screened = screen.map(lambda one: [one])
        imaged = st.tuples(screen, image).map(list)
        alone = image.map(lambda one: [one])
        return st.one_of(imaged, imaged, screened, alone, st.just([]))

    def _visits(self, when: st.SearchStrategy[When]) -> st.SearchStrategy[Fact]:
        known = self._codes("specialist-consultation", "not-specialist-consultation")
        return st.tuples(
            st.just("visit"),
            when,
            st.fixed_dictionaries(
                {
                    "setting": st.sampled_from(("office",) * 8 + SETTINGS),
                    "clinician": st.sampled_from(("A", "B", None)),
                    "diagnosis": st.sampled_from(
                        ("linked", "linked", "same day", "as its code", "none")
                    ),
                    "code": self._pain,
                    "onset": rarely(whens((-84, -83, -10))),
                    "refuted": st.sampled_from((False, False, False, True)),
                    "end": rarely(whens((0, 1, 5, 30))),
                    "specialty": rarely(known),
                    "type": rarely(self._codes("consultation-any", "rapid-access-clinic")),
                }
            ),
        )

    def _screens(self) -> st.SearchStrategy[Fact]:
        return st.tuples(
            st.just("screen"),
            whens((0, 0, 0, 3, 14, 15, 42, -1)),
            st.fixed_dictionaries(
                {
                    "left_out": rarely(st.sets(st.sampled_from(self._findings), max_size=2)),
                    "only": rarely(st.sets(st.sampled_from(self._findings), max_size=4)),
                    "present": st.just(set())
                    | st.sets(st.sampled_from(self._findings), max_size=3),
                    "recorded": st.sampled_from(LATER),
                    "link": st.sampled_from((None, None, "L")),
                }
            ),
        )

    def _coded(self) -> st.SearchStrategy[Fact]:
        return st.tuples(
            st.just("code"),
            whens(),
            st.fixed_dictionaries(
                {
                    "code": self._flags | self._pain,
                    "status": st.sampled_from((None, "active", "completed", "refuted")),
                    "end": rarely(whens((0, 1, 5, 10, 42, -1))),
                    "recorded": st.sampled_from(LATER),
                    "category": st.sampled_from((None, "problem-list", "encounter-diagnosis")),
                    "link": st.sampled_from((None, None, "L")),
                }
            ),
        )

    def _image_rows(self) -> st.SearchStrategy[Fact]:
        return st.tuples(
            st.just("imaging"),
            whens((0, 1, 2, 3, 5, 41, 42, 43, 84, 85, -1, -14, -15)),
            st.fixed_dictionaries(
                {
                    "roles": st.sampled_from(
                        (
                            ("order",),
                            ("performed",),
                            ("order", "performed"),
                            ("order", "study", "report"),
                            ("order", "order", "performed", "performed"),
                            ("report",),
                        )
                    ),
                    "gap": st.sampled_from((0, 1, 20, 365, 366, -1)),
                    "code": self._images,
                    "linked": st.sampled_from((None, "L", "M")),
                    "region": st.sampled_from((None, None, "lumbar", "spine", "other")),
                    "modality": st.sampled_from((None, None, "mri", "xray")),
                    "text": st.sampled_from((None, None, "IRM lombaire", "chest")),
                    "reason": st.none() | self._pain | self._codes("I10"),
                    "clinician": st.sampled_from(("A", None)),
                    "clinician_role": st.sampled_from((None, "ordering", "performing")),
                }
            ),
        )

    def _claims(self) -> st.SearchStrategy[Fact]:
        return st.tuples(
            st.just("claim"),
            whens(),
            st.fixed_dictionaries(
                {
                    "code": self._claimed,
                    "position": st.sampled_from((1, 1, 2, None)),
                    "claim": st.sampled_from((None, "c", "d")),
                    "claim_status": st.sampled_from((None, "paid", "denied")),
                    "setting": st.sampled_from((None, "office", "laboratory", "inpatient")),
                    "status": st.sampled_from((None, None, "planned", "refuted")),
                    "image": st.none() | self._images,
                }
            ),
        )

    def _fills(self) -> st.SearchStrategy[Fact]:
        """Prescriptions one after the other, that overlap, touch, or leave a gap."""
        fill = st.tuples(
            st.sampled_from((30, 30, 29, 31, 0, 15, 60)), st.sampled_from((30, 30, 45, 90, None, 0))
        )
        return st.tuples(
            st.just("fills"),
            whens((0, 1, -30, -31, -60, -90, -180, -365)),
            st.fixed_dictionaries(
                {
                    "code": self._codes("systemic-steroid", "opioids"),
                    "fills": st.lists(fill, min_size=1, max_size=4),
                }
            ),
        )

    def _answers(self) -> st.SearchStrategy[Fact]:
        items = [(item.id, value) for item in self._package.items.values() for value in item.values]
        return st.tuples(
            st.just("answer"),
            whens((0, 14, 28, 40, 42, 50, 84, 85, -14)),
            st.fixed_dictionaries({"said": st.sampled_from(items)}),
        )

    def _others(self) -> st.SearchStrategy[Fact]:
        kinds = {
            "medication": ("opioids", "opioids-not-for-pain"),
            "referral": ("referral-only", "ed-visit", "I10"),
            "procedure": ("specialist-consultation", "redflag-lumbar-surgery", "I10"),
        }
        return st.one_of(
            *(
                st.tuples(
                    st.just(kind),
                    whens(),
                    st.fixed_dictionaries(
                        {
                            "code": self._codes(*names),
                            "specialty": rarely(
                                self._codes("specialist-consultation", "rapid-access-clinic")
                            ),
                        }
                    ),
                )
                for kind, names in kinds.items()
            )
        )

    # What becomes of it --------------------------------------------------------------------------

    def _tables(self, drawn: Sequence[tuple[int, Row, list[Fact]]]) -> Rows:
        rows: Rows = {name: [] for name in ("patients", "coverage", "visits", "events")}
        for patient, (day_0, about, facts) in enumerate(drawn):
            self._person(rows, patient, day_0, about)
            for fact in facts:
                self._fact(rows, patient, day_0, fact)
        _number(rows)
        return rows

    def _person(self, rows: Rows, patient: int, day_0: int, about: Row) -> None:
        person = {"patient": patient, "patient_id": f"P{patient}", "file": 0, "line": patient + 2}
        for name in ("birth", "death", "enrolled_from", "enrolled_to"):
            when = about[name]
            if when == "true":
                person["death_text"] = "true"
            elif when:
                person |= when.columns(name, day_0)
        if person.get("death_lo"):
            person["death_text"] = "x"
        rows["patients"].append(person)
        for first, last in about["coverage"]:
            span = {"patient": patient, "file": 0, "line": patient + 2}
            span |= (first or When(-400, "day")).columns("start", day_0)
            if last:
                span |= last.columns("end", day_0)
            span.pop("start_time", None)
            rows["coverage"].append(span)

    def _fact(self, rows: Rows, patient: int, day_0: int, fact: Fact) -> None:
        kind, when, given = fact
        match kind:
            case "visit":
                self._visit(rows, patient, day_0, when, given)
            case "screen":
                asked = given["only"] if given["only"] is not None else self._findings
                for name in self._findings:
                    if name in asked and name not in (given["left_out"] or ()):
                        more = {
                            "value": "present" if name in given["present"] else "absent",
                            "link": f"{given['link']}{patient}" if given["link"] else None,
                            **_recorded(when, given, day_0),
                        }
                        code = self._keys[f"@{name}"][0]
                        _event(rows, patient, "finding", when.columns("start", day_0), code, more)
            case "code":
                more = {
                    "status": given["status"],
                    "category": given["category"],
                    "link": f"{given['link']}{patient}" if given["link"] else None,
                    **_recorded(when, given, day_0),
                }
                if given["end"]:
                    more |= given["end"].columns("end", day_0)
                _event(
                    rows, patient, "condition", when.columns("start", day_0), given["code"], more
                )
            case "imaging":
                self._image(rows, patient, day_0, when, given)
            case "answer":
                item, value = given["said"]
                number = float(value) if value.isdigit() else None
                code = self._keys[f"@{item}"][0]
                more = {"value": value, "number": number}
                _event(rows, patient, "answer", when.columns("start", day_0), code, more)
            case "claim":
                self._claim(rows, patient, day_0, when, given)
            case "fills":
                days = when.days
                for gap, supply in given["fills"]:
                    start = When(days, when.known).columns("start", day_0)
                    more = {"days_supply": supply}
                    _event(rows, patient, "medication", start, given["code"], more)
                    days += gap
            case _:
                more = {"specialty": given["specialty"]}
                _event(rows, patient, kind, when.columns("start", day_0), given["code"], more)

    def _claim(self, rows: Rows, patient: int, day_0: int, when: When, given: Row) -> None:
        """A diagnosis on a claim, and perhaps an image on the same."""
        start = when.columns("start", day_0)
        same = {"claim": f"{given['claim']}{patient}" if given["claim"] else None}
        same["claim_status"] = given["claim_status"] if given["claim"] else None
        more = {name: given[name] for name in ("position", "setting", "status")}
        _event(rows, patient, "condition", start, given["code"], {**more, **same})
        if given["image"] is not None:
            more = {"role": "performed", **same}
            _event(rows, patient, "imaging", start, given["image"], more)

    def _visit(self, rows: Rows, patient: int, day_0: int, when: When, given: Row) -> None:
        start = when.columns("start", day_0)
        visit = len(rows["visits"])
        row = {
            "patient": patient,
            "visit": visit,
            "source_id": f"v{visit}",
            "setting": given["setting"],
            "clinician": given["clinician"],
            "code": given["code"] if given["diagnosis"] == "as its code" else given["type"],
            "specialty": given["specialty"],
            "file": 0,
            "line": 10 + visit,
            **start,
        }
        if given["end"]:
            row |= given["end"].columns("end", day_0 + when.days)
        if given["onset"]:
            row |= given["onset"].columns("onset", day_0 + when.days)
        rows["visits"].append(row)
        if given["diagnosis"] in ("linked", "same day"):
            more: Row = {"status": "refuted"} if given["refuted"] else {}
            if given["diagnosis"] == "linked":
                more |= {
                    "visit": visit,
                    "visit_lo": start["start_lo"],
                    "visit_hi": start["start_hi"],
                    "visit_setting": given["setting"],
                    "visit_time": row.get("start_time"),
                    "visit_clinician": given["clinician"],
                    "visit_onset_lo": row.get("onset_lo"),
                    "visit_onset_hi": row.get("onset_hi"),
                }
            _event(rows, patient, "condition", start, given["code"], more)

    def _image(self, rows: Rows, patient: int, day_0: int, when: When, given: Row) -> None:
        same = {name: given[name] for name in ("region", "modality", "text", "reason")}
        link = f"{given['linked']}{patient}" if given["linked"] else None
        orders = 0
        for role in given["roles"]:
            orders += role == "order"
            later = given["gap"] + orders - 1 if role != "order" else orders - 1
            at = When(when.days + later, when.known)
            more = {"role": role, "link": link, **same}
            if role == "order" or given["clinician_role"]:
                more |= {name: given[name] for name in ("clinician", "clinician_role")}
            _event(rows, patient, "imaging", at.columns("start", day_0), given["code"], more)


def _recorded(when: When, given: Row, day_0: int) -> Row:
    if given["recorded"] is None:
        return {}
    known = "time" if when.known == "time" else "day"
    return When(when.days + given["recorded"], known).columns("recorded", day_0)


def _event(rows: Rows, patient: int, kind: str, start: Row, code: int, more: Row) -> None:
    event = len(rows["events"])
    rows["events"].append(
        {
            "patient": patient,
            "event": event,
            "kind": kind,
            "code": code,
            "source_id": f"e{event}",
            "file": 1,
            "line": 1000 + event,
            **start,
            **more,
        }
    )


def _number(rows: Rows) -> None:
    """Dense keys in the order that the record tables promise."""
    rows["visits"].sort(key=lambda row: (row["patient"], row["start_lo"], row["source_id"]))
    keys = {row["visit"]: number for number, row in enumerate(rows["visits"])}
    for row in rows["visits"]:
        row["visit"] = keys[row["visit"]]
    rows["events"].sort(key=lambda row: (row["patient"], row["start_lo"], row["line"]))
    for number, row in enumerate(rows["events"]):
        row["event"] = number
        if row.get("visit") is not None:
            row["visit"] = keys[row["visit"]]


__all__ = ["LAST", "Populations", "Rows"]
