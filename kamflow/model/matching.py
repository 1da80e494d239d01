"""Sets of patterns over facts, as the matchers of event rules read them.

Everything is a whole number or a short plain text, so that every matcher compares alike.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

Scalar: TypeAlias = int | str


class Where(Struct, frozen=True):
    """`field op value`, with op one of == != < <= > >=; texts are only == or !=."""

    field: str
    op: str
    value: Scalar


class Join(Struct, frozen=True):
    """`field op alias.other + plus`: a comparison with a fact that was matched before."""

    field: str
    op: str
    alias: str
    other: str
    plus: int = 0


class Pattern(Struct, frozen=True):
    """A fact of a kind for which all conditions hold; a field that is missing holds none."""

    alias: str
    kind: str
    where: tuple[Where, ...] = ()
    join: tuple[Join, ...] = ()


class MatchRule(Struct, frozen=True):
    """Fires for every choice of different facts for `every`, unless a fact matches one of `none`.

    The kinds of `none` are not those of `every`.
    """

    id: str
    every: tuple[Pattern, ...]
    none: tuple[Pattern, ...] = ()


class MatchSet(Struct, frozen=True):
    """Rules that are matched together; `digest` is over all of them."""

    digest: str
    rules: tuple[MatchRule, ...]

    def __hash__(self) -> int:
        """Return a hash that does not walk over all rules."""
        return hash(self.digest)


class Fact(Struct, frozen=True):
    """Something that patterns can match."""

    kind: str
    fields: dict[str, Scalar]


class Firing(Struct, frozen=True, order=True):
    """A rule with the facts that it fires on: pattern -> index of the fact, by pattern."""

    rule: str
    facts: tuple[tuple[str, int], ...]


class Matched(Struct, frozen=True):
    """All firings in order; with what another matcher proposed, where that differs."""

    firings: tuple[Firing, ...]
    proposed: tuple[Firing, ...] | None = None


Match: TypeAlias = Callable[[MatchSet, Sequence[Fact]], Matched]
