"""Published rules without their limits of age, for records of people whom the limits leave out."""

from __future__ import annotations

import msgspec

from spinewise.know.model import Indicator
from spinewise.know.terms import Age


def without_age_limits(rule: Indicator) -> Indicator:
    """
    The rule without the conditions that are a limit of age by themselves.

    Ages within an exclusion stay as they are. The package's own indicators are not touched.
    """
    kept = [clause for clause in rule.require if not isinstance(clause.when, Age)]
    if rule.published is None:
        return rule
    return msgspec.structs.replace(rule, require=kept)
