"""What a policy says of time and events: event rules, timers, escalation ladders, regions."""

from collections.abc import Iterator

from msgspec import Struct

from kamflow.model.approval import Amount
from kamflow.model.expression import Condition
from kamflow.model.setting import Setting

SEVERITIES = ("info", "low", "medium", "high", "critical")  # from what is told once to the worst
OF_STAGE = "sla"  # a timer is due when the time of its stage is over


class Level(Struct, frozen=True, kw_only=True):
    """One level of the ladder that escalations climb."""

    id: str  # "L2"
    roles: tuple[str, ...]
    wait: str = ""  # "5 business days": time to acknowledge before the next level joins


class Escalating(Struct, frozen=True, kw_only=True):
    """What holds for all escalations."""

    levels: tuple[Level, ...] = ()  # from the lowest to the highest
    start: dict[str, str] = {}  # severity -> level at which it starts at least
    cooldown: str = ""  # "7 days": time after the end in which the same is not escalated again
    late: str = ""  # "7 days": events that come later are kept, but not correlated


class Rung(Struct, frozen=True, kw_only=True):
    """Who joins an escalation: at once, or so long after it was raised while it is open."""

    level: str = ""  # id of a level ...
    roles: tuple[str, ...] = ()  # ... or roles of their own
    after: str = ""  # "14 days", "P.x days", "5 business days"; empty: at once


class Grade(Struct, frozen=True, kw_only=True):
    """Another severity while a condition is met."""

    severity: str
    when: Condition
    to: tuple[Rung, ...] = ()  # who joins by it besides


class TaskRule(Struct, frozen=True, kw_only=True):
    """What a rule or timer asks somebody to do."""

    id: str
    title: str
    roles: tuple[str, ...]  # any holder may do it
    within: str = ""  # "14 days", "10 business days"; no due date when empty
    done_when: Condition | None = None  # then it is done by itself; else somebody shows evidence


class Effects(Struct, frozen=True, kw_only=True):
    """What follows when a rule fires or a timer comes to a mark."""

    tell: tuple[str, ...] = ()  # roles that get to know, besides those of the ladder
    tasks: tuple[TaskRule, ...] = ()
    propose: tuple[str, ...] = ()  # transitions that people are asked to consider
    request: str = ""  # transition that the engine asks for; one with an approval by people
    shut: tuple[str, ...] = ()  # gates that are shut while the escalation is open
    set: tuple[Setting, ...] = ()  # facts


class Item(Struct, frozen=True, kw_only=True):
    """One of the events that have to come together."""

    id: str
    event: str
    where: Condition | None = None  # reads what the event carries as `event.x`


class Together(Struct, frozen=True, kw_only=True):
    """Events in any order, no two of them further apart than `within`."""

    within: str  # "60 days", "P.x days"
    items: tuple[Item, ...]  # two to four


class Each(Struct, frozen=True, kw_only=True):
    """An escalation for each value that events carry; conditions read the value as `key`."""

    event: str
    field: str


class EventRule(Struct, frozen=True, kw_only=True):
    """What is called for when something comes true by what happened, or by time alone."""

    id: str
    title: str
    kind: str
    when: Condition | None = None  # with `together`, both have to hold
    lasting: str = ""  # "14 days": so long `when` has to hold without a break
    together: Together | None = None
    each: Each | None = None
    stages: tuple[str, ...] = ()  # in which it is judged; in all when empty
    severity: str = "medium"
    grades: tuple[Grade, ...] = ()
    to: tuple[Rung, ...] = ()
    effects: Effects | None = None
    clears_when: Condition | None = None
    clears_lasting: str = ""
    cooldown: str = ""
    observe: bool | None = None  # judged and reported, without effect
    why: str = ""
    source: str = ""


class Mark(Struct, frozen=True, kw_only=True):
    """Something on the way of a timer: before its end, at it, or after it."""

    id: str
    percent: Amount | None = None  # of the time; at the end when neither is given
    offset: str = ""  # "-30 days" or "+30 days" from the end
    title: str = ""
    severity: str = ""  # with it an escalation is raised, or climbs
    to: tuple[Rung, ...] = ()
    effects: Effects | None = None


class Timer(Struct, frozen=True, kw_only=True):
    """A time that runs from entering a stage or from a date, with what happens on its way."""

    id: str
    title: str
    kind: str
    due: str  # "14 days", "P.x months", "P.y business days", "24 hours", or "sla" of the stage
    since: Condition | None = None  # a date; the entering of the stage when there is none
    stages: tuple[str, ...] = ()  # in which it runs; in all when empty
    unless: Condition | None = None  # it does not run while this is met
    marks: tuple[Mark, ...] = ()
    observe: bool | None = None
    why: str = ""
    source: str = ""


def effects_of(item: EventRule | Timer) -> Iterator[Effects]:
    """Yield what follows from an event rule, or from a timer on its way, mark by mark."""
    found = (item.effects,) if isinstance(item, EventRule) else (i.effects for i in item.marks)
    return (effects for effects in found if effects is not None)


class RegionMove(Struct, frozen=True, kw_only=True):
    """A way from states of a region to another one."""

    id: str
    sources: tuple[str, ...]
    target: str
    when: Condition
    lasting: str = ""


class Region(Struct, frozen=True, kw_only=True):
    """States beside the stage, such as health; the engine keeps the state in a fact.

    Of several moves that are open, the one to the state that stands last among the values wins.
    """

    id: str
    title: str
    kind: str
    fact: str  # a choice; its values from the best to the worst
    moves: tuple[RegionMove, ...]


class Notice(Struct, frozen=True, kw_only=True):
    """The text of messages about one type of event; Jinja2, rendered in a sandbox."""

    type: str  # of the CloudEvent, "kamflow.escalation.raised"
    title: str
    body: str
    urgent: bool | None = None  # is not held back by digests or quiet hours


class Notifying(Struct, frozen=True, kw_only=True):
    """When people hear of what concerns them."""

    quiet_from: str = ""  # "19:00" where the calendar of the subject is
    quiet_to: str = ""  # "07:00"
    digest: str = ""  # "daily at 08:00" or "hourly"; at once when empty
    notices: tuple[Notice, ...] = ()
