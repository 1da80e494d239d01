"""What an import is going to do, checked against the policy before the first row is read."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct

from kamflow.engine.people import SYSTEM
from kamflow.engine.recording import lies_ahead
from kamflow.errors import InputError
from kamflow.language.diagnostics import Diagnostic, Sink, did_you_mean
from kamflow.model.pack import EventType, FactType, Pack
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import NUMERIC
from kamflow.runtime.importing.mapping import FactColumn, ImportMapping
from kamflow.runtime.importing.report import ImportOptions
from kamflow.runtime.importing.values import CellReader, cell_reader, start_of
from kamflow.runtime.session import Session

What: TypeAlias = Literal["accounts", "facts", "events"]


class PlannedFact(Struct, frozen=True, kw_only=True):
    """A fact with everything that does not change from row to row."""

    fact: str
    column: str
    read: CellReader
    unit: str
    source: str
    author: str
    as_of: datetime | None  # nothing: the instant stands in `as_of_column`
    as_of_column: str


class PlannedValue(Struct, frozen=True, kw_only=True):
    """Something that an event carries."""

    name: str
    column: str
    read: CellReader


class PlannedEvent(Struct, frozen=True, kw_only=True):
    """An event with everything that does not change from row to row."""

    name: str
    key: str  # column
    payload: tuple[PlannedValue, ...]
    source: str
    author: str
    as_of: datetime | None  # nothing: the instant stands in `as_of_column`
    as_of_column: str


class Plan(Struct, frozen=True, kw_only=True):
    """An import that fits the policy."""

    mapping: ImportMapping
    opens: bool  # whether subjects that are not there are entered
    parent: str | None
    kind: str
    actor: str  # who imports
    day: date  # what the mapping calls today
    facts: tuple[PlannedFact, ...]
    event: PlannedEvent | None = None


def make_plan(session: Session, mapping: ImportMapping, what: What, options: ImportOptions) -> Plan:
    """Return what to do.

    Raises:
        InputError: Mapping, options and policy do not fit; the error carries every problem.
        NotFoundError: There is no such program.
    """
    pack, sink = session.compiled().pack, Sink()
    kind = pack.kinds.get(mapping.subject)
    if kind is None or kind.workflow is None:
        known = [item.id for item in pack.kinds.values() if item.workflow]
        hint = did_you_mean(mapping.subject, known) or f"; it has {', '.join(known)}"
        what_is_wrong = f"the policy has no workflow for `{mapping.subject}`{hint}"
        raise InputError([Diagnostic(mapping.place_of("subject"), "I201", what_is_wrong)])
    parent = _parent(session, pack, mapping, options)
    day = _day(session.now, mapping, options, sink)
    if what == "facts" and not mapping.facts:
        sink.report(mapping.place, "I103", "the mapping names no `facts` to record")
    planner = _Planner(mapping, pack, author_of(mapping, options), session.now, sink)
    roles = _Roles(session, pack, parent, mapping.subject)
    facts, event = list[PlannedFact](), None
    if what == "events":
        event = planner.plan_event()
    else:
        facts = [planned for item in mapping.facts if (planned := planner.plan(item, roles, day))]
    if sink.diagnostics:
        raise InputError(sink.diagnostics)
    return Plan(
        mapping=mapping,
        opens=what == "accounts",
        parent=parent.id if parent else None,
        kind=mapping.subject,
        actor=options.by or author_of(mapping, options),
        day=day,
        facts=tuple(facts),
        event=event,
    )


def author_of(mapping: ImportMapping, options: ImportOptions) -> str:
    """Return who states the rows unless a fact names somebody else."""
    return mapping.by or options.by or f"service:{mapping.source}"


def _parent(
    session: Session, pack: Pack, mapping: ImportMapping, options: ImportOptions
) -> Snapshot | None:
    """Return what the subjects belong to: the program that was named, or the only one."""
    wanted = pack.kinds[mapping.subject].parent
    if wanted is None:
        return None
    place = mapping.place_of("subject")
    if options.program is not None:
        found = session.find(options.program)
        if found.kind != wanted:
            what = f"`{found.id}` is no {wanted}, to which `{mapping.subject}` belongs"
            raise InputError([Diagnostic(place, "I205", what)])
        return found
    ids = [item.id for item in session.transaction.entries(kind=wanted)]
    if len(ids) == 1:
        return session.find(ids[0])
    there = f"there are {', '.join(ids)}" if ids else "there is none yet"
    what = f"name the {wanted} to which the rows belong (`--program`); {there}"
    raise InputError([Diagnostic(place, "I205", what)])


def _day(now: datetime, mapping: ImportMapping, options: ImportOptions, sink: Sink) -> date:
    """Return the day that the mapping calls today."""
    fixed = mapping.as_of.day
    if fixed and options.as_of and fixed != options.as_of:
        what = f"the mapping says {fixed}, you say {options.as_of}; write `as_of: today` there"
        sink.report(mapping.as_of.place, "I206", what)
    day = fixed or options.as_of or now.date()
    if lies_ahead(start_of(day), now):
        sink.report(mapping.as_of.place, "I206", f"as of {day} lies in the future")
    return day


class _Planner:
    """Plans facts, and reports what the policy has against them."""

    def __init__(
        self, mapping: ImportMapping, pack: Pack, author: str, now: datetime, sink: Sink
    ) -> None:
        self._mapping, self._pack, self._author, self._now = mapping, pack, author, now
        self._sink = sink

    def plan(self, column: FactColumn, roles: "_Roles", day: date) -> PlannedFact | None:
        """Return the fact of a column; values without a day of their own are of `day`."""
        mapping, kind = self._mapping, self._mapping.subject
        fact = self._pack.facts.get(column.fact)
        if fact is None or fact.kind != kind or fact.derived is not None:
            what = _not_recorded(column.fact, fact, kind, self._pack)
            self._sink.report(column.place, "I202", what)
            return None
        for problem in _misfits(column, fact):
            self._sink.report(column.place, "I203", f"`{fact.name}` {problem}")
        author = column.by or self._author
        if not roles.may_write(author, fact):
            who = ", ".join(fact.writers) or "anybody else"
            what = f"`{author}` may not write `{fact.name}`; {who} may, so name somebody with `by`"
            self._sink.report(column.place, "I204", what)
        as_of = column.as_of or mapping.as_of
        if as_of.day and lies_ahead(start_of(as_of.day), self._now):
            self._sink.report(as_of.place, "I206", f"as of {as_of.day} lies in the future")
        return PlannedFact(
            fact=fact.name,
            column=column.column,
            read=cell_reader(column, fact.shape, mapping),
            unit=column.unit,
            source=column.source or mapping.source,
            author=author,
            as_of=None if as_of.column else start_of(as_of.day or day),
            as_of_column=as_of.column,
        )

    def plan_event(self) -> PlannedEvent | None:
        """Return the event that each row reports."""
        mapping, told = self._mapping, self._mapping.event
        if told is None:
            self._sink.report(mapping.place, "I103", "the mapping names no `event` to report")
            return None
        event = self._pack.events.get(told.name)
        if event is None or event.kind != mapping.subject:
            own = [item.name for item in self._pack.events.values() if item.kind == mapping.subject]
            what = f"`{mapping.subject}` has no event `{told.name}`{did_you_mean(told.name, own)}"
            self._sink.report(told.place, "I207", what)
            return None
        as_of = mapping.as_of
        if as_of.day is None and not as_of.column:
            what = "`as_of` says when an event happened: a day, or `{column: ...}`"
            self._sink.report(mapping.place_of("as_of"), "I103", what)
        return PlannedEvent(
            name=event.name,
            key=told.key,
            payload=tuple(self._values(told.payload, event)),
            source=mapping.source,
            author=self._author,
            as_of=start_of(as_of.day) if as_of.day else None,
            as_of_column=as_of.column,
        )

    def _values(self, columns: Iterable[FactColumn], event: EventType) -> Iterable[PlannedValue]:
        for column in columns:
            shape = event.payload.get(column.fact)
            if shape is None:
                hint = did_you_mean(column.fact, event.payload)
                what = f"`{event.name}` carries no `{column.fact}`{hint}"
                self._sink.report(column.place, "I207", what)
                continue
            read = cell_reader(column, shape, self._mapping)
            yield PlannedValue(name=column.fact, column=column.column, read=read)


def _not_recorded(name: str, fact: FactType | None, kind: str, pack: Pack) -> str:
    if fact is not None and fact.kind == kind:
        return f"`{name}` is derived and cannot be recorded"
    own = [item.name for item in pack.facts.values() if item.kind == kind and not item.derived]
    whose = "" if fact is None else f"; it belongs to `{fact.kind}`"
    return f"`{kind}` has no fact `{name}`{whose or did_you_mean(name, own)}"


def _misfits(column: FactColumn, fact: FactType) -> Iterable[str]:
    shape = fact.shape
    if column.unit and column.unit != shape.unit:
        kept = f"is kept in `{shape.unit}`" if shape.unit else "has no unit"
        yield f"{kept}, the mapping says `{column.unit}`"
    if column.scale is not None and shape.type not in NUMERIC:
        yield f"is a {shape.type} and has no `scale`"
    if column.scale is not None and column.values:
        yield "has `values`, which are not multiplied with `scale`"
    alien = [
        value for value in column.values.values() if shape.values and value not in shape.values
    ]
    for value in alien:
        hint = did_you_mean(value, shape.values) or f"; it is one of {', '.join(shape.values)}"
        yield f"cannot be `{value}`{hint}"


class _Roles:
    """Who may write a fact, as far as that is known before the rows are read."""

    def __init__(self, session: Session, pack: Pack, parent: Snapshot | None, kind: str) -> None:
        self._transaction, self._pack = session.transaction, pack
        self._parent, self._kind = parent, kind

    @cached_property
    def _above(self) -> frozenset[tuple[str, str]]:
        """Every role with everybody who holds it, on what the subjects belong to."""
        above, found = self._parent, list[Snapshot]()
        while above is not None:
            found.append(above)
            above = self._transaction.load(above.parent) if above.parent else None
        return _held(found)

    @cached_property
    def _own(self) -> frozenset[tuple[str, str]]:
        """Every role with everybody who holds it, on one of the subjects alone."""
        if self._parent is not None:
            return _held(self._transaction.members(self._parent.id, self._kind))
        entries = self._transaction.entries(kind=self._kind)
        tops = (self._transaction.load(item.id) for item in entries if item.parent is None)
        return _held(item for item in tops if item is not None)

    def may_write(self, author: str, fact: FactType) -> bool:
        """Tell whether the author may write the fact of some subject, or may come to."""
        if author == SYSTEM:
            return False  # the engine states nothing that comes from outside
        return not fact.writers or any(self._may_hold(author, role) for role in fact.writers)

    def _may_hold(self, author: str, role_id: str) -> bool:
        role = self._pack.roles[role_id]
        if role.identity is not None:
            return role.identity == "service" and author.partition(":")[0] == "service"
        if role.holder is not None and not author.startswith("service:"):
            return True  # a row can make the author the holder
        held = (role_id, author)
        members = any(self._may_hold(author, member) for member in role.members)
        return members or held in self._above or held in self._own


def _held(snapshots: Iterable[Snapshot]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (role, person)
        for snapshot in snapshots
        for role, people in snapshot.roles.items()
        for person in people
    )
