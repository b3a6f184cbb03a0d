"""
Every unit in its place, as SQL: the order of the questions is that of ``interpret``.

A unit's answers to the questions of an indicator are packed into one number, its *pattern*. Units
that answer alike share a pattern, so what follows from the answers (the category, its reasons, the
places) is worked out once a pattern and not once a unit; and units are known by number until
somebody reads them by name, in the view ``outcome``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spinewise.errors import PackageError
from spinewise.know.model import Indicator
from spinewise.know.terms import AnswerIs
from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.evidence import all_terms, days_read, emergencies_asked
from spinewise.measures.compile.images import PARTS
from spinewise.measures.compile.screen import emergency_column, screen_columns
from spinewise.measures.compile.sql import (
    LAST_DAY,
    all_of,
    any_of,
    day,
    from_file,
    listed,
    negate,
    source,
    text,
)
from spinewise.measures.compile.terms import Context, day_0_column, is_carried
from spinewise.measures.frame import Frame, item_concept
from spinewise.measures.kleene import Truth
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT

Named = dict[str, str]
"""Names and expressions: of questions with their three-valued answers, or of reasons."""

MOST_QUESTIONS: Final = 39
"""So many answers of three values fit into one number."""


@dataclass(frozen=True)
class Kind:
    """A kind of unit: where its units are found, and what places them."""

    name: str
    indicators: Sequence[Indicator]
    rows: str
    """The query that gives one row a unit, with ``unit``, ``patient``, ``clinician``,
    ``modality``, ``day_lo``, ``day_hi`` and everything that the questions are asked of."""
    shared: Named
    """Questions that every indicator asks."""
    own: Mapping[str, Named]
    """Questions of each indicator."""
    exclusions: Named
    """The rules of exclusion, and which of the shared questions they are."""
    is_unit: str
    undated: str
    outside: Named
    unknown: Named
    undated_unknown: Named
    label: str
    undated_label: str
    assumed: Named
    source: str
    """The source record of a unit ``u``, over the tables of ``source_joins``."""
    source_joins: str

    alike: str = ""
    """The query of further units that all answer as ``nobody`` does, or "" for none."""
    rest: str = ""
    """The same of units that are counted as a whole: they differ in nothing that is counted."""
    rest_count: str = ""
    """The query of how many they are."""
    nobody: Mapping[str, Truth | str] = field(default_factory=dict)
    """The questions of which they know an answer, or a column of ``alike`` that knows it."""

    def answers(self, indicator: Indicator) -> Named:
        """The questions of an indicator with their answers."""
        return {**self.shared, **self.own[indicator.id]}

    def asks(self, indicator: Indicator) -> list[str]:
        """The names of an indicator's questions, in the order of their places in the pattern."""
        names = list(self.answers(indicator))
        if len(names) > MOST_QUESTIONS:
            raise PackageError(
                f"{indicator.id!r} asks {len(names)} questions of a unit, over {MOST_QUESTIONS}",
                hint="Join some exclusions, needs or further counts into one.",
            )
        return names


def place_steps(kinds: Sequence[Kind]) -> Iterator[Step]:
    """
    For each kind of unit a table of its units and their patterns; ``rest``, how many units are in
    none of these tables; and ``pattern``.
    """
    for kind in kinds:
        yield f"{kind.name}_pattern", _units(kind)
    if kinds:
        yield "rest", _rests(kinds)
        yield "pattern", " UNION ALL ".join(_placed(kind) for kind in kinds)


def place_views(kinds: Sequence[Kind]) -> Iterator[Step]:
    """
    The views ``unit_pattern``, one row a unit and indicator but for the ``rest``, and ``outcome``:
    one row each of all of them, named.
    """
    if kinds:
        yield "unit_pattern", " UNION ALL ".join(_patterns(kind) for kind in kinds)
        yield "outcome", " UNION ALL ".join(_outcomes(kind) for kind in kinds)


def unit_kinds(
    frame: Frame, indicators: Sequence[Indicator], index: Context, codes: CodePredicates
) -> list[Kind]:
    """The kinds of unit that the indicators count, with the questions they ask."""
    makers = (_episodes, _images, _answers)
    made = [make(frame, indicators, index, codes) for make in makers]
    return [kind for kind in made if kind]


