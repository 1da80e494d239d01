"""Processes that end in the middle of their work."""

import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kamflow import ImportOptions, Kamflow, import_file, load_mapping
from kamflow.storage.migrate import upgrade
from kamflow.storage.sqlite import database_file
from tests.chaos.history import at_first_schema
from tests.chaos.invariants import check, keys_of, schema_of
from tests.chaos.processes import run_all, running
from tests.chaos.stage import Stage, checked, clients_of, kill_until_done, pause
from tests.chaos.waiting import patient_error
from tests.chaos.world import PROGRAM, account

_MAPPING = (
    "mapping: {subject: account, id: id, source: crm, by: ann, facts: {account.n: {column: n}}}"
)


def kill_commands(stage: Stage) -> str:
    """Clients are killed (`kill -9`) at random points of their commands and started again.

    The user sees nothing: the client asks again under the same key and gets the answer of the
    command that was kept, or has it done now.
    """
    told = []
    for url in stage.both():
        orders = stage.orders(url, 4, commands=stage.size(60, 1500))
        kills = kill_until_done(stage, clients_of(orders), 0.15)
        told.append(f"{kills} kills, {checked(url, orders)} events")
    return "; ".join(told)


def kill_import(stage: Stage) -> str:
    """An import is killed at random points, then run to its end.

    The user runs the same command again: rows that were entered are found and not entered twice.
    """
    rows = stage.size(1500, 8_000)
    folder = stage.new_folder()
    file, mapping = folder / "accounts.csv", folder / "mapping.yaml"
    file.write_text("id,n\n" + "".join(f"i{row},{row}\n" for row in range(rows)))
    mapping.write_text(_MAPPING)
    kills = 0
    for url in stage.both(1):
        work = partial(_import, url, file, mapping)
        begun = time.monotonic()
        run_all([partial(_import, stage.sqlite(1), file, mapping)])
        span = time.monotonic() - begun
        for _ in range(stage.size(4, 25)):
            kills += _killed_within(stage, work, span)
            check(url, all_keyed=False)
        run_all([work, work])
        assert check(url, all_keyed=False) == 5 + 2 * rows, "rows are missing or doubled"
    return f"{kills} kills, {rows} rows each"


def _import(url: str, file: Path, mapping: Path) -> None:
    kam = Kamflow.open(url)
    options = ImportOptions(program=PROGRAM, by="ann")
    report = import_file(kam, str(file), load_mapping(mapping), what="accounts", options=options)
    assert report.written, report
    kam.close()


def _killed_within(stage: Stage, work: Callable[[], object], span: float) -> int:
    """Kill a process at a random point; return 1 unless it had ended."""
    with running([work]) as (process,):
        pause(stage, span)
        return int(process.poll() is None)


def kill_migration(stage: Stage) -> str:
    """An upgrade of the schema is killed at random points, then run to its end.

    The user runs `kamflow db upgrade` again; until then the database is the old one, whole.
    """
    kills = 0
    for empty, furnished in zip(stage.empty(), stage.both(stage.size(1500, 20_000)), strict=True):
        events = at_first_schema(empty, furnished)
        for _ in range(stage.size(4, 25)):
            kills += _killed_within(stage, partial(upgrade, empty), 0.35)
            if schema_of(empty) != "0001":
                break
        run_all([partial(upgrade, empty)] * 2)
        assert check(empty, all_keyed=False, all_told=False) == events
    return f"{kills} kills"


def lock_file_left(stage: Stage) -> str:
    """A process is killed while it holds the lock file `-lock` beside the database.

    The user sees nothing: the file stays, the lock ends with its process, nobody has to delete it.
    """
    url = stage.sqlite()
    longest = 0.0
    for number in range(stage.size(5, 50)):
        with running([partial(_hold, url)]) as (process,):
            pause(stage, 0.1)
            process.kill()
        begun = time.monotonic()
        kam = Kamflow.open(url)
        kam.once(f"k{number}").record_facts(account(0), {"account.n": number}, by="ann")
        kam.close()
        longest = max(longest, time.monotonic() - begun)
    checked(url)
    file = database_file(url)
    assert file is not None
    assert file.with_name(f"{file.name}-lock").exists()
    assert longest < 5, f"waited {longest:.1f} s for a process that is gone"
    return f"longest wait {longest * 1000:.0f} ms"


def _hold(url: str) -> None:
    kam = Kamflow.open(url)
    with kam.batch() as batch:
        batch.record_facts(account(0), {"account.n": -1}, by="ann")
        time.sleep(60)


def interrupted_batch(stage: Stage) -> str:
    """A batch gets SIGINT (Ctrl-C) or SIGTERM at random points.

    The user sees the program end; of the batch everything is there or nothing, and he runs it
    again under the same keys.
    """
    outcomes = []
    for url in stage.both():
        for number in range(stage.size(6, 60)):
            how = stage.random.choice((signal.SIGINT, signal.SIGTERM))
            with running([partial(_batch, url, number)]) as (process,):
                pause(stage, 0.4)
                process.send(how)
                outcomes.append(process.wait())
            _all_or_nothing(url, f"batch-{number}")
        run_all([partial(_batch, url, number) for number in range(2)])
        checked(url)
    stopped = sum(code != 0 for code in outcomes)
    return f"{stopped} of {len(outcomes)} interrupted"


_BATCH = 600


def _batch(url: str, number: int) -> None:
    kam = Kamflow.open(url)
    with kam.batch() as batch:
        for step in range(_BATCH):
            command = batch.once(f"batch-{number}-{step}")
            command.record_facts(account(step % 5), {"account.n": step}, by="ann")
    kam.close()


def _all_or_nothing(url: str, name: str) -> None:
    kept = sum(key.startswith(f"{name}-") for key in keys_of(url))
    assert kept in (0, _BATCH), f"{kept} of {_BATCH} commands of a batch were kept"


def frozen_writer(stage: Stage) -> str:
    """A process is stopped (SIGSTOP) while it writes, and does not go on.

    Others get an error after their patience, which says that another program holds the database;
    when it goes on, or is killed, they go on.
    """
    texts = []
    for url in stage.both():
        with running([partial(_hold, url)]) as (process,):
            time.sleep(0.4)
            process.send(signal.SIGSTOP)
            texts.append(patient_error(url))
            process.kill()
        checked(url)
    return texts[0]
