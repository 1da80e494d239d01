"""Whether approvals can be given when some people may not vote."""

from collections.abc import Iterator, Mapping, Sequence

from kamflow.analysis.checks.report import Report, listed
from kamflow.engine.approvals import counted
from kamflow.language.circles import routed
from kamflow.model.pack import Approval, Pack, Transition

ANYBODY = frozenset({"*"})  # a role that may be given to as many people as one likes

WORKDAYS = 5  # of a week

Seats = Mapping[str, frozenset[str]]  # role -> the person facts that name who holds it


def check_approvals(pack: Pack, report: Report) -> None:
    """Report approvals that nobody can give, whoever holds the roles."""
    for approval in pack.approvals.values():
        if approval.route is not None:
            continue
        problem = _obstacle(approval, _seats(pack, approval, frozenset(approval.excluded)))
        if problem:
            message = f"approval {approval.id} cannot be given: {problem}"
            report.add("K541", ("approval", approval.id), message)
        else:
            _check_requests(pack, approval, report)
        _check_chair(pack, approval, report)
        _check_deadline(pack, approval, report)


def holders_of(pack: Pack, role_id: str) -> frozenset[str]:
    """Return the person facts that alone name who holds a role, or `ANYBODY`."""
    role = pack.roles.get(role_id)
    if role is None or role.identity:
        return frozenset()
    found = frozenset({role.holder}) if role.holder else frozenset[str]()
    for member in role.members:
        found |= holders_of(pack, member)
    return found if role.holder or role.members else ANYBODY


def _seats(pack: Pack, approval: Approval, excluded: frozenset[str]) -> Seats:
    """Return who may vote by role; a role that votes only at times is left out."""
    return {
        voter.role: holders_of(pack, voter.role) - excluded
        for voter in approval.voters
        if voter.when is None or approval.rule != "all"
    }


def _obstacle(approval: Approval, seats: Seats) -> str:
    """Return why nobody could ever give the approval, or nothing when it can be given."""
    empty = [role for role, people in seats.items() if not people]
    if not approval.voters:
        return "it has no voters"
    if empty and (approval.rule == "all" or len(empty) == len(seats)):
        return f"nobody who is not excluded can vote as {listed(empty, 'or')}"
    people = frozenset[str]().union(*seats.values())
    if people >= ANYBODY and approval.rule != "all":
        return ""
    if approval.rule == "all":
        crowded = _crowded(seats)
        return f"{listed(crowded)} are held by fewer people than that" if crowded else ""
    weighed = approval.rule in ("majority", "two_thirds")
    needed = max(approval.quorum, 1) if weighed else approval.least
    if len(people) < needed:
        return f"{needed} votes are needed and at most {counted(people)} may vote"
    return ""


def _crowded(seats: Seats) -> list[str]:
    """Return roles that have to be held by different people and cannot be."""
    fixed = {role: people for role, people in seats.items() if not people >= ANYBODY}
    for most in fixed.values():
        near = [role for role, people in fixed.items() if people <= most]
        if len(near) > len(most):
            return near
    return []


def _check_requests(pack: Pack, approval: Approval, report: Report) -> None:
    """Report transitions that only somebody asks for whose vote would be needed."""
    if "requester" not in approval.excluded:
        return
    for item in asked_by(pack, approval.id):
        asking = frozenset[str]().union(*(holders_of(pack, role) for role in item.requested_by))
        if item.automatic or len(asking) != 1 or asking >= ANYBODY:
            continue
        seats = _seats(pack, approval, frozenset(approval.excluded) | asking)
        problem = _obstacle(approval, seats)
        if problem:
            message = (
                f"approval {approval.id} cannot be given when {listed(item.requested_by)} asks "
                f"for {item.id}, and nobody else does: {problem}"
            )
            report.add("K542", ("approval", approval.id), message)


def _check_chair(pack: Pack, approval: Approval, report: Report) -> None:
    if approval.chair is None:
        return
    chair = _leaves(pack, (approval.chair,))
    if not chair & _leaves(pack, tuple(voter.role for voter in approval.voters)):
        message = (
            f"the chair `{approval.chair}` of approval {approval.id} is none of its voters, so it "
            "is never given; add the role to them"
        )
        report.add("K543", ("approval", approval.id), message)
    elif not holders_of(pack, approval.chair) - frozenset(approval.excluded):
        message = (
            f"the chair `{approval.chair}` of approval {approval.id} is always excluded, so it is "
            "never given"
        )
        report.add("K543", ("approval", approval.id), message)


def _check_deadline(pack: Pack, approval: Approval, report: Report) -> None:
    """Report an approval that may still be open when its stage should have been left."""
    days = _calendar_days(approval.deadline)
    asking = [item.id for item in asked_by(pack, approval.id)]
    for workflow in pack.workflows.values():
        for item in (item for item in workflow.transitions if item.id in asking):
            slas = ((name, workflow.stages[name].sla_days) for name in item.sources)
            for stage, most in slas:
                if most is not None and days > most:
                    message = (
                        f"approval {approval.id} may take {approval.deadline}, and {item.id} asks "
                        f"for it in stage `{stage}`, which should take at most {most} days"
                    )
                    report.add("K544", ("approval", approval.id), message)


def _calendar_days(deadline: str) -> int:
    """Return how many days of the calendar a deadline is at least; 0 when there is none."""
    count, _, unit = deadline.partition(" ")
    if not unit:
        return 0
    weeks, rest = divmod(int(count), WORKDAYS)
    return weeks * 7 + rest if unit.startswith("business") else int(count)


def asked_by(pack: Pack, approval: str) -> Iterator[Transition]:
    """Yield the transitions that ask for an approval, by name or by a route."""
    names = {approval}
    for item in pack.approvals.values():
        if item.route is not None and approval in routed(pack, item.route):
            names.add(item.id)
    for workflow in pack.workflows.values():
        yield from (item for item in workflow.transitions if item.approval in names)


def _leaves(pack: Pack, roles: Sequence[str]) -> frozenset[str]:
    """Return the roles with all that they are made of."""
    found = set(roles)
    for role in roles:
        if role in pack.roles:
            found |= _leaves(pack, pack.roles[role].members)
    return frozenset(found)
