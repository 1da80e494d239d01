"""Whole portfolios judged in SQL: typed projections of the facts, and the verdicts of a gate.

    with Portfolio("sqlite:///governance.db") as portfolio:
        portfolio.rebuild(pack)
        for row in portfolio.verdicts(pack, "G-A6", "north", now=now):
            subject, gate, *criteria = row  # verdicts: 1 met, 0 unmet, None unknown

The conditions come out as they do in the engine, and what is waived blocks nothing; what SQL cannot
read raises `NotInSqlError`. All subjects are judged by the pack that is given, whatever pack they
are in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Self

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Select, and_, case, func, insert, select, true
from sqlalchemy.exc import DBAPIError

from kamflow.engine.compiled import CompiledPack
from kamflow.errors import DatabaseError, NotFoundError, NotInSqlError
from kamflow.language.diagnostics import did_you_mean
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.model.snapshot import Snapshot
from kamflow.model.values import Verdict
from kamflow.storage.codec import decode_snapshot
from kamflow.storage.dialects import open_engine
from kamflow.storage.sql.calculus import Calculus, calculus_of
from kamflow.storage.sql.conditions import ConditionReader
from kamflow.storage.sql.exact import Words
from kamflow.storage.sql.functions import lend_functions, store_functions
from kamflow.storage.sql.projection import (
    cohorts,
    held_waivers,
    project,
    project_cohorts,
    project_waivers,
    projection,
)
from kamflow.storage.sql.rows import Element, Rows
from kamflow.storage.sql.waivers import unless_waived, waived_criteria, whether_waived
from kamflow.storage.tables import instances

__all__ = [
    "Portfolio",
    "project",
    "projection",
    "rebuild",
    "tally",
    "verdict_statement",
    "verdicts",
]

MAX_CRITERIA = 500
_BITS = {Verdict.MET: 1, Verdict.UNMET: 0, Verdict.UNKNOWN: None}
_BATCH = 1_000  # rows of one insert
_TOO_MUCH = (  # what SQLite says to a statement beyond its limits
    "parser stack overflow",
    "Expression tree is too large",
    "too many SQL variables",
)


class Portfolio:
    """The subjects in a database as tables with typed columns, judged by SQL. Thread-safe.

    The tables stand beside the history, are as new as the last `rebuild`, and may be dropped.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the portfolio; it is closed when the block ends."""
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def rebuild(self, pack: Pack) -> None:
        """Write the tables anew from what is known now, with the columns that `pack` asks for.

        Raises:
            DatabaseError: The database cannot be read or written; the tables are as they were.
            NotInSqlError: A kind has more facts than a table has columns.
        """
        try:
            with self._engine.begin() as connection:
                rebuild(connection, pack, _stored(connection))
        except DBAPIError as error:
            raise DatabaseError(f"the projections cannot be written: {error.orig}") from error

    def verdicts(
        self, pack: Pack, gate: str, program: str, *, now: datetime
    ) -> list[tuple[Any, ...]]:
        """Return id, verdict of the gate and that of each criterion, for every subject it is about.

        Args:
            pack: Policy to judge by, published or not; `rebuild` has seen one with the same facts.
            gate: Id of the gate.
            program: Id of the program.
            now: Instant of judgement, aware UTC.

        Returns:
            A row for each subject, criteria in the gate's order; 1 is met, 0 unmet, None unknown.

        Raises:
            NotFoundError: The policy has no such gate, or the database no such program.
            NotInSqlError: A condition has a part that SQL cannot read; use `Kamflow.judge_all`.
            DatabaseError: The database cannot be read, or `rebuild` has not seen these facts.
        """
        compiled = _with_gate(pack, gate)
        with self._reading() as connection:
            _find_program(connection, program)
            return verdicts(connection, compiled, gate, program, now=now)

    def tally(self, pack: Pack, gate: str, program: str, *, now: datetime) -> dict[Verdict, int]:
        """Return how many subjects have each verdict of a gate, counted by the database.

        Arguments and errors are those of `verdicts`.
        """
        compiled = _with_gate(pack, gate)
        with self._reading() as connection:
            _find_program(connection, program)
            counted = tally(connection, compiled, gate, program, now=now)
        return {verdict: counted.get(bit, 0) for verdict, bit in _BITS.items()}

    def _reading(self) -> Connection:
        return self._engine.connect().execution_options(reads_only=True)


class Judging(Struct, frozen=True):
    """A gate that is judged by a statement at an instant."""

    pack: Pack
    gate_id: str
    now: datetime
    waived: frozenset[str] = frozenset()  # criteria that somebody has waived

    @property
    def gate(self) -> Gate:
        """The gate."""
        return self.pack.gates[self.gate_id]


def _stored(connection: Connection) -> Iterator[Snapshot]:
    """Yield all subjects as they are now; nothing is read before the first one is asked for."""
    options = {"yield_per": _BATCH}
    for row in connection.execute(select(instances.c.snapshot), execution_options=options):
        yield decode_snapshot(row.snapshot)


def _with_gate(pack: Pack, gate: str) -> CompiledPack:
    if gate not in pack.gates:
        raise NotFoundError(f"the policy has no gate `{gate}`{did_you_mean(gate, pack.gates)}")
    return CompiledPack(pack)


def _find_program(connection: Connection, program: str) -> None:
    """Make sure that there is such a program: one without subjects has no verdicts either.

    Raises:
        NotFoundError: There is none.
        DatabaseError: The database cannot be read.
    """
    tops = select(instances.c.id).where(instances.c.parent.is_(None))
    try:
        if connection.execute(tops.where(instances.c.id == program)).first() is not None:
            return
        known = connection.execute(tops).scalars().all()
    except DBAPIError as error:
        raise DatabaseError(f"the database cannot be read: {error.orig}") from error
    raise NotFoundError(f"there is no program `{program}`{did_you_mean(program, known)}")


def rebuild(connection: Connection, pack: Pack, snapshots: Iterable[Snapshot]) -> None:
    """Write the projections of all kinds of `pack` anew; what they held before is gone.

    Raises:
        NotInSqlError: A kind has more facts than a table has columns.
    """
    store_functions(connection)
    tables = {kind: projection(pack, kind) for kind in pack.kinds}
    frozen, waivers = cohorts(), held_waivers()
    for table in (*tables.values(), frozen, waivers):
        table.drop(connection, checkfirst=True)
        table.create(connection)
    remaining = iter(snapshots)
    while batch := list(islice(remaining, _BATCH)):
        for kind, table in tables.items():
            rows = list(project(pack, kind, batch))
            if rows:
                connection.execute(insert(table), rows)
        if held := list(project_cohorts(batch)):
            connection.execute(insert(frozen), held)
        if waived := list(project_waivers(batch)):
            connection.execute(insert(waivers), waived)


def verdicts(
    connection: Connection, compiled: CompiledPack, gate_id: str, program: str, *, now: datetime
) -> list[tuple[Any, ...]]:
    """Return the verdict of a gate for every subject of a program that it is about.

    Returns:
        A row for each subject: its id, the verdict of the gate, and that of each criterion in the
        gate's order; 1 is met, 0 unmet, None unknown.

    Raises:
        NotInSqlError: A condition has a part without counterpart in SQL, or is too large for it.
        DatabaseError: The database cannot be read, or has no projection of this pack yet.
    """
    judging = _judging(connection, compiled, gate_id, now)
    statement = verdict_statement(judging, program, connection.dialect)
    rows = _rows(connection, statement, gate_id)
    if connection.dialect.name == "sqlite":
        return rows
    plain = Words().process_result_value
    return [
        (plain(row[0], connection.dialect), *row[1:]) if "\\" in row[0] else row for row in rows
    ]


def tally(
    connection: Connection, compiled: CompiledPack, gate_id: str, program: str, *, now: datetime
) -> dict[int | None, int]:
    """Return how many subjects have each verdict of a gate, counted by the database.

    Raises:
        NotInSqlError: As `verdicts`.
        DatabaseError: As `verdicts`.
    """
    judging = _judging(connection, compiled, gate_id, now)
    statement = _tally_statement(judging, program, connection.dialect)
    return {row[0]: row[1] for row in _rows(connection, statement, gate_id)}


def _rows(connection: Connection, statement: Select[Any], gate_id: str) -> list[tuple[Any, ...]]:
    """Return the driver's own rows: SQLAlchemy's would take longer to make than the verdicts."""
    lend_functions(connection)
    try:
        return list(connection.execute(statement).cursor.fetchall())
    except DBAPIError as error:
        if any(words in str(error.orig) for words in _TOO_MUCH):
            raise NotInSqlError(f"the conditions of `{gate_id}` in one statement") from error
        raise DatabaseError(f"the database cannot be read: {error.orig}") from error


def _judging(
    connection: Connection, compiled: CompiledPack, gate_id: str, now: datetime
) -> Judging:
    """Return what a statement judges, with the criteria that somebody has waived by now.

    Raises:
        DatabaseError: The database cannot be read, or has no projection yet.
    """
    try:
        waived = waived_criteria(connection, compiled.pack.gates[gate_id], now.date())
    except DBAPIError as error:
        raise DatabaseError(f"the database cannot be read: {error.orig}") from error
    return Judging(compiled.pack, gate_id, now, waived)


def verdict_statement(judging: Judging, program: str, dialect: Dialect) -> Select[Any]:
    """Return the statement that `verdicts` runs."""
    calculus = calculus_of(dialect)
    judged = _judged(judging, calculus)
    rows = judged.rows
    inner = select(
        rows.id.label("id"),
        *(bit.label(f"bit {place}") for place, bit in enumerate(judged.bits)),
        *(stake.label(f"must {place}") for place, stake in judged.stakes.items()),
        *(waived.label(f"waived {place}") for place, waived in judged.waived.items()),
    )
    inside = of_program(rows, program)
    # OFFSET keeps the databases from writing the conditions out again for each use of a bit.
    found = inner.select_from(rows.source.table).where(inside).offset(0).subquery()
    again = _Judged(
        rows,
        [found.c[f"bit {place}"] for place in range(len(judged.bits))],
        {place: found.c[f"must {place}"] for place in judged.stakes},
        {place: found.c[f"waived {place}"] for place in judged.waived},
    )
    return select(
        found.c.id,
        calculus.bit(_weakest(judging.gate, again)).label("verdict"),
        *(calculus.bit(bit).label(f"{place}") for place, bit in enumerate(again.bits)),
    )


def _tally_statement(judging: Judging, program: str, dialect: Dialect) -> Select[Any]:
    """Return the statement that `tally` runs; it judges no further than the verdict needs."""
    calculus = calculus_of(dialect)
    judged = _judged(judging, calculus)
    rows = judged.rows
    verdict = calculus.bit(_weakest(judging.gate, judged)).label("verdict")
    inside = of_program(rows, program)
    each = select(verdict).select_from(rows.source.table).where(inside).offset(0).subquery()
    return select(each.c.verdict, func.count()).group_by(each.c.verdict)


class _Judged(Struct, frozen=True):
    """The subjects, the verdict of each criterion, and what stands beside it by its place."""

    rows: Rows
    bits: Sequence[Element]
    stakes: Mapping[int, Element]  # whether a `should` blocks
    waived: Mapping[int, Element]  # whether a subject has it waived


def _judged(judging: Judging, calculus: Calculus) -> _Judged:
    gate, pack, now = judging.gate, judging.pack, judging.now
    if len(gate.criteria) > MAX_CRITERIA:
        raise NotInSqlError(f"the {len(gate.criteria)} criteria of `{gate.id}`")
    reader, rows = ConditionReader(pack, calculus, now), Rows.all_of(pack, gate.kind)
    bits = [criterion_bit(item, reader, rows) for item in gate.criteria]
    stakes = {
        place: stake
        for place, item in enumerate(gate.criteria)
        if (stake := at_stake(item, reader, rows)) is not None
    }
    places = {n: item.id for n, item in enumerate(gate.criteria) if item.id in judging.waived}
    return _Judged(rows, bits, stakes, whether_waived(rows, gate.id, places, now.date()))


def _weakest(gate: Gate, judged: _Judged) -> Element:
    """Return the verdict of a gate; where it is unknown whether a `should` blocks, it does."""
    stakes = judged.stakes
    blocking = [
        case({False: true()}, value=stakes[place], else_=bit) if place in stakes else bit
        for place, item in enumerate(gate.criteria)
        if item.must or place in stakes
        for bit in (unless_waived(judged.bits[place], judged.waived.get(place)),)
    ]
    return and_(true(), *blocking)


def criterion_bit(item: Criterion, reader: ConditionReader, rows: Rows) -> Element:
    """Return the verdict of a criterion; unknown while something that it needs is."""
    verdict = reader.value(item.condition.tree, rows)
    known = [reader.value(need.tree, rows).is_not(None) for need in item.needs]
    return case((and_(*known), verdict)) if known else verdict


def at_stake(item: Criterion, reader: ConditionReader, rows: Rows) -> Element | None:
    """Return the condition under which a `should` blocks, if it has one."""
    if item.must or item.must_when is None:
        return None
    return reader.value(item.must_when.tree, rows)


def of_program(rows: Rows, program: str) -> Element:
    """Return whether a subject belongs to a program, or is one."""
    if not rows.ancestors:
        return rows.id == program
    while len(rows.ancestors) > 1 and rows.above is not None:
        rows = rows.above
    return rows.parent_id == program
