"""Values that conditions compare, as sums of facts: how they add up and compare."""

from fractions import Fraction
from typing import TypeAlias, Union

from msgspec import Struct

from kamflow.analysis.demands import (
    ALWAYS,
    MIRRORED,
    NEVER,
    Demand,
    NotSimpleError,
    Relation,
    Sameness,
    Variables,
    Ways,
    solved,
)
from kamflow.analysis.regions import EVERY_NUMBER, EVERY_WORD, Region, Words, beyond


class Sum(Struct, frozen=True):
    """Facts, each times a number, and a constant."""

    parts: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = Fraction(0)


class Literal(Struct, frozen=True):
    """A flag or a word that stands in the text."""

    value: bool | str


class Pick(Struct, frozen=True):
    """The value of a fact that is no number."""

    key: str


class Extreme(Struct, frozen=True):
    """The least or the greatest of several."""

    least: bool
    items: tuple["Term", ...]


Term: TypeAlias = Union[Sum, Literal, Pick, Extreme]  # noqa: UP007 - Extreme names it above

Cases: TypeAlias = tuple[tuple[Demand, Term], ...]  # what a value is, and when


def added(left: Term, right: Term) -> Term:
    """Return the sum of two terms.

    Raises:
        NotSimpleError: The sum is not a term.
    """
    if isinstance(left, Extreme) and isinstance(right, Sum):
        return Extreme(left.least, tuple(added(item, right) for item in left.items))
    if isinstance(right, Extreme) and isinstance(left, Sum):
        return added(right, left)
    if not isinstance(left, Sum) or not isinstance(right, Sum):
        raise NotSimpleError("not a sum of facts")
    return _plus(left, right)


def _plus(left: Sum, right: Sum) -> Sum:
    parts = dict(left.parts)
    for key, factor in right.parts:
        parts[key] = parts.get(key, Fraction(0)) + factor
    kept = tuple((key, factor) for key, factor in parts.items() if factor)
    return Sum(kept, left.constant + right.constant)


def scaled(term: Term, factor: Fraction) -> Term:
    """Return the term times a number.

    Raises:
        NotSimpleError: The term is no number.
    """
    if isinstance(term, Extreme):
        least = term.least if factor >= 0 else not term.least
        return Extreme(least, tuple(scaled(item, factor) for item in term.items))
    if not isinstance(term, Sum):
        raise NotSimpleError("not a number")
    parts = tuple((key, part * factor) for key, part in term.parts if factor)
    return Sum(parts, term.constant * factor)


def multiplied(left: Term, right: Term) -> Term:
    """Return the product of two terms, one of which has to be constant."""
    if isinstance(right, Sum) and not right.parts:
        return scaled(left, right.constant)
    if isinstance(left, Sum) and not left.parts:
        return scaled(right, left.constant)
    raise NotSimpleError("a product of two facts")


def compared(variables: Variables, left: Term, operator: str, right: Term) -> Ways:
    """Return the ways in which two terms, both of them known, compare so.

    Raises:
        NotSimpleError: They are not taken apart.
    """
    if isinstance(left, Extreme):
        return _extreme(variables, left, operator, right)
    if isinstance(right, Extreme):
        return _extreme(variables, right, MIRRORED[operator], left)
    if isinstance(left, Sum) and isinstance(right, Sum):
        return _sums(left, operator, right)
    if isinstance(left, Sum) or isinstance(right, Sum) or operator not in ("=", "!="):
        raise NotSimpleError("values of two sorts")
    return _words(left, right, same=operator == "=")


def _extreme(variables: Variables, term: Extreme, operator: str, bound: Term) -> Ways:
    """Return when the least (greatest) of the terms compares so with the bound."""

    def each(operator: str) -> list[Ways]:
        return [compared(variables, item, operator, bound) for item in term.items]

    inside, outside = (">", "<") if term.least else ("<", ">")
    if operator == "=":
        return variables.all_of(*each(f"{inside}="), variables.any_of(*each("=")))
    if operator == "!=":
        return variables.any_of(variables.all_of(*each(inside)), *each(outside))
    if operator.startswith(inside):
        return variables.all_of(*each(operator))
    return variables.any_of(*each(operator))


def _sums(left: Sum, operator: str, right: Sum) -> Ways:
    difference = _plus(left, Sum(tuple((k, -n) for k, n in right.parts), -right.constant))
    parts, constant = difference.parts, difference.constant
    if not parts:
        return ALWAYS if beyond(operator, Fraction(0)).has(constant) else NEVER
    if len(parts) == 1:
        ((key, factor),) = parts
        return (Demand({key: Region(solved(operator, factor, constant))}),)
    known = {key: Region(EVERY_NUMBER) for key, _ in parts}
    return (Demand(known, (Relation(operator, parts, constant),)),)


def _words(left: Literal | Pick, right: Literal | Pick, *, same: bool) -> Ways:
    if isinstance(left, Literal):
        if isinstance(right, Literal):
            return ALWAYS if (left.value == right.value) is same else NEVER
        left, right = right, left
    if isinstance(right, Pick):
        if left.key == right.key:
            return (Demand({left.key: Region(EVERY_WORD)}),) if same else NEVER
        known = {left.key: Region(EVERY_WORD), right.key: Region(EVERY_WORD)}
        return (Demand(known, (Sameness(left.key, right.key, same),)),)
    values = Words(frozenset({right.value}), excluded=not same)
    return (Demand({left.key: Region(values)}),)


def combined(operator: str, left: Term, right: Term) -> Term | None:
    """Return what arithmetic makes of two terms; nothing for a division by zero.

    Raises:
        NotSimpleError: It is not a term.
    """
    match operator:
        case "+":
            return added(left, right)
        case "-":
            return added(left, scaled(right, Fraction(-1)))
        case "*":
            return multiplied(left, right)
        case "% of":
            return scaled(multiplied(left, right), Fraction(1, 100))
        case _:
            return _divided(left, right)


def _divided(left: Term, right: Term) -> Term | None:
    if not isinstance(right, Sum) or right.parts:
        raise NotSimpleError("divided by a fact")
    return scaled(left, 1 / right.constant) if right.constant else None
