"""What conditions see of a subject at an instant, and where each name gets its value from."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

from kamflow.model.decision import Reading
from kamflow.model.pack import FactType, Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import Cause, Unknown, Value, format_value, value_reader

Source: TypeAlias = Callable[["View"], Any]  # gives a Value or Unknown; answers of tables as well
Members: TypeAlias = Callable[[str], Iterable[Snapshot]]  # kind -> subjects of the same program


class Sources(dict[str, Source]):
    """Where the names of one kind of subject get their values; made on first use, then kept."""

    def __init__(self, make: Callable[[str], Source]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Source:
        source = self[name] = self._make(name)
        return source


class Scene:
    """Everything that one decision may look at: a subject, its parent, and the sets around it."""

    def __init__(
        self,
        sources: Callable[[str], Sources],
        now: datetime,
        parent: Snapshot | None,
        members: Members,
    ) -> None:
        self._sources, self._members = sources, members
        self.now = now
        self._parent = parent
        self._sets: dict[str, list[View]] = {}
        self._subject: View | None = None
        self._parent_view: View | None = None

    def look(self, snapshot: Snapshot) -> "View":
        """Return a fresh view of the subject, with all that hangs on it forgotten."""
        self._sets.clear()
        self._parent_view = None
        self._subject = View(self, snapshot, self._sources(snapshot.kind))
        return self._subject

    @property
    def parent(self) -> "View | None":
        """The view of what the subject belongs to."""
        if self._parent_view is None and self._parent is not None:
            self._parent_view = View(self, self._parent, self._sources(self._parent.kind))
        return self._parent_view

    def members(self, kind: str) -> list["View"]:
        """Return views of all subjects of `kind`, the subject itself as it is now among them."""
        if kind not in self._sets:
            sources, own = self._sources(kind), self._subject
            self._sets[kind] = [
                own if own is not None and own.snapshot.id == item.id else View(self, item, sources)
                for item in self._members(kind)
            ]
        return self._sets[kind]


class View(dict[str, Any]):
    """The names that conditions about one subject can read; each is worked out when first read."""

    __slots__ = ("_sources", "asker", "day", "readings", "scene", "snapshot")

    def __init__(self, scene: Scene, snapshot: Snapshot, sources: Sources) -> None:
        super().__init__()
        self.scene, self.snapshot, self._sources = scene, snapshot, sources
        self.day = scene.now.toordinal()
        self.asker: View | None = None
        self.readings = Readings(self)

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - Value, Unknown or a table's answer
        value = self._sources[name](self)
        self[name] = value
        return value

    @property
    def today(self) -> date:
        """The day of judgement, UTC."""
        return self.scene.now.date()

    @property
    def parent(self) -> "View | None":
        """The view of what the subject belongs to; for members too, as they share it."""
        parent = self.scene.parent
        return parent if parent is not None and parent.snapshot.id == self.snapshot.parent else None


class Readings(dict[str, Reading]):
    """What stands under each name that a view was asked for, with where it comes from."""

    __slots__ = ("_view",)

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def __missing__(self, name: str) -> Reading:
        value, observed = self._view[name], self._view.snapshot.facts.get(name)
        if value.__class__ is Unknown:
            reading = Reading(name, None, observed)
        elif observed is not None:
            reading = Reading(name, observed.value, observed)
        else:
            reading = Reading(name, format_value(value))
        self[name] = reading
        return reading


def recorded_source(fact: FactType, pack: Pack, default: Source | None) -> Source:
    """Return how a recorded fact is read: fresh, stale, missing or by default."""
    name, parse = fact.name, value_reader(fact.shape.type)
    limit = age_limit(fact, pack)
    missing = Unknown((Cause(name, "no value", fact.writers),))

    def read(view: View) -> Value | Unknown:
        observed = view.snapshot.facts.get(name)
        if observed is None:
            return missing if default is None else default(view)
        if limit is not None and view.day - observed.as_of.toordinal() > limit:
            return _stale(fact, observed, view.day, limit)
        try:
            value = parse(observed.value)
        except (ValueError, ArithmeticError):
            reason = f"recorded as `{observed.value}`, which is no {fact.shape.type}"
            return Unknown((Cause(name, reason, fact.writers),))
        # Noted here, where all of it is at hand: finding it again costs more than the note.
        view.readings[name] = Reading(name, observed.value, observed)
        return value

    return read


def age_limit(fact: FactType, pack: Pack) -> int | None:
    """Return how many days old a value of `fact` may be, or nothing when it does not age."""
    if fact.max_age is None:
        return None
    if fact.max_age.parameter:
        return int(pack.parameters[fact.max_age.parameter].value)
    return fact.max_age.days


def _stale(fact: FactType, observed: Observation, day: int, limit: int) -> Unknown:
    age = day - observed.as_of.toordinal()
    reason = f"stale: {age} days old, at most {limit}"
    return Unknown((Cause(fact.name, reason, fact.writers),))


def parent_source(name: str, kind: str) -> Source:
    """Return how a fact of what the subject belongs to is read."""
    missing = Unknown((Cause(name, f"there is no {kind} above"),))

    def read(view: View) -> Value | Unknown:
        parent = view.parent
        value: Value | Unknown = missing if parent is None else parent[name]
        return value

    return read
