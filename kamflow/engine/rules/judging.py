"""What an event rule comes to for a subject, as it is to be seen from an instant."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from kamflow.engine.alerts import is_news, key_of, open_of, open_ones, settled_of
from kamflow.engine.draft import Draft
from kamflow.engine.escalations.raising import quiet_until
from kamflow.engine.horizon import Horizon, When
from kamflow.engine.instants import first_of, midnight, tomorrow
from kamflow.engine.lasting import lasted, lasts_until
from kamflow.engine.past import read
from kamflow.engine.rules.evidence import come_together, counted, keys_of, owner_of
from kamflow.engine.rules.index import Index, ReadyRule
from kamflow.engine.rules.patterns import seconds_of
from kamflow.engine.view import View
from kamflow.model import expression as tree
from kamflow.model.escalation import OpenEscalation
from kamflow.model.expression import Condition

Items = tuple[tuple[str, str, datetime], ...]  # item, id of the report, when it happened


class Judged(Struct, frozen=True, kw_only=True):
    """What a rule comes to for one key."""

    ready: ReadyRule
    key: str
    holds: bool  # its condition is met
    met: bool  # and has been for as long as it has to
    clears: bool  # what clears it is met
    clear: bool  # and has been for as long as it has to
    severity: str = ""  # of what is met
    evidence: tuple[str, ...] = ()  # reports that its condition counts
    items: Items = ()  # reports that have to come together
    news: bool = False  # whether the evidence is new since it was settled last
    quiet: bool = False  # whether it was settled not long ago
    open: OpenEscalation | None = None
    values: dict[str, str | None] = {}  # what its condition read


class Look(Struct, frozen=True):
    """All that was found of a rule at an instant, and when it could be something else."""

    found: tuple[Judged, ...]
    next: datetime | None


def judge(draft: Draft, index: Index, rule: str) -> Look:
    """Judge a rule for every key, as the subject is seen now; keep how long conditions hold."""
    ready = index.ready(rule)
    found, instants = [], list[datetime | None]()
    for key in _keys(draft, index, ready):
        seen, view = draft.view, _seen(draft, index, ready, key)
        one = _judge(draft, index, ready, key, view)
        if draft.view is not seen:  # it was kept how long a condition holds
            view = _seen(draft, index, ready, key)
        found.append(one)
        instants += _instants(draft, index, one, view)
    return Look(tuple(found), first_of((*instants, _ahead(index, ready, draft.view))))


def _keys(draft: Draft, index: Index, ready: ReadyRule) -> Iterable[str]:
    each = ready.rule.each
    if each is None:
        return ("",)
    known = {item.key for item in open_ones(draft.snapshot, ready.rule.id)}
    return sorted(known | keys_of(index.pack, each.event, each.field, draft.view))


def _seen(draft: Draft, index: Index, ready: ReadyRule, key: str) -> View:
    """Return what the conditions of a rule see, for one key."""
    each, view = ready.rule.each, draft.view
    if each is None:
        return view
    shape = index.pack.events[each.event].payload[each.field]
    return view.with_names({"key": read(key, "key", shape)})


def _judge(draft: Draft, index: Index, ready: ReadyRule, key: str, view: View) -> Judged:
    rule = ready.rule
    open_one = open_of(draft.snapshot, rule.id, key)
    met = holds = ready.when is None or ready.when(view) is True
    if rule.lasting:
        met = lasted(draft, key_of(rule.id, key), holds, rule.lasting)
    clear = clears = _is_cleared(ready, view, is_asked=met or open_one is not None)
    if rule.clears_lasting:
        is_over = clears and open_one is not None
        clear = lasted(draft, _clearing(rule.id, key), is_over, rule.clears_lasting)
    if not met:
        return Judged(
            ready=ready,
            key=key,
            holds=holds,
            met=met,
            clears=clears,
            clear=clear,
            open=open_one,
        )
    evidence = counted(index, ready.counted, view)
    items = _items(index, ready, view)
    quiet = _quiet_until(draft, ready, key, evidence)
    return Judged(
        ready=ready,
        key=key,
        holds=holds,
        met=met,
        clears=clears,
        clear=clear,
        severity=_severity(ready, view),
        evidence=evidence,
        items=items,
        news=bool(items)
        or is_news(draft.snapshot, rule.id, key, evidence, observed=bool(rule.observe)),
        quiet=quiet is not None and draft.scene.now < quiet,
        open=open_one,
        values=_values(ready, view) if open_one is None else {},
    )


def _is_cleared(ready: ReadyRule, view: View, *, is_asked: bool) -> bool:
    return is_asked and ready.clears is not None and ready.clears(view) is True


def _quiet_until(
    draft: Draft, ready: ReadyRule, key: str, evidence: tuple[str, ...]
) -> datetime | None:
    """Return until when the same is not told again that was settled.

    Without a cooldown, what needs no event to be told again has to wait for the next day.
    """
    until = quiet_until(draft, ready.rule, key)
    rule = ready.rule
    settled = settled_of(draft.snapshot, rule.id, key, observed=bool(rule.observe))
    if settled is None or evidence or ready.items:
        return until
    next_day = midnight(settled.at.toordinal() + 1)
    return next_day if until is None or next_day is None else max(until, next_day)


def _clearing(rule: str, key: str) -> str:
    return key_of(f"{rule} clears", key)


def _severity(ready: ReadyRule, view: View) -> str:
    for severity, when in ready.grades:
        if when(view) is True:
            return severity
    return ready.rule.severity


def _items(index: Index, ready: ReadyRule, view: View) -> Items:
    """Return the reports that have to come together; none where one of them is missing."""
    together, found = ready.rule.together, list[tuple[str, str, datetime]]()
    if together is None:
        return ()
    seconds = seconds_of(together.within, index.pack)
    for item in ready.items:
        some = come_together(index.pack, item, view, seconds)
        if not some:
            return ()
        found += [(item.id, identity, at) for identity, at in some]
    return tuple(found)


def _values(ready: ReadyRule, view: View) -> dict[str, str | None]:
    found = {name: view.reading(name).value for name in ready.names}
    for show in ready.further:
        found |= {item.name: item.value for item in show(view)}
    return found


def _instants(draft: Draft, index: Index, one: Judged, view: View) -> Iterator[datetime | None]:
    """Yield the later instants at which what was found for a key could be something else."""
    rule = one.ready.rule
    for when in (*_of_condition(index.horizon, one), *_of_clearing(index.horizon, one)):
        if when is not None:
            yield when(view)
    if rule.lasting:
        yield lasts_until(draft, key_of(rule.id, one.key), rule.lasting)
    if rule.clears_lasting:
        yield lasts_until(draft, _clearing(rule.id, one.key), rule.clears_lasting)
    if one.quiet and one.open is None:
        yield _quiet_until(draft, one.ready, one.key, one.evidence)
    if any(index.horizon.changing(item.tree) is not None for item in _wheres(one.ready)):
        yield tomorrow(view)


def _of_condition(horizon: Horizon, one: Judged) -> Iterator[When | None]:
    """Yield what tells when the condition of a rule matters anew, as things stand.

    Towards being met, while it is not; any change, where it has to last or has to become news. Once
    it is escalated, only by what more there may be to add, and by how severe it is.
    """
    rule, counted, is_open = one.ready.rule, one.ready.counted, one.open is not None
    if rule.when is None:
        return
    if not one.holds:
        if rule.lasting or rule.grades or counted or not is_open:
            yield horizon.rising(rule.when.tree)
        return
    if rule.lasting or not (is_open or one.news):
        yield horizon.changing(rule.when.tree)
    yield from (horizon.changing(part) for part in counted if isinstance(part, tree.Absence))
    if is_open:
        yield from (horizon.changing(grade.when.tree) for grade in rule.grades)


def _of_clearing(horizon: Horizon, one: Judged) -> Iterator[When | None]:
    """Yield the same for what clears a rule: asked for while it is escalated, or about to be."""
    clears, is_open = one.ready.rule.clears_when, one.open is not None
    if clears is None or not (is_open or one.met):
        return
    if one.clears:
        yield horizon.changing(clears.tree)
    elif is_open:
        yield horizon.rising(clears.tree)


def _wheres(ready: ReadyRule) -> Iterator[Condition]:
    together = ready.rule.together
    return (item.where for item in (together.items if together else ()) if item.where is not None)


def _ahead(index: Index, ready: ReadyRule, view: View) -> datetime | None:
    """Return when the first report happened that is later than now, of those that are read."""
    return first_of(
        owner_of(view, index.pack, event).history.ahead(event) for event in ready.events
    )
