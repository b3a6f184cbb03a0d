"""
A definition in words: each term of the change package as a sentence, nested as the terms are.

The words are made from the very terms that are run, so that the definition that a reader sees
cannot differ from the one that counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from spinewise.know import terms
from spinewise.know.model import Indicator, RuleIndex
from spinewise.know.package import Package
from spinewise.know.terms import Days, Term
from spinewise.know.walk import clauses_of, concepts_in, terms_in
from spinewise.report.language import Language
from spinewise.report.rule_words import coded_words, say_rule
from spinewise.report.rule_words import window as rule_window
from spinewise.report.words import EVENT_KINDS, MODALITIES, SETTINGS, VERDICTS


class Said(NamedTuple):
    """A sentence, and the sentences under it."""

    words: str
    of: list[Said] = []  # noqa: RUF012 (never written to)


def say(term: Term, package: Package, language: Language) -> Said:
    """``term`` in the reader's words."""
    _ = language.gettext

    def sentence(start: str, *rest: str) -> Said:
        return Said("; ".join([start, *(words for words in rest if words)]))

    def when(days: Days) -> str:
        return window(days, language)

    def names(ids: Sequence[str]) -> str:
        return language.listing(ids)

    def missing(rule: terms.WhenMissing) -> str:
        return _("unknown where nothing is recorded") if rule == "unknown" else ""

    def question(item: str) -> str:
        return language.text(package.items[item].question)

    def labels(item: str, values: Sequence[str]) -> str:
        known = package.items[item].labels
        return language.listing(
            [language.text(known[value]) if value in known else value for value in values]
        )

    match term:
        case terms.All(of=of):
            return Said(_("All of these:"), [say(part, package, language) for part in of])
        case terms.AnyOf(of=of):
            return Said(_("At least one of these:"), [say(part, package, language) for part in of])
        case terms.Not(of=part):
            return Said(_("This does not hold:"), [say(part, package, language)])
        case terms.Evidence():
            times = ""
            if term.distinct_days:
                times = language.ngettext(
                    "on at least %(num)s day", "on at least %(num)s different days", term.at_least
                )
            elif term.at_least > 1:
                times = language.ngettext(
                    "at least %(num)s time", "at least %(num)s times", term.at_least
                )
            return sentence(
                _(
                    "A code of %(concepts)s, %(when)s",
                    concepts=names(term.concepts),
                    when=when(term.days),
                ),
                _(
                    "recorded as: %(kinds)s",
                    kinds=language.listing([_(EVENT_KINDS[kind]) for kind in term.kinds]),
                )
                if term.kinds
                else "",
                times,
                _("codes of %(concepts)s do not count", concepts=names(term.not_concepts))
                if term.not_concepts
                else "",
                missing(term.when_missing),
            )
        case terms.Ongoing():
            return sentence(
                _(
                    "A problem of %(concepts)s on the problem list that began %(when)s and has not"
                    " ended by day 0",
                    concepts=names(term.concepts),
                    when=when(term.days),
                ),
                _("codes of %(concepts)s need not be on the list", concepts=names(term.always))
                if term.always
                else "",
                missing(term.when_missing),
            )
        case terms.Onset():
            return sentence(
                _("The recorded onset lies %(when)s", when=when(term.days)),
                missing(term.when_missing),
            )
        case terms.Visited():
            return sentence(
                _("A visit, %(when)s", when=when(term.days)),
                _(
                    "in: %(settings)s",
                    settings=language.listing([_(SETTINGS[place]) for place in term.settings]),
                )
                if term.settings
                else "",
                _("with: %(concepts)s", concepts=names(term.specialties))
                if term.specialties
                else "",
                _("not with: %(concepts)s", concepts=names(term.not_specialties))
                if term.not_specialties
                else "",
                _(
                    "codes of %(concepts)s count only with a listed specialty",
                    concepts=names(term.only_with_specialty),
                )
                if term.only_with_specialty
                else "",
                missing(term.when_missing),
            )
        case terms.Referred():
            return sentence(
                _("A referral, %(when)s", when=when(term.days)),
                _("with a code of %(concepts)s", concepts=names(term.concepts))
                if term.concepts
                else "",
                _("to: %(concepts)s", concepts=names(term.specialties)) if term.specialties else "",
                missing(term.when_missing),
            )
        case terms.Imaged():
            return sentence(
                _(
                    "An image ordered %(when)s (or performed, where there is no order)",
                    when=when(term.days),
                )
                if term.by == "order"
                else _("An image performed %(when)s", when=when(term.days)),
                language.listing([_(MODALITIES[kind]) for kind in term.modalities]),
                _("of a kind that fits the emergency finding") if term.fitting else "",
            )
        case terms.RedFlag():
            return sentence(
                _flag(term, package, language),
                _("read as of day %(day)s", day=term.by) if term.by is not None else "",
            )
        case terms.AcceptedReason():
            return Said(
                _("One of the other accepted reasons for an image:"),
                [
                    Said(language.text(reason.name), [say(reason.when, package, language)])
                    for reason in package.red_flags.reason
                ],
            )
        case terms.Verdict():
            return Said(
                _("The verdict on the image: %(verdict)s", verdict=_(VERDICTS[term.is_]).lower())
            )
        case terms.Answered():
            return sentence(
                _(
                    "An answer to “%(question)s”, %(when)s",
                    question=question(term.item),
                    when=when(term.days),
                ),
                _("one of: %(values)s", values=labels(term.item, term.values))
                if term.values
                else "",
                missing(term.when_missing),
            )
        case terms.AnswerIs():
            return Said(
                _(
                    "The answer to “%(question)s”: %(values)s",
                    question=question(term.item),
                    values=labels(term.item, term.values),
                )
            )
        case terms.Change():
            return Said(
                _(
                    "The answer to “%(question)s” rose by %(rise)s or more, from the last one"
                    " %(baseline)s to the last one %(follow_up)s",
                    question=question(term.item),
                    rise=language.decimal(term.at_least),
                    baseline=when(term.baseline),
                    follow_up=when(term.follow_up),
                )
            )
        case (
            terms.Coded()
            | terms.CoveredDays()
            | terms.Age()
            | terms.Enrolled()
            | terms.Died()
            | terms.AtVisit()
            | terms.Shown()
        ):
            return Said(say_rule(term, language))
        case _:
            assert_never(term)


