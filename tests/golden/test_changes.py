"""
The golden cases hold the definitions: a small change of one makes a case come out differently.

Every bound of every window is moved by one day both ways, every count by one, every strength and
switch is changed, and every setting and combined finding is left out once. A change that no case
feels is listed below, with the reason why nobody could.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from spinewise.know.loader import load_package
from tests.golden.case import Case, all_cases
from tests.golden.changes import Change, changes
from tests.golden.judging import as_interpreted, differences
from tests.golden.reading import Reader

CASES = all_cases()
CHANGES = list(changes(load_package()))

SAME_CODES = "another finding holds the same codes for 365 days, and justifies an image as well"
ALREADY = "who has a code on that day is excluded, or outside, by another rule already"
NO_FOLLOW_UP = "nothing is followed, so a death ends nothing"
ONLY_ITS_END = "of a window that has to be over only the end counts"
LAST_COUNTS = "the last answer of the window counts, and there is one within it"
NONE_BESIDE = "the combination has no findings of which only some are needed"
BY_VISIT = "a visit has to hold the index, and has bounds of its own"
NO_TIME = "a day of service has no time of day"
WHOLE_MONTHS = "only whole months count"
RULE_SAYS = "a published rule says itself what a death does"
NOT_ASKED = "neither strength justifies an image, and no complete screen needs the family"

RULES: Final = {
    "hedis-lbp-my2025": 28,
    "cms166v4": 28,
    "cms166v5": 28,
    "nqf0052-2012": 28,
    "charlesworth-2016": 42,
    "cmaj-open-ontario": 92,
}
"""Published rules, and the last day of what has to be followed."""

UNFELT: Final[dict[str, str]] = {
    "episode.exclusion[chronic].when.of[0].days [ever, -181] to [ever, -180]": ALREADY,
    "episode.exclusion[pregnant].when.of[1].days [-547, 0] to [-547, -1]": ALREADY,
    "episode.exclusion[pregnant].when.of[1].days [-547, 0] to [-547, 1]": ALREADY,
    "episode.exclusion[pregnant].when.of[2].days [-449, 0] to [-449, -1]": ALREADY,
    "episode.exclusion[pregnant].when.of[2].days [-449, 0] to [-449, 1]": ALREADY,
    **{
        f"red_flags.finding[{name}].look_back 14 to {days}": SAME_CODES
        for name in ("N1", "N2", "I4")
        for days in (13, 15)
    },
    **{
        f"red_flags.finding[A{number}].strength supporting to context": NOT_ASKED
        for number in range(1, 7)
    },
    **{
        f"red_flags.combination[{name}].also_at_least 1 to {count}": NONE_BESIDE
        for name in ("osteoporosis-and-steroid", "known-spondyloarthritis")
        for count in (0, 2)
    },
    "red_flags.reason[surgical-candidate].when.days [42, 84] to [42, 85]": (
        "no image of an episode is ordered after day 84"
    ),
    **{
        f"{name}.death_ends to False": NO_FOLLOW_UP
        for name in ("imaging-without-recorded-flag", "imaging-unknown", "experience-definitely")
    },
    **{
        f"{name}.window [0, {end}] to [{start}, {end}]": ONLY_ITS_END
        for name, end in {
            "imaging-early": 42,
            "imaging-missed": 2,
            "red-flag-documentation": 14,
            "specialist-consultation": 84,
            "quality-of-life": 84,
            "opioid-start": 30,
        }.items()
        for start in (-1, 1)
    },
    "quality-of-life.numerator.baseline [-14, 14] to [-15, 14]": LAST_COUNTS,
    "quality-of-life.numerator.follow_up [28, 84] to [27, 84]": LAST_COUNTS,
    "opioid-start.numerator.days [0, 30] to [-1, 30]": ALREADY,
    "opioid-start.numerator.not_concepts without opioids-not-for-pain": (
        "no code is on both lists"
    ),
    **{
        f"{name}.window [0, {end}] to [{start}, {end}]": ONLY_ITS_END
        for name, end in RULES.items()
        for start in (-1, 1)
    },
    **{f"{name}.death_ends to False": RULE_SAYS for name in RULES},
    "hedis-lbp-my2025.window [0, 28] to [0, 27]": (
        "the intake ends 28 days before the period, and the period not after the records"
    ),
    **{
        f"hedis-lbp-my2025.strata[{stratum}].when.{bound}": "people of that age are not counted"
        for stratum, bound in (
            ("age-18-64", "from_ 18 to 17"),
            ("age-65-75", "to 75 to 76"),
        )
    },
    "hedis-lbp-my2025.strata[age-65-75].when.from_ 65 to 64": "who is 64 is in the stratum before",
    "hedis-lbp-my2025.numerator.between [index, index + 28 days]"
    " to [index - 1 day, index + 28 days]": ALREADY,
    "hedis-lbp-my2025.exclusion[death].when.between [period start, period end]"
    " to [period start - 1 day, period end]": "nobody comes after their death",
    "cms166v4.index.between [period start, period end] to [period start, period end - 1 day]": (
        BY_VISIT
    ),
    **{
        f"cms166v5.index.between [period start, period end] to [period start, period end {day}]": (
            BY_VISIT
        )
        for day in ("- 1 day", "+ 1 day")
    },
    **{
        f"charlesworth-2016.require[enrolment].when.between [year start, year end] to [{years}]": (
            WHOLE_MONTHS
        )
        for years in ("year start - 1 day, year end", "year start, year end + 1 day")
    },
    "cmaj-open-ontario.index.where.between [index, index] to [index - 1 day, index]": BY_VISIT,
    "cmaj-open-ontario.index.where.holds_index to True": BY_VISIT,
    **{
        f"{image}.not_before_index to True": NO_TIME
        for image in (
            "hedis-lbp-my2025.numerator",
            "charlesworth-2016.numerator",
            "cmaj-open-ontario.numerator.of[0]",
            "cmaj-open-ontario.numerator.of[1]",
            "cmaj-open-ontario.exclusion[prior-spine-image].when.of[0]",
            "cmaj-open-ontario.exclusion[prior-spine-image].when.of[1]",
        )
    },
    **{
        f"cmaj-open-ontario.numerator.of[{place}].between [index, index + 3 months]"
        " to [index - 1 day, index + 3 months]": ALREADY
        for place in (0, 1)
    },
}
"""Changes that cannot be felt, and why."""


@pytest.mark.parametrize("change", CHANGES, ids=[change.what for change in CHANGES])
def test_a_small_change_is_felt(change: Change, read: Reader) -> None:
    """At least one case no longer comes out as expected."""
    feels = _feeling(change, read) is not None

    if change.what in UNFELT:
        assert not feels, f"a case feels {change.what!r}: take it off the list"
    else:
        assert feels, f"no case feels {change.what!r}"


def test_the_list_names_changes() -> None:
    """Each change on the list is one that is tried."""
    assert UNFELT.keys() <= {change.what for change in CHANGES}


def _feeling(change: Change, read: Reader) -> Case | None:
    """The first case that feels a change; it is asked first about the next one, of its kind."""
    for case in CASES:
        if _felt(change, case, read):
            CASES.remove(case)
            CASES.insert(0, case)
            return case
    return None


def _felt(change: Change, case: Case, read: Reader) -> bool:
    if not change.indicators & case.indicators.keys():
        return False
    at_hand = read(case)
    frame = replace(at_hand.frame, package=change.package)
    return bool(differences(case, as_interpreted(case, at_hand, frame)))
