"""What a name in a condition stands for, and of which type it is."""

from msgspec import Struct
from msgspec.structs import replace

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.enginenames import ENGINE_NAMES, is_engine_name
from kamflow.model.pack import FactType, Pack
from kamflow.model.values import Shape

NUMBER = Shape(type="number")
PERCENT = Shape(type="percent", unit="%")
DAYS = Shape(type="number", unit="days")
FLAG = Shape(type="flag")
DATE = Shape(type="date")
ANY = Shape(type="")  # of something that was reported already, so that it is not reported twice

SCORECARD_OUTPUTS = ("total", "completeness_pct", "oldest_days")


class UnknownNameError(ValueError):
    """A name that stands for nothing here."""


class Scope(Struct, frozen=True, kw_only=True):
    """The kind of subject that a condition speaks of; `asker` is the kind outside a set."""

    pack: Pack
    kind: str  # empty: any kind
    asker: str | None = None
    event: str | None = None  # inside a set of events: the event that `event.` speaks of
    key: Shape | None = None  # of what `key` stands for, in conditions of a rule with `each`

    def kinds(self) -> tuple[str, ...]:
        """Return the kind and those it belongs to, nearest first."""
        if not self.kind:
            return tuple(self.pack.kinds)
        found, kind = [], self.pack.kinds.get(self.kind)
        while kind is not None and kind.id not in found:
            found.append(kind.id)
            kind = self.pack.kinds.get(kind.parent or "")
        return tuple(found)

    def fact(self, path: str) -> FactType:
        """Return the fact of that name, of the subject or of what it belongs to."""
        fact = self.pack.facts.get(path)
        if fact is None:
            raise UnknownNameError(f"there is no fact `{path}`{did_you_mean(path, self._names())}")
        if fact.kind not in self.kinds():
            raise UnknownNameError(f"`{path}` is a fact of `{fact.kind}` and cannot be read here")
        return fact

    def shape_of(self, path: str) -> Shape:
        """Return the type of a dotted name.

        Raises:
            UnknownNameError: Nothing of that name can be read here.
        """
        head, _, tail = path.partition(".")
        if head == "P":
            if tail not in self.pack.parameters:
                hint = did_you_mean(tail, self.pack.parameters)
                raise UnknownNameError(f"there is no parameter `{tail}`{hint}")
            return self.pack.parameters[tail].shape
        if head == "event" and self.event is not None:
            return self._payload(tail)
        if head in self.pack.tables:
            return self._column(head, tail)
        if head in self.pack.scorecards:
            return self._output(head, tail)
        if is_engine_name(path, self.pack):
            return self._of_engine(path)
        return self.fact(path).shape

    def _of_engine(self, path: str) -> Shape:
        kind = self.pack.kinds.get(self.kind)
        if kind is not None and kind.workflow is None:
            raise UnknownNameError(f"`{self.kind}` goes through no workflow, so no `{path}`")
        return ENGINE_NAMES[path]

    def calls(self, name: str) -> None:
        """Raise `UnknownNameError` unless an event rule or timer of that name can be read here."""
        named = self.pack.caller(name)
        if named is None:
            hint = did_you_mean(name, (*self.pack.rules, *self.pack.timers))
            raise UnknownNameError(f"there is no rule or timer `{name}`{hint}")
        if named.kind not in self.kinds():
            raise UnknownNameError(f"`{name}` is about `{named.kind}` and cannot be read here")

    def with_key(self, each: str) -> "Scope":
        """Return the same scope in which `key` stands for what an event carries: `event field`."""
        event, _, field = each.partition(" ")
        try:
            shape = self.events(event).shape_of(f"event.{field}")
        except UnknownNameError:
            shape = ANY  # reported where it is named
        return replace(self, key=shape)

    def _payload(self, name: str) -> Shape:
        payload = self.pack.events[self.event or ""].payload
        if name not in payload:
            hint = did_you_mean(name, payload)
            raise UnknownNameError(f"event `{self.event}` carries no `{name}`{hint}")
        shape = payload[name]
        if shape.type == "money" and not shape.unit:
            return Shape(type="money", unit=self.pack.currency, low=shape.low, high=shape.high)
        return shape

    def events(self, name: str) -> "Scope":
        """Return the scope inside the set of events of that name."""
        event = self.pack.events.get(name)
        if event is None or event.kind not in self.kinds():
            known = [item.name for item in self.pack.events.values() if item.kind in self.kinds()]
            raise UnknownNameError(f"there is no event `{name}`{did_you_mean(name, known)}")
        return Scope(pack=self.pack, kind=self.kind, asker=self.kind, event=name, key=self.key)

    def cohort(self, name: str) -> "Scope":
        """Return the scope inside a frozen cohort."""
        frozen = self.pack.cohort(name)
        if frozen is None:
            known = [
                one.cohort
                for workflow in self.pack.workflows.values()
                for item in workflow.transitions
                for one in item.freeze
            ]
            raise UnknownNameError(f"no transition freezes `{name}`{did_you_mean(name, known)}")
        kind = self.pack.kind_of_set(frozen.members) or ""
        return Scope(pack=self.pack, kind=kind, asker=self.kind, key=self.key)

    def _column(self, table_id: str, column: str) -> Shape:
        table = self.pack.tables[table_id]
        if table.kind and table.kind not in self.kinds():
            raise UnknownNameError(
                f"table `{table_id}` is about `{table.kind}` and cannot be read here"
            )
        if column == "row":
            return Shape(type="choice", values=tuple(row.id for row in table.rows))
        columns = tuple(table.rows[0].then) if table.rows else ()
        if column not in columns:
            hint = did_you_mean(column, (*columns, "row"))
            raise UnknownNameError(f"table `{table_id}` has no column `{column}`{hint}")
        values = dict.fromkeys(row.then.get(column, "") for row in table.rows)
        return Shape(type="choice", values=tuple(values))

    def _output(self, scorecard_id: str, output: str) -> Shape:
        scorecard = self.pack.scorecards[scorecard_id]
        if scorecard.kind and scorecard.kind not in self.kinds():
            raise UnknownNameError(
                f"scorecard `{scorecard_id}` is about `{scorecard.kind}` and cannot be read here"
            )
        known = (*SCORECARD_OUTPUTS, *(item.id for item in scorecard.criteria))
        if output not in known:
            hint = did_you_mean(output, known)
            raise UnknownNameError(f"scorecard `{scorecard_id}` has no output `{output}`{hint}")
        return {"completeness_pct": PERCENT, "oldest_days": DAYS}.get(output, NUMBER)

    def stages(self) -> tuple[str, ...]:
        """Return the stages that `stage` can be."""
        kind = self.pack.kinds.get(self.kind)
        workflow = self.pack.workflows.get(kind.workflow or "") if kind else None
        return tuple(workflow.stages) if workflow else ()

    def members(self, plural: str) -> "Scope":
        """Return the scope inside the set of that name: children, or those of one's own kind."""
        kind = self.pack.kind_of_set(plural)
        if kind is None:
            sets = [item.plural for item in self.pack.kinds.values() if item.plural]
            raise UnknownNameError(f"there is no set `{plural}`{did_you_mean(plural, sets)}")
        own, above = self.pack.kinds.get(self.kind), self.pack.kinds[kind].parent
        if own is not None and (above is None or above not in (own.id, own.parent)):
            raise UnknownNameError(f"`{plural}` cannot be counted from `{self.kind}`")
        return Scope(pack=self.pack, kind=kind, asker=self.kind, key=self.key)

    def outside(self) -> "Scope":
        """Return the scope of the subject that asks."""
        if self.asker is None:
            raise UnknownNameError("`self.` stands only inside a set")
        return Scope(pack=self.pack, kind=self.asker, key=self.key)

    def _names(self) -> tuple[str, ...]:
        kinds = self.kinds()
        own = tuple(fact.name for fact in self.pack.facts.values() if fact.kind in kinds)
        return (*own, *(f"P.{name}" for name in self.pack.parameters), *ENGINE_NAMES)
