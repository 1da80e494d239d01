"""Everything known of an instance after so many events.

What has its default is not stored, so that a field added later leaves stored snapshots as they are.
"""

from datetime import date, datetime

from msgspec import Struct

from kamflow.model.deadline import Due, Milestone, Pause
from kamflow.model.escalation import OpenEscalation, OpenTask, Settled, StageClock, TimerRun
from kamflow.model.pack import Gate, Pack
from kamflow.model.remark import Comment


class Observation(Struct, frozen=True, array_like=True, gc=False):
    """One thing known about a subject, and who said so. `value` is canonical text."""

    value: str
    as_of: datetime  # aware UTC; when it was true
    source: str  # the system it comes from, or "manual"
    author: str  # the person or service that states it
    recorded_at: datetime  # aware UTC; when it was stored
    unit: str = ""
    evidence: str = ""


class OpenCondition(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that has to be done after a conditional yes; until then the next gate is shut."""

    id: str  # "acme#23.1"
    text: str
    owner: str
    due_on: date
    overdue: bool = False  # whether it was said that the day is over


class Vote(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One approver's answer: `approve`, `reject` or `abstain`."""

    person: str  # who cast it
    vote: str
    at: datetime
    remark: str = ""
    principal: str = ""  # for whom, when a deputy or delegate cast it
    step: int = 0  # place of the step in the approval
    conditions: tuple[OpenCondition, ...] = ()

    @property
    def of(self) -> str:
        """Whose vote it is."""
        return self.principal or self.person


class WaiverAsked(Struct, frozen=True, kw_only=True, gc=False):
    """What an approval of a waiver is about."""

    gate: str
    criterion: str
    owner: str
    reason: str
    ends_on: date


class OpenApproval(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A sign-off that people are asked for."""

    id: str  # "acme#17": instance and number of the event that asked
    approval: str  # id in the pack
    transition: str  # empty for a waiver
    target: str
    requested_by: str
    requested_at: datetime
    remark: str = ""
    votes: tuple[Vote, ...] = ()
    purpose: str = ""  # "" for a transition, else "waiver", "call_in", "appeal", "break_glass"
    about: str = ""  # the decision that is called in or appealed against
    waiver: WaiverAsked | None = None
    bound: dict[str, str | None] = {}  # what `must` criteria read when it was asked; name -> text
    due: Due | None = None
    schedule: tuple[Milestone, ...] = ()  # what is still to fall due, in order
    level: int = 0  # how often it was escalated; who is on a level may sit in for the silent
    rounds: int = 0  # how often it was judged again
    returns: int = 0  # how often it was sent back
    returned_at: datetime | None = None  # while it is with who asked
    pauses: tuple[Pause, ...] = ()  # in which it was with who asked before
    counted_from: datetime | None = None  # when its time began, where that is not `requested_at`
    question: str = ""  # what was asked when it was sent back
    seats: dict[str, str] = {}  # person -> who has the seat instead, since it was reassigned
    comments: tuple[Comment, ...] = ()
    stalled: str = ""  # why nobody can decide it for now, if so
    stalled_until: datetime | None = None  # people are back then


class Term(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A role that a person holds for a time, or for one function."""

    role: str
    person: str
    begins_at: datetime | None = None
    ends_at: datetime | None = None  # the first instant at which it is held no longer
    function: str = ""


class Absence(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A time in which a person is away, with those who vote meanwhile."""

    id: str
    person: str
    begins_at: datetime
    ends_at: datetime | None = None  # nothing: for good
    deputies: tuple[str, ...] = ()
    left: bool = False  # the company: holds no role any more and stands in for nobody


class Delegation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A vote lent to somebody else for a time."""

    id: str
    person: str  # whose vote it is
    to: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    approvals: tuple[str, ...] = ()  # ids in the pack; all when empty


class Waiver(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A criterion that does not keep its gate shut for a time."""

    id: str
    gate: str
    criterion: str
    owner: str
    reason: str
    ends_on: date  # the last day on which it holds, UTC
    asked_by: str = ""


class Revisable(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A decision that can still be called in, or appealed against."""

    id: str
    approval: str
    transition: str
    kind: str  # "call_in" or "appeal"
    until: datetime


class OpenReview(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that has to be looked at afterwards: a sampled automatic yes, a broken glass."""

    id: str  # of the decision
    kind: str  # "spot_check" or "break_glass"
    roles: tuple[str, ...]
    people: tuple[str, ...] = ()  # who must not review it, as they took part
    due: Due | None = None
    overdue: bool = False  # whether it was said that the time is over


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    lapses: dict[str, date] = {}  # fact that its stage keeps -> the last day on which it holds
    roles: dict[str, tuple[str, ...]] = {}  # held for good and for all functions
    terms: tuple[Term, ...] = ()  # held for a time, or for one function
    absences: tuple[Absence, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    turned_at: datetime | None = None  # up to here the ends and beginnings of those have been seen
    approvals: dict[str, OpenApproval] = {}
    cohorts: dict[str, tuple[str, ...]] = {}  # name -> ids of the members that were frozen
    rejected: dict[str, int] = {}  # transition -> sequence of the last no, in this stage
    barred: dict[str, int] = {}  # the same for what people have undone, in whatever stage
    conditions: dict[str, OpenCondition] = {}
    waivers: dict[str, Waiver] = {}  # criterion -> the waiver that holds
    revisable: dict[str, Revisable] = {}
    reviews: dict[str, OpenReview] = {}
    escalations: dict[str, OpenEscalation] = {}  # by id
    settled: dict[str, Settled] = {}  # what was escalated or told and is over, "E-01" or "E-21:it"
    tasks: dict[str, OpenTask] = {}  # by id
    timers: dict[str, TimerRun] = {}  # timer -> how far it has come
    lasting: dict[str, datetime] = {}  # pattern that has to last -> since when it has held
    clock: StageClock | None = None  # of the stage, where it is not that of `entered_at` alone
    interrupted: StageClock | None = None  # of the stage left, while the subject waits
    unchanged: int = 0  # how often the same was asked for again since people said no

    def waived(self, gate: Gate, today: date) -> dict[str, Waiver]:
        """Return the waivers of criteria of a gate that hold on a day, by criterion.

        The gate is that of the policy by which is judged: one that lets a criterion be waived no
        longer takes no notice of a waiver from before.
        """
        bearing = gate.bearing_waiver
        return {
            key: item
            for key, item in self.waivers.items()
            if item.gate == gate.id and item.ends_on >= today and key in bearing
        }

    def waivers_under(self, pack: Pack, today: date) -> tuple[Waiver, ...]:
        """Return all waivers that hold on a day and mean something under a policy."""
        if not self.waivers:
            return ()
        gates = (gate for gate in pack.gates.values() if gate.kind == self.kind)
        held = {key for gate in gates for key in self.waived(gate, today)}
        return tuple(item for key, item in self.waivers.items() if key in held)
