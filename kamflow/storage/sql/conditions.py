"""Where each name gets its column or expression from, and how much may be written down."""

from datetime import date, datetime

from sqlalchemy import case, cast, false, literal, null, type_coerce

from kamflow.engine.closures import constant_of
from kamflow.engine.view import age_limit
from kamflow.errors import NotInSqlError
from kamflow.language.enginenames import is_engine_name
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import FactType, Override, Pack, Parameter
from kamflow.model.values import value_reader
from kamflow.storage.sql.answers import score_output, table_output
from kamflow.storage.sql.calculus import EXACT, Calculus, fixed
from kamflow.storage.sql.exact import Day, Words
from kamflow.storage.sql.nodes import MAKERS
from kamflow.storage.sql.projection import as_of_key, type_of, value_key
from kamflow.storage.sql.reader import Guarded
from kamflow.storage.sql.rows import Element, Rows

MAX_NODES = 10_000  # derived facts are written out wherever they are read
MAX_LEVELS = 50  # SQLAlchemy takes several calls for each level, and Python allows 1,000


class ConditionReader:
    """Writes the conditions of one statement.

    Raises:
        NotInSqlError: By any method, when a part has no counterpart in SQL; judge by closures then.
    """

    def __init__(self, pack: Pack, calculus: Calculus, now: datetime) -> None:
        self.pack, self.calculus, self.now = pack, calculus, now
        self.today = now.date()
        # The rows are kept, so that no two of them ever have the same `id()`.
        self._facts: dict[tuple[int, str], tuple[Guarded, int, Rows]] = {}
        self._nodes = self._level = 0

    def value(self, node: Expression, rows: Rows, asker: Rows | None = None) -> Element:
        """Return `node` for each of `rows`; within a set, `self.` is read from `asker`."""
        return self.guarded(node, rows, asker).whole()

    def fact(self, name: str, rows: Rows) -> Element:
        """Return a fact, parameter or output for each of `rows`."""
        return self._named(name, rows).whole()

    def guarded(self, node: Expression, rows: Rows, asker: Rows | None) -> Guarded:
        """Return `node` with the condition under which it is known at all."""
        self._nodes += 1
        if self._nodes > MAX_NODES or self._level > MAX_LEVELS:
            raise NotInSqlError("a condition of that size")
        self._level += 1
        try:
            return self._made(node, rows, asker)
        finally:
            self._level -= 1

    def _made(self, node: Expression, rows: Rows, asker: Rows | None) -> Guarded:
        constant = constant_of(node, self.pack)
        if constant is not None:
            return Guarded(fixed(constant))
        if isinstance(node, tree.Name):
            return self._named(node.path, (asker or rows) if node.of_asker else rows)
        if isinstance(node, tree.Word):
            return self._named(node.value, rows)
        make = MAKERS.get(type(node))
        if make is None:
            raise NotInSqlError(f"`{unparse(node)}`")
        return Guarded(make(self, node, rows, asker))

    # ------------------------------------------------------------------------ names

    def _named(self, path: str, rows: Rows) -> Guarded:
        """Return what stands under a name; it counts as many nodes as it writes, each time."""
        key = (id(rows), path)
        if key not in self._facts:
            before = self._nodes
            found = self._find(path, rows)
            self._facts[key] = (found, self._nodes - before, rows)
            return found
        found, size, _ = self._facts[key]
        self._nodes += size
        return found

    def _find(self, path: str, rows: Rows) -> Guarded:
        head, _, tail = path.partition(".")
        if path == "stage":
            return Guarded(rows.stage)
        if path == "today":
            return Guarded(fixed(self.today))
        if head in self.pack.tables:
            return Guarded(table_output(self.pack.tables[head], tail, rows, self))
        if head in self.pack.scorecards:
            return Guarded(score_output(self.pack.scorecards[head], tail, rows, self))
        if head == "P":
            return Guarded(self._parameter(self.pack.parameters[tail], rows))
        fact = self.pack.facts.get(path)
        if is_engine_name(path, self.pack):
            raise NotInSqlError(f"`{path}`")
        return Guarded(cast(null(), EXACT)) if fact is None else self._fact(fact, rows)

    def _parameter(self, parameter: Parameter, rows: Rows) -> Element:
        """Return the tightest override that holds today, else the value of the parameter."""
        read = value_reader(parameter.shape.type)
        plain = fixed(read(parameter.value))
        valid = [item for item in parameter.overrides if not item.until or item.until >= self.today]
        picks = [(self._picks(item, rows), fixed(read(item.value))) for item in reversed(valid)]
        return type_coerce(case(*picks, else_=plain), plain.type) if picks else plain

    def _picks(self, override: Override, rows: Rows) -> Element:
        """Return whether an override is for the subject; an unknown region or segment has none."""
        layer = self.pack.layers.get(override.layer)
        if layer is not None:
            value = self.fact(layer, rows)
            return value == override.key if isinstance(value.type, Words) else false()
        place = rows.of_kind(override.layer)
        return false() if place is None else place.named(override.key)

    def _fact(self, fact: FactType, rows: Rows) -> Guarded:
        if fact.kind != rows.kind:
            owner = rows.of_kind(fact.kind)
            if owner is not None:
                return self._named(fact.name, owner)
            return Guarded(cast(null(), type_of(fact.shape.type)))
        if fact.derived is not None:
            return Guarded(self.value(fact.derived.tree, rows))
        column, as_of = rows.column(value_key(fact.name)), rows.column(as_of_key(fact.name))
        limit = age_limit(fact, self.pack)
        fresh = None if limit is None else as_of >= literal(self._days_ago(limit), Day())
        if fact.default is None:
            return Guarded(column, fresh)
        default = self.value(fact.default.tree, rows)
        known = column if fresh is None else case((fresh, column))
        return Guarded(type_coerce(case((as_of.is_(None), default), else_=known), column.type))

    def _days_ago(self, days: int) -> date:
        ordinal = self.today.toordinal() - days
        return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
