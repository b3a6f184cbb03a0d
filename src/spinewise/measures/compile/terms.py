"""What each term of a definition means for everybody, as SQL expressions over flags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from spinewise.know import terms
from spinewise.know.model import Anchor
from spinewise.know.terms import Days as Window
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.screen import emergency_column
from spinewise.measures.compile.sql import (
    FIRST_DAY,
    LAST_DAY,
    all_of,
    any_of,
    flag_of,
    inside,
    negate,
    one_of,
    text,
    touches,
    truth,
)
from spinewise.measures.frame import Frame, item_concept
from spinewise.tables import Domain

HOSPITAL: Final = {"emergency", "inpatient"}
_SAID: Final = (
    "regexp_replace(trim(replace(lower(coalesce(e.value, '')), '_', ' ')), '\\s+', '-', 'g')"
)

_CODES: Final = "LEFT JOIN code_is AS c ON c.code = e.code"
_SPECIALTIES: Final = "LEFT JOIN code_is AS s ON s.code = e.specialty"
SOURCES: Final = {
    "evidence": ("evidence", "JOIN code_is AS c ON c.code = e.code"),
    "acts": ("evidence", f"{_CODES} {_SPECIALTIES}"),
    "visits": ("near_visit", f"{_CODES} {_SPECIALTIES}"),
    "images": (
        "near_image",
        "LEFT JOIN fitting AS f ON f.unit = e.unit AND f.modality = e.modality",
    ),
}
"""Where flags come from: a table, and what is joined to it."""


@dataclass
class Context:
    """
    A set of rows for which terms are evaluated: units counted from their index, units counted from
    another day 0, or readings.

    Asking for a term notes the flags it needs; :meth:`steps` then fills them all in one pass over
    the evidence, one over the visits and one over the images.
    """

    name: str
    rows: str
    """The table of rows; it has ``unit``, ``index_lo`` and the columns named below."""
    key: str
    until: str
    """The expression of the last day that any window may reach, or "" for none."""
    frame: Frame
    codes: CodePredicates
    _flags: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, set[str]] = field(default_factory=dict)
    """For each source, which of its rows any flag asks for: the others need not be read."""
    _anchor: Anchor = "index"
    _known: dict[tuple[str, bytes], str] = field(default_factory=dict)

    def holds(self, term: terms.Term, *, recorded: bool, anchor: Anchor = "index") -> str:
        """The three-valued expression of a term, over the row's flags (see ``interpret.terms``)."""
        self._anchor = anchor
        return self._holds(term, recorded=recorded)

    def _holds(self, term: terms.Term, *, recorded: bool) -> str:
        match term:
            case terms.All(of=parts):
                return all_of(self._holds(part, recorded=recorded) for part in parts)
            case terms.AnyOf(of=parts):
                return any_of(self._holds(part, recorded=recorded) for part in parts)
            case terms.Not(of=part):
                return negate(self._holds(part, recorded=recorded))
            case terms.Evidence():
                return self._missing(term, self._noted(term, self._evidence))
            case terms.Ongoing():
                return self._missing(term, self._noted(term, self._ongoing))
            case terms.Onset():
                return self._onset(term)
            case terms.Visited():
                return self._missing(term, self._noted(term, self._visited))
            case terms.Referred():
                return self._missing(term, self._noted(term, self._referred))
            case terms.Imaged():
                return self._noted(term, self._imaged)
            case terms.RedFlag():
                return red_flag(term, self.frame, recorded=recorded)
            case terms.AcceptedReason():
                return "screen_reason_recorded" if recorded else "screen_reason"
            case terms.Verdict(is_=wanted):
                return f"(screen_verdict = {text(wanted)})"
            case terms.Answered():
                return self._missing(term, self._noted(term, self._answered))
            case terms.AnswerIs():
                return one_of("said", term.values)
            case terms.Change():
                return self._noted(term, self._change)
            case _:
                raise AssertionError(f"{term!r} is a term of published rules")

    def steps(self) -> Iterator[Step]:
        """The tables of flags, one for each source that a term asked for."""
        for source, flags in self._flags.items():
            columns = ", ".join(f"{value} AS {name}" for name, value in flags.items())
            table, joined = SOURCES[source]
            asked = any_of(sorted(self._asked[source]))
            yield (
                f"{self.name}_{source}",
                f"SELECT u.{self.key}, {columns} FROM {self.rows} AS u"
                f" JOIN {table} AS e ON e.unit = u.unit {joined}"
                f" LEFT JOIN emergency AS m ON m.unit = u.unit"
                f" WHERE {asked} GROUP BY u.{self.key}",
            )

    def flags(self) -> list[str]:
        """The names of all flags, as :meth:`joins` brings them."""
        return [name for flags in self._flags.values() for name in flags]

    def joins(self, alias: str) -> str:
        """LEFT JOINs of the flag tables to a table of the context's rows."""
        return " ".join(
            f"LEFT JOIN {table} ON {table}.{self.key} = {alias}.{self.key}"
            for table in (f"{self.name}_{source}" for source in self._flags)
        )

    # what a term asks of the flags ----------------------------------------------------------

    def _noted(self, term: terms.Term, make: object) -> str:
        key = (self._anchor, msgspec.json.encode(term))
        if key not in self._known:
            assert callable(make)
            self._known[key] = str(make(term))
        return self._known[key]

    def _flag(self, source: str, aggregate: str, asked: str = "TRUE") -> str:
        """The name of a flag over rows that fulfil ``asked``: equal aggregates share one."""
        self._asked.setdefault(source, set()).add(asked)
        return flag_of(self._flags.setdefault(source, {}), f"{self.name}_{source}", aggregate)

    def _some(self, source: str, is_it: Sequence[str], sure: str, possible: str) -> str:
        """Three-valued: one of the rows that fulfil ``is_it`` is sure, or possible."""
        asked = all_of(is_it)
        return truth(
            self._flag(source, f"bool_or({asked} AND {sure})", asked),
            self._flag(source, f"bool_or({asked} AND {possible})", asked),
        )

    def _count(self, what: str, is_it: Sequence[str], held: str) -> str:
        """How many of the rows that fulfil ``is_it`` and ``held`` are there."""
        asked = all_of(is_it)
        counted = f"count({what}) FILTER (WHERE {asked} AND {held})"
        return self._flag("evidence", counted, asked)

    def _bounds(self, days: Window) -> tuple[str, str]:
        day_0 = "u.index_lo" if self._anchor == "index" else "coalesce(m.since, u.index_lo)"
        first = FIRST_DAY if days[0] == "ever" else f"({day_0} + {days[0]})"
        last = f"({day_0} + {days[1]})"
        return first, f"least({last}, {self.until})" if self.until else last

    def _missing(
        self,
        term: terms.Evidence | terms.Ongoing | terms.Visited | terms.Referred | terms.Answered,
        value: str,
    ) -> str:
        if term.when_missing == "unknown":
            return f"(CASE WHEN {value} THEN TRUE ELSE NULL END)"
        return value

    def _unless_not_carried(self, value: str, domain: Domain, days: Window) -> str:
        first = days[1] if days[0] == "ever" else days[0]
        day_0 = day_0_column(self._anchor)
        carried = is_carried(self.frame, domain, f"{day_0} + {first}", f"{day_0} + {days[1]}")
        return f"(CASE WHEN {value} THEN TRUE WHEN NOT {carried} THEN NULL ELSE {value} END)"

    def _evidence(self, term: terms.Evidence) -> str:
        first, last = self._bounds(term.days)
        column = self.codes.evidence(term.concepts, but_not=term.not_concepts, name="evidence")
        is_it = [f"c.{column}", "e.status IS DISTINCT FROM 'refuted'"]
        if term.kinds:
            is_it.append(one_of("e.kind", term.kinds))
        known = f"(NOT e.kind IN ('condition', 'finding', 'note') OR e.seen_hi <= {last})"
        perhaps_known = f"(NOT e.kind IN ('condition', 'finding', 'note') OR e.seen_lo <= {last})"
        sure = all_of([inside("e.day", first, last), known])
        possible = all_of([touches("e.day", first, last), perhaps_known])
        if term.at_least == 1:
            value = self._some("evidence", is_it, sure, possible)
        elif term.distinct_days:
            dated, partly = "e.day_lo = e.day_hi", "e.day_lo <> e.day_hi"
            days = "DISTINCT e.day_lo"
            value = truth(
                f"{self._count(days, is_it, all_of([sure, dated]))} >= {term.at_least}",
                f"{self._count(days, is_it, all_of([possible, dated]))}"
                f" + {self._count('*', is_it, all_of([possible, partly]))} >= {term.at_least}",
            )
        else:
            value = truth(
                f"{self._count('*', is_it, sure)} >= {term.at_least}",
                f"{self._count('*', is_it, possible)} >= {term.at_least}",
            )
        if list(term.kinds) == ["medication"]:
            return self._unless_not_carried(value, "prescriptions", term.days)
        return value

    def _ongoing(self, term: terms.Ongoing) -> str:
        first, last = self._bounds(term.days)
        any_code = self.codes.evidence([*term.concepts, *term.always], name="ongoing")
        always = f"c.{self.codes.evidence(term.always, name='always')}" if term.always else "FALSE"
        listed = (
            f"(e.category IS NOT DISTINCT FROM 'problem-list' OR {always}"
            " OR (e.category IS NULL AND e.visit IS NULL AND e.claim IS NULL))"
        )
        is_it = [
            f"c.{any_code}",
            "e.kind = 'condition'",
            "e.status IS DISTINCT FROM 'refuted'",
            listed,
        ]
        day_0 = "u.index_lo"
        goes_on = (
            "CASE WHEN e.end_lo IS NULL THEN e.status IS DISTINCT FROM 'completed'"
            f" ELSE {inside('e.end', day_0, LAST_DAY)} END"
        )
        may_go_on = f"(e.end_lo IS NULL OR {touches('e.end', day_0, LAST_DAY)})"
        sure = [inside("e.day", first, last), f"e.seen_hi <= {day_0}", goes_on]
        possible = [touches("e.day", first, last), f"e.seen_lo <= {day_0}", may_go_on]
        return self._some("evidence", is_it, all_of(sure), all_of(possible))

    def _onset(self, term: terms.Onset) -> str:
        first, last = self._bounds(term.days)
        first, last = (
            day.replace("u.", "").replace("m.since", "emergency_since") for day in (first, last)
        )
        missing = "NULL" if term.when_missing == "unknown" else "FALSE"
        held = truth(inside("onset", first, last), touches("onset", first, last))
        return f"(CASE WHEN onset_lo IS NULL THEN {missing} ELSE {held} END)"

    def _visited(self, term: terms.Visited) -> str:
        first, last = self._bounds(term.days)
        is_it = [one_of("e.setting", term.settings)] if term.settings else []
        if term.specialties:
            is_it.append(self._listed(term))
        sure, possible = inside("e.day", first, last), touches("e.day", first, last)
        value = self._some("visits", is_it, sure, possible)
        if term.specialties and not term.settings:
            act = [
                "e.kind = 'procedure'",
                "e.status IS DISTINCT FROM 'refuted'",
                self._listed(term),
            ]
            value = any_of([value, self._some("acts", act, sure, possible)])
        return self._unless_not_carried(value, visited_domain(term), term.days)

    def _listed(self, term: terms.Visited) -> str:
        wanted = self.codes.evidence(term.specialties, name="specialty")
        found = f"(coalesce(c.{wanted}, FALSE) OR coalesce(s.{wanted}, FALSE))"
        if not term.not_specialties:
            return found
        unwanted = self.codes.evidence(term.not_specialties, name="not_specialty")
        return (
            f"({found} AND NOT coalesce(c.{unwanted}, FALSE) AND NOT coalesce(s.{unwanted}, FALSE))"
        )

    def _referred(self, term: terms.Referred) -> str:
        first, last = self._bounds(term.days)
        is_it = ["e.kind = 'referral'", "e.status IS DISTINCT FROM 'refuted'"]
        named = []
        if term.concepts:
            named.append(
                f"coalesce(c.{self.codes.evidence(term.concepts, name='referral')}, FALSE)"
            )
        if term.specialties:
            wanted = self.codes.evidence(term.specialties, name="specialty")
            named.append(f"coalesce(c.{wanted}, FALSE) OR coalesce(s.{wanted}, FALSE)")
        if named:
            is_it.append(any_of(named))
        return self._some(
            "acts", is_it, inside("e.day", first, last), touches("e.day", first, last)
        )

    def _imaged(self, term: terms.Imaged) -> str:
        first, last = self._bounds(term.days)
        is_it = [one_of("e.modality", term.modalities)] if term.modalities else []
        if term.fitting:
            is_it.append("f.unit IS NOT NULL")
        if term.by == "order":
            days = "e.counted"
        else:
            days = "e.shown"
            is_it.append("e.shown_lo IS NOT NULL")
        sure = all_of([inside(days, first, last), "e.region", "e.certain"])
        value = self._some("images", is_it, f"coalesce({sure}, FALSE)", touches(days, first, last))
        return self._unless_not_carried(value, "imaging", term.days)

    def _answered(self, term: terms.Answered) -> str:
        first, last = self._bounds(term.days)
        column = self.codes.evidence([item_concept(term.item)], name="item")
        is_it = [f"c.{column}", "e.kind = 'answer'", "e.status IS DISTINCT FROM 'refuted'"]
        if term.values:
            is_it.append(one_of(_SAID, term.values))
        return self._some(
            "evidence", is_it, inside("e.day", first, last), touches("e.day", first, last)
        )

    def _change(self, term: terms.Change) -> str:
        before = self._last_number(term.item, term.baseline)
        after = self._last_number(term.item, term.follow_up)
        return f"({after} - {before} >= {term.at_least})"

    def _last_number(self, item: str, days: Window) -> str:
        first, last = self._bounds(days)
        column = self.codes.evidence([item_concept(item)], name="item")
        is_it = all_of(
            [
                f"c.{column}",
                "e.kind = 'answer'",
                "e.status IS DISTINCT FROM 'refuted'",
                "e.number IS NOT NULL",
                "e.day_lo = e.day_hi",
                inside("e.day", first, last),
            ]
        )
        latest = "{'day': e.day_lo, 'event': e.event, 'number': e.number}"
        return f"{self._flag('evidence', f'max({latest}) FILTER (WHERE {is_it})', is_it)}.number"


