"""
Words for the ids that a review carries: states, reasons, domains, modalities and the like.

English here; French in the catalogue, like all words of the interface. An id without words is
shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def N_(words: str) -> str:  # noqa: N802 (gettext's own name for "translate this later")
    """Mark words for the catalogue and leave them as they are."""
    return words


STATES: Final = {
    "no cases": N_("No cases"),
    "too few": N_("Too few to judge"),
    "not computable": N_("Not computable"),
}

NOTES: Final = {
    "override": N_("Chart chosen"),
    "baseline": N_("New limits from here on"),
    "pdsa": N_("PDSA cycle"),
    "package": N_("Change package changed"),
    "policy": N_("Policy"),
    "other": N_("Note"),
}
"""What was decided about a chart, or happened beside it."""

BETTER: Final = {
    "lower": N_("Lower is better."),
    "higher": N_("Higher is better."),
}

BETTER_SHORT: Final = {
    "lower": N_("Better: lower"),
    "higher": N_("Better: higher"),
}

KINDS: Final = {
    "process": N_("Process measure"),
    "outcome": N_("Outcome measure"),
    "balancing": N_("Balancing measure"),
    "experience": N_("Patient experience"),
}

STATUSES: Final = {
    "proposed": N_("Proposed: not yet signed off by a clinician"),
    "verified": N_("Verified against its source"),
    "signed-off": N_("Signed off by a clinician"),
    "check": N_("To be checked: not used"),
}

OUTSIDE: Final = {
    "washout": N_("Not a new episode: seen for the same problem within the washout"),
    "age": N_("Below the minimum age"),
    "no-episode": N_("In no episode"),
    "population": N_("Does not meet the definition of the denominator"),
    "no-index": N_("No such diagnosis in the period"),
}

NOT_EVALUATED: Final = {
    "not-yet": N_("Not yet: the window runs beyond the end of the records"),
    "not-followed": N_("Not followed: died or left before the window was over"),
    "not-carried": N_("The records do not carry what is needed"),
}

UNDECIDED: Final = {
    "washout-unknown": N_("The records begin too late to know the washout"),
    "age-unknown": N_("The date of birth leaves the age open"),
    "date-unknown": N_("A date is too imprecise"),
    "region-unknown": N_("The image does not say which part of the body"),
    "population-unknown": N_("The record does not settle the denominator"),
    "numerator-unknown": N_("The record does not settle the numerator"),
}

ASSUMED: Final = {
    "onset-not-recorded": N_("Assumed: acute, as no onset is recorded"),
    "setting-not-recorded": N_("Assumed: an office visit, as no place is recorded"),
    "seen-from-start": N_("Assumed: known from its start, as no recording day is there"),
    "dated-by-performance": N_("Assumed: the day it was performed, as no order is there"),
    "enrolment-assumed": N_("Assumed: enrolled, as the records carry no enrolment"),
    "principal-position-assumed": N_("Assumed: principal, as diagnoses are not numbered"),
    "image-diagnosis-assumed": N_(
        "Assumed: for the rule's diagnosis; images have no claim or reason"
    ),
    "look-back-short": N_("The records begin later than the rule looks back"),
}

DOMAINS: Final = {
    "visits": N_("Visits"),
    "imaging": N_("Imaging"),
    "prescriptions": N_("Prescriptions"),
    "consultations": N_("Consultations"),
    "hospital": N_("Hospital"),
    "clinicians": N_("Clinicians"),
    "answers": N_("Answers"),
}

MODALITIES: Final = {
    "xray": N_("X-ray"),
    "ct": N_("CT"),
    "mri": N_("MRI"),
    "bone-scan": N_("Bone scan"),
    "other": N_("Other"),
    "": N_("Not stated"),
}

VERDICTS: Final = {
    "indicated": N_("Indicated"),
    "not-indicated": N_("Not indicated"),
    "cannot-tell": N_("Cannot tell"),
}

SETTINGS: Final = {
    "office": N_("office"),
    "virtual": N_("virtual"),
    "emergency": N_("emergency"),
    "inpatient": N_("inpatient"),
    "home": N_("home"),
    "laboratory": N_("laboratory"),
    "other": N_("other"),
}

EVENT_KINDS: Final = {
    "condition": N_("condition"),
    "procedure": N_("procedure"),
    "imaging": N_("imaging"),
    "medication": N_("medication"),
    "referral": N_("referral"),
    "finding": N_("red-flag answer"),
    "answer": N_("survey answer"),
    "note": N_("note"),
}

STRENGTHS: Final = {
    "sufficient": N_("sufficient alone"),
    "supporting": N_("supporting, in combinations"),
    "context": N_("context, never decides"),
}

URGENCIES: Final = {
    "emergency": N_("emergency"),
    "same-day": N_("same day"),
    "within-72-hours": N_("within 72 hours"),
    "within-2-weeks": N_("within 2 weeks"),
    "routine-soon": N_("routine, soon"),
}

SHORT_STATUSES: Final = {
    "proposed": N_("proposed"),
    "verified": N_("verified"),
    "signed-off": N_("signed off"),
}

EFFORTS: Final = {
    "low": N_("Low effort"),
    "medium": N_("Medium effort"),
    "high": N_("High effort"),
}

GRADES: Final = {
    "strong": N_("Strong evidence"),
    "moderate": N_("Moderate evidence"),
    "weak": N_("Weak evidence"),
    "none": N_("Not measured"),
}

TABLES: Final = {
    "patients": N_("Patients"),
    "coverage": N_("Coverage spans"),
    "visits": N_("Visits"),
    "condition": N_("Conditions"),
    "procedure": N_("Procedures"),
    "imaging": N_("Imaging rows"),
    "medication": N_("Medications"),
    "referral": N_("Referrals"),
    "finding": N_("Red-flag answers"),
    "answer": N_("Survey answers"),
    "note": N_("Notes"),
}

CUTOFFS: Final = {
    "declared": N_("declared by the source"),
    "export": N_("the day of the export"),
    "last record": N_("the last record found"),
}

FORMATS: Final = {
    "fhir": N_("FHIR R4"),
    "csv": N_("CSV"),
    "omop": N_("OMOP CDM"),
}

FATES: Final = {
    "with": N_("counted, in the numerator"),
    "without": N_("counted, not in the numerator"),
    "excluded": N_("excluded"),
    "outside": N_("not in the denominator"),
    "undecided": N_("left open by the record"),
    "not-evaluated": N_("not evaluated"),
    "beside": N_("counted beside"),
    "no unit": N_("no case"),
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "states": STATES,
        "better": BETTER,
        "notes": NOTES,
        "better_short": BETTER_SHORT,
        "kinds": KINDS,
        "statuses": STATUSES,
        "outside": OUTSIDE,
        "not_evaluated": NOT_EVALUATED,
        "undecided": UNDECIDED,
        "assumed": ASSUMED,
        "domains": DOMAINS,
        "modalities": MODALITIES,
        "verdicts": VERDICTS,
        "settings": SETTINGS,
        "event_kinds": EVENT_KINDS,
        "strengths": STRENGTHS,
        "urgencies": URGENCIES,
        "short_statuses": SHORT_STATUSES,
        "efforts": EFFORTS,
        "grades": GRADES,
        "tables": TABLES,
        "cutoffs": CUTOFFS,
        "formats": FORMATS,
        "fates": FATES,
    }
)
"""The same by group, for templates: ``word("states", "too few")``."""
