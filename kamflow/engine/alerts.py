"""What is open because of rules and timers, as the snapshots say, without a policy or a clock."""

from kamflow.engine.people import has_left
from kamflow.engine.view import Scene, View
from kamflow.model.escalation import OpenEscalation, Settled
from kamflow.model.snapshot import Snapshot


def key_of(rule: str, key: str = "") -> str:
    """Return the name under which a rule is remembered for a key: `E-01`, or `E-21:it`."""
    return f"{rule}:{key}" if key else rule


def open_of(snapshot: Snapshot, rule: str, key: str = "") -> OpenEscalation | None:
    """Return the open escalation of an event rule or timer, observed or not, if there is one."""
    for item in snapshot.escalations.values():
        if item.rule == rule and item.key == key:
            return item
    return None


def open_ones(snapshot: Snapshot, rule: str) -> tuple[OpenEscalation, ...]:
    """Return all open escalations of an event rule or timer, one for each key."""
    return tuple(item for item in snapshot.escalations.values() if item.rule == rule)


def is_escalated(snapshot: Snapshot, rule: str) -> bool:
    """Tell whether an escalation of a rule or timer is open that is not only observed."""
    return any(item.rule == rule and not item.observed for item in snapshot.escalations.values())


def carer_of(view: View, item: OpenEscalation) -> str:
    """Return who takes care of an escalation; nobody where that person has left since."""
    person = item.acknowledged_by
    return "" if not person or has_left(view, person) else person


def settled_of(
    snapshot: Snapshot, rule: str, key: str = "", *, observed: bool = False
) -> Settled | None:
    """Return what was escalated or told last and is over, if anything was.

    What was only observed counts for a rule alone that still is, and not the other way round.
    """
    found = snapshot.settled.get(key_of(rule, key))
    return found if found is not None and found.observed is observed else None


def is_news(
    snapshot: Snapshot,
    rule: str,
    key: str,
    evidence: tuple[str, ...],
    *,
    observed: bool = False,
) -> bool:
    """Tell whether something is new since the same was escalated, told or observed last.

    What rests on no evidence may be told again by time alone.
    """
    settled = settled_of(snapshot, rule, key, observed=observed)
    if settled is None or not evidence or not settled.evidence:
        return True
    return not set(evidence) <= set(settled.evidence)


def shut_by(snapshot: Snapshot, gate: str | None) -> OpenEscalation | None:
    """Return the first open escalation of a subject that shuts a gate, if there is one."""
    for item in snapshot.escalations.values():
        if gate in item.shut and not item.observed:
            return item
    return None


def shutting(view: View, gate: str) -> OpenEscalation | None:
    """Return the first open escalation of a subject, or of what is above it, that shuts a gate."""
    return shutting_at(view.scene, view.snapshot, gate)


def shutting_at(scene: Scene, snapshot: Snapshot, gate: str) -> OpenEscalation | None:
    """Return the same of a subject of which nothing else has to be seen."""
    for place in scene.upward(snapshot):
        found = shut_by(place, gate)
        if found is not None:
            return found
    return None


def told_shut(item: OpenEscalation, gate: str) -> str:
    """Return why an escalation shuts a gate, and the way out, for a person to read."""
    name = f"escalation {item.id} ({item.rule} {item.title})"
    return f"{name} shuts gate {gate}; it opens when the escalation is resolved"
