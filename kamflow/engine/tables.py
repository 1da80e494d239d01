"""Scorecards and decision tables: what they answer for a subject."""

from decimal import Decimal, Overflow

from msgspec import Struct

from kamflow.engine.arithmetic import divided, minus, times, total
from kamflow.engine.closures import compile_expression, joined
from kamflow.engine.view import Source, View
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Pack, Row, Scorecard, Scored, Table
from kamflow.model.values import Cause, Unknown, Value


class Score(Struct, frozen=True, kw_only=True):
    """The points of a scorecard; one unknown fact leaves `total` unknown unless it has points."""

    points: dict[str, Decimal | Unknown]
    total: Decimal | Unknown
    completeness_pct: Decimal
    oldest_days: Decimal | Unknown

    def output(self, name: str) -> Value | Unknown:
        """Return the output of that name."""
        if name == "total":
            return self.total
        if name == "completeness_pct":
            return self.completeness_pct
        return self.oldest_days if name == "oldest_days" else self.points[name]


class Answer(Struct, frozen=True):
    """The row that a decision table hits, or why there is none yet."""

    row: Row | None
    unknown: Unknown | None

    def output(self, column: str) -> Value | Unknown:
        """Return a column of the row, or the id of the row."""
        if self.row is None:
            return self.unknown or Unknown((Cause(column, "no row is met"),))
        return self.row.id if column == "row" else self.row.then[column]


def scorecard_source(scorecard: Scorecard) -> Source:
    """Return the function that scores a subject."""

    def score(view: View) -> Score:
        points = {item.id: _points(item, view[item.fact]) for item in scorecard.criteria}
        known = sum(view[item.fact].__class__ is not Unknown for item in scorecard.criteria)
        return Score(
            points=points,
            total=_total(scorecard, points),
            completeness_pct=divided(Decimal(100 * known), max(len(scorecard.criteria), 1)),
            oldest_days=_oldest(scorecard, view),
        )

    return score


def _points(scored: Scored, value: Value | Unknown) -> Decimal | Unknown:
    if isinstance(value, Unknown):
        return value if scored.missing is None else scored.missing
    if not isinstance(value, Decimal):
        return Unknown((Cause(scored.fact, "only numbers can be scored"),))
    if not scored.bands:
        return value
    for band in scored.bands:
        if (band.at_least is not None and value < band.at_least) or (
            band.at_most is not None and value > band.at_most
        ):
            continue
        return band.points
    return scored.otherwise


def _total(scorecard: Scorecard, points: dict[str, Decimal | Unknown]) -> Decimal | Unknown:
    unknown = [part for part in points.values() if isinstance(part, Unknown)]
    if unknown:
        return joined(unknown)
    try:
        return total(
            _weighted(scorecard, item, part)
            for item in scorecard.criteria
            if isinstance(part := points[item.id], Decimal)
        )
    except Overflow:
        return Unknown((Cause(f"{scorecard.id}.total", "the number is too large"),))


def _weighted(scorecard: Scorecard, scored: Scored, points: Decimal) -> Decimal:
    """Return weight x points, or weight x (points - low) / (high - low) on a scale."""
    if scorecard.low is None or scorecard.high is None:
        return times(scored.weight, points)
    reached = times(scored.weight, minus(points, scorecard.low))
    return divided(reached, minus(scorecard.high, scorecard.low))


def _oldest(scorecard: Scorecard, view: View) -> Decimal | Unknown:
    recorded = view.snapshot.facts
    ages = [
        view.day - recorded[item.fact].as_of.toordinal()
        for item in scorecard.criteria
        if item.fact in recorded
    ]
    if not ages:
        return Unknown((Cause(f"{scorecard.id}.oldest_days", "no scored fact is recorded"),))
    return Decimal(max(ages))


def table_source(table: Table, pack: Pack) -> Source:
    """Return the function that finds the first row that is met."""
    rows = [
        (row, None if row.when is None else compile_expression(row.when.tree, pack))
        for row in table.rows
    ]

    def answer(view: View) -> Answer:
        for row, condition in rows:
            verdict = True if condition is None else condition(view)
            if verdict is True:
                return Answer(row, None)
            if verdict is not False:
                return Answer(None, verdict)
        return Answer(None, None)

    return answer


class RowCheck(Struct, frozen=True):
    """How a row fared: `missed` are the parts of its condition that are not met."""

    row: Row
    hit: bool
    missed: tuple[str, ...]


def explain_table(table: Table, pack: Pack, view: View) -> tuple[RowCheck, ...]:
    """Return the rows up to the one that is hit, each with what kept it from being met."""
    checks = []
    for row in table.rows:
        parts = [] if row.when is None else _parts(row.when.tree)
        verdicts = [(part, compile_expression(part, pack)(view)) for part in parts]
        missed = tuple(_text(part) for part, verdict in verdicts if verdict is not True)
        unknown = any(isinstance(verdict, Unknown) for _, verdict in verdicts)
        unmet = any(verdict is False for _, verdict in verdicts)
        checks.append(RowCheck(row, not missed, missed))
        if not missed or (unknown and not unmet):
            break
    return tuple(checks)


def _parts(node: Expression) -> list[Expression]:
    """Return the sides of the `and`s at the top of a condition."""
    if isinstance(node, tree.Both):
        return _parts(node.left) + _parts(node.right)
    return [node]


def _text(node: Expression) -> str:
    return unparse(node)
