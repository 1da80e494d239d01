"""Explanations as lines that a person reads."""

from collections.abc import Iterator

import kamflow as k
from kamflow import Verdict

_MARKS = {Verdict.MET: "+", Verdict.UNMET: "-", Verdict.UNKNOWN: "?"}
_GATES = {Verdict.MET: "met", Verdict.UNMET: "not met", Verdict.UNKNOWN: "not ready"}


def explanation_lines(explanation: k.Explanation, *, everything: bool = False) -> Iterator[str]:
    """Yield an explanation, transition by transition."""
    yield f"{explanation.name} ({explanation.subject}) is in {explanation.stage}"
    for item in explanation.transitions:
        yield ""
        yield from _transition_lines(item, everything=everything)
    yield from _table_lines(explanation.tables)
    yield ""
    yield f"as of {explanation.as_of:%Y-%m-%d %H:%M} UTC, policy {explanation.policy}"
    if explanation.transitions:
        yield "(+ met, - unmet, ? unknown: a fact is missing or too old)"


def _transition_lines(item: k.TransitionView, *, everything: bool) -> Iterator[str]:
    goes = f"{item.trigger} -> {' or '.join(item.targets)}"
    yield f"{goes}: {'open' if item.open else 'shut'}"
    if item.guard_verdict is not Verdict.MET:
        yield f"  only when {item.guard} ({item.guard_verdict})"
    if item.gate:
        yield (
            f"  gate {item.gate} {item.gate_title}: {_GATES[item.verdict]}; "
            f"must {item.must_met}/{item.must_total}, should {item.should_met}/{item.should_total}"
        )
    yield from _gate_lines(item)
    for criterion in item.criteria:
        yield from _criterion_lines(criterion, everything=everything)
    if item.smallest_change is not None:
        yield from _change_lines(item.smallest_change)
    for shut in item.shut_by:
        yield f"  to open it: have escalation {shut.id} resolved"
    if item.approval:
        voters = f", by {', '.join(item.voters)}" if item.voters else ""
        yield f"  then approval {item.approval}{voters}"


def _gate_lines(item: k.TransitionView) -> Iterator[str]:
    """Yield what keeps a gate shut beside its criteria, or open in spite of them."""
    for one in item.conditions:
        until = f"{one.due_on}, which is over" if one.overdue else f"{one.due_on}"
        yield f"  condition {one.id} is open: {one.text}, by {one.owner} until {until}"
    for shut in item.shut_by:
        since = f"{shut.severity}, since {shut.raised_at:%Y-%m-%d}"
        yield f"  shut by escalation {shut.id}: {shut.rule} {shut.title} ({since})"
    if item.observed and item.verdict is not Verdict.MET:
        yield "  the gate is only observed: it keeps nothing shut"


def _criterion_lines(criterion: k.CriterionView, *, everything: bool) -> Iterator[str]:
    mark = _MARKS[criterion.verdict]
    yield f"  {mark} {criterion.id} {criterion.severity}: {criterion.condition}"
    if criterion.verdict is Verdict.MET and not everything:
        return
    if criterion.verdict is not Verdict.MET:
        yield f"      {criterion.sentence}"
        yield from _waiver_lines(criterion.waived)
    if criterion.why:
        yield f"      {criterion.why}"
    explained = {cause.name for cause in criterion.causes}
    for seen in criterion.seen:
        if seen.recorded is not None or seen.value is not None or seen.name not in explained:
            yield f"      {_seen(seen)}"
    for cause in criterion.causes:
        writers = f"; {', '.join(cause.writers)} can supply it" if cause.writers else ""
        yield f"      unknown because `{cause.name}`: {cause.reason}{writers}"
    if criterion.verdict is not Verdict.MET and criterion.fix_by:
        people = ", ".join(criterion.people) or "nobody holds the role yet"
        yield f"      can be fixed by {', '.join(criterion.fix_by)} ({people})"


def _waiver_lines(waiver: k.WaivedView | None) -> Iterator[str]:
    if waiver is not None:
        yield f"      waived until {waiver.until} ({waiver.owner}: {waiver.reason})"


def _change_lines(change: k.SmallestChange) -> Iterator[str]:
    """Yield what would open a gate: all of the first way, then how others differ from it."""
    if change.conflict:
        yield f"  cannot open: {', '.join(change.conflict)} cannot be met together"
    if not change.alternatives:
        return
    first, *others = change.alternatives
    for wish in first.wishes:
        yield f"  to open it: {wish.text}"
    for text in first.together:
        yield f"  to open it: so that {text}"
    for other in others:
        instead = [wish.name for wish in first.wishes if wish not in other.wishes]
        news = [wish.text for wish in other.wishes if wish not in first.wishes]
        kept = f" (instead of {', '.join(instead)})" if len(first.wishes) > len(instead) else ""
        ties = [f"so that {text}" for text in other.together]
        yield f"  or: {'; '.join([*news, *ties])}{kept}"
    if not change.exact:
        yield "  (there may be a smaller way: not all were tried)"


def _seen(seen: k.SeenFact) -> str:
    if seen.value is None and seen.as_of is None:
        return f"{seen.name}: no value"
    sign = "=" if seen.value is not None else "was"
    value = f"{seen.name} {sign} {seen.value or seen.recorded or 'unknown'} {seen.unit}".rstrip()
    if seen.as_of is None:
        return f"{value} ({seen.source or 'default'})"
    when = f"{seen.as_of:%Y-%m-%d}, " if seen.former else ""
    return f"{value} ({seen.source}, {seen.author}, {when}{seen.age_days} days old)"


def _table_lines(rows: tuple[k.RowView, ...]) -> Iterator[str]:
    table = None
    for row in rows:
        if row.table != table:
            table = row.table
            yield ""
            yield f"table {table}, first row that is met:"
        if row.hit:
            result = ", ".join(f"{name} {value}" for name, value in row.result.items())
            yield f"  + {row.row}: {result}; {row.why}"
        else:
            yield f"  - {row.row} does not hold: {'; '.join(row.missed)}"
