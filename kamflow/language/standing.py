"""Checks what is said around approvals: appeals, call-ins, waivers, shares of deadlines."""

from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from kamflow.language.asked import asking
from kamflow.language.fields import Reader
from kamflow.language.governing import value_of
from kamflow.model.approval import Approval, Approving
from kamflow.model.pack import RETURNING, SAME, Pack, Transition, Workflow
from kamflow.model.values import NUMERIC


def check_standing(pack: Pack, reader: Reader) -> None:
    """Report what is said around approvals and does not fit them."""
    for approval in pack.approvals.values():
        _check_automatic(approval, reader)
        _check_levels(approval, reader)
        if approval.call_in is not None:
            what = f"the call-in of approval `{approval.id}`"
            _check_decides(pack, what, approval.call_in.approval, approval, reader)
            _check_follows(pack, approval, _Way(f"`undo` of {what}", approval.call_in.undo), reader)
        if approval.appeal is not None:
            what = f"the appeal of approval `{approval.id}`"
            _check_decides(pack, what, approval.appeal.approval, approval, reader)
            way = _Way(f"`transition` of {what}", approval.appeal.transition, after_no=True)
            _check_follows(pack, approval, way, reader)
    if pack.waiving is not None:
        _check_decides(pack, "`waiving`", pack.waiving.approval, None, reader)
    _check_waivers(pack, reader)
    if pack.approving is not None:
        _check_shares(pack, pack.approving, reader)


def _check_automatic(approval: Approval, reader: Reader) -> None:
    """Report what follows an automatic yes where there is none."""
    if approval.auto_when is not None:
        return
    for key, said in (("call_in", approval.call_in), ("spot_check", approval.spot_check)):
        if said is not None:
            message = (
                f"`{key}` of approval `{approval.id}` is about automatic decisions, and it has no "
                "`auto_when`"
            )
            reader.sink.report(reader.places["approval", approval.id], "K206", message)


def _check_levels(approval: Approval, reader: Reader) -> None:
    for role in dict.fromkeys(approval.escalate_to):
        if approval.escalate_to.count(role) > 1:
            message = f"`{role}` is twice in `escalate_to` of approval `{approval.id}`"
            reader.sink.report(reader.places["approval", approval.id], "K206", message)


def _check_waivers(pack: Pack, reader: Reader) -> None:
    """Report what a criterion says of its waivers and people cannot be asked for."""
    for gate in pack.gates.values():
        for item in gate.criteria:
            named = [i for i in item.waived_by if i in pack.approvals and i not in pack.roles]
            if not named:
                continue
            what, message = f"`waived_by` of criterion `{item.id}`", ""
            if len(item.waived_by) > 1:
                message = f"{what} names roles, or one approval and nothing else"
            elif pack.approvals[named[0]].route is not None:
                message = _leads_on(what, named[0])
            if message:
                reader.sink.report(reader.places["criterion", item.id], "K206", message)


def _leads_on(what: str, name: str) -> str:
    return f"{what} names `{name}`, which only leads to others; name the one that decides"


def _check_decides(
    pack: Pack, what: str, name: str, approval: Approval | None, reader: Reader
) -> None:
    """Report an approval that people cannot be asked for: a route, or one that gives itself."""
    found = pack.approvals.get(name)
    if found is None:
        return
    place = reader.places[("approval", approval.id) if approval else ("section", "waiving")]
    if found.route is not None:
        message = _leads_on(what, name)
        reader.sink.report(place, "K206", message)
    elif found.auto_when is not None and approval is not None:
        message = (
            f"{what} names `{name}`, which has `auto_when`; people have to decide here, so name "
            "an approval without it"
        )
        reader.sink.report(place, "K206", message)


class _Way(Struct, frozen=True):
    """A transition that is made when a decision is looked at again."""

    what: str  # names it for the reader
    name: str
    after_no: bool = False  # whether also what was refused is looked at again


def _check_follows(pack: Pack, approval: Approval, way: _Way, reader: Reader) -> None:
    """Report a transition that cannot be made where the decision leaves the subject."""
    asked = {item.id for item in asking(pack, approval.id)}
    for flow in pack.workflows.values():
        deciding = [item for item in flow.transitions if item.id in asked]
        left = dict.fromkeys(stage for item in deciding for stage in _stages_after(item, way))
        problem = _problem(pack, flow, way, tuple(left)) if left else ""
        if problem:
            message = f"{way.what} is `{way.name}`, which {problem}"
            reader.sink.report(reader.places["approval", approval.id], "K206", message)


def _problem(pack: Pack, flow: Workflow, way: _Way, left: tuple[str, ...]) -> str:
    """Return why a transition cannot be made from stages of a workflow; nothing when it can."""
    every = {item.id: item for other in pack.workflows.values() for item in other.transitions}
    follows = every.get(way.name)
    if follows is None:  # said where names are looked at
        return ""
    if follows not in flow.transitions:
        return f"is none of workflow `{flow.id}`, where the decision is made"
    missing = [stage for stage in left if stage not in follows.sources]
    if missing and (len(missing) == len(left) or not way.after_no):
        stages = " or ".join(f"`{stage}`" for stage in missing)
        return f"does not start in {stages}, where the decision leads"
    if len(follows.targets) > 1:
        return f"leads to {' or '.join(follows.targets)}; name one that leads to a single stage"
    return ""


def _stages_after(item: Transition, way: _Way) -> tuple[str, ...]:
    """Return where a subject is once the transition is made, or after it was refused."""
    if item.targets == (SAME,):
        return item.sources
    targets = tuple(stage for stage in item.targets if stage != RETURNING)
    return (*targets, *item.sources) if way.after_no else targets


def _check_shares(pack: Pack, approving: Approving, reader: Reader) -> None:
    """Report shares of a deadline that do not follow each other."""
    known = {
        item.name: Decimal(item.value)
        for item in pack.parameters.values()
        if item.shape.type in NUMERIC
    }
    levels = [value_of(item, known) for item in approving.escalate]
    reminders = [value_of(item, known) for item in approving.remind]
    last = value_of(approving.expire, known)
    values = [item for item in levels if item is not None]
    wrong = []
    if any(first >= second for first, second in pairwise(values)):
        wrong.append("`escalate` does not rise from level to level")
    if last is not None and any(item > last for item in values):
        wrong.append("`escalate` has a level after `expire`")
    if last is not None and any(item is not None and item >= last for item in reminders):
        wrong.append("`remind` is not before `expire`")
    for what in wrong:
        message = f"{what}, in percent of the deadline"
        reader.sink.report(reader.places["section", "approving"], "K206", message)
