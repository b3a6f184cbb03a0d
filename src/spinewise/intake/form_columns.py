"""The columns of the form that extracts are read into, and what may stand in them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final, Literal

from spinewise.tables import KINDS, ROLES, SETTINGS

Target = Literal["patients", "events", "coverage"]

PATIENTS: Final = (
    "patient_id",
    "birth_date",
    "sex",
    "death_date",
    "clinician_id",
    "practice_id",
    "enrolled_from",
    "enrolled_to",
    "consent",
    "language",
)
EVENTS: Final = (
    "patient_id",
    "kind",
    "system",
    "code",
    "start",
    "end",
    "recorded",
    "status",
    "encounter_id",
    "claim_id",
    "claim_status",
    "position",
    "setting",
    "modality",
    "region",
    "order_id",
    "clinician_id",
    "clinician_role",
    "specialty_system",
    "specialty",
    "onset",
    "value",
    "unit",
    "days_supply",
    "text",
)
COVERAGE: Final = ("patient_id", "start", "end")

COLUMNS: Final[dict[Target, tuple[str, ...]]] = {
    "patients": PATIENTS,
    "events": EVENTS,
    "coverage": COVERAGE,
}
"""The columns of the CSV form."""

MORE: Final[dict[Target, tuple[str, ...]]] = {
    "patients": ("updated",),
    "events": (
        "updated",
        "source_id",
        "display",
        "also_system",
        "also_code",
        "also_display",
        "reason_system",
        "reason",
        "category",
        "role",
    ),
    "coverage": ("updated",),
}
"""
Columns that only a mapping can fill. ``updated``: of rows with the same id the newest is kept;
``also_*``: a second coding of the same thing; ``reason``: why an image was asked for;
``category``: problem-list or encounter-diagnosis; ``role``: order, performed, study or report.
"""

NEEDED: Final[dict[Target, tuple[str, ...]]] = {
    "patients": ("patient_id", "birth_date"),
    "events": ("patient_id", "kind", "system", "code", "start"),
    "coverage": ("patient_id", "start", "end"),
}
DATES: Final = frozenset(
    [
        "birth_date",
        "death_date",
        "enrolled_from",
        "enrolled_to",
        "start",
        "end",
        "recorded",
        "onset",
        "updated",
    ]
)

STATUSES: Final = (
    *("active", "completed", "planned", "refuted"),
    *("cancelled", "entered-in-error", "not-done"),
)
PERMITTED: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("visit", *KINDS),
    "status": STATUSES,
    "claim_status": ("paid", "denied"),
    "setting": SETTINGS,
    "modality": ("xray", "ct", "mri", "bone-scan", "other"),
    "region": ("lumbar", "spine", "other"),
    "clinician_role": ("ordering", "performing", "prescribing"),
    "category": ("problem-list", "encounter-diagnosis"),
    "role": ROLES,
    "consent": ("in", "out"),
}
"""What a column may say; upper case, spaces and underscores in place of hyphens are let pass."""

WORDS: Final[dict[str, dict[str, list[str]]]] = tomllib.loads(
    (files("spinewise.intake") / "words.toml").read_text(encoding="utf-8")
)
"""Other words, English and French, for the values of a column: column, our value, the words."""
