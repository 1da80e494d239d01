"""What tests build: policies from a few lines, subjects in memory, people who hold their roles."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from kamflow.engine.closures import compile_expression
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.decide import decide
from kamflow.engine.evolve import evolve
from kamflow.engine.people import holders
from kamflow.engine.turning import next_due
from kamflow.engine.view import Ports, Scene, View
from kamflow.language.conditions import parse_condition
from kamflow.language.load import load_pack
from kamflow.language.loaded import Loaded
from kamflow.model.commands import (
    AssignRole,
    CastVote,
    Command,
    EndRole,
    OpenSubject,
    RecordFacts,
    ReportEvent,
    RequestTransition,
    Stated,
    Turn,
)
from kamflow.model.decision import Decision, Schedule
from kamflow.model.events import Event, FactsRecorded, Recorded, StageEntered
from kamflow.model.expression import Expression, Node
from kamflow.model.matching import Match
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import Unknown, Value, Verdict, format_value
from kamflow.runtime.packs import read_policy, shipped_folder

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
TODAY = NOON.date()

HEAD = """
pack: {id: test, version: 1.0.0, currency: EUR%s}
subjects:
  program: {plural: programs, workflow: rollout}
  account: {plural: accounts, parent: program, workflow: lifecycle}
"""

ROLLOUT = """
workflow:
  id: rollout
  subject: program
  stages: {proposed: {kind: initial}, pilot: {kind: active}}
  transitions:
    - {id: P1, trigger: launch, from: proposed, to: pilot}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
