"""
The codes that a synthetic practice writes, and what its truth assumes of them.

Only numbers of the code systems and our own short words. ``CODES`` names each code by what the
plan calls it; several names may share a code. The finding ids, their strengths and look-backs are
those of the bundled change package; a test compares the two.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Code(NamedTuple):
    """A coded value: the system's short name, the code, and our own short words."""

    system: str
    value: str
    display: str


CODES: Final[dict[str, Code]] = {
    # low back pain
    "lbp": Code("ICD-10-CM", "M54.50", "Low back pain"),
    "lbp-other": Code("ICD-10-CM", "M54.59", "Other low back pain"),
    "lbp-right-leg": Code("ICD-10-CM", "M54.41", "Low back pain with sciatica, right"),
    "lbp-left-leg": Code("ICD-10-CM", "M54.42", "Low back pain with sciatica, left"),
    "lbp-ohip": Code("OHIP-DX", "724", "Low back pain, sciatica"),
    "lbp-icd9": Code("ICD-9-CM", "724.2", "Lumbago"),
    "lbp-snomed": Code("SNOMED-CT", "279039007", "Low back pain"),
    "lbp-chronic": Code("SNOMED-CT", "278860009", "Chronic low back pain"),
    # other problems
    "hypertension": Code("ICD-10-CM", "I10", "High blood pressure"),
    "diabetes": Code("ICD-10-CM", "E11.9", "Type 2 diabetes"),
    "cold": Code("ICD-10-CM", "J06.9", "Upper respiratory infection"),
    "depression": Code("ICD-10-CM", "F32.9", "Depression"),
    "check-up": Code("ICD-10-CM", "Z00.00", "Check-up"),
    "knee": Code("ICD-10-CM", "M17.11", "Knee osteoarthritis, right"),
    "reflux": Code("ICD-10-CM", "K21.9", "Reflux"),
    "asthma": Code("ICD-10-CM", "J45.909", "Asthma"),
    "pregnancy": Code("ICD-10-CM", "Z34.91", "Pregnancy care"),
    # coded red flags and traits
    "cauda-equina": Code("ICD-10-CM", "G83.4", "Cauda equina syndrome"),
    "epidural-abscess": Code("ICD-10-CM", "G06.1", "Intraspinal abscess"),
    "spinal-infection": Code("ICD-10-CM", "M46.26", "Osteomyelitis of a lumbar vertebra"),
    "spine-injury": Code("ICD-10-CM", "S32.010A", "Traumatic fracture of L1"),
    "bruise": Code("ICD-10-CM", "S30.0XXA", "Bruise of the low back"),
    "fragility-fracture": Code("ICD-10-CM", "M48.56XA", "Collapsed lumbar vertebra"),
    "fatigue": Code("ICD-10-CM", "R53.83", "Fatigue"),
    "fever": Code("ICD-10-CM", "R50.9", "Fever"),
    "weight-loss": Code("ICD-10-CM", "R63.4", "Weight loss"),
    "cancer": Code("ICD-10-CM", "C50.911", "Breast cancer"),
    "cancer-history": Code("ICD-10-CM", "Z85.3", "History of breast cancer"),
    "skin-cancer": Code("ICD-10-CM", "C44.309", "Skin cancer, not melanoma"),
    "osteoporosis": Code("ICD-10-CM", "M81.0", "Osteoporosis"),
    "hiv": Code("ICD-10-CM", "B20", "HIV disease"),
    "opioid-misuse": Code("ICD-10-CM", "F11.10", "Opioid misuse"),
    "long-term-steroid": Code("ICD-10-CM", "Z79.52", "Long-term steroid"),
    "surgery": Code("ICD-10-CM", "M96.1", "Pain after lumbar surgery"),
    "palliative": Code("ICD-10-CM", "Z51.5", "Palliative care"),
    # medication
    "oxycodone": Code("ATC", "N02AA05", "Oxycodone"),
    "codeine-paracetamol": Code("ATC", "N02AJ06", "Codeine and acetaminophen"),
    "tramadol": Code("ATC", "N02AX02", "Tramadol"),
    "hydromorphone": Code("ATC", "N02AA03", "Hydromorphone"),
    "codeine-cough": Code("ATC", "R05DA04", "Codeine for cough"),
    "prednisone": Code("ATC", "H02AB07", "Prednisone"),
    "ibuprofen": Code("ATC", "M01AE01", "Ibuprofen"),
    "naproxen": Code("ATC", "M01AE02", "Naproxen"),
    "acetaminophen": Code("ATC", "N02BE01", "Acetaminophen"),
    "amlodipine": Code("ATC", "C08CA01", "Amlodipine"),
    "metformin": Code("ATC", "A10BA02", "Metformin"),
    # images
    "xray-lumbar": Code("SNOMED-CT", "840361000", "Lumbar spine X-ray"),
    "ct-lumbar": Code("SNOMED-CT", "572091000119106", "Lumbar spine CT"),
    "mri-lumbar": Code("SNOMED-CT", "394451000119106", "Lumbar spine MRI"),
    "xray-fee": Code("OHIP-FEE", "X028", "Lumbar spine X-ray"),
    "ct-fee": Code("OHIP-FEE", "X415", "Spine CT, level not said"),
    "mri-fee": Code("OHIP-FEE", "X490", "Spine MRI, level not said"),
    "chest-xray": Code("OHIP-FEE", "X090", "Chest X-ray"),
    "cervical-xray": Code("OHIP-FEE", "X025", "Neck X-ray"),
    # visits
    "visit-office": Code("OHIP-FEE", "A007", "Office visit"),
    "visit-virtual": Code("OHIP-FEE", "A101", "Virtual visit"),
    "visit-emergency": Code("OHIP-FEE", "H102", "Emergency visit"),
    "visit-home": Code("OHIP-FEE", "A900", "Home visit"),
    "visit-inpatient": Code("OHIP-FEE", "C002", "Hospital stay"),
    "visit-laboratory": Code("OHIP-FEE", "G489", "Laboratory"),
    "visit-orthopaedics": Code("OHIP-FEE", "A065", "Orthopaedic consultation"),
    "visit-neurosurgery": Code("OHIP-FEE", "A045", "Neurosurgery consultation"),
    "visit-rheumatology": Code("OHIP-FEE", "A485", "Rheumatology consultation"),
    "visit-physiatry": Code("OHIP-FEE", "A315", "Physical medicine consultation"),
    "visit-internal-medicine": Code("OHIP-FEE", "A135", "Internal medicine consultation"),
    # specialties and referrals
    "orthopaedics": Code("OHIP-SPECIALTY", "06", "Orthopaedic surgery"),
    "neurosurgery": Code("OHIP-SPECIALTY", "04", "Neurosurgery"),
    "rheumatology": Code("OHIP-SPECIALTY", "48", "Rheumatology"),
    "physiatry": Code("OHIP-SPECIALTY", "31", "Physical medicine"),
    "internal-medicine": Code("OHIP-SPECIALTY", "13", "Internal medicine"),
    "family-practice": Code("OHIP-SPECIALTY", "00", "Family practice"),
    "emergency-medicine": Code("OHIP-SPECIALTY", "12", "Emergency medicine"),
    "referral": Code("SNOMED-CT", "103696004", "Referral to a specialist"),
    # words and surveys
    "note": Code("LOINC", "34109-9", "Note"),
    "quality-of-life": Code("spinewise-item", "quality-of-life", "Quality of life, 0 to 10"),
    "surgical-candidate": Code(
        "spinewise-item", "surgical-candidate", "Considered for an operation"
    ),
    "experience": Code("spinewise-item", "experience-better-able", "Better able to manage"),
}

