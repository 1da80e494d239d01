"""Requests to the engine, in the imperative."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class Stated(Struct, frozen=True, kw_only=True, gc=False):
    """A value that somebody states for a fact; `text` is as people write it."""

    text: str
    as_of: datetime  # aware UTC
    source: str
    author: str
    unit: str = ""
    evidence: str = ""


class Request(Struct, frozen=True, kw_only=True, gc=False):
    """A command to one instance by an actor: a person, `system`, or `service:erp`."""

    actor: str


class OpenSubject(Request, frozen=True, kw_only=True, gc=False):
    """Enter a subject and begin its instance."""

    id: str
    kind: str
    name: str
    parent: str | None


class RecordFacts(Request, frozen=True, kw_only=True, gc=False):
    """Record what was observed; all values or none."""

    facts: Mapping[str, Stated]


class ReportEvent(Request, frozen=True, kw_only=True, gc=False):
    """Report that something happened in the world, at an instant that is not in the future."""

    name: str
    happened_at: datetime  # aware UTC
    payload: Mapping[str, str] = {}
    source: str = "manual"


class AssignRole(Request, frozen=True, kw_only=True, gc=False):
    """Let a person hold a role on this subject, and on what belongs to it."""

    role: str
    person: str


class EndRole(Request, frozen=True, kw_only=True, gc=False):
    """Take a role from a person."""

    role: str
    person: str


class RequestTransition(Request, frozen=True, kw_only=True, gc=False):
    """Ask for a transition by its trigger; `target` picks one where it offers several stages."""

    trigger: str
    target: str | None = None
    remark: str = ""


class CastVote(Request, frozen=True, kw_only=True, gc=False):
    """Answer an open approval: `approve`, `reject` or `abstain`."""

    approval: str
    vote: str
    remark: str = ""


Command = (
    OpenSubject | RecordFacts | ReportEvent | AssignRole | EndRole | RequestTransition | CastVote
)
