"""One governed transition on PostgreSQL, against five statements over psycopg.

The server runs with `fsync` and `synchronous_commit` on. Ours writes more: the vote, three chained
events, two messages, the key; and it is serializable.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench.measuring import Result
from bench.workers import Worker, described, in_turn, workers
from tests.postgres import a_server

ROUNDS, COMMANDS, BAR = 9, 100, 2.0
_SETTINGS = ("max_connections=20",)


def run() -> list[Result]:
    """Run both in turn."""
    names, counts = ("ours", "theirs"), {"ours": COMMANDS, "theirs": COMMANDS}
    with _databases(names) as urls:

        def started(name: str) -> Worker:
            accounts = str(COMMANDS * (ROUNDS + 1))
            if name == "ours":
                return Worker("bench.governed.votes", urls[name], accounts, "1")
            return Worker("bench.peers.five_statements", urls[name], accounts)

        with workers(started, names) as group:
            turns = in_turn(group, counts, ROUNDS)
    ours, theirs = turns["ours"], turns["theirs"]
    pairs = list(zip(ours, theirs, strict=True))
    note = f"{described(ours)} against {described(theirs)}"
    return [
        Result(
            name="on PostgreSQL, wall, ours / five statements",
            unit="x",
            values=tuple(one.wall_s / other.wall_s for one, other in pairs),
            bar=BAR,
            note=note,
        ),
        Result(
            name="on PostgreSQL, CPU of the client, ours / five statements",
            unit="x",
            values=tuple(one.cpu_s / other.cpu_s for one, other in pairs),
        ),
    ]


@contextmanager
def _databases(names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    with a_server(_SETTINGS) as server:
        base = server.url.replace("+psycopg", "").rpartition("/")[0]
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield {name: f"{base}/{name}" for name in names}
