"""Who may do what with requests beside voting, as the policy says under `rights`."""

from collections.abc import Sequence

from kamflow.engine.apart import top_of
from kamflow.engine.draft import Draft
from kamflow.engine.people import holders, holds_any, lacking
from kamflow.engine.view import View
from kamflow.model.pack import Pack


def may(draft: Draft, right: str, person: str) -> bool:
    """Tell whether a role gives `person` a right; a right that the policy does not name, nobody."""
    roles = draft.compiled.pack.rights.get(right, ())
    return bool(roles) and holds_any(draft.compiled.pack, draft.view, person, roles)


def lacking_right(draft: Draft, right: str, person: str) -> str:
    """Return why `person` has not the right, and who has, for a person to read."""
    roles = draft.compiled.pack.rights.get(right, ())
    if not roles:
        return f"the policy gives nobody the right to {right}; name roles under `rights`"
    return lacking(draft.compiled.pack, draft.view, person, roles)


def may_assign(draft: Draft) -> bool:
    """Tell whether the actor may give roles for the subject, and take them.

    Those may whom the policy names. Nobody could ever begin like that, so anybody may as long as
    none of them is there, and so may who opened the top subject while it is in its first stage.
    """
    pack, view = draft.compiled.pack, draft.view
    roles = pack.rights.get("assign", ())
    if holds_any(pack, view, draft.actor, roles):
        return True
    return not any(holders(pack, view, role) for role in roles) or _begins(draft)


def right_to_publish(pack: Pack, tops: Sequence[View], person: str) -> str:
    """Return why a person may not publish what follows a policy; nothing where that may be.

    Those may whom the policy names, by a role that they hold for any top subject, and anybody as
    long as none of them is there.

    Args:
        pack: The policy in force.
        tops: The subjects above which there is none.
        person: Who publishes.
    """
    roles = pack.rights.get("publish", ())
    who = {
        role: frozenset[str]().union(*(holders(pack, top, role) for top in tops)) for role in roles
    }
    if not any(who.values()) or any(holds_any(pack, top, person, roles) for top in tops):
        return ""
    named = (f"{role} ({', '.join(sorted(held)) or 'nobody yet'})" for role, held in who.items())
    return f"`{person}` has none of the roles {', '.join(named)}, which publish a policy"


def _begins(draft: Draft) -> bool:
    """Tell whether the actor has opened the top subject, and nobody has moved it on yet."""
    top = top_of(draft.view).snapshot
    workflow = draft.compiled.pack.workflows.get(top.workflow)
    if workflow is None or top.stage != workflow.initial:
        return False
    first = next(iter(draft.view.scene.happened(top.id)), None)
    return first is not None and first.actor == draft.actor
