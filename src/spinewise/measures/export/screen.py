"""The red flags of a package in CQL (read beside ``interpret/screen.py``)."""

from __future__ import annotations

from spinewise.know.model import Combination, Finding
from spinewise.know.package import Package
from spinewise.measures.export.text import (
    comment,
    define,
    either,
    indented,
    name,
    shifted,
    string,
)


def screen_part(package: Package) -> str:
    """What speaks of each finding, and the screen as it reads on a day."""
    findings = package.red_flags.finding
    rows = [_rows(finding) for finding in findings]
    return (
        "// Red flags ------------------------------------------------------------------------\n\n"
        + "\n".join(rows)
        + "\n"
        + _screen(package)
    )


def _rows(finding: Finding) -> str:
    """The rows that speak of a finding."""
    coded = either([f"R.code in {name(concept)}" for concept in finding.codes])
    codes = f"Common.\"Flag rows\" R where R.kind != 'finding' and ({coded})"
    answers = (
        "Common.\"Flag rows\" R\n  where R.kind = 'finding' and R.status != 'refuted'\n"
        f"    and Common.HasCode(R.code, 'urn:spinewise:finding', {string(finding.id)})"
    )
    return define(f"Codes {finding.id}", codes, says=f"{finding.name.en}.") + define(
        f"Answers {finding.id}", answers
    )


def _screen(package: Package) -> str:
    rules = package.red_flags
    needed = {family.id for family in rules.family if family.needed}
    must = {f.id for f in rules.finding if f.family in needed and f.strength != "context"}
    read = ",\n".join(_read(finding) for finding in rules.finding)
    sufficient = [f.id for f in rules.finding if f.strength == "sufficient"]
    justify = [c for c in rules.combination if c.justifies_imaging]

    def value(finding: str) -> str:
        """What counts: silence about what has to be asked is unknown, else it is absent."""
        if finding in must:
            return f"F.{name(finding)}.value"
        return known(finding)

    def known(finding: str) -> str:
        return f"(if F.{name(finding)}.silent then false else F.{name(finding)}.value)"

    present = [value(finding) for finding in sufficient]
    present += [f"({_combined(c, value)})" for c in justify]
    complete = "\n          and ".join(
        f"F.{name(f.id)}.answered" for f in rules.finding if f.id in must
    )
    fresh = "\n          or ".join(
        f"Coalesce(F.{name(f)}.value and F.{name(f)}.fresh, false)" for f in sufficient
    )
    combined = "".join(f",\n        {name(c.id)}: {_combined(c, known)}" for c in rules.combination)
    listed = ", ".join(f"{c.name.en.lower()} ({c.id})" for c in justify)
    says = (
        "The screen as it reads on a day: present if a finding is that alone justifies imaging, or"
        f" a combination of findings: {listed or 'none'}; absent if every finding that has to be"
        " asked was answered, and none is present; else unknown."
    )
    newline = "\n          or "
    return f"""{comment(says)}
define function Screen(
    index Date, asOf Date, links List<String>, performed Interval<Date>, performedClock String):
  (Tuple {{
{indented(read, 4)}
  }}) F
    let
      flag:
        {newline.join(present) or "false"},
      complete:
        {complete or "true"}
    return Tuple {{
        status: if flag then true else if flag is false and complete then false else null,
        complete: complete,
        sufficient:
          {fresh or "false"}{combined}
      }}
"""


def _read(finding: Finding) -> str:
    looks = (
        'Common."Beginning"'
        if finding.look_back == "ever"
        else shifted("index", -int(finding.look_back))
    )
    return (
        f"{name(finding.id)}: Common.ReadFinding({name(f'Codes {finding.id}')},"
        f" {name(f'Answers {finding.id}')},\n  index, {looks}, asOf, links, performed,"
        " performedClock)"
    )


def _combined(combination: Combination, value: object) -> str:
    assert callable(value)
    every = " and ".join(value(finding) for finding in combination.all_of)
    if not combination.also_any:
        return every
    also = [value(finding) for finding in combination.also_any]
    if combination.also_at_least == 1:
        return f"{every} and ({' or '.join(also)})"
    return f"{every} and Common.AtLeast({{ {', '.join(also)} }}, {combination.also_at_least})"
