"""Whether somebody could ever vote in the place of another: by the roles that both hold here."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from kamflow.engine.draft import Draft
from kamflow.engine.people import held_as, holders, stand_ins
from kamflow.model.approval import Approval
from kamflow.model.pack import Pack

_TOLD = 5  # people named in a refusal


class Pair:
    """Somebody who votes, and who shall do so in that place, seen when it begins."""

    def __init__(
        self,
        draft: Draft,
        person: str,
        to: str,
        begins_at: datetime,
        approvals: Sequence[str] = (),
    ) -> None:
        """Look at the roles of both, held here or above.

        Args:
            draft: The decision.
            person: Whose vote it is.
            to: Who would cast it.
            begins_at: From when; roles count as they are held then, or now if that is over.
            approvals: Ids of the approvals it is about; all when empty.
        """
        self._person, self._to = person, to
        with draft.seen_from(max(begins_at, draft.now)):
            pack, view = draft.compiled.pack, draft.view
            tables = [frozenset(roles) for roles in _tables(pack, approvals)]
            voting = frozenset[str]().union(*tables)
            own = {role: holders(pack, view, role) for role in voting}
            roles = {role for role, people in own.items() if person in people}
            fit = {role: stand_ins(pack, view, role, person) for role in roles}
            held = {name for role in roles for name in held_as(pack, view, role, person)}
        self._fit, self._held = fit, sorted(held)
        self._free = any(
            to in fit[role] and not any(to in own[other] for other in table)
            for table in tables
            for role in table & roles
        )

    def unfit(self) -> str | None:
        """Return why `to` can stand in for none of the roles by which `person` votes.

        Nothing where one of them fits, or where `person` votes by none here: that is not known.
        """
        if not self._fit or any(self._to in people for people in self._fit.values()):
            return None
        named = ", ".join(f"`{role}`" for role in self._held)
        people = sorted(frozenset[str]().union(*self._fit.values()))
        more = ", ..." * (len(people) > _TOLD)
        has = f" ({', '.join(people[:_TOLD])}{more})" if people else ""
        return (
            f"`{self._to}` holds no role that may stand in for {named}: it takes the same one or "
            f"a higher one; assign it, or name somebody who has it{has}"
        )

    def notes(self) -> Iterator[str]:
        """Yield where it is not known whether `to` may vote, and that an own vote comes first."""
        person, to = self._person, self._to
        if not self._fit:
            yield (
                f"`{person}` holds no role here by which to vote; `{to}` votes only where "
                f"`{person}` does and `{to}` holds the same role or a higher one"
            )
        elif not self._free:
            yield (
                f"`{to}` has an own vote wherever `{to}` could vote for `{person}` by the roles "
                "held here, and one person has one vote"
            )


def _tables(pack: Pack, approvals: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the roles that vote at the same time, in each step and on each level."""
    named = [pack.approvals[item] for item in approvals]
    if not named or any(item.route for item in named):
        named = list(pack.approvals.values())
    for item in named:
        yield from _of_approval(item)
    waiving = pack.waiving.approval if pack.waiving else ""
    if not approvals or waiving in approvals:
        for gate in pack.gates.values():
            items = (item for item in gate.criteria if not pack.approval_of_waiver(item))
            yield from (criterion.waived_by for criterion in items)
    if not approvals and pack.break_glass is not None:
        yield pack.break_glass.confirmed_by


def _of_approval(approval: Approval) -> Iterator[Sequence[str]]:
    for step in approval.in_steps():
        yield [voter.role for ballot in step.ballots for voter in ballot.voters]
    for role in approval.escalate_to:
        yield [role]
