"""Judges gates."""

from collections.abc import Mapping

from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack, ReadyCriterion
from kamflow.engine.view import Source, View
from kamflow.model.decision import Finding, GateVerdict
from kamflow.model.snapshot import Waiver
from kamflow.model.values import Severity, Unknown, Value, Verdict

_MUST, _SHOULD = Severity.MUST, Severity.SHOULD
_MET, _UNMET, _UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


def judge_gate(
    compiled: CompiledPack, gate_id: str, view: View, *, before_approval: bool = False
) -> GateVerdict:
    """Judge every criterion of a gate and combine the findings.

    Judging goes on after the first failure, because a report lists everything still open.

    Args:
        compiled: Pack that has the gate.
        gate_id: Gate to judge.
        view: Subject at the instant of judgement.
        before_approval: Leave out the criteria that the approval itself brings about.

    Returns:
        The verdict with one finding per criterion, in the gate's order. The gate is unmet when a
        `must` is unmet, else unknown when a `must` is unknown, else met. What is waived today
        blocks nothing.
    """
    gate = compiled.gate(gate_id)
    if view.snapshot.kind == gate.kind:
        view.fetch(gate.facts)
    criteria = gate.before_approval if before_approval else gate.criteria
    findings = tuple([_judge(item, view) for item in criteria])
    if view.snapshot.waivers:
        waivers = view.snapshot.waived(compiled.pack.gates[gate_id], view.today)
        findings = tuple([_waived(item, waivers) for item in findings])
    return GateVerdict(gate=gate_id, verdict=_combined(findings), findings=findings)


def _combined(findings: tuple[Finding, ...]) -> Verdict:
    """Return what the findings of a gate come to together."""
    verdict = _MET
    for found in findings:
        if found.verdict is not _MET and found.severity is _MUST and found.waived is None:
            if found.verdict is _UNMET:
                return _UNMET
            verdict = _UNKNOWN
    return verdict


def _judge(item: ReadyCriterion, view: View) -> Finding:
    criterion = item.criterion
    value = item.judge(view)
    if item.needs:
        value = _once_known(item.needs, value, view)
    severity = _MUST
    if not criterion.must:
        # An unknown condition of severity is taken for the stricter one.
        strict = item.must_when is not None and item.must_when(view) is not False
        severity = _MUST if strict else _SHOULD
    try:
        readings = tuple(map(view.noted.__getitem__, item.names))
    except KeyError:
        readings = tuple(map(view.reading, item.names))
    if item.parameters:
        readings += item.parameters
    if item.further:
        readings = (*readings, *[one for show in item.further for one in show(view)])
    if value is True:
        return Finding(criterion, severity, _MET, readings)
    if value is False:
        return Finding(criterion, severity, _UNMET, readings)
    return Finding(criterion, severity, _UNKNOWN, readings, value.causes)


def _waived(found: Finding, waivers: Mapping[str, Waiver]) -> Finding:
    """Return a finding with the waiver for which it does not block, if it would and there is one.

    A `should` that does not block needs none, and neither does what is met.
    """
    waiver = waivers.get(found.criterion.id)
    if waiver is None or found.verdict is _MET or found.severity is not _MUST:
        return found
    return replace(found, waived=waiver)


def _once_known(needs: tuple[Source, ...], value: Value | Unknown, view: View) -> Value | Unknown:
    """Return `value`, or unknown with the causes of what has to be known first and is not."""
    for need in needs:
        needed = need(view)
        if isinstance(needed, Unknown):
            value = value.joined(needed) if isinstance(value, Unknown) else needed
    return value