# What is asked of each kind of unit ---------------------------------------------------------------


def _episodes(
    frame: Frame, indicators: Sequence[Indicator], index: Context, codes: CodePredicates
) -> Kind | None:
    counted = [one for one in indicators if one.unit == "episode"]
    if not counted:
        return None
    first, last = frame.scope
    rules = _exclusions(frame, index)
    shared = {
        "is_dated": "is_dated",
        "washout": "washout",
        "age": "age",
        "status": "screen_status",
        "no_onset": "onset_lo IS NULL",
        "no_setting": "setting IS NULL",
        "proposed": "proposed",
        **rules,
    }
    own = {
        one.id: _asked(one, index)
        | {"follows": _follows(one)}
        | _missing(one, frame, day_0_column(one.anchor))
        for one in counted
    }
    return Kind(
        name="episode",
        indicators=counted,
        rows=f"""
            SELECT c.*, '' AS modality, c.index_lo AS day_lo, c.index_hi AS day_hi,
                {_read_columns(frame, counted, index)}
            FROM candidate AS c
            LEFT JOIN judged AS screen ON screen.unit = c.unit AND screen.of_what = 'episode'
            {_read_joins(frame, counted, index, "c")}
            WHERE c.index_lo <= {last} AND c.index_hi >= {first}
        """,
        shared=shared,
        own=own,
        exclusions=_rules(frame),
        is_unit="washout AND age AND follows",
        undated="NOT is_dated",
        outside={"age": "age IS FALSE", "washout": "washout IS FALSE"},
        unknown={
            "age-unknown": "age IS NULL",
            "washout-unknown": "washout IS NULL",
            "date-unknown": "follows IS NULL",
        },
        undated_unknown={"date-unknown": "TRUE"},
        label=_say("status", "present", "absent", "not-documented"),
        undated_label="''",
        assumed={"onset-not-recorded": "no_onset", "setting-not-recorded": "no_setting"},
        source=source("v"),
        source_joins=f"JOIN visits AS v ON v.visit = u.unit {from_file('v')}",
    )


def _images(
    frame: Frame, indicators: Sequence[Indicator], index: Context, codes: CodePredicates
) -> Kind | None:
    counted = [one for one in indicators if one.unit == "image"]
    if not counted:
        return None
    first, last = frame.scope
    rules = _exclusions(frame, index)
    shared = {
        "is_dated": "certain AND day_lo = day_hi AND unit_is_dated",
        "no_episode": "episode IS NULL",
        "washout": "washout",
        "age": "age",
        "region": "region",
        "indicated": _truth("screen_verdict", "indicated", "not-indicated"),
        "no_order": "order_lo IS NULL",
        "proposed": "proposed OR coalesce(unit_proposed, FALSE)",
        **rules,
    }
    unknown = {
        "age-unknown": "age IS NULL",
        "region-unknown": "region IS NULL",
        "washout-unknown": "washout IS NULL",
    }
    # Asked before the rows are written: asking notes the flags that the rows bring.
    own = {one.id: _asked(one, index) | _missing(one, frame, "day_lo") for one in counted}
    return Kind(
        name="image",
        indicators=counted,
        rows=f"""
            SELECT p.* EXCLUDE (unit), p.image AS unit, p.unit AS episode,
                c.is_dated AS unit_is_dated, c.washout, c.age, c.onset_lo, c.onset_hi,
                c.proposed AS unit_proposed, {_read_columns(frame, counted, index)}
            FROM placed AS p JOIN candidate AS c ON c.unit = p.unit
            LEFT JOIN judged AS screen ON screen.image = p.image AND screen.of_what = 'image'
            {_read_joins(frame, counted, index, "p")}
            WHERE p.day_lo <= {last} AND p.day_hi >= {first}
        """,
        alike=f"""
            SELECT image AS unit, patient, day_lo, day_hi, clinician, modality,
                order_lo IS NULL AS no_order, proposed
            FROM placed WHERE unit IS NULL AND day_lo <= {last} AND day_hi >= {first}
        """,
        nobody={"no_episode": True, "no_order": "no_order", "proposed": "proposed"},
        shared=shared,
        own=own,
        exclusions=_rules(frame),
        is_unit="washout AND age AND region",
        undated="NOT is_dated",
        outside={"no-episode": "no_episode"},
        unknown=unknown,
        undated_unknown={**unknown, "date-unknown": "TRUE"},
        label=_say("indicated", "indicated", "not-indicated", "cannot-tell"),
        undated_label="'cannot-tell'",
        assumed={"dated-by-performance": "no_order"},
        source=f"{source('e')} || CASE WHEN u.unit % {PARTS} > 1"
        f" THEN '#' || CAST(u.unit % {PARTS} AS VARCHAR) ELSE '' END",
        source_joins=f"JOIN events AS e ON e.event = u.unit // {PARTS} {from_file('e')}",
    )


