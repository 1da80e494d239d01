"""What people say and show beside what they decide."""

from datetime import datetime

from msgspec import Struct


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What somebody shows: a link, or a file that is kept elsewhere and known by its digest."""

    title: str
    link: str = ""
    digest: str = ""  # SHA-256 of the file, hexadecimal
    size: int = 0  # bytes


class Comment(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What somebody said about an open request or escalation, and what was shown."""

    person: str
    at: datetime
    text: str
    evidence: tuple[Evidence, ...] = ()
