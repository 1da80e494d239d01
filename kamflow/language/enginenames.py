"""Names that every subject with a workflow has without a declaration: `subject.days_in_stage`."""

from typing import Final

from kamflow.model.pack import Pack
from kamflow.model.values import Shape

_DAYS = Shape(type="number", unit="days")
_COUNT = Shape(type="number")

ENGINE_NAMES: Final[dict[str, Shape]] = {
    "subject.days_in_stage": _DAYS,  # without the days on which its clock stood still
    "subject.sla_days": _DAYS,  # unknown where the stage has none
    "subject.conditions_overdue": _COUNT,
    "subject.next_waiver_end": Shape(type="date"),  # unknown while no waiver holds
    "subject.stale_facts": _COUNT,  # that gates from here read, too old now or within 14 days
    "subject.requests_overdue": _COUNT,
    "subject.unchanged_requests": _COUNT,  # refused in a row, as nothing has changed since the no
    "subject.late_edits": _COUNT,  # facts that who asks stated in the 24 hours before asking
}


def is_engine_name(name: str, pack: Pack) -> bool:
    """Tell whether a name needs no declaration; a fact of that name goes before."""
    return name in ENGINE_NAMES and name not in pack.facts
