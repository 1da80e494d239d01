"""The engine's answer: what was decided, and everything that led to it."""

from typing import TypeAlias

from msgspec import Struct

from kamflow.model.events import Event, Recorded
from kamflow.model.kept import KeptFinding
from kamflow.model.pack import Criterion
from kamflow.model.snapshot import Observation, Snapshot, Waiver
from kamflow.model.values import Cause, Severity, Verdict

Schedule: TypeAlias = dict[str, int]
"""When a rule or timer has to be looked at again: id -> seconds since 1970, UTC.

Worked out from the policy and the subject, and so no part of its snapshot.
"""


class Reading(Struct, frozen=True, gc=False):
    """A name that a condition read, and what stood there."""

    name: str
    value: str | None  # canonical text; None when unknown
    observation: Observation | None = None  # None when it is derived or a parameter
    unit: str = ""  # of what has no declaration of its own: former values, what sets come to

    def __str__(self) -> str:
        told = self.observation
        since = f" ({told.source}, as of {told.as_of:%Y-%m-%d})" if told else ""
        return f"{self.name} = {self.value} {self.unit}".rstrip() + since


class Finding(Struct, frozen=True, gc=False):
    """What one criterion comes to, and why."""

    criterion: Criterion
    severity: Severity
    verdict: Verdict
    readings: tuple[Reading, ...]
    causes: tuple[Cause, ...] = ()
    waived: Waiver | None = None  # for which it does not keep the gate shut

    def kept(self) -> KeptFinding:
        """Return the finding as the history keeps it."""
        return KeptFinding(
            criterion=self.criterion.id,
            severity=self.severity,
            verdict=self.verdict,
            values={item.name: item.value for item in self.readings if item.value is not None},
            causes=self.causes,
            waived=self.waived.id if self.waived else "",
        )


class GateVerdict(Struct, frozen=True, kw_only=True, gc=False):
    """What a gate comes to, with one finding for each criterion, in the gate's order."""

    gate: str
    verdict: Verdict
    findings: tuple[Finding, ...]

    def open_findings(self) -> tuple[Finding, ...]:
        """Return the findings that keep the gate shut."""
        return tuple(
            item
            for item in self.findings
            if item.severity is Severity.MUST
            and item.verdict is not Verdict.MET
            and item.waived is None
        )

    def waived_findings(self) -> tuple[Finding, ...]:
        """Return the findings that would keep the gate shut, were they not waived."""
        return tuple(item for item in self.findings if item.waived is not None)


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a command. A refusal carries events too: it is kept in the history."""

    accepted: bool
    events: tuple[Recorded, ...]
    snapshot: Snapshot | None  # after the events; None when the subject was never opened
    reasons: tuple[str, ...] = ()
    gate: GateVerdict | None = None
    faults: dict[str, str] = {}  # fact -> why it could not be recorded
    schedule: Schedule | None = None  # as it is to be kept; nothing where it has not changed
    touched: frozenset[str] = frozenset()  # what rules of other subjects may read of this one

    @property
    def happenings(self) -> tuple[Event, ...]:
        """The events without their place in the history."""
        return tuple(item.event for item in self.events)

    def explain(self) -> str:
        """Return the reasons and what keeps the gate shut, with values, for a person to read."""
        lines = [
            "accepted" if self.accepted else "refused",
            *(f"  {text}" for text in self.reasons),
        ]
        for finding in self.gate.open_findings() if self.gate else ():
            lines.append(
                f"  {finding.criterion.id} {finding.verdict}: {finding.criterion.condition.text}"
            )
            lines += [f"    {item}" for item in finding.readings if item.value is not None]
            lines += [f"    `{cause.name}`: {cause.reason}" for cause in finding.causes]
            if finding.criterion.fix_by:
                lines.append(f"    can be fixed by {', '.join(finding.criterion.fix_by)}")
        return "\n".join(lines)