def day_0_column(anchor: Anchor) -> str:
    """The expression of day 0 over a unit's row."""
    return "index_lo" if anchor == "index" else "coalesce(emergency_since, index_lo)"


def visited_domain(term: terms.Visited) -> Domain:
    """The domain in which the visits of a term are found."""
    if term.specialties:
        return "consultations"
    return "hospital" if term.settings and set(term.settings) <= HOSPITAL else "visits"


def red_flag(term: terms.RedFlag, frame: Frame, *, recorded: bool) -> str:
    """The column of a unit's row that says a state of the screen."""
    if term.state == "emergency":
        column = f"emergency_{emergency_column(term.by)}" if frame.emergency_findings else "FALSE"
        return f"coalesce({column}, FALSE)" if recorded else column
    column = {"present": "status"}.get(term.state, term.state)
    if term.state == "combination":
        names = [c.id for c in frame.package.red_flags.combination]
        column = f"combination_{names.index(term.id)}"
    screen = "screen" if term.by is None else f"screen_by_{term.by}"
    return f"{screen}_{column}{'_recorded' if recorded else ''}"


def is_carried(frame: Frame, domain: Domain, first: str, last: str) -> str:
    """Whether one carried span of a domain holds the days from ``first`` to ``last``."""
    return any_of(f"({first} >= {a} AND {last} <= {b})" for a, b in frame.carried.get(domain, ()))
