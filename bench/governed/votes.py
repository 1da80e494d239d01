"""Ours: the last of two votes on an account, each command under a key; alone or many at a time."""

import shutil
import sys

from bench.governed.accounts import CONTROLLER, account_id, approval_id, opened, prepare
from bench.workers import serve
from kamflow import Kamflow
from kamflow.runtime.commands import Commands

EVENTS = 3  # of the command: the vote, the approval, the new stage


def vote(kam: Commands, number: int) -> None:
    """Cast the vote that opens the next stage."""
    key = f"key-{number:07}"
    decision = kam.once(key).vote(approval_id(number), "approve", by=CONTROLLER)
    if len(decision.events) != EVENTS:
        raise SystemExit(decision.explain())


def check(kam: Kamflow, commands: int) -> None:
    """Make sure that every command left what it should."""
    stages = [item.stage for item in kam.subjects("account")]
    history = kam.history(account_id(0))
    if stages.count("planning") != commands or len(history) != 4 + EVENTS:
        raise SystemExit(f"{stages.count('planning')} accounts have moved, not {commands}")


def main(file: str, accounts: str, together: str) -> None:
    """Serve commands, or groups of so many in one transaction."""
    group = int(together)
    if file.startswith("postgresql"):
        url = file
        prepare(url, int(accounts))
    else:
        url = f"sqlite:///{file}"
        template(file, int(accounts))
    kam = opened(url)

    def many(number: int) -> None:
        with kam.batch() as batch:
            for place in range(number * group, (number + 1) * group):
                vote(batch, place)

    command = many if group > 1 else lambda number: vote(kam, number)
    serve(command, lambda done: check(kam, done * group))


def template(file: str, accounts: int) -> None:
    """Put a database with so many accounts in place; it is made once in each folder."""
    made = f"{file.rpartition('/')[0]}/accounts-{accounts}"
    try:
        shutil.copyfile(made, file)
    except FileNotFoundError:
        prepare(f"sqlite:///{made}", accounts)
        shutil.copyfile(made, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
