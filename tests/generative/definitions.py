"""
Definitions as Hypothesis writes them: indicators of every unit, from every term.

What is drawn is data, as it would stand in a file of a package. It becomes a package through the
types of the loader and its checks, so that only definitions come out that a package may hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final, get_args

import msgspec
from hypothesis import strategies as st

from spinewise.know.bounds import Bound, parse_bound
from spinewise.know.check import check_package, reads
from spinewise.know.model import Exclusion, Finding, Indicator, Reason
from spinewise.know.package import Package
from spinewise.know.terms import Shown, Term
from spinewise.know.walk import terms_in
from spinewise.tables import DOMAINS, Kind

Drawn = dict[str, Any]
"""A table as it stands in a file."""

CODES: Final = (
    *("lbp-diagnosis-core", "radiculopathy-sciatica", "pregnancy", "cancer-history"),
    *("cauda-equina", "redflag-osteoporosis", "opioids", "opioids-not-for-pain"),
    *("redflag-lumbar-surgery", "ed-visit"),
)
"""Concepts of events that definitions ask for."""
SERVICES: Final = (
    *("specialist-consultation", "not-specialist-consultation", "consultation-any"),
    *("rapid-access-clinic", "referral-only"),
)
FIRSTS: Final = ("ever", -365, -181, -180, -84, -30, -14, -1, 0, 1, 14, 42)
LASTS: Final = (-181, -85, -1, 0, 2, 14, 28, 30, 42, 84, 200)
SETTINGS: Final = ("office", "emergency", "inpatient", "laboratory", "virtual", "home")
MODALITIES: Final = ("xray", "ct", "mri", "bone-scan")
WORDS: Final = {"en": "As drawn.", "fr": "Comme tiré."}
SOURCED: Final = {"sources": ["maintainers"], "confidence": "D"}
ANY_ANCHOR: Final = ("index", "index", "period start", "period end", "year start", "year end")
SHIFTS: Final = (
    *("", " - 365 days", " - 181 days", " - 180 days", " - 90 days", " - 1 day", " + 1 day"),
    *(" + 28 days", " + 42 days", " - 12 months", " - 1 year", " - 1 year + 1 day", " + 1 month"),
    *(" - 2 years", " + 6 months - 1 day"),
)


def some(values: tuple[Any, ...], at_least: int = 0, at_most: int = 3) -> st.SearchStrategy[Any]:
    """A few of these, each once, in their order."""
    chosen = st.sets(st.sampled_from(values), min_size=at_least, max_size=at_most)
    return chosen.map(lambda drawn: [value for value in values if value in drawn])


def seldom(strategy: st.SearchStrategy[Any], usual: Any) -> st.SearchStrategy[Any]:
    """The usual value three times out of four."""
    # one_of would take equal strategies for one.
    chosen = st.sampled_from((0, 0, 0, 1))
    return chosen.flatmap(lambda drawn: strategy if drawn else st.just(usual))


def days() -> st.SearchStrategy[list[Any]]:
    """A window that counts from day 0."""

    def forward(drawn: tuple[Any, int]) -> list[Any]:
        first, last = drawn
        return [first, last] if first == "ever" or first <= last else [last, first]

    return st.tuples(st.sampled_from(FIRSTS), st.sampled_from(LASTS)).map(forward)


def table(tag: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Drawn]:
    """A term of the kind that ``tag`` names."""
    return st.fixed_dictionaries({"is": st.just(tag), **fields})


def nested(leaves: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    """These terms, and all, any and not of them, up to a few deep."""

    def inside(inner: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
        listed = st.lists(inner, min_size=1, max_size=3)
        return table("any", of=listed) | table("all", of=listed) | table("not", of=inner)

    return st.recursive(leaves, inside, max_leaves=5)


class Definitions:
    """Strategies over the concepts, items and combinations of one package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._combinations = [one.id for one in package.red_flags.combination]

    def packages(self) -> st.SearchStrategy[Package]:
        """The package with its indicators, exclusions, reasons and limits drawn anew."""
        indicators = st.tuples(
            *(self._own("episode") for _ in range(3)),
            self._own("image"),
            self._own("image"),
            self._answers(),
            self._rules("patient"),
            self._rules("patient-year"),
        )
        return st.builds(
            self._package_of,
            indicators,
            st.lists(nested(self._own_terms()), max_size=2),
            st.none() | st.lists(nested(self._reason_terms()), min_size=1, max_size=2),
            self._limits(),
            st.lists(
                st.tuples(
                    st.sampled_from([one.id for one in self._package.red_flags.finding]),
                    st.sampled_from(("ever", 0, 14, 90, 365)),
                ),
                max_size=3,
            ),
        )

    # Own indicators ------------------------------------------------------------------------------

    def _reason_terms(self) -> st.SearchStrategy[Drawn]:
        """The terms that an accepted reason may use."""
        missing = seldom(st.just("unknown"), "false")
        window = days()
        items = [(one.id, tuple(one.values)) for one in self._package.items.values()]
        return st.one_of(
            table(
                "evidence",
                concepts=some(CODES, 1),
                days=window,
                kinds=seldom(some(get_args(Kind), 1), []) | st.just(["medication"]),
                at_least=st.sampled_from((1, 1, 2, 3)),
                distinct_days=st.booleans(),
                not_concepts=seldom(some(CODES, 1, 1), []),
                when_missing=missing,
            ),
            table(
                "ongoing",
                concepts=some(CODES[:4], 1),
                days=window,
                always=seldom(st.just(["chronic-low-back-pain"]), []),
                when_missing=missing,
            ),
            table(
                "visited",
                days=window,
                settings=some(SETTINGS),
                specialties=some(SERVICES),
                not_specialties=seldom(some(SERVICES, 1, 1), []),
                when_missing=missing,
            ),
            table(
                "referred",
                days=window,
                concepts=some((*CODES[-1:], *SERVICES)),
                specialties=some(SERVICES),
                when_missing=missing,
            ),
            st.sampled_from(items).flatmap(
                lambda item: table(
                    "answered",
                    item=st.just(item[0]),
                    days=window,
                    values=some(item[1], 0, 4),
                    when_missing=missing,
                )
            ),
            table(
                "change",
                item=st.just("quality-of-life"),
                baseline=window,
                follow_up=window,
                at_least=st.sampled_from((-2.0, 0.0, 1.0, 2.0)),
            ),
        )

    def _own_terms(self) -> st.SearchStrategy[Drawn]:
        """The terms of episodes and of what is excluded."""
        by = st.sampled_from((None, None, 0, 14, 42, 84, 200))
        return st.one_of(
            self._reason_terms(),
            self._reason_terms(),
            table("onset", days=days(), when_missing=seldom(st.just("unknown"), "false")),
            table(
                "imaged",
                days=days(),
                by=st.sampled_from(("order", "performance")),
                modalities=some(MODALITIES),
                fitting=seldom(st.just(True), False),
            ),
            table("red-flag", state=st.sampled_from(("present", "present", "sufficient")), by=by),
            table("red-flag", state=st.sampled_from(("complete", "emergency")), by=by),
            table(
                "red-flag",
                state=st.just("combination"),
                id=st.sampled_from(self._combinations),
                by=by,
            ),
            table("accepted-reason"),
        )

    def _own(self, unit: str) -> st.SearchStrategy[Drawn]:
        terms = self._own_terms()
        if unit == "image":
            said = st.sampled_from(("indicated", "not-indicated", "cannot-tell"))
            terms = terms | table("verdict", verdict=said)
        whole = nested(terms)
        needs = st.lists(
            st.fixed_dictionaries({"domain": st.sampled_from(DOMAINS), "days": days()}),
            max_size=2,
            unique_by=lambda need: str(need["domain"]),
        )
        return st.fixed_dictionaries(
            {
                "unit": st.just(unit),
                "anchor": seldom(st.just("emergency-finding"), "index"),
                "window": seldom(st.sampled_from(([0, 0], [0, 14], [0, 42], [0, 84])), None),
                "death_ends": st.booleans(),
                "needs": seldom(needs, []),
                "population": st.none() | whole,
                "numerator": whole,
                "unknown_population": st.sampled_from(("in-range", "beside")),
                "also_count": st.dictionaries(st.sampled_from(("first", "second")), whole),
            }
        )

    def _answers(self) -> st.SearchStrategy[Drawn]:
        def of(item: tuple[str, tuple[str, ...]]) -> st.SearchStrategy[Drawn]:
            said = table("answer-is", item=st.just(item[0]), values=some(item[1], 1, 4))
            return st.fixed_dictionaries(
                {
                    "unit": st.just("answer"),
                    "population": seldom(nested(said), None),
                    "numerator": said,
                    "unknown_population": st.sampled_from(("in-range", "beside")),
                    "also_count": st.dictionaries(st.sampled_from(("first",)), nested(said)),
                }
            )

        items = [(one.id, tuple(one.values)) for one in self._package.items.values()]
        return st.sampled_from(items).flatmap(of)

    # Published rules -----------------------------------------------------------------------------

    def _rule_terms(self, anchors: tuple[str, ...] = ANY_ANCHOR) -> st.SearchStrategy[Drawn]:
        window = between(anchors)
        some_codes = some(RULE_CODES, 1)
        return st.one_of(
            table(
                "coded",
                concepts=some_codes,
                between=window,
                not_concepts=seldom(some(RULE_CODES, 1, 1), []),
                kinds=seldom(some(get_args(Kind), 1), []),
                position=st.sampled_from(("any", "any", "principal")),
                not_settings=seldom(some(SETTINGS, 1), []),
                denied=st.booleans(),
                dated=st.sampled_from(("service", "start")),
                at_least=st.sampled_from((1, 1, 1, 2, 3)),
                distinct_days=st.booleans(),
            ),
            table(
                "covered-days",
                concepts=some(("systemic-steroid", "opioids"), 1),
                between=between(tuple(one for one in anchors if one != "image")),
                at_least=st.sampled_from((1, 28, 30, 31, 60, 90)),
            ),
            table(
                "age",
                on=st.builds(str.__add__, st.sampled_from(anchors), st.sampled_from(SHIFTS)),
                **{
                    "from": st.sampled_from((None, 18, 40, 50)),
                    "to": st.sampled_from((None, 50, 75)),
                },
            ),
            table(
                "enrolled",
                between=between(tuple(one for one in anchors if one != "image"), ever=False),
                months=st.sampled_from((None, None, 1, 3, 10)),
            ),
            table("died", between=window),
            table(
                "at-visit",
                between=window,
                settings=some(SETTINGS),
                concepts=some(SERVICES),
                not_concepts=seldom(some(SERVICES, 1, 1), []),
                holds_index=st.booleans(),
            ),
            self._shown(window),
        )

    def _shown(self, window: st.SearchStrategy[list[str]]) -> st.SearchStrategy[Drawn]:
        return table(
            "imaging",
            between=window,
            modalities=some(MODALITIES),
            concepts=seldom(some(("imaging-lumbar-mri", "imaging-lumbar-xray"), 1), []),
            diagnosis=seldom(some(RULE_CODES[:3], 1), []),
            denied=st.booleans(),
            not_before_index=st.booleans(),
        )

    def _rules(self, unit: str) -> st.SearchStrategy[Drawn]:
        plain = nested(self._rule_terms())
        shown = self._shown(between(ANY_ANCHOR))
        numerators = st.one_of(shown, table("not", of=shown), nested(shown | self._rule_terms()))
        strata = st.builds(
            lambda on, split: [
                {"is": "age", "on": on, "from": 18, "to": split},
                {"is": "age", "on": on, "from": split + 1},
            ],
            st.builds(str.__add__, st.sampled_from(ANY_ANCHOR), st.sampled_from(SHIFTS)),
            st.sampled_from((39, 49, 64)),
        )

        def of(numerator: Drawn) -> st.SearchStrategy[Drawn]:
            anchors = (*ANY_ANCHOR, "image", "image") if _shows(numerator) else ANY_ANCHOR
            clauses = st.lists(nested(self._rule_terms(anchors)), max_size=2)
            return st.fixed_dictionaries(
                {
                    "unit": st.just(unit),
                    "index": st.fixed_dictionaries(
                        {
                            "concepts": seldom(some(RULE_CODES[:3], 1), [*RULE_CODES[:3]]),
                            "between": seldom(
                                between(("period start", "period end"), ever=False),
                                ["period start", "period end"],
                            ),
                            "position": st.sampled_from(("any", "any", "any", "principal")),
                            "not_settings": seldom(some(SETTINGS, 1), []),
                            "dated": st.sampled_from(("service", "start")),
                            "take": st.sampled_from(("first", "each")),
                            "where": seldom(plain, None),
                        }
                    ),
                    "require": st.just([]) | clauses,
                    "exclusion": st.just([]) | clauses,
                    "numerator": st.just(numerator),
                    "strata": seldom(strata, []),
                    "window": st.none() | st.sampled_from(([0, 28], [0, 42])),
                    "needs": seldom(st.just([{"domain": "imaging", "days": [0, 28]}]), []),
                }
            )

        return numerators.flatmap(of)

    # What becomes of it --------------------------------------------------------------------------

    def _limits(self) -> st.SearchStrategy[Drawn]:
        """Of episodes and images, mostly as they are."""
        index = st.fixed_dictionaries(
            {
                "washout": seldom(st.sampled_from(([-90, -1], [-365, -1])), [-180, -1]),
                "minimum_age": seldom(st.sampled_from((0, 18, 50)), 16),
                "length": seldom(st.sampled_from((42, 84, 100)), 84),
                "attribute_by": seldom(st.sampled_from((0, 30)), 14),
            }
        )
        imaging = st.fixed_dictionaries(
            {
                "window": seldom(st.sampled_from(((0, 0), (1, 30), (0, 84))), (0, 42)),
                "join_within": seldom(st.sampled_from((0, 30)), 365),
                "counts_before_index": seldom(st.sampled_from((0, 5, 30)), 14),
            }
        )
        return st.fixed_dictionaries({"index": index, "imaging": imaging})

    def _package_of(
        self,
        drawn: tuple[Drawn, ...],
        exclusions: list[Drawn],
        reasons: list[Drawn] | None,
        limits: Drawn,
        look_back: list[tuple[str, Any]],
    ) -> Package:
        given = self._package
        changed = dict(look_back)
        named: Drawn = {"name": WORDS, **SOURCED}
        indicators = [
            indicator(f"drawn-{number}", number, data) for number, data in enumerate(drawn)
        ]
        package = replace(
            given,
            indicators={one.id: one for one in indicators},
            episode=msgspec.structs.replace(
                given.episode,
                index=msgspec.structs.replace(given.episode.index, **limits["index"]),
                exclusion=[
                    msgspec.convert({"id": f"excluded-{n}", "when": when, **named}, Exclusion)
                    for n, when in enumerate(exclusions)
                ],
            ),
            imaging=msgspec.structs.replace(given.imaging, **limits["imaging"]),
            red_flags=msgspec.structs.replace(
                given.red_flags,
                finding=[_looks_back(one, changed) for one in given.red_flags.finding],
                reason=given.red_flags.reason
                if reasons is None
                else [
                    msgspec.convert({"id": f"reason-{n}", "when": when, **named}, Reason)
                    for n, when in enumerate(reasons)
                ],
            ),
        )
        check_package(package)
        return package


