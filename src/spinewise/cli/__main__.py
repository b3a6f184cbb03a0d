"""``python -m spinewise.cli``."""

from __future__ import annotations

from spinewise.cli import main

main()
