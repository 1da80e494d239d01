"""Who has which role in a whole tree: in a program and in everything that belongs to it.

Roles that do not go together do not go together wherever they are held in it, and whoever is from
outside for one account is from outside for all. To find that out takes a look at every subject, so
it is asked where roles are given and where somebody from outside reads, and not at every vote.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from kamflow.engine.people import holds
from kamflow.engine.view import Scene, View
from kamflow.model.approval import Duty
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot, Term
from kamflow.model.values import Unknown


def top_of(view: View) -> View:
    """Return the subject above which there is none."""
    *_, top = view.upward()
    return top


def held_apart(pack: Pack, view: View, duty: Duty, given: str, term: Term) -> Iterator[str]:
    """Yield the roles that a person has, or will have, and that do not go with a new one.

    Args:
        pack: The policy.
        view: The subject for which the role is given.
        duty: Says which roles do not go together.
        given: The new role.
        term: Who gets it, and for which time; what is held only before or after is no obstacle.
    """
    for group in duty.apart:
        if not any(brings(pack, role, given) for role in group):
            continue
        others = (role for other in duty.apart if other is not group for role in other)
        barred = {held for role in others for held in pack.roles if brings(pack, role, held)}
        for held, place in _terms(pack, view, term.person, barred):
            if _overlap(view.scene.now, held, term):
                below = "" if any(place == i.snapshot.id for i in view.upward()) else f" of {place}"
                yield f"`{term.person}` is {held.role}{below}, which does not go with {given}"


def brings(pack: Pack, role: str, given: str) -> bool:
    """Tell whether who is given a role has `role` by that."""
    members = pack.roles[role].members if role in pack.roles else ()
    return role == given or any(brings(pack, member, given) for member in members)


def holds_anywhere(pack: Pack, view: View, person: str, role: str) -> bool:
    """Tell whether a person has a role now, for any subject of the tree."""
    if holds(pack, view, person, role):
        return True
    now, wanted = view.scene.now, {held for held in pack.roles if brings(pack, role, held)}
    terms = (term for term, _ in _terms(pack, view, person, wanted))
    return any(
        (term.begins_at is None or term.begins_at <= now)
        and (term.ends_at is None or now < term.ends_at)
        for term in terms
    )


def _overlap(now: datetime, one: Term, other: Term) -> bool:
    """Tell whether two roles are ever held at the same time from now on."""
    begins = max(now, one.begins_at or now, other.begins_at or now)
    return all(term.ends_at is None or begins < term.ends_at for term in (one, other))


def _terms(
    pack: Pack, view: View, person: str, roles: Collection[str]
) -> Iterator[tuple[Term, str]]:
    """Yield the times for which a person has some of `roles`, each with the subject it is for."""
    named = {role: fact for role in roles if (fact := pack.roles[role].holder)}
    for place in view.upward():
        for role in _named_here(pack, place, person, named):
            yield Term(role=role, person=person), place.snapshot.id
    for subject in _tree(pack, view.scene, top_of(view).snapshot):
        if subject.roles or subject.terms:  # which are few
            given = _assigned(subject, person)
            yield from ((term, subject.id) for term in given if term.role in roles)
        for role, fact in named.items():
            # Nobody stops being the KAM because no one has confirmed it for a while.
            observed = subject.facts.get(fact)
            if observed is not None and observed.value == person:
                yield Term(role=role, person=person), subject.id


def _named_here(pack: Pack, place: View, person: str, named: Mapping[str, str]) -> Iterator[str]:
    """Yield the roles that facts of a subject give to a person, derived facts included."""
    for role, fact in named.items():
        if pack.facts[fact].kind == place.snapshot.kind:
            value = place[fact]
            if not isinstance(value, Unknown) and str(value) == person:
                yield role


def _assigned(subject: Snapshot, person: str) -> Iterator[Term]:
    """Yield the roles that were assigned to a person for one subject, until they are over."""
    for role, people in subject.roles.items():
        if person in people:
            yield Term(role=role, person=person)
    yield from (term for term in subject.terms if term.person == person)


def _tree(pack: Pack, scene: Scene, subject: Snapshot) -> Iterator[Snapshot]:
    """Yield a subject and all that is below it."""
    yield subject
    above = {kind.parent for kind in pack.kinds.values() if kind.workflow}
    for kind in pack.kinds.values():
        if kind.parent == subject.kind and kind.workflow:
            for below in scene.below(subject.id, kind.id):
                if kind.id in above:
                    yield from _tree(pack, scene, below)
                else:
                    yield below
