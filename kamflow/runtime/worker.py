"""One machine's worker: does what falls due, delivers what is to be told, and sleeps until then.

What is due is done in the thread that calls `run`; messages go out in a thread of their own, so
that a receiver that is slow keeps no deadline waiting. Nothing is kept in memory that matters: a
worker that is killed is started again and goes on where it was. Several may work on one database.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol, TypeAlias

from msgspec import Struct

from kamflow.errors import ConcurrencyError, DatabaseError
from kamflow.runtime.delivery.options import DeliveryReport
from kamflow.runtime.due import AT_ONCE, FailedSubject
from kamflow.runtime.kamflow import Kamflow

POLL_S = 2.0  # the database is asked at least so often what falls due next
LEASE_S = 30  # a worker that is killed keeps its subjects from others for so long
_AFTER_ERROR_S = 5.0


class Worked(Struct, frozen=True, kw_only=True):
    """What fell due and was done in one go."""

    as_of: datetime  # aware UTC
    subjects: int
    events: int
    failed: tuple[FailedSubject, ...] = ()


class Troubled(Struct, frozen=True, kw_only=True):
    """Something that kept the worker from its work; it tries again."""

    error: str


Happening: TypeAlias = Worked | DeliveryReport | Troubled


class Deliver(Protocol):
    """Sends what is due until it is told to stop, as `Kamflow.deliver` does."""

    def __call__(self, *, stop: Callable[[], bool]) -> DeliveryReport:
        """Return what was sent."""


class Worker:
    """Works on one database until it is told to stop.

    Args:
        kam: The database; the worker closes nothing.
        tell: Is told what was done, from both threads; nothing is told of rounds without work.
        deliver: Sends what is due until it is told to stop, such as `kam.deliver`. Without it
            nothing is delivered.
        poll_s: The longest sleep, in seconds: what others decide meanwhile is seen by then.
        lease_s: For how many seconds other workers leave alone what this one has begun.
    """

    def __init__(
        self,
        kam: Kamflow,
        *,
        tell: Callable[[Happening], None],
        deliver: Deliver | None = None,
        poll_s: float = POLL_S,
        lease_s: int = LEASE_S,
    ) -> None:
        self._kam, self._tell, self._deliver = kam, tell, deliver
        self._poll_s, self._lease_s = poll_s, lease_s
        self._stopping = False
        # One for each thread that sleeps; to put something in is safe in a signal handler.
        self._bells: list[SimpleQueue[None]] = []
        self._fault: Exception | None = None  # that ended the thread of the deliveries

    @property
    def stopping(self) -> bool:
        """Whether the worker was told to stop."""
        return self._stopping

    def stop(self) -> None:
        """Finish what is in hand, then return from `run`; may be called by a signal handler."""
        self._stopping = True
        for bell in self._bells:
            bell.put(None)

    def run(self) -> None:
        """Work until `stop` is called.

        Raises:
            KamflowError: The database belongs to another version, or a part is missing.
        """
        works = [self._do_due]
        if self._deliver is not None:
            works.append(partial(self._send, self._deliver))
        self._bells = [SimpleQueue() for _ in works]
        self._run([partial(self._loop, *both) for both in zip(works, self._bells, strict=True)])
        if self._fault is not None:
            raise self._fault

    def _run(self, loops: list[Callable[[], None]]) -> None:
        """Run the first loop in this thread and the others beside it; all end together."""
        threads = [threading.Thread(target=self._beside, args=(loop,)) for loop in loops[1:]]
        for thread in threads:
            thread.start()
        try:
            loops[0]()
        finally:
            self.stop()
            for thread in threads:
                thread.join()

    def _beside(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # noqa: BLE001 - `run` raises it
            self._fault = error
        finally:
            self.stop()

    def run_once(self) -> None:
        """Do what is due by now, deliver what can be delivered now, and return."""
        self._do_due()
        if self._deliver is not None and not self._stopping:
            self._send(self._deliver)

    def _do_due(self) -> datetime | None:
        """Do all that is due, batch by batch; return when something is due next."""
        while not self._stopping:
            claimed = self._kam.claim_due(AT_ONCE, seconds=self._lease_s)
            if not claimed.subjects:
                break
            report = self._kam.perform(claimed)
            events = sum(len(item.events) for item in report.subjects)
            if events or report.failed:
                worked = Worked(
                    as_of=report.as_of,
                    subjects=len(report.subjects),
                    events=events,
                    failed=report.failed,
                )
                self._tell(worked)
        return self._kam.next_due()

    def _send(self, deliver: Deliver) -> datetime | None:
        sent = deliver(stop=lambda: self._stopping)
        if sent.delivered or sent.told or sent.failed or sent.dead or sent.problems:
            self._tell(sent)
        return sent.next_at

    def _loop(self, work: Callable[[], datetime | None], bell: "SimpleQueue[None]") -> None:
        """Work, sleep until there is something to do again, and so on."""
        while not self._stopping:
            pause = self._worked(work)
            if not self._stopping:
                with suppress(Empty):
                    bell.get(timeout=pause)

    def _worked(self, work: Callable[[], datetime | None]) -> float:
        """Work once; return for how many seconds there is nothing to do."""
        try:
            at = work()
            left = self._poll_s if at is None else (at - self._now()).total_seconds()
        except (ConcurrencyError, DatabaseError) as error:
            self._tell(Troubled(error=str(error)))
            return _AFTER_ERROR_S
        return min(max(left, 0.0), self._poll_s)

    def _now(self) -> datetime:
        with self._kam.reading() as session:
            return session.now
