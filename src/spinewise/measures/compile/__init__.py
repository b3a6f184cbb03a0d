"""
Definitions for everybody at once: a plan of named queries, run by a relational engine.

Read beside :mod:`spinewise.measures.interpret`, file by file: :mod:`.episodes`, :mod:`.images`,
:mod:`.screen`, :mod:`.terms`, :mod:`.places`. Every query is written in DuckDB's SQL and runs there
as it stands; SQLGlot prints it for reading and for other engines. The records are read for the
episodes, images, evidence, visits and answers, and at the end for the names of units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot

from spinewise.know.model import Indicator
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step, episode_steps
from spinewise.measures.compile.evidence import (
    all_terms,
    asked_visit_steps,
    emergencies_asked,
    evidence_steps,
    judged_steps,
    near_visit_steps,
    reading_steps,
)
from spinewise.measures.compile.images import image_steps, placing_steps
from spinewise.measures.compile.places import place_steps, place_views, unit_kinds
from spinewise.measures.compile.rules import compile_rules
from spinewise.measures.compile.screen import (
    emergency_steps,
    finding_codes,
    relevant_to_findings,
    screen_steps,
)
from spinewise.measures.compile.sql import any_of
from spinewise.measures.compile.terms import Context
from spinewise.measures.frame import Frame


@dataclass(frozen=True)
class Plan:
    """What has to be run, in order, to put every unit in its place."""

    code_is: tuple[dict[str, str], list[tuple[object, ...]]]
    """Columns and rows of the table of code predicates."""
    finding_code: list[tuple[object, ...]]
    """The rows of the table of what codes say about findings."""
    steps: list[Step]
    """Tables, and the queries that fill them."""
    views: list[Step]
    """Views over them; the last is ``outcome``, if there are indicators."""

    def sql(self, dialect: str = "duckdb") -> dict[str, str]:
        """Every query as text in the dialect of an engine."""
        return {
            name: sqlglot.parse_one(query, read="duckdb").sql(dialect=dialect, pretty=True)
            for name, query in [*self.steps, *self.views]
        }


def compile_plan(frame: Frame, indicators: Sequence[Indicator]) -> Plan:
    """The plan that gives the outcome of every unit under every indicator."""
    codes = CodePredicates(frame)
    relevant_to_findings(frame, codes)
    index = Context("index_flag", "unit", "unit", "", frame, codes)
    reasons = Context("reason_flag", "reading", "reading", "u.as_of", frame, codes)
    reason = any_of(
        reasons.holds(one.when, recorded=False) for one in frame.package.red_flags.reason
    )
    terms = all_terms(frame, indicators)
    # First what is asked of each kind of unit: asking notes the flags and codes that it needs.
    rules = compile_rules(frame, indicators, codes)
    kinds = [*unit_kinds(frame, indicators, index, codes), *rules.kinds]
    steps = [
        *image_steps(frame, codes),
        *rules.people,
        *episode_steps(frame, codes, asked_visit_steps(frame, terms, codes, rules.visits)),
        *placing_steps(frame),
        *evidence_steps(frame, terms),
        *emergency_steps(frame, emergencies_asked(terms)),
        *near_visit_steps(frame, terms, codes),
        *reading_steps(frame, terms),
        *screen_steps(frame),
        *reasons.steps(),
        *judged_steps(frame, reasons, reason),
        *index.steps(),
        *rules.steps,
        *place_steps(kinds),
    ]
    return Plan(
        code_is=(codes.schema(), codes.rows()),
        finding_code=finding_codes(frame),
        steps=steps,
        views=list(place_views(kinds)),
    )
