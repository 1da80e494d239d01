"""Judges event rules from instant to instant, and does what they call for."""

from datetime import datetime

from kamflow.engine.alerts import is_news
from kamflow.engine.draft import Draft
from kamflow.engine.escalations import raising
from kamflow.engine.instants import first_of
from kamflow.engine.rules.index import Index
from kamflow.engine.rules.judging import Judged, judge
from kamflow.engine.rules.matched import Called, called_for


def look_at(
    draft: Draft,
    index: Index,
    since: dict[str, datetime],
    again: frozenset[str] = frozenset(),
) -> list[str]:
    """Judge rules, do what they call for, and plan when to judge them again.

    A rule is judged as the subject was to be seen from an instant on, at every one at which it
    could come to something else, up to the one from which it is seen now. What follows is done now.

    Args:
        draft: The decision.
        index: The rules for this kind of subject.
        since: Rule -> from when on; that is now, where nothing was told late.
        again: Rules that in any case have to be judged now as well.

    Returns:
        The ids of the rules by which something was done.
    """
    if not since:
        return []
    now, done, planned = draft.scene.now, list[str](), dict[str, datetime | None]()
    here = index.judged_in(draft.snapshot.stage)
    ahead = {rule: min(at, now) for rule, at in since.items() if rule in here}
    planned |= dict.fromkeys(since)
    while ahead and draft.compiled.pack is index.pack:
        at = min(ahead.values())
        due = sorted(rule for rule in ahead if ahead[rule] == at)
        calls, nexts = _judge(draft, index, due, at)
        if at < now:
            nexts |= {rule: first_of((nexts[rule], now)) for rule in due if rule in again}
        planned |= nexts
        for rule in due:
            del ahead[rule]
        ahead |= {rule: later for rule, later in nexts.items() if later and later <= now}
        done += [call.judged.ready.rule.id for call in calls if _answer(draft, call, at)]
    if draft.compiled.pack is index.pack:
        for rule, later in planned.items():
            draft.plan(rule, later)
    return done


def _judge(
    draft: Draft, index: Index, rules: list[str], at: datetime
) -> tuple[list[Called], dict[str, datetime | None]]:
    """Judge rules as seen from an instant; return what they call for, and when to judge again."""
    found, nexts = list[Judged](), dict[str, datetime | None]()
    with draft.correlating(at):
        for rule in rules:
            look = judge(draft, index, rule)
            found += look.found
            nexts[rule] = look.next
        calls = called_for(draft, index, found) if found else []
    return calls, nexts


def _answer(draft: Draft, call: Called, as_of: datetime) -> bool:
    """Do what a rule calls for; tell whether that was anything."""
    one, before = call.judged, draft.next_sequence
    rule, open_one = one.ready.rule, one.open
    if call.what == "fire":
        observed = bool(rule.observe)
        if is_news(draft.snapshot, rule.id, one.key, call.evidence, observed=observed):
            called = raising.called_by(
                rule,
                severity=one.severity,
                as_of=as_of,
                key=one.key,
                evidence=call.evidence,
                values=one.values,
            )
            raising.raise_alert(draft, called)
    elif open_one is None or open_one.id not in draft.snapshot.escalations:
        return False
    elif call.what == "extend":
        raising.extend(draft, open_one, call.evidence, as_of)
    elif call.what == "worsen":
        current = draft.snapshot.escalations[open_one.id]
        raising.worsen(draft, current, one.severity, as_of)
    else:
        condition = rule.clears_when
        raising.clear(draft, open_one, f"{condition.text}" if condition else "", as_of)
    return draft.next_sequence != before
