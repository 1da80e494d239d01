"""Who holds which role for a subject."""

from kamflow.engine.view import View
from kamflow.model.pack import Pack
from kamflow.model.values import Unknown

SYSTEM = "system"


def holders(pack: Pack, view: View, role_id: str) -> frozenset[str]:
    """Return who holds a role for the subject: named by a fact, assigned, or as a member."""
    role = pack.roles[role_id]
    found: set[str] = set()
    if role.holder is not None:
        person = view[role.holder]
        if person.__class__ is not Unknown:
            found.add(str(person))
    for member in role.members:
        found |= holders(pack, view, member)
    place: View | None = view
    while place is not None:
        found.update(place.snapshot.roles.get(role_id, ()))
        place = place.parent
    return frozenset(found)


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
