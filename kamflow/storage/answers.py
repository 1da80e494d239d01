"""Answers kept under the key of their request, so that asking again has no second effect."""

from hashlib import sha256

from msgspec import Struct

from kamflow.errors import KeyReusedError
from kamflow.model.commands import Command
from kamflow.model.decision import Decision, Finding, GateVerdict, Reading
from kamflow.model.events import Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot, Waiver
from kamflow.model.values import Cause, Severity, Verdict


class Request(Struct, frozen=True, gc=False):
    """A command that was asked for under a key."""

    key: str
    command: bytes  # digest

    def require(self, other: "Request") -> None:
        """Make sure that the same key stands for the same command.

        Raises:
            KeyReusedError: It does not.
        """
        if self.command != other.command:
            raise KeyReusedError(self.key)


def request_of(key: str, subject: str, command: Command, text: bytes) -> Request:
    """Return the request of a command to a subject; `text` is the command, encoded."""
    told = b"%b\n%b\n%b" % (type(command).__name__.encode(), subject.encode(), text)
    return Request(key, sha256(told).digest())


class KeptFinding(Struct, frozen=True, array_like=True, gc=False):
    """A finding without its criterion, which stands in the pack."""

    criterion: str
    severity: Severity
    verdict: Verdict
    readings: tuple[Reading, ...]
    causes: tuple[Cause, ...]
    waived: Waiver | None = None


class KeptAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a decision says besides its events, which stand in the history."""

    accepted: bool
    reasons: tuple[str, ...] = ()
    faults: dict[str, str] = {}
    gate: str = ""
    pack: str = ""  # that has the gate
    verdict: Verdict | None = None
    findings: tuple[KeptFinding, ...] = ()


def kept_answer(decision: Decision) -> KeptAnswer:
    """Return what is kept of a decision."""
    gate = decision.gate
    accepted, reasons, faults = decision.accepted, decision.reasons, decision.faults
    if gate is None:
        return KeptAnswer(accepted=accepted, reasons=reasons, faults=faults)
    return KeptAnswer(
        accepted=accepted,
        reasons=reasons,
        faults=faults,
        gate=gate.gate,
        pack=decision.events[0].pack if decision.events else "",
        verdict=gate.verdict,
        findings=tuple(
            [
                KeptFinding(i.criterion.id, i.severity, i.verdict, i.readings, i.causes, i.waived)
                for i in gate.findings
            ]
        ),
    )


def given_answer(
    kept: KeptAnswer, events: tuple[Recorded, ...], snapshot: Snapshot | None, pack: Pack | None
) -> Decision:
    """Return the decision as it was given the first time."""
    return Decision(
        accepted=kept.accepted,
        events=events,
        snapshot=snapshot,
        reasons=kept.reasons,
        faults=kept.faults,
        gate=_gate(kept, pack),
    )


def _gate(kept: KeptAnswer, pack: Pack | None) -> GateVerdict | None:
    if kept.verdict is None or pack is None:
        return None
    criteria = {item.id: item for item in pack.gates[kept.gate].criteria}
    findings = tuple(
        Finding(criteria[i.criterion], i.severity, i.verdict, i.readings, i.causes, i.waived)
        for i in kept.findings
    )
    return GateVerdict(gate=kept.gate, verdict=kept.verdict, findings=findings)
