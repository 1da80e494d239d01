"""Events, snapshots and packs to bytes and back."""

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
