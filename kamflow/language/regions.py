"""Reads regions: states beside the stage, such as health, and the ways between them."""

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.effects import refuse_twice
from kamflow.language.fields import Fields, Reader
from kamflow.language.source import Node, Scalar
from kamflow.language.spans import read_span
from kamflow.model.pack import Pack
from kamflow.model.rules import Region, RegionMove


def read_region(name: Scalar, node: Node, reader: Reader) -> Region | None:
    """Read a region."""
    fields = Fields(node, "region", f"region `{name.text}`", reader)
    fields.require("subject", "fact", "moves")
    kind = fields.name("subject", "subject") or ""
    fact = fields.name("fact", "settable fact", kind)
    read = [_read_move(item, fields, kind) for item in fields.items("moves")]
    moves = tuple(item for item in read if item is not None)
    refuse_twice(fields, "moves", (item.id for item in moves))
    if fact is None:
        return None
    title = fields.text("title", name.text)
    return Region(id=name.text, title=title, kind=kind, fact=fact, moves=moves)


def _read_move(node: Node, outer: Fields, kind: str) -> RegionMove | None:
    fields = Fields(node, "move", f"a move of {outer.what}", outer.reader)
    complete = fields.require("id", "from", "to", "when")
    when = fields.condition("when", kind)
    if not complete or when is None:
        return None
    return RegionMove(
        id=fields.text("id"),
        sources=fields.names("from"),
        target=fields.text("to"),
        when=when,
        lasting=read_span(fields, "lasting"),
    )


def check_regions(pack: Pack, reader: Reader) -> None:
    """Report regions whose states are no values of a choice that the engine may record."""
    owners: dict[str, str] = {}
    for region in pack.regions.values():
        place, fact = reader.places["region", region.id], pack.facts.get(region.fact)
        if fact is None or fact.kind != region.kind or fact.derived is not None:
            continue  # reported where the fact is named
        other = owners.setdefault(region.fact, region.id)
        if other != region.id:
            message = f"`{region.fact}` is kept by region `{other}` already; give this one its own"
            reader.sink.report(place, "K204", message)
        if fact.shape.type != "choice":
            message = (
                f"the states of region `{region.id}` are values of a `choice`; `{fact.name}` has "
                f"the type `{fact.shape.type}`, so name another fact"
            )
            reader.sink.report(place, "K206", message)
            continue
        writers = [pack.roles[name] for name in fact.writers if name in pack.roles]
        if not any(role.identity == "system" for role in writers):
            message = (
                f"region `{region.id}` has the engine record `{fact.name}`; name the role with "
                "`identity: system` among its `writers`"
            )
            reader.sink.report(place, "K206", message)
        _check_states(region, fact.shape.values, reader)


def _check_states(region: Region, states: tuple[str, ...], reader: Reader) -> None:
    place = reader.places["region", region.id]
    for move in region.moves:
        for name in (*move.sources, move.target):
            if name not in states:
                hint = did_you_mean(name, states) or f"; it is one of {', '.join(states)}"
                message = f"move `{move.id}` names `{name}`, which is no value of `{region.fact}`"
                reader.sink.report(place, "K203", f"{message}{hint}")
        if move.target in move.sources:
            message = f"move `{move.id}` leads from `{move.target}` to itself; leave it out of one"
            reader.sink.report(place, "K206", message)
