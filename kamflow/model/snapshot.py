"""Everything known of an instance after so many events."""

from datetime import datetime

from msgspec import Struct


class Observation(Struct, frozen=True, array_like=True, gc=False):
    """One thing known about a subject, and who said so. `value` is canonical text."""

    value: str
    as_of: datetime  # aware UTC; when it was true
    source: str  # the system it comes from, or "manual"
    author: str  # the person or service that states it
    recorded_at: datetime  # aware UTC; when it was stored
    unit: str = ""
    evidence: str = ""


class Vote(Struct, frozen=True, kw_only=True, gc=False):
    """One approver's answer: `approve`, `reject` or `abstain`."""

    person: str
    vote: str
    at: datetime
    remark: str = ""


class OpenApproval(Struct, frozen=True, kw_only=True, gc=False):
    """A sign-off that people are asked for."""

    id: str  # "acme#17": instance and number of the event that asked
    approval: str  # id in the pack
    transition: str
    target: str
    requested_by: str
    requested_at: datetime
    remark: str = ""
    votes: tuple[Vote, ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True, gc=False):
    """An instance as its events have made it."""

    id: str  # "north/acme"; a program is its own id
    kind: str
    name: str
    parent: str | None
    workflow: str
    stage: str
    entered_at: datetime  # aware UTC
    opened_at: datetime
    pack: str  # digest under which the stage was entered
    sequence: int  # number of events
    came_from: str | None = None  # stage from which the present one was entered
    facts: dict[str, Observation] = {}
    facts_at: int = 0  # sequence of the newest event that changed a fact
    roles: dict[str, tuple[str, ...]] = {}
    approvals: dict[str, OpenApproval] = {}
    cohorts: dict[str, tuple[str, ...]] = {}  # name -> ids of the members that were frozen
    rejected: dict[str, int] = {}  # transition -> sequence of the last no
