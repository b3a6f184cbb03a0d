"""
The command line: reads what was typed, calls the Python API, shows what came back.

Exit codes: 0 done; 1 Spinewise itself failed; 2 the command or the records have a mistake that
the user can mend; 130 stopped by the user.
"""

from __future__ import annotations

import click

import spinewise
from spinewise.cli.audit import audit
from spinewise.cli.concept import concept
from spinewise.cli.export import export
from spinewise.cli.faults import Group
from spinewise.cli.package import package, schema
from spinewise.cli.records import forget, mapping
from spinewise.cli.review import check, review
from spinewise.cli.synthesize import synthesize
from spinewise.cli.tailor import tailor
from spinewise.cli.what_if import what_if


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Exit codes: 0 done; 1 Spinewise itself failed; 2 a mistake in the command or the "
    "records, which the message says how to mend; 130 stopped by you.",
)
@click.version_option(spinewise.__version__, prog_name="spinewise")
def main() -> None:
    """
    Review how low back pain was assessed and imaged in a practice, and find where to improve.

    Begin with `spinewise review --help`. Nothing leaves this computer.
    """


commands = (
    review,
    check,
    audit,
    mapping,
    synthesize,
    forget,
    tailor,
    what_if,
    schema,
    package,
    export,
    concept,
)
for command in commands:
    main.add_command(command)
