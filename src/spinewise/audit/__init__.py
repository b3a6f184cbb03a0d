"""
The chart audit: people read some charts, and say what codes cannot tell.

``draw`` takes a seeded sample of an indicator's cases, stratified by what the codes say of them,
and writes a form for each reviewer; ``adjudicate`` writes a form of the cases on which two of them
differ; ``result`` gives their agreement and the indicator corrected by what they found.
"""

from __future__ import annotations

from spinewise.audit.folder import adjudicate, draw, result
from spinewise.audit.plan import Plan
from spinewise.audit.result import AuditResult

__all__ = ["AuditResult", "Plan", "adjudicate", "draw", "result"]
