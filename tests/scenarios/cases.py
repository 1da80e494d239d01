"""What a case of an event rule consists of: what sets it off, what just does not, what ends it."""

from dataclasses import dataclass, field

from tests.scenarios.portfolio import Facts
from tests.scenarios.story import Step


@dataclass(frozen=True, kw_only=True)
class Case:
    """An event rule at work: each story begins with an account in `stage`, on day 0."""

    rule: str
    fires: list[Step]
    edge: list[Step]  # the same, but for one day, one reading, one point
    stage: str = "co_creation"
    given: Facts = field(default_factory=dict)
    severity: str = "medium"  # `info`: it is told, and not escalated
    joined: tuple[str, ...] = ()  # the roles that are in it at once
    then: tuple[tuple[float, str], ...] = ()  # days after that -> role that joins
    asks: tuple[str, ...] = ()  # ids of the tasks that it gives
    ends: list[Step] = field(default_factory=list)  # nothing: only people end it
    about: str = ""  # the account unless it says otherwise
    program: str = ""  # stage of the program; `optimize` lets accounts in
