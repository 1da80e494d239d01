"""Which approval is given: the one that a table picks, or the one a request runs under."""

from collections.abc import Collection

from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import View
from kamflow.model.approval import Approval, Voter
from kamflow.model.pack import Criterion, Pack
from kamflow.model.snapshot import OpenApproval, WaiverAsked
from kamflow.model.values import Cause, Unknown

ANSWERS = ("approve", "reject", "abstain")
BREAK_GLASS = "break-glass"  # id of the approval by which a second person confirms


def resolve(compiled: CompiledPack, approval_id: str, view: View) -> Approval | Unknown:
    """Return the approval itself, or the one that its table picks for this subject."""
    approval = compiled.pack.approvals[approval_id]
    if approval.route is None:
        return approval
    picked = view[approval.route]
    if isinstance(picked, Unknown):
        return picked
    if picked not in compiled.pack.approvals:
        return Unknown((Cause(approval.route, f"is `{picked}`, which is no approval"),))
    return resolve(compiled, picked, view)


def approval_of(compiled: CompiledPack, open_one: OpenApproval) -> Approval:
    """Return the approval that a request runs under, as its purpose makes it."""
    pack = compiled.pack
    if open_one.approval == BREAK_GLASS:
        confirmed_by = pack.break_glass.confirmed_by if pack.break_glass else ()
        voters = tuple(Voter(role=role) for role in confirmed_by)
        return Approval(
            id=BREAK_GLASS,
            title="Break the glass",
            voters=voters,
            excluded=("requester",),
            deadline=pack.break_glass.deadline if pack.break_glass else "",
        )
    approval = pack.approvals[open_one.approval]
    return approval if open_one.waiver is None else _of_waiver(pack, approval, open_one.waiver)


def _of_waiver(pack: Pack, approval: Approval, asked: WaiverAsked) -> Approval:
    """Return the approval with the roles that the criterion names, all of which have to agree.

    Where the criterion names an approval, that one was asked for, with its own voters and rule.
    """
    criterion = _criterion(pack, asked)
    if criterion is None or not criterion.waived_by or pack.approval_of_waiver(criterion):
        return approval
    return replace(
        approval,
        voters=tuple(Voter(role=role) for role in criterion.waived_by),
        rule="all",
        least=1,
        quorum=0,
        quorum_pct=None,
        chair=None,
        tie="",
        steps=(),
    )


def _criterion(pack: Pack, asked: WaiverAsked) -> Criterion | None:
    gate = pack.gates.get(asked.gate)
    return next((i for i in gate.criteria if i.id == asked.criterion), None) if gate else None


def counted(people: Collection[str]) -> str:
    """Return how many people there are, in words: `1 person`."""
    return "1 person" if len(people) == 1 else f"{len(people)} people"