def _answers(
    frame: Frame, indicators: Sequence[Indicator], index: Context, codes: CodePredicates
) -> Kind | None:
    items = {
        one.id: codes.column([item_concept(one.numerator.item)], name="item")
        for one in indicators
        if one.unit == "answer" and isinstance(one.numerator, AnswerIs)
    }
    if not items:
        return None
    counted = [one for one in indicators if one.id in items]
    first, last = frame.scope
    said = "regexp_replace(trim(replace(lower(coalesce(a.value, '')), '_', ' ')), '\\s+', '-', 'g')"
    columns = sorted(set(items.values()))
    return Kind(
        name="answer",
        indicators=counted,
        rows=f"""
            SELECT a.event AS unit, a.patient, '' AS modality,
                coalesce(nullif(a.clinician, ''), v.clinician, '') AS clinician,
                {day("a.start_lo")} AS day_lo, {day("a.start_hi")} AS day_hi, {said} AS said,
                {", ".join(f"c.{column}" for column in columns)}
            FROM events AS a JOIN code_is AS c ON c.code = a.code
                AND {any_of(f"c.{column}" for column in columns)}
            LEFT JOIN visits AS v ON v.visit = a.visit
            WHERE a.kind = 'answer' AND a.status IS DISTINCT FROM 'refuted'
                AND {day("a.start_hi")} >= {first} AND {day("a.start_lo")} <= {last}
        """,
        shared={"is_dated": "day_lo = day_hi"},
        own={one.id: {"asked": items[one.id], **_asked(one, index)} for one in counted},
        exclusions={},
        is_unit="CASE WHEN is_dated THEN TRUE ELSE NULL END",
        undated="FALSE",
        outside={},
        unknown={"date-unknown": "NOT is_dated"},
        undated_unknown={},
        label="''",
        undated_label="''",
        assumed={},
        source=source("e"),
        source_joins=f"JOIN events AS e ON e.event = u.unit {from_file('e')}",
    )


def _read_columns(frame: Frame, indicators: Sequence[Indicator], index: Context) -> str:
    """What terms ask of a unit: its emergency, its screens and its flags."""
    terms = all_terms(frame, indicators)
    columns = ["m.since AS emergency_since"]
    emergencies = [emergency_column(by) for by in emergencies_asked(terms)]
    columns += [f"m.{column} AS emergency_{column}" for column in emergencies]
    screens = ["screen", *(f"screen_by_{number}" for number in days_read(terms))]
    for screen in screens:
        for said in (*screen_columns(frame), "reason"):
            columns += [f"{screen}.{c} AS {screen}_{c}" for c in (said, f"{said}_recorded")]
        columns.append(f"{screen}.verdict AS {screen}_verdict")
    return ", ".join([*columns, *index.flags()])


def _read_joins(frame: Frame, indicators: Sequence[Indicator], index: Context, alias: str) -> str:
    by_days = " ".join(
        f"LEFT JOIN judged AS screen_by_{number} ON screen_by_{number}.unit = {alias}.unit"
        f" AND screen_by_{number}.of_what = 'by {number}'"
        for number in days_read(all_terms(frame, indicators))
    )
    return f"{by_days} LEFT JOIN emergency AS m ON m.unit = {alias}.unit {index.joins(alias)}"


