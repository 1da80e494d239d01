"""Decides on waivers: a criterion that does not keep its gate shut for a time."""

from datetime import timedelta

from kamflow.engine.asking import Asked, No, ask, number_of
from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM, holds_any, lacking
from kamflow.engine.rights import lacking_right, may
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.approval import Waiving
from kamflow.model.commands import EndWaiver, RequestWaiver
from kamflow.model.decision import Decision
from kamflow.model.events import WaiverEnded, WaiverGranted
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.model.snapshot import OpenApproval, Waiver, WaiverAsked


def decide_waiver(draft: Draft, command: RequestWaiver | EndWaiver) -> Decision | None:
    """Ask people for a waiver or end one, or refuse with the reason."""
    if isinstance(command, EndWaiver):
        return _end(draft, command)
    no = _request(draft, command)
    return draft.refused("waive", *no.reasons) if no else None


def settled(draft: Draft, open_one: OpenApproval, *, approved: bool) -> No | None:
    """Grant a waiver that people have agreed to; say why where it has become pointless."""
    asked = open_one.waiver
    if not approved or asked is None:
        return None
    if asked.ends_on < draft.now.date():
        return No((f"{asked.ends_on}, the last day of the waiver, is over",))
    pointless = _pointless(draft.compiled.pack, asked)
    if pointless:
        return No((pointless,))
    draft.emit(
        WaiverGranted(
            id=open_one.id,
            gate=asked.gate,
            criterion=asked.criterion,
            owner=asked.owner,
            reason=asked.reason,
            ends_on=asked.ends_on,
            asked_by=open_one.requested_by,
        )
    )
    draft.notes.append(f"{asked.criterion} is waived up to {asked.ends_on}")
    return None


def end_pointless(draft: Draft) -> None:
    """End the waivers that mean nothing under the policy by which the subject is judged now."""
    for criterion, waiver in draft.snapshot.waivers.items():
        reason = _pointless(draft.compiled.pack, waiver)
        if reason:
            draft.emit(WaiverEnded(criterion=criterion, reason=reason), actor=SYSTEM)
            draft.notes.append(f"{criterion} is waived no longer: {reason}")


def _pointless(pack: Pack, waiver: Waiver | WaiverAsked) -> str:
    """Return why a policy takes no notice of a waiver, for a person to read; empty if it does."""
    gate = pack.gates.get(waiver.gate)
    criteria = gate.criteria if gate else ()
    found = next((item for item in criteria if item.id == waiver.criterion), None)
    if found is None:
        return f"the policy has no criterion {waiver.criterion} any more"
    return _unwaivable(found)


def _unwaivable(criterion: Criterion) -> str:
    """Return why a criterion bears no waiver, for a person to read; nothing when it bears one."""
    if criterion.bears_waiver:
        return ""
    if not criterion.waivable:
        return f"{criterion.id} cannot be waived; it has to be met"
    if criterion.settled_by_approval:
        return f"{criterion.id} cannot be waived; the approval itself brings it about"
    return f"{criterion.id} is a `should`, which keeps no gate shut; it needs no waiver"


def _request(draft: Draft, command: RequestWaiver) -> No | None:
    """Ask people for a waiver; say what is wrong with it otherwise."""
    pack, actor = draft.compiled.pack, command.actor
    waiving = pack.waiving
    if waiving is None:
        return No(("the policy lets nobody waive a criterion; it has no section `waiving`",))
    found = _criterion(draft, command.criterion)
    if isinstance(found, No):
        return found
    gate, criterion = found
    if not holds_any(pack, draft.view, actor, waiving.asked_by):
        return No((lacking(pack, draft.view, actor, waiving.asked_by),))
    reasons = _faults(draft, command, criterion, waiving)
    if reasons:
        return No(reasons)
    asked = WaiverAsked(
        gate=gate.id,
        criterion=criterion.id,
        owner=command.owner,
        reason=command.reason,
        ends_on=command.ends_on,
    )
    return ask(
        draft,
        Asked(
            approval=pack.approval_of_waiver(criterion) or waiving.approval,
            remark=command.reason,
            purpose="waiver",
            waiver=asked,
        ),
    )


def _criterion(draft: Draft, wanted: str) -> tuple[Gate, Criterion] | No:
    """Return the criterion of that id of a gate that the subject goes through."""
    kind = draft.snapshot.kind
    known = {
        item.id: (gate, item)
        for gate in draft.compiled.pack.gates.values()
        if gate.kind == kind
        for item in gate.criteria
    }
    if wanted in known:
        return known[wanted]
    return No((f"`{kind}` has no criterion `{wanted}`{did_you_mean(wanted, known)}",))


def _faults(
    draft: Draft, command: RequestWaiver, criterion: Criterion, waiving: Waiving
) -> tuple[str, ...]:
    """Return everything that is wrong with the request for a waiver."""
    today, longest = draft.now.date(), number_of(waiving.longest, draft.view)
    unwaivable = _unwaivable(criterion)
    faults = [unwaivable] if unwaivable else []
    if not command.reason.strip():
        faults.append("say why it is to be waived")
    if not command.owner.strip():
        faults.append("name an owner, who sees to it that the criterion is met in the end")
    if command.ends_on < today:
        faults.append(f"{command.ends_on} is over; a waiver ends today or later")
    elif (command.ends_on - today).days > longest:
        last = today + timedelta(days=longest)
        faults.append(f"a waiver ends after {longest} days at most, so by {last}")
    standing = (
        f"`{open_one.id}` asks for a waiver of {criterion.id} already"
        for open_one in draft.snapshot.approvals.values()
        if open_one.waiver is not None and open_one.waiver.criterion == criterion.id
    )
    return (*faults, *standing)


def _end(draft: Draft, command: EndWaiver) -> Decision | None:
    waiver = draft.snapshot.waivers.get(command.criterion)
    if waiver is None:
        hint = did_you_mean(command.criterion, draft.snapshot.waivers)
        return draft.refused("end waiver", f"`{command.criterion}` is not waived{hint}")
    if command.actor != waiver.owner and not may(draft, "end_waiver", command.actor):
        why = lacking_right(draft, "end_waiver", command.actor)
        return draft.refused("end waiver", f"{waiver.owner} owns the waiver; {why}")
    if not command.reason.strip():
        return draft.refused("end waiver", "say why it ends")
    draft.emit(WaiverEnded(criterion=command.criterion, reason=command.reason))
    return None
