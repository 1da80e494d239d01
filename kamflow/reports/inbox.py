"""What waits for a person's vote."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from kamflow.engine.approvals import electorate
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import View
from kamflow.model.approval import Approval


class InboxItem(Struct, frozen=True, kw_only=True):
    """One approval that waits for votes; `waiting_for` are the people who have not voted."""

    id: str
    approval: str
    title: str
    subject: str
    name: str
    transition: str
    trigger: str
    target: str
    requested_by: str
    requested_at: datetime
    waiting_days: int
    deadline: str
    remark: str
    reason: str
    votes: dict[str, str]
    waiting_for: tuple[str, ...]


def inbox_items(compiled: CompiledPack, view: View) -> Iterable[InboxItem]:
    """Yield what waits for votes on one subject."""
    pack, snapshot = compiled.pack, view.snapshot
    for item in snapshot.approvals.values():
        approval = pack.approvals[item.approval]
        who = electorate(compiled, approval, view, item.requested_by)
        votes = {vote.person: vote.vote for vote in item.votes}
        workflow = pack.workflows[snapshot.workflow]
        triggers = {transition.id: transition.trigger for transition in workflow.transitions}
        yield InboxItem(
            id=item.id,
            approval=approval.id,
            title=approval.title,
            subject=snapshot.id,
            name=snapshot.name,
            transition=item.transition,
            trigger=triggers[item.transition],
            target=item.target,
            requested_by=item.requested_by,
            requested_at=item.requested_at,
            waiting_days=view.day - item.requested_at.toordinal(),
            deadline=approval.deadline,
            remark=item.remark,
            reason=_reason(compiled, view, approval, item.transition),
            votes=votes,
            waiting_for=tuple(sorted(who.people - votes.keys())),
        )


def _reason(compiled: CompiledPack, view: View, approval: Approval, transition: str) -> str:
    """Return why people are asked: the table row that sent the approval to them."""
    workflow = compiled.pack.workflows[view.snapshot.workflow]
    item = next(found for found in workflow.transitions if found.id == transition)
    route = compiled.pack.approvals[item.approval].route if item.approval else None
    asked = f"{route or ''} {approval.auto_when.text if approval.auto_when else ''}"
    rows = [view[name].row for name in compiled.pack.tables if f"{name}." in asked]
    return "; ".join(f"row {row.id}: {row.why}" for row in rows if row is not None)
