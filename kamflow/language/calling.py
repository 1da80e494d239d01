"""Checks that event rules and timers call for what can be, once the whole pack is read."""

from collections.abc import Iterable, Iterator

from kamflow.language.fields import Reader
from kamflow.model.pack import Pack, Transition, Workflow
from kamflow.model.rules import OF_STAGE, Effects, EventRule, Timer


def check_calling(pack: Pack, reader: Reader) -> None:
    """Report rules and timers that nothing can come of as they are written."""
    for name in pack.rules.keys() & pack.timers.keys():
        message = f"`{name}` is a rule as well; give the timer a name of its own"
        reader.sink.report(reader.places["timer", name], "K204", message)
    for rule in pack.rules.values():
        place = reader.places["rule", rule.id]
        for message in _of_rule(pack, rule):
            reader.sink.report(place, "K206", message)
    for timer in pack.timers.values():
        place = reader.places["timer", timer.id]
        for message in _of_timer(pack, timer):
            reader.sink.report(place, "K206", message)
    _check_highest(pack, reader)


def _of_rule(pack: Pack, rule: EventRule) -> Iterator[str]:
    what = f"rule `{rule.id}`"
    yield from _of_kind(pack, what, rule.kind)
    yield from _of_effects(pack, what, rule.kind, (rule.effects,))
    if rule.severity == "info":
        if rule.to or rule.clears_when or rule.grades:
            yield (
                f"{what} tells once what is `info`: no `to`, `grades` or `clears_when`; give it "
                "another severity, or leave them out"
            )
        if rule.effects is not None and rule.effects.shut:
            yield f"{what} opens no escalation, so it shuts no gate; leave out `shut`"
    elif any(item.severity == "info" for item in rule.grades):
        yield f"a grade of {what} is `info`, and an open escalation is worse; write `low`"
    if rule.clears_lasting and rule.clears_when is None:
        yield f"{what} has `clears_lasting` and no `clears_when`; add it or leave out the span"
    if rule.lasting and rule.when is None:
        yield f"{what} has `lasting` and no `when`; add it or leave out the span"


def _of_timer(pack: Pack, timer: Timer) -> Iterator[str]:
    what = f"timer `{timer.id}`"
    yield from _of_kind(pack, what, timer.kind)
    yield from _of_effects(pack, what, timer.kind, (mark.effects for mark in timer.marks))
    for mark in timer.marks:
        if mark.effects is not None and mark.effects.shut and not mark.severity:
            yield (
                f"mark `{mark.id}` of {what} opens no escalation, so it shuts no gate; give it a "
                "`severity`, or leave out `shut`"
            )
    workflow = _workflow(pack, timer.kind)
    if timer.due != OF_STAGE or workflow is None:
        return
    if timer.since is not None:
        yield f"{what} runs from a date, and no stage gives it an `sla`; write `due` as a span"
    stages = [item for item in workflow.stages.values() if item.id in timer.stages]
    if not any(item.sla_days for item in stages or workflow.stages.values()):
        yield f"{what} is due by the `sla` of the stage, and none of its stages has one; add it"


def _of_kind(pack: Pack, what: str, name: str) -> Iterator[str]:
    kind = pack.kinds.get(name)
    if kind is not None and kind.workflow is None:
        yield f"{what} is about `{name}`, which goes through no workflow; name another subject"


def _of_effects(
    pack: Pack, what: str, kind: str, effects: Iterable[Effects | None]
) -> Iterator[str]:
    workflow = _workflow(pack, kind)
    known = {item.id: item for item in workflow.transitions} if workflow else {}
    for item in effects:
        wanted = known.get(item.request) if item is not None else None
        if wanted is not None and not _may_ask(pack, wanted):
            yield (
                f"{what} requests `{wanted.id}`, for which the engine may not ask; write "
                "`propose`, or name the role with `identity: system` in its `requested_by`"
            )


def _workflow(pack: Pack, name: str) -> Workflow | None:
    """Return the workflow of a kind, where both are known and it has one."""
    kind = pack.kinds.get(name)
    return pack.workflows.get(kind.workflow or "") if kind else None


def _may_ask(pack: Pack, item: Transition) -> bool:
    """Tell whether the engine may ask for a transition: people decide it, or it is open to it."""
    roles = [pack.roles[name] for name in item.requested_by if name in pack.roles]
    open_to_it = not item.requested_by or any(role.identity == "system" for role in roles)
    return open_to_it or item.approval is not None


def _check_highest(pack: Pack, reader: Reader) -> None:
    for level in pack.escalating.levels[-1:] if pack.escalating else ():
        if level.wait:
            message = f"nobody joins after level `{level.id}`, the highest; leave out its `wait`"
            reader.sink.report(reader.places["section", "escalating"], "K206", message)
