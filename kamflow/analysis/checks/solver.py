"""z3 answers what cells alone cannot tell: arithmetic between facts.

z3 is optional. This module alone imports it, and only when a question needs it.
"""
# ruff: noqa: ANN401 - z3 tells no types

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any as Term

from kamflow.analysis.checks.boxes import Box, Input, Space
from kamflow.analysis.checks.cells import Span, Value
from kamflow.analysis.checks.formulas import (
    MISSING,
    OTHER,
    STALE,
    All,
    Bound,
    Completeness,
    Formula,
    Is,
    Link,
    Product,
    Quotient,
    Same,
    States,
    Steps,
    Test,
    Total,
    Variable,
    Words,
)

EFFORT = 4_000_000  # what z3 may spend on one question; it counts steps, not seconds

_STATE_CODES = {"known": 0, MISSING: 1, STALE: 2}
_LAST = frozenset({OTHER, MISSING, STALE})


class UndecidedError(Exception):
    """A question that is left open."""


def is_installed() -> bool:
    """Tell whether z3 is there."""
    return find_spec("z3") is not None


class Engine:
    """z3, brought in with the first question that needs it."""

    @cached_property
    def module(self) -> Term:
        """The module.

        Raises:
            UndecidedError: It cannot be used: a part of it is missing, or made for another machine.
        """
        try:
            return import_module("z3")
        except (ImportError, OSError) as error:
            raise UndecidedError from error

    @cached_property
    def context(self) -> Term:
        """What all terms of one run belong to; two runs at a time share none."""
        return self.module.Context()


