"""What a condition hangs on, and what events touch, both as tokens.

A token is the name of a recorded fact, `event:incident.opened`, `account:stage`, `rule:E-01`,
`cohort:pilot` and the like. What is read of the members of a set stands with a `*` before it: what
touches one subject touches by `*` all that read the set to which it belongs.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kamflow.model import events as happened
from kamflow.model import expression as tree
from kamflow.model.escalated import (
    EscalationRaised,
    EscalationResolved,
    NoticeGiven,
    OfTasks,
)
from kamflow.model.events import Recorded
from kamflow.model.expression import Condition, Expression
from kamflow.model.overdue import ConditionOverdue
from kamflow.model.pack import Pack
from kamflow.model.stalled import ApprovalStalled, ApprovalUnstalled

REFUSALS = "refusals"  # what a refusal touches; its subject is judged after it

_OF_SUBJECT = {  # what names of the engine hang on
    "days_in_stage": ("stage",),
    "sla_days": ("stage",),
    "conditions_overdue": ("conditions",),
    "next_waiver_end": ("waivers",),
    "stale_facts": ("stage", "facts"),
    "requests_overdue": ("approvals",),
    "late_edits": ("facts", "approvals"),
    "unchanged_requests": ("facts", "stage", REFUSALS),
}


def tokens_beneath(pack: Pack, kind: str, conditions: Iterable[Condition | None]) -> frozenset[str]:
    """Return what conditions about a subject of `kind` hang on, down to what is recorded."""
    finder = Finder(pack)
    for condition in conditions:
        if condition is not None:
            finder.find(condition.tree, kind, "")
    return frozenset(finder.found)


class Finder:
    """Goes down from a tree to what is recorded.

    `found` are the tokens; `reads` tells of which reports of an event something is made, by the
    conditions for them: of all, where one of those is none.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack, self._seen = pack, set[tuple[str, str, str]]()
        self.found: set[str] = set()
        self.reads: dict[str, list[Expression | None]] = {}

    def find(self, node: Expression, kind: str, star: str) -> None:
        """Take what a tree about a subject of `kind` reads; `star` is set within a set."""
        match node:
            case tree.Name():
                self._name(node.path, kind, star)
            case tree.Word(value="stage"):
                self._add(star, f"{kind}:stage")
            case tree.Escalated():
                self._add(star, f"rule:{node.rule}")
            case tree.Aggregate():
                self._aggregate(node, kind, star)
            case tree.Absence():
                self._reports(node, node.where, star)
                self._parts(node, kind, star)
            case tree.Edited():
                facts = (item.fact for item in self._pack.scorecards[node.scorecard].criteria)
                self._add(star, *facts)
                self._parts(node, kind, star)
            case _:
                self._parts(node, kind, star)

    def _parts(self, node: Expression, kind: str, star: str) -> None:
        for part in tree.children(node):
            self.find(part, kind, star)

    def _add(self, star: str, *tokens: str) -> None:
        self.found.update(f"{star}{token}" for token in tokens)

    def _aggregate(self, node: tree.Aggregate, kind: str, star: str) -> None:
        if node.within is not None:
            self.find(node.within, kind, star)
        inner = (node.value, node.where)
        if node.cohort:
            self._add(star, f"cohort:{node.members}")
            frozen = self._pack.cohort(node.members)
            member = self._pack.kind_of_set(frozen.members) if frozen else None
        elif "." in node.members:
            self._reports(node, node.where, star)
            member = None
        else:
            member = self._pack.kind_of_set(node.members)
            self._add("*", f"{member}:opened")
        for part in inner:
            if part is not None:
                self.find(part, member or kind, "*" if member else star)
                self._of_asker(part, kind, star)

    def _reports(
        self, node: tree.Aggregate | tree.Absence, where: Expression | None, star: str
    ) -> None:
        """Take events whose reports are read; the condition is for those that are counted."""
        counted = node.after if isinstance(node, tree.Absence) else node.members
        self._add(star, *(f"event:{event}" for event in tree.events_in(node)))
        for event in tree.events_in(node):
            self.reads.setdefault(event, []).append(where if event == counted else None)

    def _of_asker(self, node: Expression, kind: str, star: str) -> None:
        """Take what is written `self.` within a set: read from the subject that asks."""
        for part in tree.walk(node):
            if isinstance(part, tree.Name) and part.of_asker:
                self._name(part.path, kind, star)

    def _name(self, name: str, kind: str, star: str) -> None:
        if (name, kind, star) in self._seen:
            return
        self._seen.add((name, kind, star))
        head, _, tail = name.partition(".")
        if head == "P":
            self._parameter(tail, kind, star)
        elif head == "subject" and name not in self._pack.facts:
            self._add(star, *(f"{kind}:{item}" for item in _OF_SUBJECT[tail]))
        elif head in self._pack.scorecards:
            for item in self._pack.scorecards[head].criteria:
                self._name(item.fact, kind, star)
        elif head in self._pack.tables:
            self._table(head, kind, star)
        elif name in self._pack.facts:
            self._fact(name, star)

    def _parameter(self, name: str, kind: str, star: str) -> None:
        """Take the facts that pick the value of a parameter."""
        for override in self._pack.parameters[name].overrides:
            if override.layer in self._pack.layers:
                self._name(self._pack.layers[override.layer], kind, star)

    def _table(self, name: str, kind: str, star: str) -> None:
        for row in self._pack.tables[name].rows:
            if row.when is not None:
                self.find(row.when.tree, kind, star)

    def _fact(self, name: str, star: str) -> None:
        fact = self._pack.facts[name]
        if fact.derived is not None:
            self.find(fact.derived.tree, fact.kind, star)
            return
        self._add(star, name)
        if fact.default is not None:
            self.find(fact.default.tree, fact.kind, star)


