"""What happens while people are away without whom a request cannot be decided."""

from datetime import datetime

from msgspec import Struct


class ApprovalStalled(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Nobody can decide a request `until` people are back, which they are before it expires."""

    id: str
    reason: str
    until: datetime  # aware UTC


class ApprovalUnstalled(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A request that nobody could decide for a time can be decided again."""

    id: str
