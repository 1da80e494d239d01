"""Reads a workflow: its stages and transitions."""

import re

from kamflow.language.decisions import own_id
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader, Use, read_condition
from kamflow.language.source import Node, Scalar
from kamflow.model.pack import RETURNING, SAME, Setting, Stage, Transition, Workflow

STAGE_KINDS = ("initial", "active", "waiting", "steady", "end")


def read_workflow(node: Node, reader: Reader) -> tuple[Scalar, Workflow] | None:
    """Read a workflow with its id."""
    fields = Fields(node, "workflow", "the workflow", reader)
    name = fields.scalar("id")
    if not fields.require("id", "subject", "stages", "transitions") or name is None:
        return None
    kind = fields.name("subject", "subject") or ""
    stages = {
        stage.text: _read_stage(stage, value, kind, reader)
        for stage, value in fields.entries("stages")
    }
    _one_initial(fields, name.text, stages)
    read = (
        _read_transition(item, name.text, kind, stages, reader)
        for item in fields.items("transitions")
    )
    workflow = Workflow(
        id=name.text,
        title=fields.text("title", name.text),
        kind=kind,
        stages=stages,
        transitions=tuple(item for item in read if item is not None),
    )
    _reachable(fields, workflow)
    return name, workflow


def _read_stage(name: Scalar, node: Node, kind: str, reader: Reader) -> Stage:
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
        set=_read_settings(fields, "set", kind),
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
        set_on_approval=_read_settings(fields, "set_on_approval", kind),
        set=_read_settings(fields, "set", kind),
        note=fields.text("note"),
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


def _read_settings(fields: Fields, key: str, kind: str) -> tuple[Setting, ...]:
    settings = []
    for fact, value in fields.entries(key):
        actor = isinstance(value, Scalar) and value.text == "actor"
        what = "settable person fact" if actor else "settable fact"
        fields.reader.uses.append(Use(fact, what, kind))
        if not isinstance(value, Scalar):
            fields.report(value.place, "K205", f"what `{fact.text}` is set to is an expression")
        elif value.text == "actor":
            settings.append(Setting(fact=fact.text, actor=True))
        elif value.text == "absent":
            settings.append(Setting(fact=fact.text))
        else:
            read = read_condition(value, kind, f"fact {fact.text}", fields.reader)
            if read is not None:
                settings.append(Setting(fact=fact.text, value=read))
    return tuple(settings)


def _reachable(fields: Fields, workflow: Workflow) -> None:
    """Report stages that no chain of transitions leads to."""
    reached = {stage.id for stage in workflow.stages.values() if stage.kind == "initial"}
    while True:
        further = {
            target
            for item in workflow.transitions
            if reached.intersection(item.sources)
            for target in item.targets
            if target in workflow.stages
        }
        if further <= reached:
            break
        reached |= further
    for stage in [item for item in workflow.stages if reached and item not in reached]:
        message = f"stage `{stage}` of `{workflow.id}` cannot be reached: no transition leads there"
        fields.report(fields.place, "K403", message)
