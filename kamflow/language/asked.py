"""By what an approval is asked for: transitions, routes, and appeals against other decisions."""

from collections.abc import Iterator

from kamflow.language.circles import routed
from kamflow.model.pack import Pack, Transition


def asking(pack: Pack, approval: str) -> tuple[Transition, ...]:
    """Return the transitions that ask for an approval, by name or by a route."""
    names = {approval, *_routes_to(pack, approval)}
    return tuple(
        item
        for workflow in pack.workflows.values()
        for item in workflow.transitions
        if item.approval in names
    )


def _routes_to(pack: Pack, approval: str) -> Iterator[str]:
    for item in pack.approvals.values():
        if item.route is not None and approval in routed(pack, item.route):
            yield item.id


def revising(pack: Pack, approval: str) -> tuple[str, ...]:
    """Return the approvals whose decisions an approval revises: called in, or appealed against."""
    return tuple(
        item.id
        for item in pack.approvals.values()
        if (item.call_in and item.call_in.approval == approval)
        or (item.appeal and item.appeal.approval == approval)
    )


def asked_otherwise(pack: Pack) -> set[str]:
    """Return the approvals that something else than a transition or a route asks for."""
    found = {item.call_in.approval for item in pack.approvals.values() if item.call_in}
    found |= {item.appeal.approval for item in pack.approvals.values() if item.appeal}
    return found | set(_of_waivers(pack))


def _of_waivers(pack: Pack) -> dict[str, dict[str, None]]:
    """Return the approvals that decide on waivers, each with the kinds of subject concerned."""
    if pack.waiving is None:
        return {}
    found = {pack.waiving.approval: dict.fromkeys(gate.kind for gate in pack.gates.values())}
    for gate in pack.gates.values():
        for item in gate.criteria:
            if name := pack.approval_of_waiver(item):
                found.setdefault(name, {})[gate.kind] = None
    return found


def kinds_asked(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return the kinds of subject about which each approval is asked for."""
    found: dict[str, dict[str, None]] = {}
    for workflow in pack.workflows.values():
        asked = dict.fromkeys(item.approval for item in workflow.transitions if item.approval)
        for name in asked:
            approval = pack.approvals.get(name)
            route = approval.route if approval else None
            for reached in (name, *(routed(pack, route) if route else ())):
                found.setdefault(reached, {})[workflow.kind] = None
    for name in pack.approvals:
        for other in revising(pack, name):
            found.setdefault(name, {}).update(found.get(other, {}))
    for name, kinds in _of_waivers(pack).items():
        found.setdefault(name, {}).update(kinds)
    return {name: tuple(kinds) for name, kinds in found.items()}
