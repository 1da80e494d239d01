"""What happened, in the past tense, appended for ever."""

from datetime import date, datetime

from msgspec import Struct

from kamflow.model.deadline import Due, Milestone
from kamflow.model.escalated import AlertEvent
from kamflow.model.kept import KeptFinding
from kamflow.model.overdue import ConditionOverdue, ReviewOverdue
from kamflow.model.remark import Evidence
from kamflow.model.snapshot import Observation, OpenCondition, WaiverAsked
from kamflow.model.stalled import ApprovalStalled, ApprovalUnstalled


class Happening(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something that happened to one instance."""


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """What stood under a name and what stands there now, as canonical text; nothing: unknown."""

    before: str | None
    after: str | None


class SubjectOpened(Happening, frozen=True, kw_only=True, gc=False):
    """A subject was entered and its instance began."""

    subject: str
    kind: str
    name: str
    parent: str | None
    workflow: str
    stage: str


class FactsRecorded(Happening, frozen=True, kw_only=True, gc=False):
    """Values were observed; `forgotten` names facts that have no value any more."""

    facts: dict[str, Observation]
    forgotten: tuple[str, ...] = ()


class LapseScheduled(Happening, frozen=True, kw_only=True, gc=False):
    """A fact that its stage keeps holds until the end of a day, UTC."""

    fact: str
    last_day: date


class FactLapsed(Happening, frozen=True, kw_only=True, gc=False):
    """The last day of a fact that its stage keeps is over."""

    fact: str


class PlaceOffered(Happening, frozen=True, kw_only=True, gc=False):
    """A place is free, and of all who wait and could take it this subject comes first."""

    trigger: str
    rank: int  # among all who wait; those before it could not take the place
    waiting: int
    order: dict[str, str | None]  # expression -> what it came to; nothing: unknown
    since: datetime  # aware UTC; it waits from then on


class EventReported(Happening, frozen=True, kw_only=True, gc=False):
    """Something in the world was reported; `name` stands in the policy, values are text."""

    name: str
    happened_at: datetime  # aware UTC; event time
    payload: dict[str, str] = {}
    source: str = ""
    late: bool = False  # it came too late to be correlated


class CohortFrozen(Happening, frozen=True, kw_only=True, gc=False):
    """The members of a set at this moment were kept under a name."""

    cohort: str
    members: tuple[str, ...]  # ids


class RoleAssigned(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person holds a role here: from now on for good, or for a time, or for one function."""

    role: str
    person: str
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    function: str = ""


class RoleEnded(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person holds a role here no longer; for one function, where it was held for that."""

    role: str
    person: str
    function: str = ""


class AbsenceRecorded(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person is away for a time, or has left for good."""

    id: str
    person: str
    begins_at: datetime
    ends_at: datetime | None = None
    deputies: tuple[str, ...] = ()
    left: bool = False


class AbsenceEnded(Happening, frozen=True, kw_only=True, gc=False):
    """An absence was taken back or cut short."""

    id: str


class DelegationGiven(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person lent a vote to somebody for a time."""

    id: str
    person: str
    to: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    approvals: tuple[str, ...] = ()


class DelegationEnded(Happening, frozen=True, kw_only=True, gc=False):
    """A vote is lent no longer."""

    id: str
    reason: str = ""


class PeriodsTurned(Happening, frozen=True, kw_only=True, gc=False):
    """Terms, absences or delegations have begun or ended by the clock, up to an instant."""

    until: datetime


class ApprovalRequested(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """People were asked to sign off a transition whose gate is met, a waiver, a decision again."""

    id: str
    approval: str
    transition: str
    target: str
    remark: str = ""
    findings: tuple[KeptFinding, ...] = ()
    purpose: str = ""
    about: str = ""
    waiver: WaiverAsked | None = None
    bound: dict[str, str | None] = {}
    due: Due | None = None
    schedule: tuple[Milestone, ...] = ()


class ApprovalReevaluated(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Facts changed under an open request: it was judged again, and votes are to be cast anew."""

    id: str
    approval: str  # which may be another one now
    changed: dict[str, Change]
    findings: tuple[KeptFinding, ...] = ()
    bound: dict[str, str | None] = {}
    due: Due | None = None
    schedule: tuple[Milestone, ...] = ()


class ApprovalReturned(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A voter sent the request back for more information; its clock stands still.

    `schedule` says when it expires unless it is answered.
    """

    id: str
    question: str
    schedule: tuple[Milestone, ...] = ()


class ApprovalResumed(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who asked answered; people vote anew on the facts as they are now."""

    id: str
    answer: str
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[KeptFinding, ...] = ()
    bound: dict[str, str | None] = {}
    due: Due | None = None
    schedule: tuple[Milestone, ...] = ()


class ApprovalCommented(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody said something about an open request, or showed something."""

    id: str
    text: str
    evidence: tuple[Evidence, ...] = ()


class ApprovalReminded(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Those who have not voted were reminded: by the clock (`due_at`), or by a person."""

    id: str
    people: tuple[str, ...]
    due_at: datetime | None = None


class ApprovalEscalated(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The next level joins: time is over (`due_at`), or too few are left who may vote."""

    id: str
    level: int
    roles: tuple[str, ...]
    people: tuple[str, ...]
    reason: str
    due_at: datetime | None = None


class ApprovalReassigned(Happening, frozen=True, kw_only=True, gc=False):
    """Somebody else votes in the place of a person."""

    id: str
    person: str
    to: str
    reason: str


class VoteCast(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person answered; with `principal`, in the place of that person."""

    id: str
    vote: str
    remark: str = ""
    principal: str = ""
    step: int = 0  # place of the step in the approval
    conditions: tuple[OpenCondition, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ApprovalDecided(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A sign-off was given or refused. `automatic`: by a condition of the pack, not by people.

    A yes with `conditions` keeps the next gate shut until they are met.
    """

    id: str
    approval: str
    transition: str
    approved: bool
    automatic: bool = False
    reason: str = ""
    findings: tuple[KeptFinding, ...] = ()
    conditions: tuple[OpenCondition, ...] = ()
    revisable: str = ""  # "call_in" or "appeal"
    revisable_until: datetime | None = None


class ApprovalWithdrawn(Happening, frozen=True, kw_only=True, gc=False):
    """A sign-off is not asked for any more: taken back, or its gate shut, or its stage left."""

    id: str
    reason: str


class ApprovalExpired(Happening, frozen=True, kw_only=True, gc=False):
    """Time ran out without a decision, which is no yes; it can be asked for again."""

    id: str
    approval: str
    transition: str
    due_at: datetime


class ConditionMet(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a conditional yes asked for is done."""

    id: str
    remark: str
    evidence: tuple[Evidence, ...] = ()


class WaiverGranted(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A criterion does not keep its gate shut until the end of a day, UTC."""

    id: str
    gate: str
    criterion: str
    owner: str
    reason: str
    ends_on: date
    asked_by: str = ""


class WaiverEnded(Happening, frozen=True, kw_only=True, gc=False):
    """A waiver holds no more: its last day is over, or somebody ended it."""

    criterion: str
    reason: str


class ReviewOpened(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody has to look at a decision afterwards."""

    id: str
    kind: str
    roles: tuple[str, ...]
    people: tuple[str, ...] = ()
    due: Due | None = None


class ReviewClosed(Happening, frozen=True, kw_only=True, gc=False):
    """Somebody looked at it: `confirmed` or `objected`."""

    id: str
    answer: str
    remark: str


class GlassBroken(Happening, frozen=True, kw_only=True, gc=False):
    """Two people made a transition past gate and approval."""

    id: str
    transition: str
    asked_by: str
    confirmed_by: str
    reason: str


class StageEntered(Happening, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A transition was made. `stage` equals `left` when the stage was not left.

    `barred` is the transition that people have undone by it: no other facts, no other answer.
    """

    transition: str
    trigger: str
    left: str
    stage: str
    remark: str = ""
    findings: tuple[KeptFinding, ...] = ()
    barred: str = ""
    waits: bool = False  # in the stage that was entered the clock of the one before stands still
    since: datetime | None = None  # from when the stage counts, where that is not as recorded


class CommandRefused(Happening, frozen=True, kw_only=True, gc=False):
    """A command was refused; it changed nothing else."""

    command: str
    reasons: tuple[str, ...]
    transition: str = ""
    findings: tuple[KeptFinding, ...] = ()
    unchanged: bool = False  # people had said no to the same, on the same facts


Event = (
    SubjectOpened | FactsRecorded | LapseScheduled | FactLapsed | PlaceOffered | EventReported
    | CohortFrozen | RoleAssigned | RoleEnded | AbsenceRecorded | AbsenceEnded | DelegationGiven
    | DelegationEnded | PeriodsTurned | ApprovalRequested | ApprovalReevaluated
    | ApprovalReturned | ApprovalResumed | ApprovalCommented | ApprovalReminded
    | ApprovalEscalated | ApprovalStalled | ApprovalUnstalled | ApprovalReassigned | VoteCast
    | ApprovalDecided | ApprovalWithdrawn | ApprovalExpired | ConditionMet | ConditionOverdue
    | WaiverGranted | WaiverEnded | ReviewOpened | ReviewOverdue | ReviewClosed | GlassBroken
    | StageEntered | CommandRefused | AlertEvent
)  # fmt: skip


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event in its place in the history of an instance."""

    instance: str
    sequence: int  # from 1
    at: datetime  # aware UTC; when the command was decided
    actor: str
    pack: str  # digest of the policy that decided
    event: Event
    cause: int | None = None  # sequence of the event of the same decision that set it off
