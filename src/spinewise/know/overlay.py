"""
A practice's own changes to a package: the overlay, ``practice.toml``.

::

    practice = "Example Family Health Team"
    package = "low-back-pain"

    [imaging-early]
    window = [0, 28]

    [codes.lbp-diagnosis-core]
    add = [{ system = "LOCAL", code = "BP1", display = "Low back pain, our own code" }]
    remove = ["ICD-10-CM|M54.50"]

    [[indicator]]
    id = "mri-early"
    ...

Every table but ``codes`` and ``indicator`` names an object of the package's parameters
(:mod:`spinewise.know.tailoring`). :func:`tailored` applies an overlay; the package itself is
never changed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, Literal, cast

import msgspec

from spinewise.errors import PackageError
from spinewise.know.check import check_package, mistakes_between
from spinewise.know.codes import parse_pattern
from spinewise.know.concepts import Concept, Row, derive, takes_from
from spinewise.know.decode import convert, nearest
from spinewise.know.model import Combination, Indicator, Parameter, Text, Words
from spinewise.know.package import Package
from spinewise.know.places import Draft
from spinewise.know.tailoring import (
    Value,
    effect,
    marks_of,
    misfit,
    said,
    written,
)

EDITION: Final = "standard.edition"
"""The parameter that says which edition of the standard is in force."""
_TOP: Final = ("practice", "package", "codes", "indicator")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything read from an overlay."""


class AddedCode(_File, frozen=True, kw_only=True):
    """A code that the practice adds to a list."""

    system: str
    code: str
    display: str = ""


class CodeChange(_File, frozen=True, kw_only=True):
    """What a practice adds to a code list, and takes from it."""

    add: list[AddedCode] = []
    remove: list[str] = []
    """``SYSTEM|CODE`` patterns, as in ``concepts.toml``."""


class Overlay(_File, frozen=True, kw_only=True):
    """A practice's changes, not yet held against a package."""

    practice: str = ""
    """The practice's name."""
    package: str = ""
    """The id of the package that the changes are meant for; empty: any."""
    values: dict[str, Value] = {}
    """By the id of the parameter."""
    codes: dict[str, CodeChange] = {}
    """By the name of the concept."""
    indicator: list[Indicator] = []
    """The practice's own indicators."""

    @property
    def digest(self) -> str:
        """SHA-256 over what is changed: not over comments, order or the practice's name."""
        meant = msgspec.structs.replace(self, practice="", package="")
        return sha256(msgspec.json.encode(meant, order="deterministic")).hexdigest()


@dataclass(frozen=True)
class Change:
    """One change that an overlay makes."""

    id: str
    """Of the parameter; ``codes.CONCEPT``; or ``indicator.ID`` of a new indicator."""
    kind: Literal["value", "codes", "indicator"]
    name: Text
    before: Text
    after: Text
    effect: Text


@dataclass(frozen=True)
class Tailored:
    """A package as a practice uses it."""

    package: Package
    """As changed."""
    default: Package
    """As it came."""
    changes: tuple[Change, ...]
    """What differs, in the package's order; a value that is the package's own is no change."""


