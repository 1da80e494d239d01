"""What sets of subjects, frozen cohorts and reports of events come to."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal, Overflow
from typing import Any

from kamflow.engine.arithmetic import divided, total
from kamflow.engine.calendars import first_source
from kamflow.engine.causes import no_member, no_value
from kamflow.engine.past import Compile, cohort_views
from kamflow.engine.reported import chooser, event_view, members_of, reads_alone
from kamflow.engine.view import Source, View
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown


def aggregate(node: tree.Aggregate, pack: Pack, compile_expression: Compile) -> Source:
    """Return what a set comes to."""
    if _is_told_apart(node):
        return _once(node, _number(node, pack, compile_expression))
    members_in = _members(node, pack)
    where = None if node.where is None else compile_expression(node.where, pack)
    value = None if node.value is None else compile_expression(node.value, pack)

    def ask(view: View) -> Decimal | Unknown:
        members = members_in(view)
        if isinstance(members, Unknown):
            return members
        chosen, unsure = _chosen(where, members, view)
        if value is None:
            if node.function == "count":
                return Decimal(len(chosen))
            share = Decimal(100 * len(chosen))
            return divided(share, len(members)) if members else no_member(node, pack, 0, 0)
        values = [_ask(value, item, view) for item in chosen]
        known = [item for item in values if item.__class__ is not Unknown]
        if known:
            return _total(node, known)
        if node.function in ("sum", "max_per"):
            return Decimal(0)
        return no_value(node, values) if values else no_member(node, pack, len(members), unsure)

    return _once(node, ask)


def _is_told_apart(node: tree.Aggregate) -> bool:
    """Tell whether a set is one of reports that are counted by what they carry alone."""
    is_of_reports = "." in node.members and not node.cohort
    counted = is_of_reports and node.function == "count" and node.value is None
    return counted and (node.where is None or reads_alone(node.where))


def _number(node: tree.Aggregate, pack: Pack, compile_expression: Compile) -> Source:
    """Return how many reports there are in a set, without a view of each."""
    find = members_of(node, pack)
    where = None if node.where is None else compile_expression(node.where, pack)
    meant = chooser(node.where, where, pack)
    return lambda view: Decimal(sum(meant(item, view) for item in find(view)))


def _chosen(where: Source | None, members: list[View], asker: View) -> tuple[list[View], int]:
    """Return the members for which the condition is met, and for how many it is unknown."""
    if where is None:
        return members, 0
    answers = [(item, _ask(where, item, asker)) for item in members]
    chosen = [item for item, answer in answers if answer is True]
    return chosen, sum(answer.__class__ is Unknown for _, answer in answers)


def _once(node: tree.Aggregate, ask: Source) -> Source:
    """Return what asks once for each subject: within a set, sets are asked for by every member.

    What a set comes to hangs on its subject alone, so that its text can stand for it; a report of
    an event asks for its subject. One that reads `key` hangs on that as well.
    """
    if any(isinstance(part, tree.Key) for part in tree.walk(node)):
        return ask
    key = unparse(node)

    def work(view: View) -> Decimal | Unknown:
        home = view.scene.subject(view.snapshot.id)
        if home is None or home.snapshot is not view.snapshot:
            home = view
        found: Decimal | Unknown | None = home.get(key)
        if found is None:
            found = home[key] = ask(home)
        return found

    return work


def _members(node: tree.Aggregate, pack: Pack) -> Callable[[View], "list[View] | Unknown"]:
    """Return what finds the members of a set: subjects, a frozen cohort, or reports of an event."""
    if node.cohort:
        return lambda view: cohort_views(view, node.members)
    if "." in node.members:
        find = members_of(node, pack)
        return lambda view: [event_view(view, pack, item) for item in find(view)]
    kind = pack.kind_of_set(node.members) or ""
    above = pack.kinds[kind].parent if kind else None
    span = node.within
    if span is None:
        return lambda view: view.members(kind, above)

    first_of = first_source(span, pack)

    def opened(view: View) -> list[View]:
        first = first_of(view)
        return [
            item
            for item in view.members(kind, above)
            if first <= item.snapshot.opened_at.toordinal() <= view.day
        ]

    return opened


def _ask(question: Source, member: View, asker: View) -> Any:  # noqa: ANN401 - Value or Unknown
    """Return the answer for a member, with `self.` standing for the subject that asks."""
    before, member.asker = member.asker, asker
    try:
        return question(member)
    finally:
        member.asker = before


def _total(node: tree.Aggregate, values: list[Any]) -> Decimal | Unknown:
    function = node.function
    if function == "max_per":
        return Decimal(max(Counter(values).values()))
    if function in ("min", "max"):
        extreme: Decimal = min(values) if function == "min" else max(values)
        return extreme
    try:
        return divided(total(values), len(values)) if function == "avg" else total(values)
    except Overflow:
        return Unknown((Cause(unparse(node), "the number is too large"),))
