"""A policy in plain English, for people who have to agree to it and will not read its files."""

from collections.abc import Callable, Iterable, Iterator

from kamflow.analysis.alerts import alerts, region_words, rule_words, timer_words
from kamflow.analysis.calendars import calendar_words, closure_words
from kamflow.analysis.document import Block, Bullets, Document, Grid, Heading, Paragraph
from kamflow.analysis.facets import override_words, words
from kamflow.analysis.formalities import approval_words, settings_words
from kamflow.analysis.governance import governance
from kamflow.analysis.lifetimes import roles_words
from kamflow.analysis.naming import capital, listed, role_words
from kamflow.analysis.places import kept_words, waitlists
from kamflow.errors import NotFoundError
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.sentences import phrase, sentence
from kamflow.language.wording import stated_words, value_words
from kamflow.model.approval import Approval
from kamflow.model.expression import Aggregate, Condition, Name
from kamflow.model.pack import (
    RETURNING,
    SAME,
    Calendar,
    Criterion,
    Freeze,
    Gate,
    Pack,
    Row,
    Scorecard,
    Scored,
    Stage,
    Table,
    Transition,
    Workflow,
)
from kamflow.model.values import format_number

_STAGES = {
    "initial": "This is where it begins",
    "active": "Work goes on here",
    "waiting": "It waits here",
    "steady": "It may stay here",
    "end": "This is an end",
}


def describe_pack(pack: Pack) -> Document:
    """Return the whole policy."""
    return (
        Heading(1, f"{pack.title} ({pack.id} {pack.version})"),
        Paragraph(_about(pack)),
        *_all("Workflows", pack.workflows.values(), lambda item: _workflow(pack, item)),
        *_all("Gates", pack.gates.values(), lambda item: _gate(pack, item)),
        *_all("Approvals", pack.approvals.values(), lambda item: _approval(pack, item)),
        *governance(pack),
        *waitlists(pack),
        *alerts(pack),
        *_all("Decision tables", pack.tables.values(), lambda item: _table(pack, item)),
        *_all("Scorecards", pack.scorecards.values(), lambda item: _scorecard(pack, item)),
        *_all("Calendars", pack.calendars.values(), lambda item: _calendar(pack, item)),
        *_parameters(pack),
        *_facts(pack),
        *_roles(pack),
    )


_Describe = Callable[[Pack, str], Document]


def describe_part(pack: Pack, sort: str, name: str) -> Document:
    """Return one part of the policy; `sort` is one of `PARTS`.

    Raises:
        NotFoundError: The policy has no such part.
    """
    known, describe = PARTS[sort]
    names = known(pack)
    if name not in names:
        raise NotFoundError(f"{pack.id} has no {sort} `{name}`{did_you_mean(name, names)}")
    return describe(pack, name)


PARTS: dict[str, tuple[Callable[[Pack], Iterable[str]], _Describe]] = {
    "workflow": (lambda pack: pack.workflows, lambda pack, it: _way(pack, pack.workflows[it])),
    "gate": (lambda pack: pack.gates, lambda pack, it: (*_gate(pack, pack.gates[it]),)),
    "approval": (
        lambda pack: pack.approvals,
        lambda pack, it: (*_approval(pack, pack.approvals[it]),),
    ),
    "table": (lambda pack: pack.tables, lambda pack, it: (*_table(pack, pack.tables[it]),)),
    "scorecard": (
        lambda pack: pack.scorecards,
        lambda pack, it: (*_scorecard(pack, pack.scorecards[it]),),
    ),
    "calendar": (
        lambda pack: pack.calendars,
        lambda pack, it: (*_calendar(pack, pack.calendars[it]),),
    ),
    "rule": (lambda pack: pack.rules, lambda pack, it: (*rule_words(pack, pack.rules[it]),)),
    "timer": (lambda pack: pack.timers, lambda pack, it: (*timer_words(pack, pack.timers[it]),)),
    "region": (
        lambda pack: pack.regions,
        lambda pack, it: (*region_words(pack, pack.regions[it]),),
    ),
}


