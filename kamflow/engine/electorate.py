"""Who may vote on a request: roles become people, less those who must not, plus who stands in."""

from collections.abc import Sequence

from msgspec.structs import replace

from kamflow.engine.approvals import approval_of
from kamflow.engine.benches import Bench, Booth, Electorate
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.people import (
    absences_now,
    may_stand_in,
    named_by_function,
    named_holders,
)
from kamflow.engine.proxies import lent_now, proxies_of
from kamflow.engine.segregation import asker_of, barred_by, named_by
from kamflow.engine.view import View
from kamflow.model.approval import Approval, Ballot, Step, Voter
from kamflow.model.snapshot import OpenApproval, Vote

NOBODY: frozenset[str] = frozenset()


def electorate(
    compiled: CompiledPack,
    approval: Approval,
    view: View,
    requested_by: str,
    *,
    transition: str = "",
) -> Electorate:
    """Return who may vote if the approval is asked for now."""
    asked = OpenApproval(
        id="",
        approval=approval.id,
        transition=transition,
        target="",
        requested_by=requested_by,
        requested_at=view.scene.now,
    )
    return _Hall(compiled, view, approval, asked).electorate()


def electorate_of(compiled: CompiledPack, view: View, open_one: OpenApproval) -> Electorate:
    """Return who may vote on an open request, on its level and with its reassigned seats.

    A role with an unknown condition votes, and a step with one is held: rather one too many.
    """
    return _Hall(compiled, view, approval_of(compiled, open_one), open_one).electorate()


def seats_of(who: Electorate, person: str) -> tuple[tuple[int, str], ...]:
    """Return the seats that a person has by a role: index of the step and name of the seat."""
    return tuple(
        (bench.index, name)
        for bench in who.steps
        for booth in bench.booths
        for name, people in booth.seats.items()
        if person in people
    )


def roles_of(who: Electorate, person: str) -> tuple[str, ...]:
    """Return the roles by which a person has a seat in some step."""
    return tuple(dict.fromkeys(role_of(name) for _, name in seats_of(who, person)))


def role_of(seat: str) -> str:
    """Return the role of a seat: `head` of `head (finance)`."""
    return seat.partition(" ")[0]


def seat_problem(
    compiled: CompiledPack, view: View, open_one: OpenApproval, person: str, to: str
) -> str | None:
    """Return why the seat of `person` cannot go to `to`; nothing when it can."""
    who = electorate_of(compiled, view, open_one)
    roles = roles_of(who, person)
    if not roles:
        people = ", ".join(sorted(who.people)) or "nobody"
        return f"`{person}` has no seat on it to give to somebody else; {people} have"
    if to == person:
        return f"`{to}` has that seat already"
    if any(vote.of == person for vote in open_one.votes):
        return f"the vote of `{person}` is cast already, and stays"
    if roles_of(who, to):
        return f"`{to}` has a seat on it already, and one person has one vote"
    hall = _Hall(compiled, view, approval_of(compiled, open_one), open_one)
    if why := hall.barred(to):
        return f"`{to}` may not vote on it: {why}"
    if to in who.away:
        return f"`{to}` {who.away[to]}; pick somebody who is there"
    return _taker_problem(compiled, view, open_one, to, [(role, person) for role in roles])


def _taker_problem(
    compiled: CompiledPack,
    view: View,
    open_one: OpenApproval,
    to: str,
    seats: Sequence[tuple[str, str]],
) -> str | None:
    """Return why somebody cannot take seats (role and owner) that are free to take."""
    if any(to in (vote.person, vote.of) for vote in open_one.votes):
        return f"`{to}` has voted on it already, and one person has one vote"
    for role, owner in seats:
        if not may_stand_in(compiled.pack, view, to, role, owner):
            return f"`{to}` holds neither the role `{role}` nor a higher one; assign it first"
    return None


