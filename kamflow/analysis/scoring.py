"""What scored facts have to be for a scorecard to come to something."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from kamflow.analysis.demands import (
    ALWAYS,
    MIRRORED,
    NEVER,
    Demand,
    NotSimpleError,
    Variables,
    Ways,
)
from kamflow.analysis.regions import Region
from kamflow.analysis.terms import Cases, Sum, Term, added, compared, scaled
from kamflow.analysis.variables import Catalogue
from kamflow.engine.arithmetic import divided
from kamflow.model.expression import Compare, Expression, Name
from kamflow.model.pack import Band, Scorecard, Scored

_CASES = 64  # combinations of bands; a total that has more is not taken apart
_TERMINATING = 10**40


class Asking(Protocol):
    """Reads the scored facts; see `Wanting`."""

    variables: Variables

    def cases(self, node: Expression) -> Cases:
        """Return what a value is, case by case."""

    def known(self, node: Expression) -> Ways:
        """Return the ways in which there is a value."""

    def unknown(self, node: Expression) -> Ways:
        """Return the ways in which there is none."""


def scores_of(
    node: Expression, asking: Asking, catalogue: Catalogue
) -> tuple["Scores | None", str]:
    """Return the scorecard, and the output of it, that a name stands for in the end."""
    while isinstance(node, Name):
        found = catalogue.scorecard(node)
        if found is not None:
            return Scores(found[0], asking, catalogue), found[1]
        derived = catalogue.derived(node)
        if derived is None:
            break
        node = derived
    return None, ""


def young_enough(node: Compare, operator: str, asking: Asking, catalogue: Catalogue) -> Ways | None:
    """Return when the oldest fact of a scorecard is young enough; nothing when not asked."""
    value, limit = node.left, catalogue.constant(node.right)
    if limit is None:
        value, limit, operator = node.right, catalogue.constant(node.left), MIRRORED[operator]
    scores, output = scores_of(value, asking, catalogue)
    if scores is None or output != "oldest_days" or not isinstance(limit, Decimal):
        return None
    return scores.not_older(limit, strictly=operator == "<") if operator[0] == "<" else None


class Scores:
    """Reads the outputs of one scorecard."""

    def __init__(self, card: Scorecard, asking: Asking, catalogue: Catalogue) -> None:
        self._card, self._asking, self._catalogue = card, asking, catalogue
        self._all, self._any = asking.variables.all_of, asking.variables.any_of

    def cases(self, output: str) -> Cases:
        """Return what an output is, case by case.

        Raises:
            NotSimpleError: There are too many cases, or it is the age of the oldest fact.
        """
        if output == "total":
            return self._total()
        if output == "completeness_pct":
            return self._completeness()
        if output == "oldest_days":
            raise NotSimpleError("the age of the oldest fact; only compared with a number")
        return self._points(self._scored(output))

    def known(self, output: str) -> Ways:
        """Return the ways in which an output has a value."""
        if output == "completeness_pct":
            return ALWAYS
        if output == "oldest_days":
            return self._any(
                *((self._catalogue.fresh(item, stale=True),) for item in self._recorded)
            )
        return self._all(*(self._with_points(item) for item in self._read(output)))

    def unknown(self, output: str) -> Ways:
        """Return the ways in which an output has no value."""
        if output == "completeness_pct":
            return NEVER
        if output == "oldest_days":
            return self._all(*((self._catalogue.lacking(item),) for item in self._recorded))
        needed = [item for item in self._read(output) if item.missing is None]
        return self._any(*(self._asking.unknown(Name(path=item.fact)) for item in needed))

    def not_older(self, days: Decimal, *, strictly: bool) -> Ways:
        """Return the ways in which the oldest recorded fact is at most so many days old."""
        if days < 0 or (strictly and days == 0):
            return NEVER  # what is recorded today is 0 days old
        old = [
            item
            for item in self._recorded
            if (age := self._catalogue.age(item)) is not None
            and (age > days or (strictly and age == days))
        ]
        renewed = ((self._renewed(item),) for item in old)
        return self._all(*renewed, self.known("oldest_days"))

    # ------------------------------------------------------------------------ parts

    @property
    def _recorded(self) -> list[str]:
        names = dict.fromkeys(item.fact for item in self._card.criteria)
        facts = {name: self._catalogue.recorded(Name(path=name)) for name in names}
        return [name for name, fact in facts.items() if fact and fact.kind == self._card.kind]

    def _read(self, output: str) -> list[Scored]:
        return list(self._card.criteria) if output == "total" else [self._scored(output)]

    def _scored(self, identity: str) -> Scored:
        return next(item for item in self._card.criteria if item.id == identity)

    def _with_points(self, scored: Scored) -> Ways:
        return ALWAYS if scored.missing is not None else self._asking.known(Name(path=scored.fact))

    def _renewed(self, name: str) -> Demand:
        """Return that a fact is recorded anew, or withdrawn."""
        fresh = self._catalogue.fresh(name).regions[name].values
        return Demand({name: Region(fresh, absent=True, renewed=True)})

    # ------------------------------------------------------------------------ values

    def _completeness(self) -> Cases:
        """Return the share of known facts: for each number of them, the ways to come to it."""
        count = len(self._card.criteria)
        reached: list[Ways] = [ALWAYS]
        for item in self._card.criteria:
            name = Name(path=item.fact)
            known, unknown = self._asking.known(name), self._asking.unknown(name)
            more = [NEVER, *(self._all(ways, known) for ways in reached)]
            same = [*(self._all(ways, unknown) for ways in reached), NEVER]
            reached = [self._any(*pair) for pair in zip(more, same, strict=True)]
        return tuple(
            (way, Sum(constant=Fraction(divided(Decimal(100 * number), max(count, 1)))))
            for number, ways in enumerate(reached)
            for way in ways
        )

    def _points(self, scored: Scored) -> Cases:
        """Return the points of a criterion: of the first band that its fact is in."""
        name = Name(path=scored.fact)
        cases = self._asking.cases(name)
        found = [case for guard, term in cases for case in self._banded(scored, guard, term)]
        if scored.missing is not None:
            points = Sum(constant=Fraction(scored.missing))
            found += [(way, points) for way in self._asking.unknown(name)]
        return tuple(found)

    def _total(self) -> Cases:
        """Return the weighted sum, for every combination of bands."""
        found: list[tuple[Demand, Term]] = [(Demand(), Sum())]
        for item in self._card.criteria:
            factor, shift = _weights(self._card, item)
            parts = [
                (guard, added(scaled(term, factor), Sum(constant=shift)))
                for guard, term in self._points(item)
            ]
            if len(found) * len(parts) > _CASES:
                raise NotSimpleError("too many combinations of bands")
            found = [
                (way, added(term, part))
                for one, term in found
                for other, part in parts
                for way in self._all((one,), (other,))
            ]
        return tuple(found)

    def _banded(self, scored: Scored, guard: Demand, term: Term) -> Iterator[tuple[Demand, Term]]:
        """Yield the points of a criterion whose fact is `term`."""
        if not scored.bands:
            yield guard, term
            return
        left: Ways = (guard,)
        for band in scored.bands:
            inside, outside = self._inside(band, term)
            yield from (
                (way, Sum(constant=Fraction(band.points))) for way in self._all(left, inside)
            )
            left = self._all(left, outside)
        yield from ((way, Sum(constant=Fraction(scored.otherwise))) for way in left)

    def _inside(self, band: Band, term: Term) -> tuple[Ways, Ways]:
        """Return when a term is in a band, and when it is not."""
        inside: list[Ways] = []
        outside: list[Ways] = []
        for bound, within, beyond in ((band.at_least, ">=", "<"), (band.at_most, "<=", ">")):
            if bound is not None:
                edge = Sum(constant=Fraction(bound))
                inside.append(compared(self._asking.variables, term, within, edge))
                outside.append(compared(self._asking.variables, term, beyond, edge))
        return self._all(*inside), self._any(*outside)


def _weights(card: Scorecard, scored: Scored) -> tuple[Fraction, Fraction]:
    """Return what the points are multiplied with, and what is added to that.

    Raises:
        NotSimpleError: The share of the scale is no decimal number, so that it is rounded.
    """
    weight = Fraction(scored.weight)
    if card.low is None or card.high is None:
        return weight, Fraction(0)
    factor = weight / (Fraction(card.high) - Fraction(card.low))
    if _TERMINATING % factor.denominator:
        raise NotSimpleError("a share of the scale that is rounded")
    return factor, -factor * Fraction(card.low)