class Solver:
    """One question to z3 about some variables of a space, and those from which they follow."""

    def __init__(self, engine: Engine, space: Space, names: Iterable[str]) -> None:
        self._z3, self._context = engine.module, engine.context
        self._space = space
        self._solver = self._z3.Solver(ctx=self._context)
        self._solver.set("rlimit", EFFORT)
        self._values: dict[str, Term] = {}
        self._states: dict[str, Term] = {}
        self._formulas: dict[int, Term] = {}
        self._names = tuple(dict.fromkeys(it for name in names for it in space.with_bases(name)))
        for name in self._names:
            self._declare(name, space.cells[name].variable)
        for name in self._names:
            link = space.cells[name].variable.link
            if link is not None:
                self._solver.add(self._linked(self._values[name], link))

    def find(self, formulas: Iterable[Formula] = (), box: Box | None = None) -> Input | None:
        """Return an input of which all formulas are true and that lies in the box, or nothing.

        Raises:
            UndecidedError: z3 gave up.
        """
        for formula in formulas:
            self._solver.add(self._formula(formula))
        for name, mask in (box or {}).items():
            if name in self._values and mask != self._space.cells[name].full:
                self._solver.add(self._in_cells(name, mask))
        answer = self._solver.check()
        if answer == self._z3.unsat:
            return None
        if answer != self._z3.sat:
            raise UndecidedError
        model = self._solver.model()
        return {name: self._value(model, name) for name in self._names}

    # ------------------------------------------------------------------------ variables

    def _declare(self, name: str, variable: Variable) -> None:
        sort = self._z3.Int if variable.whole or variable.words is not None else self._z3.Real
        value = self._values[name] = sort(name, self._context)
        if variable.missing or variable.stale:
            state = self._states[name] = self._z3.Int(f"state of {name}", self._context)
            codes = [code for word, code in _STATE_CODES.items() if getattr(variable, word, True)]
            self._solver.add(self._or(state == code for code in codes))
        if variable.words is not None:
            self._solver.add(value >= 0)
            if not variable.spoken:
                self._solver.add(value < max(len(variable.words), 1))
        if variable.low is not None:
            self._solver.add(value >= self._number(variable.low))
        if variable.high is not None:
            self._solver.add(value <= self._number(variable.high))
        if variable.points:
            self._solver.add(self._or(value == self._number(item) for item in variable.points))

    def _linked(self, value: Term, link: Link) -> Term:
        values = self._values
        match link:
            case Total():
                parts = (self._number(factor) * values[name] for name, factor in link.parts)
                return value == sum(parts, self._number(link.constant))
            case Product():
                return value == values[link.left] * values[link.right]
            case Quotient():
                times = value * values[link.right]
                return self._or((values[link.right] == 0, times == values[link.left]))
            case Same():
                return (value == 0) == (values[link.left] == values[link.right])
            case Completeness():
                known = (self._z3.If(self._known(name), 100, 0) for name in link.of)
                return value * len(link.of) == sum(known)
            case Steps():
                return value == self._points(link)

    def _words(self, name: str) -> list[str]:
        cells = self._space.cells[name].cells
        return [cell for cell in cells if isinstance(cell, str) and cell not in _LAST]

    def _points(self, link: Steps) -> Term:
        result: Term = self._number(link.otherwise)
        value = self._values[link.of]
        for step in reversed(link.steps):
            on = [self._z3.BoolVal(val=True, ctx=self._context)]
            on += [] if step.low is None else [value >= self._number(step.low)]
            on += [] if step.high is None else [value <= self._number(step.high)]
            result = self._z3.If(self._z3.And(on), self._number(step.points), result)
        return result

    # ------------------------------------------------------------------------ formulas

    def _formula(self, formula: Formula) -> Term:
        if id(formula) not in self._formulas:
            if isinstance(formula, Is):
                made = self._test(formula.name, formula.test)
            elif isinstance(formula, All):
                made = self._and(self._formula(part) for part in formula.parts)
            else:
                made = self._or(self._formula(part) for part in formula.parts)
            self._formulas[id(formula)] = made
        return self._formulas[id(formula)]

    def _test(self, name: str, test: Test) -> Term:
        match test:
            case States(states):
                if name not in self._states:
                    return self._z3.BoolVal("known" in states, self._context)
                codes = (_STATE_CODES[word] for word in states)
                return self._or(self._states[name] == code for code in codes)
            case Bound(op, value):
                return self._and((self._known(name), self._stands(name, op, value)))
            case Words(words, negated):
                known = self._words(name)
                named = [known.index(word) for word in words if word in known]
                among = self._or(self._values[name] == code for code in named)
                wanted = self._z3.Not(among) if negated else among
                return self._and((self._known(name), wanted))

    def _stands(self, name: str, op: str, value: Fraction) -> Term:
        left, right = self._values[name], self._number(value)
        if self._space.cells[name].variable.whole:
            left = self._z3.ToReal(left)
        return {
            "=": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[op]

    def _in_cells(self, name: str, mask: int) -> Term:
        return self._or(self._in_cell(name, cell) for cell in self._space.cells[name].inside(mask))

    def _in_cell(self, name: str, cell: Span | str) -> Term:
        if isinstance(cell, Span):
            ends = [(">", cell.low), ("<", cell.high)]
            if cell.low is not None and cell.single:
                ends = [("=", cell.low)]
            parts = [self._stands(name, op, end) for op, end in ends if end is not None]
            return self._and((self._known(name), *parts))
        if cell in (MISSING, STALE):
            return self._test(name, States(frozenset({cell})))
        words = self._words(name)
        value = self._values[name]
        inside = value >= len(words) if cell == OTHER else value == words.index(cell)
        return self._and((self._known(name), inside))

    def _known(self, name: str) -> Term:
        if name not in self._states:
            return self._z3.BoolVal(val=True, ctx=self._context)
        return self._states[name] == 0

    # ------------------------------------------------------------------------ plumbing

    def _number(self, number: Fraction) -> Term:
        return self._z3.Q(number.numerator, number.denominator, self._context)

    def _and(self, parts: Iterable[Term]) -> Term:
        return self._z3.And([self._z3.BoolVal(val=True, ctx=self._context), *parts])

    def _or(self, parts: Iterable[Term]) -> Term:
        return self._z3.Or([self._z3.BoolVal(val=False, ctx=self._context), *parts])

    def _value(self, model: Term, name: str) -> Value:
        if name in self._states:
            state = model.eval(self._states[name], model_completion=True).as_long()
            if state:
                return MISSING if state == _STATE_CODES[MISSING] else STALE
        value = model.eval(self._values[name], model_completion=True)
        if self._space.cells[name].variable.words is not None:
            words: Sequence[str] = self._words(name)
            return words[value.as_long()] if value.as_long() < len(words) else OTHER
        if self._z3.is_int_value(value):
            return Fraction(value.as_long())
        if self._z3.is_algebraic_value(value):
            value = value.approx(10)
        return Fraction(value.as_fraction())
