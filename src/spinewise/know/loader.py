"""
Loads a change package: a folder of TOML and CSV files, checked as a whole.

Every mistake is a :class:`~spinewise.errors.PackageError` that names file, key, value and mend.
The form of every file is in ``docs/reference/package.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, TypeVar

from spinewise.errors import PackageError
from spinewise.know.check import check_package
from spinewise.know.concepts import Concept, derive, read_list
from spinewise.know.decode import decode, nearest
from spinewise.know.model import (
    ChangeIdeasFile,
    ConceptsFile,
    EpisodeFile,
    ImagingFile,
    Indicator,
    InstrumentsFile,
    PackageFile,
    RedFlagsFile,
    ResourcesFile,
    SignoffFile,
)
from spinewise.know.package import Package
from spinewise.know.signoff import sign

T = TypeVar("T")

LOW_BACK_PAIN: Final = Path(__file__).parent.parent / "packages" / "low_back_pain"
"""The change package that comes with Spinewise."""

NEEDED: Final = ("package.toml", "episode.toml", "imaging.toml", "red_flags.toml")
OPTIONAL: Final = (
    "concepts.toml",
    "change_ideas.toml",
    "resources.toml",
    "instruments.toml",
    "signoff.toml",
)


def load_package(
    folder: Path | None = None, *, value_sets: Path | None = None, verified_only: bool = False
) -> Package:
    """
    Load a change package.

    Parameters
    ----------
    folder
        The package's folder; None: the low back pain package that comes with Spinewise.
    value_sets
        A folder of the practice's own code lists. A CSV with the name of a list, or of a derived
        concept, replaces it; all of its rows count, whatever their status.
    verified_only
        Only rows whose status is ``verified`` count. Lists of ``value_sets`` are not touched.

    Raises
    ------
    PackageError
        The package, or the folder of lists, cannot be used as written.
    """
    files = Files(LOW_BACK_PAIN if folder is None else folder)
    files.check_names()
    lists = None if value_sets is None else Files(value_sets)
    ideas = files.read("change_ideas.toml", ChangeIdeasFile).idea
    resources = files.read("resources.toml", ResourcesFile).resource
    items = files.read("instruments.toml", InstrumentsFile).item
    package = Package(
        file=files.read("package.toml", PackageFile),
        concepts=_concepts(files, lists, verified_only=verified_only),
        episode=files.read("episode.toml", EpisodeFile),
        imaging=files.read("imaging.toml", ImagingFile),
        red_flags=files.read("red_flags.toml", RedFlagsFile),
        indicators=_indicators(files),
        ideas=_by_id(ideas, "change_ideas.toml, idea"),
        resources=_by_id(resources, "resources.toml, resource"),
        items=_by_id(items, "instruments.toml, item"),
        digest=files.digest,
        value_sets="package" if lists is None else lists.digest,
        verified_only=verified_only,
    )
    check_package(package)
    return sign(package, files.read("signoff.toml", SignoffFile).signoff)


class Files:
    """The files of a folder, read once each."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise PackageError(
                f"{str(folder)!r} is not a folder", hint="Name the folder that holds the files."
            )
        self.folder = folder
        self.data = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in (".toml", ".csv") and path.is_file()
        }

    @property
    def digest(self) -> str:
        """SHA-256 over the names and contents of the files."""
        total = sha256()
        for name, data in self.data.items():
            total.update(f"{name} {sha256(data).hexdigest()}\n".encode())
        return total.hexdigest()

    def under(self, folder: str, suffix: str) -> dict[str, bytes]:
        """The files in ``folder`` (``""``: the top) with this ending, by name without ending."""
        start = f"{folder}/" if folder else ""
        return {
            name.removeprefix(start).removesuffix(suffix): data
            for name, data in self.data.items()
            if name.startswith(start) and name.endswith(suffix) and "/" not in name[len(start) :]
        }

    def read(self, name: str, kind: type[T]) -> T:
        """One TOML file as ``kind``; an optional file that is not there is an empty one."""
        data = self.data.get(name, b"")
        try:
            return decode(data.decode("utf-8"), kind, name)
        except UnicodeDecodeError as error:
            raise PackageError(
                f"byte {error.start} is not UTF-8", where=name, hint="Save the file as UTF-8."
            ) from None

    def check_names(self) -> None:
        """The files of a package: all that are needed, none that nobody reads."""
        known = [*NEEDED, *OPTIONAL]
        for name in NEEDED:
            if name not in self.data:
                raise PackageError(
                    f"{name} is missing",
                    where=str(self.folder),
                    hint=f"A package holds {', '.join(NEEDED)}, concepts/*.csv and "
                    f"indicators/*.toml{nearest(name, set(self.data) - set(known))}.",
                )
        for folder, suffix in (("concepts", ".csv"), ("indicators", ".toml")):
            if not self.under(folder, suffix):
                raise PackageError(
                    f"there is no {folder}/*{suffix}",
                    where=str(self.folder),
                    hint=f"Add a file for each of the {folder}.",
                )
        for name in self.under("", ".toml"):
            if f"{name}.toml" not in known:
                raise PackageError(
                    f"{name}.toml is not a file of a package",
                    where=str(self.folder),
                    hint=f"Known: {', '.join(known)}{nearest(f'{name}.toml', known)}.",
                )


def _concepts(files: Files, lists: Files | None, *, verified_only: bool) -> dict[str, Concept]:
    """Lists, those that replace them, and the concepts derived from both."""
    concepts = {
        name: read_list(
            name, data, where=f"concepts/{name}.csv", given=False, verified_only=verified_only
        )
        for name, data in files.under("concepts", ".csv").items()
    }
    rules = files.read("concepts.toml", ConceptsFile).derived
    for name in rules:
        if name in concepts:
            raise PackageError(
                f"{name!r} is also the list concepts/{name}.csv",
                where=f"concepts.toml, derived.{name}",
                hint="Give the derived concept another name.",
            )
    given = {} if lists is None else lists.under("", ".csv")
    for name, data in given.items():
        where = f"{lists.folder if lists else ''}/{name}.csv"
        if name not in concepts and name not in rules:
            raise PackageError(
                f"{name}.csv has the name of no list of this package",
                where=where,
                hint=f"Name it as one of the lists{nearest(name, [*concepts, *rules])}, "
                "or take it out of the folder.",
            )
        concepts[name] = read_list(name, data, where=where, given=True, verified_only=False)
    for name, rule in rules.items():
        if name not in given:
            concepts[name] = derive(name, rule, concepts, f"concepts.toml, derived.{name}")
    return concepts


def _indicators(files: Files) -> dict[str, Indicator]:
    """The indicators in the order of the report."""
    found = []
    for name in files.under("indicators", ".toml"):
        where = f"indicators/{name}.toml"
        indicator = files.read(where, Indicator)
        if indicator.id != name:
            raise PackageError(
                f"id is {indicator.id!r}",
                where=f"{where}, id",
                hint=f'Write id = "{name}", or name the file {indicator.id}.toml.',
            )
        found.append(indicator)
    return {indicator.id: indicator for indicator in sorted(found, key=lambda i: (i.order, i.id))}


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_HasId)


def _by_id(rows: Iterable[R], where: str) -> dict[str, R]:
    found: dict[str, R] = {}
    for row in rows:
        if row.id in found:
            raise PackageError(
                f"{row.id!r} stands twice", where=where, hint="Give each its own id."
            )
        found[row.id] = row
    return found
