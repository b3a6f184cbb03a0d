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
NOT_ASKED = "neither strength justifies an image, and no complete screen needs the family"

UNFELT: Final[dict[str, str]] = {
    "episode.exclusion[chronic].when.of[0].days [ever, -181] to [ever, -180]": ALREADY,
    "episode.exclusion[pregnant].when.of[1].days [-547, 0] to [-547, -1]": ALREADY,
    "episode.exclusion[pregnant].when.of[1].days [-547, 0] to [-547, 1]": ALREADY,
    "episode.exclusion[pregnant].when.of[2].days [-449, 0] to [-449, -1]": ALREADY,
    "episode.exclusion[pregnant].when.of[2].days [-449, 0] to [-449, 1]": ALREADY,
    "imaging.window [0, 42] to [-1, 42]": "no image of an episode lies before its day 0",
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
    if change.indicator and change.indicator not in case.indicators:
        return False
    at_hand = read(case)
    frame = replace(at_hand.frame, package=change.package)
    return bool(differences(case, as_interpreted(case, at_hand.people, frame)))
