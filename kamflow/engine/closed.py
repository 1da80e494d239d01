"""What became of a request that is not open, for whoever comes too late."""

from kamflow.engine.calendars import WorkCalendar
from kamflow.engine.deadlines import last_day
from kamflow.engine.draft import Draft
from kamflow.model.events import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalWithdrawn,
    Recorded,
)


def why_closed(draft: Draft, identity: str) -> str:
    """Return why nothing can be done with a request that is not open, and what to do."""
    happened = draft.events_so_far()
    calendar = draft.compiled.calendar_of(draft.view)
    ends = [text for item in happened if (text := _end(item, identity, calendar))]
    if not ends:
        known = ", ".join(draft.snapshot.approvals) or "none"
        return f"approval `{identity}` is not open; open are {known}"
    return f"approval `{identity}` is not open: {ends[-1]}"


def _end(recorded: Recorded, identity: str, calendar: WorkCalendar) -> str:
    match recorded.event:
        case ApprovalExpired(id=known, due_at=at) if known == identity:
            return f"it expired on {last_day(calendar, at)}; ask again"
        case ApprovalWithdrawn(id=known, reason=reason) if known == identity:
            return f"it was withdrawn on {recorded.at:%Y-%m-%d}: {reason}; ask again"
        case ApprovalDecided(id=known, approved=approved) if known == identity:
            how = "approved" if approved else "rejected"
            return f"it was {how} on {recorded.at:%Y-%m-%d}"
        case _:
            return ""
