"""What the parts of the compiler ask of each other."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct
from sqlalchemy import case

from kamflow.model.expression import Expression
from kamflow.model.pack import Pack
from kamflow.storage.sql.calculus import Calculus
from kamflow.storage.sql.rows import Element, Rows


class Guarded(Struct, frozen=True):
    """A value that holds only where `guard` is true; elsewhere it is unknown."""

    element: Element
    guard: Element | None = None

    def whole(self) -> Element:
        """Return the value or NULL."""
        return self.element if self.guard is None else case((self.guard, self.element))


class Reader(Protocol):
    """Writes the conditions of one statement."""

    pack: Pack
    calculus: Calculus
    now: datetime

    def guarded(self, node: Expression, rows: Rows, asker: Rows | None) -> Guarded:
        """Return `node` for each of `rows`; within a set, `self.` is read from `asker`."""

    def value(self, node: Expression, rows: Rows, asker: Rows | None = None) -> Element:
        """Return `node` for each of `rows`, as one element."""

    def fact(self, name: str, rows: Rows) -> Element:
        """Return a fact, parameter or output for each of `rows`."""
