"""`decide`: what the engine answers to a command."""

from kamflow.engine.acts import acts_of
from kamflow.engine.asking import No
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.answering import decide_alert
from kamflow.engine.identities import fault_in_people
from kamflow.engine.moves import find_transition, request, set_on_opening
from kamflow.engine.people import SYSTEM
from kamflow.engine.recording import record_facts, report_event
from kamflow.engine.requests import RequestCommand, decide_request
from kamflow.engine.resting import come_to_rest
from kamflow.engine.revisions import decide_revision
from kamflow.engine.segregation import forbids
from kamflow.engine.staffing import decide_staff
from kamflow.engine.turning import turn
from kamflow.engine.view import Scene
from kamflow.engine.waivers import decide_waiver
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import (
    AlertCommand,
    BreakGlass,
    CallIn,
    CloseReview,
    Command,
    EndWaiver,
    LodgeAppeal,
    OpenSubject,
    RecordFacts,
    ReportEvent,
    RequestTransition,
    RequestWaiver,
    StaffCommand,
    Turn,
)
from kamflow.model.decision import Decision
from kamflow.model.events import SubjectOpened
from kamflow.model.snapshot import Snapshot


def decide(
    compiled: CompiledPack,
    scene: Scene,
    snapshot: Snapshot | None,
    command: Command,
    *,
    instance: str,
    newest: CompiledPack | None = None,
) -> Decision:
    """Return the answer to `command`, with the events that record it.

    The same policy, snapshot, command and instant give the same answer. A refusal is an answer too:
    it changes no stage and is kept in the history.

    Args:
        compiled: Policy under which the instance stands.
        scene: What may be looked at besides the snapshot, and the instant, aware UTC.
        snapshot: The instance; nothing when it is to be opened.
        command: What is asked for, and by whom.
        instance: Id of the instance.
        newest: Policy that is taken at the next stage; `compiled` if none.
    """
    draft = Draft(compiled, scene, snapshot, command.actor, instance=instance, newest=newest)
    if command.actor in ("", SYSTEM) and not isinstance(command, Turn):
        return draft.refused(_name(command), f"say who asks; `{SYSTEM}` is the engine alone")
    if (fault := fault_in_people(command)) is not None:
        return draft.refused(_name(command), fault)
    if snapshot is not None:
        if (endless := turn(draft)) is not None:
            return endless
        draft.keep()
        acts = acts_of(draft.compiled.pack, draft.snapshot, command)
        if forbidden := forbids(draft.compiled, draft.view, acts):
            return draft.refused(_name(command), *forbidden)
    answer = _answer(draft, command)
    if answer is not None:
        return answer
    touched = _touched_elsewhere(command)
    if draft.is_at_rest and not touched:
        return draft.accepted()  # as after nearly every turn
    return come_to_rest(draft, touched) or draft.accepted()


def _touched_elsewhere(command: Command) -> frozenset[str]:
    return frozenset(command.touched) if isinstance(command, Turn) else frozenset()


def _answer(draft: Draft, command: Command) -> Decision | None:
    """Do what is asked for; return a refusal where that cannot be."""
    match command:
        case OpenSubject():
            return _open(draft, command)
        case RecordFacts():
            return record_facts(draft, command.facts)
        case ReportEvent():
            return report_event(draft, command)
        case RequestTransition():
            return _transition(draft, command)
        case RequestWaiver() | EndWaiver():
            return decide_waiver(draft, command)
        case BreakGlass() | CallIn() | LodgeAppeal() | CloseReview():
            return decide_revision(draft, command)
        case Turn():
            return None
        case _:
            return _of_people(draft, command)


def _of_people(
    draft: Draft, command: StaffCommand | RequestCommand | AlertCommand
) -> Decision | None:
    if isinstance(command, AlertCommand):
        return decide_alert(draft, command)
    if isinstance(command, StaffCommand):
        return decide_staff(draft, command)
    return decide_request(draft, command)


def _name(command: Command) -> str:
    return command.trigger if isinstance(command, RequestTransition) else type(command).__name__


def _open(draft: Draft, command: OpenSubject) -> Decision | None:
    pack = draft.compiled.pack
    kind = pack.kinds.get(command.kind)
    if kind is None or kind.workflow is None:
        no_such_kind = did_you_mean(command.kind, pack.kinds)
        hint = no_such_kind if kind is None else ", so none can be opened; give it one"
        return draft.refused("open", f"the policy has no workflow for `{command.kind}`{hint}")
    if not command.id.strip() or set(command.id) & {"/", "#"}:
        return draft.refused("open", f"`{command.id}` is no id; it has letters, no `/` and no `#`")
    above = draft.scene.subject(command.parent) if command.parent else None
    if (None if above is None else above.snapshot.kind) != kind.parent:
        place = f"below a `{kind.parent}`" if kind.parent else "at the top, below nothing"
        return draft.refused("open", f"`{command.kind}` is opened {place}")
    workflow = pack.workflows[kind.workflow]
    draft.emit(
        SubjectOpened(
            subject=command.id,
            kind=command.kind,
            name=command.name,
            parent=command.parent,
            workflow=workflow.id,
            stage=workflow.initial,
        )
    )
    set_on_opening(draft)
    return None


def _transition(draft: Draft, command: RequestTransition) -> Decision | None:
    found = find_transition(draft, command.trigger)
    no = found if isinstance(found, No) else request(draft, found, command.target, command.remark)
    return _refusal(draft, command.trigger, no)


def _refusal(draft: Draft, command: str, no: No | None) -> Decision | None:
    if no is None:
        return None
    return draft.refused(
        command, *no.reasons, transition=no.transition, gate=no.gate, unchanged=no.unchanged
    )
