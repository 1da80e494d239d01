"""What happened because of event rules and timers, in the past tense."""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from kamflow.model.deadline import Due
from kamflow.model.escalation import Climb
from kamflow.model.kept import KeptFinding
from kamflow.model.remark import Evidence


class EscalationRaised(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """An event rule or a timer called for attention; `values` are what its condition read."""

    id: str
    rule: str
    title: str
    severity: str
    as_of: datetime  # aware UTC; when it came true, which may be before it was recorded
    raised_at: datetime | None = None  # from when its ladder is counted; as recorded when nothing
    key: str = ""
    level: str = ""
    roles: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # roles that get to know of it, and need not answer
    evidence: tuple[str, ...] = ()
    values: dict[str, str | None] = {}
    climb: tuple[Climb, ...] = ()
    shut: tuple[str, ...] = ()
    observed: bool = False


class EscalationExtended(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """The same happened again: it was added to what is open already."""

    id: str
    evidence: tuple[str, ...]
    as_of: datetime
    observed: bool = False


class EscalationWorsened(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """It is more severe than before; others may have joined by it."""

    id: str
    severity: str
    as_of: datetime
    level: str = ""
    roles: tuple[str, ...] = ()
    climb: tuple[Climb, ...] = ()
    observed: bool = False


class EscalationClimbed(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """Further roles joined, as time went by; `climb` is what is still to come."""

    id: str
    roles: tuple[str, ...]
    due_at: datetime
    level: str = ""
    climb: tuple[Climb, ...] = ()
    shut: tuple[str, ...] = ()  # gates that are shut besides, as a timer went on


class EscalationStopped(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """Its clock stands still, as the subject is where its rule is not judged."""

    id: str
    stopped_at: datetime | None = None  # as recorded when nothing


class EscalationResumed(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """Its clock goes on."""

    id: str
    resumed_at: datetime | None = None  # as recorded when nothing
    climb: tuple[Climb, ...] = ()


class EscalationAcknowledged(
    Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False
):
    """Somebody takes care of it."""

    id: str
    remark: str = ""


class EscalationReassigned(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """It was given to a person."""

    id: str
    to: str
    reason: str


class EscalationCommented(
    Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False
):
    """Somebody said something about it, or showed something."""

    id: str
    text: str
    evidence: tuple[Evidence, ...] = ()


class EscalationResolved(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """It is over: somebody said so, or what clears it came true (by the system)."""

    id: str
    rule: str
    remark: str
    as_of: datetime
    key: str = ""
    evidence: tuple[Evidence, ...] = ()
    observed: bool = False


class NoticeGiven(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """People got to know of something that needs no answer."""

    rule: str
    title: str
    roles: tuple[str, ...]
    as_of: datetime
    key: str = ""
    mark: str = ""  # of a timer
    evidence: tuple[str, ...] = ()
    values: dict[str, str | None] = {}
    observed: bool = False


class TimerReached(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """A timer came to one of its marks."""

    timer: str
    mark: str
    since: datetime  # aware UTC; when it was started
    due_at: datetime  # of the mark
    observed: bool = False


class TimerEnded(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A timer that had come to a mark runs no longer; it may be started anew."""

    timer: str
    reason: str


class TaskGiven(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """Somebody was asked to do something; with `transition`, to consider making that."""

    id: str
    rule: str
    task: str
    title: str
    roles: tuple[str, ...] = ()
    key: str = ""
    escalation: str = ""
    transition: str = ""
    given_at: datetime | None = None  # from when its time is counted; as recorded when nothing
    due: Due | None = None


class TaskReassigned(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A task was given to a person."""

    id: str
    to: str
    reason: str


class TaskDone(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True, gc=False):
    """What was asked for is done: somebody showed it, or its condition came true."""

    id: str
    remark: str
    evidence: tuple[Evidence, ...] = ()


class TaskOverdue(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The time of a task is over."""

    id: str
    due_at: datetime


class TaskDropped(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A task is asked for no longer."""

    id: str
    reason: str


class PatternHeld(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A condition that has to last came true."""

    pattern: str
    since: datetime


class PatternBroken(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A condition that has to last does not hold any more."""

    pattern: str


class GateObserved(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A gate that is only observed would have been shut."""

    gate: str
    transition: str
    findings: tuple[KeptFinding, ...]


class MatchersDiverged(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The firing engine proposed something else than the reference finds; the reference counts."""

    rules: str  # digest of the set of rules
    proposed: tuple[str, ...]
    expected: tuple[str, ...]


OfEscalations: TypeAlias = (
    EscalationRaised
    | EscalationExtended
    | EscalationWorsened
    | EscalationClimbed
    | EscalationStopped
    | EscalationResumed
    | EscalationAcknowledged
    | EscalationReassigned
    | EscalationCommented
    | EscalationResolved
)
OfTasks: TypeAlias = TaskGiven | TaskReassigned | TaskDone | TaskOverdue | TaskDropped
OfRules: TypeAlias = (
    NoticeGiven
    | TimerReached
    | TimerEnded
    | PatternHeld
    | PatternBroken
    | GateObserved
    | MatchersDiverged
)
AlertEvent: TypeAlias = OfEscalations | OfTasks | OfRules
