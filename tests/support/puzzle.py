"""
A reader who tries to work out what a shared report hides.

The reader holds whole numbers against each other with an integer solver: what can a number be, at
least and at most, given everything that is known?
"""

from __future__ import annotations

from collections.abc import Iterable

import highspy
import numpy as np
from highspy.highs import _Highs  # type: ignore[attr-defined]

UNBOUNDED = 1_000_000


class Puzzle:
    """Whole numbers, known or not, and sums that hold between them."""

    def __init__(self) -> None:
        self._bounds: list[tuple[int, int]] = []
        self._sums: list[dict[int, int]] = []
        self._solver: _Highs | None = None

    def number(self, low: int, high: int = UNBOUNDED) -> int:
        """A new number between ``low`` and ``high``; returns its name."""
        self._bounds.append((low, high))
        return len(self._bounds) - 1

    def adds_up(self, whole: int, parts: Iterable[int]) -> None:
        """``whole`` is the sum of ``parts``."""
        row = {whole: 1}
        for part in parts:
            row[part] = row.get(part, 0) - 1
        self._sums.append(row)

    def equal(self, one: int, other: int) -> None:
        self.adds_up(one, [other])

    def bounds(self, name: int) -> tuple[int, int]:
        """The least and the most that a number can be."""
        solver = self._solver or self._built()
        found = []
        for sign in (1.0, -1.0):
            solver.changeColCost(name, sign)
            solver.run()
            assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            found.append(round(solver.getSolution().col_value[name]))
            solver.changeColCost(name, 0.0)
        return found[0], found[1]

    def _built(self) -> _Highs:
        size = len(self._bounds)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = size, len(self._sums)
        program.col_cost_ = np.zeros(size)
        program.col_lower_ = np.array([low for low, _ in self._bounds], dtype=float)
        program.col_upper_ = np.array([high for _, high in self._bounds], dtype=float)
        program.row_lower_ = program.row_upper_ = np.zeros(len(self._sums))
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.array(
            [0, *np.cumsum([len(row) for row in self._sums])], dtype=np.int32
        )
        program.a_matrix_.index_ = np.array([v for row in self._sums for v in row], dtype=np.int32)
        program.a_matrix_.value_ = np.array(
            [x for row in self._sums for x in row.values()], dtype=float
        )
        program.integrality_ = [highspy.HighsVarType.kInteger] * size
        solver = _Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(program)
        self._solver = solver
        return solver
