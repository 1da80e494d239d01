"""What happened, in the past tense, appended for ever."""

from datetime import datetime

from msgspec import Struct

from kamflow.model.snapshot import Observation
from kamflow.model.values import Cause, Severity, Verdict


class KeptFinding(Struct, frozen=True, kw_only=True, gc=False):
    """A finding as the history keeps it: the verdict and the values that were read."""

    criterion: str
    severity: Severity
    verdict: Verdict
    values: dict[str, str] = {}  # name -> canonical text; names without a value are in `causes`
    causes: tuple[Cause, ...] = ()


class Happening(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something that happened to one instance."""


class SubjectOpened(Happening, frozen=True, kw_only=True, gc=False):
    """A subject was entered and its instance began."""

    subject: str
    kind: str
    name: str
    parent: str | None
    workflow: str
    stage: str


class FactsRecorded(Happening, frozen=True, kw_only=True, gc=False):
    """Values were observed; `forgotten` names facts that have no value any more."""

    facts: dict[str, Observation]
    forgotten: tuple[str, ...] = ()


class EventReported(Happening, frozen=True, kw_only=True, gc=False):
    """Something in the world was reported; `name` stands in the policy, values are text."""

    name: str
    happened_at: datetime  # aware UTC; event time
    payload: dict[str, str] = {}
    source: str = ""


class CohortFrozen(Happening, frozen=True, kw_only=True, gc=False):
    """The members of a set at this moment were kept under a name."""

    cohort: str
    members: tuple[str, ...]  # ids


class RoleAssigned(Happening, frozen=True, kw_only=True, gc=False):
    """A person holds a role here from now on."""

    role: str
    person: str


class RoleEnded(Happening, frozen=True, kw_only=True, gc=False):
    """A person holds a role here no longer."""

    role: str
    person: str


class ApprovalRequested(Happening, frozen=True, kw_only=True, gc=False):
    """People were asked to sign off a transition whose gate is met."""

    id: str
    approval: str
    transition: str
    target: str
    remark: str = ""
    findings: tuple[KeptFinding, ...] = ()


class VoteCast(Happening, frozen=True, kw_only=True, gc=False):
    """A person answered."""

    id: str
    vote: str
    remark: str = ""


class ApprovalDecided(Happening, frozen=True, kw_only=True, gc=False):
    """A sign-off was given or refused. `automatic`: by a condition of the pack, not by people."""

    id: str
    approval: str
    transition: str
    approved: bool
    automatic: bool = False
    reason: str = ""
    findings: tuple[KeptFinding, ...] = ()


class ApprovalWithdrawn(Happening, frozen=True, kw_only=True, gc=False):
    """A sign-off is not asked for any more."""

    id: str
    reason: str


class StageEntered(Happening, frozen=True, kw_only=True, gc=False):
    """A transition was made. `stage` equals `left` when the stage was not left."""

    transition: str
    trigger: str
    left: str
    stage: str
    remark: str = ""
    findings: tuple[KeptFinding, ...] = ()


class CommandRefused(Happening, frozen=True, kw_only=True, gc=False):
    """A command was refused; it changed nothing else."""

    command: str
    reasons: tuple[str, ...]
    transition: str = ""
    findings: tuple[KeptFinding, ...] = ()


Event = (
    SubjectOpened
    | FactsRecorded
    | EventReported
    | CohortFrozen
    | RoleAssigned
    | RoleEnded
    | ApprovalRequested
    | VoteCast
    | ApprovalDecided
    | ApprovalWithdrawn
    | StageEntered
    | CommandRefused
)


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event in its place in the history of an instance."""

    instance: str
    sequence: int  # from 1
    at: datetime  # aware UTC; when the command was decided
    actor: str
    pack: str  # digest of the policy that decided
    event: Event
    cause: int | None = None  # sequence of the event of the same decision that set it off
