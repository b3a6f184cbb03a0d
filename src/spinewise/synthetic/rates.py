"""
How often things happen in a synthetic practice.

Figures with a source follow a published baseline; those marked *chosen* were set so that every
rule of a review has somebody to speak of. ``docs/reference/synthetic.md`` lists both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SLOT: Final = 300
"""Days of a person's time that hold at most one bout of back pain."""
LATEST_START: Final = 62
"""Latest day of its slot on which a bout begins."""
LAST_DIAGNOSIS: Final = 56
"""Latest day of a bout without a recurrence on which its diagnosis is written again."""
WASHOUT: Final = 180
EPISODE: Final = 84
EARLY: Final = 42
QUIET: Final = 185
"""Days of a slot with a bout that hold nothing but the bout itself."""


@dataclass(frozen=True)
class Rates:
    """Probabilities unless said otherwise."""

    bouts_a_year: float = 0.2
    """Bouts of back pain that are brought to the practice, a person and year (chosen)."""
    visits_a_year: float = 4.0
    """Other visits, a person and year (chosen)."""
    season: float = 0.15
    """Winter peak and summer trough of bouts, as a share of the mean (chosen)."""

    supporting_only: float = 0.40
    """A supporting finding and no sufficient one. About 40 % of 500 people had night pain and none
    of them serious disease (Harding, in Hall)."""
    cancer_trait: float = 0.04
    sufficient_now: float = 0.03
    """A sufficient finding that begins with the bout; with cancer history about 6 % (chosen)."""

    imaged_sufficient: float = 0.80
    imaged_supporting: float = 0.39
    imaged_none: float = 0.20
    """Together about 30 % imaged (30.7 %, Bouck 2019; CIHI 2017), of these about 35 % without any
    flag (34.8 %, Jenkins 2018) and of all who present about 10 % (9.0 %, Jenkins 2018)."""
    shock: float = 1 / 3
    """Fall of imaging without a sufficient finding after the change (22.5 % to 36.8 % after
    reminders or a modified form, Jenkins 2015; 28.7 % after the 2012 Ontario rule, Fine 2017)."""
    imaging_spread: float = 0.45
    """Standard deviation of clinicians' log imaging rate: 24 % of providers ordered 74 % of the
    MRIs without an indication in one system (AJMC 2016)."""

    documented: float = 0.35
    """A complete screen, before the change (chosen)."""
    documented_after: float = 0.60
    documentation_spread: float = 0.8
    """Standard deviation of clinicians' log odds of a complete screen (chosen)."""

    xray: float = 0.55
    ct: float = 0.10
    """X-ray to CT is about 85 to 15 (Fine 2017); the share of MRI is chosen."""

    specialist: float = 0.12
    opioid_start: float = 0.12
    opioid_user: float = 0.04
    quality_baseline: float = 0.35
    quality_followed: float = 0.60
    experience_answered: float = 0.25
    """Surveys and the lines above: chosen."""

    consent_out: float = 0.015
    birth_year_only: float = 0.03
    joins_later: float = 0.12
    leaves_a_year: float = 0.02