def _exclusions(frame: Frame, index: Context) -> Named:
    names = _rules(frame)
    return {
        names[rule.id]: index.holds(rule.when, recorded=False)
        for rule in frame.package.episode.exclusion
    }


def _rules(frame: Frame) -> Named:
    """The columns of the rules of exclusion."""
    return {rule.id: f"rule_{n}" for n, rule in enumerate(frame.package.episode.exclusion)}


def _asked(indicator: Indicator, index: Context) -> Named:
    """Population and numerator, as recorded and with their unknowns, and the further counts."""
    who, what, anchor = indicator.population, indicator.numerator, indicator.anchor
    return {
        "population_recorded": index.holds(who, recorded=True) if who else "TRUE",
        "population": index.holds(who, recorded=False) if who else "TRUE",
        "numerator_recorded": index.holds(what, recorded=True, anchor=anchor),
        "numerator": index.holds(what, recorded=False, anchor=anchor),
        **{
            f"also {name}": index.holds(term, recorded=True, anchor=anchor)
            for name, term in indicator.also_count.items()
        },
    }


def _missing(indicator: Indicator, frame: Frame, day_0: str) -> Named:
    """Whether a unit's window is not over, or not carried."""
    asked: Named = {}
    if indicator.window and indicator.unit == "episode":
        ends = f"{day_0} + {indicator.window[1]}"
        died = "dies_hi" if indicator.death_ends else LAST_DAY
        asked["not_followed"] = f"least(leaves_hi, {died}) < {ends}"
        asked["not_yet"] = f"{frame.cutoff} < {ends}"
    for need in indicator.needs:
        first = need.days[1] if need.days[0] == "ever" else need.days[0]
        carried = is_carried(frame, need.domain, f"{day_0} + {first}", f"{day_0} + {need.days[1]}")
        asked[f"without {need.domain}"] = negate(carried)
    if indicator.anchor == "emergency-finding":
        return {name: f"emergency_since IS NOT NULL AND {it}" for name, it in asked.items()}
    return asked


def _follows(indicator: Indicator) -> str:
    """True where a unit was followed to the end of its window for sure, else NULL."""
    if not indicator.window:
        return "TRUE"
    died = "dies_lo" if indicator.death_ends else LAST_DAY
    late = f"least(leaves_lo, {died}) < {day_0_column(indicator.anchor)} + {indicator.window[1]}"
    if indicator.anchor == "emergency-finding":
        late = f"emergency_since IS NOT NULL AND {late}"
    return f"CASE WHEN {late} THEN NULL ELSE TRUE END"


# From answers to a pattern, and back --------------------------------------------------------------


def _units(kind: Kind) -> str:
    """The units of a kind, with a column of patterns for each indicator."""
    patterns, alike = [], []
    for number, indicator in enumerate(kind.indicators):
        own = kind.own[indicator.id]
        pattern = _packed(own.values(), len(kind.shared), start="shared")
        if "asked" in own:
            pattern = f"CASE WHEN {own['asked']} THEN {pattern} END"
        patterns.append(f"{pattern} AS pattern_{number}")
        kind.asks(indicator)
        alike.append(_known(kind.nobody, kind.answers(indicator)))
    place = "unit, patient, day_lo, day_hi, clinician, modality"
    packed = _packed(kind.shared.values())
    units = f"""
        SELECT {place}, {", ".join(patterns)}
        FROM (SELECT *, {packed} AS shared FROM ({kind.rows}))
    """
    if not kind.alike:
        return units
    return f"""{units}
        UNION ALL
        SELECT {place}, {", ".join(alike)} FROM ({kind.alike})
    """


def _rests(kinds: Sequence[Kind]) -> str:
    """For each indicator with further units that are all alike, how many, and their pattern."""
    counted = [
        f"SELECT {text(one.id)} AS indicator, CAST({_known(kind.nobody, kind.answers(one))}"
        f" AS BIGINT) AS pattern, ({kind.rest_count}) AS units"
        for kind in kinds
        if kind.rest
        for one in kind.indicators
    ]
    none = "SELECT '' AS indicator, CAST(0 AS BIGINT) AS pattern, 0 AS units WHERE FALSE"
    return " UNION ALL ".join(counted) or none


