"""
Loads a change package: a folder of TOML and CSV files, checked as a whole.

Every mistake is a :class:`~spinewise.errors.PackageError` that names file, key, value and mend.
The form of every file is in ``docs/reference/package.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from msgspec import Struct

from spinewise.errors import PackageError
from spinewise.know.check import mistakes_between
from spinewise.know.concepts import Concept, derive, read_list
from spinewise.know.decode import Say, convert, mistakes, nearest, parse
from spinewise.know.lines import find, lines_of
from spinewise.know.model import (
    FILES,
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
    TailoringFile,
)
from spinewise.know.overlay import Overlay, mistakes_in_tailoring, read_overlay
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
    "tailoring.toml",
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
    package, wrong = read_package(folder, value_sets=value_sets, verified_only=verified_only)
    if package is None or wrong:
        raise wrong[0]
    return package


def read_package(
    folder: Path | None = None, *, value_sets: Path | None = None, verified_only: bool = False
) -> tuple[Package | None, list[PackageError]]:
    """
    The package, and every mistake in it; no package where a file of it could not be read.

    What holds between the files is looked at when each can be read by itself. PackageError where
    the folder is none.
    """
    files = Files(LOW_BACK_PAIN if folder is None else folder)
    lists = None if value_sets is None else Files(value_sets)
    wrong = [*files.wrong_names(), *files.read()]
    if wrong:
        return None, [files.with_line(mistake) for mistake in wrong]
    package = Package(
        file=files.typed("package.toml", PackageFile),
        concepts=_concepts(files, lists, wrong.append, verified_only=verified_only),
        episode=files.typed("episode.toml", EpisodeFile),
        imaging=files.typed("imaging.toml", ImagingFile),
        red_flags=files.typed("red_flags.toml", RedFlagsFile),
        indicators=_indicators(files, wrong.append),
        ideas=_by_id(files, "change_ideas.toml", ChangeIdeasFile, "idea", wrong.append),
        resources=_by_id(files, "resources.toml", ResourcesFile, "resource", wrong.append),
        items=_by_id(files, "instruments.toml", InstrumentsFile, "item", wrong.append),
        digest=files.digest,
        value_sets="package" if lists is None else lists.digest,
        verified_only=verified_only,
        derived=files.typed("concepts.toml", ConceptsFile).derived,
        tailoring=files.typed("tailoring.toml", TailoringFile),
    )
    wrong += mistakes_between(package)
    if not wrong:
        wrong += mistakes_in_tailoring(package)
    package = sign(package, files.typed("signoff.toml", SignoffFile).signoff, wrong.append)
    return package, [files.with_line(mistake) for mistake in wrong]


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
        self.texts: dict[str, str] = {}
        """The TOML files that could be read as such ..."""
        self.raw: dict[str, dict[str, Any]] = {}
        """... and what they hold."""
        self._typed: dict[str, Any] = {}

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

    def read(self) -> Iterator[PackageError]:
        """Read every TOML file; an optional one that is not there is an empty one."""
        for name, kind in self._kinds():
            try:
                text = self.data.get(name, b"").decode("utf-8")
                raw = parse(text, name)
            except UnicodeDecodeError as error:
                yield PackageError(
                    f"byte {error.start} is not UTF-8", where=name, hint="Save the file as UTF-8."
                )
            except PackageError as mistake:
                yield mistake
            else:
                self.texts[name], self.raw[name] = text, raw
                wrong = list(mistakes(raw, kind, name))
                yield from wrong
                if not wrong:
                    self._typed[name] = convert(raw, kind, name)

    def typed(self, name: str, kind: type[T]) -> T:
        """A TOML file that :meth:`read` has read without a mistake."""
        return cast("T", self._typed[name])

    def with_line(self, mistake: PackageError) -> PackageError:
        """The mistake with the line of the place that it names, where that is in a TOML file."""
        name, _, place = mistake.where.partition(", ")
        line = self.line(name, place) if place else None
        if line is None:
            return mistake
        return PackageError(
            mistake.message, where=f"{mistake.where}, line {line}", hint=mistake.hint
        )

    def line(self, name: str, place: str) -> int | None:
        """The line of a place in a TOML file, from 1."""
        if name not in self.raw:
            return None
        return find(place, self.raw[name], lines_of(self.texts[name]))[0]

    def _kinds(self) -> Iterator[tuple[str, type[Struct]]]:
        for name, kind in FILES.items():
            if name == "indicators/*.toml":
                yield from (
                    (f"indicators/{one}.toml", kind) for one in self.under("indicators", ".toml")
                )
            elif name in self.data or name in OPTIONAL:
                yield name, kind

    def wrong_names(self) -> Iterator[PackageError]:
        """Files that are needed and missing, and those that nobody reads."""
        known = [*NEEDED, *OPTIONAL]
        for name in NEEDED:
            if name not in self.data:
                yield PackageError(
                    f"{name} is missing",
                    where=str(self.folder),
                    hint=f"A package holds {', '.join(NEEDED)}, concepts/*.csv and "
                    f"indicators/*.toml{nearest(name, set(self.data) - set(known))}.",
                )
        for folder, suffix in (("concepts", ".csv"), ("indicators", ".toml")):
            if not self.under(folder, suffix):
                yield PackageError(
                    f"there is no {folder}/*{suffix}",
                    where=str(self.folder),
                    hint=f"Add a file for each of the {folder}.",
                )
        for name in self.under("", ".toml"):
            if f"{name}.toml" not in known:
                yield PackageError(
                    f"{name}.toml is not a file of a package",
                    where=str(self.folder),
                    hint=f"Known: {', '.join(known)}{nearest(f'{name}.toml', known)}.",
                )


def _concepts(
    files: Files, lists: Files | None, say: Say, *, verified_only: bool
) -> dict[str, Concept]:
    """Lists, those that replace them, and the concepts derived from both."""
    concepts = {
        name: read_list(
            name,
            data,
            where=f"concepts/{name}.csv",
            given=False,
            verified_only=verified_only,
            say=say,
        )
        for name, data in files.under("concepts", ".csv").items()
    }
    rules = files.typed("concepts.toml", ConceptsFile).derived
    for name in rules:
        if name in concepts:
            say(
                PackageError(
                    f"{name!r} is also the list concepts/{name}.csv",
                    where=f"concepts.toml, derived.{name}",
                    hint="Give the derived concept another name.",
                )
            )
    given = {} if lists is None else lists.under("", ".csv")
    for name, data in given.items():
        where = f"{lists.folder if lists else ''}/{name}.csv"
        if name not in concepts and name not in rules:
            say(
                PackageError(
                    f"{name}.csv has the name of no list of this package",
                    where=where,
                    hint=f"Name it as one of the lists{nearest(name, [*concepts, *rules])}, "
                    "or take it out of the folder.",
                )
            )
        concepts[name] = read_list(
            name, data, where=where, given=True, verified_only=False, say=say
        )
    for name, rule in rules.items():
        if name not in given:
            concepts[name] = derive(name, rule, concepts, f"concepts.toml, derived.{name}", say)
    return concepts


def _indicators(files: Files, say: Say) -> dict[str, Indicator]:
    """The indicators in the order of the report."""
    found = []
    for name in files.under("indicators", ".toml"):
        where = f"indicators/{name}.toml"
        indicator = files.typed(where, Indicator)
        if indicator.id != name:
            say(
                PackageError(
                    f"id is {indicator.id!r}",
                    where=f"{where}, id",
                    hint=f'Write id = "{name}", or name the file {indicator.id}.toml.',
                )
            )
        found.append(indicator)
    return {indicator.id: indicator for indicator in sorted(found, key=lambda i: (i.order, i.id))}


def _by_id(files: Files, name: str, kind: type[Struct], key: str, say: Say) -> dict[str, Any]:
    """The rows of a table by id."""
    found: dict[str, Any] = {}
    for row in getattr(files.typed(name, kind), key):
        if row.id in found:
            say(
                PackageError(
                    f"{row.id!r} stands twice",
                    where=f"{name}, {key}",
                    hint="Give each its own id.",
                )
            )
        found[row.id] = row
    return found


def read_practice(file: Path) -> Overlay:
    """
    A practice's file of changes, for :func:`spinewise.know.overlay.tailored`.

    PackageError where it is not there or not in the form of one.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise PackageError(
            "the practice's file is not there",
            where=str(file),
            hint="Name the file, or make one with `spinewise tailor`.",
        ) from None
    except UnicodeDecodeError as error:
        raise PackageError(
            f"byte {error.start} is not UTF-8", where=str(file), hint="Save the file as UTF-8."
        ) from None
    return read_overlay(text, file.name)
