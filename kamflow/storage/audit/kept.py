"""What is verified, as it is stored: in a database or in an exported file.

Text that is not UTF-8 any more is held with `surrogateescape`, so that every byte counts.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

FORMAT = "kamflow-audit/1"


class KeptEvent(Struct, frozen=True, gc=False):
    """An event with its link."""

    instance: str
    sequence: int
    at: str  # "2026-03-31T12:00:00.000000Z"
    kind: str
    actor: str
    pack: str
    cause: int | None
    body: bytes
    link: bytes

    def fields(self) -> tuple[bytes, ...]:
        """Return the fields that are chained."""
        return (
            self.instance.encode("utf-8", "surrogateescape"),
            b"%d" % self.sequence,
            self.at.encode("utf-8", "surrogateescape"),
            self.kind.encode("utf-8", "surrogateescape"),
            self.actor.encode("utf-8", "surrogateescape"),
            self.pack.encode("utf-8", "surrogateescape"),
            b"" if self.cause is None else b"%d" % self.cause,
            self.body,
        )


class KeptInstance(Struct, frozen=True, gc=False):
    """Where the history of an instance ends, and the snapshot where one is stored."""

    instance: str
    sequence: int
    link: bytes
    snapshot: bytes | None = None
    columns: tuple[object, ...] = ()  # kind, parent, name, workflow, stage, waiting


class KeptHead(Struct, frozen=True, gc=False):
    """The head of an instance as a checkpoint saw it first."""

    instance: str
    sequence: int
    checkpoint: int
    link: bytes


class KeptMessage(Struct, frozen=True, gc=False):
    """A row of the outbox."""

    instance: str
    sequence: int
    number: int
    type: str


class KeptRequest(Struct, frozen=True, gc=False):
    """A kept answer: the events that it names."""

    instance: str
    key: str
    first: int
    last: int


class KeptCheckpoint(Struct, frozen=True):
    """A checkpoint with its signature, if it has one."""

    number: int
    at: str
    instances: int
    events: int
    root: bytes
    policies: bytes
    previous: bytes
    signature: bytes | None = None
    key: str | None = None


class KeptPolicy(Struct, frozen=True):
    """A published policy."""

    number: int
    digest: str
    content: bytes
    pack: str = ""
    version: str = ""
    published_at: str = ""
    published_by: str = ""


class Group(Struct, frozen=True):
    """All that is kept of one instance. What is iterated can be read once, and in this order."""

    instance: str
    rows: tuple[KeptInstance, ...]  # one, unless something is wrong
    heads: tuple[KeptHead, ...]
    events: Iterable[KeptEvent]
    messages: Iterable[KeptMessage] = ()
    requests: Iterable[KeptRequest] = ()


class Source(Protocol):
    """What can be verified and exported."""

    database: str  # its id
    exported: bool  # has neither outbox nor kept answers nor snapshots

    def policies(self) -> Iterator[KeptPolicy]:
        """Yield the published policies, oldest first."""

    def checkpoints(self) -> Iterator[KeptCheckpoint]:
        """Yield the checkpoints, oldest first."""

    def groups(self) -> Iterator[Group]:
        """Yield what is kept of each instance, in the order of their ids."""
