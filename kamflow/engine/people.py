"""Who holds which role for a subject, who is away, and who may stand in."""

from collections.abc import Iterator
from datetime import datetime

from kamflow.engine.view import View
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Absence, Delegation, Term
from kamflow.model.values import Unknown

SYSTEM = "system"


def holders(pack: Pack, view: View, role_id: str) -> frozenset[str]:
    """Return who holds a role for the subject now: named by a fact, assigned, or as a member.

    Who has left the company holds none, wherever that was recorded: here or above.
    """
    found = named_holders(pack, view, role_id)
    return found - leavers(view) if found else found


def named_holders(pack: Pack, view: View, role_id: str) -> frozenset[str]:
    """Return who is named as holding a role now, those included who have left meanwhile."""
    role = pack.roles[role_id]
    found: set[str] = set()
    if role.holder is not None:
        person = view[role.holder]
        if person.__class__ is not Unknown:
            found.add(str(person))
    for member in role.members:
        found |= named_holders(pack, view, member)
    for place in view.upward():
        found.update(place.snapshot.roles.get(role_id, ()))
        if place.snapshot.terms:
            found.update(term.person for term in _terms(place, role_id))
    return frozenset(found)


def named_by_function(pack: Pack, view: View, role_id: str) -> dict[str, frozenset[str]]:
    """Return who is named for each function, those included who have left meanwhile.

    Who holds the role for all functions holds it for each of them.
    """
    terms = [term for place in view.upward() for term in _terms_below(pack, place, role_id)]
    special = {(term.function, term.person) for term in terms if term.function}
    apart = {person for _, person in special}
    everywhere = {term.person for term in terms if not term.function}
    everywhere |= named_holders(pack, view, role_id) - apart
    return {
        function: frozenset(everywhere | {person for at, person in special if at == function})
        for function in sorted({at for at, _ in special})
    }


def _terms_below(pack: Pack, place: View, role_id: str) -> Iterator[Term]:
    yield from _terms(place, role_id)
    for member in pack.roles[role_id].members:
        yield from _terms_below(pack, place, member)


def _terms(place: View, role_id: str) -> Iterator[Term]:
    """Yield the terms of a role that run now, recorded for one subject."""
    now = place.scene.now
    for term in place.snapshot.terms:
        if term.role == role_id and runs(now, term.begins_at, term.ends_at):
            yield term


def runs(now: datetime, begins_at: datetime | None, ends_at: datetime | None) -> bool:
    """Tell whether a period has begun and not ended; its end belongs to it no more."""
    return (begins_at is None or begins_at <= now) and (ends_at is None or now < ends_at)


def absences_now(view: View) -> Iterator[Absence]:
    """Yield the absences that run now, recorded for the subject or above."""
    now = view.scene.now
    for place in view.upward():
        for item in place.snapshot.absences:
            if runs(now, item.begins_at, item.ends_at):
                yield item


def delegations_now(view: View) -> Iterator[Delegation]:
    """Yield the delegations that run now, recorded for the subject or above."""
    now = view.scene.now
    for place in view.upward():
        for item in place.snapshot.delegations:
            if runs(now, item.begins_at, item.ends_at):
                yield item


def leavers(view: View) -> frozenset[str]:
    """Return who has left the company."""
    return frozenset(item.person for item in absences_now(view) if item.left)


def has_left(view: View, person: str) -> bool:
    """Tell whether a person has left the company."""
    return person in leavers(view)


def may_stand_in(pack: Pack, view: View, person: str, role_id: str, principal: str = "") -> bool:
    """Tell whether a person holds the role or a higher one, and so may vote as one who holds it.

    Of a role with members, the member role by which `principal` holds it counts as well.
    """
    return any(
        person in holders(pack, view, role) for role in _ranks(pack, view, role_id, principal)
    )


def stand_ins(pack: Pack, view: View, role_id: str, principal: str = "") -> frozenset[str]:
    """Return everybody who holds the role or a higher one, but for `principal`.

    Who is a member of the same role as well has an own vote, and so does not count for that alone.
    """
    roles = (role_id, *_inside(pack, view, role_id, principal))
    groups = {role for role in roles if pack.roles[role].members}
    ranks = [role for role in _ranks(pack, view, role_id, principal) if role not in groups]
    people = frozenset[str]().union(*(holders(pack, view, role) for role in ranks))
    return people - {principal}


def held_as(pack: Pack, view: View, role_id: str, person: str) -> tuple[str, ...]:
    """Return by which roles a person holds a role: itself, or those inside of one with members."""
    inside = _inside(pack, view, role_id, person)
    return tuple(role for role in inside if not pack.roles[role].members) or (role_id,)


def _ranks(pack: Pack, view: View, role_id: str, principal: str) -> list[str]:
    """Return the roles that are enough to stand in for `principal` in a role."""
    ranks = [role_id, *_inside(pack, view, role_id, principal)]
    for role in ranks:  # which grows meanwhile
        ranks.extend(item for item in pack.roles[role].higher if item not in ranks)
    return ranks


def _inside(pack: Pack, view: View, role_id: str, principal: str) -> Iterator[str]:
    for member in pack.roles[role_id].members:
        if principal and principal in named_holders(pack, view, member):
            yield member
            yield from _inside(pack, view, member, principal)


def holds(pack: Pack, view: View, actor: str, role_id: str) -> bool:
    """Tell whether `actor` (a person, `system` or `service:erp`) has a role for the subject."""
    identity = pack.roles[role_id].identity
    if identity == SYSTEM:
        return actor == SYSTEM
    if identity == "service":
        return actor == "service" or actor.startswith("service:")
    return actor in holders(pack, view, role_id)


def holds_any(pack: Pack, view: View, actor: str, roles: tuple[str, ...]) -> bool:
    """Tell whether `actor` has one of `roles`; no roles mean that anybody may."""
    return not roles or any(holds(pack, view, actor, role) for role in roles)


def lacking(pack: Pack, view: View, actor: str, roles: tuple[str, ...]) -> str:
    """Return why `actor` may not, and who may, for a person to read."""
    who = {role: sorted(holders(pack, view, role)) for role in roles}
    people = [f"{role} ({', '.join(names) or 'nobody yet'})" for role, names in who.items()]
    return f"`{actor}` has none of the roles {', '.join(people)}"
