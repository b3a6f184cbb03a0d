"""Practices that do not exist, with the truth about them beside their records."""

from __future__ import annotations

from spinewise.synthetic.practice import Format, synthesize, truth_folder
from spinewise.synthetic.rates import Rates

__all__ = ["Format", "Rates", "synthesize", "truth_folder"]
