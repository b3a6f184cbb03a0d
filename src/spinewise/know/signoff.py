"""Marks the rows of a package that a clinician has confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import msgspec

from spinewise.errors import PackageError
from spinewise.know.decode import Say, nearest, stop
from spinewise.know.model import Signoff
from spinewise.know.package import Package

S = TypeVar("S", bound=msgspec.Struct)


def sign(package: Package, signoffs: Iterable[Signoff], say: Say = stop) -> Package:
    """
    The package with ``signed-off`` as the status of every row that is signed off.

    A sign-off of a row that does not exist is said, or raised as a PackageError.
    """
    signed = {signoff.row: number for number, signoff in enumerate(signoffs, 1)}
    if not signed:
        return package
    known: set[str] = set()

    def one(kind: str, name: str, row: S) -> S:
        known.add(f"{kind}:{name}")
        if f"{kind}:{name}" not in signed:
            return row
        return msgspec.structs.replace(row, status="signed-off")

    flags, episode, imaging = package.red_flags, package.episode, package.imaging
    result = replace(
        package,
        episode=msgspec.structs.replace(
            episode,
            index=one("episode", "index", episode.index),
            exclusion=[one("exclusion", row.id, row) for row in episode.exclusion],
        ),
        imaging=msgspec.structs.replace(
            imaging, image=[one("image", row.modality, row) for row in imaging.image]
        ),
        red_flags=msgspec.structs.replace(
            flags,
            family=[one("family", row.id, row) for row in flags.family],
            finding=[one("finding", row.id, row) for row in flags.finding],
            combination=[one("combination", row.id, row) for row in flags.combination],
            reason=[one("reason", row.id, row) for row in flags.reason],
        ),
        indicators={name: one("indicator", name, r) for name, r in package.indicators.items()},
        ideas={name: one("idea", name, row) for name, row in package.ideas.items()},
        resources={name: one("resource", name, row) for name, row in package.resources.items()},
        items={name: one("item", name, row) for name, row in package.items.items()},
    )
    for row, number in signed.items():
        if row in known:
            continue
        say(
            PackageError(
                f"{row!r} is no row of this package",
                where=f"signoff.toml, signoff[{number}].row",
                hint=f"Write kind:id, for example indicator:imaging-early{nearest(row, known)}.",
            )
        )
    return result
