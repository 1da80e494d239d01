"""A small policy with people, to which tests add duties, waivers, broken glass and appeals."""

from typing import Any

from msgspec.structs import replace

from kamflow.language.load import sealed
from kamflow.model.approval import Amount, Approval, BreakGlass, Duty, Voter, Waiving
from kamflow.model.commands import CastVote, CloseReview, Command
from kamflow.model.decision import Decision
from kamflow.model.pack import Criterion, Pack
from kamflow.model.snapshot import OpenApproval
from tests.builders import World, a_pack

ACME = "north/acme"

FACTS = """
facts:
  account:
    account.kam: {type: person}
    account.nominated_by: {type: person, max_age: 30 days}
    account.good: {type: flag, writers: []}
    account.safe: {type: flag, default: true}
    account.note: {type: text}
    score.fit: {type: score}
events:
  account:
    incident.opened: {}
roles:
  kam: {who: kam, holder: account.kam}
  boss: {who: boss}
  chief: {who: chief}
  clerk: {who: clerk}
  admin: {who: admin}
  auditor: {who: auditor}
  customer: {who: customer}
  staff: {who: staff, members: [boss, clerk]}
parameters:
  longest: {type: integer, value: 90}
gates:
  G:
    subject: account
    criteria:
      - {id: G.1, must: account.good, why: it has to be good}
      - {id: G.2, must: account.safe}
      - {id: G.3, should: account.note is present}
approvals:
  AP-ONE: {voters: [boss], rule: one, excluded: []}
  AP-TWO: {voters: [clerk], rule: one, excluded: []}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active}
    lost: {kind: end}
  transitions:
    - {id: T1, trigger: plan, from: candidate, to: planning, gate: G, approval: AP-ONE}
    - {id: T2, trigger: reject, from: candidate, to: lost, approval: AP-TWO}
    - {id: T3, trigger: back, from: planning, to: candidate}
    - {id: T4, trigger: reopen, from: lost, to: candidate}
"""

WAIVING = Waiving(approval="AP-TWO", longest=Amount(parameter="longest"))
GLASS = BreakGlass(
    asked_by=("boss",),
    confirmed_by=("chief",),
    reviewed_by=("auditor",),
    review_within="5 business days",
)
STAFF = {
    "boss": "ann bob",
    "chief": "cid",
    "clerk": "dan eve",
    "auditor": "fay",
    "admin": "gus",
    "customer": "hal",
}


def the_pack(*duties: Duty, **changes: Any) -> Pack:  # noqa: ANN401 - fields of a pack
    """Return the policy with duties and other fields of a pack."""
    pack = a_pack(FACTS, lifecycle=LIFECYCLE)
    known = {duty.id: duty for duty in duties}
    return sealed(replace(pack, duties=known, **changes))


def with_approval(pack: Pack, approval: str, **changes: Any) -> Pack:  # noqa: ANN401
    """Return a policy with other fields of an approval."""
    changed = replace(pack.approvals[approval], **changes)
    return sealed(replace(pack, approvals={**pack.approvals, approval: changed}))


def with_criterion(pack: Pack, criterion: str, **changes: Any) -> Pack:  # noqa: ANN401
    """Return a policy with other fields of a criterion of the gate."""
    gate = pack.gates["G"]

    def changed(item: Criterion) -> Criterion:
        return replace(item, **changes) if item.id == criterion else item

    gates = {"G": replace(gate, criteria=tuple(map(changed, gate.criteria)))}
    return sealed(replace(pack, gates=gates))


def a_plain(identity: str, *roles: str) -> Approval:
    """Return an approval of which one vote of a role is enough."""
    return Approval(id=identity, title=identity, voters=tuple(Voter(role=role) for role in roles))


def a_world_of(pack: Pack) -> World:
    """Return the account `north/acme` with its people; `kim` is its KAM, `nic` has nominated it."""
    world = World(pack)
    world.open("program", "north")
    world.open("account", "acme", "north")
    for role, people in STAFF.items():
        for person in people.split():
            assert world.assign("north", role, person).accepted
    world.set_fact(ACME, "account.kam", "kim")
    world.set_fact(ACME, "account.nominated_by", "nic")
    world.set_fact(ACME, "account.good", value=True)
    return world


def governed(*duties: Duty, **changes: Any) -> World:  # noqa: ANN401 - fields of a pack
    """Return that account under the policy with duties."""
    return a_world_of(the_pack(*duties, **changes))


def the_request(world: World) -> OpenApproval:
    """Return the one request that is open."""
    (open_one,) = world.subjects[ACME].approvals.values()
    return open_one


def vote(world: World, person: str, answer: str = "approve", *, principal: str = "") -> Decision:
    """Vote on the one request that is open."""
    command = CastVote(
        actor=person, approval=the_request(world).id, vote=answer, principal=principal
    )
    return world.submit(ACME, command)


def refusal(world: World, command: Command, subject: str = ACME) -> str:
    """Return why a command is refused; it has changed nothing but the history."""
    before = world.subjects[subject]
    decision = world.submit(subject, command)
    assert not decision.accepted
    assert [type(event).__name__ for event in decision.happenings] == ["CommandRefused"]
    after = world.subjects[subject]
    assert replace(after, sequence=before.sequence) == before
    return "; ".join(decision.reasons)


def happened(decision: Decision, kind: type) -> list[object]:
    return [item for item in decision.happenings if isinstance(item, kind)]


def closing(
    review: str, answer: str = "confirm", *, by: str = "fay", remark: str = "fine"
) -> CloseReview:
    return CloseReview(actor=by, review=review, answer=answer, remark=remark)


def asked(*duties: Duty, by: str = "ann") -> World:
    """Return the account after somebody has asked for the plan."""
    world = governed(*duties)
    decision = world.request(ACME, "plan", by=by)
    assert decision.accepted, decision.reasons
    return world
