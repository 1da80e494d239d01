"""Databases that somebody else holds."""

import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text

from kamflow import Kamflow, KamflowError
from kamflow.storage.sqlite import database_file
from kamflow.storage.store import PATIENCE_S, Store
from tests.chaos.processes import running
from tests.chaos.stage import Stage, checked
from tests.chaos.world import account


def database_held(stage: Stage) -> str:
    """Another program holds the database: shortly, then for longer than the patience of 30 s.

    The user waits; after the patience he is told that another program holds it and to let that one
    end. Nothing was changed, and it works as soon as the other has ended.
    """
    told = ""
    for url in stage.both():
        hold = partial(_hold, url)
        with running([hold]) as (process,):
            time.sleep(0.5)
            patience = PATIENCE_S if stage.long else 0.7
            begun = time.monotonic()
            told = patient_error(url, patience)
            waited = time.monotonic() - begun
            assert patience * 0.8 < waited < patience + 8, f"waited {waited:.1f} s"
            process.kill()
        with running([partial(_hold, url, 1.0)]):
            time.sleep(0.3)
            _record(url, "after", PATIENCE_S)
        checked(url)
    return told


def error_of(url: str, patience: float = PATIENCE_S) -> str:
    """Return what is told when a command cannot be done."""
    try:
        _record(url, "never", patience)
    except KamflowError as error:
        return str(error)
    raise AssertionError("a command was done that could not be")


def patient_error(url: str, patience: float = 0.7) -> str:
    """Return what is told when a command finds the database held."""
    told = error_of(url, patience)
    assert "another program holds" in told, told
    return told


def _record(url: str, key: str, patience: float) -> None:
    kam = Kamflow(Store(url, patience=patience))
    try:
        kam.once(key).record_facts(account(0), {"account.n": 7}, by="ann")
    finally:
        kam.close()


def _hold(url: str, seconds: float = 120.0) -> None:
    """Hold a database as a program that is not ours."""
    file = database_file(url)
    hold: Callable[[float], None] = (
        partial(_hold_file, file) if file else partial(_hold_tables, url)
    )
    hold(seconds)


def _hold_file(file: Path, seconds: float) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


def _hold_tables(url: str, seconds: float) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE instances IN SHARE MODE"))
        time.sleep(seconds)
    engine.dispose()
