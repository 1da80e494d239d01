"""Reads what a policy says of places that only so many can have: kept facts and waitlists."""

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader, Use, read_condition
from kamflow.language.source import Node, Scalar
from kamflow.model.capacity import Keep, Place, Waitlist
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack


def read_keep(fields: Fields, kind: str) -> tuple[Keep, ...]:
    """Read the facts that a stage keeps while a condition is met."""
    kept = []
    for fact, node in fields.entries("keep"):
        fields.reader.uses.append(Use(fact, "settable fact", kind))
        own = Fields(node, "keep", f"kept fact `{fact.text}`", fields.reader)
        own.require("while", "value")
        when = own.condition("while", kind)
        value = own.condition("value", kind, f"fact {fact.text}")
        if when is not None and value is not None:
            kept.append(Keep(fact=fact.text, when=when, value=value))
    return tuple(kept)


def read_waitlist(name: Scalar, node: Node, reader: Reader) -> Waitlist | None:
    """Read who of a kind of subject waits for a place, and who comes first."""
    reader.uses.append(Use(name, "subject"))
    kind = name.text
    fields = Fields(node, "waitlist", f"waitlist of `{kind}`", reader)
    fields.require("waiting", "ready", "holds", "trigger")
    waiting, ready, holds = (fields.condition(key, kind) for key in ("waiting", "ready", "holds"))
    read = (_read_place(place, value, kind, reader) for place, value in fields.entries("places"))
    places = {item.id: item for item in read if item is not None}
    order = _read_order(fields, kind)
    reserved, planned = fields.condition("reserved", kind), fields.condition("planned", kind)
    if waiting is None or ready is None or holds is None:
        return None
    return Waitlist(
        id=kind,
        title=fields.text("title", kind),
        waiting=waiting,
        ready=ready,
        holds=holds,
        order=order,
        trigger=fields.text("trigger"),
        reserved=reserved,
        planned=planned,
        places=places,
    )


def _read_order(fields: Fields, kind: str) -> tuple[Condition, ...]:
    read = (read_condition(word, kind, "number", fields.reader) for word in fields.words("order"))
    return tuple(item for item in read if item is not None)


def _read_place(name: Scalar, node: Node, kind: str, reader: Reader) -> Place | None:
    fields = Fields(node, "place", f"place `{name.text}`", reader)
    fields.require("person", "load", "capacity")
    person = fields.name("person", "person fact", kind)
    load = fields.condition("load", kind, "number")
    capacity = fields.condition("capacity", kind, "number")
    if person is None or load is None or capacity is None:
        return None
    title = fields.text("title", name.text)
    return Place(id=name.text, title=title, person=person, load=load, capacity=capacity)


def check_waitlists(pack: Pack, reader: Reader) -> None:
    """Report a waitlist whose subjects stand below nothing, or whose trigger nothing has."""
    for line in pack.waitlists.values():
        kind, place = pack.kinds.get(line.id), reader.places["waitlist", line.id]
        if kind is None:
            continue
        if kind.parent is None or not kind.plural or kind.workflow not in pack.workflows:
            message = (
                f"`{line.id}` cannot wait for a place; it needs a workflow, and a `parent` and a "
                "`plural` to compare it with the others"
            )
            reader.sink.report(place, "K206", message)
            continue
        known = {item.trigger for item in pack.workflows[kind.workflow].transitions}
        if line.trigger not in known:
            hint = did_you_mean(line.trigger, known)
            message = f"no transition of `{line.id}` has the trigger `{line.trigger}`{hint}"
            reader.sink.report(place, "K203", message)
