"""The whole life of an escalation: why it was raised, on what evidence, what came of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.view import View
from kamflow.language.sentences import sentence
from kamflow.model.escalated import EscalationRaised
from kamflow.model.escalation import OpenEscalation
from kamflow.model.events import EventReported, Recorded
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from kamflow.model.remark import Comment
from kamflow.reports.alert_lives import AlertLife
from kamflow.reports.coming import Coming
from kamflow.reports.escalations import (
    EscalationEntry,
    clearing,
    escalation_entry,
    resolved_entry,
    steps_of,
)
from kamflow.reports.tasks import TaskEntry

Find: TypeAlias = Callable[[str], Recorded | None]  # "north/acme#17" -> the event


class ReportView(Struct, frozen=True, kw_only=True):
    """An event that an escalation is based on."""

    id: str  # "north/acme#17"
    event: str
    happened_at: datetime
    payload: dict[str, str]
    source: str
    reported_by: str
    reported_at: datetime


class EscalationLife(EscalationEntry, frozen=True, kw_only=True):
    """The whole life of an escalation."""

    why: str = ""  # as the policy says
    source: str = ""
    # What its condition read when it was raised.
    values: dict[str, str | None] = field(default_factory=dict)
    told: tuple[str, ...] = ()  # roles that got to know of it, and need not answer
    reports: tuple[ReportView, ...] = ()  # the evidence
    coming: tuple[Coming, ...] = ()  # who joins when, in order
    clears_when: str = ""  # condition that ends it; empty: people do
    clears: str = ""  # in plain words, where there is a condition
    comments: tuple[Comment, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()
    events: tuple[Recorded, ...] = ()
    # Number of an event of the engine -> who did what it came of.
    set_off_by: dict[int, str] = field(default_factory=dict)


def escalation_life(
    compiled: CompiledPack, view: View, life: AlertLife, find: Find, tasks: Iterable[TaskEntry]
) -> EscalationLife | None:
    """Return the whole life of an escalation; nothing where it is one of a task.

    Args:
        compiled: The policy that the subject stands under, or stood under when it was over.
        view: The subject.
        life: What the history tells.
        find: Gives the events that are its evidence.
        tasks: The tasks of the subject, open and of the past.
    """
    item = life.escalation
    if item is None:
        return None
    item = view.snapshot.escalations.get(item.id, item)
    entry = resolved_entry(view, life) or escalation_entry(compiled, view, item)
    begun, rule = life.begun.event, compiled.pack.caller(item.rule)
    told_when = tuple(clearing(compiled.pack, item.rule))
    is_open = entry.resolved_at is None
    return EscalationLife(
        **{name: getattr(entry, name) for name in EscalationEntry.__struct_fields__},
        why=rule.why if rule is not None else "",
        source=rule.source if rule is not None else "",
        values=begun.values if isinstance(begun, EscalationRaised) else {},
        told=begun.told if isinstance(begun, EscalationRaised) else (),
        reports=tuple(_reports(item.evidence, find)),
        coming=steps_of(compiled, view, item) if is_open else (),
        clears_when=" or ".join(text for text, _ in told_when),
        clears=_clears(compiled.pack, view, item, told_when),
        comments=item.comments,
        tasks=tuple(task for task in tasks if task.escalation == item.id),
        events=tuple(life.events),
        set_off_by=life.set_off_by,
    )


def _reports(evidence: Iterable[str], find: Find) -> Iterator[ReportView]:
    for identity in evidence:
        recorded = find(identity)
        if recorded is None or not isinstance(recorded.event, EventReported):
            continue
        yield ReportView(
            id=identity,
            event=recorded.event.name,
            happened_at=recorded.event.happened_at,
            payload=recorded.event.payload,
            source=recorded.event.source,
            reported_by=recorded.actor,
            reported_at=recorded.at,
        )


def _clears(
    pack: Pack,
    view: View,
    item: OpenEscalation,
    told_when: tuple[tuple[str, Condition | None], ...],
) -> str:
    """Return in plain words what ends an escalation by itself; nothing where that is plain."""
    if all(condition is None for _, condition in told_when):
        return ""
    kind, said = view.snapshot.kind, []
    values: Mapping[str, str] = {"key": item.key} if item.key else {}
    for text, condition in told_when:
        if condition is None:
            said.append(f"{text[:1].upper()}{text[1:]}.")
        else:
            said.append(sentence(condition, pack, kind, values))
    return " ".join(said)
