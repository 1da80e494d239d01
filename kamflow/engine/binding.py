"""What a request is bound to: the values that its gate reads, and which of them have changed.

A request is bound to what was recorded and reported, never to what the clock alone changes: a
derived fact is bound by the recorded facts beneath it, and a set whose condition reads today is
left out. The whole gate is judged again before a transition is made in any case.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from kamflow.engine.closures import compile_expression
from kamflow.engine.compiled import CompiledPack, ReadyCriterion
from kamflow.engine.reported import reports
from kamflow.engine.view import View
from kamflow.language.enginenames import is_engine_name
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.approval import Approval
from kamflow.model.decision import GateVerdict
from kamflow.model.events import Change
from kamflow.model.expression import Condition, Expression, events_in, names_in
from kamflow.model.pack import FactType, Pack
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import Severity, Unknown, format_value

_WAIVER = "waiver of "

Bound = dict[str, str | None]  # name -> canonical text; nothing where nothing is known


class Tie(Struct, frozen=True):
    """A name that a criterion hangs on, with what reads it."""

    name: str
    read: Callable[[View], str | None]


def bound_to(compiled: CompiledPack, verdict: GateVerdict | None, view: View) -> Bound:
    """Return the values that the `must` findings of a gate hang on.

    Args:
        compiled: Policy that has the gate.
        verdict: The gate as it was judged; nothing where there is none.
        view: The subject at that instant.
    """
    if verdict is None:
        return {}
    ties = ties_of(compiled, verdict.gate)
    found: Bound = {}
    for finding in verdict.findings:
        if finding.severity is Severity.MUST:
            for tie in ties[finding.criterion.id]:
                if tie.name not in found:
                    found[tie.name] = tie.read(view)
    return found


def choices(compiled: CompiledPack, asked: str, approval: Approval, view: View) -> Bound:
    """Return what decides who votes: the routes, and the conditions of steps and of voters.

    Args:
        compiled: Policy.
        asked: Approval that the transition names.
        approval: The one that is asked for, which a table may have picked.
        view: The subject.
    """
    found: Bound = {}
    step = compiled.pack.approvals.get(asked)
    while step is not None and step.route is not None and step.route not in found:
        picked = view[step.route]
        found[step.route] = None if isinstance(picked, Unknown) else format_value(picked)
        step = compiled.pack.approvals.get(str(picked))
    for condition in _choosing(compiled, approval):
        # Rather one vote too many: what is not known is held.
        held = compiled.ask(condition, view) is not False
        found[f"whether {condition.text}"] = "true" if held else "false"
    return found


def waived_now(snapshot: Snapshot, gate: str | None) -> Bound:
    """Return the waivers on which a request for a gate rests: it is judged again without them."""
    return {
        f"{_WAIVER}{waiver.criterion}": waiver.id
        for waiver in snapshot.waivers.values()
        if waiver.gate == gate
    }


def _choosing(compiled: CompiledPack, approval: Approval) -> tuple[Condition, ...]:
    """Return the conditions that choose who votes, without those that the clock changes."""
    kept = compiled.choosing.get(approval.id)
    if kept is None:
        kept = compiled.choosing[approval.id] = tuple(
            item for item in _conditions(approval) if not reads_clock(item.tree, compiled.pack)
        )
    return kept


def _conditions(approval: Approval) -> Iterator[Condition]:
    for step in approval.in_steps():
        if step.when is not None:
            yield step.when
        for ballot in step.ballots:
            yield from (voter.when for voter in ballot.voters if voter.when is not None)


def changes_of(
    compiled: CompiledPack,
    gate: str | None,
    bound: Mapping[str, str | None],
    view: View,
    chosen: Bound,
) -> dict[str, Change]:
    """Return what stands otherwise now than when the request was bound, by name.

    Args:
        compiled: Policy.
        gate: Gate of the transition, if it has one.
        bound: What the request is bound to.
        view: The subject now.
        chosen: What decides now who votes.
    """
    chosen = {**chosen, **waived_now(view.snapshot, gate)}
    tied = _tied(compiled, gate) if gate is not None else {}
    changed: dict[str, Change] = {}
    for name, before in bound.items():
        tie = tied.get(name)
        if tie is None and name not in chosen and not name.startswith(_WAIVER):
            continue  # the policy reads it no longer
        after = chosen.get(name) if tie is None else tie.read(view)
        if after != before:
            changed[name] = Change(before=before, after=after)
    return changed


def _tied(compiled: CompiledPack, gate: str) -> dict[str, Tie]:
    """Return what a gate hangs on, by name."""
    kept = compiled.tied.get(gate)
    if kept is None:
        kept = compiled.tied[gate] = {
            tie.name: tie for some in ties_of(compiled, gate).values() for tie in some
        }
    return kept


def told(changed: Mapping[str, Change]) -> str:
    """Return what changed, for a person to read: "`a.b` was 1 and is 2"."""
    unknown = "not known"
    return ", ".join(
        f"`{name}` was {item.before or unknown} and is {item.after or unknown}"
        for name, item in changed.items()
    )


def ties_of(compiled: CompiledPack, gate: str) -> dict[str, tuple[Tie, ...]]:
    """Return what each criterion of a gate hangs on; worked out once for a policy."""
    kept = compiled.ties.get(gate)
    if kept is None:
        ready = compiled.gate(gate)
        kept = compiled.ties[gate] = {
            item.criterion.id: _of_criterion(item, ready.kind, compiled.pack)
            for item in ready.criteria
        }
    return kept


def _of_criterion(item: ReadyCriterion, kind: str, pack: Pack) -> tuple[Tie, ...]:
    criterion = item.criterion
    conditions = [criterion.condition, *criterion.needs]
    if criterion.must_when is not None:
        conditions.append(criterion.must_when)
    found: dict[str, Tie] = {}
    for condition in conditions:
        _Reader(pack, kind, found).take(condition.tree, kind)
    return tuple(found.values())


class _Reader:
    """Walks down from a condition to what was recorded."""

    def __init__(self, pack: Pack, own: str, found: dict[str, Tie]) -> None:
        self._pack, self._own, self._found = pack, own, found
        self._seen: set[str] = set()

    def take(self, node: Expression, kind: str) -> None:
        """Take everything that a condition about a subject of `kind` hangs on."""
        for name in names_in(node):
            self._name(name)
        for part in tree.walk_outside_sets(node):
            match part:
                case tree.Aggregate() | tree.Absence() if events := events_in(part):
                    self._reports(events, kind)
                case tree.Aggregate() if not reads_clock(part, self._pack):
                    self._worked_out(part, kind)
                case tree.Word(value="stage"):
                    self._stage(kind)
                case tree.Escalated():
                    self._worked_out(part, kind)
                case _:
                    pass

    def _name(self, name: str) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        fact = self._pack.facts.get(name)
        if fact is None:
            for node, kind in _beneath(self._pack, name.partition(".")[0]):
                self.take(node, kind)
            return
        if fact.derived is not None:
            self.take(fact.derived.tree, fact.kind)
            return
        self._found[name] = Tie(name, _recorded(fact, self._pack))

    def _stage(self, kind: str) -> None:
        """Take the stage of what is above; in the own one a request cannot outlive a change."""
        if kind == self._own:
            return

        def read(view: View) -> str | None:
            at = view.at(kind)
            return None if at is None else at.snapshot.stage

        name = f"stage of {kind}"
        self._found.setdefault(name, Tie(name, read))

    def _reports(self, events: Iterable[str], kind: str) -> None:
        for event in events:
            name = f"reports of {event}"
            self._found.setdefault(name, Tie(name, self._number_of(event, kind)))

    def _number_of(self, event: str, kind: str) -> Callable[[View], str | None]:
        def read(view: View) -> str | None:
            at = view.at(kind)
            return None if at is None else str(len(reports(at, self._pack, event)))

        return read

    def _worked_out(self, node: tree.Aggregate | tree.Escalated, kind: str) -> None:
        source = compile_expression(node, self._pack)

        def read(view: View) -> str | None:
            at = view.at(kind)
            value = None if at is None else source(at)
            return None if value is None or isinstance(value, Unknown) else format_value(value)

        name = unparse(node)
        self._found.setdefault(name, Tie(name, read))


def _recorded(fact: FactType, pack: Pack) -> Callable[[View], str | None]:
    """Return what reads a fact: as it was recorded, however old, else by its default."""
    name, stands_in = (
        fact.name,
        fact.default is not None and not reads_clock(fact.default.tree, pack),
    )

    def read(view: View) -> str | None:
        observed = view.snapshot.facts.get(name)
        if observed is None:
            observed = view.observation(name)  # of what is above
        if observed is not None:
            return observed.value
        value = view[name] if stands_in else None
        return None if value is None or isinstance(value, Unknown) else format_value(value)

    return read


def _beneath(pack: Pack, head: str) -> Iterator[tuple[Expression, str]]:
    """Yield what a table or a scorecard reads, with the kind of subject that it is about."""
    table, card = pack.tables.get(head), pack.scorecards.get(head)
    if table is not None:
        for row in table.rows:
            if row.when is not None:
                yield row.when.tree, table.kind
    elif card is not None:
        for item in card.criteria:
            yield tree.Name(path=item.fact), card.kind


_LOOKING_BACK = (tree.Within, tree.Past, tree.Change, tree.Trend, tree.Absence, tree.Edited)


def reads_clock(node: Expression, pack: Pack, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a value can change by the clock alone, the age of recorded facts aside."""
    if isinstance(node, _LOOKING_BACK) or (isinstance(node, tree.Word) and node.value == "today"):
        return True
    if isinstance(node, tree.Name) and is_engine_name(node.path, pack):
        return True
    if isinstance(node, tree.Aggregate) and node.within is not None:
        return True
    if isinstance(node, tree.Name) and node.path not in seen:
        beneath = _derived(pack, node.path)
        return any(reads_clock(item, pack, seen | {node.path}) for item in beneath)
    return any(reads_clock(part, pack, seen) for part in tree.children(node))


def _derived(pack: Pack, name: str) -> list[Expression]:
    """Return the conditions by which a name that was not recorded gets its value."""
    fact = pack.facts.get(name)
    if fact is None:
        return [node for node, _ in _beneath(pack, name.partition(".")[0])]
    own = (fact.derived, fact.default)
    return [item.tree for item in own if item is not None]
