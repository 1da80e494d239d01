"""Whether the rows of decision tables leave no gap and each is reached."""

from collections.abc import Sequence

from kamflow.analysis.checks.asking import Answer, Asking, Topic
from kamflow.analysis.checks.formulas import ALWAYS, Formula, Truth, opposite
from kamflow.analysis.checks.reading import Reading
from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.stated import row_key
from kamflow.model.pack import Pack, Row, Table

FEW = 12  # rows of which the least number that covers another one is looked for


def check_tables(pack: Pack, asking: Asking, report: Report) -> None:
    """Report inputs without a row, rows without an input, and rows at odds with each other."""
    for table in pack.tables.values():
        check = _Table(table, asking)
        check.report_gap(report)
        for place in range(len(table.rows)):
            check.report_unreached(place, report)
        if table.hit == "unique":
            check.report_overlaps(report)


class _Table:
    """The questions about one table.

    Of each row there are two formulas: that it is met, and that it stops the search, met or
    unknown, so that rows behind it are not looked at.
    """

    def __init__(self, table: Table, asking: Asking) -> None:
        self._table = table
        self._topic = Topic(asking, table.kind, self._formulas)

    def _formulas(self, reading: Reading) -> Sequence[Formula]:
        truths = [_truth(reading, row) for row in self._table.rows]
        return [*(item.met for item in truths), *(opposite(item.unmet) for item in truths)]

    def report_gap(self, report: Report) -> None:
        """Report an input that no row takes; one with an unknown row is none."""
        count = len(self._table.rows)
        if any(row.when is None for row in self._table.rows):
            return
        about = f"whether table `{self._table.id}` has gaps"
        answer = self._topic.ask(about, lambda formulas: ((), formulas[count:]), sure=True)
        if answer.possible:
            message = (
                f"table `{self._table.id}` has a gap: no row takes the input where "
                f"{answer.example}; add one, or a last row with `otherwise: true`"
            )
            report.add("K511", ("table", self._table.id), message)

    def report_unreached(self, place: int, report: Report) -> None:
        """Report the row at `place` when earlier ones take all that it would take."""
        row, earlier = self._table.rows[place], tuple(range(place))
        if not self._reached(place, earlier).impossible:
            return
        alone = self._reached(place, ())
        if alone.impossible:
            text = row.when.text if row.when else ""
            message = f"row `{row.id}` is never reached: no input meets `{text}`"
        else:
            taking = [self._table.rows[item].id for item in self._least(place, earlier)]
            one = len(taking) == 1
            message = f"row `{row.id}` is never reached: {_rows(taking)} "
            message += f"{'takes' if one else 'take'} all of its inputs"
            if self._only_waited_for(place, earlier):
                message += f", or {'waits' if one else 'wait'} for a value that is not known"
            if alone.example and row.when is not None:
                message += f", for example {alone.example}"
        report.add("K512", row_key(self._table.id, row.id), message)

    def report_overlaps(self, report: Report) -> None:
        """Report rows of which two with different answers are met together."""
        rows = self._table.rows
        for place, row in enumerate(rows):
            for before, other in enumerate(rows[:place]):
                if row.then == other.then or row.when is None or other.when is None:
                    continue
                answer = self._together(before, place)
                if answer.possible:
                    message = (
                        f"rows `{other.id}` and `{row.id}` of table `{self._table.id}` answer "
                        f"differently and are both met, {answer.when}"
                    )
                    report.add("K513", row_key(self._table.id, row.id), message)

    def _together(self, one: int, other: int) -> Answer:
        rows = self._table.rows
        about = f"whether rows `{rows[one].id}` and `{rows[other].id}` are met together"
        return self._topic.ask(
            about, lambda formulas: ((formulas[one], formulas[other]), ()), sure=True
        )

    def _reached(self, place: int, earlier: Sequence[int]) -> Answer:
        count = len(self._table.rows)
        about = f"whether row `{self._table.rows[place].id}` is reached"
        return self._topic.ask(
            about,
            lambda formulas: ((formulas[place],), [formulas[count + item] for item in earlier]),
        )

    def _only_waited_for(self, place: int, earlier: Sequence[int]) -> bool:
        """Tell whether a row would be reached if rows that are unknown did not stop the search."""
        about = f"whether row `{self._table.rows[place].id}` is reached"
        return self._topic.ask(
            about, lambda formulas: ((formulas[place],), [formulas[item] for item in earlier])
        ).possible

    def _least(self, place: int, earlier: tuple[int, ...]) -> tuple[int, ...]:
        """Return rows that together take all inputs of one, none of them needlessly."""
        near = tuple(item for item in earlier if not self._together(item, place).impossible)
        if len(near) > FEW or not self._reached(place, near).impossible:
            return earlier
        kept = near
        for item in near:
            fewer = tuple(other for other in kept if other != item)
            if self._reached(place, fewer).impossible:
                kept = fewer
        return kept


def _truth(reading: Reading, row: Row) -> Truth:
    return ALWAYS if row.when is None else reading.truth(row.when.tree)


def _rows(taking: Sequence[str]) -> str:
    return listed(taking) if len(taking) <= FEW else f"{len(taking)} earlier rows"
