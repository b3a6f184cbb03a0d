"""
An indicator as a FHIR R4 Measure, and its CQL as Library resources.

A Measure has three groups, each a proportion: ``recorded``, the rate as the record stands, and
``lowest`` and ``highest``, the smallest and the largest rate that the unknowns allow.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures.export.library import CqlLibrary, library_name, value_set_url, version_of

Json = dict[str, Any]

GROUPS: Final[dict[str, dict[str, str]]] = {
    "recorded": {
        "initial-population": "Initial Population",
        "denominator": "Denominator",
        "denominator-exclusion": "Denominator Exclusion",
        "numerator": "Numerator",
    },
    "lowest": {
        "initial-population": "Lowest Denominator",
        "denominator": "Lowest Denominator",
        "numerator": "Certain Numerator",
    },
    "highest": {
        "initial-population": "Highest Denominator",
        "denominator": "Highest Denominator",
        "numerator": "Possible Numerator",
    },
}
"""Group, population, and the definition of the library that says who is in it."""

GROUP_SAYS: Final = {
    "recorded": "The rate as the record stands: what is unknown is left out.",
    "lowest": "The smallest rate that the unknowns allow.",
    "highest": "The largest rate that the unknowns allow.",
}
BASIS: Final = {
    "episode": "Encounter",
    "image": "Resource",
    "patient": "boolean",
    "patient-year": "boolean",
}
"""What is counted: an episode by the encounter that opened it; an image by its order, a further
performance of an order by itself; a person."""

BASIS_URL: Final = "http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_KIND: Final = {"process": "process", "outcome": "outcome", "balancing": "outcome"}


def measure(package: Package, indicator: Indicator) -> Json:
    """The Measure of an indicator."""
    sources = {source.id: source for source in package.file.source}
    kind = "patient-reported-outcome" if indicator.kind == "experience" else None
    basis = BASIS.get(indicator.unit, "Observation")
    increase = "increase" if indicator.better == "higher" else "decrease"
    whose = package.tailored_for or "a practice"
    tailored = f" As tailored for {whose} ({package.overlay[:12]})." if package.overlay else ""
    return {
        "resourceType": "Measure",
        "id": indicator.id,
        "extension": [{"url": BASIS_URL, "valueCode": basis}],
        "url": measure_url(package, indicator.id),
        "version": version_of(package),
        "name": library_name(indicator.id),
        "title": indicator.name.en,
        "status": "active" if indicator.status != "proposed" else "draft",
        "experimental": False,
        "date": indicator.reviewed.isoformat(),
        "publisher": indicator.author,
        "description": indicator.meaning.en + tailored,
        "purpose": package.file.aim.en,
        "usage": package.file.intended_use.en,
        "approvalDate": indicator.reviewed.isoformat(),
        "relatedArtifact": [
            _clean(
                type="citation",
                citation=sources[name].title
                + (f" ({sources[name].year})" if sources[name].year else ""),
                url=sources[name].url or None,
            )
            for name in indicator.sources
        ],
        "library": [library_url(package, library_name(indicator.id))],
        "disclaimer": " ".join(text.en for text in indicator.why_wrong) or None,
        "scoring": _coded(f"{_TERMINOLOGY}/measure-scoring", "proportion"),
        "type": [_coded(f"{_TERMINOLOGY}/measure-type", kind or _KIND[indicator.kind])],
        "rateAggregation": "The rate of a period counts its units together.",
        "rationale": _rationale(package, indicator),
        "clinicalRecommendationStatement": " ".join(
            row.text.en for row in package.file.recommendation
        ),
        "improvementNotation": _coded(f"{_TERMINOLOGY}/measure-improvement-notation", increase),
        "group": [_group(name, basis, indicator) for name in GROUPS],
    }


def library_resource(package: Package, library: CqlLibrary, *, on: str) -> Json:
    """A library as a FHIR Library that holds its CQL."""
    depends = [
        *(library_url(package, name) for name in library.includes),
        *(value_set_url(package, concept) for concept in library.concepts),
    ]
    resource = {
        "resourceType": "Library",
        "id": library.name,
        "url": library_url(package, library.name),
        "version": library.version,
        "name": library.name,
        "title": library.name,
        "status": "draft",
        "experimental": False,
        "type": _coded(f"{_TERMINOLOGY}/library-type", "logic-library"),
        "date": on,
        "relatedArtifact": [{"type": "depends-on", "resource": url} for url in depends],
        "content": [
            {
                "contentType": "text/cql",
                "data": b64encode(library.text.encode()).decode("ascii"),
            }
        ],
    }
    if "parameter " in library.text:
        resource["parameter"] = [
            {"name": "Measurement Period", "use": "in", "min": 0, "max": "1", "type": "Period"}
        ]
    return {name: value for name, value in resource.items() if value != []}


def measure_url(package: Package, indicator: str) -> str:
    """The canonical name of an indicator's Measure."""
    return f"urn:spinewise:{package.file.id}:measure:{indicator}"


def library_url(package: Package, name: str) -> str:
    """The canonical name of a Library."""
    return f"urn:spinewise:{package.file.id}:library:{name}"


def strata_of(indicator: Indicator) -> Sequence[str]:
    """What the results of an indicator are shown by."""
    if indicator.strata:
        return ("clinician", "month", "stratum")
    return (
        ("clinician", "month", "modality")
        if indicator.unit == "image"
        else (
            "clinician",
            "month",
        )
    )


def _rationale(package: Package, indicator: Indicator) -> str:
    if indicator.published:
        return f"Modelled on: {indicator.published.source.en}."
    if indicator.target:
        return f"Target {indicator.target.value:.0%}. {indicator.target.why.en}"
    return package.file.aim.en


def _group(name: str, basis: str, indicator: Indicator) -> Json:
    group: Json = {
        "id": name,
        "extension": [{"url": BASIS_URL, "valueCode": basis}],
        "code": {"text": name},
        "description": GROUP_SAYS[name],
        "population": [
            {
                "id": f"{name}-{code}",
                "code": _coded(f"{_TERMINOLOGY}/measure-population", code),
                "criteria": {"language": "text/cql-identifier", "expression": expression},
            }
            for code, expression in GROUPS[name].items()
        ],
    }
    if name == "recorded":
        shown = [(f"Stratum {one.id}", one.id, one.name.en) for one in indicator.strata]
        if basis != "boolean":
            shown = [(f"By {by}", by, f"The units by {by}.") for by in strata_of(indicator)]
        group["stratifier"] = [
            {
                "id": f"by-{code}",
                "code": {"text": code},
                "description": says,
                "criteria": {"language": "text/cql-identifier", "expression": expression},
            }
            for expression, code, says in shown
        ]
        if not shown:
            del group["stratifier"]
    return group


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _clean(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
