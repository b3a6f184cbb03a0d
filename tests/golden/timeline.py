"""
Draws the records of a golden case as timelines, one for each person, days counted from day 0.

``python -m tests.golden.timeline`` draws them anew into every ``case.md``; a test holds that they
are what the files say.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from tests.golden.case import Case, all_cases

Row = Mapping[str, str]

WORDS: Final[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)["code"]
"""What codes stand for, in plain words."""

_NAMES: Final = re.compile(r"(?<=visit) [\w-]+(?=,)| \(line \d+\)")
"""What names a row: the id of a visit, the line of an image or answer."""

OPENS: Final = "```timeline\n"
CLOSES: Final = "```\n"


def draw(case: Case) -> str:
    """The timelines of a case; people with the same timeline share one."""
    people = _rows(case.folder / "patients.csv")
    events = defaultdict(list)
    for line, row in enumerate(_rows(case.folder / "events.csv"), 2):
        events[row["patient_id"]].append({**row, "line": str(line)})
    coverage = defaultdict(list)
    if (case.folder / "coverage.csv").is_file():
        for row in _rows(case.folder / "coverage.csv"):
            coverage[row["patient_id"]].append(row)
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for person in people:
        name = person["patient_id"]
        drawn = _draw(person, events[name], coverage[name], case)
        alike[_NAMES.sub("", drawn)].append((name, drawn))
    return "\n".join(_together(common, each) for common, each in alike.items())


def redrawn(case: Case) -> str:
    """``case.md`` with its timeline drawn anew."""
    before, _, rest = case.text.partition(OPENS)
    _, _, after = rest.partition(CLOSES)
    return f"{before}{OPENS}{draw(case)}{CLOSES}{after}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file)]


def _together(common: str, each: Sequence[tuple[str, str]]) -> str:
    """One timeline for people who differ in nothing but the names of their rows."""
    if len(each) == 1:
        return "".join(each[0])
    names = [name for name, _ in each]
    return f"{', '.join(names)} ({len(names)} people alike){common}"


def _draw(person: Row, events: Sequence[Row], coverage: Sequence[Row], case: Case) -> str:
    born = person["birth_date"]
    head = f", born {born}\n" if born else ", no date of birth\n"
    day_0 = _day_0(person, events, case)
    marks = [(one["start"][:10], words) for one, words in _told(events)]
    for column, words in (
        ("death_date", "dies"),
        ("enrolled_from", "enrolled from here"),
        ("enrolled_to", "enrolled to here"),
    ):
        if person.get(column):
            marks.append((person[column], words))
    for span in coverage:
        marks.append((span["start"], "coverage begins"))
        if span["end"]:
            marks.append((span["end"], "coverage ends"))
    if person.get("consent"):
        marks.append((day_0.isoformat(), f"consent: {person['consent']}"))
    lines = []
    before: int | None = None
    for day, words in sorted(marks, key=lambda mark: mark[0]):
        after = (date.fromisoformat(day) - day_0).days if len(day) == 10 else None
        if before is not None and after is not None and after - before > 1:
            lines.append(f"{'':>9} ┆")
        lines.append(f"{_number(after):>9} {'┼' if after == 0 else '│'} {day:<10}  {words}")
        before = after
    return head + "".join(f"{line}\n" for line in lines)


def _number(after: int | None) -> str:
    return "?" if after is None else f"{after:+d}" if after else "day 0"


def _day_0(person: Row, events: Sequence[Row], case: Case) -> date:
    """As the case says, or else the first visit of the period."""
    said = case.expected.get("day_0", {}).get(person["patient_id"])
    first = case.period[0].isoformat()
    visits = sorted(e["start"][:10] for e in events if e["kind"] == "visit" and e["start"] >= first)
    return date.fromisoformat(said or next(iter(visits), first))


def _told(events: Sequence[Row]) -> Iterable[tuple[Row, str]]:
    """Each row in words; a visit with its diagnoses, and the answers of a day, in one line."""
    visits = {e["encounter_id"] for e in events if e["kind"] == "visit" and e.get("encounter_id")}
    imaged = {(e["claim_id"], e["start"][:10]) for e in events if _on_claim(e, "imaging")}
    answered: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for event in events:
        visit = event.get("encounter_id", "")
        if event["kind"] == "visit":
            linked = [e for e in events if e["kind"] != "visit" and visit and _of(e) == visit]
            yield event, _visit(event, linked)
        elif event["kind"] == "finding":
            answered[event["start"], event.get("recorded", ""), _order(event)].append(event)
        elif event["kind"] == "imaging":
            reasons = [
                e
                for e in events
                if _on_claim(e, "condition")
                and e["claim_id"] == event.get("claim_id")
                and e["start"][:10] == event["start"][:10]
            ]
            told = ", ".join(_word(e["code"]) + _about(e, event) for e in reasons)
            yield event, _fact(event) + (f", on its claim {told}" if told else "")
        elif visit not in visits and (event.get("claim_id"), event["start"][:10]) not in imaged:
            yield event, _fact(event)
    for rows in answered.values():
        yield rows[0], _answers(rows)


def _on_claim(event: Row, kind: str) -> bool:
    return event["kind"] == kind and bool(event.get("claim_id"))


def _of(event: Row) -> str:
    return event.get("encounter_id", "")


def _order(event: Row) -> str:
    return event.get("order_id", "") + event.get("status", "").removeprefix("completed")


def _visit(event: Row, linked: Sequence[Row]) -> str:
    place = event.get("setting") or "unknown"
    told = f"visit {event.get('encounter_id', '')}, {place}"
    if event.get("specialty"):
        told += f", {_word(event['specialty'])}"
    if event.get("code"):
        told += f", {_word(event['code'])}"
    if linked:
        told += ": " + ", ".join(_word(e["code"]) + _about(e, event) for e in linked)
    return told + _about(event) + _clock(event)


def _answers(rows: Sequence[Row]) -> str:
    said: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        said[row["value"]].append(row["code"])
    told = "; ".join(f"{value}: {_ids(ids)}" for value, ids in sorted(said.items(), reverse=True))
    return f"answers, {told}{_about(rows[0])}{_clock(rows[0])}"


def _ids(ids: Sequence[str]) -> str:
    return f"all {len(ids)} asked" if len(ids) > 15 else " ".join(ids)


def _fact(event: Row) -> str:
    kind, status = event["kind"], event.get("status", "")
    if kind == "imaging":
        done = "ordered" if status in ("active", "planned") else "performed"
        done = status if status in ("cancelled", "entered-in-error") else done
        told = f"{_word(event['code'])} {done} (line {event['line']})"
    elif kind == "answer":
        told = f"answer {event['code']}: {event['value']} (line {event['line']})"
    elif kind == "referral":
        told = f"referral: {_word(event.get('specialty') or event['code'])}"
    elif kind == "note":
        told = f"note: {_word(event['code'])}" if event["code"] else "note"
    else:
        told = _word(event["code"])
        told += ", on the problem list" if kind == "condition" and status == "active" else ""
    if event.get("specialty") and kind == "procedure":
        told += f", {_word(event['specialty'])}"
    return told + _about(event) + _clock(event)


def _about(event: Row, visit: Row | None = None) -> str:
    """What else a row says: when it was recorded, that it was refuted, and so on."""
    start = event["start"]
    told = []
    recorded = event.get("recorded")
    if recorded and recorded != start:
        told.append(f"recorded {recorded.replace('T', ' at ')}")
    elif recorded == "" and event["kind"] in ("condition", "finding") and visit is None:
        told.append("recorded day missing")
    if event.get("onset"):
        told.append(f"onset {event['onset']}")
    if event.get("status") == "refuted":
        told.append(f"refuted {event.get('end') or 'on an unknown day'}")
    elif event.get("end"):
        told.append(f"ended {event['end']}")
    if event.get("setting") and event["kind"] != "visit":
        told.append(event["setting"])
    if event.get("status") == "entered-in-error" and event["kind"] != "imaging":
        told.append("entered in error")
    if event.get("claim_status") == "denied":
        told.append("claim denied")
    elif event.get("claim_id") and event["kind"] == "condition" and visit is None:
        told.append("claim")
    for column, words in (
        ("order_id", "order {}"),
        ("days_supply", "{} days"),
        ("reason", "for: {}"),
        ("region", "region: {}"),
        ("position", "position {}"),
        ("clinician_role", "{} clinician"),
        ("text", "“{}”"),
    ):
        if event.get(column):
            value = event[column]
            told.append(words.format(_word(value) if column == "reason" else value))
    if event.get("clinician_id") not in (None, "", "DR-A"):
        told.append(event["clinician_id"])
    return f" [{', '.join(told)}]" if told else ""


def _clock(event: Row) -> str:
    return f" at {event['start'][11:16]}" if "T" in event["start"] else ""


def _word(code: str) -> str:
    return f"{WORDS[code]} ({code})" if code in WORDS else code


if __name__ == "__main__":
    for case in all_cases():
        (case.folder / "case.md").write_text(redrawn(case), encoding="utf-8")
