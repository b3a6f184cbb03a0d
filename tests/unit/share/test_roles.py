"""No field of a review is forgotten when it is shared, and nothing leaks that has no business."""

from __future__ import annotations

import typing
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest
from tests.data.sample_package import sample_package
from tests.data.sample_review import sample_review
from tests.support.small_review import RULES, draw_people
from tests.support.small_review import review as drawn

from spinewise.know.model import Text
from spinewise.numerals import LanguageCode
from spinewise.report.files import as_json
from spinewise.report.shared import render_shared
from spinewise.review.result import Review
from spinewise.share.build import share
from spinewise.share.cells import sheet
from spinewise.share.ledger import Ledger
from spinewise.share.points import points
from spinewise.share.roles import ROLES

TODAY = date(2025, 3, 1)


def structs(of: object) -> list[type[msgspec.Struct]]:
    """The structs that a type is made of."""
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        return [] if of is Text else [of]
    return [struct for part in typing.get_args(of) for struct in structs(part)]


def reachable() -> list[type[msgspec.Struct]]:
    """The structs of a review, but for those in fields that are left out."""
    found: list[type[msgspec.Struct]] = [Review]
    for struct in found:
        for field in msgspec.structs.fields(struct):
            if ROLES.get(struct, {}).get(field.name) != "left out":
                found += [inner for inner in structs(field.type) if inner not in found]
    return found


@pytest.mark.parametrize("struct", reachable(), ids=lambda struct: struct.__name__)
def test_every_field_has_a_role(struct: type[msgspec.Struct]) -> None:
    """Else: decide in ``share/roles.py`` what becomes of it when a review is shared."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    assert set(fields) == set(ROLES[struct])
    within = {name for name, role in ROLES[struct].items() if role == "within"}
    holding = {
        n for n, type_ in fields.items() if structs(type_) and ROLES[struct][n] != "left out"
    }
    assert holding == within


def test_no_role_is_left_over() -> None:
    assert set(ROLES) == set(reachable())


def numbers(value: Any, role: str, path: tuple[Any, ...] = (), own: str = "") -> Any:
    """Paths of the whole numbers in fields of a role."""
    if isinstance(value, msgspec.Struct):
        for name, part_role in ROLES.get(type(value), {}).items():
            yield from numbers(getattr(value, name), role, (*path, name), part_role)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, role, (*path, key), own)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from numbers(part, role, (*path, place), own)
    elif own == role and isinstance(value, int) and not isinstance(value, bool):
        yield path, value


def replaced(review: Review, path: tuple[Any, ...], number: int) -> Review:
    """The review with one number replaced."""
    whole = msgspec.to_builtins(review)
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = number
    return msgspec.convert(whole, Review)


def with_rules() -> Review:
    """The sample review, and published rules after its indicators."""
    rules = drawn([], [], draw_people(Random(3), 150, 3)).indicators[: len(RULES)]
    sample = sample_review()
    return msgspec.structs.replace(sample, indicators=[*sample.indicators, *rules])


def test_every_cell_is_listed() -> None:
    """A count whose role is *cell* changes the sheet of cells when it changes."""
    review = with_rules()
    labels = {key: "A1" for result in review.indicators for key in ("Dr. Adebayo",)} | {
        "Dr. Côté": "B2",
        "NP Singh": "C3",
        **{f"Dr. Number {n}": f"D{n}" for n in range(3)},
    }

    def cells(of: Review) -> list[int]:
        charts = {r.id: points(r.run_chart.months, "month") for r in of.indicators if r.run_chart}
        return sorted(cell.number for cell in sheet(of, labels, charts).cells.values())

    before = cells(review)
    forgotten = []
    # The rates of groups and months have an ``unknown`` that no shared report shows, and no more
    # do those of what is not computable.
    not_shown = {result.id for result in review.indicators if result.rate.state == "not computable"}
    for path, number in numbers(review, "cell"):
        inner = [step for step in path if isinstance(step, str)]
        if path[0] == "indicators" and review.indicators[path[1]].id in not_shown:
            continue
        if path[-1] == "unknown" and {"months", "clinicians", "modalities", "strata"} & set(inner):
            continue
        if "previous" in inner or "opportunities" in inner:
            continue
        if cells(replaced(review, path, number + 1000)) == before:
            forgotten.append(path)
    assert not forgotten


def test_nothing_else_gets_out() -> None:
    """Numbers and words of all other fields are in no byte of what is shared."""
    review, package = sample_review(), sample_package()
    mark = 918273645
    for role in ("left out", "derived"):
        for path, _ in list(numbers(review, role)):
            review = replaced(review, path, mark)
    made, _ledger = share(review, package, Ledger(), today=TODAY)
    codes: tuple[LanguageCode, ...] = ("en", "fr")
    for code in codes:
        written = as_json(made) + render_shared(made, package, code)
        for said in (
            str(mark),
            "918,273,645",
            review.extract_digest,
            review.practice,
            "Dr. Adebayo",
            "Adebayo",
            "Dr. Côté",
            "NP Singh",
            *(row.path for row in review.trust.ledger),
            *(row.value for row in review.trust.quarantine if len(row.value) > 3),
        ):
            assert said not in written, said
