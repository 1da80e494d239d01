"""Asks what inputs there are, and tells one of them in words."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

from kamflow.analysis.checks.amounts import TooComplexError, Vocabulary
from kamflow.analysis.checks.boxes import Input, Space
from kamflow.analysis.checks.cells import Value
from kamflow.analysis.checks.formulas import (
    MISSING,
    OTHER,
    STALE,
    Bound,
    Formula,
    States,
    Variable,
)
from kamflow.analysis.checks.reading import CalendarError, Reading, stage_of
from kamflow.analysis.checks.search import Search
from kamflow.analysis.checks.solver import Engine, UndecidedError
from kamflow.model.pack import Pack
from kamflow.model.values import format_number

SHOWN = 6  # values that an example names

Question: TypeAlias = tuple[Sequence[Formula], Sequence[Formula]]  # true of the input, not true
Pick: TypeAlias = Callable[[Sequence[Formula]], Question]
Make: TypeAlias = Callable[[Reading], Sequence[Formula]]

_STOPS = (TooComplexError, UndecidedError, RecursionError, LookupError)


class Answer(Struct, frozen=True):
    """Whether there is such an input: one of them, none, or it was left open.

    `example` is empty when the input may be anything.
    """

    example: str = ""
    possible: bool = False
    open: bool = False

    @property
    def impossible(self) -> bool:
        """Whether there is certainly none."""
        return not self.possible and not self.open

    @property
    def when(self) -> str:
        """The example as a part of a sentence."""
        return f"for example when {self.example}" if self.example else "whatever the values"


class Asking:
    """Asks about one pack, shallowly first and deeply when that does not settle it."""

    def __init__(self, pack: Pack, engine: Engine | None) -> None:
        self.pack, self.engine = pack, engine
        self.left_open: dict[str, None] = {}  # what could not be told
        self._readings: dict[tuple[str, bool, bool], Reading] = {}

    def ask(self, about: str, kind: str, make: Make, *, sure: bool = False) -> Answer:
        """Return whether there is an input of which all formulas are true.

        Args:
            about: What is asked, for the list of what was left open.
            kind: Kind of subject that the conditions speak of.
            make: Gives the formulas.
            sure: Leave it open when something opaque might keep the input from coming about.
        """
        return Topic(self, kind, make).ask(about, lambda formulas: (formulas, ()), sure=sure)

    def reading(self, kind: str, *, deep: bool, calendar: bool = False) -> Reading:
        """Return the reading of conditions about a kind, which keeps what it has read."""
        key = (kind, deep, calendar)
        if key not in self._readings:
            self._readings[key] = Reading(self.pack, kind, deep=deep, calendar=calendar)
        return self._readings[key]


class Topic:
    """Some formulas about which several questions are asked."""

    def __init__(self, asking: Asking, kind: str, make: Make) -> None:
        self._asking, self._kind, self._make = asking, kind, make
        self._made: dict[bool, tuple[Reading, Sequence[Formula], Search]] = {}

    def ask(self, about: str, pick: Pick, *, sure: bool = False) -> Answer:
        """Return whether there is an input of which some formulas are true, and others not."""
        for deep in (False, True):
            try:
                answer = self._asked(pick, deep=deep, sure=sure)
            except _STOPS:
                continue
            if answer.impossible or deep or not self._is_loose(self._made[deep][2].space):
                return answer
        self._asking.left_open[about] = None
        return Answer(open=True)

    def _asked(self, pick: Pick, *, deep: bool, sure: bool) -> Answer:
        if deep not in self._made:
            self._made[deep] = self._prepared(self._asking.reading(self._kind, deep=deep))
        reading, formulas, search = self._made[deep]
        found = search.find(*pick(formulas))
        if found is None:
            return Answer()
        shown = relevant(found, search.space, pinned=stage_of(self._kind))
        if sure and doubtful(shown, search.space):
            raise UndecidedError
        return Answer(told(shown, reading.vocabulary, calendar=reading.calendar), possible=True)

    def _prepared(self, reading: Reading) -> tuple[Reading, Sequence[Formula], Search]:
        try:
            formulas = self._make(reading)
        except CalendarError:
            reading = self._asking.reading(self._kind, deep=reading.deep, calendar=True)
            formulas = self._make(reading)
        space = Space(reading.vocabulary, formulas)
        return reading, formulas, Search(space, self._asking.engine)

    def _is_loose(self, space: Space) -> bool:
        """Tell whether a variable stands for something that a deep reading looks into."""
        return any(self._looked_into(name) for name in space.cells)

    def _looked_into(self, name: str) -> bool:
        pack, head = self._asking.pack, name.partition(".")[0]
        fact = pack.facts.get(name)
        derived = fact is not None and fact.derived is not None
        return derived or head in pack.tables or head in pack.scorecards


def doubtful(shown: Input, space: Space) -> bool:
    """Tell whether an input may not come about, for it hangs on what is not looked into."""
    variables = [space.vocabulary[name] for name in shown]
    bounded = {
        base
        for name, tests in space.tests.items()
        if any(isinstance(test, Bound) for test in tests)
        for base in space.with_bases(name)
    }
    if any(item.opaque or bounded.intersection(item.beside) for item in variables):
        return True
    sets: dict[str, list[Value]] = {}
    for item in variables:
        if item.members:
            sets.setdefault(item.members, []).append(shown[item.name])
    # Of an empty set all numbers are 0 or missing; of others they have to fit each other.
    return any(len(values) > 1 and set(values) - {0, MISSING} for values in sets.values())


def relevant(found: Input, space: Space, *, pinned: str) -> Input:
    """Return the values of an input that do not follow from others or from what was asked."""
    told = {item for name in found for item in space.vocabulary[name].beside}
    found = {
        n: value
        for n, value in found.items()
        if n not in told or not _is_just_known(space, n, value)
    }
    return {
        name: value
        for name, value in found.items()
        if space.vocabulary[name].link is None and not (name == pinned and _is_pinned(space, name))
    }


def _is_just_known(space: Space, name: str, value: Value) -> bool:
    """Tell whether of a variable only that it is known was asked, and so it is."""
    tests = space.tests.get(name, {})
    return value not in (MISSING, STALE) and all(isinstance(test, States) for test in tests)


def _is_pinned(space: Space, name: str) -> bool:
    """Tell whether formulas speak of one word of a variable only."""
    cells = space.cells[name]
    return len({cells.mask(test) for test in space.tests[name]}) <= 1


def told(found: Input, vocabulary: Vocabulary, *, calendar: bool) -> str:
    """Return an input in words: `account.size` = 5, `account.region` has no value."""
    parts = [
        _told(vocabulary[name], value, calendar=calendar)
        for name, value in found.items()
        if name != "today"
    ]
    more = f", and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return ", ".join(parts[:SHOWN]) + more


def _told(variable: Variable, value: Value, *, calendar: bool) -> str:
    name = variable.name
    if value in (MISSING, STALE):
        return f"`{name}` {'has no value' if value == MISSING else 'is stale'}"
    if value == OTHER:
        return f"`{name}` is something else"
    if isinstance(value, str):
        return f"`{name}` = {value}"
    return f"`{name}` {_day(value, calendar=calendar) if variable.day else f'= {number(value)}'}"


def _day(value: Fraction, *, calendar: bool) -> str:
    days = int(value)
    if calendar:
        with contextlib.suppress(ValueError, OverflowError):
            return f"= {date.fromordinal(days).isoformat()}"
    if days == 0:
        return "is today"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"is {count} ago" if days < 0 else f"is in {count}"


def number(value: Fraction) -> str:
    """Return a number as people write it."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format_number(exact) if Fraction(exact) == value else str(value)
