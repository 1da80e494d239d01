"""Whether approvals can be given when some people may not vote."""

from collections.abc import Iterator, Mapping, Sequence

from kamflow.analysis.barring import barred, duties_on
from kamflow.analysis.checks.report import Report, listed
from kamflow.language.asked import asking
from kamflow.model.approval import Approval, Ballot
from kamflow.model.pack import Pack

ANYBODY = frozenset({"*"})  # a role that may be given to as many people as one likes

Seats = Mapping[str, frozenset[str]]  # role -> the person facts that name who holds it


def check_approvals(pack: Pack, report: Report) -> None:
    """Report approvals that nobody can give, whoever holds the roles."""
    for approval in pack.approvals.values():
        if approval.route is not None:
            continue
        out = barred(pack, approval)
        problem = _obstacle_of(pack, approval, out)
        if problem:
            message = f"approval {approval.id} cannot be given: {problem}{_by_duty(pack, approval)}"
            report.add("K541", ("approval", approval.id), message)
        else:
            _check_requests(pack, approval, out, report)
        for ballot in _ballots(approval):
            _check_chair(pack, approval, ballot, report)


def holders_of(pack: Pack, role_id: str) -> frozenset[str]:
    """Return the person facts that alone name who holds a role, or `ANYBODY`."""
    role = pack.roles.get(role_id)
    if role is None or role.identity:
        return frozenset()
    found = frozenset({role.holder}) if role.holder else frozenset[str]()
    for member in role.members:
        found |= holders_of(pack, member)
    return found if role.holder or role.members else ANYBODY


def _by_duty(pack: Pack, approval: Approval) -> str:
    names = [duty.id for duty in duties_on(pack, approval)]
    return f"; duties bar people from this vote: {', '.join(names)}" if names else ""


def _ballots(approval: Approval) -> Iterator[Ballot]:
    for step in approval.in_steps():
        yield from step.ballots


def _obstacle_of(pack: Pack, approval: Approval, out: frozenset[str]) -> str:
    """Return why nobody could ever give the approval; a step with a condition may be left out."""
    for number, step in enumerate(approval.in_steps(), start=1):
        found = [_obstacle(ballot, _seats(pack, ballot, out)) for ballot in step.ballots]
        problems = [problem for problem in found if problem]
        open_ways = len(found) > len(problems) and (step.need == "any" or not problems)
        if step.when is None and not open_ways:
            step_words = f"in step {number} " if approval.steps else ""
            return f"{step_words}{problems[0] if problems else 'it has no voters'}"
    return ""


def _seats(pack: Pack, ballot: Ballot, out: frozenset[str]) -> Seats:
    """Return who may vote by role; a role that votes only at times is left out."""
    return {
        voter.role: _allowed(pack, voter.role, out)
        for voter in ballot.voters
        if voter.when is None or ballot.rule != "all"
    }


def _allowed(pack: Pack, role: str, out: frozenset[str]) -> frozenset[str]:
    """Return who holds a role and may vote."""
    if role in out:
        return frozenset()
    members = pack.roles[role].members if role in pack.roles else ()
    if members and set(members) <= out:
        return frozenset()
    return holders_of(pack, role) - out


def _obstacle(ballot: Ballot, seats: Seats) -> str:
    """Return why nobody could ever give a ballot, or nothing when it can be given."""
    empty = [role for role, people in seats.items() if not people]
    if not ballot.voters:
        return "it has no voters"
    if empty and (ballot.rule == "all" or len(empty) == len(seats)):
        return f"nobody who is not excluded can vote as {listed(empty, 'or')}"
    people = frozenset[str]().union(*seats.values())
    if people >= ANYBODY and ballot.rule != "all":
        return ""
    if ballot.rule == "all":
        crowded = _crowded(seats)
        return f"{listed(crowded)} are held by fewer people than that" if crowded else ""
    needed = max(ballot.quorum, ballot.least if ballot.rule == "at_least" else 1)
    if len(people) < needed:
        count = f"{len(people)} {'person' if len(people) == 1 else 'people'}"
        return f"{needed} votes are needed and at most {count} may vote"
    return ""


def _crowded(seats: Seats) -> list[str]:
    """Return roles that have to be held by different people and cannot be."""
    fixed = {role: people for role, people in seats.items() if not people >= ANYBODY}
    for most in fixed.values():
        near = [role for role, people in fixed.items() if people <= most]
        if len(near) > len(most):
            return near
    return []


def _check_requests(pack: Pack, approval: Approval, out: frozenset[str], report: Report) -> None:
    """Report transitions that only somebody asks for whose vote would be needed."""
    if "requester" not in out:
        return
    for item in asking(pack, approval.id):
        people = frozenset[str]().union(*(holders_of(pack, role) for role in item.requested_by))
        if item.automatic or len(people) != 1 or people >= ANYBODY:
            continue
        problem = _obstacle_of(pack, approval, out | people)
        if problem:
            message = (
                f"approval {approval.id} cannot be given when {listed(item.requested_by)} asks "
                f"for {item.id}, and nobody else does: {problem}"
            )
            report.add("K542", ("approval", approval.id), message)


def _check_chair(pack: Pack, approval: Approval, ballot: Ballot, report: Report) -> None:
    if ballot.chair is None:
        return
    chair = leaves(pack, (ballot.chair,))
    if not chair & leaves(pack, tuple(voter.role for voter in ballot.voters)):
        message = (
            f"the chair `{ballot.chair}` of approval {approval.id} is none of its voters, so it "
            "is never given; add the role to them"
        )
        report.add("K543", ("approval", approval.id), message)
    elif not _allowed(pack, ballot.chair, barred(pack, approval)):
        message = (
            f"the chair `{ballot.chair}` of approval {approval.id} is always excluded, so it is "
            "never given"
        )
        report.add("K543", ("approval", approval.id), message)


def leaves(pack: Pack, roles: Sequence[str]) -> frozenset[str]:
    """Return the roles with all that they are made of."""
    found = set(roles)
    for role in roles:
        if role in pack.roles:
            found |= leaves(pack, pack.roles[role].members)
    return frozenset(found)
