"""Who may vote in the place of somebody: by an absence with deputies, or by a delegation."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from kamflow.engine.people import absences_now, delegations_now
from kamflow.engine.view import View

Lent: TypeAlias = Mapping[str, frozenset[str]]  # whose vote -> to whom, one link each
Fits: TypeAlias = Callable[[str], bool]  # may this person stand in?


def lent_now(view: View, approvals: Collection[str]) -> dict[str, frozenset[str]]:
    """Return who lends the vote on an approval to whom now, link by link.

    Args:
        view: The subject; what was recorded above it counts as well.
        approvals: Names under which the approval may stand in the scope of a delegation.
    """
    lent: dict[str, set[str]] = {}
    for away in absences_now(view):
        if not away.left:
            lent.setdefault(away.person, set()).update(away.deputies)
    for item in delegations_now(view):
        if not item.approvals or not set(item.approvals).isdisjoint(approvals):
            lent.setdefault(item.person, set()).add(item.to)
    return {person: frozenset(people) for person, people in lent.items()}


def proxies_of(lent: Lent, person: str, away: Collection[str], fits: Fits) -> frozenset[str]:
    """Return who may vote for a person now: over one link or two, and never in a circle.

    Everybody on the way has to be fit to stand in; the last one has to be there as well.
    """
    found: set[str] = set()
    for first in lent.get(person, frozenset()) - {person}:
        if fits(first):
            found.add(first)
            seconds = lent.get(first, frozenset()) - {person, first}
            found.update(second for second in seconds if fits(second))
    return frozenset(found - set(away))
