"""What comes of an open request while nobody decides, and when: in instants and in local days."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.engine.calendars import WITHOUT, WorkCalendar, work_calendar
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.deadlines import last_day
from kamflow.engine.people import holders
from kamflow.engine.view import View
from kamflow.model.approval import Approval
from kamflow.model.deadline import Due, Milestone
from kamflow.model.pack import Pack
from kamflow.model.snapshot import OpenApproval


class Coming(Struct, frozen=True, kw_only=True):
    """Something that the clock does to a request unless it is decided before."""

    at: datetime  # aware UTC
    on: date  # the last local day on which people can keep it from happening
    kind: str  # "remind", "escalate" or "expire"
    text: str
    roles: tuple[str, ...] = ()  # who join
    people: tuple[str, ...] = ()  # who hold those roles now
    done: bool = False


def calendar_of(pack: Pack, due: Due | None) -> WorkCalendar:
    """Return the calendar by which a deadline was counted; a policy may have dropped it since."""
    return work_calendar(pack.calendars.get(due.calendar, WITHOUT) if due else WITHOUT)


def coming(
    compiled: CompiledPack, view: View, approval: Approval, open_one: OpenApproval
) -> Iterator[Coming]:
    """Yield what the clock will do to an open request, in order."""
    calendar = calendar_of(compiled.pack, open_one.due)
    for item in open_one.schedule:
        roles = joining(approval, item)
        people: set[str] = set()
        for role in roles:
            people |= holders(compiled.pack, view, role)
        text = _text(item, roles, sorted(people), open_one.purpose)
        yield told(calendar, item, text, roles=roles, people=tuple(sorted(people)))


def joining(approval: Approval, item: Milestone) -> tuple[str, ...]:
    """Return the roles that a milestone lets join."""
    return approval.escalate_to[item.level - 1 : item.level] if item.kind == "escalate" else ()


def told(
    calendar: WorkCalendar,
    item: Milestone,
    text: str,
    *,
    roles: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
    done: bool = False,
) -> Coming:
    """Return a milestone with the day that it leaves to people."""
    return Coming(
        at=item.at,
        on=last_day(calendar, item.at),
        kind=item.kind,
        text=text,
        roles=roles,
        people=people,
        done=done,
    )


def _text(item: Milestone, roles: tuple[str, ...], people: list[str], purpose: str) -> str:
    if item.kind == "remind":
        return "those who have not voted are reminded"
    if item.kind == "expire":
        follows = {
            "call_in": "it expires, and what was approved automatically is undone",
            "appeal": "it expires, and the decision stands",
        }
        return follows.get(purpose, "it expires, which is no yes")
    who = ", ".join(people) or "nobody holds the role"
    return f"{', '.join(roles) or f'level {item.level}'} ({who}) may decide as well"
