"""Events, snapshots, packs and instants to what is stored, and back."""

from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from kamflow.model.events import Event
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot

encode = msgspec.json.Encoder(order="deterministic").encode
encode_pack = msgspec.json.Encoder().encode  # keeps the order of the policy files, for readers
decode_event = msgspec.json.Decoder(Event).decode
decode_snapshot = msgspec.json.Decoder(Snapshot).decode


def decode_pack(content: bytes) -> Pack:
    """Return a pack as it was published."""
    return msgspec.json.decode(content, type=Pack)


@lru_cache(maxsize=64)
def decode_again(stored: bytes) -> Snapshot:
    """Return a snapshot that is read by many commands, such as that of a program."""
    return decode_snapshot(stored)


@lru_cache(maxsize=256)
def instant_text(at: datetime) -> str:
    """Return an aware instant as text in UTC, in the form of SQLAlchemy's `DateTime` on SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
