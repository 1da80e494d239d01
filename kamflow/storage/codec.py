"""Events, snapshots, packs and instants to what is stored, and back."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from kamflow.model.events import Event, EventReported
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot

encode = msgspec.json.Encoder(order="deterministic").encode
encode_pack = msgspec.json.Encoder().encode  # keeps the order of the policy files, for readers
decode_event = msgspec.json.Decoder(Event).decode
decode_report = msgspec.json.Decoder(EventReported).decode
_snapshot_of = msgspec.json.Decoder(Snapshot).decode


def decode_pack(content: bytes) -> Pack:
    """Return a pack as it was published."""
    return msgspec.json.decode(content, type=Pack)


def decode_snapshot(stored: bytes) -> Snapshot:
    """Return a snapshot. What is open stands in the order in which it was opened, as in a replay.

    It is stored in the order of texts, in which `#10` comes before `#9`.
    """
    found = _snapshot_of(stored)
    for items in (
        found.approvals,
        found.conditions,
        found.reviews,
        found.escalations,
        found.tasks,
    ):
        if len(items) > 1:
            _put_in_order(items)
    return found


def _put_in_order(items: dict[str, Any]) -> None:
    in_order = sorted(items.items(), key=_number)
    items.clear()
    items.update(in_order)


def _number(item: tuple[str, Any]) -> list[int]:
    """Return what an id ends with: 17 of `north/acme#17`, 17 and 2 of `north/acme#17.2`."""
    return [int(part) for part in item[0].rpartition("#")[2].split(".") if part.isdigit()]


@lru_cache(maxsize=64)
def decode_again(stored: bytes) -> Snapshot:
    """Return a snapshot that is read by many commands, such as that of a program."""
    return decode_snapshot(stored)


@lru_cache(maxsize=256)
def instant_text(at: datetime) -> str:
    """Return an aware instant as text in UTC, in the form of SQLAlchemy's `DateTime` on SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
