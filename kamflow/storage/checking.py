"""Looks whether a database hangs together: its pages, its history, and what is derived from it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from kamflow.engine.evolve import evolve
from kamflow.errors import DatabaseError
from kamflow.model.events import EventReported
from kamflow.model.snapshot import Snapshot
from kamflow.storage.codec import decode_event, decode_snapshot
from kamflow.storage.derived import due_at, owed, read_schedule
from kamflow.storage.links import Link
from kamflow.storage.outbox import message_type
from kamflow.storage.reading import instant_of, recorded_of
from kamflow.storage.sanity import page_problems
from kamflow.storage.sqlite import tells_damage
from kamflow.storage.store import HEAD
from kamflow.storage.upkeep import schema_version, transaction

MOST = 1_000  # problems that are told
_PAGE, _EVENTS = 500, 2_000

INSTANCES = (
    "SELECT id, kind, parent, name, workflow, stage, entered_at, sequence, waiting, tasks, "
    "due_at, head, snapshot, schedule FROM instances WHERE id > ? ORDER BY id LIMIT ?"
)
EVENTS = (
    "SELECT instance, sequence, at, actor, pack, cause, body, kind, hash FROM events "
    "WHERE (instance, sequence) > (?, ?) AND instance <= ? ORDER BY instance, sequence LIMIT ?"
)
_ORPHANS = (
    "SELECT DISTINCT events.instance FROM events LEFT JOIN instances ON "
    "instances.id = events.instance WHERE instances.id IS NULL ORDER BY events.instance LIMIT ?"
)
REPORTS = (
    "SELECT instance, name, happened_at, sequence FROM reports "
    "WHERE instance >= ? AND instance <= ? ORDER BY instance, name, happened_at, sequence"
)
_ORPHAN_REPORTS = (
    "SELECT DISTINCT reports.instance FROM reports LEFT JOIN instances ON "
    "instances.id = reports.instance WHERE instances.id IS NULL ORDER BY reports.instance LIMIT ?"
)
_UNTRUE_MESSAGES = (
    "SELECT outbox.number, outbox.instance, outbox.sequence, outbox.type, events.body FROM outbox "
    "LEFT JOIN events ON events.instance = outbox.instance AND events.sequence = outbox.sequence "
    "WHERE outbox.number > ? ORDER BY outbox.number LIMIT ?"
)
_UNTRUE_REQUESTS = (
    "SELECT requests.key FROM requests LEFT JOIN instances ON instances.id = requests.instance "
    "WHERE requests.last > 0 AND (instances.id IS NULL OR requests.last > instances.sequence) "
    "ORDER BY requests.key LIMIT ?"
)


Place: TypeAlias = tuple[str, datetime, int]  # of a report: event, event time, sequence


class Problem(Struct, frozen=True, kw_only=True):
    """Something that does not agree."""

    part: str  # "schema", "pages", "history", "snapshot", "reports", "outbox", "requests"
    subject: str  # id of the subject, where it is about one
    what: str


class CheckReport(Struct, frozen=True, kw_only=True):
    """What a check found."""

    schema: str | None
    needed: str
    subjects: int
    events: int
    problems: tuple[Problem, ...]  # at most 1,000

    @property
    def sound(self) -> bool:
        """Whether everything agrees."""
        return not self.problems


def check(url: str) -> CheckReport:
    """Read a whole database in one state of it, while others go on, and tell what does not agree.

    Raises:
        DatabaseError: The database cannot be reached.
    """
    try:
        version = schema_version(url)
    except DatabaseError as error:
        if not tells_damage(error):
            raise
        return _report(None, _Counts(), [Problem(part="pages", subject="", what=str(error))])
    if version != HEAD:
        what = f"the schema is {version or 'not there'}, this version of kamflow needs {HEAD}"
        problem = Problem(part="schema", subject="", what=what)
        return _report(version, _Counts(), [problem])
    counts, problems = _Counts(), list[Problem]()
    with transaction(url) as link:
        try:
            for problem in _all_problems(link, counts):
                problems.append(problem)
                if len(problems) == MOST:
                    break
        except Exception as error:
            ours = link.translated(error)
            if not isinstance(ours, DatabaseError):
                raise
            problems.append(Problem(part="pages", subject="", what=str(ours)))
    return _report(version, counts, problems)


class _Counts:
    subjects = events = 0


def _report(version: str | None, counts: _Counts, problems: list[Problem]) -> CheckReport:
    return CheckReport(
        schema=version,
        needed=HEAD,
        subjects=counts.subjects,
        events=counts.events,
        problems=tuple(problems),
    )


def _all_problems(link: Link, counts: _Counts) -> Iterator[Problem]:
    for what in page_problems(link):
        yield Problem(part="pages", subject="", what=what)
    for row in link.rows(_ORPHANS, MOST):
        yield Problem(part="history", subject=row[0], what="events without their subject")
    for row in link.rows(_ORPHAN_REPORTS, MOST):
        what = "reports without their subject; run `kamflow db rebuild`"
        yield Problem(part="reports", subject=row[0], what=what)
    after = ""
    while page := link.rows(INSTANCES, after, _PAGE):
        counts.subjects += len(page)
        yield from _page_problems(link, page, counts)
        after = page[-1][0]
    yield from _message_problems(link)
    for row in link.rows(_UNTRUE_REQUESTS, MOST):
        what = f"the request `{row[0]}` names events that are not there"
        yield Problem(part="requests", subject="", what=what)


def _page_problems(link: Link, page: Sequence[Sequence[Any]], counts: _Counts) -> Iterator[Problem]:
    """Replay the history of some subjects and compare what is stored with what it makes."""
    replays = {row[0]: Replay() for row in page}
    at: tuple[str, int] = (page[0][0], -1)
    while events := link.rows(EVENTS, *at, page[-1][0], _EVENTS):
        counts.events += len(events)
        for row in events:
            if row[0] in replays:
                replays[row[0]].add(row)
        at = (events[-1][0], events[-1][1])
    reports = stored_reports(link, page[0][0], page[-1][0])
    for row in page:
        replay = replays[row[0]]
        if replay.fault:
            yield Problem(part="history", subject=row[0], what=replay.fault)
            continue
        if wrong := _untrue(row, replay):
            what = f"{wrong} is not what the history makes; run `kamflow db rebuild`"
            yield Problem(part="snapshot", subject=row[0], what=what)
        if replay.reports != reports.get(row[0], set()):
            what = "its reports are not those of the history; run `kamflow db rebuild`"
            yield Problem(part="reports", subject=row[0], what=what)


def stored_reports(link: Link, first: str, last: str) -> dict[str, set[Place]]:
    """Return where the reports of subjects stand, from one id to another."""
    found: dict[str, set[Place]] = {}
    for instance, name, happened_at, sequence in link.rows(REPORTS, first, last):
        found.setdefault(instance, set()).add((name, instant_of(happened_at), sequence))
    return found


class Replay:
    """The history of one subject, event by event."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.head = b""
        self.reports: set[Place] = set()
        self.fault = ""
        self._sequence = 0

    def add(self, row: Sequence[Any]) -> None:
        """Take the next event, a row of `EVENTS`."""
        if self.fault:
            return
        number = self._sequence + 1
        if row[1] != number:
            self.fault = f"event {number} is not there; event {row[1]} follows {number - 1}"
            return
        try:
            recorded = recorded_of(row[:7])
            self.snapshot = evolve(self.snapshot, recorded)
        except (msgspec.DecodeError, ValueError, LookupError) as error:
            self.fault = f"event {number} cannot be replayed: {error}"
            return
        if type(recorded.event).__name__ != row[7]:
            self.fault = f"event {number} is called {row[7]} and is no such event"
        if isinstance(event := recorded.event, EventReported):
            self.reports.add((event.name, event.happened_at, number))
        self._sequence, self.head = number, bytes(row[8])


