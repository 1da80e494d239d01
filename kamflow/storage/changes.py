"""What a change of policy changes: the subjects for which a gate comes out otherwise.

A criterion that reads the same in both policies comes out the same, so only the changed ones are
worked out for everybody, and the whole gate only where one of those differs.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Select, and_, case, func, or_, select, true

from kamflow.errors import NotInSqlError
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.storage.portfolio import at_stake, criterion_bit, of_program
from kamflow.storage.sql.calculus import calculus_of
from kamflow.storage.sql.conditions import ConditionReader
from kamflow.storage.sql.functions import lend_functions
from kamflow.storage.sql.projection import projection
from kamflow.storage.sql.rows import Element, Rows


class Changed(Struct, frozen=True):
    """A subject for which a gate comes out otherwise: 1 is met, 0 unmet, None unknown."""

    subject: str
    before: int | None
    after: int | None


def changed_outcomes(
    connection: Connection,
    policies: tuple[Pack, Pack],
    gate_id: str,
    program: str,
    *,
    now: datetime,
) -> list[Changed]:
    """Return every subject of a program for which a gate has another verdict, by id.

    Args:
        connection: To a database whose projections are up to date.
        policies: The present policy and the one that is tried.
        gate_id: Gate of both.
        program: Id of the program.
        now: Instant of judgement, aware UTC.

    Raises:
        NotInSqlError: The policies declare other facts, or a condition has no counterpart in SQL.
    """
    lend_functions(connection)
    statement = _statement(policies, gate_id, program, now, connection.dialect)
    return [] if statement is None else [Changed(*row) for row in connection.execute(statement)]


def _statement(
    policies: tuple[Pack, Pack], gate_id: str, program: str, now: datetime, dialect: Dialect
) -> Select[Any] | None:
    """Return the statement; nothing when the gate reads the same in both policies."""
    gates = [pack.gates[gate_id] for pack in policies]
    kind = gates[0].kind
    if projection(policies[0], kind).name != projection(policies[1], kind).name:
        raise NotInSqlError("policies that declare other facts")
    if [_frame(item) for item in gates[0].criteria] != [_frame(i) for i in gates[1].criteria]:
        raise NotInSqlError("policies whose gate has other criteria")
    calculus, rows = calculus_of(dialect), Rows.all_of(policies[0], kind)
    readers = [ConditionReader(pack, calculus, now) for pack in policies]
    differs, open_ones = [], []
    for pair in zip(gates[0].criteria, gates[1].criteria, strict=True):
        sides = (_bits(item, reader, rows) for item, reader in zip(pair, readers, strict=True))
        parts = [both for both in zip(*sides, strict=True) if _differ(both, dialect)]
        differs += [before.is_distinct_from(after) for before, after in parts]
        if pair[0].must and not parts:  # unmet in both, it would keep the gate unmet in both
            open_ones.append(func.coalesce(criterion_bit(pair[0], readers[0], rows), true()))
    if not differs:
        return None
    before, after = (
        calculus.bit(_verdict(gate, reader, rows))
        for gate, reader in zip(gates, readers, strict=True)
    )
    found = select(rows.id.label("id"), before.label("before"), after.label("after"))
    inside = found.select_from(rows.source.table).where(of_program(rows, program))
    # OFFSET keeps the databases from writing the verdicts out again for each use.
    judged = inside.where(or_(*differs), *open_ones).offset(0).subquery()
    other = judged.c.before.is_distinct_from(judged.c.after)
    return select(judged).where(other).order_by(judged.c.id)


def _frame(item: Criterion) -> tuple[str, bool, bool, int]:
    """Return what has to be the same of a criterion so that it can be compared part by part."""
    return item.id, item.must, item.must_when is None, len(item.needs)


def _verdict(gate: Gate, reader: ConditionReader, rows: Rows) -> Element:
    """Return whether everything that blocks is met."""
    blocking: list[Element] = []
    for item in gate.criteria:
        stake = at_stake(item, reader, rows)
        if stake is not None:
            bit = criterion_bit(item, reader, rows)
            blocking.append(case({False: true()}, value=stake, else_=bit))
        elif item.must:
            blocking.append(criterion_bit(item, reader, rows))
    return and_(true(), *blocking)


def _bits(item: Criterion, reader: ConditionReader, rows: Rows) -> list[Element]:
    """Return everything that the gate asks of a criterion."""
    conditions = [item.condition, *item.needs]
    if item.must_when is not None:
        conditions.append(item.must_when)
    return [reader.value(condition.tree, rows) for condition in conditions]


def _differ(pair: tuple[Element, Element], dialect: Dialect) -> bool:
    return _text(pair[0], dialect) != _text(pair[1], dialect)


def _text(element: Element, dialect: Dialect) -> str:
    """Return what an element says, with its values."""
    compiled = element.compile(dialect=dialect)
    return f"{compiled} {sorted(compiled.params.items())}"
