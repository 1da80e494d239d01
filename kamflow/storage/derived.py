"""What is kept beside a snapshot so that it can be found: how much waits, and until when.

All but the schedule follows from the snapshot; the schedule is worked out by the engine from the
policy and kept as it was given.
"""

from datetime import UTC, datetime

import msgspec

from kamflow.engine.turning import next_due
from kamflow.model.decision import Schedule
from kamflow.model.snapshot import Snapshot

EVERYTHING: Schedule = {"": 0}  # a schedule that was lost: everything is to be looked at at once

_decode = msgspec.json.Decoder(dict[str, int]).decode


def read_schedule(stored: bytes | None) -> Schedule:
    """Return a schedule from what is stored of it.

    Raises:
        msgspec.DecodeError: It is damaged.
    """
    return {} if stored is None else _decode(stored)


def owed(snapshot: Snapshot) -> int:
    """Return how many tasks a subject has besides its approvals; what is observed asks nobody."""
    count = len(snapshot.conditions) + len(snapshot.reviews) + len(snapshot.tasks)
    if snapshot.escalations:
        count += sum(not item.observed for item in snapshot.escalations.values())
    return count


def due_at(snapshot: Snapshot, schedule: bytes | None) -> datetime | None:
    """Return the first instant at which time alone may change something for a subject."""
    first = next_due(snapshot)
    if schedule is None:
        return first
    planned = _decode(schedule)
    if not planned:
        return first
    earliest = datetime.fromtimestamp(min(planned.values()), UTC)
    return earliest if first is None or earliest < first else first
