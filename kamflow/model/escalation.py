"""What is open because of event rules and timers: escalations, tasks, clocks."""

from datetime import datetime

from msgspec import Struct

from kamflow.model.deadline import Due, Pause
from kamflow.model.remark import Comment


class Climb(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who joins an escalation later, unless it is over by then."""

    at: datetime  # aware UTC
    roles: tuple[str, ...]
    level: str = ""
    acknowledged: bool = False  # joins although somebody has acknowledged it
    since: datetime | None = None  # from when that was counted ...
    wait: str = ""  # ... and how long, "5 business days"


class OpenEscalation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that was escalated and is not over; one for each rule and key."""

    id: str  # "north/acme#31": instance and number of the event that raised it
    rule: str  # id of the event rule or timer
    title: str
    severity: str
    raised_at: datetime  # aware UTC; from then on its ladder is counted
    as_of: datetime  # aware UTC; when it came true
    key: str = ""  # what the events have in common, where the rule tells them apart
    level: str = ""  # the highest one that has joined
    roles: tuple[str, ...] = ()  # all that have joined
    person: str = ""  # who has it, since it was given to somebody
    evidence: tuple[str, ...] = ()  # events, "north/acme#17"
    climb: tuple[Climb, ...] = ()  # what is still to come, in order
    stopped_at: datetime | None = None  # since then its clock stands still
    pauses: tuple[Pause, ...] = ()  # in which it stood still before
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    comments: tuple[Comment, ...] = ()
    shut: tuple[str, ...] = ()  # gates that stay shut meanwhile
    observed: bool = False  # reported, without effect


class Settled(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is over: the same is not told again without something new."""

    at: datetime  # aware UTC, as it was to be seen
    evidence: tuple[str, ...] = ()
    observed: bool = False  # and so it says nothing about what is not


class OpenTask(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What somebody is asked to do."""

    id: str  # "north/acme#32"
    rule: str  # id of the event rule or timer
    task: str  # id of the task there; empty for a proposal
    title: str
    given_at: datetime
    roles: tuple[str, ...] = ()  # any holder may do it ...
    person: str = ""  # ... or this person alone, since it was given to one
    key: str = ""
    escalation: str = ""  # to which it belongs
    transition: str = ""  # that people are asked to consider
    due: Due | None = None
    overdue: bool = False  # whether it was said that the time is over


class TimerRun(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How far a timer has come since it was started."""

    since: datetime  # aware UTC; the start by which its marks were counted
    reached: tuple[str, ...] = ()  # ids of marks


class StageClock(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The time of a stage, which stands still while the subject waits elsewhere."""

    stage: str
    began_at: datetime
    pauses: tuple[Pause, ...] = ()
