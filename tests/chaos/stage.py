"""Where scenarios play, and the list of them."""

import inspect
import os
import pwd
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.chaos.client import Client, Order
from tests.chaos.invariants import check
from tests.chaos.measures import Service, service
from tests.chaos.processes import Process
from tests.chaos.world import furnish
from tests.postgres import Server, a_server

# An immediate shutdown loses nothing that was answered; only a power cut would need fsync as well.
_SETTINGS = ("fsync=off", "synchronous_commit=on", "max_connections=100")


class Stage:
    """A folder, databases in it or on a server, and chance that can be repeated."""

    def __init__(self, folder: Path, seed: int, *, long: bool, stack: ExitStack) -> None:
        self.folder, self.long, self._stack = folder, long, stack
        self._seed = seed
        self.begin("")
        self._server: Server | None = None

    def begin(self, name: str) -> None:
        """Begin a scenario: its chance does not depend on those before it."""
        self.random = random.Random(f"{self._seed}/{name}")  # noqa: S311 - no secret

    def size(self, short: int, long: int) -> int:
        """Return how much is done, by the version of the run."""
        return long if self.long else short

    @property
    def server(self) -> Server:
        """The PostgreSQL of the run."""
        if self._server is None:
            self._server = self._stack.enter_context(a_server(_SETTINGS))
        return self._server

    def sqlite(self, accounts: int = 5) -> str:
        """Return the URL of a new furnished file, which anybody may reach."""
        url = f"sqlite:///{self.new_folder()}/kamflow.db"
        furnish(url, accounts)
        return url

    def postgres(self, accounts: int = 5) -> str:
        """Return the URL of a new furnished database on the server."""
        url = self.empty_postgres()
        furnish(url, accounts)
        return url

    def empty_postgres(self) -> str:
        """Return the URL of a new database on the server without tables."""
        name = f"chaos_{secrets.token_hex(6)}"
        self.administer(f"CREATE DATABASE {name} STRATEGY wal_log")
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def both(self, accounts: int = 5) -> Iterator[str]:
        """Yield a new furnished database of each sort."""
        yield self.sqlite(accounts)
        yield self.postgres(accounts)

    def empty(self) -> Iterator[str]:
        """Yield a new database of each sort without tables."""
        yield f"sqlite:///{self.new_folder()}/kamflow.db"
        yield self.empty_postgres()

    def new_folder(self) -> Path:
        """Return a new folder, which anybody may reach."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        folder.chmod(0o755)
        return folder

    def administer(self, statement: str) -> None:
        """Run a statement as the administrator of the server."""
        engine = create_engine(self.server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def orders(self, url: str, clients: int, **what: float) -> list[Order]:
        """Return orders to some clients of one database."""
        folder = self.new_folder()
        return [
            Order(
                url=url,
                file=folder / f"client-{number}",
                name=f"client-{number}",
                seed=self.random.randrange(1, 10**6),
                **what,  # type: ignore[arg-type]
            )
            for number in range(clients)
        ]


def clients_of(orders: Sequence[Order]) -> list[Callable[[], None]]:
    """Return what the processes of clients do."""
    return [Client(order).run for order in orders]


def checked(url: str, orders: Sequence[Order] = ()) -> int:
    """Check a database and what its clients were told; return the number of events."""
    return check(url, [order.file for order in orders])


def served(orders: Sequence[Order], seconds: float) -> Service:
    """Return how clients were served."""
    return service([order.file for order in orders], seconds)


def kill_until_done(stage: Stage, works: list[Callable[[], None]], longest_s: float) -> int:
    """Run processes and kill one after the other at random, each time starting it again."""
    processes = [Process(work) for work in works]
    kills = 0
    try:
        while any(process.poll() is None for process in processes):
            number = stage.random.randrange(len(processes))
            pause(stage, longest_s)
            if processes[number].poll() is None:
                processes[number].kill()
                kills += 1
                processes[number] = Process(works[number])
    finally:
        for process in processes:
            process.kill()
    codes = [process.code for process in processes]
    assert not any(codes), f"processes ended with {codes}"
    return kills


def pause(stage: Stage, longest_s: float) -> None:
    """Wait for a time of random length."""
    time.sleep(stage.random.uniform(0, longest_s))


@contextmanager
def a_stage(seed: int, *, long: bool) -> Iterator[Stage]:
    """Make a stage; nothing of it is left afterwards."""
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="kamflow-chaos-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        folder.chmod(0o755)
        yield Stage(folder, seed, long=long, stack=stack)


def become_nobody(folder: Path) -> None:
    """Give up the rights of root in this process, for which no file is read-only."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chdir(folder)
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


Scenario = Callable[[Stage], str]


def name_of(scenario: Scenario) -> str:
    """Return the name of a scenario as the documentation has it."""
    return scenario.__name__.replace("_", "-")


def described(scenario: Scenario) -> str:
    """Return the first line about a scenario."""
    return (inspect.getdoc(scenario) or "").partition("\n")[0]
