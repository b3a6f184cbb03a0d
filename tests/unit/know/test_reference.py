"""docs/reference/package.md says every key of every file and term, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from spinewise.know import loader, model
from spinewise.know.terms import Term

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "package.md"

SECTIONS: dict[str, Any] = {
    "Words": model.Text,
    "Clinical rows": model._Sourced,
    "package.toml": model.PackageFile,
    "edition_choices": model.Edition,
    "differs": model.Difference,
    "recommendation": model.Recommendation,
    "source": model.Source,
    "forum": model.Forum,
    "meant": model.Meant,
    "episode.toml": model.EpisodeFile,
    "index": model.IndexRule,
    "exclusion": model.Exclusion,
    "imaging.toml": model.ImagingFile,
    "image": model.ImageClass,
    "red_flags.toml": model.RedFlagsFile,
    "family": model.Family,
    "finding": model.Finding,
    "combination": model.Combination,
    "reason": model.Reason,
    "indicators/ID.toml": model.Indicator,
    "needs": model.Need,
    "published": model.Published,
    "history": model.Revision,
    "index of a rule": model.RuleIndex,
    "require and exclusion of a rule": model.Clause,
    "strata": model.Stratum,
    "target": model.Target,
    "audit": model.AuditQuestion,
    "concepts.toml": model.ConceptsFile,
    "derived": model.Derived,
    "change_ideas.toml": model.ChangeIdeasFile,
    "idea": model.ChangeIdea,
    "resources.toml": model.ResourcesFile,
    "resource": model.Resource,
    "instruments.toml": model.InstrumentsFile,
    "item": model.Item,
    "signoff.toml": model.SignoffFile,
    "signoff": model.Signoff,
    "tailoring.toml": model.TailoringFile,
    "parameter": model.Parameter,
    "sets": model.Place,
    "window": model.Window,
    "number": model.Number,
    "choice": model.Choice,
    "several": model.Several,
    "option": model.Option,
    "switch": model.Switch,
    "words of a parameter": model.Words,
    "codes": model.Lists,
    **{
        str(msgspec.inspect.type_info(term).tag): term  # type: ignore[attr-defined]
        for term in get_args(Term)
    },
}


def sections() -> dict[str, str]:
    parts = re.split(r"^##+ (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> dict[str, tuple[str, str]]:
    """The default and meaning of each key in a section's table."""
    found = re.findall(r"^\| `(\w+)` \| (.+?) \|(.*)\|$", section, re.MULTILINE)
    return {key: (default.strip(), meaning) for key, default, meaning in found}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_the_keys_of_its_table(name: str) -> None:
    """Every key, needed where it has no default, with all of its words where it has a choice."""
    kind = SECTIONS[name]
    shared = {"sources", "confidence", "status"} if issubclass(kind, model._Sourced) else set()
    if kind is model._Sourced:
        shared = set()
    written = rows(sections()[name])
    fields = {f.encode_name: f for f in msgspec.structs.fields(kind) if f.encode_name not in shared}
    assert set(written) == set(fields)
    choices = {f.encode_name: f.type for f in msgspec.inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    for key, field in fields.items():
        default, meaning = written[key]
        assert (default == "needed") == field.required, key
        if isinstance(choices[key], msgspec.inspect.LiteralType) and default != "the family's":
            for word in choices[key].values:
                if key != "when_missing":
                    assert f"`{word}`" in default + meaning, (key, word)


def test_every_struct_has_a_section() -> None:
    structs = {
        value
        for name, value in vars(model).items()
        if isinstance(value, type) and issubclass(value, model._File) and not name.startswith("_")
    }
    assert structs <= set(SECTIONS.values())


def test_every_file_is_listed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*loader.NEEDED, *loader.OPTIONAL):
        assert f"\n| `{name}` |" in page
