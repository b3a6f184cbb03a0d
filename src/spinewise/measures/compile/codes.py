"""
Code predicates: each set of codes that a definition names, as a column of one small table.

The plan joins events once with this table (one row a code key) and reads booleans, instead of
comparing code strings row by row.
"""

from __future__ import annotations

from collections.abc import Iterable

from spinewise.measures.frame import LEVEL_UNKNOWN, Frame


class CodePredicates:
    """Names for sets of codes; asking twice for the same set gives the same column."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._columns: dict[tuple[frozenset[str], frozenset[str], str], str] = {}
        self._evidence: set[str] = set()

    def column(
        self, concepts: Iterable[str], *, but_not: Iterable[str] = (), name: str = "codes"
    ) -> str:
        """The column that is true for codes of ``concepts`` that are of none of ``but_not``."""
        key = (frozenset(concepts), frozenset(but_not), "")
        if key not in self._columns:
            self._columns[key] = f"{name}_{len(self._columns)}"
        return self._columns[key]

    def evidence(
        self, concepts: Iterable[str], *, but_not: Iterable[str] = (), name: str = "codes"
    ) -> str:
        """As :meth:`column`, for codes whose events the evidence table has to hold."""
        column = self.column(concepts, but_not=but_not, name=name)
        self._evidence.add(column)
        return column

    def verified(self, concepts: Iterable[str], *, name: str) -> str:
        """The column that is true for codes of ``concepts`` by a row that is not only proposed."""
        key = (frozenset(concepts), frozenset[str](), "verified")
        if key not in self._columns:
            self._columns[key] = f"{name}_{len(self._columns)}"
        return self._columns[key]

    def keys(self, column: str) -> list[int]:
        """The code keys for which a column is true."""
        key = next(key for key, name in self._columns.items() if name == column)
        return [c for c, names in sorted(self._frame.concepts.items()) if self._is(c, names, key)]

    def visit_is(self, column: str) -> str:
        """Whether a visit ``v``, or who saw the patient, is of codes for which a column is true."""
        listed = ", ".join(str(key) for key in self.keys(column))
        return f"(v.specialty IN ({listed}) OR v.code IN ({listed}))" if listed else "FALSE"

    def schema(self) -> dict[str, str]:
        """The columns of the table ``code_is``, with their SQL types."""
        columns = dict.fromkeys(
            ["level_unknown", "is_evidence", *self._columns.values()], "BOOLEAN"
        )
        return {"code": "INTEGER", "modality": "VARCHAR", **columns}

    def rows(self) -> list[tuple[object, ...]]:
        """The rows of ``code_is``: every code key that some concept knows."""
        rows: list[tuple[object, ...]] = []
        for code, names in sorted(self._frame.concepts.items()):
            is_of = {column: self._is(code, names, key) for key, column in self._columns.items()}
            is_evidence = any(is_of[column] for column in self._evidence)
            level_unknown = LEVEL_UNKNOWN in names
            rows.append((code, self._modality(names), level_unknown, is_evidence, *is_of.values()))
        return rows

    def _is(
        self, code: int, names: frozenset[str], key: tuple[frozenset[str], frozenset[str], str]
    ) -> bool:
        wanted, unwanted, kind = key
        if kind == "verified":
            return any((code, name) not in self._frame.proposed for name in names & wanted)
        return bool(names & wanted) and not names & unwanted

    def _modality(self, names: frozenset[str]) -> str | None:
        for row in self._frame.package.imaging.image:
            if any(name in names for name in row.concepts):
                return row.modality
        return None
