"""Which event rules, timers and states beside the stage a policy has, and what each hangs on."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TypeGuard

from msgspec import Struct

from kamflow.engine.closures import compile_expression, constant_of
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.escalations.timers import reads
from kamflow.engine.horizon import Horizon
from kamflow.engine.lookback import Show, shows
from kamflow.engine.rules.patterns import sets_of
from kamflow.engine.touching import Finder, tokens_beneath
from kamflow.engine.view import Source, View
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.events import EventReported
from kamflow.model.expression import Condition, Expression, names_in
from kamflow.model.matching import MatchSet
from kamflow.model.pack import Pack
from kamflow.model.rules import EventRule, Region, Timer


class ReadyItem(Struct, frozen=True):
    """One of the events that have to come together, ready to judge."""

    id: str
    event: str
    where: Source | None


class ReadyRule(Struct, frozen=True):
    """An event rule with its functions."""

    rule: EventRule
    when: Source | None
    clears: Source | None
    grades: tuple[tuple[str, Source], ...]
    items: tuple[ReadyItem, ...]
    counted: tuple[Expression, ...]  # parts that count reports, of which its evidence is made
    events: tuple[str, ...]  # whose reports it reads
    names: tuple[str, ...]  # what its condition reads
    further: tuple[Show, ...]


class Picked(Struct, frozen=True):
    """What has to be looked at, by id and in order."""

    rules: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()


class Counting(Struct, frozen=True):
    """Rules that read reports of an event, and which of those count for them."""

    counts: tuple[Source, ...] | None  # by what a report carries alone; nothing: any may count
    rules: tuple[tuple[str, int], ...]  # each with how many reports it needs in any case


class Index:
    """The rules, timers and regions for one kind of subject under one policy."""

    def __init__(self, compiled: CompiledPack, kind: str) -> None:
        pack = compiled.pack
        self.pack, self.kind = pack, kind
        self.rules = _of_kind(pack.rules, kind)
        self.timers: dict[str, Timer] = _of_kind(pack.timers, kind)
        self.regions: dict[str, Region] = _of_kind(pack.regions, kind)
        self.is_empty = not (self.rules or self.timers or self.regions)
        self._ready: dict[str, ReadyRule] = {}
        self.finders: dict[int, Callable[[View], Sequence[EventReported]]] = {}  # of evidence
        self._in_stage: dict[str, frozenset[str]] = {}
        self._picked: dict[frozenset[str], Picked] = {}

    @cached_property
    def horizon(self) -> Horizon:
        """What tells when conditions of the policy change by time alone."""
        return Horizon(self.pack)

    @cached_property
    def sets(self) -> dict[str, MatchSet]:
        """The set of patterns to which each event rule belongs."""
        return sets_of(self.rules.values(), self.pack)

    @cached_property
    def tokens(self) -> dict[str, Picked]:
        """What hangs on each token."""
        found: dict[str, tuple[list[str], list[str], list[str]]] = {}
        for place, hanging in enumerate((self._of_rules(), self._of_regions(), self._of_timers())):
            for name, tokens in hanging:
                for token in tokens:
                    found.setdefault(token, ([], [], []))[place].append(name)
        return {token: Picked(*map(tuple, lists)) for token, lists in found.items()}

    @cached_property
    def _found(self) -> dict[str, Finder]:
        """What each event rule hangs on."""
        return {rule.id: self._find(rule) for rule in self.rules.values()}

    def _find(self, rule: EventRule) -> Finder:
        finder = Finder(self.pack)
        for condition in (rule.when, rule.clears_when, *(item.when for item in rule.grades)):
            if condition is not None:
                finder.find(condition.tree, self.kind, "")
        for item in rule.together.items if rule.together is not None else ():
            finder.found.add(f"event:{item.event}")
            where = None if item.where is None else item.where.tree
            finder.reads.setdefault(item.event, []).append(where)
            if where is not None:
                finder.find(where, self.kind, "")
        if rule.each is not None:
            finder.found.add(f"event:{rule.each.event}")
            finder.reads.setdefault(rule.each.event, []).append(None)
        return finder

    def _of_rules(self) -> Iterator[tuple[str, frozenset[str]]]:
        stage = f"{self.kind}:stage"
        for rule, finder in self._found.items():
            yield rule, frozenset((*finder.found, stage, f"rule:{rule}"))

    @cached_property
    def counting(self) -> dict[str, tuple[Counting, ...]]:
        """Event -> the rules that read its reports, with what tells which of those count."""
        found: dict[str, dict[tuple[str, ...] | None, list[tuple[str, int]]]] = {}
        trees: dict[str, Expression] = {}
        for rule, finder in self._found.items():
            when = self.rules[rule].when
            least = {} if when is None else dict(_least(self.pack, when.tree))
            for event, conditions in finder.reads.items():
                plain = {unparse(item): item for item in conditions if self._reads_alone(item)}
                told = all(map(self._reads_alone, conditions))
                trees |= plain
                texts = tuple(sorted(plain)) if told else None
                needed = found.setdefault(event, {}).setdefault(texts, [])
                needed.append((rule, least.get(event, 0)))
        compiled = {text: compile_expression(tree, self.pack) for text, tree in trees.items()}
        return {
            event: tuple(
                Counting(
                    None if texts is None else tuple(compiled[text] for text in texts),
                    tuple(rules),
                )
                for texts, rules in groups.items()
            )
            for event, groups in found.items()
        }

    def _reads_alone(self, where: Expression | None) -> TypeGuard[Expression]:
        """Tell whether a condition reads what an event carries, and nothing else."""
        return where is not None and not any(
            isinstance(part, _OF_SUBJECT)
            or (isinstance(part, tree.Word) and part.value in ("stage", "today"))
            or (isinstance(part, tree.Name) and not self._is_carried(part))
            for part in tree.walk(where)
        )

    def _is_carried(self, name: tree.Name) -> bool:
        return name.path.startswith("event.") or constant_of(name, self.pack) is not None

    def _of_regions(self) -> Iterator[tuple[str, frozenset[str]]]:
        for region in self.regions.values():
            when = [item.when for item in region.moves]
            tokens = tokens_beneath(self.pack, self.kind, when)
            yield region.id, tokens | {region.fact, f"{self.kind}:stage"}

    def _of_timers(self) -> Iterator[tuple[str, frozenset[str]]]:
        pack = self.pack
        always = {f"{self.kind}:stage", *pack.calendar_by, *pack.layers.values()}
        for timer in self.timers.values():
            tokens = tokens_beneath(pack, self.kind, reads(timer))
            yield timer.id, tokens | always

    def pick(self, touched: frozenset[str]) -> Picked:
        """Return what hangs on any of the tokens."""
        known = self._picked.get(touched)
        if known is None:
            hits = [self.tokens[token] for token in touched if token in self.tokens]
            known = Picked(
                _merged(hit.rules for hit in hits),
                _merged(hit.regions for hit in hits),
                _merged(hit.timers for hit in hits),
            )
            if len(self._picked) < _REMEMBERED:
                self._picked[touched] = known
        return known

    def judged_in(self, stage: str) -> frozenset[str]:
        """Return the ids of the rules that are judged in a stage."""
        known = self._in_stage.get(stage)
        if known is None:
            found = self.pack.workflow_of(self.kind).stages.get(stage)
            ends = found is not None and found.kind == "end"
            known = self._in_stage[stage] = frozenset(
                rule.id
                for rule in self.rules.values()
                if stage in rule.stages or not (rule.stages or ends)
            )
        return known

    def ready(self, rule: str) -> ReadyRule:
        """Return a rule, ready to judge."""
        known = self._ready.get(rule)
        if known is None:
            known = self._ready[rule] = self._made(self.rules[rule])
        return known

    def _made(self, rule: EventRule) -> ReadyRule:
        pack, when = self.pack, rule.when

        def compiled(condition: Condition | None) -> Source | None:
            return None if condition is None else compile_expression(condition.tree, pack)

        items = rule.together.items if rule.together else ()
        return ReadyRule(
            rule=rule,
            when=None if when is None else _all_met(pack, when.tree),
            clears=compiled(rule.clears_when),
            grades=tuple(
                (item.severity, compile_expression(item.when.tree, pack)) for item in rule.grades
            ),
            items=tuple(ReadyItem(item.id, item.event, compiled(item.where)) for item in items),
            counted=() if when is None else tuple(_counting(pack, when.tree)),
            events=tuple(sorted(self._found[rule.id].reads)),
            names=() if when is None else names_in(when.tree),
            further=(() if when is None else shows(when.tree, pack, self.kind, compile_expression)),
        )


_REMEMBERED = 1_000  # different sets of tokens
_LOOKING_BACK = (tree.Aggregate, tree.Absence, tree.Change, tree.Past, tree.Trend)
_OF_SUBJECT = (  # parts of conditions that read more than what an event carries
    tree.Key,
    tree.Aggregate,
    tree.Escalated,
    tree.Absence,
    tree.Within,
    tree.Call,
    tree.State,
)


def index_of(compiled: CompiledPack, kind: str) -> Index:
    """Return the rules of a policy for a kind of subject; made once."""
    found: Index | None = compiled.reactive.get(kind)
    if found is None:
        found = compiled.reactive[kind] = Index(compiled, kind)
    return found


def _of_kind(items: dict, kind: str) -> dict:  # type: ignore[type-arg]
    return {key: items[key] for key in sorted(items) if items[key].kind == kind}


def _all_met(pack: Pack, node: Expression) -> Source:
    """Return whether a condition is met, with what costs least asked first."""
    parts, waiting = list[Expression](), [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Both):
            waiting += [part.right, part.left]
        else:
            parts.append(part)
    parts.sort(key=lambda part: any(isinstance(item, _LOOKING_BACK) for item in tree.walk(part)))
    asked = tuple(compile_expression(part, pack) for part in parts)
    if len(asked) == 1:
        return asked[0]
    return lambda view: all(ask(view) is True for ask in asked)


def _least(pack: Pack, node: Expression) -> Iterator[tuple[str, int]]:
    """Yield of which events a condition counts reports, and how many it needs in any case."""
    if isinstance(node, tree.Both):
        yield from _least(pack, node.left)
        yield from _least(pack, node.right)
    if not isinstance(node, tree.Compare) or node.op not in (">", ">="):
        return
    counts, bound = node.left, constant_of(node.right, pack)
    if not isinstance(counts, tree.Aggregate) or not isinstance(bound, Decimal):
        return
    if counts.function == "count" and "." in counts.members and not counts.cohort:
        yield counts.members, math.ceil(bound)


def _merged(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({item for part in parts for item in part}))


def _counting(pack: Pack, node: Expression) -> Iterator[Expression]:
    """Yield the parts that count reports, beneath derived facts as well, outside of sets."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Absence) or (
            isinstance(part, tree.Aggregate) and "." in part.members and not part.cohort
        ):
            yield part
            continue
        if isinstance(part, tree.Aggregate):
            continue
        if isinstance(part, tree.Name) and part.path not in seen:
            seen.add(part.path)
            fact = pack.facts.get(part.path)
            if fact is not None and fact.derived is not None:
                waiting.append(fact.derived.tree)
        waiting += tree.children(part)