def _all(title: str, items: Iterable[object], tell: Callable[..., Iterable[Block]]) -> Document:
    told = [block for item in items for block in tell(item)]
    return (Heading(2, title), *told) if told else ()


def _about(pack: Pack) -> str:
    kinds = [item.title.lower() for item in pack.kinds.values() if item.workflow]
    return (
        f"This policy governs {listed([f'each {kind}' for kind in kinds], 'and')}. "
        f"Amounts of money are in {pack.currency} unless they say something else."
    )


def _way(pack: Pack, workflow: Workflow) -> Document:
    """Return a workflow with the gates and approvals on it."""
    used = workflow.transitions
    gates = dict.fromkeys(item.gate for item in used if item.gate in pack.gates)
    approvals = dict.fromkeys(item.approval for item in used if item.approval in pack.approvals)
    return (
        *_workflow(pack, workflow),
        *_all("Gates", gates, lambda name: _gate(pack, pack.gates[name])),
        *_all("Approvals", approvals, lambda name: _approval(pack, pack.approvals[name])),
    )


# ---- workflows


def _workflow(pack: Pack, workflow: Workflow) -> Iterator[Block]:
    yield Heading(2, f"{workflow.title} ({workflow.id})")
    yield from (Paragraph(text) for text in _promises(workflow))
    for stage in workflow.stages.values():
        yield Heading(3, stage.id)
        yield Paragraph(_stage(pack, workflow, stage))
        leaving = workflow.leaving(stage.id)
        if leaving:
            yield Bullets(tuple(_transition(pack, workflow.kind, item) for item in leaving))


def _promises(workflow: Workflow) -> Iterator[str]:
    """Yield what the checks hold a workflow to."""
    for chain in workflow.milestones:
        yield f"Each of these is reached only through the one before: {', '.join(chain)}."
    if workflow.complete:
        told = ", ".join(workflow.complete)
        yield f"Whatever the values, there is a transition for {told} where it can be asked for."


def _stage(pack: Pack, workflow: Workflow, stage: Stage) -> str:
    told = [f"{stage.purpose}."] if stage.purpose else []
    told.append(f"{_STAGES[stage.kind]}.")
    if stage.sla_days is not None:
        told.append(f"It should take at most {stage.sla_days} days.")
    if stage.set:
        told.append(f"When it is entered, {settings_words(stage.set, pack, workflow.kind)}.")
    told += kept_words(stage.keep, pack, workflow.kind)
    return " ".join(told)


def _transition(pack: Pack, kind: str, item: Transition) -> tuple[str, tuple[str, ...]]:
    return f"{item.trigger}: {_target(item)} ({item.id})", tuple(_terms(pack, kind, item))


def _target(item: Transition) -> str:
    if item.targets == (SAME,):
        return "the stage is not left"
    if item.targets == (RETURNING,):
        return "back to the stage it came from"
    return f"to {listed(item.targets, 'or')}"


def _terms(pack: Pack, kind: str, item: Transition) -> Iterator[str]:
    if item.when is not None:
        yield f"Only while this holds: {sentence(item.when, pack, kind)}"
    yield _asking(pack, item)
    if item.gate in pack.gates:
        yield f"Gate {item.gate} has to be met: {pack.gates[item.gate].title}."
    if item.despite_conditions:
        yield "Open conditions of an earlier yes do not keep it shut."
    if item.approval in pack.approvals:
        title = pack.approvals[item.approval].title
        yield f"Approval {item.approval} has to be given: {title}."
    yield from _effects(pack, kind, item)


def _asking(pack: Pack, item: Transition) -> str:
    asked = [role_words(pack, role) for role in item.requested_by if role != "system"]
    people = f"{listed(asked, 'or')} may ask for it" if asked else "Anybody may ask for it"
    if item.automatic:
        people = "The engine asks for it by itself" + (f"; {people} too" if asked else "")
    elif item.requested_by and not asked:
        people = "Only the engine asks for it"
    return f"{capital(people)}."


