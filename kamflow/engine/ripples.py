"""Which decisions concern requests of the subjects below, so that they are looked at as well."""

from kamflow.model.decision import Decision
from kamflow.model.events import (
    AbsenceEnded,
    AbsenceRecorded,
    CohortFrozen,
    DelegationEnded,
    DelegationGiven,
    EventReported,
    FactsRecorded,
    PeriodsTurned,
    RoleAssigned,
    RoleEnded,
    StageEntered,
)

_PEOPLE = (
    RoleAssigned,
    RoleEnded,
    AbsenceRecorded,
    AbsenceEnded,
    DelegationGiven,
    DelegationEnded,
    PeriodsTurned,
)
_FACTS = (FactsRecorded, EventReported, CohortFrozen, StageEntered)


def is_felt_below(decision: Decision) -> bool:
    """Tell whether a decision may change who votes on what belongs to its subject, or on what."""
    return any(isinstance(item.event, (*_PEOPLE, *_FACTS)) for item in decision.events)
