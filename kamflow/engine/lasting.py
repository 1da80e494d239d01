"""Conditions that have to hold for a time without a break, and when spans are over."""

from datetime import datetime

from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.engine.spans import end_of, span_of
from kamflow.model.escalated import PatternBroken, PatternHeld


def after(draft: Draft, text: str, since: datetime) -> datetime | None:
    """Return when a span is over that began at an instant; nothing after the end of all days."""
    try:
        span = span_of(text, draft.compiled, draft.view)
        return end_of(span, since, draft.compiled, draft.view)
    except OverflowError:
        return None


def lasted(draft: Draft, pattern: str, holds: bool, span: str) -> bool:  # noqa: FBT001 - a finding
    """Keep since when a condition holds; tell whether it has for the whole span by now.

    Seen from an instant before others at which it was looked at, it may turn out to hold longer.
    """
    now, since = draft.scene.now, draft.snapshot.lasting.get(pattern)
    if not holds:
        if since is not None and since <= now:
            draft.emit(PatternBroken(pattern=pattern), actor=SYSTEM)
        return False
    if since is None or since > now:
        draft.emit(PatternHeld(pattern=pattern, since=now), actor=SYSTEM)
        since = now
    end = after(draft, span, since)
    return end is not None and end <= now


def lasts_until(draft: Draft, pattern: str, span: str) -> datetime | None:
    """Return when a condition that holds will have held for the whole span; nothing: never."""
    since = draft.snapshot.lasting.get(pattern)
    if since is None:
        return None
    end = after(draft, span, since)
    return end if end is not None and end > draft.scene.now else None
