"""What a change of policy changes: the subjects for which a gate comes out otherwise.

A criterion that reads the same in both policies comes out the same, so only the changed ones are
worked out for everybody, and the whole gate only where one of those differs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Select, and_, case, func, or_, select, true

from kamflow.errors import NotInSqlError
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.storage.portfolio import Judging, at_stake, criterion_bit, of_program
from kamflow.storage.sql.calculus import calculus_of
from kamflow.storage.sql.conditions import ConditionReader
from kamflow.storage.sql.functions import lend_functions
from kamflow.storage.sql.projection import projection
from kamflow.storage.sql.rows import Element, Rows
from kamflow.storage.sql.waivers import unless_waived, waived_criteria, whether_waived


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
    before, after = (
        Judging(pack, gate_id, now, waived_criteria(connection, pack.gates[gate_id], now.date()))
        for pack in policies
    )
    judging = (before, after)
    statement = _statement(judging, program, connection.dialect)
    return [] if statement is None else [Changed(*row) for row in connection.execute(statement)]


def _statement(
    judging: tuple[Judging, Judging], program: str, dialect: Dialect
) -> Select[Any] | None:
    """Return the statement; nothing when the gate reads the same in both policies."""
    gates = [item.gate for item in judging]
    policies, kind, now = [item.pack for item in judging], gates[0].kind, judging[0].now
    if projection(policies[0], kind).name != projection(policies[1], kind).name:
        raise NotInSqlError("policies that declare other facts")
    if [_frame(item) for item in gates[0].criteria] != [_frame(i) for i in gates[1].criteria]:
        raise NotInSqlError("policies whose gate has other criteria")
    if judging[0].waived != judging[1].waived:
        raise NotInSqlError("policies of which one takes no notice of a waiver")
    calculus, rows = calculus_of(dialect), Rows.all_of(policies[0], kind)
    readers = [ConditionReader(pack, calculus, now) for pack in policies]
    waived = _waived(judging[0], rows)
    differs, open_ones = [], []
    for pair in zip(gates[0].criteria, gates[1].criteria, strict=True):
        sides = (_bits(item, reader, rows) for item, reader in zip(pair, readers, strict=True))
        parts = [both for both in zip(*sides, strict=True) if _differ(both, dialect)]
        differs += [before.is_distinct_from(after) for before, after in parts]
        if pair[0].must and not parts:  # unmet in both, it would keep the gate unmet in both
            bit = unless_waived(criterion_bit(pair[0], readers[0], rows), waived.get(pair[0].id))
            open_ones.append(func.coalesce(bit, true()))
    if not differs:
        return None
    before, after = (
        calculus.bit(_verdict(gate, reader, rows, waived))
        for gate, reader in zip(gates, readers, strict=True)
    )
    found = select(rows.id.label("id"), before.label("before"), after.label("after"))
    inside = found.select_from(rows.source.table).where(of_program(rows, program))
    # OFFSET keeps the databases from writing the verdicts out again for each use.
    judged = inside.where(or_(*differs), *open_ones).offset(0).subquery()
    other = judged.c.before.is_distinct_from(judged.c.after)
    return select(judged).where(other).order_by(judged.c.id)


def _waived(judging: Judging, rows: Rows) -> dict[str, Element]:
    """Return whether a subject has a criterion waived, for those that anybody has."""
    today = judging.now.date()
    places = dict(enumerate(sorted(judging.waived)))
    found = whether_waived(rows, judging.gate_id, places, today)
    return {places[place]: element for place, element in found.items()}


def _frame(item: Criterion) -> tuple[str, bool, bool, int]:
    """Return what has to be the same of a criterion so that it can be compared part by part."""
    return item.id, item.must, item.must_when is None, len(item.needs)


def _verdict(
    gate: Gate, reader: ConditionReader, rows: Rows, waived: Mapping[str, Element]
) -> Element:
    """Return whether everything that blocks is met."""
    blocking: list[Element] = []
    for item in gate.criteria:
        stake = at_stake(item, reader, rows)
        if stake is None and not item.must:
            continue
        bit = criterion_bit(item, reader, rows)
        if stake is not None:
            bit = case({False: true()}, value=stake, else_=bit)
        blocking.append(unless_waived(bit, waived.get(item.id)))
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
