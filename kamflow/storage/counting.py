"""How many subjects there are in each stage, and for how many it lasts too long.

Both come from one index that holds all that is asked for: nothing is loaded, at any size.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from kamflow.storage import statements
from kamflow.storage.reading import Reading


class StageCount(Struct, frozen=True, kw_only=True):
    """The subjects in one stage."""

    stage: str
    count: int
    overdue: int  # in the stage for more days than its SLA


def stage_counts(
    kept: Reading, parent: str, kind: str, slas: Mapping[str, int | None], today: date
) -> list[StageCount]:
    """Return the stages that have subjects of a kind, by id.

    Args:
        kept: State of the database.
        parent: Id of what the subjects belong to.
        kind: Kind of the subjects.
        slas: Days that a stage may last, by stage; nothing where it may last for ever.
        today: Day of judgement, UTC.
    """
    counted = kept.rows(statements.STAGE_COUNTS, parent, kind)
    return [
        StageCount(
            stage=stage,
            count=count,
            overdue=0
            if (days := slas.get(stage)) is None
            else kept.rows(statements.STAGE_OVERDUE, parent, kind, stage, _midnight(today, days))[
                0
            ][0],
        )
        for stage, count in counted
    ]


def _midnight(today: date, days: int) -> str:
    """Return the instant before which a stage was entered that is overdue.

    SQLite compares text, and a stored instant of that midnight comes behind this one; PostgreSQL
    reads an instant.
    """
    return f"{(today - timedelta(days=days)).isoformat()} 00:00+00"
