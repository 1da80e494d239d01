"""Decides on what goes round a gate or back over a decision: glass, call-ins, appeals, reviews."""

from typing import assert_never

from kamflow.engine.afterwards import within
from kamflow.engine.approvals import BREAK_GLASS
from kamflow.engine.asking import Asked, No, ask
from kamflow.engine.deadlines import last_day
from kamflow.engine.draft import Draft
from kamflow.engine.moves import (
    enter,
    go_past_gate,
    guard_of,
    guard_reason,
    judged,
    target_of,
)
from kamflow.engine.people import SYSTEM, holders, holds_any, lacking
from kamflow.engine.segregation import named_by
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.approval import Appeal
from kamflow.model.commands import BreakGlass, CallIn, CloseReview, LodgeAppeal, RevisionCommand
from kamflow.model.deadline import Due
from kamflow.model.decision import Decision
from kamflow.model.events import ApprovalDecided, GlassBroken, ReviewClosed, ReviewOpened
from kamflow.model.pack import Pack, Transition
from kamflow.model.snapshot import OpenApproval, Revisable

_ANSWERS = {"confirm": "confirmed", "object": "objected"}
_HOW = {"call_in": "called in", "appeal": "appealed against"}


def decide_revision(draft: Draft, command: RevisionCommand) -> Decision | None:
    """Ask people to look at it, or refuse with the reason."""
    match command:
        case BreakGlass():
            name, no = "break glass", _break_glass(draft, command)
        case CallIn():
            name, no = "call in", _call_in(draft, command)
        case LodgeAppeal():
            name, no = "appeal", _appeal(draft, command)
        case CloseReview():
            name, no = "close review", _close(draft, command)
        case _:
            assert_never(command)
    return draft.refused(name, *no.reasons, transition=no.transition, gate=no.gate) if no else None


def settled(draft: Draft, open_one: OpenApproval, *, approved: bool) -> No | None:
    """Do what follows from a decided call-in, appeal or broken glass; say why it cannot be done."""
    item = _transition(draft, open_one.transition)
    if isinstance(item, No):
        return item
    if open_one.purpose == "call_in":
        if not approved:
            _undo(draft, open_one, item)
        return None
    if not approved:
        return None
    if open_one.purpose == "appeal":
        return _uphold(draft, open_one, item)
    return _break(draft, open_one, item)


def _transition(draft: Draft, identity: str) -> Transition | No:
    """Return a transition that a decision would make, if the policy still has it."""
    known = draft.compiled.pack.workflows[draft.snapshot.workflow].transitions
    found = next((item for item in known if item.id == identity), None)
    return found or No((f"the policy has no transition {identity} any more",))


# ---------------------------------------------------------------------------- breaking the glass


def _break_glass(draft: Draft, command: BreakGlass) -> No | None:
    pack = draft.compiled.pack
    rule = pack.break_glass
    if rule is None:
        return No(("the policy lets nobody pass a gate; it has no section `break_glass`",))
    if not holds_any(pack, draft.view, command.actor, rule.asked_by):
        return No((lacking(pack, draft.view, command.actor, rule.asked_by),))
    if not command.reason.strip():
        return No(("say why it cannot wait",))
    item = _named(draft, command.trigger)
    if isinstance(item, No):
        return item
    goal = target_of(draft, item, command.target)
    if isinstance(goal, No):
        return goal
    for open_one in draft.snapshot.approvals.values():
        if open_one.purpose == "break_glass" and open_one.transition == item.id:
            return No((f"`{open_one.id}` asks for that already",), item.id)
    return ask(
        draft,
        Asked(
            approval=BREAK_GLASS,
            transition=item.id,
            target=goal,
            remark=command.reason,
            purpose="break_glass",
        ),
    )


