"""What FHIR's codes mean for the record tables: ``codes.toml`` as SQL macros."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import duckdb
import msgspec


class _Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    codes: list[str] = []
    display: str | None = None


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``codes.toml``."""

    setting: dict[str, str]
    emergency_types: _Codes
    place_of_service: dict[str, str]
    status: dict[str, dict[str, str]]
    intent: dict[str, str]
    condition_category: dict[str, str]
    imaging_category: _Codes
    referral_category: _Codes
    modality: dict[str, str]
    nuclear: _Codes
    region: dict[str, str]
    present: _Codes
    absent: _Codes
    principal: _Codes
    days: dict[str, float]


@cache
def load() -> Words:
    """The file that the package ships."""
    return msgspec.toml.decode(files(__package__).joinpath("codes.toml").read_bytes(), type=Words)


_TEXTS: Final = {
    # A JSON string as text.
    "str(j)": "(j ->> '$')",
    # Type/id, or an id alone: what comes last is the id.
    "is_plain(t)": """NOT (contains(t, ':') OR contains(t, '|') OR contains(t, '=')
        OR contains(t, '&') OR contains(t, '#') OR contains(t, '_'))""",
    # A Reference: the id it points at, in whatever way it is written.
    # Type/id, a URL, urn:uuid:id or Type?identifier=system|value; nothing for #contained.
    "ref(r)": r"""coalesce(nullif(
        CASE WHEN is_plain(r.reference) THEN split_part(r.reference, '/', -1)
        ELSE regexp_extract(r.reference, '(^|[/|:=])([^/|:=&#]+)(/_history/.*|&.*)?$', 2) END,
        ''), r.identifier.value)""",
    "is_clinician(r)": """CASE WHEN starts_with(r.reference, 'Practitioner') THEN true
        ELSE r IS NOT NULL AND NOT coalesce(regexp_matches(
            r.reference, '(Organization|Patient|RelatedPerson|Device|CareTeam)'), false) END""",
    # A clinician: a role is kept apart from the person, to be looked up later.
    "clinician(r)": """CASE
        WHEN contains(r.reference, 'PractitionerRole') THEN 'PractitionerRole/' || ref(r)
        WHEN is_clinician(r) THEN ref(r)
    END""",
    # The name of what a Reference points at, for links: Type/id.
    "ref_name(r, type)": """CASE
        WHEN ref(r) IS NULL THEN NULL
        WHEN regexp_matches(r.reference, '[A-Z][A-Za-z]+[/?]')
            THEN regexp_extract(r.reference, '([A-Z][A-Za-z]+)[/?][^/]*(/_history/.*)?$', 1)
                || '/' || ref(r)
        ELSE type || '/' || ref(r)
    END""",
    "ref_names(rs, type)": """list_filter(
        list_transform(coalesce(rs, []), lambda r: ref_name(r, type)), lambda n: n IS NOT NULL)""",
    "codings(c)": """coalesce(list_transform(c.coding,
        lambda k: {system: k.system, value: str(k.code), display: coalesce(k.display, c.text)}),
        if(c.text IS NULL, NULL, [{system: NULL::VARCHAR, value: NULL::VARCHAR, display: c.text}]))
        """,
    "all_codings(cs)": """flatten(list_filter(
        list_transform(cs, lambda c: codings(c)), lambda l: l IS NOT NULL))""",
    # Codes that are looked up in lists: of one concept, and of several.
    "labels(c)": "list_transform(coalesce(c.coding, []), lambda k: k.code)",
    "all_labels(cs)": "flatten(list_transform(coalesce(cs, []), lambda c: labels(c)))",
    "code_values(l)": "list_transform(coalesce(l, []), lambda k: k.value)",
    "wording(c)": "coalesce(c.text, c.coding[1].display)",
    "span_start(day, period)": "coalesce(str(day), str(period.start))",
    # The words of an order or procedure with those of the body site.
    "described(code, sites)": """nullif(concat_ws('; ', wording(code), nullif(
        array_to_string(list_transform(sites, lambda s: wording(s)), '; '), '')), '')""",
    # "Do not" wins; then cancelled and wrong; then what is only intended.
    "order_status(said, intended, refused)": """CASE
        WHEN refused = 'true' THEN 'not-done'
        WHEN said IN ('cancelled', 'entered-in-error') THEN said
        ELSE coalesce(intended, said, 'active')
    END""",
    "contained_drug(reference, contained)": """codings(
        list_filter(contained, lambda c: '#' || str(c.id) = reference.reference)[1].code)""",
    "drug(concept, reference, contained)": """coalesce(
        codings(concept), contained_drug(reference, contained))""",
    "is_finding(codings)": """coalesce(list_has_any(
        list_transform(codings, lambda c: c.system),
        ['urn:spinewise:finding', 'spinewise-finding']), false)""",
    "answer(code, truth, words, number, quantity, concept)": """{
        codings: codings(code), text: wording(code), unit: quantity.unit,
        codes: labels(concept),
        value: coalesce(str(truth), words, str(number), str(quantity.value),
            concept.coding[1].code, concept.text)}""",
}


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that the statements in ``sql/`` are written in."""
    words = load()
    macros = dict(_TEXTS)
    macros["setting_of_class(c)"] = _case("c", words.setting)
    macros["setting_of_place(c)"] = _case("c", words.place_of_service)
    for name, meanings in words.status.items():
        macros[f"status_{name}(s)"] = _case("s", meanings)
    macros["status_of_intent(s)"] = _case("s", words.intent)
    macros["category_of(c)"] = _case("c", words.condition_category)
    for name, codes in (
        ("emergency_type", words.emergency_types),
        ("imaging_category", words.imaging_category),
        ("referral_category", words.referral_category),
        ("present", words.present),
        ("absent", words.absent),
        ("principal", words.principal),
    ):
        listed = ", ".join(f"'{code}'" for code in codes.codes)
        macros[f"is_{name}(found)"] = f"list_has_any(found, [{listed}])"
    macros["region_of(t)"] = (
        "CASE "
        + " ".join(
            f"WHEN regexp_full_match(t, '(?is){pattern}') THEN '{region}'"
            for region, pattern in words.region.items()
        )
        + " END"
    )
    nuclear = ", ".join(f"'{code}'" for code in words.nuclear.codes)
    macros["modality_of(m, t)"] = f"""CASE
        WHEN m IN ({nuclear}) AND regexp_full_match(t, '(?is){words.nuclear.display}')
            THEN 'bone-scan'
        WHEN m IS NOT NULL THEN coalesce({_case("m", words.modality)}, 'other') END"""
    macros["days_of(q)"] = (
        "round(try_cast(str(q.value) AS DOUBLE) * "
        f"coalesce({_case('lower(coalesce(q.code, q.unit))', words.days)}, 1.0))::INTEGER"
    )
    macros["finding_of(answer, codes)"] = """CASE
        WHEN is_present([lower(answer), answer] || coalesce(codes, [])) THEN 'present'
        WHEN is_absent([lower(answer), answer] || coalesce(codes, [])) THEN 'absent'
        ELSE answer
    END"""
    for head, body in macros.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {head} AS {body}")


def _case(value: str, meanings: Mapping[str, str | float]) -> str:
    whens = " ".join(
        f"WHEN '{code}' THEN " + (f"'{meaning}'" if isinstance(meaning, str) else str(meaning))
        for code, meaning in meanings.items()
    )
    return f"CASE {value} {whens} END"
