"""Finds an input of which some formulas are true and others are not."""

from collections.abc import Iterator, Sequence

from kamflow.analysis.checks.amounts import TooComplexError
from kamflow.analysis.checks.boxes import MAX_STEPS, Box, Input, Space, meet
from kamflow.analysis.checks.cells import tests_in
from kamflow.analysis.checks.formulas import Formula, opposite
from kamflow.analysis.checks.solver import Engine, Solver, UndecidedError
from kamflow.analysis.checks.taken import Taken
from kamflow.analysis.checks.theory import settled

MAX_TRIALS = 200  # boxes that are looked into for one question
MAX_VARIABLES = 1_000  # of a question to z3
MAX_UNDECIDED = 40  # of them that do not tell


class Search:
    """Asks questions about one space."""

    def __init__(self, space: Space, engine: Engine | None) -> None:
        self.space, self._engine = space, engine
        self._steps = 0
        self._taken = Taken(space, self._count)

    def find(self, wanted: Sequence[Formula], but: Sequence[Formula] = ()) -> Input | None:
        """Return an input of which every `wanted` formula is true and none of `but`, or nothing.

        Raises:
            UndecidedError: It cannot be told.
        """
        self._steps = 0
        try:
            return self._look(wanted, but)
        except (TooComplexError, UndecidedError, RecursionError):
            if self._engine is None or len(self.space.cells) > MAX_VARIABLES:
                raise UndecidedError from None
        formulas = [*wanted, *(opposite(item) for item in but)]
        return Solver(self._engine, self.space, tests_in(formulas)).find(formulas)

    def _look(self, wanted: Sequence[Formula], but: Sequence[Formula]) -> Input | None:
        choices = sorted((self.space.boxes(item) for item in wanted), key=len)
        taken = 0
        for item in but:
            taken |= self._taken.add(item)
        undecided = 0
        for trial, box in enumerate(self._free(choices, taken)):
            if trial > MAX_TRIALS or undecided > MAX_UNDECIDED:
                raise UndecidedError
            try:
                found = settled(self.space, box, engine=self._engine)
            except UndecidedError:
                undecided += 1
                continue
            if found is not None:
                return found
        if undecided:
            raise UndecidedError
        return None

    def _free(self, choices: Sequence[Sequence[Box]], taken: int) -> Iterator[Box]:
        """Yield boxes that lie in one box of every choice and in none that is taken."""
        first: Box | None = {}
        while choices and len(choices[0]) <= 1 and first is not None:
            first = meet(first, choices[0][0]) if choices[0] else None
            choices = choices[1:]
        for box in self._common(first, choices) if first is not None else ():
            yield from self._taken.left(box, taken)

    def _common(self, box: Box, choices: Sequence[Sequence[Box]]) -> Iterator[Box]:
        if not choices:
            yield box
            return
        for other in choices[0]:
            self._count()
            common = meet(box, other)
            if common is not None:
                yield from self._common(common, choices[1:])

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooComplexError
