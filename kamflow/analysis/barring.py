"""Who must not vote on an approval, by what it says itself and by the duties of the policy."""

from kamflow.language.asked import asking
from kamflow.model.approval import Approval, Duty
from kamflow.model.pack import Pack


def duties_on(pack: Pack, approval: Approval) -> tuple[Duty, ...]:
    """Return the duties that bar people from every vote on an approval, whatever asks for it."""
    return tuple(
        duty
        for duty in pack.duties.values()
        if "vote" in duty.acts
        and duty.who
        and all(duty.is_about(names) for names in _asked(pack, approval))
    )


def barred(pack: Pack, approval: Approval) -> frozenset[str]:
    """Return who must not vote: `requester`, person facts and roles."""
    by_duty = (name for duty in duties_on(pack, approval) for name in duty.who)
    return frozenset(approval.excluded).union(by_duty)


def _asked(pack: Pack, approval: Approval) -> list[tuple[str, ...]]:
    """Return what a vote may be about, for each transition that asks for the approval."""
    asked = asking(pack, approval.id)
    found: list[tuple[str, ...]] = [(approval.id, item.id, item.trigger) for item in asked]
    return found or [(approval.id,)]
