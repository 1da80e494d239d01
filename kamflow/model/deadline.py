"""Deadlines: how much time people have, when its clock stands still, and when it is over."""

from datetime import datetime

from msgspec import Struct


class Span(Struct, frozen=True, kw_only=True):
    """How much time there is, or a share of it."""

    count: int
    unit: str  # "business days", "days", "months" or "hours"


class Pause(Struct, frozen=True, kw_only=True):
    """A time in which a clock stands still: from `begins_at` up to `ends_at`, both aware UTC."""

    begins_at: datetime
    ends_at: datetime | None = None  # nothing: it goes on


class Due(Struct, frozen=True, kw_only=True):
    """When a deadline ends, and by which days that was counted.

    To be kept with what it is the deadline of: counted again later, by another policy or other
    tables of public holidays, it could fall on another day.
    """

    at: datetime | None  # aware UTC; nothing while the clock stands still
    calendar: str  # id of the calendar; empty for Monday to Friday, UTC
    tables: str = ""  # "holidays 0.109": whose public holidays were counted, if any were


class Milestone(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that falls due on the way to a deadline, or after it."""

    at: datetime  # aware UTC
    kind: str  # "remind", "escalate" or "expire"
    level: int = 0  # of an escalation, from 1
