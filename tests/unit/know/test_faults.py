"""Every fault that is planted in a package is found, with its place and mend, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from tests.unit.know.test_loader_errors import MISTAKES

import spinewise
from spinewise.cli import main
from spinewise.errors import PackageError
from spinewise.know.faults import RULES, Fault, check_folder
from spinewise.know.loader import load_package

TODAY = date(2026, 11, 24)
LIST = "concepts/headache.csv"
INDICATOR = "indicators/head-imaging.toml"
LAST = "ICPC-2,N01,Headache,check,example,memory\n"
"""The last of the four lines of the list."""
HEADER = "system,code,display,status,source,confidence\n"


class Plant(NamedTuple):
    """A fault: what is written in place of what, and what has to be found."""

    file: str
    old: str
    """Empty: the file is new."""
    new: str
    finds: tuple[tuple[str, str, int | None, str, str], ...]
    """Rule, file, line, key, and words of the message."""


def row(text: str, *finds: tuple[str, str, str]) -> Plant:
    """A line of a list."""
    found = tuple((rule, LIST, -1, key, words) for rule, key, words in finds)
    return Plant(LIST, LAST, f"{LAST}{text}\n", found)


EXCLUSION = """
[[exclusion]]
id = "{id}"
name = {{ en = "One", fr = "Un" }}
when = {when}
sources = ["authors"]
confidence = "D"

