"""Group commit: what several threads ask for at once becomes one transaction.

The thread that comes first does the work of all that have queued meanwhile; each gets the answer to
its own job after the commit, or its own error. No thread of ours runs in the background.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from kamflow.errors import ConcurrencyError, DatabaseError
from kamflow.storage.reading import Writing
from kamflow.storage.writing import Transaction

T = TypeVar("T")
Job = Callable[[Writing], Any]

LARGEST = 128  # jobs in one transaction
TRIES = 12  # of a transaction that others overtook
CAUTION = 16  # transactions that begin alone after that
_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.25
_UNKNOWN = (
    "interrupted at the end of the transaction; whether it was kept is not known: "
    "ask again under the same key"
)


class _Waiting:
    """A job and what came of it."""

    __slots__ = ("answer", "awake", "done", "error", "job", "leads")

    def __init__(self, job: Job) -> None:
        self.job, self.done = job, False
        self.answer: Any = None
        self.error: BaseException | None = None
        self.leads = False  # whether its thread works for all
        self.awake = threading.Lock()  # taken until there is an answer, or the turn to lead
        self.awake.acquire()

    def wake(self) -> None:
        """Let its thread go on."""
        if self.awake.locked():
            self.awake.release()


class Groups:
    """Runs jobs in transactions, in the order in which they come."""

    def __init__(self, fill: Callable[[Callable[[Transaction], None], bool], None]) -> None:
        self._fill = fill  # does a job in a transaction; takes whether it has to be alone
        self._queue: deque[_Waiting] = deque()
        self._door = threading.Lock()  # to the queue, and to who leads
        self._led = False  # whether a thread works for all
        self._cautious = 0  # transactions that begin alone, because one was overtaken
        self._begun = self._ending = False  # how far the present transaction is

    def run(self, job: Callable[[Writing], T]) -> T:
        """Run a job in a transaction and return its answer after the commit.

        Raises:
            ConcurrencyError: Others overtook it each time.
        """
        own = _Waiting(job)
        with self._door:
            self._queue.append(own)
            own.leads, self._led = not self._led, True
        try:
            if not own.leads:
                own.awake.acquire()
            while not own.done:
                self._work()
        finally:
            self._hand_on(own)
        if own.error is not None:
            raise own.error
        answer: T = own.answer
        return answer

    def _hand_on(self, own: _Waiting) -> None:
        """Let the next one that waits lead; nobody waits for `own` any more.

        One thread is woken, not all: each that is answered already would take the lead in turn.
        """
        with self._door:
            own.done = True
            if not own.leads:
                return
            while self._queue and self._queue[0].done:
                self._queue.popleft()
            self._led = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].wake()

    def _work(self) -> None:
        """Run the jobs that wait, as one transaction; an interrupted one leaves them waiting."""
        size = min(LARGEST, len(self._queue))
        group = [item for item in map(self._queue.__getitem__, range(size)) if not item.done]
        try:
            if group:
                self._settle(group)
        except BaseException:
            if self._ending:  # to run them again could do them twice
                _end([item for item in group if not item.done], DatabaseError(_UNKNOWN))
            raise
        finally:
            while self._queue and self._queue[0].done:
                self._queue.popleft()

    def _settle(self, group: list[_Waiting]) -> None:
        """Commit a group; if that fails because of one job, each job by itself."""
        error: Exception | None
        try:
            error = self._committed(group)
        except Exception as failure:  # noqa: BLE001 - each thread raises it for its own job
            error = failure
        if error is None or len(group) == 1 or self._ending or not self._begun:
            _end(group, error)
            return
        for number, item in enumerate(group):
            self._settle([item])
            if not self._begun:  # the database is gone
                _end(group[number + 1 :], item.error)
                return

    def _committed(self, group: list[_Waiting]) -> ConcurrencyError | None:
        """Commit a group; return the error of one that was overtaken each time."""
        overtaken = None
        for turn in range(TRIES):
            self._begun = self._ending = False
            try:
                self._fill(partial(self._run, group), turn > 0 or self._cautious > 0)
            except ConcurrencyError as error:
                overtaken = error
            else:
                self._cautious = max(self._cautious - 1, 0)
                return None
            self._ending = False
            self._cautious = CAUTION
            longest = min(_PAUSE_S * 2**turn, _LONGEST_PAUSE_S)
            time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
        return overtaken

    def _run(self, group: Sequence[_Waiting], transaction: Transaction) -> None:
        """Run the jobs of a group, and write what they have appended."""
        self._begun = True
        for item in group:
            _run(transaction, item)
        transaction.flush()
        self._ending = True


def _end(group: Sequence[_Waiting], error: BaseException | None) -> None:
    """Tell each thread what came of its job."""
    for item in group:
        item.error = item.error if error is None else error
        item.done = True
        item.wake()


def retried(job: Callable[[], T]) -> T:
    """Run a job anew, after a pause of random length, when others overtook it.

    Raises:
        ConcurrencyError: They did each time.
    """
    for turn in range(TRIES - 1):
        try:
            return job()
        except ConcurrencyError:
            time.sleep(random.uniform(0, min(_PAUSE_S * 2**turn, _LONGEST_PAUSE_S)))  # noqa: S311
    return job()


def _run(transaction: Writing, item: _Waiting) -> None:
    """Run one job; what a failed one has appended is taken back, the others go on."""
    transaction.mark()
    item.error = None
    try:
        item.answer = item.job(transaction)
    except Exception as error:
        if transaction.broken(error):
            raise
        transaction.back_to_mark()
        item.error = error
