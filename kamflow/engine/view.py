"""What conditions see of a subject at an instant, and where each name gets its value from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct

from kamflow.engine.history import History, Reported, reported_in
from kamflow.model.decision import Reading, Schedule
from kamflow.model.events import Recorded
from kamflow.model.matching import Match
from kamflow.model.pack import FactType, Override, Pack, Parameter
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import Cause, Unknown, Value, format_value, value_reader

Source: TypeAlias = Callable[["View"], Any]  # gives a Value or Unknown; answers of tables as well
Load: TypeAlias = Callable[[str], Snapshot | None]  # id -> the subject, if there is one
Members: TypeAlias = Callable[[str, str], Iterable[Snapshot]]  # id, kind -> those below it
Fetched: TypeAlias = tuple[str, Callable[[str], Value], int | None]  # name, reader, age limit
Events: TypeAlias = Callable[[str], Iterable[Recorded]]  # id -> what happened, oldest first
Reports: TypeAlias = Callable[[str, str], Iterable[Reported]]  # id, event -> all reports


def _no_events(_instance: str) -> Iterable[Recorded]:
    return ()


class Ports(Struct, frozen=True, kw_only=True):
    """What rules need besides: quick ways to what was reported and planned, and a matcher."""

    reports: Reports | None = None  # nothing: found in the events
    schedule: Callable[[str], Schedule] = lambda _instance: {}
    match: Match | None = None  # nothing: the reference


NO_PORTS = Ports()


class Sources(dict[str, Source]):
    """Where the names of one kind of subject get their values; made on first use, then kept."""

    def __init__(self, make: Callable[[str], Source]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Source:
        source = self[name] = self._make(name)
        return source


class Scene:
    """Everything that one decision may look at: a subject, what is above it and around it."""

    def __init__(
        self,
        sources: Callable[[str], Sources],
        now: datetime,
        load: Load,
        members: Members,
        events: Events = _no_events,
        ports: Ports = NO_PORTS,
    ) -> None:
        self._sources, self._load, self._members, self._events = sources, load, members, events
        self.now, self.ports = now, ports
        self.correlating = False  # whether event rules look, to whom late reports are none
        self._fresh: tuple[Recorded, ...] = ()
        self._kept: dict[str, tuple[Recorded, ...]] = {}  # stored histories, and reports of those
        self._reports: dict[tuple[str, str], tuple[Reported, ...]] = {}
        self.carried: dict[int, dict[str, Any]] = {}  # what reports carry, by identity
        self._histories: dict[str, History] = {}
        self._views: dict[str, View] = {}
        self._sets: dict[tuple[str, str], list[View]] = {}

    def under(self, sources: Callable[[str], Sources]) -> "Scene":
        """Return the same surroundings as another policy sees them; views of this one are done."""
        self.forget()
        return Scene(sources, self.now, self._load, self._members, self._events, self.ports)

    def look(self, snapshot: Snapshot, fresh: Iterable[Recorded] = ()) -> "View":
        """Return a fresh view of the subject, with all that hangs on it forgotten.

        `fresh` are the events of the decision that is being made; the store does not have them yet.
        """
        self.look_away()
        self._fresh = tuple(fresh)
        return self._view(snapshot)

    def forget(self) -> None:
        """Let go of all views; what is asked for again is made again.

        A view and its scene hold each other, and the scene holds the transaction. Whoever is done
        calls this, or all of it would lie in memory until the garbage collector comes by.
        """
        self.look_away()
        self._kept.clear()
        self._reports.clear()
        self.carried.clear()

    def look_away(self) -> None:
        """Let go of all views, but not of what was read of stored histories."""
        self._sets.clear()
        self._views.clear()
        self._histories.clear()

    def history(self, instance: str) -> History:
        """Return what was recorded and reported of a subject."""
        found = self._histories.get(instance)
        if found is None:
            found = self._histories[instance] = History(
                partial(self.happened, instance),
                partial(self.reported, instance),
                self.now if self.correlating else None,
            )
        return found

    def happened(self, instance: str) -> tuple[Recorded, ...]:
        """Return the events of a subject, oldest first, with those that are being decided."""
        if instance not in self._kept:
            self._kept[instance] = tuple(self._events(instance))
        own = (item for item in self._fresh if item.instance == instance)
        return (*self._kept[instance], *own)

    def reported(self, instance: str, event: str) -> Sequence[Reported]:
        """Return all reports of an event, those that are being decided last."""
        if self.ports.reports is None:
            return reported_in(self.happened(instance), event)
        key = (instance, event)
        if key not in self._reports:
            self._reports[key] = tuple(self.ports.reports(instance, event))
        own = (item for item in self._fresh if item.instance == instance)
        return (*self._reports[key], *reported_in(own, event))

    def subject(self, instance: str) -> "View | None":
        """Return the view of the subject or of another one; nothing when there is none."""
        if instance not in self._views:
            snapshot = self._load(instance)
            return None if snapshot is None else self._view(snapshot)
        return self._views[instance]

    def upward(self, snapshot: Snapshot) -> Iterator[Snapshot]:
        """Yield a subject and what is above it, for a look at each that costs little."""
        place: Snapshot | None = snapshot
        while place is not None:
            yield place
            above = place.parent
            if above is None:
                return
            seen = self._views.get(above)
            place = self._load(above) if seen is None else seen.snapshot

    def members(self, above: str, kind: str) -> list["View"]:
        """Return views of all subjects of `kind` below another one, the subject as it is now."""
        key = (above, kind)
        if key not in self._sets:
            self._sets[key] = [self._view(item) for item in self._members(above, kind)]
        return self._sets[key]

    def below(self, above: str, kind: str) -> Iterator[Snapshot]:
        """Yield all subjects of `kind` below another one, for a look at each that costs little."""
        for item in self._members(above, kind):
            seen = self._views.get(item.id)
            yield item if seen is None else seen.snapshot

    def _view(self, snapshot: Snapshot) -> "View":
        if snapshot.id not in self._views:
            self._views[snapshot.id] = View(self, snapshot, self._sources(snapshot.kind))
        return self._views[snapshot.id]


class View(dict[str, Any]):
    """The names that conditions about one subject can read; each is worked out when first read."""

    __slots__ = ("_sources", "asker", "day", "noted", "reported", "scene", "snapshot")

    def __init__(self, scene: Scene, snapshot: Snapshot, sources: Sources) -> None:
        super().__init__()
        self.scene, self.snapshot, self._sources = scene, snapshot, sources
        self.day = scene.now.toordinal()
        self.asker: View | None = None
        self.noted: dict[str, Reading] = {}
        self.reported: dict[int, View] = {}  # views of what was reported, by identity

    def __bool__(self) -> bool:
        """A view is there also while nothing was read."""
        return True

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - Value, Unknown or a table's answer
        value = self._sources[name](self)
        self[name] = value
        return value

    def fetch(self, facts: Iterable[Fetched]) -> None:
        """Read many recorded facts in one go; what is missing or stale is left to its source."""
        observations, noted, day = self.snapshot.facts, self.noted, self.day
        for name, parse, limit in facts:
            observed = observations.get(name)
            if observed is None or name in self:
                continue
            if limit is not None and day - observed.as_of.toordinal() > limit:
                continue
            try:
                self[name] = parse(observed.value)
            except (ValueError, ArithmeticError, LookupError):
                continue
            noted[name] = Reading(name, observed.value, observed)

    @property
    def today(self) -> date:
        """The day of judgement, UTC."""
        return self.scene.now.date()

    @property
    def parent(self) -> "View | None":
        """The view of what the subject belongs to."""
        above = self.snapshot.parent
        return None if above is None else self.scene.subject(above)

    def upward(self) -> Iterator["View"]:
        """Yield the subject and what is above it."""
        place: View | None = self
        while place is not None:
            yield place
            place = place.parent

    def at(self, kind: str) -> "View | None":
        """Return the subject of `kind`: this one, or one above it."""
        return next((place for place in self.upward() if place.snapshot.kind == kind), None)

    def members(self, kind: str, above: str | None) -> list["View"]:
        """Return the set of `kind`, whose parents are of the kind `above`: children or siblings."""
        own = self.snapshot.kind == above
        root = self.snapshot.id if own else self.snapshot.parent
        return [] if root is None else self.scene.members(root, kind)

    @property
    def history(self) -> History:
        """What was recorded and reported of the subject before."""
        return self.scene.history(self.snapshot.id)

    def with_names(self, names: Mapping[str, Any]) -> "View":
        """Return a view of the same subject that knows further names."""
        view = View(self.scene, self.snapshot, self._sources)
        view.update(names)
        view.asker = self
        return view

    def observation(self, name: str) -> Observation | None:
        """Return what was recorded last of a fact, stale or not, here or above."""
        observed = self.snapshot.facts.get(name)
        if observed is None and (parent := self.parent) is not None:
            return parent.observation(name)
        return observed

    def reading(self, name: str) -> Reading:
        """Return what stands under a name, with where it comes from."""
        if (noted := self.noted.get(name)) is not None:
            return noted
        value, observed = self[name], self.observation(name)
        if value.__class__ is Unknown:
            reading = Reading(name, None, observed)
        elif observed is not None:
            reading = Reading(name, observed.value, observed)
        else:
            reading = Reading(name, format_value(value))
        self.noted[name] = reading
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
        except (ValueError, ArithmeticError, LookupError):
            reason = f"recorded as `{observed.value}`, which is no {fact.shape.type}"
            return Unknown((Cause(name, reason, fact.writers),))
        # Noted here, where all of it is at hand: finding it again costs more than the note.
        view.noted[name] = Reading(name, observed.value, observed)
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


def parameter_source(parameter: Parameter, pack: Pack) -> Source:
    """Return how a parameter is read: the tightest override that holds today, else its value."""
    read = value_reader(parameter.shape.type)
    plain = read(parameter.value)
    overrides = [(item, read(item.value)) for item in reversed(parameter.overrides)]

    def value(view: View) -> Value:
        for item, other in overrides:
            if (item.until is None or view.today <= item.until) and _picks(item, view, pack):
                return other
        return plain

    return value


def _picks(override: Override, view: View, pack: Pack) -> bool:
    """Tell whether an override is for this subject; an unknown region or segment picks none."""
    fact = pack.layers.get(override.layer)
    if fact is not None:
        return bool(view[fact] == override.key)
    own = (place.snapshot for place in view.upward() if place.snapshot.kind == override.layer)
    return any(override.key in (item.id, item.id.rpartition("/")[2]) for item in own)


def parent_source(name: str, kind: str) -> Source:
    """Return how a fact of what the subject belongs to is read."""
    missing = Unknown((Cause(name, f"there is no {kind} above"),))

    def read(view: View) -> Value | Unknown:
        parent = view.parent
        value: Value | Unknown = missing if parent is None else parent[name]
        return value

    return read
