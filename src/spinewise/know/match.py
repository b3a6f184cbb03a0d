"""Which concepts a record's codes belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from spinewise.know.codes import System, system_of
from spinewise.know.concepts import Concept, Row


class _HasConcepts(Protocol):
    @property
    def concepts(self) -> Mapping[str, Concept]: ...


@dataclass
class _Index:
    """What one system of a record is compared with."""

    exact: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)
    prefix: dict[int, dict[str, list[tuple[str, bool]]]] = field(default_factory=dict)


class Matcher:
    """
    Finds the concepts of a record's codes.

    Built once from a package's concepts. :meth:`resolve` takes the distinct codes of an export:
    hundreds of thousands of them in a second.
    """

    def __init__(self, package: _HasConcepts) -> None:
        self._index: dict[tuple[str, System], _Index] = {}
        self._guarded: dict[str, Concept] = {}
        self._rules: dict[str, list[System]] = {}
        for concept in package.concepts.values():
            if concept.only or concept.without:
                self._guarded[concept.name] = concept
            for row in concept.rows:
                self._add(concept.name, row)

    def _add(self, concept: str, row: Row) -> None:
        rule = system_of(row.system)
        plain = rule.plain(row.code)
        # Systems that compare codes alike share an index: retired and current ICD-10-CM codes.
        alike = System((), drop=rule.drop, suffix=rule.suffix, width=rule.width)
        for system in rule.records:
            if alike not in self._rules.setdefault(system, []):
                self._rules[system].append(alike)
            index = self._index.setdefault((system, alike), _Index())
            table = index.exact
            if rule.is_prefix(plain):
                table = index.prefix.setdefault(len(plain), {})
            table.setdefault(plain, []).append((concept, row.status == "proposed"))

    def resolve(self, rows: Iterable[tuple[int, str, str]]) -> list[tuple[int, str, bool]]:
        """
        The concepts of each code.

        Parameters
        ----------
        rows
            Code key, system (a short name, as in the lists) and code as the record has it.
            A key may come several times: the codings of one coded value.

        Returns
        -------
        list of (code key, concept, proposed)
            Each key and concept once, in order of first use. ``proposed`` is true where no
            verified or given row stands for it.
        """
        found: dict[tuple[int, str], bool] = {}
        for key, system, code in rows:
            for concept, proposed in self._matches(system, code):
                found[key, concept] = found.get((key, concept), True) and proposed
        return [(key, concept, proposed) for (key, concept), proposed in found.items()]

    def _matches(self, system: str, code: str) -> Iterator[tuple[str, bool]]:
        for rule in self._rules.get(system, ()):
            index = self._index[system, rule]
            plain = rule.plain(code)
            hits = list(index.exact.get(plain, ()))
            for length, table in index.prefix.items():
                hits += table.get(plain[:length], ())
            for concept, proposed in hits:
                guard = self._guarded.get(concept)
                if guard is None or guard.admits(system, code):
                    yield concept, proposed