def read_overlay(text: str, where: str) -> Overlay:
    """
    An overlay from TOML.

    Raises
    ------
    PackageError
        Not TOML, or not in the form of an overlay; whether names and values fit a package is said
        by :func:`tailored`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackageError(
            f"this is not TOML: {error}",
            where=where,
            hint="Mend the line; text needs quotes, and a table may be named only once.",
        ) from None
    known = {key: raw[key] for key in _TOP if key in raw}
    values = dict(_flat({key: value for key, value in raw.items() if key not in _TOP}))
    return convert({**known, "values": values}, Overlay, where)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def tailored(package: Package, overlay: Overlay, where: str = "practice.toml") -> Tailored:
    """
    The package with an overlay applied, and the list of what it changes.

    Parameters
    ----------
    package
        As it came; it stays as it is.
    where
        The overlay's name, for errors.

    Raises
    ------
    PackageError
        A name that the package does not have, a value out of bounds or of another kind, or changes
        that do not go together; with file, key, value, bound and what to do.
    """
    if overlay.package not in ("", package.file.id):
        raise PackageError(
            f"these changes are meant for the package {overlay.package!r}",
            where=f"{where}, package",
            hint=f"The package is {package.file.id!r}: use the practice's file for that one, or "
            "another package.",
        )
    parameters = package.parameters
    for key, value in overlay.values.items():
        _check_value(parameters, key, value, where)
    today = todays_values(package)
    changed = {key: value for key, value in overlay.values.items() if value != today[key]}
    _check_along(package, changed, where)
    changes = list(_changes(package, overlay, changed, today, where))
    made = package
    if EDITION in changed:
        made = in_edition(made, str(changed[EDITION]))
    made = _with_values(made, changed, today)
    made = _with_codes(made, overlay, where)
    made = _with_indicators(made, overlay, where)
    made = _without_idle(made)
    made = replace(made, overlay=overlay.digest if changes else "", tailored_for=overlay.practice)
    try:
        check_package(made)
    except PackageError as error:
        raise PackageError(
            f"with these changes the package does not hold together: {error.message}",
            where=f"{where}; {error.where}",
            hint=error.hint,
        ) from None
    return Tailored(made, package, tuple(changes))


def mistakes_in_tailoring(package: Package) -> Iterator[PackageError]:
    """
    Everything that is wrong with what a package lets a practice change, and with its editions.

    A parameter that sets no place or whose value today is out of its own bounds, a name that does
    not exist, an edition under which the package does not hold together.
    """
    parameters = package.parameters
    if len(parameters) < sum(len(row.each) or 1 for row in package.tailoring.parameter):
        yield PackageError(
            "two parameters have the same id",
            where="tailoring.toml, parameter",
            hint="Give each its own id.",
        )
    draft = Draft(package)
    for key, parameter in parameters.items():
        yield from _mistakes_in_parameter(parameter, draft, parameters, key)
    fixed = package.tailoring.codes.fixed if package.tailoring.codes else []
    for name in fixed:
        if name not in package.concepts:
            yield PackageError(
                f"{name!r} is not a concept of this package",
                where="tailoring.toml, codes.fixed",
                hint=f"Name a code list{nearest(name, package.concepts)}.",
            )
    for edition in package.file.edition_choices:
        try:
            yield from mistakes_between(in_edition(package, edition.id)) if edition.differs else ()
        except PackageError as mistake:
            yield mistake


def _mistakes_in_parameter(
    parameter: Parameter, draft: Draft, known: Mapping[str, Parameter], key: str
) -> Iterator[PackageError]:
    here = f"tailoring.toml, parameter[{key}]"
    try:
        for place in parameter.sets:
            draft.get(place.at)
        value = _today(draft, parameter)
    except PackageError as mistake:
        yield mistake
        return
    wanted = misfit(value, parameter.bounds)
    if wanted and value != "":
        yield PackageError(
            f"the package's own value is {toml(value)}, and the bounds allow {wanted}",
            where=f"{here}.bounds",
            hint="Widen the bounds so that they hold it.",
        )
    for other in parameter.along_with:
        if other not in known:
            yield PackageError(
                f"{other!r} is no parameter",
                where=f"{here}.along_with",
                hint=f"Name the id of one{nearest(other, known)}.",
            )


def in_edition(package: Package, edition: str) -> Package:
    """The package as an edition of its standard has it."""
    chosen = next(one for one in package.file.edition_choices if one.id == edition)
    draft = Draft(package)
    draft.set("package.toml: edition", edition)
    if edition != package.file.edition:
        for difference in chosen.differs:
            draft.set(difference.at, difference.value)
    return draft.package()


def todays_values(package: Package) -> dict[str, Value]:
    """The value that each parameter has in a package; ``""`` where it has none."""
    draft = Draft(package)
    return {key: _today(draft, parameter) for key, parameter in package.parameters.items()}


def _today(draft: Draft, parameter: Parameter) -> Value:
    place = parameter.sets[0]
    value = draft.get(place.at)
    if isinstance(place.value, dict):
        key = next(key for key, inner in place.value.items() if inner == "{value}")
        return cast("Value", value[key] if isinstance(value, dict) else "")
    return cast("Value", value)


def known_parameter(package: Package, key: str) -> Parameter:
    """A parameter by its id; PackageError with the nearest where there is none."""
    if key not in package.parameters:
        raise PackageError(
            f"{key!r} is nothing that this package lets a practice change",
            hint=f"`spinewise tailor` lists what can be changed{nearest(key, package.parameters)}.",
        )
    return package.parameters[key]


def with_parameter(overlay: Overlay, *, key: str, value: Value) -> Overlay:
    """The overlay with a value set."""
    return msgspec.structs.replace(overlay, values={**overlay.values, key: value})


def with_codes(
    overlay: Overlay,
    *,
    add: Iterable[tuple[str, str, str]],
    remove: Iterable[tuple[str, str, str]],
) -> Overlay:
    """The overlay with codes (list, system, code) added to lists and taken from them."""
    codes = dict(overlay.codes)
    for name, system, code in add:
        one = codes.get(name, CodeChange())
        added = AddedCode(system=system, code=code)
        codes[name] = msgspec.structs.replace(one, add=[*one.add, added])
    for name, system, code in remove:
        one = codes.get(name, CodeChange())
        codes[name] = msgspec.structs.replace(one, remove=[*one.remove, f"{system}|{code}"])
    return msgspec.structs.replace(overlay, codes=codes)


# The values ---------------------------------------------------------------------------------------


def _check_value(parameters: Mapping[str, Parameter], key: str, value: Value, where: str) -> None:
    here = f"{where}, {key}"
    if key not in parameters:
        raise PackageError(
            f"{key!r} is nothing that this package lets a practice change (its value is {value!r})",
            where=here,
            hint=f"`spinewise tailor` lists what can be changed{nearest(key, parameters)}.",
        )
    parameter = parameters[key]
    wanted = misfit(value, parameter.bounds)
    if wanted:
        raise PackageError(
            f"the value is {toml(value)}, and the package allows {wanted}",
            where=here,
            hint=f"{parameter.why.en} Write a value within the bounds, or take the line out.",
        )


def _check_along(package: Package, changed: Mapping[str, Value], where: str) -> None:
    for key, value in changed.items():
        missing = [one for one in package.parameters[key].along_with if one not in changed]
        if missing:
            raise PackageError(
                f"{key} is changed to {toml(value)}, and {', '.join(missing)} are not",
                where=f"{where}, {key}",
                hint="The package's words would then be wrong: write them as well.",
            )


def _changes(
    package: Package,
    overlay: Overlay,
    changed: Mapping[str, Value],
    today: Mapping[str, Value],
    where: str,
) -> Iterator[Change]:
    for key, parameter in package.parameters.items():
        if key in changed:
            yield Change(
                id=key,
                kind="value",
                name=parameter.name,
                before=_words(today[key], parameter),
                after=_words(changed[key], parameter),
                effect=effect(parameter, changed[key]),
            )
    for name, change in overlay.codes.items():
        yield _code_change(package, name, change, where)
    for indicator in overlay.indicator:
        yield Change(
            id=f"indicator.{indicator.id}",
            kind="indicator",
            name=indicator.name,
            before=Text(en="-", fr="-"),
            after=Text(en="the practice's own", fr="propre au cabinet"),
            effect=indicator.meaning,
        )


def _words(value: Value, parameter: Parameter) -> Text:
    bounds = parameter.bounds
    if value == "" and not isinstance(bounds, Words):
        return Text(en="none", fr="aucune")
    return Text(en=said(value, bounds, "en") or "-", fr=said(value, bounds, "fr") or "-")


def _with_values(
    package: Package, changed: Mapping[str, Value], today: Mapping[str, Value]
) -> Package:
    draft = Draft(package)
    others = marks_of({**today, **changed})
    for key, parameter in package.parameters.items():
        if key in changed and key != EDITION:
            for place in parameter.sets:
                draft.set(place.at, written(place, changed[key], others))
    return draft.package()


def _without_idle(package: Package) -> Package:
    """Without indicators that are off, and without combinations of findings that do not count."""
    context = {f.id for f in package.red_flags.finding if f.strength == "context"}
    flags = package.red_flags
    combinations = [_counting(one, context) for one in flags.combination]
    return replace(
        package,
        indicators={name: one for name, one in package.indicators.items() if one.on},
        red_flags=msgspec.structs.replace(
            flags, combination=[one for one in combinations if one is not None]
        ),
    )


def _counting(combination: Combination, context: set[str]) -> Combination | None:
    """A combination without the findings that never decide; None: it can no longer hold."""
    also = [name for name in combination.also_any if name not in context]
    if context.intersection(combination.all_of):
        return None
    if len(also) < len(combination.also_any) and len(also) < combination.also_at_least:
        return None
    return msgspec.structs.replace(combination, also_any=also)


# Codes --------------------------------------------------------------------------------------------


def _code_change(package: Package, name: str, change: CodeChange, where: str) -> Change:
    here = f"{where}, codes.{name}"
    if name not in package.concepts:
        raise PackageError(
            f"{name!r} is no code list of this package",
            where=here,
            hint=f"`spinewise tailor --codes` names them{nearest(name, package.concepts)}.",
        )
    lists = package.tailoring.codes
    if lists is None or name in lists.fixed:
        raise PackageError(
            f"the package does not let a practice change the list {name!r}",
            where=here,
            hint=lists.why.en if lists else "Use --value-sets for lists of your own.",
        )
    concept = package.concepts[name]
    for pattern in change.remove:
        if not takes_from(concept, parse_pattern(pattern, f"{here}.remove")):
            raise PackageError(
                f"{pattern!r} takes no code from this list",
                where=f"{here}.remove",
                hint="Write SYSTEM|CODE of a row of the list, for example "
                f"{_example(concept)}; * at the end stands for any continuation.",
            )
    for added in change.add:
        if not added.system.strip() or not added.code.strip():
            raise PackageError(
                f"system is {added.system!r} and code {added.code!r}",
                where=f"{here}.add",
                hint="Write both, for example { system = "
                '"ICD-10-CM", code = "M54.50", display = "Low back pain" }.',
            )
        if any(rule.fits(added.system, added.code) for rule in concept.without):
            raise PackageError(
                f"{added.system}|{added.code} is left out of this list by the package's own rule",
                where=f"{here}.add",
                hint="Take the line out; the rule and its reason stand in concepts.toml.",
            )
    plus = ", ".join(f"{code.system}|{code.code}" for code in change.add)
    minus = ", ".join(change.remove)
    parts = [part for part in (f"+ {plus}" if plus else "", f"- {minus}" if minus else "") if part]
    both = "; ".join(parts) or "-"
    number = len(concept.rows)
    return Change(
        id=f"codes.{name}",
        kind="codes",
        name=Text(en=f"Code list {name}", fr=f"Liste de codes {name}"),
        before=Text(en=f"{number} rows", fr=f"{number} lignes"),
        after=Text(en=both, fr=both),
        effect=Text(
            en=f"{len(change.add)} codes are added to the list {name}, and what fits "
            f"{len(change.remove)} patterns is taken from it.",
            fr=f"{len(change.add)} codes sont ajoutés à la liste {name}, et ce qui correspond à "
            f"{len(change.remove)} motifs en est retiré.",
        ),
    )


def _with_codes(package: Package, overlay: Overlay, where: str) -> Package:
    if not overlay.codes:
        return package
    concepts = dict(package.concepts)

    touched = set(overlay.codes)
    for name in overlay.codes:
        if name not in package.derived:
            concepts[name] = _changed(concepts[name], overlay.codes[name], f"{where}, codes.{name}")
    for name, rule in package.derived.items():
        if touched.intersection(rule.from_) and concepts[name].origin == "derived":
            concepts[name] = derive(name, rule, concepts, f"concepts.toml, derived.{name}")
        if name in touched:
            concepts[name] = _changed(concepts[name], overlay.codes[name], f"{where}, codes.{name}")
    return replace(package, concepts=concepts)


def _changed(concept: Concept, change: CodeChange, where: str) -> Concept:
    removed = tuple(parse_pattern(text, f"{where}.remove") for text in change.remove)
    rows = tuple(row for row in concept.rows if not any(rule.holds(row) for rule in removed))
    added = tuple(
        Row(code.system, code.code, code.display, "given", "the practice", "")
        for code in change.add
    )
    only = concept.only
    if only:
        only += tuple(
            parse_pattern(f"{code.system}|{code.code}", f"{where}.add")
            for code in change.add
            if not any(rule.fits(code.system, code.code) for rule in only)
        )
    return replace(concept, rows=(*rows, *added), only=only, without=(*concept.without, *removed))


def _example(concept: Concept) -> str:
    row = next(iter(concept.rows), None)
    return f"{row.system}|{row.code}" if row else "ICD-10-CM|M54.50"


# Own indicators -----------------------------------------------------------------------------------


def _with_indicators(package: Package, overlay: Overlay, where: str) -> Package:
    indicators = dict(package.indicators)
    for indicator in overlay.indicator:
        here = f"{where}, indicator[{indicator.id}]"
        if indicator.id in indicators:
            raise PackageError(
                f"the package, or this file, has an indicator {indicator.id!r} already",
                where=f"{here}.id",
                hint="Give yours another id; an indicator of the package is changed by its "
                "parameters, and switched off with on = false.",
            )
        indicators[indicator.id] = indicator
    ordered = sorted(indicators.values(), key=lambda one: (one.order, one.id))
    return replace(package, indicators={one.id: one for one in ordered})


def toml(value: Any) -> str:
    """A value as it is written in TOML, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if one is not None}
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in kept.items()) + " }"
    return str(value)
