"""
Spinewise reviews low back pain imaging in a primary care practice.

    >>> import spinewise
    >>> review = spinewise.review("export.zip", period="2024")          # doctest: +SKIP
    >>> review["imaging-early"].rate.recorded                           # doctest: +SKIP
    0.27

The functions here are what the command line calls; see ``docs/reference/python.md``.
"""

from __future__ import annotations

__version__ = "0.1.0"

from spinewise.api import check, check_package, new_package, review, share, tailor, what_if
from spinewise.errors import SpinewiseError
from spinewise.know.loader import load_package
from spinewise.records import forget
from spinewise.report import notebook as _notebook
from spinewise.review.result import DataTrust, Review
from spinewise.scratch import limited
from spinewise.share.result import SharedReview
from spinewise.synthetic import synthesize

_notebook.register()

__all__ = [
    "DataTrust",
    "Review",
    "SharedReview",
    "SpinewiseError",
    "check",
    "check_package",
    "forget",
    "limited",
    "load_package",
    "new_package",
    "review",
    "share",
    "synthesize",
    "tailor",
    "what_if",
]
