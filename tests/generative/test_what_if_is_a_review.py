"""
What the evidence table answers is what a whole reading of the records says, unit by unit.

Overlays are drawn: any parameters within their bounds, several at once, and codes taken out.
``SPINEWISE_EXAMPLES`` says how many.
"""

from __future__ import annotations

import os
from datetime import date
from random import Random
from typing import Any

import pytest

import spinewise
from spinewise.know.loader import load_package
from spinewise.know.model import Choice, Number, Parameter, Several, Window
from spinewise.know.overlay import AddedCode, CodeChange, Overlay, tailored
from spinewise.know.package import Package
from spinewise.measures.compile import compile_plan
from spinewise.measures.run import outcomes, run
from spinewise.records import Records
from spinewise.records.people import day_number
from spinewise.review.run import build_frame
from spinewise.review.what_if import asking

PERIOD = (date(2024, 1, 1), date(2024, 12, 31))
EXAMPLES = min(int(os.environ.get("SPINEWISE_EXAMPLES", "8")), 400)
COUNTED: tuple[str, ...] = (
    "window",
    "washout",
    "minimum-age",
    "settings",
    "attribute-by",
    "modalities",
)
COUNTED += ("strength", "look-back", "follow-up", "points", "join-within", "counts-before-index")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    folder = tmp_path_factory.mktemp("what-if")
    spinewise.synthesize(150, 5, "csv", folder / "export")
    spinewise.check(folder / "export", workspace=folder / "ours", today=date(2025, 6, 30))
    return Records.open(folder / "ours")


def drawn_value(parameter: Parameter, random: Random) -> Any:
    match parameter.bounds:
        case Window(first=(least, most), last=(from_, to)):
            assert isinstance(least, int)
            return [random.randint(least, most), random.randint(from_, to)]
        case Number(least=least, most=most):
            return random.randint(int(least), int(most))
        case Choice(of=options):
            return random.choice(options).value
        case Several(of=options):
            return [one.value for one in random.sample(options, random.randint(1, len(options)))]
        case _:
            raise AssertionError(parameter.id)


def drawn(package: Package, random: Random) -> Package:
    able = [key for key in package.parameters if key.endswith(COUNTED)]
    values = {
        key: drawn_value(package.parameters[key], random)
        for key in random.sample(able, random.randint(4, 12))
    }
    codes = {}
    if random.random() < 0.3:
        name = random.choice(["lbp-diagnosis-core", "redflag-cancer", "opioids"])
        row = random.choice(package.concepts[name].rows)
        codes[name] = CodeChange(remove=[f"{row.system}|{row.code}"])
    return tailored(package, Overlay(values=values, codes=codes)).package


def read_whole(records: Records, package: Package, ids: list[str]) -> list[str]:
    """The outcomes of a whole reading of the records."""
    connection = records.connect()
    days = (day_number(PERIOD[0]), day_number(PERIOD[1]))
    frame = build_frame(connection, records, package, days, days)
    run(connection, compile_plan(frame, [i for i in package.own if i.id in ids]))
    return sorted(map(repr, outcomes(connection)))


def test_every_answer_is_that_of_a_whole_reading(records: Records) -> None:
    package, random = load_package(), Random(11)
    others = [drawn(package, random) for _ in range(EXAMPLES)]
    differed = 0
    with asking(records, package, others, PERIOD) as evidence:
        ids = list(evidence.today)
        today = read_whole(records, package, ids)
        for other in others:
            with evidence.changed(other) as (_side, _made, rebuilt):
                found = sorted(map(repr, outcomes(evidence.connection)))
            assert found == read_whole(records, other, ids)
            assert not rebuilt
            differed += found != today
    assert differed >= EXAMPLES / 2, "these values hardly change anything"


def test_a_window_reads_neither_records_nor_evidence(records: Records) -> None:
    package = load_package()
    other = tailored(package, Overlay(values={"imaging-early.window": [0, 60]})).package
    with asking(records, package, [other], PERIOD) as evidence:
        assert list(evidence.today) == ["imaging-early"]
        with evidence.changed(other) as (_side, made, _rebuilt):
            assert set(made) == {"index_flag_images", "episode_pattern", "pattern"}


def test_a_code_that_the_evidence_lacks_needs_a_rebuild(records: Records) -> None:
    package = load_package()
    row = records.connect().execute(
        "SELECT DISTINCT system, codes.value FROM events JOIN codes USING (code)"
        " WHERE kind = 'condition' ORDER BY ALL"
    )
    known = {(s, v) for s, v in row.fetchall()}
    strange = next((s, v) for s, v in sorted(known) if not package.matcher.resolve([(1, s, v)]))
    added = AddedCode(system=strange[0], code=strange[1])
    change = {"lbp-diagnosis-core": CodeChange(add=[added])}
    other = tailored(package, Overlay(codes=change)).package
    with asking(records, package, [other], PERIOD) as evidence:
        with evidence.changed(other) as (_side, _made, rebuilt):
            found = sorted(map(repr, outcomes(evidence.connection)))
        assert rebuilt
        ids = list(evidence.today)
        assert found == read_whole(records, other, ids)
        # What was asked before can still be asked.
        less = tailored(package, Overlay(values={"episode.minimum-age": 40})).package
        with evidence.changed(less) as (_side, _made, rebuilt):
            found = sorted(map(repr, outcomes(evidence.connection)))
        assert not rebuilt
        assert found == read_whole(records, less, ids)


def test_what_the_command_says(records: Records) -> None:
    found = spinewise.what_if(
        records.folder.parents[1], {"imaging-early.window": "14..28"}, step=7, period=PERIOD
    )
    assert [answer.value.en for answer in found.answers] == ["0 to 14", "0 to 21", "0 to 28"]
    reviewed = spinewise.review(
        records.folder.parents[1], period=PERIOD, indicators=["imaging-early"]
    )
    assert found.today["imaging-early"] == reviewed["imaging-early"].rate
