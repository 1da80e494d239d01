"""Which other subjects have rules that read what a decision touched: above, beside and below it."""

from collections.abc import Iterator

from msgspec import Struct

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.rules.index import index_of
from kamflow.engine.touching import REFUSALS
from kamflow.model.decision import Decision
from kamflow.model.pack import Pack


class Reader(Struct, frozen=True, order=True):
    """Subjects that may have to be judged: one, or all of a kind below one."""

    instance: str
    kind: str = ""  # of those below it; empty: the subject itself


def readers(compiled: CompiledPack, decision: Decision) -> Iterator[tuple[Reader, frozenset[str]]]:
    """Yield who reads what a decision touched, with what of it, by a policy.

    The subject that was decided on is among them where that was refused; or as one of a set.
    """
    after, own = decision.snapshot, decision.touched
    if after is None or not own or after.kind not in compiled.pack.kinds:
        return
    key = (after.kind, own)
    found = compiled.spreading.get(key)
    if found is None:
        found = tuple(_readers(compiled, after.kind, own))
        if len(compiled.spreading) < _REMEMBERED:
            compiled.spreading[key] = found
    for is_above, kind, tokens in found:
        instance = after.parent if is_above else after.id
        if instance is not None:
            yield Reader(instance, kind), tokens


_REMEMBERED = 1_000  # different sets of tokens


def _readers(
    compiled: CompiledPack, kind: str, own: frozenset[str]
) -> Iterator[tuple[bool, str, frozenset[str]]]:
    """Yield whether readers are what is above a subject, or below that; their kind; and tokens."""
    refusal = frozenset({f"{kind}:{REFUSALS}"}) & own
    if refusal:
        yield False, "", refusal  # nothing is judged in the decision that refuses
    above = compiled.pack.kinds[kind].parent
    if above is not None:
        of_members = frozenset(f"*{token}" for token in own)
        for below, reading in (("", above), (kind, kind)):
            if found := _read(compiled, reading, of_members):
                yield True, below, found
    for below in _below(compiled.pack, kind):
        if found := _read(compiled, below, own):
            yield False, below, found


def read_by(compiled: CompiledPack, kind: str, tokens: frozenset[str]) -> tuple[str, ...]:
    """Return those of some tokens that rules for a kind of subject read, in order."""
    return tuple(sorted(_read(compiled, kind, tokens)))


def _read(compiled: CompiledPack, kind: str, tokens: frozenset[str]) -> frozenset[str]:
    index = index_of(compiled, kind)
    return frozenset() if index.is_empty else tokens & index.tokens.keys()


def _below(pack: Pack, kind: str) -> Iterator[str]:
    return (item.id for item in pack.kinds.values() if item.parent == kind and item.workflow)
