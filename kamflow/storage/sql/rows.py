"""The rows that an expression speaks of, and what has to be joined to them to read it."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, func, literal, or_

from kamflow.errors import NotInSqlError
from kamflow.model.pack import Pack
from kamflow.storage.sql.exact import Words
from kamflow.storage.sql.projection import as_of_key, projection

Element: TypeAlias = ColumnElement[Any]

_MAX_JOINS = 60  # SQLite joins at most 64 tables


class Source:
    """What stands after FROM; grows by what is joined to it."""

    def __init__(self, table: FromClause) -> None:
        self.table = table
        self._joined = 0

    def join(self, other: FromClause, on: Element) -> None:
        """Join `other`, whose columns are empty where there is no match."""
        self._joined += 1
        if self._joined > _MAX_JOINS:
            raise NotInSqlError(f"a condition that needs more than {_MAX_JOINS} sets and parents")
        self.table = self.table.outerjoin(other, on)


class Rows:
    """Subjects of one kind in a source: its own ones, or the parents of those."""

    def __init__(self, pack: Pack, kind: str, source: Source, table: FromClause) -> None:
        self.pack, self.kind, self.source = pack, kind, source
        self._columns = table.c
        self.id: Element = table.c.id
        self.parent_id: Element = table.c.parent
        self.stage: Element = table.c.stage
        self.opened_on: Element = table.c.opened_on
        self._above: Rows | None = None

    @classmethod
    def all_of(cls, pack: Pack, kind: str) -> "Rows":
        """Return all subjects of `kind`, as a source of their own."""
        table = projection(pack, kind).alias()
        return cls(pack, kind, Source(table), table)

    @property
    def above(self) -> "Rows | None":
        """The parents of the subjects; nothing when the kind has none."""
        kind = self.pack.kinds[self.kind].parent
        if self._above is None and kind is not None:
            table = projection(self.pack, kind).alias()
            self.source.join(table, table.c.id == self.parent_id)
            self._above = Rows(self.pack, kind, self.source, table)
        return self._above

    def column(self, key: str) -> Element:
        """Return a column of the projection by its key."""
        return self._columns[key]

    def has(self, key: str) -> bool:
        """Tell whether the projection has a column of that key."""
        return key in self._columns

    def of_kind(self, kind: str) -> "Rows | None":
        """Return the subjects of `kind`: these, or those above; nothing when there are none."""
        if self.kind == kind:
            return self
        return self.above.of_kind(kind) if self.above and kind in self.ancestors else None

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The kinds above the subjects, nearest first."""
        found: list[str] = []
        parent = self.pack.kinds[self.kind].parent
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.pack.kinds[parent].parent
        return tuple(found)

    def recorded(self, fact: str) -> Element | None:
        """Return whether anything was recorded of `fact`, stale or not, here or above."""
        owner = self.of_kind(self.pack.facts[fact].kind) if fact in self.pack.facts else None
        return None if owner is None else owner.column(as_of_key(fact)).is_not(None)

    def named(self, name: str) -> Element:
        """Return whether a subject has that id, or an id of which `name` is the last part."""
        tail = literal(f"/{name}", Words())
        start = func.length(self.id) - func.length(tail) + 1
        last = func.substr(self.id, start, type_=Words()) == tail
        return or_(self.id == literal(name, Words()), last)
