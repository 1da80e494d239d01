"""`decide`: what the engine answers to a command."""

from kamflow.engine.acts import acts_of
from kamflow.engine.asking import No
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.draft import Draft
from kamflow.engine.identities import fault_in_people
from kamflow.engine.keeping import keep
from kamflow.engine.moves import find_transition, request, set_on_opening
from kamflow.engine.people import SYSTEM
from kamflow.engine.recording import record_facts, report_event
from kamflow.engine.requests import RequestCommand, decide_request
from kamflow.engine.revisions import decide_revision
from kamflow.engine.segregation import forbids
from kamflow.engine.staffing import decide_staff
from kamflow.engine.turning import turn
from kamflow.engine.view import Scene
from kamflow.engine.waitlist import offer
from kamflow.engine.waivers import decide_waiver
from kamflow.engine.watching import watch
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.commands import (
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
from kamflow.model.pack import Transition
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
        turn(draft)
        if draft.snapshot is not snapshot and (endless := _come_to_rest(draft)) is not None:
            return endless
        draft.keep()
        acts = acts_of(draft.compiled.pack, draft.snapshot, command)
        if forbidden := forbids(draft.compiled, draft.view, acts):
            return draft.refused(_name(command), *forbidden)
    return _answer(draft, command) or _come_to_rest(draft) or draft.accepted()


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


def _of_people(draft: Draft, command: StaffCommand | RequestCommand) -> Decision | None:
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
    return draft.refused(command, *no.reasons, transition=no.transition, gate=no.gate)


def _come_to_rest(draft: Draft) -> Decision | None:
    """Make the automatic transitions that the events open, until none is left.

    A chain longer than the policy allows is refused whole, with its steps named.
    """
    keep(draft)
    offer(draft)
    steps: list[str] = []
    while (step := _automatic(draft)) is not None:
        steps.append(step)
        if len(steps) > draft.compiled.pack.chain_limit:
            circle = " -> ".join(steps[-6:])
            return draft.refused("automatic transitions", f"they do not come to an end: {circle}")
    return None


def _look_after(draft: Draft) -> None:
    """Keep what the stage keeps, and look after open requests, as things stand now."""
    keep(draft)
    if draft.snapshot.approvals:
        before = draft.snapshot.sequence
        watch(draft)
        if draft.snapshot.sequence != before:
            keep(draft)


def _automatic(draft: Draft) -> str | None:
    """Make the one automatic transition that is open here, if there is one.

    What keeps an open one from being made (a gate that is shut, say) becomes a note.
    """
    _look_after(draft)
    item = _next_automatic(draft)
    if item is None:
        return None
    mark, gate, actor = draft.mark(), draft.gate, draft.actor
    draft.actor = SYSTEM
    try:
        no = request(draft, item, None, "")
    finally:
        draft.actor = actor
    if no is None:
        return item.id
    draft.back_to(mark)
    draft.gate = gate
    draft.notes.append(f"{item.trigger} waits: {'; '.join(no.reasons)}")
    return None


def _next_automatic(draft: Draft) -> Transition | None:
    """Return the automatic transition whose guard is met; none when two guards are met together."""
    snapshot, compiled = draft.snapshot, draft.compiled
    items = compiled.automatic(snapshot.workflow, snapshot.stage)
    if not items:
        return None
    waiting = {open_one.transition for open_one in snapshot.approvals.values()}
    found = [
        item
        for item in items
        if item.id not in waiting
        and (item.when is None or compiled.ask(item.when, draft.view) is True)
    ]
    if len(found) > 1:
        ids = ", ".join(item.id for item in found)
        draft.notes.append(f"the guards of {ids} are met together, so none is made")
    return found[0] if len(found) == 1 else None
