"""Workflows to draw: built from a line for each stage and each transition, or at random."""

from hypothesis import strategies as st

from kamflow.model.pack import Pack, Stage, Transition, Workflow

PACK = Pack(id="test", title="Test", version="1.0.0", currency="EUR")
SHIPPED = ("account_lifecycle", "program_rollout")
KINDS = ("active", "waiting", "steady", "end")


def a_workflow(stages: dict[str, str], *transitions: str) -> Workflow:
    """Return a workflow: kind by stage, and transitions such as `hold: a, b -> c`."""
    return Workflow(
        id="test",
        title="Test",
        kind="account",
        stages={name: Stage(id=name, kind=kind) for name, kind in stages.items()},
        transitions=tuple(_transition(f"T{n}", text) for n, text in enumerate(transitions)),
    )


def _transition(name: str, text: str) -> Transition:
    trigger, _, way = text.partition(": ")
    sources, _, targets = way.partition(" -> ")
    return Transition(
        id=name,
        trigger=trigger,
        sources=tuple(sources.split(", ")),
        targets=tuple(targets.split(", ")),
    )


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Return any workflow, sensible or not."""
    names = [f"stage_{number}" for number in range(draw(st.integers(1, 12)))]
    kinds = {name: draw(st.sampled_from(KINDS)) for name in names[1:]}
    some = st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True).map(tuple)
    targets = st.one_of(some, st.just(("same",)), st.just(("returning",)))
    ids = st.sampled_from([None, "G-1", "AP-LONG-NAME"])
    transitions = [
        Transition(
            id=f"T{number}",
            trigger=draw(st.sampled_from(["go", "start_something_long"])),
            sources=draw(some),
            targets=draw(targets),
            gate=draw(ids),
            approval=draw(ids),
            automatic=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 20)))
    ]
    return Workflow(
        id="any",
        title="Any",
        kind="account",
        stages={
            name: Stage(
                id=name,
                kind=kinds.get(name, "initial"),
                sla_days=draw(st.sampled_from([None, 30])),
                purpose=draw(st.sampled_from(["", "short", "a purpose of many words " * 5])),
            )
            for name in names
        },
        transitions=tuple(transitions),
    )
