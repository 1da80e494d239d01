"""Programs and databases of different ages."""

from functools import partial

from sqlalchemy import text

from kamflow import Kamflow, SchemaError
from kamflow.storage.dialects import open_engine
from kamflow.storage.migrate import upgrade
from kamflow.storage.store import HEAD
from tests.chaos.history import FIRST, at_first_schema
from tests.chaos.invariants import check, schema_of
from tests.chaos.processes import run_all
from tests.chaos.stage import Stage, checked
from tests.chaos.world import PROGRAM, account, policy

_LATER = "9999"


def old_code_new_schema(stage: Stage) -> str:
    """A database was upgraded by a newer kamflow, and an older one opens it.

    The user is told both versions and to upgrade kamflow; nothing is changed.
    """
    told = ""
    for url in stage.both():
        _set_schema(url, _LATER)
        told = _opening_error(url)
        assert "upgrade kamflow" in told, told
        _set_schema(url, HEAD)
        checked(url)
    return told


def upgraded_beneath(stage: Stage) -> str:
    """A newer kamflow upgrades the database while an older one runs.

    The next command of the older one is refused with both versions; it writes nothing that the
    newer one would not understand.
    """
    told = ""
    for url in stage.both():
        kam = Kamflow.open(url)
        kam.once("before").record_facts(account(0), {"account.n": 1}, by="ann")
        _set_schema(url, _LATER)
        try:
            kam.once("after").record_facts(account(0), {"account.n": 2}, by="ann")
        except SchemaError as error:
            told = str(error)
        else:
            raise AssertionError("an old program has written into a new database")
        finally:
            kam.close()
        _set_schema(url, HEAD)
        checked(url)
    return told


def new_code_old_schema(stage: Stage) -> str:
    """A newer kamflow opens the database of an older one.

    The user is told both versions and to run `kamflow db upgrade`, which keeps every event.
    """
    told = ""
    for empty, furnished in zip(stage.empty(), stage.both(50), strict=True):
        events = at_first_schema(empty, furnished)
        told = _opening_error(empty)
        assert "kamflow db upgrade" in told, told
        assert schema_of(empty) == FIRST
        upgrade(empty)
        assert check(empty, all_keyed=False, all_told=False) == events
    return told


def first_opening(stage: Stage) -> str:
    """Several processes open a new database at once, each with the first command.

    The user sees nothing: one of them makes the tables, the others wait, the command is done once.
    """
    rounds = stage.size(2, 25)
    for _ in range(rounds):
        for url in stage.empty():
            run_all([partial(_begin, url)] * 6)
            assert checked(url) == 1
    return f"{rounds} rounds of 6 processes on each database"


def _begin(url: str) -> None:
    kam = Kamflow.open(url)
    kam.publish(policy(), by="ann")
    assert kam.once("first").create_program(PROGRAM, "North", by="ann").accepted
    assert len(kam.packs()) == 1
    kam.close()


def _set_schema(url: str, version: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    engine.dispose()


def _opening_error(url: str) -> str:
    try:
        Kamflow.open(url)
    except SchemaError as error:
        return str(error)
    raise AssertionError("a database of another version was opened")
