"""Places that only so many can have: how one is kept for a subject, and who waits for one."""

from msgspec import Struct

from kamflow.model.expression import Condition


class Keep(Struct, frozen=True, kw_only=True):
    """A fact that a stage keeps: set when `when` is met, forgotten when it is not met any more.

    A date that is kept says the last day on which it holds.
    """

    fact: str
    when: Condition
    value: Condition


class Place(Struct, frozen=True, kw_only=True):
    """A person's places: how many subjects hold one, and how many the person has."""

    id: str
    title: str
    person: str  # fact that names the person
    load: Condition
    capacity: Condition


class Waitlist(Struct, frozen=True, kw_only=True):
    """Who of a kind of subject waits for a place, and who is offered one first."""

    id: str  # the kind
    title: str
    waiting: Condition
    ready: Condition  # there is a place for it now
    holds: Condition  # it has a place, for good or reserved
    order: tuple[Condition, ...]  # the highest first; then who has waited longest
    trigger: str  # of the transition that takes it up again
    reserved: Condition | None = None  # its place is only reserved
    planned: Condition | None = None  # it will need a place next
    places: dict[str, Place] = {}