def _effects(pack: Pack, kind: str, item: Transition) -> Iterator[str]:
    if item.set_on_approval:
        yield f"With the approval, {settings_words(item.set_on_approval, pack, kind)}."
    if item.set:
        yield f"Then {settings_words(item.set, pack, kind)}."
    for frozen in item.freeze:
        yield f"The cohort “{frozen.cohort}” is frozen: {_members(pack, kind, frozen)}."
    if item.note:
        yield _note(item.note)


def _members(pack: Pack, kind: str, frozen: Freeze) -> str:
    """Return who gets into a cohort: `the accounts for which the account is a pilot`."""
    counted = Aggregate(
        function="count",
        members=frozen.members,
        where=frozen.where.tree if frozen.where else None,
    )
    return f"the {phrase(counted, pack, kind).removeprefix('the number of ')}"


def _note(note: str) -> str:
    return f"Note: {note.removesuffix('.')}."


# ---- what decides


def _gate(pack: Pack, gate: Gate) -> Iterator[Block]:
    yield Heading(3, f"{gate.id}: {gate.title}")
    if gate.observe:
        yield Paragraph("It is only observed: judged and reported, and keeps nothing shut.")
    yield Bullets(tuple(_criterion(pack, gate, item) for item in gate.criteria))


def _criterion(pack: Pack, gate: Gate, item: Criterion) -> tuple[str, tuple[str, ...]]:
    severity = "must" if item.must else "should"
    if item.must_when is not None:
        severity = "should, at times must"
    head = f"{item.id} ({severity}): {sentence(item.condition, pack, gate.kind)}"
    return head, tuple(_remarks(pack, gate.kind, item))


def _remarks(pack: Pack, kind: str, item: Criterion) -> Iterator[str]:
    if item.must_when is not None:
        yield f"A must when: {sentence(item.must_when, pack, kind)}"
    if item.needs:
        known = [phrase(one.tree, pack, kind) for one in item.needs]
        yield f"First {listed(known, 'and')} must be known."
    if item.settled_by_approval:
        yield "The approval brings it about."
    if item.why:
        yield f"Why: {item.why}"
    if item.fix_by:
        roles = [role_words(pack, role) for role in item.fix_by]
        yield f"Who can change it: {listed(roles, 'or')}."
    yield from _waiver(pack, item)
    if item.note:
        yield _note(item.note)


def _waiver(pack: Pack, item: Criterion) -> Iterator[str]:
    if not item.waivable:
        yield "It is never waived."
    if pack.approval_of_waiver(item):
        yield f"Approval {item.waived_by[0]} decides on a waiver."
    elif item.waived_by:
        yield f"Who decides on a waiver: {roles_words(pack, item.waived_by, 'and')}."


def _approval(pack: Pack, approval: Approval) -> Iterator[Block]:
    yield Heading(3, f"{approval.id}: {approval.title}")
    note = f" {_note(approval.note)}" if approval.note else ""
    yield Paragraph(f"{approval_words(approval, pack)}{note}")


def _table(pack: Pack, table: Table) -> Iterator[Block]:
    yield Heading(3, f"{table.title} ({table.id})")
    yield Paragraph("The first row that holds decides. A row that is unknown stops the search.")
    yield Bullets(tuple(_row(pack, table, row) for row in table.rows))


def _row(pack: Pack, table: Table, row: Row) -> tuple[str, tuple[str, ...]]:
    held = "Otherwise." if row.when is None else sentence(row.when, pack, table.kind)
    then = listed([f"the {column} is {value}" for column, value in row.then.items()], "and")
    return f"{row.id}: {held}", (f"Then {then}.", *([f"Why: {row.why}"] if row.why else []))


