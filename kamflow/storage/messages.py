"""The outbox as whoever delivers it reads it: CloudEvents 1.0 envelopes, in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from kamflow.storage import statements
from kamflow.storage.reading import Reading, Rows, instant_of


class Message(Struct, frozen=True, kw_only=True):
    """Something that a decision tells the outside.

    Messages of one subject are to be delivered in the order of their numbers. `id` is the same at
    every attempt, so that a receiver can drop what it has had already.
    """

    number: int  # place in the outbox
    id: str  # "north/acme/17": subject and sequence of the event
    source: str  # "/kamflow/8f3a...": the database
    type: str  # "kamflow.stage.entered"
    subject: str
    time: datetime  # aware UTC; when it was decided
    sequence: int  # of the event
    actor: str
    policy: str  # digest
    event: dict[str, Any]  # as the history has it, without its kind

    def envelope(self) -> dict[str, Any]:
        """Return the envelope in structured mode, to be written as JSON.

        Source: CloudEvents 1.0.2, with the documented extensions `partitionkey` and `sequence`.
        """
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "partitionkey": self.subject,
            "sequence": f"{self.sequence:010}",
            "data": {"actor": self.actor, "policy": self.policy, **self.event},
        }


def messages(kept: Reading, after: int, limit: int) -> list[Message]:
    """Return the first messages whose number is greater than `after`."""
    source = source_of(kept.rows)
    return [message_of(row, source) for row in kept.rows(statements.MESSAGES, after, limit)]


def source_of(rows: Rows) -> str:
    """Return the `source` of all messages of a database."""
    return f"/kamflow/{rows(statements.DATABASE_ID)[0][0]}"


def message_of(row: Sequence[Any], source: str) -> Message:
    """Return the message of a row of the outbox with its event."""
    number, instance, sequence, sort, at, actor, pack, body = row
    event = msgspec.json.decode(bytes(body))
    del event["type"]
    return Message(
        number=number,
        id=f"{instance}/{sequence}",
        source=source,
        type=sort,
        subject=instance,
        time=instant_of(at),
        sequence=sequence,
        actor=actor,
        policy=pack,
        event=event,
    )
