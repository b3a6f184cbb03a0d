"""
Definitions and outcomes for others: FHIR R4 Measures, CQL libraries, value sets and reports.

The third reading of a definition, beside :mod:`spinewise.measures.interpret` and
:mod:`spinewise.measures.compile`: what it says is run by engines that others wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures.export.library import CqlLibrary, libraries
from spinewise.measures.export.measure import library_resource, measure
from spinewise.measures.export.value_sets import value_set
from spinewise.measures.frame import Frame

Json = dict[str, Any]


def definitions(
    package: Package,
    indicators: Sequence[Indicator],
    *,
    on: date,
    frame: Frame | None = None,
    codes: Iterable[tuple[str, str]] = (),
    leave_out: Sequence[str] = (),
) -> tuple[list[CqlLibrary], list[Json]]:
    """
    The libraries of some indicators, and the Measures, Libraries and ValueSets as resources.

    Parameters
    ----------
    on
        The day of the export.
    frame, codes
        Of the records at hand, if there are any: what they carry, and (system, value) of every code
        that they use.
    leave_out
        Code systems whose codes are not written.

    Raises
    ------
    CannotSayError
        An indicator uses something that CQL cannot say here; the message names it.
    """
    written = libraries(package, indicators, frame)
    concepts = sorted({name for library in written for name in library.concepts})
    used = list(codes)
    resources = [
        *(measure(package, indicator) for indicator in indicators),
        *(library_resource(package, library, on=on.isoformat()) for library in written),
        *(value_set(package, name, on=on, codes=used, leave_out=leave_out) for name in concepts),
    ]
    return written, resources