RULE_CODES: Final = (
    *("lbp-diagnosis-cms166v4", "lbp-diagnosis-core", "lbp-diagnosis-charlesworth-icd9"),
    *("redflag-cancer", "systemic-steroid", "opioids", "redflag-lumbar-surgery"),
    *("imaging-lumbar-mri", "consultation-any"),
)
"""Concepts that published rules ask for; the first three may be an index."""


def between(anchors: tuple[str, ...], *, ever: bool = True) -> st.SearchStrategy[list[str]]:
    """A window between two bounds; those that surely run backwards are turned round."""
    bounds = st.builds(str.__add__, st.sampled_from(anchors), st.sampled_from(SHIFTS))
    firsts = bounds | bounds | st.just("ever") if ever else bounds

    def forward(drawn: tuple[str, str]) -> list[str]:
        first, last = (parse_bound(text) for text in drawn)
        same = first.anchor == last.anchor and bool(first.months) == bool(last.months)
        backwards = same and _far(first) > _far(last)
        return [*reversed(drawn)] if backwards else [*drawn]

    return st.tuples(firsts, bounds).map(forward)


def _far(bound: Bound) -> tuple[int, int]:
    return bound.days, bound.months


def _shows(numerator: Drawn) -> bool:
    """Whether a term of the numerator is an image, which other terms may then speak of."""
    whole = msgspec.convert(numerator, Term)
    return any(isinstance(term, Shown) for term in terms_in(whole))


