"""A run: what it works with, who it is, and when it has to end."""

import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

from kamflow.runtime.clock import Clock
from kamflow.runtime.delivery.options import DeliveryOptions
from kamflow.runtime.session import Session
from kamflow.storage.endpoints import Lease, end_lease, take_lease
from kamflow.storage.links import Link
from kamflow.storage.store import Store

LEASE = timedelta(seconds=60)  # longer than one attempt with what is kept of it

_RUNS = count()

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the delivery. Several threads share it."""

    store: Store
    clock: Clock
    reading: Callable[[], AbstractContextManager[Session]]
    options: DeliveryOptions
    stop: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)
    identity: str = field(default_factory=lambda: identity())  # noqa: PLW0108 - defined below

    def over(self) -> bool:
        """Tell whether nothing more is to be begun."""
        return self.stop() or time.monotonic() - self.began >= self.options.longest_s

    def lease(self) -> Lease:
        """Return a lease from now on."""
        return Lease(by=self.identity, until=self.clock() + LEASE)

    def write(self, job: Callable[[Link], T]) -> T:
        """Run a job in a short transaction, which decisions of others need not wait for."""
        return self.store.write(lambda kept: job(kept.link))

    def take(self, name: str) -> bool:
        """Take the lease of a receiver; tell whether that worked."""
        now, lease = self.clock(), self.lease()
        return self.write(lambda link: take_lease(link, name, lease, now, is_gone))

    def give_back(self, name: str) -> None:
        """End the lease of a receiver."""
        self.write(lambda link: end_lease(link, name, self.identity))


def identity() -> str:
    """Return who sends: the machine, the process, what no later one is called, and which run."""
    return f"{_machine()}|{os.getpid()}|{_token(os.getpid())}|{next(_RUNS)}"


def is_gone(other: str) -> bool:
    """Tell whether a process is known to have ended; of another machine nothing is known."""
    machine, _, rest = other.partition("|")
    number, _, rest = rest.partition("|")
    if machine != _machine() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        token = rest.partition("|")[0]
        return token != _token(os.getpid())  # one from before, with the number that is ours now
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and of somebody else
        return False
    return _is_dead(number)


@cache
def _token(process: int) -> str:
    """Return a word that only this process has; a child gets one of its own."""
    return f"{process:x}{secrets.token_hex(8)}"


@cache
def _machine() -> str:
    """Return what tells apart where numbers of processes mean something."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 - no file is meant
    return "/".join(part.replace("|", " ") for part in parts)


def _is_dead(process: str) -> bool:
    """Tell whether a process has ended, though its parent has not taken notice of it yet."""
    with suppress(OSError, IndexError):
        state = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2]
        return state.split()[0] in ("Z", "X")
    return False
