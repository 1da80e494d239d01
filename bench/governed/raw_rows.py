"""The limit: the driver alone writes the rows of the same commands, byte by byte.

The commands were run before on a copy, where their rows are read. Reading what a command needs is
part of the work, with the same checks (foreign keys), the same durability, the same tables.
"""

import shutil
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from bench.governed.accounts import account_id, opened
from bench.governed.votes import EVENTS, template, vote
from bench.workers import serve

Execute = Callable[..., Any]

LOOK_UP = 'SELECT answer FROM requests WHERE "key" = ?'
LOAD = "SELECT snapshot FROM instances WHERE id = ?"
CHANGE = (
    "UPDATE instances SET name=?, stage=?, entered_at=?, sequence=?, waiting=?, tasks=?, due_at=?, "
    "schedule=?, head=?, snapshot=? WHERE id=? AND sequence=?"
)
COLUMNS = {
    "events": "instance, sequence, at, kind, actor, pack, cause, body, hash",
    "outbox": "instance, sequence, type, at",
    "requests": '"key", command, instance, first, last, answer, at',
}
BEFORE = 4  # events of an account before the command


class Job(Struct, frozen=True):
    """The rows of one command."""

    key: str
    instance: tuple[Any, ...]
    rows: dict[str, list[tuple[Any, ...]]]


def adding(table: str) -> str:
    """Return the statement that adds a row."""
    places = ", ".join("?" * (COLUMNS[table].count(",") + 1))
    return f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({places})"  # noqa: S608 - our names


def recorded(url: str, file: str, accounts: int) -> list[Job]:
    """Run the commands, and return the rows that they have written."""
    kam = opened(url)
    with kam.batch() as batch:
        for number in range(accounts):
            vote(batch, number)
    kam.close()
    connection = sqlite3.connect(file)
    jobs = [_job(connection.execute, number) for number in range(accounts)]
    connection.close()
    return jobs


def _job(execute: Execute, number: int) -> Job:
    key, account = f"key-{number:07}", account_id(number)
    columns = (
        "name, stage, entered_at, sequence, waiting, tasks, due_at, schedule, head, snapshot, id"
    )
    instance = execute(f"SELECT {columns} FROM instances WHERE id=?", (account,)).fetchone()  # noqa: S608
    found = {
        table: execute(
            f"SELECT {COLUMNS[table]} FROM {table} WHERE {condition} ORDER BY 2",  # noqa: S608
            (account,),
        ).fetchall()
        for table, condition in {
            "events": f"instance=? AND sequence > {BEFORE}",
            "outbox": f"instance=? AND sequence > {BEFORE}",
            "requests": "instance=?",
        }.items()
    }
    if len(found["events"]) != EVENTS or len(found["requests"]) != 1:
        raise SystemExit(f"unexpected rows of {account}")
    return Job(key, instance, found)


def main(file: str, accounts: str, together: str) -> None:
    """Serve commands, or groups of so many in one transaction."""
    count, group = int(accounts), int(together)
    copy = f"{file}.copy"
    template(file, count)
    shutil.copyfile(file, copy)
    jobs = recorded(f"sqlite:///{copy}", copy, count)
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    execute, many = connection.execute, connection.executemany
    add_event, add_message, add_request = map(adding, ("events", "outbox", "requests"))

    def one(job: Job) -> None:
        execute(LOOK_UP, (job.key,)).fetchall()
        execute(LOAD, (job.instance[-1],)).fetchall()
        execute(CHANGE, (*job.instance, BEFORE))
        many(add_event, job.rows["events"])
        many(add_message, job.rows["outbox"])
        execute(add_request, job.rows["requests"][0])

    def command(number: int) -> None:
        execute("BEGIN IMMEDIATE")
        for place in range(number * group, (number + 1) * group):
            one(jobs[place])
        execute("COMMIT")

    def check(done: int) -> None:
        moved = execute("SELECT count(*) FROM instances WHERE stage='planning'").fetchone()[0]
        if moved != done * group:
            raise SystemExit(f"{moved} accounts have moved, not {done * group}")

    serve(command, check)


if __name__ == "__main__":
    main(*sys.argv[1:])
