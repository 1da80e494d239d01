"""Where names get their values from that every subject with a workflow has: `subject.x`."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from kamflow.engine.beneath import names_beneath
from kamflow.engine.clocks import days_in_stage
from kamflow.engine.people import SYSTEM
from kamflow.engine.view import Source, View, age_limit
from kamflow.model.expression import Condition
from kamflow.model.pack import Gate, Pack, Stage, Transition
from kamflow.model.snapshot import OpenApproval
from kamflow.model.values import Cause, Unknown

AHEAD = 14  # days before a value is stale in which it counts as one that soon will be
LATE = timedelta(hours=24)  # before a request, in which an edit is a late one


def engine_source(name: str, pack: Pack) -> Source:
    """Return how a name of the engine is read."""
    return _MAKERS[name](pack)


def _days_in_stage(_pack: Pack) -> Source:
    return lambda view: Decimal(days_in_stage(view.snapshot, view.today))


def _sla_days(pack: Pack) -> Source:
    missing = Unknown((Cause("subject.sla_days", "the stage has none"),))

    def read(view: View) -> Any:  # noqa: ANN401 - Decimal or Unknown
        stage = _stage(pack, view)
        return Decimal(stage.sla_days) if stage and stage.sla_days else missing

    return read


def _conditions_overdue(_pack: Pack) -> Source:
    def read(view: View) -> Decimal:
        today = view.today
        return Decimal(sum(item.due_on < today for item in view.snapshot.conditions.values()))

    return read


def _next_waiver_end(pack: Pack) -> Source:
    missing = Unknown((Cause("subject.next_waiver_end", "no waiver holds"),))

    def read(view: View) -> Any:  # noqa: ANN401 - date or Unknown
        held = view.snapshot.waivers_under(pack, view.today)
        return min((item.ends_on for item in held), default=missing)

    return read


def _requests_overdue(_pack: Pack) -> Source:
    def read(view: View) -> Decimal:
        now, asked = view.scene.now, view.snapshot.approvals.values()
        ends = (item.due.at for item in asked if item.due is not None)
        return Decimal(sum(at is not None and at <= now for at in ends))

    return read


def _unchanged_requests(_pack: Pack) -> Source:
    return lambda view: Decimal(view.snapshot.unchanged)


def _stale_facts(pack: Pack) -> Source:
    """Count what was recorded and is too old, or will be soon.

    What may be no older than the time ahead counts when it is too old already.
    """
    beneath = _beneath(pack)

    def read(view: View) -> Decimal:
        day, observed = view.day, view.snapshot.facts
        gates = {item.gate for item in _leaving(pack, view) if item.gate is not None}
        aged = {fact: limit for gate in gates for fact, limit in beneath(gate).items() if limit}
        edges = {name: limit - AHEAD if limit > AHEAD else limit for name, limit in aged.items()}
        return Decimal(
            sum(
                name in observed and day - observed[name].as_of.toordinal() > edge
                for name, edge in edges.items()
            )
        )

    return read


def _late_edits(pack: Pack) -> Source:
    beneath = _beneath(pack)

    def edited(view: View, asked: OpenApproval) -> Iterator[str]:
        if asked.requested_by == SYSTEM:
            return
        since = asked.requested_at - LATE
        item = next((i for i in _leaving(pack, view) if i.id == asked.transition), None)
        for name in beneath(item.gate) if item and item.gate else ():
            told = view.snapshot.facts.get(name)
            if told is None or told.author != asked.requested_by:
                continue
            if since <= told.recorded_at <= asked.requested_at:
                yield name

    def read(view: View) -> Decimal:
        asked = view.snapshot.approvals.values()
        return Decimal(len({name for item in asked for name in edited(view, item)}))

    return read


def _beneath(pack: Pack) -> Callable[[str], dict[str, int | None]]:
    """Return what gives the recorded facts that a gate reads, each with how old it may be."""
    kept: dict[str, dict[str, int | None]] = {}

    def of(gate_id: str) -> dict[str, int | None]:
        if gate_id not in kept:
            gate = pack.gates[gate_id]
            names = names_beneath(pack, _conditions(gate))
            facts = (fact for fact in pack.facts.values() if fact.name in names)
            kept[gate_id] = {
                fact.name: age_limit(fact, pack)
                for fact in facts
                if fact.derived is None and fact.kind == gate.kind
            }
        return kept[gate_id]

    return of


def _conditions(gate: Gate) -> Iterator[Condition]:
    for item in gate.criteria:
        yield item.condition
        yield from item.needs
        if item.must_when is not None:
            yield item.must_when


def _stage(pack: Pack, view: View) -> Stage | None:
    workflow = pack.workflows.get(view.snapshot.workflow)
    return workflow.stages.get(view.snapshot.stage) if workflow else None


def _leaving(pack: Pack, view: View) -> tuple[Transition, ...]:
    workflow = pack.workflows.get(view.snapshot.workflow)
    return workflow.leaving(view.snapshot.stage) if workflow else ()


_MAKERS: dict[str, Callable[[Pack], Source]] = {
    "subject.days_in_stage": _days_in_stage,
    "subject.sla_days": _sla_days,
    "subject.conditions_overdue": _conditions_overdue,
    "subject.next_waiver_end": _next_waiver_end,
    "subject.stale_facts": _stale_facts,
    "subject.requests_overdue": _requests_overdue,
    "subject.unchanged_requests": _unchanged_requests,
    "subject.late_edits": _late_edits,
}
