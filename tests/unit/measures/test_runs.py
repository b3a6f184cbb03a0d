"""A plan that takes tables of another from before gives what it gives by itself."""

from __future__ import annotations

import pytest
from tests.support.population import Maker, dictionary, frame
from tests.support.tables import connect, fill

from spinewise.know.loader import load_package
from spinewise.know.overlay import read_overlay, tailored
from spinewise.measures.compile import compile_plan
from spinewise.measures.run import outcomes, run
from spinewise.measures.runs import Runs

CHANGES = {
    "a window": ("[imaging-early]\nwindow = [0, 20]", {"episode_pattern", "pattern"}),
    "the washout": ("[episode]\nwashout = [-60, -1]", {"candidate", "unit", "evidence"}),
    "the age": ("[episode]\nminimum-age = 40", {"candidate"}),
    "a flag": ('[T4]\nstrength = "sufficient"', {"screen"}),
    "a look-back": ("[F1]\nlook-back = 14", {"finding_code"}),
    "a code of a flag less": (
        '[codes.fever]\nremove = ["ICD-10-CM|R50.9"]',
        {"evidence", "screen"},
    ),
    "a code less": ('[codes.lbp-diagnosis-core]\nremove = ["ICD-10-CM|M54.5*"]', {"code_is"}),
    "everything": (
        "[imaging]\nwindow = [0, 60]\n[opioid-start]\nwindow = [0, 60]\nlook-back = [-60, -1]\n"
        "[imaging-missed]\nwindow = [0, 5]\n[specialist-consultation]\nwindow = [0, 120]",
        {"reading", "near_visit"},
    ),
}


def test_each_change_gives_what_it_gives_by_itself() -> None:
    package = load_package()
    codes, keys = dictionary(package)
    connection, alone = connect(), connect()
    population = Maker(package, keys, 7).population(250)
    fill(connection, population)
    fill(alone, population)
    runs = Runs(connection)
    base = compile_plan(frame(package, codes), package.own)
    assert "candidate" in runs.run(base, "base")
    for number, (text, expected) in enumerate(CHANGES.values()):
        changed = tailored(package, read_overlay(text, "practice.toml")).package
        plan = compile_plan(frame(changed, codes), changed.own)
        with runs.once(plan, f"v{number}") as made:
            assert expected <= set(made), text
            assert "image_row" not in made or "codes" in text, text
            found = sorted(outcomes(connection), key=repr)
        run(alone, plan)
        assert found == sorted(outcomes(alone), key=repr), text
    runs.use("base")
    run(alone, base)
    assert sorted(outcomes(connection), key=repr) == sorted(outcomes(alone), key=repr)


def test_the_same_plan_again_makes_nothing() -> None:
    package = load_package()
    codes, keys = dictionary(package)
    connection = connect()
    fill(connection, Maker(package, keys, 1).population(30))
    runs = Runs(connection)
    plan = compile_plan(frame(package, codes), package.own)
    runs.run(plan, "one")
    with runs.once(plan, "two") as made:
        assert made == []


@pytest.mark.parametrize("table", ["made", "v"])
def test_what_only_one_plan_needed_goes_with_it(table: str) -> None:
    package = load_package()
    codes, keys = dictionary(package)
    connection = connect()
    fill(connection, Maker(package, keys, 1).population(30))
    runs = Runs(connection)
    with runs.once(compile_plan(frame(package, codes), package.own), "v"):
        pass
    row = connection.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = ?", [table]
    ).fetchone()
    assert row == (0,)