_DIGITS: Final = {False: 0, True: 1, None: 2}
_SAID: Final = {"FALSE": False, "TRUE": True}


def _known(nobody: Mapping[str, Truth | str], asked: Named) -> str:
    """The pattern of units that know nothing but what ``nobody`` knows."""
    fixed, digits = 0, []
    for place, (name, answer) in enumerate(asked.items()):
        known = nobody.get(name, _SAID.get(answer))
        if isinstance(known, str):
            digits.append(_digit(known, place))
        else:
            fixed += _DIGITS[known] * 3**place
    return " + ".join([str(fixed), *digits])


def _packed(answers: Iterable[str], first: int = 0, *, start: str = "0") -> str:
    """Answers as digits of a number: no 0, yes 1, unknown 2."""
    return " + ".join(
        [start, *(_digit(answer, place) for place, answer in enumerate(answers, first))]
    )


def _digit(answer: str, place: int) -> str:
    return f"coalesce(CAST(({answer}) AS BIGINT), 2) * {3**place}"


def _answer(place: int) -> str:
    return f"CASE (pattern // {3**place}) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END"


def _unpacked(kind: Kind, number: int) -> str:
    """The patterns of an indicator, with the answers that its kind's places follow from."""
    indicator = kind.indicators[number]
    place = {name: place for place, name in enumerate(kind.asks(indicator))}
    wanted = [*kind.shared, "population_recorded", "population", "numerator_recorded", "numerator"]
    if "follows" in place:
        wanted.append("follows")
    also = {name: _answer(place[f"also {name}"]) for name in indicator.also_count}
    without = {
        f"not-carried:{need.domain}": _answer(place[f"without {need.domain}"])
        for need in indicator.needs
        if f"without {need.domain}" in place
    }
    reasons = "".join(
        f"WHEN {_answer(place[name])} THEN {text(reason)} "
        for name, reason in (("not_followed", "not-followed"), ("not_yet", "not-yet"))
        if name in place
    )
    rest = f"UNION SELECT pattern FROM rest WHERE indicator = {text(indicator.id)}"
    if not kind.rest:
        rest = ""
    missed = f"CASE {reasons} ELSE {listed(without)} END" if reasons else listed(without)
    return f"""
        SELECT {text(indicator.id)} AS indicator, pattern,
            {", ".join(f"{_answer(place[name])} AS {name}" for name in wanted)},
            {missed} AS missed, {listed(also)} AS also,
            {"TRUE" if indicator.unknown_population == "beside" else "FALSE"} AS is_beside
        FROM (SELECT DISTINCT pattern_{number} AS pattern FROM {kind.name}_pattern
            WHERE pattern_{number} IS NOT NULL {rest})
    """


