"""The verifier: follows every chain from its start, and compares what else is kept with it."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import MsgspecError

from kamflow.engine.evolve import evolve
from kamflow.model.events import Event, Recorded
from kamflow.model.snapshot import Snapshot
from kamflow.storage.audit.kept import (
    Group,
    KeptEvent,
    KeptHead,
    KeptInstance,
    KeptMessage,
    KeptPolicy,
    KeptRequest,
    Source,
)
from kamflow.storage.audit.keys import PublicKey
from kamflow.storage.audit.report import LISTED, AuditProblem, AuditReport, Checkpoint, plain
from kamflow.storage.audit.seals import FIRST, Seals
from kamflow.storage.audit.tree import policy_seal
from kamflow.storage.chain import START, instant_bytes, link_of
from kamflow.storage.codec import decode_event, decode_pack, decode_snapshot, encode
from kamflow.storage.outbox import message_type

_CHANGED = "its link does not fit: it was changed, inserted or swapped with another one"


def verify(
    source: Source, *, key: PublicKey | None = None, receipt: Checkpoint | None = None
) -> AuditReport:
    """Verify everything that a source keeps. Memory stays flat, whatever the number of events.

    Args:
        source: A database or an exported file.
        key: That the newest checkpoint has to be signed by.
        receipt: A checkpoint that was kept elsewhere and has to be there unchanged.
    """
    verifier = Verifier(source)
    verifier.run(key, receipt)
    return verifier.report(signed=key is not None)


class Verifier:
    """One run over a source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seals: Seals
        self._policies: set[str] = set()
        self._instances = self._events = self._unsealed = self._count = 0
        self._problems: list[AuditProblem] = []

    def run(self, key: PublicKey | None, receipt: Checkpoint | None) -> None:
        """Read everything once."""
        policies: list[bytes] = []
        for policy in self._source.policies():
            self._policies.add(policy.digest)
            policies.append(policy_seal(policies[-1] if policies else FIRST, policy))
            self._tell_all(_policy_problems(policy))
        self._seals = seals = Seals(self._source.database, self._source.checkpoints())
        self._tell_all(seals.order())
        self._tell_all(seals.policies(policies))
        self._tell_all(seals.signatures(key))
        if receipt is not None:
            self._tell_all(seals.receipt(receipt, key))
        for group in self._source.groups():
            self._group(group)
        self._tell_all(seals.roots())

    def report(self, *, signed: bool) -> AuditReport:
        """Return what was found."""
        problems = tuple(self._problems)
        return AuditReport(
            instances=self._instances,
            events=self._events,
            policies=len(self._policies),
            checkpoints=len(self._seals.kept),
            unsealed=self._unsealed,
            newest=self._seals.newest,
            signed=signed and not problems,
            problems=problems,
            more=self._count - len(problems),
        )

    def _tell_all(self, problems: Iterator[str]) -> None:
        for what in problems:
            self._tell("", None, what)

    def _tell(self, instance: str, sequence: int | None, what: str) -> None:
        self._count += 1
        if len(self._problems) < LISTED:
            self._problems.append(AuditProblem(instance, sequence, what))

    def _group(self, group: Group) -> None:
        """Verify one instance; a broken chain is told once and not judged further."""
        for sequence, what in self._seals.add(group.heads):
            self._tell(group.instance, sequence, what)
        walk = Walk(group, self._policies)
        for event in group.events:
            self._events += 1
            if walk.wrong is None:
                walk.step(event)
        self._instances += bool(group.rows)
        self._unsealed += walk.sequence - (group.heads[-1].sequence if group.heads else 0)
        if walk.wrong is not None:
            self._tell(group.instance, *walk.wrong)
            return
        for wrong in (*walk.end_problems(), *walk.request_problems()):
            self._tell(group.instance, *wrong)


