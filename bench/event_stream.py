"""A stream of events for a thousand accounts under fifty event rules, a hundred in a transaction.

History, hash chain, outbox and the index of reports are written as always, so that they survive a
power cut. Counted is CPU time: of a stream in which nothing fires, and of one in which every
twentieth event sets a rule off. Each event is read by five rules.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measuring import WORK, Result
from kamflow import Kamflow
from kamflow.model.pack import Pack
from tests.builders import a_pack

ACCOUNTS, RULES, KINDS, BATCH = 1_000, 50, 10, 100
WARM_UP, BATCHES, ROUNDS = 20, 40, 7
QUIET_RATE, FIRING_RATE, ONE_IN = 8_000, 2_500, 20
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEVELS = ("minor", "major", "critical")
Report = tuple[str, str, dict[str, str]]  # account, event, payload


def policy() -> Pack:
    """Return a policy with fifty rules; five of them read each event.

    Of those one is set off by each event of the level `alarm`; the others count over windows and
    look at a fact, and the streams stay just below what they allow.
    """
    names = [f"sort.e{number}" for number in range(KINDS)]
    payload = "{level: {type: choice, values: [minor, major, critical, alarm]}}"
    events = "\n".join(f"    {name}: {{payload: {payload}}}" for name in names)
    rules = "\n".join(_rule(number, names[number % KINDS]) for number in range(RULES))
    facts = "  account:\n    account.n: {type: number, default: 0}\n"
    head = "roles: {boss: {who: boss}}\nescalating:\n  levels: {L1: {roles: [boss]}}\n"
    return a_pack(f"{head}facts:\n{facts}events:\n  account:\n{events}\nrules:\n{rules}\n")


def _rule(number: int, event: str) -> str:
    conditions = (
        f"count({event} where event.level = alarm within 1 days) >= 1",
        f"count({event} where event.level in {{major, critical}} within 90 days) >= 5",
        f"count({event} within 30 days) >= 3",
        f"count({event} where event.level = critical within 12 months) >= 14",
        f"count({event} within 90 days) >= 3 and account.n > 10",
    )
    return f"""  R-{number:02}:
    title: Rule {number}
    subject: account
    when: {conditions[number // KINDS]}
    severity: medium
    tell: [boss]
    to: [L1]
"""


def stream(*, alarms: bool) -> Iterator[Report]:
    """Yield reports without end; with alarms, every twentieth sets a rule off.

    Each account reports each kind of event once in ten thousand, that is, every 30 days.
    """
    chance = random.Random(7)  # noqa: S311 - no secret
    for number in count():
        turn, account = divmod(number, ACCOUNTS)
        fires = alarms and (number + turn) % ONE_IN == 0
        level = "alarm" if fires else chance.choice(LEVELS)
        yield f"north/a{account:04}", f"sort.e{turn % KINDS}", {"level": level}


def run() -> list[Result]:
    """Measure both streams."""
    WORK.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="stream-", dir=WORK) as folder:
        quiet = _measured(Path(folder) / "quiet.db", alarms=False)
        firing = _measured(Path(folder) / "firing.db", alarms=True)
    return [
        _result("an event, nothing fires", quiet, QUIET_RATE),
        _result(f"an event, one in {ONE_IN} fires", firing, FIRING_RATE),
    ]


def _result(name: str, micros: tuple[float, ...], rate: int) -> Result:
    middle = sorted(micros)[len(micros) // 2]
    note = f"{1e6 / middle:,.0f} a second of CPU, {RULES} rules, {BATCH} in a transaction"
    return Result(name=name, unit="us CPU each", values=micros, bar=1e6 / rate, note=note)


class Stream:
    """A database with its accounts, and what goes into it."""

    def __init__(self, file: Path, *, alarms: bool) -> None:
        self.now = START
        self.kam = Kamflow.open(f"sqlite:///{file}", clock=lambda: self.now)
        self.kam.publish(policy(), by="ann")
        self.kam.create_program("north", "North", by="ann")
        self.kam.assign("north", "boss", "bea", by="ann")
        with self.kam.batch() as batch:
            for number in range(ACCOUNTS):
                name = f"a{number:04}"
                batch.create_account("north", name, name, by="ann")
        self.reports, self.events = stream(alarms=alarms), 0

    def feed(self, batches: int) -> None:
        """Report so many batches, a few hours apart."""
        for _ in range(batches):
            with self.kam.batch() as batch:
                for _ in range(BATCH):
                    account, event, told = next(self.reports)
                    decision = batch.report_event(account, event, told, at=self.now)
                    self.events += len(decision.events)
            self.now += timedelta(days=30) * BATCH / (ACCOUNTS * KINDS)


def _measured(file: Path, *, alarms: bool) -> tuple[float, ...]:
    fed = Stream(file, alarms=alarms)
    fed.feed(WARM_UP)
    fed.events = 0
    found = tuple(_cpu(lambda: fed.feed(BATCHES)) / (BATCHES * BATCH) for _ in range(ROUNDS))
    reports = ROUNDS * BATCHES * BATCH
    fired = fed.events - reports
    fed.kam.close()
    if (fired >= reports // ONE_IN) is not alarms or (fired and not alarms):
        raise SystemExit(f"{fired} further events followed from {reports} reports")
    return found


def _cpu(work: Callable[[], None]) -> float:
    """Return what some work takes, in microseconds."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1e6
