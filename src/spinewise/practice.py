"""Changes a practice's file and adds to its history, so that neither is without the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from spinewise.errors import SpinewiseError
from spinewise.know.decode import nearest
from spinewise.know.history import Entry, add_to_history, read_history
from spinewise.know.overlay import Change, Overlay, known_parameter, read_overlay, tailored, toml
from spinewise.know.package import Package
from spinewise.know.practice_file import new_file, parse_value, with_code, with_copy, with_value

DEFAULT = "default"
"""What is typed to have the package's own value again."""

BY_HAND = "by-hand"
"""What stands in the history for changes that were written into the file."""
NAME = "practice"
"""What is typed to give the practice's name."""


@dataclass(frozen=True)
class Request:
    """What is to be changed, as it was typed."""

    values: dict[str, str] = field(default_factory=dict)
    """By the id of the parameter; ``default`` takes a change back."""
    added: list[tuple[str, str, str]] = field(default_factory=list)
    """List, system and code."""
    removed: list[tuple[str, str, str]] = field(default_factory=list)
    by_hand: bool = False
    """Whether what was written into the file by hand is to stand in the history."""
    copied: tuple[str, str] | None = None
    """An indicator of the package, and the id of the practice's own that begins as its copy."""


def change(
    package: Package, file: Path, asked: Request, *, who: str, why: str, today: date
) -> list[Change]:
    """
    Make changes in a practice's file, and add them to its history.

    Either all of them are made or none; the result holds together, or is refused.

    Returns
    -------
    The changes that were asked for and are not the package's own values.

    Raises
    ------
    SpinewiseError
        No name or reason is given, or the changes cannot be made; nothing is written.
    """
    for name, given in (("--who", who), ("--why", why)):
        if not given.strip():
            raise SpinewiseError(
                f"{name} is missing: a change stands in the history with its author and reason",
                hint='Give --who "your name" and --why "the reason".',
            )
    read_history(file)
    old = file.read_text(encoding="utf-8") if file.exists() else new_file(package.file.id, "")
    before = read_overlay(old, file.name)
    text = old
    for key, typed in asked.values.items():
        if key == NAME:
            text = with_value(text, key, typed)
            continue
        parameter = known_parameter(package, key)
        value = None if typed == DEFAULT else parse_value(typed, parameter)
        text = with_value(text, key, value)
    for rows, add in ((asked.added, True), (asked.removed, False)):
        for concept, system, code in rows:
            text = with_code(text, concept, system, code, add=add)
    if asked.copied:
        source, name = asked.copied
        if source not in package.indicators or package.indicators[source].published:
            own = [one.id for one in package.own]
            raise SpinewiseError(
                f"{source!r} is no indicator of the package's own",
                hint=f"Known: {', '.join(own)}{nearest(source, own)}.",
            )
        text = with_copy(text, package.indicators[source], name)
    after = read_overlay(text, file.name)
    made = tailored(package, after, file.name)
    ids = _changed(before, after)
    _write(file, text)
    if asked.by_hand:
        ids.append(BY_HAND)
    for name in ids:
        add_to_history(
            file,
            Entry(
                on=today,
                who=who,
                why=why,
                id=name,
                before=_said(before, name),
                after=_said(after, name),
                overlay=made.package.overlay,
                package_version=package.file.version,
            ),
        )
    return [one for one in made.changes if one.id in ids]


def _changed(before: Overlay, after: Overlay) -> list[str]:
    """The ids of what the two say differently."""
    ids = [*after.values, *before.values]
    ids += [f"codes.{name}" for name in (*after.codes, *before.codes)]
    ids += [f"indicator.{one.id}" for one in (*after.indicator, *before.indicator)]
    return [name for name in dict.fromkeys(ids) if _said(before, name) != _said(after, name)]


def _said(overlay: Overlay, name: str) -> str:
    if name in overlay.values:
        return toml(overlay.values[name])
    kind, _, rest = name.partition(".")
    if kind == "codes" and rest in overlay.codes:
        codes = overlay.codes[rest]
        plus = [f"+ {code.system}|{code.code}" for code in codes.add]
        return "; ".join([*plus, *(f"- {pattern}" for pattern in codes.remove)])
    if kind == "indicator" and any(one.id == rest for one in overlay.indicator):
        return "defined"
    return "package"


def _write(file: Path, text: str) -> None:
    """Replace the file in one step."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