"""


def days_ago(days: int, before: datetime = NOON) -> datetime:
    return before - timedelta(days=days)


# ---------------------------------------------------------------------------- policies


def files_of(
    *texts: str | bytes, lifecycle: str = LIFECYCLE, rollout: str = ROLLOUT, head_keys: str = ""
) -> dict[str, bytes]:
    """Return the files of a small pack: its head, two workflows, and one file for each text."""
    head = HEAD % (f", {head_keys}" if head_keys else "")
    named = {"rules/head.yaml": head, "workflows/l.yaml": lifecycle, "workflows/r.yaml": rollout}
    extra = {f"rules/{number}.yaml": text for number, text in enumerate(texts, start=1)}
    every: dict[str, str | bytes] = {**named, **extra}
    return {
        name: text if isinstance(text, bytes) else text.encode() for name, text in every.items()
    }


def load(
    *texts: str | bytes, lifecycle: str = LIFECYCLE, rollout: str = ROLLOUT, head_keys: str = ""
) -> Loaded:
    return load_pack(files_of(*texts, lifecycle=lifecycle, rollout=rollout, head_keys=head_keys))


def problems(
    *texts: str | bytes, lifecycle: str = LIFECYCLE, rollout: str = ROLLOUT, head_keys: str = ""
) -> list[str]:
    """Return what is wrong with a small pack, line by line."""
    loaded = load(*texts, lifecycle=lifecycle, rollout=rollout, head_keys=head_keys)
    return [str(item) for item in loaded.diagnostics]


def a_pack(
    *texts: str, lifecycle: str = LIFECYCLE, rollout: str = ROLLOUT, head_keys: str = ""
) -> Pack:
    loaded = load(*texts, lifecycle=lifecycle, rollout=rollout, head_keys=head_keys)
    assert loaded.pack is not None, "\n".join(str(item) for item in loaded.diagnostics)
    return loaded.pack


@cache
def shipped_pack() -> Pack:
    return read_policy("kam-core")


@cache
def shipped_files() -> Mapping[str, bytes]:
    folder = shipped_folder()
    paths = (path for name in ("workflows", "rules") for path in (folder / name).glob("*.yaml"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# ---------------------------------------------------------------------------- statements

Plain = str | int | bool | Decimal | date


def text_of(value: Plain) -> str:
    return str(value) if type(value) is int else format_value(value)  # type: ignore[arg-type]


def author_for(pack: Pack, fact: str) -> str:
    """Return somebody who may record the fact: in tests the holder of a role is called like it."""
    writers = pack.facts[fact].writers if fact in pack.facts else ()
    if not writers or "service" in writers:
        return "service:erp"
    return next((role for role in writers if role != "system"), "nobody")


def stated(pack: Pack, facts: Mapping[str, Plain], as_of: datetime) -> dict[str, Stated]:
    """Return each value as stated by somebody who may."""
    return {
        name: Stated(text=text_of(value), as_of=as_of, source="erp", author=author_for(pack, name))
        for name, value in facts.items()
    }


def assigned_roles(pack: Pack) -> Iterable[str]:
    """Return the roles that are given to people by name."""
    return (
        role.id
        for role in pack.roles.values()
        if not (role.holder or role.members or role.identity)
    )


# ---------------------------------------------------------------------------- subjects in memory


class World:
    """Subjects in memory under one policy: load, decide, append, without a database."""

    def __init__(self, pack: Pack, now: datetime = NOON) -> None:
        self.compiled = self.newest = CompiledPack(pack)
        self.packs = {pack.digest: self.compiled}
        self.began = self.now = now
        self.subjects: dict[str, Snapshot] = {}
        self.events: dict[str, list[Recorded]] = {}
        self.schedules: dict[str, Schedule] = {}
        self.match: Match | None = None

    def publish(self, pack: Pack) -> None:
        self.newest = self.packs.setdefault(pack.digest, CompiledPack(pack))

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def open(
        self, kind: str, name: str, parent: str | None = None, *, by: str = "opener"
    ) -> Decision:
        identity = f"{parent}/{name}" if parent else name
        command = OpenSubject(actor=by, id=name, kind=kind, name=name.title(), parent=parent)
        return self.submit(identity, command)

    def record(
        self, subject: str, facts: Mapping[str, Plain], *, as_of: datetime | None = None
    ) -> Decision:
        """Record facts by whoever may record them."""
        pack = self.packs[self.subjects[subject].pack].pack
        command = RecordFacts(actor="recorder", facts=stated(pack, facts, as_of or self.now))
        return self.submit(subject, command)

    def record_by(self, author: str, subject: str, facts: Mapping[str, Plain]) -> Decision:
        """Record facts by one author."""
        told = {
            name: Stated(text=text_of(value), as_of=self.now, source="manual", author=author)
            for name, value in facts.items()
        }
        return self.submit(subject, RecordFacts(actor=author, facts=told))

    def report(
        self, subject: str, event: str, payload: Mapping[str, str] | None = None, *, days: int = 0
    ) -> Decision:
        """Report an event that happened so many days ago."""
        command = ReportEvent(
            actor="reporter",
            name=event,
            happened_at=days_ago(days, self.now),
            payload=payload or {},
        )
        return self.submit(subject, command)

    def assign(self, subject: str, role: str, person: str) -> Decision:
        """Give a role by somebody who may."""
        by = self._assigner(subject)
        return self.submit(subject, AssignRole(actor=by, role=role, person=person))

    def unassign(self, subject: str, role: str, person: str) -> Decision:
        """Take a role by somebody who may."""
        return self.submit(
            subject, EndRole(actor=self._assigner(subject), role=role, person=person)
        )

    def _assigner(self, subject: str) -> str:
        pack, view = self.packs[self.subjects[subject].pack].pack, self.view(subject)
        roles = pack.rights.get("assign", ())
        return next((name for role in roles for name in sorted(holders(pack, view, role))), "admin")

    def staff(self, program: str) -> None:
        """Give every role that is assigned to somebody of the same name."""
        for role in assigned_roles(self.compiled.pack):
            self.assign(program, role, role)

    def request(
        self, subject: str, trigger: str, *, by: str = "asker", target: str | None = None
    ) -> Decision:
        return self.submit(subject, RequestTransition(actor=by, trigger=trigger, target=target))

    def vote(self, subject: str, answer: str, *, by: str) -> Decision:
        """Vote on the one approval that is open."""
        (approval,) = self.subjects[subject].approvals
        return self.submit(subject, CastVote(actor=by, approval=approval, vote=answer))

    def happened(self, subject: str, event: Event) -> None:
        """Add an event without asking, to bring a subject where a test begins."""
        before = self.subjects[subject]
        recorded = Recorded(
            instance=subject,
            sequence=before.sequence + 1,
            at=self.now,
            actor="test",
            pack=before.pack,
            event=event,
        )
        self.events[subject].append(recorded)
        self.subjects[subject] = evolve(before, recorded)

    def place(self, subject: str, stage: str) -> None:
        """Put a subject into a stage."""
        left = self.subjects[subject].stage
        self.happened(subject, StageEntered(transition="T", trigger="test", left=left, stage=stage))

    def set_fact(self, subject: str, fact: str, value: Plain) -> None:
        """Set a fact that only the engine sets."""
        text = text_of(value)
        observed = Observation(
            value=text, as_of=self.now, source="kamflow", author="system", recorded_at=self.now
        )
        self.happened(subject, FactsRecorded(facts={fact: observed}))

    def submit(self, subject: str, command: Command) -> Decision:
        snapshot = self.subjects.get(subject)
        compiled = self.packs[snapshot.pack] if snapshot else self.newest
        decision = decide(
            compiled,
            self._scene(compiled),
            snapshot,
            command,
            instance=subject,
            newest=self.newest,
        )
        self.events.setdefault(subject, []).extend(decision.events)
        if decision.snapshot is not None:
            self.subjects[subject] = decision.snapshot
        if decision.schedule is not None:
            self.schedules[subject] = decision.schedule
        return decision

    def due_at(self, subject: str) -> datetime | None:
        """Return when the clock alone changes something for a subject next."""
        planned = self.schedules.get(subject, {}).values()
        found = [datetime.fromtimestamp(seconds, UTC) for seconds in planned]
        if (at := next_due(self.subjects[subject])) is not None:
            found.append(at)
        return min(found, default=None)

    def turn(self, subject: str, touched: tuple[str, ...] = ()) -> Decision:
        """Do what has fallen due for a subject by now."""
        return self.submit(subject, Turn(actor="system", touched=touched))

    def run_until(self, now: datetime) -> None:
        """Let time go by, with everything done at the instant at which it falls due."""
        while due := [
            (at, subject)
            for subject in sorted(self.subjects)
            if (at := self.due_at(subject)) is not None and at <= now
        ]:
            at, subject = min(due)
            self.now = max(at, self.now)
            self.turn(subject)
        self.now = now

    def view(self, subject: str) -> View:
        snapshot = self.subjects[subject]
        compiled = self.packs[snapshot.pack]
        return self._scene(compiled).look(snapshot)

    def ask(self, subject: str, condition: str) -> Value | Unknown:
        """Return what a condition comes to for a subject now."""
        tree = parse_condition(condition)
        value: Value | Unknown = compile_expression(tree, self.compiled.pack)(self.view(subject))
        return value

    def stage(self, subject: str) -> str:
        return self.subjects[subject].stage

    def _scene(self, compiled: CompiledPack) -> Scene:
        planned = self.schedules
        ports = Ports(schedule=lambda subject: planned.get(subject, {}), match=self.match)
        return Scene(
            compiled.sources,
            self.now,
            self.subjects.get,
            self._members,
            self._happened,
            ports,
        )

    def _happened(self, subject: str) -> list[Recorded]:
        return self.events.get(subject, [])

    def _members(self, above: str, kind: str) -> list[Snapshot]:
        below = (item for item in self.subjects.values() if item.parent == above)
        return sorted((item for item in below if item.kind == kind), key=lambda item: item.id)


def a_world(
    *texts: str, lifecycle: str = LIFECYCLE, rollout: str = ROLLOUT, head_keys: str = ""
) -> World:
    """Return a world with the program `north` and the account `north/acme`."""
    world = World(a_pack(*texts, lifecycle=lifecycle, rollout=rollout, head_keys=head_keys))
    world.open("program", "north")
    world.open("account", "acme", "north")
    return world


def verdict_of(value: Value | Unknown) -> Verdict:
    if isinstance(value, Unknown):
        return Verdict.UNKNOWN
    return Verdict.MET if value is True else Verdict.UNMET


def without_offsets(node: Expression) -> Expression:
    """Return the tree with every offset 0."""
    fields = {name: _bare(getattr(node, name)) for name in node.__struct_fields__}
    return type(node)(**{**fields, "at": 0})


def _bare(part: Any) -> Any:  # noqa: ANN401 - any field of a node
    if isinstance(part, Node):
        return without_offsets(part)  # type: ignore[arg-type]
    return tuple(_bare(item) for item in part) if isinstance(part, tuple) else part
