"""Decides on delegations: who may lend a vote to whom, for how long, and for what."""

from collections.abc import Iterator

from kamflow.engine.draft import Draft
from kamflow.engine.fitness import Pair
from kamflow.engine.periods import gone_problem, overlap, period_problem, right_problem
from kamflow.engine.segregation import asker_of
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import EndDelegation, GiveDelegation
from kamflow.model.decision import Decision
from kamflow.model.events import DelegationEnded, DelegationGiven
from kamflow.model.snapshot import Absence, Delegation

LINKS = 2  # a vote is lent on once at most


def decide_lending(draft: Draft, command: GiveDelegation | EndDelegation) -> Decision | None:
    """Record that a vote is lent, or lent no longer, or refuse with the reason."""
    if isinstance(command, EndDelegation):
        return _end(draft, command)
    problem = _words_problem(draft, command) or _people_problem(draft, command)
    problem = problem or _chain_problem(draft, command)
    if problem is not None:
        return draft.refused("delegate", problem)
    draft.emit(
        DelegationGiven(
            id=f"{draft.instance}#{draft.next_sequence}",
            person=command.person,
            to=command.to,
            begins_at=command.begins_at,
            ends_at=command.ends_at,
            reason=command.reason.strip(),
            approvals=tuple(dict.fromkeys(command.approvals)),
        )
    )
    draft.notes.extend(_notes(draft, command))
    return None


def _words_problem(draft: Draft, command: GiveDelegation) -> str | None:
    """Return what is wrong with a delegation in itself."""
    if not command.person.strip() or not command.to.strip():
        return "say whose vote is lent, and to whom"
    if command.person == command.to:
        return f"`{command.to}` has the own vote already; name somebody else"
    if not command.reason.strip():
        return "give a reason; it is kept with the votes"
    problem = period_problem(draft.now, command.begins_at, command.ends_at)
    if problem is not None:
        return problem
    approvals = draft.compiled.pack.approvals
    for approval in command.approvals:
        if approval not in approvals:
            return f"there is no approval `{approval}`{did_you_mean(approval, approvals)}"
    return None


def _people_problem(draft: Draft, command: GiveDelegation) -> str | None:
    """Return why this person does not lend a vote, or not to that one."""
    problem = right_problem(draft, "delegate", command.person)
    if problem is not None:
        return problem
    for person in (command.person, command.to):
        if any(item.left and item.person == person for item in _absences(draft)):
            return f"`{person}` leaves or has left, so no vote is lent; name somebody who stays"
    gone = gone_problem(draft, command.to, command.begins_at, command.ends_at)
    if gone is not None:
        return gone
    return _pair(draft, command).unfit()


def _pair(draft: Draft, command: GiveDelegation) -> Pair:
    return Pair(draft, command.person, command.to, command.begins_at, command.approvals)


def _absences(draft: Draft) -> Iterator[Absence]:
    for place in draft.view.upward():
        yield from place.snapshot.absences


def _chain_problem(draft: Draft, command: GiveDelegation) -> str | None:
    """Return which delegations of the same time would make a circle or a chain that is too long."""
    new = Delegation(
        id="",
        person=command.person,
        to=command.to,
        begins_at=command.begins_at,
        ends_at=command.ends_at,
        reason=command.reason,
        approvals=command.approvals,
    )
    given = [item for place in draft.view.upward() for item in place.snapshot.delegations]
    for item in given:
        if (item.person, item.to, item.approvals) == (new.person, new.to, new.approvals) and (
            item.begins_at <= new.begins_at and new.ends_at <= item.ends_at
        ):
            return f"`{item.id}` lends that vote already; there is nothing to add"
    for chain in _chains(given, new):
        names = " -> ".join(f"`{name}`" for name in (chain[0].person, *(i.to for i in chain)))
        if chain[-1].to in {item.person for item in chain}:
            return f"the vote would go round in a circle: {names}; end one of those delegations"
        if len(chain) > LINKS:
            return (
                f"the vote would be lent on too often: {names}; {LINKS} links are the most, so "
                "name somebody who does not lend it on"
            )
    return None


def _chains(given: list[Delegation], new: Delegation) -> Iterator[tuple[Delegation, ...]]:
    """Yield the chains with the new delegation in them, of up to one link more than is allowed."""
    chains: list[tuple[Delegation, ...]] = [(new,)]
    for chain in chains:  # which grows meanwhile
        yield chain
        if len(chain) > LINKS or chain[-1].to == chain[0].person:
            continue
        for item in given:
            if item.to == chain[0].person and overlap((item, *chain)):
                chains.append((item, *chain))
            if item.person == chain[-1].to and overlap((*chain, item)):
                chains.append((*chain, item))


def _notes(draft: Draft, command: GiveDelegation) -> Iterator[str]:
    """Yield for which open requests the delegation never counts, and where it might not."""
    yield from _pair(draft, command).notes()
    for item in draft.snapshot.approvals.values():
        covered = not command.approvals or item.approval in command.approvals
        if covered and asker_of(item) == command.to:
            yield f"it does not count for `{item.id}`, which `{command.to}` asked for"


def _end(draft: Draft, command: EndDelegation) -> Decision | None:
    found = next((i for i in draft.snapshot.delegations if i.id == command.id), None)
    if found is None:
        reason = f"there is no delegation `{command.id}` here, or it is over"
        return draft.refused("end delegation", reason)
    problem = None if draft.actor == found.to else right_problem(draft, "delegate", found.person)
    if problem is not None:
        return draft.refused("end delegation", problem)
    draft.emit(DelegationEnded(id=found.id))
    return None
