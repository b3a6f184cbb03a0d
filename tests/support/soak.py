"""Whether this is the long run of the tests: ``make soak`` sets ``SPINEWISE_SOAK``."""

from __future__ import annotations

import os
from typing import Final

SOAK: Final = os.environ.get("SPINEWISE_SOAK", "") not in ("", "0")
"""Tests then try more, and larger, of the same."""
