"""``spinewise export``: indicators for others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from spinewise import api
from spinewise.cli.options import FOLDER, FOUND, names, reading

_WRITTEN = {"en": "{n} files in {out}", "fr": "{n} fichiers dans {out}"}


@click.group()
def export() -> None:
    """Write indicators in forms that other programs read."""


@export.command()
@click.argument("indicators", nargs=-1, metavar="[INDICATOR]...")
@click.option("--out", type=FOLDER, metavar="DIR", required=True, help="Write to this folder.")
@click.option(
    "--from",
    "path",
    type=FOUND,
    metavar="PATH",
    help="Records, as `spinewise review` takes them: MeasureReports are written as well. They hold "
    "health information.",
)
@click.option("--period", metavar="PERIOD", help="Of the MeasureReports, as in `spinewise review`.")
@click.option(
    "--records",
    is_flag=True,
    help="Write the records too, as the FHIR that the libraries read: a Bundle for each person in "
    "records.ndjson.",
)
@click.option(
    "--leave-out",
    callback=names,
    metavar="SYSTEMS",
    help="Leave out the codes of these systems for want of a licence, for example CPT,SNOMED-CT. "
    "Each ValueSet says what was left out.",
)
@reading
def fhir(
    indicators: tuple[str, ...],
    out: Path,
    path: Path | None,
    period: str | None,
    leave_out: list[str] | None,
    lang: str,
    *,
    records: bool,
    **given: Any,
) -> None:
    """
    Write indicators as FHIR R4: Measure, Library with CQL, ValueSet, MeasureReport.

    INDICATOR is the id of one or several; left out, all that CQL can say. An indicator that it
    cannot say is refused by name.

    \b
    Examples:
      spinewise export fhir imaging-early --out fhir
      spinewise export fhir cms166v5 --from export/ --period 2024 --records --out fhir
    """
    written = api.export_fhir(
        indicators,
        out,
        path=path,
        period=period,
        records=records,
        leave_out=leave_out or (),
        **given,
    )
    click.echo(_WRITTEN[lang].format(n=len(written), out=out))