class _Hall:
    """What is looked up once for all ballots of a request."""

    def __init__(
        self, compiled: CompiledPack, view: View, approval: Approval, open_one: OpenApproval
    ) -> None:
        self._compiled, self._pack, self._view = compiled, compiled.pack, view
        self._approval, self._open = approval, open_one
        absences = tuple(absences_now(view))
        self._gone = frozenset(item.person for item in absences if item.left)
        self._away = {
            item.person: _until(item.ends_at.date().isoformat() if item.ends_at else "")
            for item in absences
        }
        lends = absences or any(place.snapshot.delegations for place in view.upward())
        self._lent = lent_now(view, self._names()) if lends else {}
        self._excluded = self._excluded_by_approval()
        self._barred: dict[str, str] = {}

    def electorate(self) -> Electorate:
        """Return who may vote, step by step."""
        ask = self._compiled.ask
        steps = tuple(
            self._bench(index, step)
            for index, step in enumerate(self._approval.in_steps())
            if step.when is None or ask(step.when, self._view) is not False
        )
        told = {person: why for person, why in self._barred.items() if why}
        return Electorate(steps=steps, excluded={**told, **self._excluded}, away=self._away)

    def _names(self) -> frozenset[str]:
        """Return the names by which a delegation may mean this approval: its own, its route's."""
        workflow = self._pack.workflows.get(self._view.snapshot.workflow)
        asked = (
            [i for i in workflow.transitions if i.id == self._open.transition] if workflow else []
        )
        return frozenset((self._approval.id, *(item.approval or "" for item in asked)))

    def _excluded_by_approval(self) -> dict[str, str]:
        excluded = {}
        asker = asker_of(self._open)
        if "requester" in self._approval.excluded and asker:
            excluded[asker] = "asked for it"
        for fact in self._approval.excluded:
            if fact != "requester":
                for person in named_by(self._pack, self._view, fact):
                    excluded.setdefault(person, f"is `{fact}`")
        return excluded

    def barred(self, person: str) -> str:
        """Return why somebody may not vote, be it for themselves or for another; "" if they may."""
        if person in self._excluded:
            return self._excluded[person]
        if person not in self._barred:
            found = barred_by(self._compiled, self._view, self._open, person)
            why = ["has left"] if person in self._gone else []
            why += [item.reason.removeprefix(f"`{person}` ") for item in found]
            self._barred[person] = "; ".join(why)
        return self._barred[person]

    def _may(self, people: frozenset[str]) -> frozenset[str]:
        """Return the owners of seats: reassigned, and without those who may not vote."""
        return frozenset(person for person in map(self._now, people) if not self.barred(person))

    def _now(self, person: str) -> str:
        """Return who has the seat of a person since it was reassigned."""
        seen = {person}
        while (to := self._open.seats.get(person)) is not None:
            person = to
            if to in seen:  # it came back
                break
            seen.add(to)
        return person

    def _before(self, owner: str) -> list[str]:
        """Return whose seat somebody has: the own one, and those that were reassigned."""
        return [owner, *(person for person in self._open.seats if self._now(person) == owner)]

    def _bench(self, index: int, step: Step) -> Bench:
        booths = [self._booth(ballot) for ballot in step.ballots]
        seated = NOBODY.union(*(booth.people for booth in booths))
        votes = [vote for vote in self._open.votes if vote.step == index]
        if not self._lent and not any(vote.principal for vote in votes):
            ready = tuple(booths)  # nobody stands in, nor has
        else:
            ready = tuple(self._with_proxies(booth, seated, votes) for booth in booths)
        return Bench(index=index, title=step.title, need=step.need, booths=ready)

    def _booth(self, ballot: Ballot) -> Booth:
        seats: dict[str, frozenset[str]] = {}
        for voter in ballot.voters:
            if voter.when is None or self._compiled.ask(voter.when, self._view) is not False:
                seats.update(self._seats(voter))
        chair = None
        if ballot.chair is not None:
            chair = self._may(named_holders(self._pack, self._view, ballot.chair))
        joined = self._approval.escalate_to[: self._open.level]
        further = NOBODY.union(
            *(self._may(named_holders(self._pack, self._view, role)) for role in joined)
        )
        away = frozenset(self._away)
        return Booth(ballot=ballot, seats=seats, chair=chair, further=further, away=away)

    def _seats(self, voter: Voter) -> dict[str, frozenset[str]]:
        """Return the seat of a role, or its seats where each function has its own."""
        if voter.each == "function":
            named = named_by_function(self._pack, self._view, voter.role)
            if named:
                return {f"{voter.role} ({at})": self._may(people) for at, people in named.items()}
        return {voter.role: self._may(named_holders(self._pack, self._view, voter.role))}

    def _with_proxies(self, booth: Booth, seated: frozenset[str], votes: Sequence[Vote]) -> Booth:
        """Return the ballot with who may vote in whose place, and who has done so."""
        proxies, stood_in = {}, {}
        for owner in booth.owners:
            roles = self._roles(booth, owner)

            def fits(person: str, owner: str = owner, roles: tuple[str, ...] = roles) -> bool:
                return person not in seated and self._fits(person, owner, roles)

            found = proxies_of(self._lent, owner, self._away.keys(), fits)
            cast = [vote for vote in votes if vote.principal == owner]
            before = {i.person for i in cast if self._fits(i.person, owner, roles)}
            if found:
                proxies[owner] = found
            if before:
                stood_in[owner] = frozenset(before)
        return replace(booth, proxies=proxies, stood_in=stood_in)

    def _fits(self, person: str, owner: str, roles: Sequence[str]) -> bool:
        """Tell whether a person may stand in for an owner: never who asked, nor who must not vote.

        It takes one of the roles of the seat, or one that is higher.
        """
        if person in (owner, asker_of(self._open)) or self.barred(person):
            return False
        return any(
            may_stand_in(self._pack, self._view, person, role, before)
            for role in roles
            for before in self._before(owner)
        )

    def _roles(self, booth: Booth, owner: str) -> tuple[str, ...]:
        """Return the roles by which somebody votes in a ballot."""
        own = [role_of(name) for name, people in booth.seats.items() if owner in people]
        joined = self._approval.escalate_to[: self._open.level] if not own else ()
        return (*own, *joined)


def _until(day: str) -> str:
    return f"is away until {day}" if day else "is away"
