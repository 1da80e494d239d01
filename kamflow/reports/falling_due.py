"""What falls due for a subject by the clock, as far as it is known today."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.days import over
from kamflow.engine.escalations.timers import upcoming
from kamflow.engine.overdue import end_of
from kamflow.engine.view import View
from kamflow.model.decision import Schedule
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot


class DueItem(Struct, frozen=True, kw_only=True):
    """Something that time alone brings about."""

    subject: str
    at: datetime  # aware UTC
    kind: str  # "remind", "escalate", "expire", "waiver", "condition", "review", "lapse",
    # "role", "absence", "delegation", "climb", "task", "timer", "rule", "region"
    about: str  # id of what it is about: a request, a criterion, a task, a timer ...
    text: str


def falling_due(compiled: CompiledPack, view: View, schedule: Schedule) -> Iterator[DueItem]:
    """Yield what is known to fall due for a subject, in no order.

    Of a timer these are all marks to come. Of a rule or a region it is the first instant alone, at
    which it is looked at: what comes of that depends on what is known by then.
    """
    snapshot = view.snapshot
    found = (*_of_requests(snapshot), *_until(snapshot), *_owed(snapshot), *_of_people(snapshot))
    timed = (*_marks(compiled, view), *_planned(compiled.pack, schedule))
    for at, kind, about, text in (*found, *_of_alerts(snapshot), *timed):
        yield DueItem(subject=snapshot.id, at=at, kind=kind, about=about, text=text)


_Told = tuple[datetime, str, str, str]

_REQUESTS = {
    "remind": "those who have not voted are reminded",
    "escalate": "others may decide as well",
    "expire": "the request expires",
}


def _of_requests(snapshot: Snapshot) -> Iterator[_Told]:
    for open_one in snapshot.approvals.values():
        for milestone in open_one.schedule:
            yield milestone.at, milestone.kind, open_one.id, _REQUESTS[milestone.kind]


def _until(snapshot: Snapshot) -> Iterator[_Told]:
    for criterion, waiver in snapshot.waivers.items():
        if (end := over(waiver.ends_on)) is not None:
            yield end, "waiver", criterion, f"the waiver of {criterion} ends"
    for fact, last_day in snapshot.lapses.items():
        if (end := over(last_day)) is not None:
            yield end, "lapse", fact, f"`{fact}` holds no longer"


def _owed(snapshot: Snapshot) -> Iterator[_Told]:
    for condition in snapshot.conditions.values():
        if not condition.overdue and (end := end_of(condition)) is not None:
            yield end, "condition", condition.id, f"`{condition.text}` is overdue"
    for review in snapshot.reviews.values():
        if not review.overdue and (end := end_of(review)) is not None:
            yield end, "review", review.id, "the review is overdue"


def _of_people(snapshot: Snapshot) -> Iterator[_Told]:
    for term in snapshot.terms:
        about, what = term.role, f"`{term.person}` as {term.role}"
        yield from _ends(snapshot, (term.begins_at, term.ends_at), "role", about, what)
    for away in snapshot.absences:
        about, what = away.id, f"the absence of `{away.person}`"
        yield from _ends(snapshot, (away.begins_at, away.ends_at), "absence", about, what)
    for lent in snapshot.delegations:
        about, what = lent.id, f"the vote of `{lent.person}`, lent to `{lent.to}`"
        yield from _ends(snapshot, (lent.begins_at, lent.ends_at), "delegation", about, what)


def _ends(
    snapshot: Snapshot,
    period: tuple[datetime | None, datetime | None],
    kind: str,
    about: str,
    what: str,
) -> Iterator[_Told]:
    """Yield the beginning and the end of a period, unless they have been seen."""
    for at, happens in zip(period, ("begins", "ends"), strict=True):
        if at is not None and (snapshot.turned_at is None or at > snapshot.turned_at):
            yield at, kind, about, f"{what} {happens}"


def _of_alerts(snapshot: Snapshot) -> Iterator[_Told]:
    for open_one in snapshot.escalations.values():
        if open_one.stopped_at is None:
            for climb in open_one.climb:
                if climb.acknowledged or not open_one.acknowledged_by:
                    joins = "joins" if len(climb.roles) == 1 else "join"
                    text = f"{', '.join(climb.roles)} {joins}: {open_one.title}"
                    yield climb.at, "climb", open_one.id, text
    for task in snapshot.tasks.values():
        if task.due is not None and task.due.at is not None and not task.overdue:
            yield task.due.at, "task", task.id, f"`{task.title}` is overdue"


def _marks(compiled: CompiledPack, view: View) -> Iterator[_Told]:
    for coming in upcoming(compiled, view):
        timer = compiled.pack.timers[coming.timer]
        titles = {mark.id: mark.title or timer.title for mark in timer.marks}
        for mark, at, reached in coming.marks:
            if not reached:
                yield at, "timer", f"{timer.id} {mark}", titles[mark]


def _planned(pack: Pack, schedule: Schedule) -> Iterator[_Told]:
    for identity, seconds in schedule.items():
        at, name = datetime.fromtimestamp(seconds, UTC), identity.partition("/")[0]
        if name in pack.timers or identity.startswith("task "):
            continue  # marks and tasks are told by themselves
        region, rule = pack.regions.get(name), pack.rules.get(name)
        kind, found = ("rule", rule) if region is None else ("region", region)
        yield at, kind, identity, f"{found.title if found else 'all rules'}: looked at again"