def _named(draft: Draft, trigger: str) -> Transition | No:
    """Return the transition of a trigger that is open here; a broken gate is no other way."""
    here = draft.compiled.leaving(draft.snapshot.workflow, draft.snapshot.stage)
    named = [item for item in here if item.trigger == trigger]
    if not named:
        hint = did_you_mean(trigger, [item.trigger for item in here])
        return No((f"stage `{draft.snapshot.stage}` has no trigger `{trigger}`{hint}",))
    enabled = [item for item in named if guard_of(draft, item) is True]
    if len(enabled) == 1:
        return _for_people(draft.compiled.pack, enabled[0])
    return No(tuple(guard_reason(draft, item) for item in named), named[0].id)


def _for_people(pack: Pack, item: Transition) -> Transition | No:
    """Return a transition, unless the engine or a connected system alone may ask for it."""
    if not item.requested_by or any(not pack.roles[role].identity for role in item.requested_by):
        return item
    only = ", ".join(item.requested_by)
    why = f"{item.trigger} ({item.id}) is asked for by {only} alone, and by people in no emergency"
    return No((why,), item.id)


def _break(draft: Draft, open_one: OpenApproval, item: Transition) -> No | None:
    """Make the transition past its gate, and have it looked at afterwards."""
    rule = draft.compiled.pack.break_glass
    if rule is None:
        return No(("the policy lets nobody pass a gate any more",), item.id)
    vote = next(vote for vote in reversed(open_one.votes) if vote.vote == "approve")
    asked, until = open_one.requested_by, within(draft, rule.review_within)
    draft.emit(
        GlassBroken(
            id=open_one.id,
            transition=item.id,
            asked_by=asked,
            confirmed_by=vote.person,
            reason=open_one.remark,
        )
    )
    draft.gate = judged(draft, item, before_approval=False)
    people = tuple(dict.fromkeys((asked, vote.person, vote.of)))
    opened = ReviewOpened(
        id=open_one.id, kind="break_glass", roles=rule.reviewed_by, people=people, due=until
    )
    draft.emit(opened, actor=SYSTEM)
    go_past_gate(draft, item, open_one.target, open_one.remark)
    draft.notes.append(f"{', '.join(rule.reviewed_by)} has to review it {_by(draft, until)}")
    return None


def _by(draft: Draft, until: Due) -> str:
    """Return the last day on which something can be done, for a person to read."""
    if until.at is None:
        return "soon"
    return f"by {last_day(draft.compiled.calendar_of(draft.view), until.at)}"


# ---------------------------------------------------------------------------- looking again


def _call_in(draft: Draft, command: CallIn) -> No | None:
    found = _open_to(draft, command.decision, "call_in")
    if isinstance(found, No):
        return found
    pack = draft.compiled.pack
    rule = pack.approvals[found.approval].call_in if found.approval in pack.approvals else None
    if rule is None:
        return No((f"the policy does not let {found.approval} be called in any more",))
    if not holds_any(pack, draft.view, command.actor, rule.by):
        return No((lacking(pack, draft.view, command.actor, rule.by),))
    return _again(draft, command, rule.approval, rule.undo)


def _appeal(draft: Draft, command: LodgeAppeal) -> No | None:
    found = _open_to(draft, command.decision, "appeal")
    if isinstance(found, No):
        return found
    pack = draft.compiled.pack
    rule = pack.approvals[found.approval].appeal if found.approval in pack.approvals else None
    if rule is None:
        return No((f"the policy allows no appeal against {found.approval} any more",))
    people = _who_may_appeal(draft, rule)
    if command.actor not in people:
        may = ", ".join(sorted(people)) or "nobody"
        return No((f"`{command.actor}` may not appeal against it; {may} may",))
    return _again(draft, command, rule.approval, rule.transition)


def _who_may_appeal(draft: Draft, rule: Appeal) -> frozenset[str]:
    pack, view = draft.compiled.pack, draft.view
    groups = (
        named_by(pack, view, word) if word in pack.facts else holders(pack, view, word)
        for word in rule.by
    )
    return frozenset().union(*groups)


