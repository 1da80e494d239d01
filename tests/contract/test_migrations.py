"""A database of each released schema, with data in it, comes to the present one and works on."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from kamflow import Database, DatabaseError, Kamflow, SchemaError, fixed_clock
from kamflow.storage import migrate
from kamflow.storage.store import HEAD, Store
from tests.builders import NOON
from tests.contract.former import make_former

UPGRADE = "from kamflow import Database; import sys; Database(sys.argv[1]).upgrade()"
UPGRADE_AND_DIE = """
import os, signal, sys
from alembic.operations import Operations
from kamflow import Database

add_column = Operations.add_column

def add_and_die(self, table, *rest, **more):
    add_column(self, table, *rest, **more)
    if table == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

Operations.add_column = add_and_die
Database(sys.argv[1]).upgrade()
"""


@pytest.fixture
def former(url: str) -> str:
    """Return the URL of a database of schema 0001."""
    make_former(url)
    return url


def versions(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return [row[0] for row in found]


def test_an_older_database_is_left_alone_and_the_way_out_is_told(former: str) -> None:
    with pytest.raises(
        SchemaError, match=r"has schema 0001, .* run `kamflow db upgrade`"
    ) as caught:
        Store(former)

    assert (caught.value.found, caught.value.needed) == ("0001", HEAD)
    assert not Database(former).check().sound


def test_after_the_upgrade_everything_agrees(former: str) -> None:
    report = Database(former).upgrade()

    assert (report.before, report.after) == ("0001", HEAD)
    checked = Database(former).check()
    assert checked.problems == ()
    assert (checked.subjects, checked.events) == (4, 14)
    assert Database(former).rebuild().corrected == 0


@pytest.mark.parametrize("version", migrate.known_versions()[:-1])
def test_every_schema_since_then_comes_to_the_present_one(former: str, version: str) -> None:
    migrate.upgrade(former, to=version)

    report = Database(former).upgrade()

    assert (report.before, report.after) == (version, HEAD)
    assert Database(former).check().problems == ()


def test_what_the_former_version_knew_is_there_and_goes_on(former: str) -> None:
    Database(former).upgrade()
    kam = Kamflow.open(former, clock=fixed_clock(NOON + timedelta(days=1)))

    assert kam.subject("north").name == "Program Norté"
    assert kam.subject("acme").stage == "planning"
    assert [item.id.rpartition("#")[0] for item in kam.inbox("ben")] == ["north/o'neil"]
    assert kam.request("bolt", "plan", by="ann").accepted is False
    kam.record_facts("bolt", {"account.n": 7}, source="erp")
    assert kam.request("bolt", "plan", by="ann").accepted
    kam.close()
    assert Database(former).check().problems == ()


def test_an_upgrade_of_the_present_schema_changes_nothing(url: str) -> None:
    Database(url).upgrade()

    report = Database(url).upgrade()

    assert (report.before, report.after) == (HEAD, HEAD)


def test_an_empty_database_gets_the_present_schema(url: str) -> None:
    assert Database(url).upgrade().before is None
    Store(url).close()


def test_two_who_upgrade_at_once_both_succeed(former: str, engine: Engine) -> None:
    command = [sys.executable, "-W", "error", "-c", UPGRADE, former]

    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]

    ends = [(item.communicate(timeout=60)[1], item.returncode) for item in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert versions(engine) == [HEAD]
    assert Database(former).check().problems == ()


@pytest.mark.parametrize("table", ["events", "instances"])
def test_an_upgrade_that_is_killed_leaves_the_old_schema_whole(
    former: str, engine: Engine, table: str
) -> None:
    command = [sys.executable, "-c", UPGRADE_AND_DIE, former, table]

    killed = subprocess.run(command, check=False, timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert versions(engine) == ["0001"]
    assert "outbox" not in inspect(engine).get_table_names()
    assert "hash" not in {column["name"] for column in inspect(engine).get_columns("events")}
    Database(former).upgrade()
    assert Database(former).check().problems == ()


def test_a_newer_database_is_never_taken_back(url: str, engine: Engine) -> None:
    Store(url).close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaError, match=r"has schema 9999, .* upgrade kamflow"):
        Database(url).upgrade()

    assert versions(engine) == ["9999"]


def test_a_migration_that_the_database_refuses_changes_nothing(former: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE requests (of_another INTEGER)"))

    with pytest.raises(DatabaseError, match="the schema cannot be made"):
        Database(former).upgrade()

    assert versions(engine) == ["0001"]
    assert "outbox" not in inspect(engine).get_table_names()


def test_no_migration_goes_back() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"

    texts = [path.read_text("utf-8") for path in folder.glob("[0-9]*.py")]

    assert texts
    assert not any("def downgrade" in item for item in texts)


def test_the_versions_follow_each_other() -> None:
    assert migrate.known_versions()[-1] == HEAD
