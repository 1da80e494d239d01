"""Segregation of duties: the one place that every act passes before it has any effect.

`acts_of` (in `acts`) says what a command would do, `conflicts` which duties of the policy forbid
that, and `forbids` puts it into words. What a policy forbids stands in the policy alone.
"""

from collections.abc import Iterable

from msgspec import Struct

from kamflow.engine.apart import held_apart, holds_anywhere
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.people import holds
from kamflow.engine.view import View
from kamflow.model.approval import PERSONS, Duty
from kamflow.model.pack import Pack, Transition
from kamflow.model.snapshot import OpenApproval, Term
from kamflow.model.values import Unknown

_WAYS_OUT = {
    "vote": "somebody else has to vote",
    "request": "somebody else has to ask for it",
    "record": "somebody else has to state it",
    "waive": "somebody else has to ask for it",
    "delegate": "name somebody else",
    "assign": "somebody else has to do it",
    "publish": "somebody else has to publish it",
    "break_glass": "somebody else has to do it",
    "review": "somebody else has to review it",
    "call_in": "somebody else has to call it in",
    "appeal": "somebody else has to appeal",
    "read": "ask somebody inside the company",
}
_APART = "name somebody else, or end the other role first"


class Act(Struct, frozen=True, kw_only=True):
    """Something that somebody is about to do."""

    kind: str  # of `ACTS`
    person: str  # who does it
    about: tuple[str, ...] = ()  # approvals, facts, transitions, roles that it is about
    open_one: OpenApproval | None = None  # the request it is about, if it is about one
    term: Term | None = None  # of `assign`: who gets the role, and for which time
    anywhere: bool = False  # whether it tells who is from outside for any subject of the tree
    involved: tuple[str, ...] = ()  # of `review`: who took part; of `publish`: the authors


class Conflict(Struct, frozen=True, kw_only=True):
    """A duty that forbids an act."""

    duty: str  # id, "SOD-01"
    reason: str  # for a person to read: "`ana` asked for it (SOD-01: who asks does not vote)"
    way_out: str


def conflicts(compiled: CompiledPack, view: View | None, act: Act) -> tuple[Conflict, ...]:
    """Return every duty that forbids `act`; none when it may be done.

    Args:
        compiled: Policy with the duties.
        view: The subject; nothing for an act about the policy itself.
        act: Who is about to do what.
    """
    return tuple(
        [
            found
            for duty in compiled.duties.get(act.kind, ())
            if duty.is_about(act.about) and (found := _breach(compiled.pack, view, duty, act))
        ]
    )


def forbids(compiled: CompiledPack, view: View | None, acts: Iterable[Act]) -> tuple[str, ...]:
    """Return why `acts` may not be done, with the way out; nothing when they may."""
    if not compiled.duties:
        return ()
    reasons = (
        f"{conflict.reason}; {conflict.way_out}"
        for act in acts
        for conflict in conflicts(compiled, view, act)
    )
    return tuple(dict.fromkeys(reasons))


def barred_by(
    compiled: CompiledPack, view: View, open_one: OpenApproval, person: str
) -> tuple[Conflict, ...]:
    """Return the duties that keep a person's vote from being counted on a request."""
    if "vote" not in compiled.duties:
        return ()
    return conflicts(compiled, view, vote_act(open_one, person))


def vote_act(open_one: OpenApproval, person: str) -> Act:
    """Return the vote of a person on a request as an act."""
    return Act(kind="vote", person=person, about=subjects_of(open_one), open_one=open_one)


def request_act(item: Transition, person: str) -> Act:
    """Return the request of a transition as an act."""
    about = (item.trigger, item.id, item.gate or "", item.approval or "")
    return Act(kind="request", person=person, about=about)


def subjects_of(open_one: OpenApproval) -> tuple[str, ...]:
    """Return what a vote on a request is about."""
    waiver = open_one.waiver
    waived = (waiver.criterion, waiver.gate) if waiver else ()
    return (open_one.approval, open_one.transition, *waived)


def asker_of(open_one: OpenApproval) -> str:
    """Return who asked for something of their own; nobody for a call-in.

    Who calls a decision in wants people to decide, and not that they say yes.
    """
    return "" if open_one.purpose == "call_in" else open_one.requested_by


def _breach(pack: Pack, view: View | None, duty: Duty, act: Act) -> Conflict | None:
    """Return why the duty forbids the act; nothing when it does not."""
    reasons, way_out = _whose(pack, view, duty, act), _WAYS_OUT[act.kind]
    if not reasons and act.term is not None and view is not None and duty.apart:
        reasons = tuple(held_apart(pack, view, duty, act.about[0], act.term))
        way_out = _APART
    if not reasons:
        return None
    reason = f"{reasons[0]} ({duty.id}: {duty.title})"
    return Conflict(duty=duty.id, reason=reason, way_out=way_out)


def _whose(pack: Pack, view: View | None, duty: Duty, act: Act) -> tuple[str, ...]:
    # Whom a duty keeps from reading is from outside, and not for one subject alone.
    anywhere = act.anywhere and "read" in duty.acts
    found = (_is(pack, view, word, act, anywhere=anywhere) for word in duty.who)
    return tuple(f"`{act.person}` {why}" for why in found if why)


def _is(pack: Pack, view: View | None, word: str, act: Act, *, anywhere: bool) -> str:
    """Return in which way the person of an act is `word`; nothing when it is not."""
    if word in PERSONS:
        return _took_part(word, act)
    if view is None:
        return ""
    if word in pack.facts:
        return f"is `{word}`" if act.person in named_by(pack, view, word) else ""
    has = holds_anywhere if anywhere else holds
    return f"is {word}" if word in pack.roles and has(pack, view, act.person, word) else ""


def _took_part(word: str, act: Act) -> str:
    open_one = act.open_one
    if word == "author":
        return "wrote it" if act.kind == "publish" and act.person in act.involved else ""
    if act.kind == "review":
        return "took part in it" if act.person in act.involved else ""
    if open_one is None:
        return ""
    if word == "requester":
        return "asked for it" if act.person == asker_of(open_one) else ""
    cast = any(act.person in (vote.person, vote.of) for vote in open_one.votes)
    return "has voted on it" if cast else ""


def named_by(pack: Pack, view: View, fact: str) -> frozenset[str]:
    """Return who is named by a person fact: now, and last when the value is too old.

    A duty does not lapse because nobody has confirmed the value for a while.
    """
    place = view.at(pack.facts[fact].kind)
    if place is None:
        return frozenset()
    value, observed = place[fact], place.snapshot.facts.get(fact)
    now = () if isinstance(value, Unknown) else (str(value),)
    return frozenset((*now, *((observed.value,) if observed is not None else ())))