def _open_to(draft: Draft, decision: str, kind: str) -> Revisable | No:
    """Return a decision that can still be looked at again in that way."""
    found = draft.snapshot.revisable.get(decision)
    if found is None:
        hint = did_you_mean(decision, draft.snapshot.revisable)
        return No((f"`{decision}` is no decision that can be {_HOW[kind]}, or was once{hint}",))
    if found.kind != kind:
        return No((f"`{decision}` can be {_HOW[found.kind]}, not {_HOW[kind]}",))
    if found.until <= draft.now:
        return No((f"`{decision}` could be {_HOW[kind]} until {found.until:%Y-%m-%d %H:%M} UTC",))
    return found


def _again(
    draft: Draft, command: CallIn | LodgeAppeal, approval: str, transition: str
) -> No | None:
    """Ask people to look at a decision again."""
    if not command.reason.strip():
        return No(("say what is wrong with it",))
    item = _transition(draft, transition)
    if isinstance(item, No):
        return item
    if draft.snapshot.stage not in item.sources:
        here = draft.snapshot.stage
        return No((f"{item.trigger} ({item.id}), which would follow, leads not on from {here}",))
    goal = target_of(draft, item, None)
    if isinstance(goal, No):
        return goal
    asked = Asked(
        approval=approval,
        transition=item.id,
        target=goal,
        remark=command.reason,
        purpose="call_in" if isinstance(command, CallIn) else "appeal",
        about=command.decision,
    )
    return ask(draft, asked)


def _undo(draft: Draft, open_one: OpenApproval, item: Transition) -> None:
    """Take back what was approved automatically; people have decided, so no gate is asked."""
    stage = draft.snapshot.stage
    if stage not in item.sources:
        draft.notes.append(f"{item.trigger} is not made: it leads not on from {stage}")
        return
    draft.gate = None
    barred = _decided(draft, open_one.about)
    go_past_gate(draft, item, open_one.target, open_one.remark, barred=barred)


def _decided(draft: Draft, identity: str) -> str:
    """Return the transition that a decision of the past was about."""
    return next(
        (
            recorded.event.transition
            for recorded in draft.events_so_far()
            if isinstance(recorded.event, ApprovalDecided) and recorded.event.id == identity
        ),
        "",
    )


def _uphold(draft: Draft, open_one: OpenApproval, item: Transition) -> No | None:
    """Make the transition that an appeal was about, if its guard and gate hold."""
    if draft.snapshot.stage not in item.sources:
        return No((f"{item.trigger} leads not on from {draft.snapshot.stage}",), item.id)
    if guard_of(draft, item) is not True:
        return No((guard_reason(draft, item),), item.id)
    return enter(draft, item, open_one.target, open_one.remark, approved=True)


# ---------------------------------------------------------------------------- reviews


def _close(draft: Draft, command: CloseReview) -> No | None:
    """Answer a review, by somebody who had no part in what is reviewed."""
    review = draft.snapshot.reviews.get(command.review)
    if review is None:
        hint = did_you_mean(command.review, draft.snapshot.reviews)
        return No((f"`{command.review}` waits for no review{hint}",))
    if command.answer not in _ANSWERS:
        return No((f"`{command.answer}` is no answer; it is {', '.join(_ANSWERS)}",))
    pack = draft.compiled.pack
    if not holds_any(pack, draft.view, command.actor, review.roles):
        return No((lacking(pack, draft.view, command.actor, review.roles),))
    if command.actor in review.people:
        return No((f"`{command.actor}` took part in it; somebody else has to review it",))
    if command.answer == "object" and not command.remark.strip():
        return No(("say what is wrong with it",))
    answer = _ANSWERS[command.answer]
    draft.emit(ReviewClosed(id=command.review, answer=answer, remark=command.remark))
    found = draft.snapshot.revisable.get(command.review)
    if answer == "objected" and found is not None and found.until > draft.now:
        until = f"{found.until:%Y-%m-%d %H:%M} UTC"
        draft.notes.append(f"`{found.id}` can be {_HOW[found.kind]} until {until}")
    return None
