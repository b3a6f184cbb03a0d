"""
What the reading of an export says of single lines, in the reader's language.

The reading writes plain English with the value that it found. A sentence is looked up here by its
fixed words; one that is not known stays English, and the report marks it so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from spinewise.report.language import Language
from spinewise.report.words import N_

SENTENCES: Final = (
    # why a row was skipped
    N_("consent is out"),
    N_("forgotten"),
    N_("blank"),
    N_("a blank line"),
    N_("a type that is not used"),
    N_("the table is not used"),
    N_("left out by the mapping"),
    N_("none of its columns is filled"),
    N_("neither of the CSV form nor of the mapping"),
    N_("a question without an answer: not documented"),
    N_("an observation that is not used"),
    N_("an order of neither an image nor a referral"),
    N_("a report of no image"),
    N_("a form without answers"),
    N_("a claim without codes"),
    N_("read for who is left out"),
    N_("read for what other rows say of it"),
    N_("not a file of FHIR"),
    N_("an empty Bundle"),
    N_("nothing to read"),
    N_("about the export, not about people"),
    N_("neither a finding nor a survey answer of ours"),
    N_("the day of death is read with the person"),
    N_("looked up for specialties"),
    N_("looked up for codes"),
    N_("says what the export is"),
    # why a line was set aside, and how to mend it
    N_("no calendar has this day"),
    N_("write the date as YYYY-MM-DD, YYYY-MM or YYYY"),
    N_("this word is not one of those that can stand here"),
    N_("use one of: %(words)s"),
    N_("Use one of: %(words)s."),
    N_("the row names no patient"),
    N_("say whose row this is"),
    N_("the export has no patient of this name"),
    N_("add the patient's own row, or correct the name"),
    N_("the patient's own row is in quarantine"),
    N_("mend the patient's own row"),
    N_("the row does not say what it is"),
    N_("Fill kind with one of: %(words)s."),
    N_("%(field)s '%(value)s' is not known"),
    N_("status '%(value)s' is only for conditions and findings"),
    N_("Use cancelled or entered-in-error for what did not happen."),
    N_("position '%(value)s' is not a whole number from 1"),
    N_("1 is the principal diagnosis; leave it empty where the order is not known."),
    N_("days_supply '%(value)s' is not a whole number of days"),
    N_("Write whole days, or leave it empty."),
    N_("value '%(value)s' is not an answer to a finding"),
    N_(
        "Use present or absent (yes or no, oui or non, true or false, 1 or 0); leave it empty"
        " where nobody answered."
    ),
    N_("value '%(value)s' may be a decimal number or a number of thousands"),
    N_("Write a decimal point and no thousands mark."),
    N_("%(found)s fields where the header has %(wanted)s: values may be shifted"),
    N_("a NUL character: the file is damaged here"),
    N_("bytes that are not valid %(encoding)s"),
    N_("a quote is opened and never closed"),
    N_("text follows a closing quote: a quote within a field is not doubled"),
    N_("Correct this line in the export, or make the export again, and read it anew."),
    N_("the element has the wrong type: %(detail)s"),
    N_("this is not whole JSON: %(detail)s"),
    N_("this is not a JSON object"),
    N_("the object does not say what resource it is"),
    N_("write its resourceType"),
    N_("the resource has no id"),
    N_("export it with its id"),
    N_("the text is not UTF-8"),
    N_("export the resource again as UTF-8"),
    N_("export the resource again, one whole JSON object a line"),
    N_("write the element as FHIR R4 has it"),
    N_("an element is written twice"),
    N_("write each element once"),
    N_("the resource is larger than 16 MB"),
    N_("leave out what is attached to it"),
    N_("an element is not as FHIR R4 has it"),
)
"""English as the reading writes it, with names for the values in it."""


def translate(words: str, reader: Language) -> str | None:
    """``words`` in the reader's language; None where the sentence is not known."""
    if words in _PLAIN:
        return reader.gettext(words)
    for sentence, pattern in _filled():
        found = pattern.fullmatch(words)
        if found:
            return reader.gettext(sentence, **found.groupdict())
    return None


_PLAIN: Final = frozenset(sentence for sentence in SENTENCES if "%(" not in sentence)


@cache
def _filled() -> list[tuple[str, re.Pattern[str]]]:
    """Sentences with values, and what such a sentence looks like; the longest fixed words first."""
    sentences = sorted((s for s in SENTENCES if "%(" in s), key=len, reverse=True)
    return [
        (
            sentence,
            re.compile(
                "".join(
                    f"(?P<{part[2:-2]}>.*)" if part.startswith("%(") else re.escape(part)
                    for part in re.split(r"(%\(\w+\)s)", sentence)
                ),
                re.DOTALL,
            ),
        )
        for sentence in sentences
    ]
