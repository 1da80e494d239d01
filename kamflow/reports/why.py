"""Why a transition can or cannot be made: every criterion, its value, its age, who can fix it."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.analysis.smallest import SmallestChange, smallest_change
from kamflow.engine.approvals import resolve
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.electorate import electorate
from kamflow.engine.gates import judge_gate
from kamflow.engine.people import holders
from kamflow.engine.promises import shut_by
from kamflow.engine.tables import explain_table
from kamflow.engine.view import View
from kamflow.language.sentences import sentence
from kamflow.model.decision import Finding, Reading
from kamflow.model.pack import Transition
from kamflow.model.snapshot import OpenCondition
from kamflow.model.values import Cause, Severity, Unknown, Verdict


class SeenFact(Struct, frozen=True, kw_only=True):
    """A value that a criterion read."""

    name: str  # or the text of a former value, of a reading of a series, of a set
    value: str | None  # None when unknown
    recorded: str | None  # the newest value that was recorded, stale or not
    unit: str
    source: str  # system, "derived", "parameter", or "" for a value that was never recorded
    author: str
    as_of: datetime | None
    age_days: int | None
    former: bool = False  # whether it was read from the history


class WaivedView(Struct, frozen=True, kw_only=True):
    """A waiver for which a criterion does not keep its gate shut."""

    id: str  # of the request
    asked_by: str
    owner: str
    reason: str
    until: date  # the last day, UTC


class CriterionView(Struct, frozen=True, kw_only=True):
    """One criterion as it stands now."""

    id: str
    severity: Severity
    verdict: Verdict
    condition: str
    sentence: str  # the condition in plain words
    why: str
    fix_by: tuple[str, ...]
    people: tuple[str, ...]  # who holds one of the roles of `fix_by`
    seen: tuple[SeenFact, ...]
    causes: tuple[Cause, ...]
    waived: WaivedView | None = None


class RowView(Struct, frozen=True, kw_only=True):
    """A row of a decision table: hit, or what kept it from being hit."""

    table: str
    row: str
    hit: bool
    result: dict[str, str]
    why: str
    missed: tuple[str, ...]


class ShutBy(Struct, frozen=True, kw_only=True):
    """An escalation that keeps a gate shut while it is open."""

    id: str
    rule: str
    title: str
    severity: str
    raised_at: datetime


class TransitionView(Struct, frozen=True, kw_only=True):
    """A transition as it stands now: `open` when asking for it would not be refused.

    `conditions` of an earlier yes and escalations (`shut_by`) keep it shut although its gate may be
    met.
    """

    id: str
    trigger: str
    targets: tuple[str, ...]
    automatic: bool
    open: bool
    guard: str
    guard_verdict: Verdict
    gate: str | None
    gate_title: str
    verdict: Verdict
    must_met: int
    must_total: int
    should_met: int
    should_total: int
    waived: int  # criteria that are not met and do not keep the gate shut
    criteria: tuple[CriterionView, ...]
    smallest_change: SmallestChange | None  # what would open the gate, if there is one
    approval: str | None
    voters: tuple[str, ...]
    requested_by: tuple[str, ...]
    conditions: tuple[OpenCondition, ...] = ()
    shut_by: tuple[ShutBy, ...] = ()
    observed: bool = False  # whether the gate is only observed, and keeps nothing shut


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything that leads on from where a subject is."""

    subject: str
    name: str
    stage: str
    as_of: datetime
    policy: str
    transitions: tuple[TransitionView, ...]
    tables: tuple[RowView, ...]

    @property
    def smallest_change(self) -> SmallestChange | None:
        """What would open the gate of the first transition; nothing when it has no gate."""
        return self.transitions[0].smallest_change if self.transitions else None


def explain(compiled: CompiledPack, view: View, trigger: str | None = None) -> Explanation:
    """Return how each transition from here stands, or those of one trigger."""
    snapshot, pack = view.snapshot, compiled.pack
    leaving = pack.workflows[snapshot.workflow].leaving(snapshot.stage)
    chosen = [item for item in leaving if trigger in (None, item.trigger)]
    return Explanation(
        subject=snapshot.id,
        name=snapshot.name,
        stage=snapshot.stage,
        as_of=view.scene.now,
        policy=f"{pack.id} {pack.version} ({pack.digest[:12]})",
        transitions=tuple(explain_transition(compiled, view, item) for item in chosen),
        tables=tuple(_rows(compiled, view, chosen)),
    )