def say_index(index: RuleIndex, package: Package, language: Language) -> Said:
    """What makes a person a case of a published rule, in the reader's words."""
    _ = language.gettext
    concepts = language.listing(index.concepts)
    if index.take == "first":
        which = _("The first diagnosis of %(concepts)s", concepts=concepts)
    else:
        which = _("Each day with a diagnosis of %(concepts)s", concepts=concepts)
    rest = coded_words(index.position, index.not_settings, index.dated, language)
    where = [say(index.where, package, language)] if index.where else []
    return Said("; ".join([which, rule_window(index.between, language), *rest]), where)


def window(days: Days, language: Language) -> str:
    """A window of days in words."""
    _ = language.gettext
    first, last = days
    if first == "ever":
        return _("at any time up to day %(last)s", last=last)
    return _("from day %(first)s to day %(last)s", first=first, last=last)


def code_lists(rule: Indicator, package: Package) -> list[str]:
    """The names of all code lists that the indicator reads, each once, in order of first use."""
    own = clauses_of(rule)
    if rule.unit == "episode":
        own += [exclusion.when for exclusion in package.episode.exclusion]
    parts = [part for term in own for part in terms_in(term)]
    names = [*package.episode.index.diagnosis] if rule.unit in ("episode", "image") else []
    if rule.index:
        names += rule.index.concepts
    names += [concept for term in own for _, concept in concepts_in(term)]
    if rule.unit == "image" or any(
        isinstance(part, terms.Imaged) or (isinstance(part, terms.Shown) and not part.concepts)
        for part in parts
    ):
        names += [concept for image in package.imaging.image for concept in image.concepts]
    if any(isinstance(part, terms.RedFlag | terms.Verdict) for part in parts):
        names += [code for finding in package.red_flags.finding for code in finding.codes]
    return list(dict.fromkeys(names))


def _flag(term: terms.RedFlag, package: Package, language: Language) -> str:
    _ = language.gettext
    match term.state:
        case "present":
            return _("A red flag: a sufficient finding, or a combination that the package lists")
        case "complete":
            return _("A complete red-flag screen: every needed question answered by a person")
        case "sufficient":
            return _("A red flag that is sufficient alone")
        case "emergency":
            return _("A current finding of the emergency class")
        case "combination":
            name = next(c.name for c in package.red_flags.combination if c.id == term.id)
            return _("The combination “%(name)s”", name=language.text(name))
        case _:
            assert_never(term.state)