def _placed(kind: Kind) -> str:
    """What follows from each pattern: the questions are in the order of ``interpret._judge``."""
    is_outside = any_of(kind.outside.values())
    doubts = {
        **kind.unknown,
        "numerator-unknown": "numerator_recorded IS NULL",
        "population-unknown": "population_recorded IS NULL",
        **{
            f"{rule}-unknown": f"excluded IS NULL AND {column} IS NULL"
            for rule, column in kind.exclusions.items()
        },
    }
    eligible = all_of([f"({kind.is_unit})", "population", negate("excluded")])
    inside = (
        f"CASE WHEN numerator THEN {IN_WITH} WHEN NOT numerator THEN {IN_WITHOUT}"
        f" ELSE {IN_WITH + IN_WITHOUT} END"
    )
    return f"""
        SELECT * FROM (WITH unpacked AS (
            {" UNION ALL ".join(_unpacked(kind, n) for n in range(len(kind.indicators)))}
        ), judged AS (
            SELECT *, {any_of(kind.exclusions.values())} AS excluded, {is_outside} AS is_outside,
                {kind.undated} AS is_undated
            FROM unpacked
        ), doubted AS (
            SELECT *, {listed(doubts)} AS doubts FROM judged
        ), sorted_out AS (
            SELECT *, CASE WHEN is_outside THEN 'outside' WHEN is_undated THEN 'undecided'
                    WHEN missed <> '' THEN 'not-evaluated' WHEN excluded THEN 'excluded'
                    WHEN is_beside AND population IS NULL THEN 'beside'
                    WHEN population_recorded IS FALSE THEN 'outside'
                    WHEN doubts <> '' THEN 'undecided' ELSE 'in' END AS category,
                CASE WHEN {eligible} THEN {inside} WHEN NOT {eligible} THEN {OUT}
                    ELSE {OUT} + {inside} END AS allowed
            FROM doubted
        )
        SELECT indicator, pattern, category,
            CASE WHEN is_outside THEN {listed(kind.outside)}
                WHEN is_undated THEN {listed(kind.undated_unknown)}
                WHEN category = 'not-evaluated' THEN missed
                WHEN category = 'excluded' THEN {listed(kind.exclusions)}
                WHEN category = 'beside' THEN 'population-unknown'
                WHEN category = 'outside' THEN 'population'
                WHEN category = 'undecided' THEN doubts ELSE '' END AS reasons,
            CASE WHEN is_outside THEN FALSE
                WHEN is_undated OR category = 'not-evaluated' THEN NULL
                ELSE ({kind.is_unit}) AND population_recorded END AS in_denominator,
            CASE WHEN is_outside OR is_undated OR category = 'not-evaluated' THEN FALSE
                ELSE excluded END AS excluded,
            CASE WHEN is_outside THEN FALSE
                WHEN is_undated OR category = 'not-evaluated' THEN NULL
                ELSE numerator_recorded END AS in_numerator,
            CASE WHEN is_outside THEN {OUT} WHEN is_undated THEN {OUT + IN_WITHOUT + IN_WITH}
                WHEN category IN ('not-evaluated', 'excluded', 'beside') THEN {OUT}
                ELSE allowed END AS places,
            CASE WHEN is_outside THEN '' WHEN is_undated THEN {kind.undated_label}
                ELSE {kind.label} END AS verdict,
            CASE WHEN category = 'in' THEN also ELSE '' END AS also,
            {listed(kind.assumed)} AS assumed,
            {"proposed" if "proposed" in kind.shared else "FALSE"} AS proposed,
            {"is_earlier" if "is_earlier" in kind.shared else "FALSE"} AS is_earlier
        FROM sorted_out)
    """


def _patterns(kind: Kind) -> str:
    return " UNION ALL ".join(
        f"SELECT {text(indicator.id)} AS indicator, unit, patient, day_lo, day_hi, clinician,"
        f" modality, pattern_{number} AS pattern FROM {kind.name}_pattern"
        f" WHERE pattern_{number} IS NOT NULL"
        for number, indicator in enumerate(kind.indicators)
    )


def _outcomes(kind: Kind) -> str:
    rest = "".join(
        f" UNION ALL SELECT indicator, o.*, pattern FROM ({kind.rest}) AS o CROSS JOIN rest"
        f" WHERE indicator = {text(one.id)}"
        for one in kind.indicators
        if kind.rest
    )
    return f"""
        SELECT p.indicator, u.unit, {kind.source} AS unit_id, who.patient_id, u.day_lo, u.day_hi,
            u.clinician, u.modality, p.* EXCLUDE (indicator, pattern)
        FROM ({_patterns(kind)}{rest}) AS u
        JOIN pattern AS p ON p.indicator = u.indicator AND p.pattern = u.pattern
        JOIN patients AS who ON who.patient = u.patient {kind.source_joins}
    """


def _say(truth: str, yes: str, no: str, unknown: str) -> str:
    return (
        f"CASE WHEN {truth} THEN {text(yes)} WHEN NOT {truth} THEN {text(no)}"
        f" ELSE {text(unknown)} END"
    )


def _truth(word: str, yes: str, no: str) -> str:
    return f"CASE {word} WHEN {text(yes)} THEN TRUE WHEN {text(no)} THEN FALSE ELSE NULL END"