def _looks_back(finding: Finding, changed: Drawn) -> Finding:
    return msgspec.structs.replace(finding, look_back=changed.get(finding.id, finding.look_back))


def indicator(id_: str, order: int, drawn: Drawn) -> Indicator:
    """An indicator, with the words that every one has and the domains that its terms read."""
    data = {
        "id": id_,
        "version": "0",
        "author": "drawn",
        "reviewed": date(2026, 1, 1),
        "status": "proposed",
        "sources": ["maintainers"],
        "kind": "process",
        "better": "lower",
        "order": order,
        "name": WORDS,
        "meaning": WORDS,
        "headline": {"en": "{n}", "fr": "{n}"},
        "why_wrong": [],
        **drawn,
    }
    if drawn["unit"] in ("patient", "patient-year"):
        data["published"] = {"source": WORDS, "period": WORDS}
        for key in ("require", "exclusion", "strata"):
            data[key] = [
                {"id": f"{key}-{n}", "name": WORDS, "when": when}
                for n, when in enumerate(drawn[key])
            ]
    else:
        data["also_count_name"] = dict.fromkeys(drawn["also_count"], WORDS)
    read = msgspec.convert(data, Indicator)
    if read.unit != "episode":
        return read
    needs: dict[Any, Any] = {need.domain: need.days for need in read.needs}
    for term in _whole(read):
        for domain, (first, last) in reads(term):
            a, b = needs.get(domain, (first, last))
            needs[domain] = ("ever" if "ever" in (a, first) else min(a, first)), max(b, last)
    data["needs"] = [{"domain": name, "days": window} for name, window in needs.items()]
    return msgspec.convert(data, Indicator)


def _whole(indicator: Indicator) -> Iterator[Term]:
    for term in (indicator.population, indicator.numerator):
        if term is not None:
            yield from terms_in(term)
