"""Functions lent to the databases: the engine's arithmetic, 28 digits and ties to even.

On SQLite they are Python functions of one connection; on PostgreSQL they are stored in the
database. An impossible result (a division by zero, a number too large) is NULL, which is unknown.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import partial
from typing import Any

from sqlalchemy import Connection

from kamflow.engine.arithmetic import divided, minus, negative, plus, times, total
from kamflow.engine.days import shift
from kamflow.storage.sql.exact import Stored, from_stored, to_stored
from kamflow.storage.sql.postgres import FUNCTIONS, IS_THERE

_IMPOSSIBLE = (DivisionByZero, InvalidOperation, Overflow)

_OF_TWO: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "kamflow_plus": plus,
    "kamflow_minus": minus,
    "kamflow_times": times,
    "kamflow_divided": divided,
    "kamflow_least": min,
    "kamflow_greatest": max,
}


def lend_functions(connection: Connection) -> None:
    """Make the functions known to this connection, where that does not last."""
    if connection.dialect.name != "sqlite":
        return
    driver: Any = connection.connection.driver_connection
    for name, operation in _OF_TWO.items():
        driver.create_function(name, 2, partial(_run, operation), deterministic=True)
    driver.create_function("kamflow_rounded", 1, partial(_run, negative_twice), deterministic=True)
    driver.create_function("kamflow_moved", 3, _shifted, deterministic=True)
    driver.create_function("kamflow_compare", 2, _compare, deterministic=True)
    for name, aggregate in (("total", _Total), ("min", _Least), ("max", _Greatest)):
        driver.create_aggregate(f"kamflow_{name}", 2, aggregate)


def store_functions(connection: Connection) -> None:
    """Write the functions into the database, where they stay."""
    if connection.dialect.name == "sqlite" or connection.exec_driver_sql(IS_THERE).scalar():
        return
    for statement in FUNCTIONS:
        connection.exec_driver_sql(statement)


def negative_twice(number: Decimal) -> Decimal:
    """Return `number` in 28 digits."""
    return negative(negative(number))


def _run(operation: Callable[..., Decimal], *arguments: Stored | None) -> Stored | None:
    if None in arguments:
        return None
    try:
        return to_stored(operation(*map(from_stored, arguments)))  # type: ignore[arg-type]
    except _IMPOSSIBLE:
        return None


def _compare(one: Stored | None, other: Stored | None) -> int | None:
    if one is None or other is None:
        return None
    left, right = from_stored(one), from_stored(other)
    return (left > right) - (left < right)


def _shifted(day: int | None, amount: Stored | None, unit: str) -> int | None:
    if day is None or amount is None:
        return None
    found = shift(date.fromordinal(day), from_stored(amount), unit)
    return None if found is None else found.toordinal()


class _Total:
    """Sum of the known numbers, added in the order of the members' ids, as the engine does."""

    def __init__(self) -> None:
        self._numbers: list[tuple[str, Decimal]] = []

    def step(self, member: str, number: Stored | None) -> None:
        """Take one member's number."""
        if number is not None:
            self._numbers.append((member, from_stored(number)))

    def finalize(self) -> Stored | None:
        """Return the result."""
        try:
            return self._result([number for _, number in sorted(self._numbers)])
        except _IMPOSSIBLE:
            return None

    def _result(self, numbers: list[Decimal]) -> Stored | None:
        return to_stored(total(numbers))


class _Least(_Total):
    def _result(self, numbers: list[Decimal]) -> Stored | None:
        return to_stored(min(numbers)) if numbers else None


class _Greatest(_Total):
    def _result(self, numbers: list[Decimal]) -> Stored | None:
        return to_stored(max(numbers)) if numbers else None
