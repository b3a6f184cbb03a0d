"""
What becomes of every field of a review when it is shared.

A field that is not named here fails a test: whoever adds a table decides what becomes of its
numbers. *Cells* are counts, which :mod:`spinewise.share.cells` has to list. What is *derived* is
worked out again from cells that are shown, or rounded until it says nothing of a few, or left
away. What is *left out* is in no shared report.
What is *harmless* is shown as it stands: it says nothing about people. *Within* are objects and
lists of them, whose fields have roles of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from spinewise.review import result

Role = Literal["cell", "derived", "harmless", "left out", "within"]


def _roles(
    cells: str = "", derived: str = "", harmless: str = "", left_out: str = "", within: str = ""
) -> dict[str, Role]:
    """The role of each field, from the names of each role in one string."""
    named: dict[Role, str] = {
        "cell": cells,
        "derived": derived,
        "harmless": harmless,
        "left out": left_out,
        "within": within,
    }
    return {field: role for role, names in named.items() for field in names.split()}


ROLES: Final[Mapping[type[msgspec.Struct], Mapping[str, Role]]] = {
    result.Review: _roles(
        harmless="period package package_version edition package_digest overlay value_sets"
        " verified_only spinewise_version ages_open",
        derived="schema notice",
        left_out="practice extract_digest compared_with agreements tailoring",
        within="indicators areas images trust",
    ),
    result.IndicatorResult: _roles(
        harmless="id version status unit better name meaning target why_wrong"
        " change_ideas resources order",
        derived="headline reason",
        left_out="previous proposed_share clinicians_hidden",
        within="rate counts run_chart clinicians modalities opportunities published",
    ),
    result.PublishedResult: _roles(
        harmless="source complement assumed readings not_evaluated names conditions",
        derived="score",
        within="strata",
    ),
    result.Rate: _roles(
        cells="n d unknown", derived="recorded low high wilson_low wilson_high state"
    ),
    result.Counts: _roles(
        cells="units decided decided_against excluded excluded_units outside not_evaluated"
        " undecided screened_absent not_documented beside also assumed open"
    ),
    result.RunChart: _roles(
        derived="median signal",
        left_out="useful longest_run longest_run_max crossings crossings_min why control notes",
        within="months",
    ),
    result.Month: _roles(harmless="month", within="rate"),
    result.Group: _roles(derived="key", within="rate"),
    result.OpportunityPart: _roles(
        harmless="kind target years", derived="a_year against decided may_be_chance"
    ),
    result.Area: _roles(
        harmless="indicator change_ideas resources", derived="sentence", within="part"
    ),
    result.ImageCounts: _roles(
        cells="images in_episode in_excluded_episode outside_episode region_unknown verdicts"
    ),
    result.DataTrust: _roles(
        derived="patients",
        harmless="format cutoff cutoff_from lag_days",
        left_out="consent_out first_day coverage carried tables ledger ledger_agrees quarantined"
        " quarantine recorded_missing_share proposed_share unmapped_codes assumptions ongoing_pain",
        within="linkage",
    ),
    result.Linkage: _roles(
        derived="events events_with_visit imaging_orders orders_with_performance",
        left_out="performances_without_order index_visits index_with_onset"
        " episodes_screen_complete episodes",
    ),
}
"""By struct and field. Structs of fields that are left out have no roles."""
