"""The chain that ties each event to all before it.

An event is encoded byte by byte as docs/reference/audit-format.md says; its link is the SHA-256 of
the link before it (32 zero bytes for the first) and that encoding.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from kamflow.model.events import Recorded
from kamflow.storage.codec import encode, instant_text

START = bytes(32)

_HEAD = b"kamflow-event/1\n"
_NO_CAUSE = b"0:\n"


def canonical(recorded: Recorded, body: bytes) -> bytes:
    """Return the bytes that are chained: a head, then each field with its length in bytes.

    Args:
        recorded: The event in its place.
        body: The event itself as it is stored.
    """
    cause = recorded.cause
    return b"".join(
        (
            _HEAD,
            _field(recorded.instance),
            _field(str(recorded.sequence)),
            _instant(recorded.at),
            _field(type(recorded.event).__name__),
            _field(recorded.actor),
            _field(recorded.pack),
            _NO_CAUSE if cause is None else _field(str(cause)),
            b"%d:%b\n" % (len(body), body),
        )
    )


@lru_cache(maxsize=512)
def _field(text: str) -> bytes:
    """Return text as a field. The same names and numbers come again and again."""
    data = text.encode()
    return b"%d:%b\n" % (len(data), data)


@lru_cache(maxsize=256)
def _instant(at: datetime) -> bytes:
    return _field(instant_bytes(at).decode())


def measured(fields: Iterable[bytes]) -> bytes:
    """Return fields one after the other, each with its length in bytes in front."""
    return b"".join([b"%d:%b\n" % (len(field), field) for field in fields])


def instant_bytes(at: datetime) -> bytes:
    """Return an aware instant in UTC with microseconds: `2026-03-31T12:00:00.000000Z`."""
    return instant_text(at).replace(" ", "T").encode() + b"Z"


def link(previous: bytes, recorded: Recorded, body: bytes | None = None) -> bytes:
    """Return the link of an event after the `previous` one."""
    stored = encode(recorded.event) if body is None else body
    return sha256(previous + canonical(recorded, stored)).digest()


def link_of(previous: bytes, fields: Iterable[bytes]) -> bytes:
    """Return the link of an event that is given by its fields, as they are stored."""
    return sha256(previous + _HEAD + measured(fields)).digest()