class Walk:
    """The way along the events of one instance, up to the first that is wrong."""

    def __init__(self, group: Group, policies: set[str]) -> None:
        self._group, self._policies = group, policies
        self._heads: dict[int, KeptHead] = {head.sequence: head for head in group.heads}
        self._messages = iter(group.messages)
        self._message: KeptMessage | None = next(self._messages, None)
        self._number = 0  # of the outbox row before
        self.sequence, self.link = 0, START
        self.snapshot: Snapshot | None = None
        self.wrong: tuple[int | None, str] | None = None

    def step(self, event: KeptEvent) -> None:
        """Verify the next event; `wrong` says what is not right with it."""
        expected = self.sequence + 1
        if event.sequence != expected:
            self.wrong = _out_of_place(event.sequence, expected)
            return
        link = link_of(self.link, event.fields())
        what = _CHANGED if link != event.link else self._content(event, link)
        if what is not None:
            self.wrong = (event.sequence, what)
            return
        self.sequence, self.link = event.sequence, link

    def _content(self, event: KeptEvent, link: bytes) -> str | None:
        """Return what is wrong with an event whose link fits."""
        head = self._heads.pop(event.sequence, None)
        if head is not None and head.link != link:
            return f"it is not the event that checkpoint {head.checkpoint} saw"
        if event.pack not in self._policies:
            return f"it was decided under the policy `{plain(event.pack[:12])}`, which is not kept"
        try:
            happened = decode_event(event.body)
            kind = type(happened).__name__
            if kind != event.kind:
                return f"it is kept as `{plain(event.kind)}`, and its body is a `{kind}`"
            self.snapshot = evolve(self.snapshot, _recorded(event, happened))
        except (LookupError, TypeError, ValueError, MsgspecError) as error:
            return f"it cannot have happened after the events before: {error}"
        return self._told(event.sequence, happened)

    def _told(self, sequence: int, happened: Event) -> str | None:
        """Return what is wrong with the rows of the outbox about an event."""
        row = self._message
        if row is None or row.sequence > sequence:
            return None
        self._message = next(self._messages, None)
        if row.sequence < sequence or row.number <= self._number:
            return f"row {row.number} of the outbox is not in the order of the events"
        if row.type != message_type(happened):
            return (
                f"row {row.number} of the outbox tells it as `{plain(row.type)}`, which it is not"
            )
        self._number = row.number
        return None

    def end_problems(self) -> Iterator[tuple[int | None, str]]:
        """Yield what does not fit the end of the history."""
        cut = "is missing: the end of the history was cut off"
        yield from self._row_problems(cut)
        for head in self._heads.values():
            yield head.sequence, f"it {cut}; checkpoint {head.checkpoint} saw it"
        if self._message is not None:
            row = self._message
            yield row.sequence, f"row {row.number} of the outbox tells it, and it is missing"

    def _row_problems(self, cut: str) -> Iterator[tuple[int | None, str]]:
        rows = self._group.rows
        if len(rows) != 1 and (rows or self.sequence):
            yield None, f"it has a history and {len(rows)} rows among the instances"
        for kept in rows[:1]:
            if kept.sequence > self.sequence:
                yield self.sequence + 1, f"it {cut}; the instance is at event {kept.sequence}"
            elif kept.sequence < self.sequence:
                yield kept.sequence + 1, "it was added behind the end that the instance names"
            elif kept.link != self.link:
                yield self.sequence, "it is not the newest event that the instance names"
            else:
                yield from self._snapshot_problems(kept)

    def _snapshot_problems(self, kept: KeptInstance) -> Iterator[tuple[int | None, str]]:
        found = self.snapshot
        if kept.snapshot is None or found is None:
            return
        if kept.snapshot != encode(found) and not _same(kept.snapshot, found):
            yield None, "its snapshot is not what its events make; run `kamflow db rebuild`"
            return
        entered = instant_bytes(found.entered_at).decode()
        made = (found.kind, found.parent, found.name, found.workflow, found.stage, entered)
        if kept.columns != (*made, len(found.approvals)):
            yield None, "its row is not what its events make; run `kamflow db rebuild`"

    def request_problems(self) -> Iterator[tuple[int | None, str]]:
        """Yield which kept answers name events that are not there."""
        for item in self._group.requests:
            if not self._answers(item):
                name = plain(item.key)
                told = f"the answer kept under `{name}` names events {item.first} to {item.last}"
                yield None, f"{told}, and the history ends with {self.sequence}"

    def _answers(self, item: KeptRequest) -> bool:
        if not item.instance:
            return item.first == item.last == 0
        return 1 <= item.first <= item.last <= self.sequence


def _out_of_place(found: int, expected: int) -> tuple[int, str]:
    if found > expected:
        return expected, f"it is missing; the next event that is there is {found}"
    return found, f"it stands where event {expected} belongs"


def _recorded(event: KeptEvent, happened: Event) -> Recorded:
    return Recorded(
        instance=event.instance,
        sequence=event.sequence,
        at=datetime.fromisoformat(event.at),
        actor=event.actor,
        pack=event.pack,
        event=happened,
        cause=event.cause,
    )


def _same(stored: bytes, found: Snapshot) -> bool:
    """Tell whether a snapshot that was written by another version says the same."""
    try:
        return decode_snapshot(stored) == found
    except MsgspecError:
        return False


def _policy_problems(policy: KeptPolicy) -> Iterator[str]:
    from kamflow.language.load import sealed  # noqa: PLC0415 - brings the parser along

    name = f"the policy {policy.number} (`{plain(policy.digest[:12])}`)"
    try:
        found = sealed(decode_pack(policy.content))
    except (LookupError, TypeError, ValueError, MsgspecError):
        yield f"{name} cannot be read any more: it was changed"
        return
    if found.digest != policy.digest:
        yield f"{name} does not have that digest: it was changed"
