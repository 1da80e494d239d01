"""`kamflow worker` works until it is stopped, and goes on after it was killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cli.governed import ask, enter
from tests.command_line import Run

AFTER = "2026-04-09T01:00"


@contextmanager
def a_worker(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker as a process of its own, in this folder."""
    command = [sys.executable, "-m", "kamflow_cli", "--now", AFTER, "worker", "--json", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def happened(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the next line of its log."""
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_once_does_what_is_due_and_ends(office: Run) -> None:
    ask(office, "acme", "plan")

    ran = office("worker", "--once", "--json", "--matcher", "reference", now=AFTER)

    assert ran.code == 0
    started, done, stopped = (json.loads(line) for line in ran.out.splitlines())
    assert (started["event"], started["matcher"]) == ("started", "reference")
    assert (done["event"], done["subjects"], done["events"]) == ("done", 1, 3)
    assert stopped["event"] == "stopped"


def test_for_people_a_line_is_plain_text(office: Run) -> None:
    ask(office, "acme", "plan")

    ran = office("worker", "--once", "--no-delivery", now=AFTER)

    assert [line.split()[1:] for line in ran.out.splitlines()][1] == [
        "done",
        "subjects=1",
        "events=3",
    ]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(office: Run, how: signal.Signals) -> None:
    ask(office, "acme", "plan")
    with a_worker("--matcher", "reference") as process:
        told = [happened(process)["event"], happened(process)["event"]]
        process.send_signal(how)
        rest, errors = process.communicate(timeout=30)

    assert told == ["started", "done"]
    assert json.loads(rest)["event"] == "stopped"
    assert (process.returncode, errors) == (0, "")


def test_one_that_was_killed_is_started_again_and_goes_on(office: Run) -> None:
    ask(office, "acme", "plan")
    with a_worker("--no-delivery") as process:
        happened(process)
        happened(process)
        process.kill()
    enter(office, "bolt", margin=20)
    ask(office, "bolt", "plan")

    again = office("worker", "--once", "--json", now="2026-04-10T01:00")

    assert [json.loads(line)["event"] for line in again.out.splitlines()][1] == "done"


def test_a_database_that_is_not_there_is_told(run: Run) -> None:
    ran = run("--db", "missing.db", "worker", "--once")

    assert ran.code == 2
    assert "there is no database" in ran.err
