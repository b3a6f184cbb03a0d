"""Definitions of published rules in words: their terms, and the bounds of their windows."""

from __future__ import annotations

from typing import assert_never

from spinewise.know import terms
from spinewise.know.bounds import parse_bound
from spinewise.report.language import Language
from spinewise.report.words import EVENT_KINDS, MODALITIES, SETTINGS
from spinewise.tables import Setting


def say_rule(term: terms.RuleTerm, language: Language) -> str:
    """``term`` as a sentence in the reader's words."""
    _ = language.gettext

    def settings(places: list[Setting]) -> str:
        return language.listing([_(SETTINGS[place]) for place in places])

    match term:
        case terms.Coded():
            parts = [
                _("A code of %(concepts)s", concepts=language.listing(term.concepts)),
                window(term.between, language),
                *coded_words(term.position, term.not_settings, term.dated, language),
            ]
            if term.kinds:
                kinds = language.listing([_(EVENT_KINDS[kind]) for kind in term.kinds])
                parts.append(_("recorded as: %(kinds)s", kinds=kinds))
            if term.not_concepts:
                names = language.listing(term.not_concepts)
                parts.append(_("codes of %(concepts)s do not count", concepts=names))
            if not term.denied:
                parts.append(_("not on a denied claim"))
            if term.distinct_days:
                parts.append(
                    language.ngettext(
                        "on at least %(num)s day",
                        "on at least %(num)s different days",
                        term.at_least,
                    )
                )
            elif term.at_least > 1:
                parts.append(
                    language.ngettext(
                        "at least %(num)s time", "at least %(num)s times", term.at_least
                    )
                )
        case terms.CoveredDays():
            parts = [
                language.ngettext(
                    "Prescriptions of %(concepts)s cover at least %(num)s day in a row, one after"
                    " the other where they overlap",
                    "Prescriptions of %(concepts)s cover at least %(num)s days in a row, one after"
                    " the other where they overlap",
                    term.at_least,
                    concepts=language.listing(term.concepts),
                ),
                window(term.between, language),
            ]
        case terms.Age():
            parts = [_ages(term, language), _("on: %(day)s", day=bound(term.on, language))]
        case terms.Enrolled():
            parts = [_("Enrolled without a gap"), window(term.between, language)]
            if term.months is not None:
                parts[0] = language.ngettext(
                    "Enrolled in at least %(num)s whole month",
                    "Enrolled in at least %(num)s whole months",
                    term.months,
                )
        case terms.Died():
            parts = [_("Died"), window(term.between, language)]
        case terms.AtVisit():
            parts = [_("A visit"), window(term.between, language)]
            if term.settings:
                parts.append(_("in: %(settings)s", settings=settings(term.settings)))
            if term.concepts:
                parts.append(_("with: %(concepts)s", concepts=language.listing(term.concepts)))
            if term.not_concepts:
                names = language.listing(term.not_concepts)
                parts.append(_("codes of %(concepts)s do not count", concepts=names))
            if term.holds_index:
                parts.append(_("the index lies within it"))
        case terms.Shown():
            parts = [_("An image performed"), window(term.between, language)]
            if term.modalities:
                parts.append(language.listing([_(MODALITIES[kind]) for kind in term.modalities]))
            if term.concepts:
                names = language.listing(term.concepts)
                parts.append(_("a code of %(concepts)s, of whatever region", concepts=names))
            if term.diagnosis:
                names = language.listing(term.diagnosis)
                parts.append(
                    _(
                        "with a diagnosis of %(concepts)s on its claim or as its reason",
                        concepts=names,
                    )
                )
            if not term.denied:
                parts.append(_("not on a denied claim"))
            if term.not_before_index:
                parts.append(_("not earlier on day 0, where both times are known"))
        case _:
            assert_never(term)
    return "; ".join(parts)


def coded_words(
    position: str, not_settings: list[Setting], dated: str, language: Language
) -> list[str]:
    """What a coded row must be, in words."""
    _ = language.gettext
    parts = []
    if position == "principal":
        parts.append(_("as the principal diagnosis"))
    if not_settings:
        places = language.listing([_(SETTINGS[place]) for place in not_settings])
        parts.append(_("anywhere but: %(settings)s", settings=places))
    if dated == "start":
        parts.append(_("dated by its own start"))
    return parts


def window(between: terms.Between, language: Language) -> str:
    """A window in words."""
    first, last = (bound(text, language) for text in between)
    if first == last:
        return language.gettext("on: %(day)s", day=first)
    return language.gettext("window: %(first)s – %(last)s", first=first, last=last)


def bound(text: str, language: Language) -> str:
    """A bound in words."""
    _ = language.gettext
    parsed = parse_bound(text)
    if parsed.anchor == "index" and not parsed.months:
        return _("day %(day)s", day=f"{parsed.days}".replace("-", "−"))
    anchor = {
        "ever": _("beginning of the records"),
        "index": _("day 0"),
        "image": _("the image, or the end of its window"),
        "period start": _("first day of the period"),
        "period end": _("last day of the period"),
        "year start": _("first day of the calendar year"),
        "year end": _("last day of the calendar year"),
    }[parsed.anchor]
    for number, how_far in ((parsed.months, _months), (parsed.days, _days)):
        if number:
            much = how_far(abs(number), language)
            if number < 0:
                anchor = _("%(anchor)s, less %(much)s", anchor=anchor, much=much)
            else:
                anchor = _("%(anchor)s, plus %(much)s", anchor=anchor, much=much)
    return anchor


def _days(number: int, language: Language) -> str:
    return language.ngettext("%(num)s day", "%(num)s days", number)


def _months(number: int, language: Language) -> str:
    if number % 12:
        return language.ngettext("%(num)s month", "%(num)s months", number)
    return language.ngettext("%(num)s year", "%(num)s years", number // 12)


def _ages(term: terms.Age, language: Language) -> str:
    _ = language.gettext
    if term.to is None:
        return _("%(first)s years or more", first=term.from_)
    if term.from_ is None:
        return _("%(last)s years or less", last=term.to)
    return _("%(first)s to %(last)s years", first=term.from_, last=term.to)
