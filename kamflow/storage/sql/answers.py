"""Decision tables and scorecards in SQL."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Integer,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    true,
    type_coerce,
)

from kamflow.engine.arithmetic import divided, minus, times
from kamflow.errors import NotInSqlError
from kamflow.model.pack import Scorecard, Scored, Table
from kamflow.storage.sql.calculus import EXACT, is_number, number
from kamflow.storage.sql.exact import Day, Words
from kamflow.storage.sql.projection import as_of_key, author_key, recorded_key
from kamflow.storage.sql.reader import Reader
from kamflow.storage.sql.rows import Element, Rows

_MOST_ARGUMENTS = 100  # of one function on SQLite


def table_output(table: Table, column: str, rows: Rows, reader: Reader) -> Element:
    """Return a column of the first row that is met; unknown when an unknown row comes first."""
    if not column:
        raise NotInSqlError(f"table `{table.id}` without a column")
    answers = [row.id if column == "row" else row.then[column] for row in table.rows]
    marker = "?" * (1 + max((len(answer) for answer in answers), default=0))
    stops: list[Element] = []
    for row, answer in zip(table.rows, answers, strict=True):
        met = literal(answer, Words())
        if row.when is None:
            stops.append(met)
            break
        met_or_not = {True: met, False: null()}
        verdict = reader.value(row.when.tree, rows)
        stops.append(case(met_or_not, value=verdict, else_=literal(marker, Words())))
    return func.nullif(_first(stops), marker, type_=Words())


def _first(items: Sequence[Element]) -> Element:
    """Return the first that is not NULL; looks no further than that."""
    while len(items) > 1:
        starts = range(0, len(items), _MOST_ARGUMENTS)
        groups = [items[start : start + _MOST_ARGUMENTS] for start in starts]
        items = [func.coalesce(*group) if len(group) > 1 else group[0] for group in groups]
    return items[0] if items else cast(null(), Words())


def score_output(card: Scorecard, output: str, rows: Rows, reader: Reader) -> Element:
    """Return an output of a scorecard: points, total, completeness or age."""
    if output == "total":
        return _total(card, rows, reader)
    if output == "completeness_pct":
        return _completeness(card, rows, reader)
    if output == "oldest_days":
        return _oldest_days(card, rows, reader)
    found = next((item for item in card.criteria if item.id == output), None)
    if found is None:
        raise NotInSqlError(f"scorecard `{card.id}` without an output")
    return _points(found, rows, reader)


def _points(scored: Scored, rows: Rows, reader: Reader) -> Element:
    """Return the points for the value of the scored fact."""
    return _banded(scored, rows, reader, lambda points: points)


def _banded(
    scored: Scored, rows: Rows, reader: Reader, weigh: Callable[[Decimal], Decimal]
) -> Element:
    """Return the points of the first band that the value is in, each put through `weigh`."""

    def value() -> Element:
        return reader.fact(scored.fact, rows)

    unknown = cast(null(), EXACT) if scored.missing is None else number(weigh(scored.missing))
    if not is_number(value()):
        return type_coerce(case((value().is_(None), unknown)), EXACT)
    compare = reader.calculus.compare
    choices = []
    for band in scored.bands:
        low = [] if band.at_least is None else [compare(">=", value(), number(band.at_least))]
        high = [] if band.at_most is None else [compare("<=", value(), number(band.at_most))]
        choices.append((and_(true(), *low, *high), number(weigh(band.points))))
    known = case(*choices, else_=number(weigh(scored.otherwise))) if choices else value()
    return type_coerce(case((value().is_(None), unknown), else_=known), EXACT)


def _weighted(card: Scorecard, scored: Scored, rows: Rows, reader: Reader) -> Element:
    """Return weight x points, or weight x (points - low) / (high - low) on a scale."""
    low, high, weight = card.low, card.high, scored.weight

    def weigh(points: Decimal) -> Decimal:
        if low is None or high is None:
            return times(weight, points)
        return divided(times(weight, minus(points, low)), minus(high, low))

    if scored.bands:
        return _banded(scored, rows, reader, weigh)
    points, combine = _points(scored, rows, reader), reader.calculus.combine
    if low is None or high is None:
        return combine("*", number(weight), points)
    reached = combine("*", number(weight), combine("-", points, number(low)))
    return combine("/", reached, number(minus(high, low)))


def _total(card: Scorecard, rows: Rows, reader: Reader) -> Element:
    found = number(0)
    for item in card.criteria:
        found = reader.calculus.combine("+", found, _weighted(card, item, rows, reader))
    return found


def _completeness(card: Scorecard, rows: Rows, reader: Reader) -> Element:
    count = max(len(card.criteria), 1)
    known: Element = literal(0)
    for item in card.criteria:
        known = known + case((reader.fact(item.fact, rows).is_not(None), 1), else_=0)
    shares = {place: number(divided(Decimal(100 * place), count)) for place in range(count + 1)}
    return type_coerce(case(shares, value=known), EXACT)


def _oldest_days(card: Scorecard, rows: Rows, reader: Reader) -> Element:
    """Return the age of the oldest observation of the subject's own scored facts."""
    days = [
        rows.column(as_of_key(item.fact))
        for item in card.criteria
        if rows.has(as_of_key(item.fact))
    ]
    if not days:
        return cast(null(), Integer)
    today = literal(reader.now.date(), Day())
    return type_coerce(today - reader.calculus.oldest(days), Integer)


def edited(card: Scorecard, person: Callable[[], Element], since: int, rows: Rows) -> Element:
    """Return whether a person recorded one of the scored facts since that microsecond."""
    mine = [
        func.coalesce(
            and_(
                rows.column(author_key(item.fact)) == person(),
                rows.column(recorded_key(item.fact)) >= literal(since, BigInteger()),
            ),
            false(),
        )
        for item in card.criteria
        if rows.has(author_key(item.fact))
    ]
    return case((person().is_not(None), or_(false(), *mine)))
