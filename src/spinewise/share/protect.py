"""
Which numbers to hide so that no small one can be worked out.

Hiding the small numbers is not enough: where all but one of the numbers that add up to a total are
shown, the last is known. So further numbers are hidden (*complementary suppression*), as few and
as unimportant ones as possible, until this holds:

    From everything that is shown, and knowing every sum, a hidden small number may be anything
    from 1 to the largest that is small; any other hidden number may be at least two things.

For one small number and one direction, the best numbers to hide with it are found by a small
linear program: move that number by so much, keep every sum, and move only numbers that are hidden
already (free) or could be (at their cost). The moved numbers are another reading of the page that
adds up just as well as the true one: that is the proof, so nothing is left to trust but addition.

Source of the method: Kelly, Golden and Assad, Networks 1992;22:397-417; Fischetti and Salazar,
Management Science 2001;47:1008-1027.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from highspy.highs import _Highs  # type: ignore[attr-defined]

from spinewise.share.cells import Key, Sheet

_FREE: Final = 1e-4
"""What it costs to move a number that is hidden already: of several ways, the shortest."""
_MOST: Final = 1e7
"""No number moves further than this."""
_ROUNDING: Final = 1e-6


@dataclass
class _Variable:
    """One unknown of the reader: a cell, or several that count the same."""

    number: int
    keys: list[Key]
    floor: int
    weight: float
    hidden: bool
    low: int
    high: int
    """The least and most that it is known to allow, the true number at first."""


def protect(sheet: Sheet, least: int) -> frozenset[Key]:
    """
    The cells to hide.

    Parameters
    ----------
    sheet
        The numbers and their sums.
    least
        The smallest number that is shown, beside zero.

    Returns
    -------
    The keys of the cells that are not to be shown, those among them that never are included.
    """
    variables, place = _variables(sheet, least)
    equations = [
        [(place[whole], 1), *((place[part], -1) for part in parts)] for whole, parts in sheet.splits
    ]
    for some, sums in _components(len(variables), equations):
        moves = _Moves([variables[v] for v in some], _numbered(some, sums))
        for v, one in enumerate(moves.variables):
            if one.hidden:
                for by in _shifts(one, least):
                    _allow(moves, v, by)
    return frozenset(key for one in variables if one.hidden for key in one.keys)


def _shifts(one: _Variable, least: int) -> Iterator[int]:
    """How far a hidden number should be movable, down and up."""
    if one.number < least:
        if one.low > one.floor:
            yield one.floor - one.number
        if one.high < least - 1:
            yield least - 1 - one.number
    elif one.weight and one.low == one.high:
        yield least - 1


def _allow(moves: _Moves, v: int, by: int) -> None:
    """
    Hide what has to be hidden so that variable ``v`` may be larger by ``by``.

    Where the sums do not allow that though everything were hidden (a total of three parts that are
    not zero is 3 or more), by as near as they do. Upwards there is always a way: with all numbers
    hidden, twice as many of everything add up too.
    """
    number = moves.variables[v].number
    nearer = range(by, 0, -1 if by > 0 else 1)
    further = range(by + 1, number + 1) if by > 0 else ()
    found = (moves.move(v, distance) for distance in (*nearer, *further))
    moved = next((one for one in found if one is not None), None)
    assert moved is not None or by < 0
    for w, distance in enumerate(moved or ()):
        if distance:
            moves.hide(w)
        one = moves.variables[w]
        one.low = min(one.low, one.number + distance)
        one.high = max(one.high, one.number + distance)


def _variables(sheet: Sheet, least: int) -> tuple[list[_Variable], dict[Key, int]]:
    """The unknowns of the reader, and which one each cell is."""
    variables: list[_Variable] = []
    place: dict[Key, int] = {}
    alike: dict[tuple[Key, int], int] = {}
    for key, cell in sheet.cells.items():
        same = None if cell.alike is None else (cell.alike, cell.number)
        if same in alike:
            one = variables[alike[same]]
        else:
            if same is not None:
                alike[same] = len(variables)
            n = cell.number
            one = _Variable(n, [], cell.floor, 0, False, n, n)
            variables.append(one)
        place[key] = len(variables) - 1 if same is None else alike[same]
        one.keys.append(key)
        one.floor = max(one.floor, cell.floor)
        one.weight = max(one.weight, cell.weight)
        one.hidden = one.number > 0 and (one.hidden or one.number < least or one.weight == 0)
    return variables, place


def _components(
    count: int, equations: Sequence[list[tuple[int, int]]]
) -> Iterator[tuple[list[int], list[list[tuple[int, int]]]]]:
    """Variables that no sum ties to each other are judged apart."""
    leader = list(range(count))

    def find(v: int) -> int:
        while leader[v] != v:
            leader[v] = leader[leader[v]]
            v = leader[v]
        return v

    for equation in equations:
        for v, _ in equation[1:]:
            leader[find(v)] = find(equation[0][0])
    members: dict[int, list[int]] = {}
    sums: dict[int, list[list[tuple[int, int]]]] = {}
    for v in range(count):
        members.setdefault(find(v), []).append(v)
    for equation in equations:
        sums.setdefault(find(equation[0][0]), []).append(equation)
    for v, some in members.items():
        yield some, sums.get(v, [])


def _numbered(
    some: Sequence[int], sums: Sequence[list[tuple[int, int]]]
) -> list[Mapping[int, int]]:
    """The equations by the places of their variables in ``some``; a variable may stand twice."""
    place = {v: i for i, v in enumerate(some)}
    numbered: list[Mapping[int, int]] = []
    for equation in sums:
        row: dict[int, int] = {}
        for v, sign in equation:
            row[place[v]] = row.get(place[v], 0) + sign
        numbered.append({v: factor for v, factor in row.items() if factor})
    return numbered


class _Moves:
    """
    The linear program of one component: each variable moves up by one column and down by another,
    and every equation stays true.
    """

    def __init__(self, variables: list[_Variable], equations: Sequence[Mapping[int, int]]) -> None:
        self.variables = variables
        size = len(variables)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = 2 * size, len(equations)
        program.col_cost_ = np.array([self._cost(one) for one in variables] * 2)
        program.col_lower_ = np.zeros(2 * size)
        program.col_upper_ = np.array([*map(self._up, variables), *map(self._down, variables)])
        program.row_lower_ = program.row_upper_ = np.zeros(len(equations))
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        lengths = [2 * len(row) for row in equations]
        matrix.start_ = np.array([0, *np.cumsum(lengths)], dtype=np.int32)
        matrix.index_ = np.array(
            [c for row in equations for v in row for c in (v, size + v)], dtype=np.int32
        )
        matrix.value_ = np.array(
            [x for row in equations for factor in row.values() for x in (factor, -factor)],
            dtype=float,
        )
        # Its subclass Highs prints a banner before it can be told not to.
        self._solver = _Highs()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(program)

    def hide(self, v: int) -> None:
        """From now on the variable is hidden, and moving it is free."""
        self.variables[v].hidden = True
        for column in (v, v + len(self.variables)):
            self._solver.changeColCost(column, _FREE)

    def move(self, v: int, by: int) -> list[int] | None:
        """The cheapest moves of all variables, of which ``v`` moves by ``by``; None: no way."""
        size, one = len(self.variables), self.variables[v]
        up, down = max(by, 0), max(-by, 0)
        self._solver.changeColBounds(v, up, up)
        self._solver.changeColBounds(size + v, down, down)
        moved = self._solve()
        if moved is not None and any(abs(x - round(x)) > _ROUNDING for x in moved):
            moved = self._solve(whole=True)
        self._solver.changeColBounds(v, 0, self._up(one))
        self._solver.changeColBounds(size + v, 0, self._down(one))
        return None if moved is None else [round(x) for x in moved]

    def _solve(self, *, whole: bool = False) -> list[float] | None:
        size = len(self.variables)
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        if whole:
            for column in range(2 * size):
                self._solver.changeColIntegrality(column, kind)
        self._solver.run()
        solved = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        values = self._solver.getSolution().col_value
        if whole:
            for column in range(2 * size):
                self._solver.changeColIntegrality(column, highspy.HighsVarType.kContinuous)
        return [values[v] - values[size + v] for v in range(size)] if solved else None

    @staticmethod
    def _cost(one: _Variable) -> float:
        return _FREE if one.hidden else one.weight

    @staticmethod
    def _up(one: _Variable) -> float:
        return _MOST if one.number else 0

    @staticmethod
    def _down(one: _Variable) -> float:
        return max(one.number - one.floor, 0)
