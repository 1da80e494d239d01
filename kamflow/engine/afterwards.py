"""What stays open after a decision: until when it may be looked at again, and who samples it."""

from datetime import datetime
from hashlib import sha256

from kamflow.engine.deadlines import due, read_span
from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM, holders
from kamflow.model.approval import Approval
from kamflow.model.deadline import Due
from kamflow.model.events import ApprovalDecided, ReviewOpened


def revisable(
    draft: Draft, approval: Approval, identity: str, *, automatic: bool, approved: bool
) -> tuple[str, datetime | None]:
    """Return how a decision may be looked at again, and until when.

    An automatic yes can be called in where the policy says so; any other decision of an approval
    with an appeal can be appealed against. One that came of an appeal or a call-in itself can not:
    each decision is looked at again once.
    """
    open_one = draft.snapshot.approvals.get(identity)
    if open_one is not None and open_one.purpose:
        return "", None
    if automatic and approved and approval.call_in is not None:
        return "call_in", within(draft, approval.call_in.within).at
    if approval.appeal is not None:
        return "appeal", within(draft, approval.appeal.within).at
    return "", None


def sampled(draft: Draft, decided: ApprovalDecided) -> None:
    """Open a review when an automatic yes is drawn.

    The draw hangs on the id of the decision and on the policy alone, so it comes out the same
    whenever the decision is made again.
    """
    approval = draft.compiled.pack.approvals[decided.approval]
    check = approval.spot_check
    if check is None or not is_drawn(decided.id, draft.compiled.pack.digest, check.share_pct):
        return
    people = _took_part(draft, check.by)
    until = within(draft, check.within) if check.within else None
    opened = ReviewOpened(
        id=decided.id, kind="spot_check", roles=check.by, people=people, due=until
    )
    draft.emit(opened, actor=SYSTEM)


def _took_part(draft: Draft, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return who must not review an automatic yes: who set it off.

    Somebody else's command may open the way for what the engine does by itself; whoever gave it
    reviews that where nobody else could. Who asked for the transition itself never does.
    """
    pack, view, person = draft.compiled.pack, draft.view, draft.submitter
    if person == SYSTEM:
        return ()
    reviewers = frozenset[str]().union(*(holders(pack, view, role) for role in roles))
    alone = reviewers == {person} and draft.actor != person
    return () if alone else (person,)


def is_drawn(decision: str, digest: str, share_pct: int) -> bool:
    """Tell whether a decision is one of the share that is looked at afterwards."""
    drawn = sha256(f"{decision}{digest}".encode()).digest()
    return int.from_bytes(drawn, "big") % 100 < share_pct


def within(draft: Draft, span: str) -> Due:
    """Return when a span that begins now is over, by the calendar of the subject."""
    return due(draft.compiled.calendar_of(draft.view), draft.now, read_span(span))
