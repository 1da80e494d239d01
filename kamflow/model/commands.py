"""Requests to the engine, in the imperative."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from msgspec import Struct

from kamflow.model.remark import Evidence


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


class AssignRole(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Let a person hold a role on this subject, and on what belongs to it; perhaps for a time."""

    role: str
    person: str
    begins_at: datetime | None = None  # aware UTC
    ends_at: datetime | None = None
    function: str = ""  # for which function of the company; for all when empty


class EndRole(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Take a role from a person."""

    role: str
    person: str
    function: str = ""


class RecordAbsence(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say that a person is away, and who votes meanwhile; with `left`, that the person is gone."""

    person: str
    begins_at: datetime
    ends_at: datetime | None = None
    deputies: tuple[str, ...] = ()
    left: bool = False


class EndAbsence(Request, frozen=True, kw_only=True, gc=False):
    """Take an absence back, or end it early."""

    id: str


class GiveDelegation(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Lend the vote of a person to another one for a time."""

    person: str
    to: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    approvals: tuple[str, ...] = ()  # ids in the pack; all when empty


class EndDelegation(Request, frozen=True, kw_only=True, gc=False):
    """Lend a vote no longer."""

    id: str


class RequestTransition(Request, frozen=True, kw_only=True, gc=False):
    """Ask for a transition by its trigger; `target` picks one where it offers several stages."""

    trigger: str
    target: str | None = None
    remark: str = ""


class Promise(Struct, frozen=True, kw_only=True, gc=False):
    """A condition of a yes: what has to be done, by whom, and until when."""

    text: str
    owner: str
    due_on: date


class CastVote(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Answer an open approval: `approve`, `reject` or `abstain`."""

    approval: str
    vote: str
    remark: str = ""
    principal: str = ""  # in whose place; found out when empty
    conditions: tuple[Promise, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Comment(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say something about an open approval, or show something."""

    approval: str
    text: str
    evidence: tuple[Evidence, ...] = ()


class ReturnRequest(Request, frozen=True, kw_only=True, gc=False):
    """Send a request back to who asked, with a question; its clock stands still."""

    approval: str
    question: str


class ResumeRequest(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Answer the question with which a request was sent back."""

    approval: str
    answer: str
    evidence: tuple[Evidence, ...] = ()


class WithdrawRequest(Request, frozen=True, kw_only=True, gc=False):
    """Take a request back."""

    approval: str
    reason: str


class Remind(Request, frozen=True, kw_only=True, gc=False):
    """Remind those who have not voted."""

    approval: str


class Reassign(Request, frozen=True, kw_only=True, gc=False):
    """Let somebody else vote in the place of a person."""

    approval: str
    person: str
    to: str
    reason: str


class SettleCondition(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say that what a conditional yes asked for is done."""

    condition: str
    remark: str
    evidence: tuple[Evidence, ...] = ()


class RequestWaiver(Request, frozen=True, kw_only=True, gc=False):
    """Ask that a criterion does not keep its gate shut for a time."""

    criterion: str
    owner: str
    reason: str
    ends_on: date


class EndWaiver(Request, frozen=True, kw_only=True, gc=False):
    """End a waiver before its last day."""

    criterion: str
    reason: str


class BreakGlass(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Ask for a transition past gate and approval; a second person has to confirm by a vote."""

    trigger: str
    reason: str
    target: str | None = None


class CallIn(Request, frozen=True, kw_only=True, gc=False):
    """Turn an automatic yes into a decision of people."""

    decision: str  # "acme#17"
    reason: str


class LodgeAppeal(Request, frozen=True, kw_only=True, gc=False):
    """Ask others to look at a decision again."""

    decision: str
    reason: str


class CloseReview(Request, frozen=True, kw_only=True, gc=False):
    """Answer a review: `confirm` or `object`."""

    review: str
    answer: str
    remark: str


class Turn(Request, frozen=True, kw_only=True, gc=False):
    """Do what has fallen due, and look whether open requests can still be decided.

    The engine's own command, by the actor `system`.
    """

    touched: tuple[str, ...] = ()  # what happened above or below: names that rules may read


class AcknowledgeEscalation(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say that one takes care of an escalation; its climb ends."""

    escalation: str  # "acme#31"
    remark: str = ""


class ReassignEscalation(Request, frozen=True, kw_only=True, gc=False):
    """Give an escalation to a person."""

    escalation: str
    to: str
    reason: str


class CommentEscalation(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say something about an escalation, or show something."""

    escalation: str
    text: str
    evidence: tuple[Evidence, ...] = ()


class ResolveEscalation(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say that an escalation is over."""

    escalation: str
    remark: str
    evidence: tuple[Evidence, ...] = ()


class CompleteTask(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Say, and show, that a task is done."""

    task: str  # "acme#32"
    remark: str
    evidence: tuple[Evidence, ...] = ()


class ReassignTask(Request, frozen=True, kw_only=True, gc=False):
    """Give a task to a person."""

    task: str
    to: str
    reason: str


StaffCommand: TypeAlias = (  # who is there, and who stands in
    AssignRole | EndRole | RecordAbsence | EndAbsence | GiveDelegation | EndDelegation
)
OpenCommand: TypeAlias = (  # about a request that is open
    CastVote | Comment | ReturnRequest | ResumeRequest | WithdrawRequest | Remind | Reassign
)
WaiverCommand: TypeAlias = RequestWaiver | EndWaiver
RevisionCommand: TypeAlias = BreakGlass | CallIn | LodgeAppeal | CloseReview
AlertCommand: TypeAlias = (  # about an escalation or a task that is open
    AcknowledgeEscalation | ReassignEscalation | CommentEscalation | ResolveEscalation
    | CompleteTask | ReassignTask
)  # fmt: skip

Command = (
    OpenSubject
    | RecordFacts
    | ReportEvent
    | RequestTransition
    | StaffCommand
    | OpenCommand
    | SettleCondition
    | WaiverCommand
    | RevisionCommand
    | AlertCommand
    | Turn
)