SYSTEM_URIS: Final = {
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD-9-CM": "http://hl7.org/fhir/sid/icd-9-cm",
    "SNOMED-CT": "http://snomed.info/sct",
    "LOINC": "http://loinc.org",
    "ATC": "http://www.whocc.no/atc",
    "OHIP-DX": "urn:spinewise:ohip-dx",
    "OHIP-FEE": "urn:spinewise:ohip-fee",
    "OHIP-SPECIALTY": "urn:spinewise:ohip-specialty",
    "spinewise-finding": "urn:spinewise:finding",
    "spinewise-item": "urn:spinewise:item",
}
"""How FHIR names the systems."""

SPECIALTIES: Final = ("orthopaedics", "neurosurgery", "rheumatology", "physiatry")
"""Counted as specialist consultations; internal medicine, also written, is not."""

FINDING_SYSTEM: Final = "spinewise-finding"
EXPERIENCE: Final = ("definitely", "for-the-most-part", "somewhat", "not-at-all")


class Finding(NamedTuple):
    """A red flag as the truth reads it."""

    id: str
    strength: Literal["sufficient", "supporting"]
    code: str = ""
    """What shows it present without an answer; empty: nothing does in these practices."""
    look_back: int | None = None
    """Days before the index in which the code counts; None: ever."""
    emergency: bool = False


FINDINGS: Final = (
    Finding("N1", "sufficient", "cauda-equina", 14, emergency=True),
    Finding("N2", "sufficient", emergency=True),
    Finding("N3", "sufficient"),
    Finding("I1", "supporting", "fever", 14),
    Finding("I2", "supporting", "opioid-misuse", 365),
    Finding("I3", "supporting", "hiv", 365),
    Finding("I4", "sufficient", "epidural-abscess", 14, emergency=True),
    Finding("I5", "sufficient", "spinal-infection", 365),
    Finding("I6", "supporting"),
    Finding("F1", "sufficient", "spine-injury", 90),
    Finding("F2", "supporting", "bruise", 90),
    Finding("F3", "supporting", "osteoporosis"),
    Finding("F4", "supporting", "long-term-steroid", 365),
    Finding("F5", "sufficient", "fragility-fracture", 90),
    Finding("T1", "sufficient", "cancer"),
    Finding("T2", "supporting", "weight-loss", 180),
    Finding("T3", "supporting"),
    Finding("T4", "supporting", "fatigue", 90),
)
"""What a complete screen has to answer. Findings of families that it does not need are never
written."""

COMBINATIONS: Final = {("I1", "I2"), ("I1", "I3"), ("F2", "F3"), ("F2", "F4")}
"""Pairs of a new and a lasting supporting finding that together justify an image."""
