"""A PostgreSQL that goes away, and networks that cut."""

import signal
import time

from sqlalchemy import create_engine, text

from tests.chaos.processes import Process, running
from tests.chaos.proxy import Proxy
from tests.chaos.stage import Stage, checked, clients_of, pause
from tests.chaos.waiting import error_of

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
)
_HOW = (signal.SIGINT, signal.SIGQUIT)  # fast, immediate


def server_stopped(stage: Stage) -> str:
    """PostgreSQL is stopped every few seconds, fast or immediately, while clients work.

    The user gets an error that says so and, where the end of a transaction was lost, that it is
    not known whether it was kept; asking again under the same key gives the answer.
    """
    url = stage.postgres()
    orders = stage.orders(url, 4, commands=stage.size(200, 5_000))
    stops = 0
    with running(clients_of(orders)) as processes:
        while any(process.poll() is None for process in processes):
            time.sleep(stage.random.uniform(0.3, 1.0 if not stage.long else 5.0))
            stage.server.stop(stage.random.choice(_HOW))
            pause(stage, 0.3)
            stage.server.start()
            stops += 1
        _all_well(processes)
    return f"{stops} stops, {checked(url, orders)} events"


def _all_well(processes: list[Process]) -> None:
    codes = [process.wait() for process in processes]
    assert not any(codes), f"clients ended with {codes}"


def connection_terminated(stage: Stage) -> str:
    """The server ends connections in the midst of transactions (`pg_terminate_backend`).

    The user gets an error; asking again under the same key, on a new connection, gives the answer.
    """
    url = stage.postgres()
    orders = stage.orders(url, 4, commands=stage.size(120, 2_000))
    ended = 0
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with running(clients_of(orders)) as processes:
        with engine.connect() as connection:
            while any(process.poll() is None for process in processes):
                pause(stage, 0.05)
                ended += len(connection.execute(text(_OTHERS)).all())
        _all_well(processes)
    engine.dispose()
    return f"{ended} connections ended, {checked(url, orders)} events"


def network_cut(stage: Stage) -> str:
    """The network cuts connections after a random number of bytes, answers of COMMIT among them.

    The user gets an error that says whether the outcome is known; asking again under the same key
    gives the answer.
    """
    url = stage.postgres()
    proxy = Proxy(stage.server.port, stage.random.randrange(10**6))
    through = url.replace(f":{stage.server.port}/", f":{proxy.port}/")
    orders = stage.orders(through, 4, commands=stage.size(100, 2_000))
    with running([proxy.run]), running(clients_of(orders)) as processes:
        _all_well(processes)
    tries = max(item.tries for order in orders for item in order.told())
    return f"{checked(url, orders)} events, at most {tries} tries"


def too_many_connections(stage: Stage) -> str:
    """The server has no connection left.

    The user is told so; it works when another process has ended.
    """
    url = stage.postgres()
    name = url.rpartition("/")[2]
    stage.administer("CREATE ROLE few LOGIN")
    stage.administer(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    told = error_of(url.replace("postgres@", "few@"))
    stage.administer(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    stage.administer("DROP ROLE few")
    assert "too many connections" in told, told
    checked(url)
    return told