def explain_transition(compiled: CompiledPack, view: View, item: Transition) -> TransitionView:
    """Return how one transition stands now."""
    guard = True if item.when is None else compiled.ask(item.when, view)
    gate = compiled.pack.gates[item.gate] if item.gate else None
    before = item.approval is not None
    judged = judge_gate(compiled, gate.id, view, before_approval=before) if gate else None
    change = smallest_change(compiled, gate.id, view, before_approval=before) if gate else None
    findings = judged.findings if judged else ()
    must = [found for found in findings if found.severity is Severity.MUST]
    should = [found for found in findings if found.severity is Severity.SHOULD]
    verdict = judged.verdict if judged else Verdict.MET
    approval, voters = _approval(compiled, view, item)
    conditions = shut_by(compiled.pack.workflows[view.snapshot.workflow], view.snapshot, item)
    escalations = tuple(_shutting(view, item))
    observed = gate is not None and bool(gate.observe)
    met = verdict is Verdict.MET or observed
    return TransitionView(
        id=item.id,
        trigger=item.trigger,
        targets=item.targets,
        automatic=item.automatic,
        open=guard is True and met and not conditions and not escalations,
        guard=item.when.text if item.when else "",
        guard_verdict=_verdict(guard),
        gate=gate.id if gate else None,
        gate_title=gate.title if gate else "",
        verdict=verdict,
        must_met=sum(found.verdict is Verdict.MET for found in must),
        must_total=len(must),
        should_met=sum(found.verdict is Verdict.MET for found in should),
        should_total=len(should),
        waived=sum(found.waived is not None for found in findings),
        criteria=tuple(_criterion(compiled, view, found) for found in findings),
        smallest_change=change,
        approval=approval,
        voters=voters,
        requested_by=item.requested_by,
        conditions=conditions,
        shut_by=escalations,
        observed=observed,
    )


def _shutting(view: View, item: Transition) -> Iterator[ShutBy]:
    """Yield the open escalations, here and above, that keep the gate of a transition shut."""
    above = (found for place in view.upward() for found in place.snapshot.escalations.values())
    for found in above:
        if item.gate is not None and item.gate in found.shut and not found.observed:
            yield ShutBy(
                id=found.id,
                rule=found.rule,
                title=found.title,
                severity=found.severity,
                raised_at=found.raised_at,
            )


def _verdict(value: object) -> Verdict:
    if isinstance(value, Unknown):
        return Verdict.UNKNOWN
    return Verdict.MET if value is True else Verdict.UNMET


def _approval(
    compiled: CompiledPack, view: View, item: Transition
) -> tuple[str | None, tuple[str, ...]]:
    """Return which approval would be asked for, and who could vote on it."""
    if item.approval is None:
        return None, ()
    approval = resolve(compiled, item.approval, view)
    if isinstance(approval, Unknown):
        return item.approval, ()
    return approval.id, tuple(sorted(electorate(compiled, approval, view, "").people))


def _criterion(compiled: CompiledPack, view: View, found: Finding) -> CriterionView:
    criterion = found.criterion
    people: set[str] = set()
    for role in criterion.fix_by:
        system = compiled.pack.roles[role].identity is not None
        people |= {"a connected system"} if system else holders(compiled.pack, view, role)
    told = {item.name: item.value for item in found.readings if item.value is not None}
    return CriterionView(
        id=criterion.id,
        severity=found.severity,
        verdict=found.verdict,
        condition=criterion.condition.text,
        sentence=sentence(criterion.condition, compiled.pack, view.snapshot.kind, told),
        why=criterion.why,
        fix_by=criterion.fix_by,
        people=tuple(sorted(people)),
        seen=tuple(_seen(compiled, view, reading) for reading in found.readings),
        causes=found.causes,
        waived=_waived(found),
    )


def _waived(found: Finding) -> WaivedView | None:
    item = found.waived
    if item is None:
        return None
    return WaivedView(
        id=item.id,
        asked_by=item.asked_by,
        owner=item.owner,
        reason=item.reason,
        until=item.ends_on,
    )


def _seen(compiled: CompiledPack, view: View, reading: Reading) -> SeenFact:
    observed, pack = reading.observation, compiled.pack
    fact = pack.facts.get(reading.name)
    parameter = pack.parameters.get(reading.name.removeprefix("P."))
    declared = fact or parameter
    computed = "" if fact and fact.derived is None else "derived"
    return SeenFact(
        name=reading.name,
        value=reading.value,
        recorded=observed.value if observed else None,
        unit=declared.shape.unit if declared else reading.unit,
        source=observed.source if observed else "parameter" if parameter else computed,
        author=observed.author if observed else "",
        as_of=observed.as_of if observed else None,
        age_days=view.day - observed.as_of.toordinal() if observed else None,
        former=observed is not None and declared is None,
    )


def _rows(compiled: CompiledPack, view: View, chosen: list[Transition]) -> list[RowView]:
    """Return the rows of the tables on which the chosen transitions hang."""
    pack = compiled.pack
    routed = {
        pack.approvals[item.approval].route or "" for item in chosen if item.approval is not None
    }
    return [
        RowView(
            table=table.id,
            row=check.row.id,
            hit=check.hit,
            result=check.row.then,
            why=check.row.why,
            missed=check.missed,
        )
        for table in pack.tables.values()
        if any(route.startswith(f"{table.id}.") for route in routed)
        for check in explain_table(table, pack, view)
    ]
