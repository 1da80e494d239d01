"""Escalations, event rules, timers, regions and messages in words."""

from collections.abc import Iterable, Iterator

from kamflow.analysis.document import Block, Bullets, Document, Heading, Paragraph
from kamflow.analysis.formalities import settings_words
from kamflow.analysis.lifetimes import roles_words, share_words
from kamflow.analysis.naming import capital, listed
from kamflow.language.alert_words import event_title, time_words
from kamflow.language.sentences import phrase, sentence
from kamflow.language.wording import fact_words, plain_words
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from kamflow.model.rules import (
    OF_STAGE,
    Effects,
    Escalating,
    EventRule,
    Item,
    Mark,
    Notifying,
    Region,
    RegionMove,
    Rung,
    TaskRule,
    Timer,
    Together,
)

_OBSERVED = "It is only observed: judged and reported, without effect."


def alerts(pack: Pack) -> Document:
    """Return what is escalated to whom, and what happens by time."""
    rules = [block for item in pack.rules.values() for block in rule_words(pack, item)]
    timers = [block for item in pack.timers.values() for block in timer_words(pack, item)]
    regions = [block for item in pack.regions.values() for block in region_words(pack, item)]
    told: list[Block] = []
    for title, blocks in (
        ("Escalations", [*_escalating(pack, pack.escalating)]),
        ("Event rules", rules),
        ("Timers", timers),
        ("States beside the stage", regions),
        ("Messages", [*_notifying(pack.notifying)]),
    ):
        told += [Heading(2, title), *blocks] if blocks else []
    return tuple(told)


def _escalating(pack: Pack, said: Escalating | None) -> Iterator[Block]:
    if said is None:
        return
    if said.levels:
        yield Bullets(
            tuple(
                (f"{level.id}: {roles_words(pack, level.roles, 'and')}", _wait(pack, level.wait))
                for level in said.levels
            )
        )
    told = [f"What is {severity} starts at {level}." for severity, level in said.start.items()]
    if said.cooldown:
        span = time_words(pack, said.cooldown)
        told.append(f"For {span} after the end the same is not escalated again.")
    if said.late:
        span = time_words(pack, said.late)
        told.append(f"Rules do not see events that are told of more than {span} later.")
    if told:
        yield Paragraph(" ".join(told))


def _wait(pack: Pack, wait: str) -> tuple[str, ...]:
    if not wait:
        return ()
    return (f"When nobody acknowledges within {time_words(pack, wait)}, the next level joins.",)


# ---- rules


def rule_words(pack: Pack, rule: EventRule) -> Iterator[Block]:
    """Yield what an event rule looks for, and what it calls for."""
    yield Heading(3, f"{rule.title} ({rule.id})")
    told = [*_fires(pack, rule), *_severity(pack, rule), *_joining(pack, rule.to)]
    told += _effects(pack, rule.kind, rule.effects)
    told += _ends(pack, rule)
    if rule.observe:
        told.append(_OBSERVED)
    if rule.why:
        told.append(f"Why: {rule.why}")
    yield Bullets(tuple((text, ()) for text in told))


def _fires(pack: Pack, rule: EventRule) -> Iterator[str]:
    if rule.each is not None:
        field, event = plain_words(rule.each.field), event_title(pack, rule.each.event)
        yield f"It is judged for each {field} that {event} events tell of."
    if rule.when is not None:
        lasting = _lasting(pack, rule.lasting)
        yield f"It fires when this holds{lasting}: {sentence(rule.when, pack, rule.kind)}"
    if rule.together is not None:
        also = "These also have to" if rule.when is not None else "It fires when these"
        yield f"{also} come together: {_together(pack, rule.kind, rule.together)}."
    yield from _stages(rule.stages)


def _lasting(pack: Pack, span: str) -> str:
    return f" for {time_words(pack, span)} without a break" if span else ""


def _together(pack: Pack, kind: str, said: Together) -> str:
    events = listed([_item(pack, kind, item) for item in said.items], "and")
    return f"{events}, in any order, at most {time_words(pack, said.within)} apart"


def _item(pack: Pack, kind: str, item: Item) -> str:
    event = event_title(pack, item.event)
    if item.where is None:
        return event
    return f"{event} for which {_clause(item.where, pack, kind)}"


def _clause(condition: Condition, pack: Pack, kind: str) -> str:
    told = sentence(condition, pack, kind).removesuffix(".")
    return f"{told[:1].lower()}{told[1:]}"


def _stages(stages: tuple[str, ...]) -> Iterator[str]:
    if stages:
        yield f"Only in {listed([plain_words(item) for item in stages], 'or')}."


def _severity(pack: Pack, rule: EventRule) -> Iterator[str]:
    if rule.severity == "info":
        yield "It is told once, and nothing is escalated."
        return
    yield f"It is {rule.severity}."
    for grade in rule.grades:
        joined = "".join(f" {text}" for text in _joining(pack, grade.to))
        when = sentence(grade.when, pack, rule.kind)
        yield f"It is {grade.severity} when: {when}{joined}"


