"""Judges a gate for many subjects at once, without changing anything."""

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.errors import NotFoundError
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.decision import GateVerdict
from kamflow.model.pack import Pack
from kamflow.runtime.session import Session


def judge_all(
    session: Session, kind: str, gate: str, program: str | None, policy: Pack | None
) -> dict[str, GateVerdict]:
    """Return the verdict of a gate for each subject of a kind, by id.

    Args:
        session: State of the database.
        kind: Kind of the subjects.
        gate: Id of the gate.
        program: What the subjects belong to; all of the kind when not given.
        policy: Judge by this policy, published or not; by that of each subject's stage when not
            given, and then subjects whose policy has no such gate are left out.

    Raises:
        NotFoundError: There is no such program, or no such gate.
    """
    known = (policy or session.compiled().pack).gates
    if gate not in known:
        raise NotFoundError(f"the policy has no gate `{gate}`{did_you_mean(gate, known)}")
    under = None if policy is None else CompiledPack(policy)
    above = session.find(program).id if program else None
    verdicts = {}
    entries = session.transaction.entries(kind=kind, parent=above)
    for parent in dict.fromkeys(item.parent for item in entries):
        if parent is None:
            tops = [session.find(item.id) for item in entries if item.parent is None]
            views = [session.view(item, under) for item in tops]
        else:
            views = session.members(session.find(parent), kind, under)
        for compiled, view in views:
            if gate in compiled.pack.gates:
                verdicts[view.snapshot.id] = judge_gate(compiled, gate, view)
    return verdicts