[[exclusion]]
id = "known"
"""


def exclusion(name: str, when: str, *finds: tuple[str, int | None, str, str]) -> Plant:
    """An exclusion of episodes, before the one that is there."""
    found = tuple((rule, "episode.toml", line, key, words) for rule, line, key, words in finds)
    old = '\n[[exclusion]]\nid = "known"\n'
    return Plant("episode.toml", old, EXCLUSION.format(id=name, when=when), found)


SEEN = 'is = "evidence", concepts = ["headache"]'
PLANTS = {
    "a code that does not exist": row(
        "ICD-10-CM,G44.98,x,verified,y,z", ("code-unknown", "code", "no code 'G44.98'")
    ),
    "a beginning that no code has": row(
        "ICD-9-CM-PREFIX,855,x,verified,y,z", ("code-unknown", "code", "begins with '855'")
    ),
    "a retired code": row(
        "ICD-10-CM,M54.5,x,verified,y,z", ("code-retired", "code", "after 2021-09-30")
    ),
    "a code that is not retired": row(
        "ICD-10-CM-retired,R51.9,x,verified,y,z", ("code-retired", "code", "is in force")
    ),
    "a heading": row(
        "ICD-10-CM,M54,x,verified,y,z", ("code-heading", "code", "a heading of ICD-10-CM")
    ),
    "a digit exchanged": row(
        "SNOMED-CT,25046002,x,verified,y,z", ("code-unknown", "code", "check digit")
    ),
    "a check digit of LOINC": row(
        "LOINC,24725-5,x,verified,y,z", ("code-unknown", "code", "check digit")
    ),
    "a code of another form": row(
        "OHIP-FEE,18,x,verified,y,z", ("code-form", "code", "'18' is not written as")
    ),
    "a system with a slip": row(
        "ICD10-CM,R51.9,x,verified,y,z", ("system-unknown", "system", "'ICD10-CM'")
    ),
    "a code without a source": row(
        "CPT,70460,x,verified,,z", ("code-without-source", "source", "no source")
    ),
    "a list that nothing uses": Plant(
        "concepts/spare.csv",
        "",
        f"{HEADER}CPT,70470,x,verified,y,z\n",
        (("unused", "concepts/spare.csv", None, "", "nothing uses 'spare'"),),
    ),
    "a list without codes": Plant(
        "concepts/nothing.csv",
        "",
        HEADER,
        (
            ("empty", "concepts/nothing.csv", None, "", "holds no code that counts"),
            ("unused", "concepts/nothing.csv", None, "", "nothing uses 'nothing'"),
        ),
    ),
    "a list whose codes are off": Plant(
        "concepts/off.csv",
        "",
        f"{HEADER}CPT,70470,x,check,y,z\n",
        (
            ("empty", "concepts/off.csv", None, "", "rows that are off by their status: 1"),
            ("unused", "concepts/off.csv", None, "", "nothing uses 'off'"),
        ),
    ),
    "a pattern that fits nothing": Plant(
        "concepts.toml",
        'only = ["ICD-10-CM|G44.2*"]',
        'only = ["ICD-10-CM|G44.2*"]\nexcept = ["ICD-10-CM|G43*"]',
        (("pattern-idle", "concepts.toml", 4, "derived.tension-headache.except[1]", "G43"),),
    ),
    "codes that are in and out": exclusion(
        "overlap",
        f'{{ {SEEN}, days = [-9, 0], not_concepts = ["tension-headache"] }}',
        ("overlap", 16, "exclusion[overlap].when, evidence.not_concepts", "G44.2 is of"),
    ),
    "a window that another forbids": exclusion(
        "apart",
        f'{{ is = "all", of = [{{ {SEEN}, days = [-3, 0] }}, '
        f'{{ is = "not", of = {{ {SEEN}, days = [-9, 0] }} }}] }}',
        ("never", 16, "exclusion[apart].when", "this 'all' can never hold"),
    ),
    "more days than the window has": exclusion(
        "many",
        f'{{ is = "any", of = [{{ is = "onset", days = [-9, 0] }}, '
        f"{{ {SEEN}, days = [-3, 0], at_least = 5, distinct_days = true }}] }}",
        ("never", 16, "exclusion[many].when, evidence", "this 'evidence' can never hold"),
    ),
    "two onsets": exclusion(
        "onsets",
        '{ is = "all", of = [{ is = "onset", days = ["ever", -9] }, '
        '{ is = "onset", days = [-8, 0] }] }',
        ("never", 16, "exclusion[onsets].when", "this 'all' can never hold"),
    ),
    "a reason where there is none": exclusion(
        "reason",
        '{ is = "accepted-reason" }',
        ("never", 16, "exclusion[reason].when", "this 'accepted-reason' can never hold"),
    ),
    "a numerator that the exclusions forbid": exclusion(
        "imaged",
        '{ is = "imaged", days = [0, 28] }',
        ("never", None, "", "can never be in the numerator"),
    ),
    "a population that the exclusions forbid": exclusion(
        "present",
        '{ is = "not", of = { is = "red-flag", state = "present" } }',
        ("never", None, "", "nobody can be in the denominator"),
    ),
    "a washout that holds day 0": Plant(
        "episode.toml",
        "washout = [-90, -1]",
        "washout = [-90, 0]",
        (("never", "episode.toml", 4, "index.washout", "no episode can begin"),),
    ),
    "a window that is over too early": Plant(
        INDICATOR,
        "window = [0, 14]",
        "window = [0, 7]",
        (("window-short", INDICATOR, 25, "numerator, imaged.days", "until day 14"),),
    ),
    "a review that is due": Plant(
        INDICATOR,
        "reviewed = 2026-11-01",
        "reviewed = 2024-11-24",
        (("review-past", INDICATOR, 4, "reviewed", "2024-11-24 is 24 months or more"),),
    ),
    "a review to come": Plant(
        "resources.toml",
        "last_checked = 2026-11-01",
        "last_checked = 2026-11-25",
        (
            (
                "review-future",
                "resources.toml",
                7,
                "resource[sheet].last_checked",
                "2026-11-25 is after 2026-11-24",
            ),
        ),
    ),
    "a version without its history": Plant(
        INDICATOR,
        "\n[[why_wrong]]",
        '\n[[history]]\nversion = "0"\non = 2026-01-01\nwhy = { en = "a", fr = "b" }\n'
        "\n[[why_wrong]]",
        (("history-short", INDICATOR, 28, "history[1].version", "begins with 0"),),
    ),
    "words that were not translated": Plant(
        "change_ideas.toml",
        'what = { en = "Keep one.", fr = "En tenir un." }',
        'what = { en = "Keep one for a month.", fr = "Keep one for a month." }',
        (("french-missing", "change_ideas.toml", 4, "idea[diary].what.fr", "is the English"),),
    ),
    "a meaning without a fault": Plant(
        "package.toml",
        "[[forum]]",
        '[[meant]]\nrule = "unused"\nfile = "concepts/headache.csv"\nwhy = "So."\n\n[[forum]]',
        (("meant-idle", "package.toml", 26, "meant[1]", "nothing of the kind 'unused'"),),
    ),
}
ALONE = {"a numerator that the exclusions forbid", "a population that the exclusions forbid"}
"""Found only where no part of a definition is impossible by itself."""


def plant(folder: Path, *plants: Plant) -> None:
    for one in plants:
        path = folder / one.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert one.old in text
        path.write_text(text.replace(one.old, one.new, 1) if one.old else one.new, "utf-8")


def seen(fault: Fault) -> tuple[str, str, str]:
    return fault.rule, fault.file, fault.key


def expected(one: Plant) -> list[tuple[str, str, int | None, str, str]]:
    return [
        (rule, INDICATOR, None, "", words) if (rule, line) == ("never", None) else
        (rule, file, line, key, words)
        for rule, file, line, key, words in one.finds
    ]  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found_and_nothing_else(folder: Path, name: str) -> None:
    """Rule, file, line, key and message are those of the fault, and there is a mend."""
    plant(folder, PLANTS[name])
    report = check_folder(folder, TODAY)
    wanted = expected(PLANTS[name])
    assert len(report.faults) == len(wanted), [str(fault) for fault in report.faults]
    for fault, (rule, file, line, key, words) in zip(report.faults, wanted, strict=True):
        assert (fault.rule, fault.file) == (rule, file)
        assert words in fault.message
        assert fault.severity == RULES[rule]
        assert fault.mend
        if key:
            assert fault.key == key
        if line is not None:
            at = (folder / file).read_text(encoding="utf-8").splitlines()
            assert fault.line == (len(at) if line == -1 else line)
            assert fault.value is not None
    assert report.complete


def test_all_planted_faults_are_found_together_and_nothing_else(folder: Path) -> None:
    together = [one for name, one in PLANTS.items() if name not in ALONE]
    plant(folder, *together)
    report = check_folder(folder, TODAY)
    wanted = sorted(
        (rule, file, key) for one in together for rule, file, _, key, _ in expected(one)
    )
    assert sorted(map(seen, report.faults)) == wanted
    assert {fault.rule for fault in report.faults} == set(RULES) - {"refused", "code-early"}


def test_a_code_from_the_future_is_found(folder: Path) -> None:
    plant(folder, row("ICD-10-CM,M54.50,x,verified,y,z"))
    assert check_folder(folder, date(2026, 11, 24)).faults == []
    early = check_folder(folder, date(2021, 9, 30)).faults
    assert ("code-early", LIST, "code") in map(seen, early)


def test_what_is_meant_is_not_said_again(folder: Path) -> None:
    """Only what the row speaks of: another fault of the same kind is said."""
    plant(folder, PLANTS["a list that nothing uses"], PLANTS["a list without codes"])
    path = folder / "package.toml"
    path.write_text(
        path.read_text("utf-8")
        + '\n[[meant]]\nrule = "unused"\nfile = "concepts/spare.csv"\nwhy = "For later."\n',
        encoding="utf-8",
    )
    report = check_folder(folder, TODAY)
    assert [seen(fault)[:2] for fault in report.meant] == [("unused", "concepts/spare.csv")]
    assert {seen(fault)[:2] for fault in report.faults} == {
        ("empty", "concepts/nothing.csv"),
        ("unused", "concepts/nothing.csv"),
    }


@pytest.mark.parametrize("name", MISTAKES)
def test_what_the_loader_refuses_is_found(folder: Path, name: str) -> None:
    """The first error is the one that the loader stops at, with the same words."""
    mistake = MISTAKES[name]
    path = folder / mistake.file
    path.write_text(path.read_text("utf-8").replace(mistake.old, mistake.new, 1), "utf-8")
    report = check_folder(folder, TODAY)
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert caught.value.message in {fault.message for fault in report.errors}
    assert {fault.rule for fault in report.faults} == {"refused"}
    assert not report.complete
    assert all(fault.line for fault in report.faults if fault.key)


def test_many_mistakes_of_the_loader_are_found_at_once(folder: Path) -> None:
    """In every file, each once."""
    names = ["unknown key", "one language only", "a word that is none of the list"]
    names += ["a window of one day", "a bad id", "not TOML"]
    for name in names[:-1]:
        mistake = MISTAKES[name]
        path = folder / mistake.file
        path.write_text(path.read_text("utf-8").replace(mistake.old, mistake.new, 1), "utf-8")
    found = check_folder(folder, TODAY).faults
    assert len(found) == 5
    assert all(
        any(MISTAKES[name].where.split(", ")[-1] in f"{fault.file}, {fault.key}" for fault in found)
        for name in names[:-1]
    )


def test_the_bundled_package_passes() -> None:
    report = spinewise.check_package(today=TODAY)
    assert report.faults == []
    assert report.checked["ICD-10-CM"] == "table"
    assert report.checked["CPT"] == "form"


# The command ------------------------------------------------------------------------------------


def test_the_command_says_errors_and_ends_with_2(folder: Path) -> None:
    plant(folder, PLANTS["a retired code"], PLANTS["a review that is due"])
    run = CliRunner().invoke(main, ["package", "check", str(folder), "--today", "2026-11-24"])
    assert run.exit_code == 2
    assert (
        "error: concepts/headache.csv, line 5, code: 'M54.5' was retired from ICD-10-CM after "
        "2021-09-30\n  Write M54.50, M54.51, M54.59 as well" in run.stdout
    )
    assert "1 error, 1 warning" in run.stdout


def test_warnings_alone_end_with_0(folder: Path) -> None:
    plant(folder, PLANTS["a review that is due"])
    run = CliRunner().invoke(main, ["package", "check", str(folder), "--today", "2026-11-24"])
    assert run.exit_code == 0
    assert "0 errors, 1 warning" in run.stdout


def test_machines_read_json(folder: Path) -> None:
    plant(folder, PLANTS["a retired code"])
    words = ["package", "check", str(folder), "--today", "2026-11-24", "--json"]
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 2
    (fault,) = json.loads(run.stdout)["faults"]
    assert fault["file"] == "concepts/headache.csv"
    assert (fault["line"], fault["key"], fault["rule"]) == (5, "code", "code-retired")


def test_unreadable_files_are_said_to_hide_the_rest(folder: Path) -> None:
    (folder / "episode.toml").unlink()
    run = CliRunner().invoke(main, ["package", "check", str(folder), "--today", "2026-11-24"])
    assert run.exit_code == 2
    assert "episode.toml is missing" in run.stdout
    assert "Mend these first" in run.stdout
