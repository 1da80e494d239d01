"""What is wrong with a period, or with who speaks for whom: shared by absences and delegations."""

from collections.abc import Sequence
from datetime import datetime

from kamflow.engine.draft import Draft
from kamflow.engine.people import holds_any, lacking
from kamflow.model.snapshot import Delegation


def period_problem(
    now: datetime, begins_at: datetime | None, ends_at: datetime | None
) -> str | None:
    """Return why a time from a first instant to another one is none to come."""
    if ends_at is None:
        return None
    if begins_at is not None and ends_at <= begins_at:
        return f"it ends at {_told(ends_at)}, before it begins at {_told(begins_at)}"
    if ends_at <= now:
        return f"it is over already: it ends at {_told(ends_at)}; give a time that is still to come"
    return None


def _told(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")


def right_problem(draft: Draft, right: str, person: str) -> str | None:
    """Return why the actor may not do something for a person; everybody may for themselves."""
    if draft.actor == person:
        return None
    pack = draft.compiled.pack
    roles = pack.rights.get(right, ())
    if not roles:
        return (
            f"only `{person}` may do that; the policy gives nobody else the right `{right}` (name "
            "roles under `rights`)"
        )
    if holds_any(pack, draft.view, draft.actor, roles):
        return None
    return f"only `{person}` may do that, or who has the right `{right}`: " + lacking(
        pack, draft.view, draft.actor, roles
    )


def gone_problem(
    draft: Draft, person: str, begins_at: datetime, ends_at: datetime | None
) -> str | None:
    """Return why a person cannot stand in: has left by then, or is away all the time."""
    begins_at = max(begins_at, draft.now)
    for place in draft.view.upward():
        for item in place.snapshot.absences:
            if item.person != person or item.begins_at > begins_at:
                continue
            if item.left:
                return f"`{person}` has left by then; name somebody who stays"
            if item.ends_at is None or (ends_at is not None and ends_at <= item.ends_at):
                return (
                    f"`{person}` is away all that time, by `{item.id}`; name somebody who is there"
                )
    return None


def overlap(chain: Sequence[Delegation]) -> bool:
    """Tell whether delegations hold at the same time, for an approval in the scope of them all."""
    begins, ends = max(i.begins_at for i in chain), min(i.ends_at for i in chain)
    scopes = [set(item.approvals) for item in chain if item.approvals]
    return begins < ends and (not scopes or bool(set.intersection(*scopes)))
