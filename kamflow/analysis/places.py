"""Kept facts and waitlists in words."""

from collections.abc import Iterable, Iterator

from kamflow.analysis.document import Block, Bullets, Document, Heading, Paragraph
from kamflow.analysis.naming import listed
from kamflow.language.sentences import phrase, sentence
from kamflow.language.wording import fact_words, plain_words
from kamflow.model.capacity import Keep, Place, Waitlist
from kamflow.model.pack import Pack


def kept_words(kept: Iterable[Keep], pack: Pack, kind: str) -> Iterator[str]:
    """Yield what a stage keeps: `The last day becomes today plus 30, and lasts while ...`."""
    for item in kept:
        value = phrase(item.value.tree, pack, kind)
        held = sentence(item.when, pack, kind)
        yield f"{_named(item.fact, pack, kind)} becomes {value}, and lasts while this holds: {held}"


def _named(name: str, pack: Pack, kind: str) -> str:
    fact = pack.facts.get(name)
    words = fact_words(fact, kind) if fact else plain_words(name)
    return f"The {words}"


def waitlists(pack: Pack) -> Document:
    """Return who waits for a place, and who is offered one first."""
    told = [block for line in pack.waitlists.values() for block in _waitlist(pack, line)]
    return (Heading(2, "Waitlists"), *told) if told else ()


def _waitlist(pack: Pack, line: Waitlist) -> Iterator[Block]:
    yield Heading(3, f"{line.title} ({line.id})")
    order = [phrase(item.tree, pack, line.id) for item in line.order]
    first = f"the highest comes first by {listed(order, 'and')}, then " if order else ""
    yield Paragraph(
        f"When a place becomes free, the engine asks for {line.trigger} for one that waits and "
        f"could take it: {first}who has waited longest."
    )
    told = [
        f"It waits while this holds: {sentence(line.waiting, pack, line.id)}",
        f"There is a place for it when this holds: {sentence(line.ready, pack, line.id)}",
        f"It has a place when this holds: {sentence(line.holds, pack, line.id)}",
    ]
    if line.reserved is not None:
        told.append(f"Its place is only reserved: {sentence(line.reserved, pack, line.id)}")
    if line.planned is not None:
        told.append(f"It will need a place next: {sentence(line.planned, pack, line.id)}")
    told += [_place(pack, line, place) for place in line.places.values()]
    yield Bullets(tuple((text, ()) for text in told))


def _place(pack: Pack, line: Waitlist, place: Place) -> str:
    load = phrase(place.load.tree, pack, line.id)
    capacity = phrase(place.capacity.tree, pack, line.id)
    return f"{place.title}: each has {capacity}; taken is {load}."