def touched(kind: str, events: Iterable[Recorded]) -> set[str]:
    """Return what events of a subject of `kind` touch; a late report touches nothing."""
    found: set[str] = set()
    for recorded in events:
        tokens = _TOUCHING.get(type(recorded.event))
        if tokens is not None:
            found.update(tokens(kind, recorded.event))
    return found


def _facts(kind: str, event: happened.FactsRecorded) -> Iterator[str]:
    yield from event.facts
    yield from event.forgotten
    yield f"{kind}:facts"


def _report(_kind: str, event: happened.EventReported) -> Iterator[str]:
    if not event.late:
        yield f"event:{event.name}"


def _stage(kind: str, event: happened.StageEntered) -> Iterator[str]:
    if event.stage != event.left:
        yield f"{kind}:stage"
    yield f"{kind}:approvals"


def _alert(
    _kind: str, event: EscalationRaised | EscalationResolved | NoticeGiven
) -> tuple[str, ...]:
    return (f"rule:{event.rule}",)


def _refusal(kind: str, event: happened.CommandRefused) -> Iterator[str]:
    if event.unchanged:
        yield f"{kind}:{REFUSALS}"


def _always(*tokens: str) -> Callable[[str, Any], Iterable[str]]:
    return lambda kind, _event: (f"{kind}:{token}" for token in tokens)


_ROLES = (
    happened.RoleAssigned,
    happened.RoleEnded,
    happened.AbsenceRecorded,
    happened.AbsenceEnded,
    happened.DelegationGiven,
    happened.DelegationEnded,
    happened.PeriodsTurned,
)
_APPROVALS = (
    happened.ApprovalRequested,
    happened.ApprovalReevaluated,
    happened.ApprovalReturned,
    happened.ApprovalResumed,
    happened.ApprovalEscalated,
    happened.ApprovalWithdrawn,
    happened.ApprovalExpired,
    ApprovalStalled,
    ApprovalUnstalled,
)
_TOUCHING: dict[type, Callable[[str, Any], Iterable[str]]] = {
    happened.SubjectOpened: _always("opened", "stage"),
    happened.FactsRecorded: _facts,
    happened.EventReported: _report,
    happened.StageEntered: _stage,
    happened.CohortFrozen: lambda _kind, event: (f"cohort:{event.cohort}",),
    happened.ApprovalDecided: _always("approvals", "conditions", "waivers"),
    happened.ConditionMet: _always("conditions"),
    ConditionOverdue: _always("conditions"),
    happened.WaiverGranted: _always("waivers"),
    happened.WaiverEnded: _always("waivers"),
    happened.CommandRefused: _refusal,
    EscalationRaised: _alert,
    EscalationResolved: _alert,
    NoticeGiven: _alert,
    **dict.fromkeys(_ROLES, _always("roles")),
    **dict.fromkeys(_APPROVALS, _always("approvals")),
    **dict.fromkeys(OfTasks.__args__, _always("tasks")),
}
