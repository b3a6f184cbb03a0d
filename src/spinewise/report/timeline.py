"""
A worked example drawn as a timeline: a line a fact, counted from the index day.

It is text, so that everybody can read it: aloud, in a terminal, in a page without pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures import example
from spinewise.measures.example import BORN, INDEX, Example, Fact
from spinewise.report.language import Language
from spinewise.report.words import EVENT_KINDS, MODALITIES, SETTINGS

_found: dict[tuple[str, ...], tuple[Example | None, Example | None]] = {}


def worked(package: Package, indicator: Indicator) -> tuple[Example | None, Example | None]:
    """The examples of an indicator, looked for once for each package and its changes."""
    lists = (package.digest, package.overlay, package.value_sets, str(package.verified_only))
    key = (*lists, repr(indicator))
    if key not in _found:
        _found[key] = example.examples(package, indicator)
    return _found[key]


def timeline(one: Example, package: Package, language: Language) -> str:
    """The lines of a person's timeline, with a gap where days pass."""
    _ = language.gettext
    lines = [_("Born %(day)s", day=BORN.isoformat())]
    last: int | None = None
    for day, words in _said(one, package, language):
        if last is not None and day > last + 1:
            lines.append(f"{'':10}┆")
        mark = "┼" if day == 0 else "│"
        name = _("day 0") if day == 0 else f"{day:+}".replace("-", "−")
        date = (INDEX + timedelta(days=day)).isoformat()
        lines.append(f"{name:>9} {mark} {date}  {words}")
        last = day
    return "\n".join(lines)


def _said(one: Example, package: Package, language: Language) -> Iterator[tuple[int, str]]:
    """Day and words; the answers to the red-flag screen that say the same are one line."""
    _ = language.gettext
    absent = sum(fact.kind == "finding" and fact.value == "absent" for fact in one.facts)
    for fact in one.facts:
        if fact.kind == "finding" and fact.value == "absent":
            if absent:
                yield (
                    fact.day,
                    language.ngettext(
                        "%(num)s question on red flags answered: absent",
                        "%(num)s questions on red flags answered: absent",
                        absent,
                    ),
                )
            absent = 0
        else:
            yield fact.day, _words(fact, package, language)


def _words(fact: Fact, package: Package, language: Language) -> str:
    _ = language.gettext
    # What a code means stands in its list in English.
    meaning = f": {fact.display}" if language.code == "en" else ""
    named = f"{meaning} ({fact.system} {fact.code})" if fact.display else ""
    match fact.kind:
        case "visit":
            return _("visit, %(setting)s", setting=_(SETTINGS[fact.setting or "other"])) + named
        case "finding":
            names = {one.id: one.name for one in package.red_flags.finding}
            return _("red flag answered present: %(name)s", name=language.text(names[fact.code]))
        case "answer":
            question = language.text(package.items[fact.code].question)
            return f"{question} – {_label(fact, package, language)}"
        case "imaging" if fact.modality:
            return f"{_(MODALITIES[fact.modality])}{named}"
        case kind:
            return f"{_(EVENT_KINDS[kind])}{named}"


def _label(fact: Fact, package: Package, language: Language) -> str:
    labels = package.items[fact.code].labels
    return language.text(labels[fact.value]) if fact.value in labels else fact.value
