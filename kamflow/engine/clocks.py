"""The clock of a stage: it stands still while the subject waits, and goes on when it comes back."""

from datetime import date, datetime

from msgspec.structs import replace

from kamflow.model.deadline import Pause
from kamflow.model.escalation import StageClock
from kamflow.model.events import StageEntered
from kamflow.model.snapshot import Snapshot


def stage_clock(snapshot: Snapshot) -> StageClock:
    """Return the clock of the present stage."""
    return snapshot.clock or StageClock(stage=snapshot.stage, began_at=snapshot.entered_at)


def days_in_stage(snapshot: Snapshot, today: date) -> int:
    """Return for how many days the subject is in its stage; days of waiting do not count.

    A day of waiting is one (UTC) at whose end the clock stood still.
    """
    clock = stage_clock(snapshot)
    waited = sum((_end(item, today) - item.begins_at.date()).days for item in clock.pauses)
    return (today - clock.began_at.date()).days - waited


def _end(pause: Pause, today: date) -> date:
    return today if pause.ends_at is None else pause.ends_at.date()


def after_entering(before: Snapshot, event: StageEntered, at: datetime) -> Snapshot:
    """Return the instance with its clocks as another stage leaves them that is entered at `at`.

    Whoever comes back from waiting to the stage that was left goes on there; whoever goes
    elsewhere begins anew.
    """
    if event.waits:
        kept = before.interrupted
        if kept is None:
            left = stage_clock(before)
            kept = replace(left, pauses=(*left.pauses, Pause(begins_at=at)))
        return replace(before, clock=None, interrupted=kept)
    kept = before.interrupted
    if kept is None or kept.stage != event.stage:
        if before.clock is None and kept is None:
            return before
        return replace(before, clock=None, interrupted=None)
    pauses = (*kept.pauses[:-1], replace(kept.pauses[-1], ends_at=at))
    return replace(before, clock=replace(kept, pauses=pauses), interrupted=None)