def _scorecard(pack: Pack, card: Scorecard) -> Iterator[Block]:
    yield Heading(3, f"{card.title} ({card.id})")
    scale = ""
    if card.low is not None and card.high is not None:
        ends = f"{format_number(card.low)} to {format_number(card.high)}"
        scale = f" Points go from {ends} and count as 0 to 1."
    yield Paragraph(f"The points of each criterion times its weight, added up.{scale}")
    columns = ("criterion", "title", "weight", "points")
    yield Grid(columns, tuple(_scored(pack, item) for item in card.criteria))


def _scored(pack: Pack, item: Scored) -> tuple[str, str, str, str]:
    fact = pack.facts.get(item.fact)
    unit = fact.shape.unit if fact else ""
    told = []
    for band in item.bands:
        edge, word = (band.at_least, "from") if band.at_least is not None else (band.at_most, "to")
        at = value_words(edge, unit) if edge is not None else ""
        told.append(f"{format_number(band.points)} {word} {at}")
    otherwise = f", otherwise {format_number(item.otherwise)}" if item.bands else ""
    points = (", ".join(told) or "the value itself") + otherwise
    if item.missing is not None:
        points += f", {format_number(item.missing)} when unknown"
    return item.id, item.title, format_number(item.weight), points


def _calendar(pack: Pack, calendar: Calendar) -> Iterator[Block]:
    yield Heading(3, f"{calendar.title} ({calendar.id})")
    yield Paragraph(calendar_words(calendar, pack))
    if calendar.closures:
        yield Bullets(tuple((closure_words(item), ()) for item in calendar.closures))


# ---- what is declared


def _parameters(pack: Pack) -> Document:
    if not pack.parameters:
        return ()
    rows = tuple(
        (item.name, stated_words(item.shape, item.value), item.meaning, item.basis)
        for item in pack.parameters.values()
    )
    told = [
        (f"{item.name}: {override_words(one, item.shape)}", ())
        for item in pack.parameters.values()
        for one in item.overrides
    ]
    overridden = (Heading(3, "Other values for a time"), Bullets(tuple(told))) if told else ()
    columns = ("parameter", "value", "what it governs", "where it comes from")
    return (Heading(2, "Parameters"), Grid(columns, rows), *overridden)


def _facts(pack: Pack) -> Document:
    rows = tuple(
        (
            item.name,
            "" if item.title == item.name else item.title,
            item.shape.type
            if item.shape.unit in ("", "%")
            else f"{item.shape.type}, {item.shape.unit}",
            "worked out"
            if item.derived
            else listed([role_words(pack, role) for role in item.writers], "or"),
            words(item.max_age) if item.max_age else "",
        )
        for item in pack.facts.values()
    )
    columns = ("fact", "what it is", "type", "recorded by", "stale after")
    derived = tuple(
        (f"{item.name}: {_worked_out(pack, item.derived, item.kind)}.", ())
        for item in pack.facts.values()
        if item.derived
    )
    how = (Heading(3, "How facts are worked out"), Bullets(derived)) if derived else ()
    return (Heading(2, "Facts"), Grid(columns, rows), *how) if rows else ()


def _worked_out(pack: Pack, derived: Condition, kind: str) -> str:
    head = derived.text.partition(".")[0]
    if isinstance(derived.tree, Name) and head in (*pack.tables, *pack.scorecards):
        return f"read from the {'table' if head in pack.tables else 'scorecard'} {head}"
    return phrase(derived.tree, pack, kind)


def _roles(pack: Pack) -> Document:
    roles = pack.roles.values()
    columns: tuple[str, ...] = ("role", "who that is")
    rows: tuple[tuple[str, ...], ...] = tuple((role_words(pack, it.id), it.who) for it in roles)
    if any(role.higher for role in roles):
        higher = (roles_words(pack, role.higher) for role in roles)
        columns = (*columns, "who may stand in")
        rows = tuple((*row, told) for row, told in zip(rows, higher, strict=True))
    return (Heading(2, "Roles"), Grid(columns, rows)) if rows else ()
