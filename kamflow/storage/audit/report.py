"""What proof of the history comes to."""

from datetime import datetime

from msgspec import Struct

from kamflow.storage.audit.kept import KeptCheckpoint
from kamflow.storage.audit.tree import digest
from kamflow.storage.chain import instant_bytes

LISTED = 100  # problems; the others are counted


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A seal on the history of all instances at one instant. Hashes are hexadecimal."""

    number: int  # from 1
    at: datetime  # aware UTC
    database: str  # id of the database
    instances: int
    events: int
    root: str  # of the tree over the newest event of each instance
    policies: str  # seal on the policies that were published
    previous: str  # digest of the checkpoint before; zeros for the first
    digest: str  # of all of the above; the next checkpoint carries it
    key: str | None = None  # id of the key that signed it
    signature: str | None = None


class AuditProblem(Struct, frozen=True):
    """Something that is not as it was written."""

    instance: str  # empty where it is about no instance
    sequence: int | None  # of the first event that is wrong, if it is one
    what: str

    def __str__(self) -> str:
        if not self.instance:
            return self.what
        event = "" if self.sequence is None else f" event {self.sequence}"
        return f"`{plain(self.instance)}`{event}: {self.what}"


class AuditReport(Struct, frozen=True, kw_only=True):
    """What was verified, and all that is wrong with it."""

    instances: int
    events: int
    policies: int
    checkpoints: int
    unsealed: int  # events since the newest checkpoint; no seal covers them yet
    newest: Checkpoint | None
    signed: bool  # by the key that was given
    problems: tuple[AuditProblem, ...] = ()  # in the order of instances, the first 100
    more: int = 0  # problems that are not listed

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def shown(database: str, kept: KeptCheckpoint) -> Checkpoint:
    """Return a stored checkpoint as it is told."""
    return Checkpoint(
        number=kept.number,
        at=datetime.fromisoformat(kept.at),
        database=database,
        instances=kept.instances,
        events=kept.events,
        root=kept.root.hex(),
        policies=kept.policies.hex(),
        previous=kept.previous.hex(),
        digest=digest(database, kept).hex(),
        key=kept.key,
        signature=kept.signature.hex() if kept.signature is not None else None,
    )


def unshown(told: Checkpoint) -> KeptCheckpoint:
    """Return what is stored of a checkpoint that is told.

    Raises:
        ValueError: Its hashes are not hexadecimal.
    """
    return KeptCheckpoint(
        number=told.number,
        at=instant_bytes(told.at).decode(),
        instances=told.instances,
        events=told.events,
        root=bytes.fromhex(told.root),
        policies=bytes.fromhex(told.policies),
        previous=bytes.fromhex(told.previous),
        signature=bytes.fromhex(told.signature) if told.signature is not None else None,
        key=told.key,
    )


def plain(text: str) -> str:
    """Return text that can be printed, whatever its bytes were."""
    return text.encode("utf-8", "backslashreplace").decode()
