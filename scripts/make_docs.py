"""
Write the pages of docs/reference that are made from the code: ``make docs``.

A test holds that they are not stale.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from spinewise.cli import main as spinewise
from spinewise.errors import SpinewiseError
from spinewise.know.loader import load_package
from spinewise.know.model import Clause, Indicator
from spinewise.know.package import Package
from spinewise.know.terms import Term
from spinewise.measures.compile import compile_plan
from spinewise.measures.export.library import library_text
from spinewise.measures.frame import Frame
from spinewise.report.definition import Said, code_lists, say, say_index
from spinewise.report.language import language
from spinewise.report.timeline import timeline, worked

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Made by `make docs` from the code; change it there. -->\n"


def pages() -> dict[Path, str]:
    """Every page that is made from the code, with its text."""
    reference = DOCS / "reference"
    package = load_package()
    return {
        reference / "cli.md": commands(),
        reference / "indicators.md": indicators(package),
        reference / "red-flags.md": red_flags(package),
        **{
            reference / "indicators" / f"{one.id}.md": definition_page(one, package)
            for one in package.indicators.values()
        },
    }


# The commands -----------------------------------------------------------------------------------


def commands() -> str:
    known = every_command(spinewise)
    parts = [
        "# Commands\n",
        NOTE,
        prose(spinewise),
        table(
            ["Command", "What it does"],
            [
                [
                    f"[`spinewise {name}`](#spinewise-{name.replace(' ', '-')})",
                    first_sentence(command),
                ]
                for name, command in known.items()
            ],
        ),
        "`spinewise --version` shows the version; `-h` or `--help` after a command its options.\n",
        f"{spinewise.epilog}\n",
        "What errors look like, and the environment variables: [Errors](errors.md).\n",
    ]
    for name, command in known.items():
        parts += [f"## spinewise {name}\n", usage(name, command), prose(command), options(command)]
    return "\n".join(parts)


def every_command(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """The commands by what is typed after ``spinewise``; those of a group stand for it."""
    found: dict[str, click.Command] = {}
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            found |= every_command(command, f"{before}{name} ")
        else:
            found[f"{before}{name}"] = command
    return found


def first_sentence(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split(".\n")[0].split(": ")[0].replace("\n", " ")


def usage(name: str, command: click.Command) -> str:
    words = ["spinewise", name]
    for param in command.params:
        if isinstance(param, click.Argument):
            words.append(param.human_readable_name)
        elif param.required:
            words += [param.opts[0], metavar(param)]
    return f"```\n{' '.join(words)} [OPTIONS]\n```\n"


def prose(command: click.Command) -> str:
    """The help text; blocks that click leaves as they are become blocks of code."""
    parts = []
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        if part.startswith("\b\n"):
            heading, *lines = part.removeprefix("\b\n").splitlines()
            block = "\n".join(f"$ {line.strip()}" for line in lines)
            parts.append(f"{heading}\n\n```console\n{block}\n```\n")
        else:
            parts.append(part + "\n")
    return "\n".join(parts)


def options(command: click.Command) -> str:
    rows = []
    for param in command.params:
        if isinstance(param, click.Option):
            needed = "Needed. " if param.required else ""
            value = param.show_default if isinstance(param.show_default, str) else param.default
            shown = param.show_default and not param.is_flag
            default = f" Default: {value}." if shown else ""
            name = f"{param.opts[0]} {metavar(param)}".strip().replace("|", "\\|")
            rows.append([f"`{name}`", f"{needed}{param.help}{default}"])
    return table(["Option", "Meaning"], rows)


def metavar(param: click.Parameter) -> str:
    if isinstance(param, click.Option) and param.is_flag:
        return ""
    if isinstance(param.type, click.Choice):
        return "|".join(param.type.choices)
    return param.metavar or param.type.name.upper()


# The change package ----------------------------------------------------------------------------

UNITS = {
    "episode": "an episode of low back pain",
    "image": "an image",
    "answer": "an answer",
    "patient": "a person",
    "patient-year": "a person, for the year",
}


def indicators(package: Package) -> str:
    parts = [
        "# Indicators\n",
        NOTE,
        f"Those of the bundled change package, *{package.file.title.en}* {package.file.version}. "
        "Rates, ranges and states: [States and rates](states-and-rates.md).\n",
        "Indicators that count episodes leave some of them out, and count them by reason:\n",
    ]
    for exclusion in package.episode.exclusion:
        parts += [f"**`{exclusion.id}`**: {exclusion.name.en}\n", words(exclusion.when, package)]
    for indicator in package.own:
        parts += one_indicator(indicator, package)
    parts += [
        "# Published rules\n",
        "Modelled on what others have published, from the same records. How they are written: "
        "[Write a published rule](../how-to/write-a-published-rule.md).\n",
    ]
    for rule in package.rules:
        parts += one_rule(rule, package)
    return "\n".join([*parts, sources(package)])


def one_indicator(indicator: Indicator, package: Package) -> list[str]:
    facts = [
        ("French", indicator.name.fr),
        ("Counts", UNITS[indicator.unit]),
        ("Kind", f"{indicator.kind}; {indicator.better} is better"),
        ("Followed", f"days {list(indicator.window)}" if indicator.window else "not followed"),
        (
            "Needs",
            ", ".join(f"{need.domain} on days {list(need.days)}" for need in indicator.needs)
            or "nothing beyond visits",
        ),
        (
            "Target",
            f"{indicator.target.value:.0%} ({indicator.target.status}): {indicator.target.why.en}"
            if indicator.target
            else "none",
        ),
        ("Status", f"{indicator.status}; {indicator.author}, reviewed {indicator.reviewed}"),
        ("Sources", ", ".join(indicator.sources)),
    ]
    return [
        f"## {indicator.id}\n",
        f"**{indicator.name.en}.** {indicator.meaning.en}\n",
        table(["", ""], [[name, fact] for name, fact in facts]),
        "Denominator:\n",
        words(indicator.population, package) if indicator.population else "- all\n",
        "Numerator:\n",
        words(indicator.numerator, package),
        f"[Examples, codes, CQL, SQL and history](indicators/{indicator.id}.md)\n",
        "Why might it be wrong?\n",
        "\n".join(f"- {why.en}" for why in indicator.why_wrong) + "\n",
    ]


def one_rule(rule: Indicator, package: Package) -> list[str]:
    assert rule.published is not None
    assert rule.index is not None
    published = rule.published
    shown = "1 - rate" if published.score == "complement" else "the rate"
    facts = [
        ("French", rule.name.fr),
        ("Modelled on", published.source.en),
        ("Meant for", published.period.en),
        ("Counts", f"{UNITS[rule.unit]}; {rule.better} is better; its publisher shows {shown}"),
        ("Window over", f"days {list(rule.window)}" if rule.window else "none"),
        ("Needs", ", ".join(f"{need.domain} on days {list(need.days)}" for need in rule.needs)),
        ("Status", f"{rule.status}; {rule.author}, reviewed {rule.reviewed}"),
        ("Sources", ", ".join(rule.sources)),
    ]
    parts = [
        f"## {rule.id}\n",
        f"**{rule.name.en}.** {rule.meaning.en}\n",
        table(["", ""], [[name, fact] for name, fact in facts]),
        "Day 0:\n",
        bullets(say_index(rule.index, package, language("en"))),
    ]
    clauses: Sequence[Clause]
    for heading, clauses in (
        ("Needed", rule.require),
        ("Excluded", rule.exclusion),
        ("Shown apart", rule.strata),
    ):
        for clause in clauses:
            parts += [
                f"{heading}: **`{clause.id}`**, {clause.name.en}\n",
                words(clause.when, package),
            ]
    parts += ["Numerator:\n", words(rule.numerator, package)]
    parts.append(f"[Examples, codes, CQL, SQL and history](indicators/{rule.id}.md)\n")
    for heading, texts in (
        ("How it was read:\n", published.readings),
        ("Not evaluated:\n", published.not_evaluated),
    ):
        if texts:
            parts += [heading, "\n".join(f"- {text.en}" for text in texts) + "\n"]
    return parts


def definition_page(indicator: Indicator, package: Package) -> str:
    """What a definition means for single people, in codes, in SQL and in CQL, and its history."""
    parts = [
        f"# {indicator.name.en}\n",
        NOTE,
        f"`{indicator.id}`, version {indicator.version}. {indicator.meaning.en} The definition in "
        f"words: [Indicators](../indicators.md#{indicator.id}).\n",
        "## Examples\n",
        "Made-up people with as little in their records as will do, read by the definition itself. "
        "Days count from the index day.\n",
    ]
    heads = ("In the numerator", "In the denominator alone")
    for head, one in zip(heads, worked(package, indicator), strict=True):
        if one:
            drawn = timeline(one, package, language("en"))
            parts.append(f"{head}:\n\n```text\n{drawn}\n```\n")
    parts += ["## Codes\n", code_table(indicator, package)]
    parts += ["## CQL\n", cql(indicator, package), "## SQL\n"]
    parts.append(
        "The queries of the plan that are made for this indicator, in DuckDB's dialect; those that "
        "all indicators share (episodes, images, screen) come before them. The columns `p0`, `p1` "
        "... of `code_is` say whether a code is of a set of lists.\n"
    )
    parts += [
        f"<details><summary>{name}</summary>\n\n```sql\n{query}\n```\n\n</details>\n"
        for name, query in own_queries(indicator, package).items()
    ]
    rows = [[one.version, one.on.isoformat(), one.why.en] for one in indicator.history]
    return "\n".join([*parts, "## History\n", table(["Version", "Day", "Why"], rows)])


def code_table(indicator: Indicator, package: Package) -> str:
    """The lists that a definition reads, with how many codes of each system they hold."""
    rows = []
    for name in code_lists(indicator, package):
        concept = package.concepts[name]
        systems = Counter(row.system for row in concept.rows)
        held = ", ".join(f"{count} {system}" for system, count in sorted(systems.items()))
        made = (
            f"from {', '.join(package.derived[name].from_)}"
            if name in package.derived
            else "a list"
        )
        rows.append([f"`{name}`", made, held])
    return table(["Concept", "Made", "Codes"], rows)


def cql(indicator: Indicator, package: Package) -> str:
    """The definition in CQL, or why it cannot be said in it."""
    try:
        text = library_text(package, indicator.id)
    except SpinewiseError as error:
        return f"Not in CQL: {error.message}.\n"
    return f"<details><summary>The library</summary>\n\n```cql\n{text}```\n\n</details>\n"


def own_queries(indicator: Indicator, package: Package) -> dict[str, str]:
    """The queries of the plan that only this indicator needs."""
    frame = Frame(
        package=package,
        concepts={},
        proposed=frozenset(),
        scope=(0, 365),
        period=(0, 365),
        cutoff=500,
        observed_from=0,
        carried={},
    )
    shared = compile_plan(frame, []).sql()
    queries = compile_plan(frame, [indicator]).sql()
    return {name: query for name, query in queries.items() if name not in shared}


def red_flags(package: Package) -> str:
    flags = package.red_flags
    parts = [
        "# Red flags\n",
        NOTE,
        f"Those of the bundled change package, *{package.file.title.en}* {package.file.version}. "
        "What strength, families and combinations are for: "
        "[What the numbers mean](../explanation/what-the-numbers-mean.md#red-flags). "
        "The id of a finding is also the code of a person's answer, in the system "
        "`spinewise-finding`. Sources: [Indicators](indicators.md#sources).\n",
    ]
    for family in flags.family:
        needed = "a complete screen needs it" if family.needed else "asked, not needed"
        parts.append(f"## {family.name.en}\n")
        parts.append(f"*{family.name.fr}*; {needed}. Status: {family.status}.\n")
        rows = [
            [
                f"`{finding.id}`",
                finding.question.en,
                finding.strength,
                finding.urgency or family.urgency,
                ", ".join(finding.imaging or family.imaging) or "none",
                ", ".join(f"`{name}`" for name in finding.codes) or "answers only",
                "ever" if finding.look_back == "ever" else f"{finding.look_back} days",
                finding.status,
                ", ".join(finding.sources),
            ]
            for finding in flags.finding
            if finding.family == family.id
        ]
        heads = ["Id", "Question", "Strength", "Urgency", "Image that fits", "Codes", "Look-back"]
        parts.append(table([*heads, "Status", "Sources"], rows))
    parts += [
        "## Combinations\n",
        "Supporting findings count together, in these combinations and no others.\n",
        table(
            ["Id", "Name", "All of", "And at least", "Justifies an image", "Status"],
            [
                [
                    f"`{one.id}`",
                    one.name.en,
                    ", ".join(one.all_of),
                    f"{one.also_at_least} of {', '.join(one.also_any)}" if one.also_any else "",
                    "yes" if one.justifies_imaging else "no; it makes the episode another kind",
                    one.status,
                ]
                for one in flags.combination
            ],
        ),
        "## Other accepted reasons\n",
    ]
    for reason in flags.reason:
        parts += [f"**`{reason.id}`**: {reason.name.en}\n", words(reason.when, package)]
    return "\n".join(parts)


def sources(package: Package) -> str:
    rows = [
        [
            f"`{source.id}`",
            f"[{source.title}]({source.url})" if source.url else source.title,
            str(source.year or ""),
        ]
        for source in package.file.source
    ]
    return "## Sources\n\n" + table(["Id", "Source", "Year"], rows)


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def words(term: Term, package: Package) -> str:
    """A term as a nested list, in the words that the report has for it."""
    return bullets(say(term, package, language("en")))


def bullets(whole: Said) -> str:
    """Sentences as a nested list."""

    def lines(said: Said, depth: int) -> list[str]:
        own = f"{'  ' * depth}- {said.words}"
        return [own, *(line for part in said.of for line in lines(part, depth + 1))]

    return "\n".join(lines(whole, 0)) + "\n"


def main() -> None:
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
