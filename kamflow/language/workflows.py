"""Reads a workflow: its stages and transitions."""

import re
from collections import defaultdict

from kamflow.language.decisions import own_id
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader, read_condition
from kamflow.language.settings import read_settings
from kamflow.language.source import Listing, Node, Scalar
from kamflow.language.unparse import unparse
from kamflow.language.waitlists import read_keep
from kamflow.model.expression import Aggregate, Condition
from kamflow.model.pack import RETURNING, SAME, Freeze, Stage, Transition, Workflow

STAGE_KINDS = ("initial", "active", "waiting", "steady", "end")


def read_workflow(node: Node, reader: Reader) -> tuple[Scalar, Workflow] | None:
    """Read a workflow with its id."""
    fields = Fields(node, "workflow", "the workflow", reader)
    name = fields.scalar("id")
    if not fields.require("id", "subject", "stages", "transitions") or name is None:
        return None
    kind = fields.name("subject", "subject") or ""
    stages = {
        stage.text: _read_stage(stage, value, kind, name.text, reader)
        for stage, value in fields.entries("stages")
    }
    _one_initial(fields, name.text, stages)
    read = (
        _read_transition(item, name.text, kind, stages, reader)
        for item in fields.items("transitions")
    )
    transitions = tuple(item for item in read if item is not None)
    workflow = Workflow(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        stages=stages,
        transitions=transitions,
        complete=_read_complete(fields, transitions),
        milestones=_read_milestones(fields, stages),
    )
    _reachable(fields, workflow)
    return name, workflow


def _read_stage(name: Scalar, node: Node, kind: str, workflow: str, reader: Reader) -> Stage:
    reader.places[f"stage of `{workflow}`", name.text] = name.place
    fields = Fields(node, "stage", f"stage `{name.text}`", reader)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name.text) or name.text in (SAME, RETURNING):
        fields.report(name.place, "K205", f"`{name.text}` cannot be the name of a stage")
    fields.require("kind")
    sla = fields.matching("sla", r"(\d{1,5}) days?", "30 days")
    return Stage(
        id=name.text,
        kind=fields.pick("kind", STAGE_KINDS, "active"),
        sla_days=int(sla[1]) if sla else None,
        purpose=fields.text("purpose"),
        set=read_settings(fields, "set", kind),
        keep=read_keep(fields, kind),
    )


def _one_initial(fields: Fields, workflow: str, stages: dict[str, Stage]) -> None:
    initial = [stage.id for stage in stages.values() if stage.kind == "initial"]
    if len(initial) != 1:
        found = ", ".join(f"`{name}`" for name in initial) or "none"
        message = f"workflow `{workflow}` needs just one `initial` stage; it has {found}"
        fields.report(fields.place, "K402", message)


def _read_transition(
    node: Node, workflow: str, kind: str, stages: dict[str, Stage], reader: Reader
) -> Transition | None:
    fields = Fields(node, "transition", f"a transition of `{workflow}`", reader)
    if not fields.require("id", "trigger", "from", "to"):
        return None
    name = own_id(fields, "transition")
    fields.what = f"transition `{name}`"
    return Transition(
        id=name,
        trigger=fields.text("trigger"),
        sources=_stage_names(fields, "from", stages, ()),
        targets=_stage_names(fields, "to", stages, (SAME, RETURNING)),
        gate=fields.name("gate", "gate", kind),
        approval=fields.name("approval", "approval"),
        requested_by=fields.names("requested_by", "role"),
        when=fields.condition("when", kind),
        automatic=fields.flag("automatic", default=False),
        set_on_approval=read_settings(fields, "set_on_approval", kind),
        set=read_settings(fields, "set", kind),
        freeze=_read_freezes(fields, kind),
        note=fields.text("note"),
        despite_conditions=fields.flag("despite_conditions", default=False) or None,
    )


def _stage_names(
    fields: Fields, key: str, stages: dict[str, Stage], special: tuple[str, ...]
) -> tuple[str, ...]:
    """Return stages; a name that is none is reported here, where its neighbours are known."""
    names = []
    nodes = fields.items(key)
    if not nodes:
        fields.report(fields.place, "K205", f"`{key}` of {fields.what} names no stage")
    for node in nodes:
        if not isinstance(node, Scalar):
            fields.report(node.place, "K205", f"`{key}` of {fields.what} is a stage")
        elif node.text in stages or (node.text in special and len(nodes) == 1):
            names.append(node.text)
        else:
            hint = did_you_mean(node.text, stages)
            what = "target" if key == "to" else "source"
            fields.report(node.place, "K203", f"{what} `{node.text}` is not a stage{hint}")
    return tuple(names)


def _read_complete(fields: Fields, transitions: tuple[Transition, ...]) -> tuple[str, ...]:
    """Return the triggers for which there has to be a way whatever the values."""
    known = {item.trigger for item in transitions}
    words = tuple(fields.words("complete"))
    for word in words:
        if word.text not in known:
            hint = did_you_mean(word.text, known)
            fields.report(word.place, "K203", f"no transition has the trigger `{word.text}`{hint}")
    return tuple(word.text for word in words)


def _read_milestones(fields: Fields, stages: dict[str, Stage]) -> tuple[tuple[str, ...], ...]:
    """Return the lists of stages none of which is reached without the one before it."""
    lists = []
    for node in fields.items("milestones"):
        words = node.items if isinstance(node, Listing) else ()
        names = [word for word in words if isinstance(word, Scalar)]
        if not names or len(names) < len(words):
            what = "`milestones` holds lists of stages: `[[pilot, scale]]`"
            fields.report(node.place, "K205", what)
        for name in names:
            if name.text not in stages:
                hint = did_you_mean(name.text, stages)
                fields.report(name.place, "K203", f"milestone `{name.text}` is not a stage{hint}")
        lists.append(tuple(name.text for name in names))
    return tuple(lists)


_COUNT = "count("


def _read_freezes(fields: Fields, kind: str) -> tuple[Freeze, ...]:
    """Return the cohorts that are frozen: `{pilot: accounts where account.pilot}`.

    A set is written as inside `count(...)`, and read like that.
    """
    freezes = []
    for cohort, value in fields.entries("freeze"):
        if not isinstance(value, Scalar):
            fields.report(value.place, "K205", f"cohort `{cohort.text}` is frozen from a set")
            continue
        counted = Scalar(
            value.place, f"{_COUNT}{value.text})", value.inset - len(_COUNT), value.one_line
        )
        read = read_condition(counted, kind, "number", fields.reader)
        if read is not None and isinstance(read.tree, Aggregate):
            where = read.tree.where
            condition = None if where is None else Condition(unparse(where), where)
            freezes.append(Freeze(cohort=cohort.text, members=read.tree.members, where=condition))
    return tuple(freezes)


def _reachable(fields: Fields, workflow: Workflow) -> None:
    """Report stages that no chain of transitions leads to."""
    leading = defaultdict[str, list[str]](list)
    for item in workflow.transitions:
        for source in item.sources:
            leading[source] += (name for name in item.targets if name in workflow.stages)
    todo = [stage.id for stage in workflow.stages.values() if stage.kind == "initial"]
    reached = set(todo)
    while todo:
        further = [name for name in dict.fromkeys(leading[todo.pop()]) if name not in reached]
        reached.update(further)
        todo += further
    for stage in [item for item in workflow.stages if reached and item not in reached]:
        message = f"stage `{stage}` of `{workflow.id}` cannot be reached: no transition leads there"
        fields.report(fields.place, "K403", message)