def derived_row(snapshot: Snapshot, head: bytes, schedule: bytes | None) -> tuple[object, ...]:
    """Return what a row of `INSTANCES` has to hold beside its schedule, which is kept as it is."""
    return (
        snapshot.id,
        snapshot.kind,
        snapshot.parent,
        snapshot.name,
        snapshot.workflow,
        snapshot.stage,
        snapshot.entered_at,
        snapshot.sequence,
        len(snapshot.approvals),
        owed(snapshot),
        due_at(snapshot, schedule),
        head,
        snapshot,
    )


_COLUMNS = (
    "id", "kind", "parent", "name", "workflow", "stage", "entered_at", "sequence", "waiting",
    "tasks", "due_at", "head", "snapshot",
)  # fmt: skip


def stored_row(row: Sequence[Any]) -> tuple[object, ...]:
    """Return a row of `INSTANCES` in the form of `derived_row`."""
    due = None if row[10] is None else instant_of(row[10])
    told = (bytes(row[11]), decode_snapshot(row[12]))
    return (*row[:6], instant_of(row[6]), *row[7:10], due, *told)


def sound_schedule(stored: bytes | None) -> bool:
    """Tell whether a schedule can be read."""
    try:
        read_schedule(stored)
    except (msgspec.DecodeError, ValueError):
        return False
    return True


def _untrue(row: Sequence[Any], replay: Replay) -> str:
    """Return the column that the history does not bear out; nothing when all are true."""
    if replay.snapshot is None:
        return "the subject, which has no events,"
    if not sound_schedule(row[13]):
        return "`schedule` cannot be read and"
    made = derived_row(replay.snapshot, replay.head, row[13])
    try:
        pairs = zip(_COLUMNS, stored_row(row), made, strict=True)
    except (msgspec.DecodeError, ValueError):
        return "what is stored cannot be read and"
    return ", ".join(f"`{name}`" for name, stored, true in pairs if stored != true)


def _message_problems(link: Link) -> Iterator[Problem]:
    after = 0
    while page := link.rows(_UNTRUE_MESSAGES, after, _EVENTS):
        for number, instance, sequence, sort, body in page:
            if body is None or message_type_of(bytes(body)) != sort:
                what = f"message {number} tells event {sequence}, which is not there as `{sort}`"
                yield Problem(part="outbox", subject=instance, what=what)
        after = page[-1][0]


def message_type_of(body: bytes) -> str | None:
    """Return the type of the message that tells a stored event; nothing when it cannot be read."""
    try:
        return message_type(decode_event(body))
    except msgspec.DecodeError:
        return None
