"""A host service commits its own rows and ours together, or neither."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from kamflow import DatabaseError, Kamflow, NotFoundError, fixed_clock
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}"
ACME = "north/acme"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    yield kam
    kam.close()


@pytest.fixture
def orders(engine: Engine) -> Engine:
    """Return the engine of a host that has a table of its own."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (number INTEGER PRIMARY KEY)"))
    return engine


def order_count(orders: Engine) -> int:
    with orders.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM orders")).scalar_one())


def enter_and_fail(bound: Kamflow) -> None:
    with bound.batch() as batch:
        batch.create_account("north", "acme", "Acme", by="ann")
        batch.record_facts("nobody", {"account.n": 5}, by="ann")


def test_both_are_there_after_the_commit_of_the_host(kam: Kamflow, orders: Engine) -> None:
    with orders.begin() as connection:
        bound = Kamflow.bound_to(connection, clock=fixed_clock(NOON))
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        bound.create_account("north", "acme", "Acme", by="ann")
        bound.record_facts(ACME, {"account.n": 5}, by="ann")

        assert bound.subject(ACME).facts[0].value == "5"

    assert order_count(orders) == 1
    assert kam.subject(ACME).facts[0].value == "5"


def test_neither_is_there_after_its_rollback(kam: Kamflow, orders: Engine) -> None:
    with orders.connect() as connection:
        bound = Kamflow.bound_to(connection, clock=fixed_clock(NOON))
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        bound.create_account("north", "acme", "Acme", by="ann")
        connection.rollback()

    assert order_count(orders) == 0
    with pytest.raises(NotFoundError):
        kam.subject(ACME)


def test_a_command_that_fails_leaves_the_rows_of_the_host(kam: Kamflow, orders: Engine) -> None:
    with orders.connect() as connection:
        bound = Kamflow.bound_to(connection, clock=fixed_clock(NOON))
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        with pytest.raises(NotFoundError):
            enter_and_fail(bound)
        connection.commit()

    assert order_count(orders) == 1
    with pytest.raises(NotFoundError):
        kam.subject(ACME)


def test_another_object_is_refused_with_what_to_give(kam: Kamflow) -> None:
    assert kam is not None
    with pytest.raises(DatabaseError, match="give a connection of SQLAlchemy, sqlite3 or psycopg"):
        Kamflow.bound_to(object())