def _joining(pack: Pack, rungs: Iterable[Rung]) -> Iterator[str]:
    """Yield who joins an escalation, in one sentence."""
    told = [_rung(pack, item) for item in rungs]
    if told:
        yield f"It goes to {listed(told, 'and')}."


def _rung(pack: Pack, item: Rung) -> str:
    who = item.level or roles_words(pack, item.roles, "and")
    return f"{who} after {time_words(pack, item.after)}" if item.after else who


def _ends(pack: Pack, rule: EventRule) -> Iterator[str]:
    if rule.clears_when is not None:
        lasting = _lasting(pack, rule.clears_lasting)
        yield f"It ends when this holds{lasting}: {sentence(rule.clears_when, pack, rule.kind)}"
    elif rule.severity != "info":
        yield "People end it."
    if rule.cooldown and rule.cooldown != "0 days":
        yield f"For {time_words(pack, rule.cooldown)} after that it is not escalated again."


# ---- effects


def _effects(pack: Pack, kind: str, said: Effects | None) -> Iterator[str]:
    if said is None:
        return
    if said.tell:
        yield f"It tells {roles_words(pack, said.tell, 'and')}."
    for task in said.tasks:
        yield _task(pack, kind, task)
    if said.propose:
        yield f"It proposes {listed(said.propose, 'or')}."
    if said.request:
        yield f"The engine asks for {said.request}."
    if said.shut:
        gates = [f"gate {gate}" for gate in said.shut]
        yield f"It shuts {listed(gates, 'and')} while it is open."
    if said.set:
        yield f"{capital(settings_words(said.set, pack, kind))}."


def _task(pack: Pack, kind: str, task: TaskRule) -> str:
    within = f", within {time_words(pack, task.within)}" if task.within else ""
    done = ""
    if task.done_when is not None:
        done = f" It is done when this holds: {sentence(task.done_when, pack, kind)}"
    return f"Task for {roles_words(pack, task.roles)}{within}: {task.title}.{done}"


# ---- timers


def timer_words(pack: Pack, timer: Timer) -> Iterator[Block]:
    """Yield what a timer counts from, and what happens on its way."""
    yield Heading(3, f"{timer.title} ({timer.id})")
    told = [(text, ()) for text in _runs(pack, timer)]
    yield Bullets((*told, *(_mark(pack, timer.kind, mark) for mark in timer.marks)))


def _runs(pack: Pack, timer: Timer) -> Iterator[str]:
    since = "when the stage is entered"
    if timer.since is not None:
        since = f"on {phrase(timer.since.tree, pack, timer.kind)}"
    span = "the time of the stage" if timer.due == OF_STAGE else time_words(pack, timer.due)
    yield f"It starts {since} and takes {span}."
    yield from _stages(timer.stages)
    if timer.unless is not None:
        yield f"It does not run while this holds: {sentence(timer.unless, pack, timer.kind)}"
    if timer.observe:
        yield _OBSERVED
    if timer.why:
        yield f"Why: {timer.why}"


def _mark(pack: Pack, kind: str, mark: Mark) -> tuple[str, tuple[str, ...]]:
    title = f": {mark.title}" if mark.title else ""
    told = [f"It is {mark.severity}, and escalated."] if mark.severity else []
    told += [*_joining(pack, mark.to), *_effects(pack, kind, mark.effects)]
    return f"{capital(_place(pack, mark))}{title} ({mark.id})", tuple(told)


def _place(pack: Pack, mark: Mark) -> str:
    if mark.percent is not None:
        return f"at {share_words(mark.percent, pack)} of the time"
    if not mark.offset:
        return "at the end"
    side = "before" if mark.offset[0] == "-" else "after"
    return f"{time_words(pack, mark.offset[1:])} {side} the end"


# ---- regions and messages


def region_words(pack: Pack, region: Region) -> Iterator[Block]:
    """Yield the states of a region, and the ways between them."""
    yield Heading(3, f"{region.title} ({region.id})")
    fact = pack.facts.get(region.fact)
    name = fact_words(fact, region.kind) if fact else plain_words(region.fact)
    states = listed(fact.shape.values if fact else (), "or")
    yield Paragraph(f"The {name} is {states}, from the best to the worst; the worst way wins.")
    yield Bullets(tuple((_move(pack, region, move), ()) for move in region.moves))


def _move(pack: Pack, region: Region, move: RegionMove) -> str:
    way = f"{move.id}: from {listed(move.sources, 'or')} to {move.target}"
    held = sentence(move.when, pack, region.kind)
    return f"{way} when this holds{_lasting(pack, move.lasting)}: {held}"


def _notifying(said: Notifying | None) -> Iterator[Block]:
    if said is None:
        return
    told = [f"Messages come {said.digest}." if said.digest else "Messages come at once."]
    if said.quiet_from:
        hours = f"from {said.quiet_from} to {said.quiet_to}"
        told.append(f"Nobody is told {hours}, on weekends or on holidays, but for what is urgent.")
    yield Paragraph(" ".join(told))
    if said.notices:
        urgent = [(item.type, ("urgent",) if item.urgent else ()) for item in said.notices]
        yield Bullets((("There are texts for:", ()), *urgent))
