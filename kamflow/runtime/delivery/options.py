"""How messages are delivered, and what came of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

ATTEMPTS = 12  # over about two days; see `backoff`


@dataclass(frozen=True, kw_only=True)
class DeliveryOptions:
    """What holds for all deliveries of a run."""

    link_base: str = ""  # address of the pages of kamflow, "https://kam.example.org"
    mail: str = ""  # mail server as apprise writes it, for people with a mail address alone
    longest_s: float = 30.0  # seconds after which a run ends, though more is due
    timeout_s: float = 10.0  # seconds that a receiver may be silent
    attempts: int = ATTEMPTS  # after which a message is given up
    random: Callable[[], float] = field(default=random.random, repr=False)  # gives 0 to 1


class DeliveryReport(Struct, frozen=True, kw_only=True):
    """What a run has done."""

    delivered: int = 0  # to endpoints
    told: int = 0  # messages to people
    failed: int = 0  # attempts, which are repeated
    dead: int = 0  # given up
    unreachable: tuple[str, ...] = ()  # people of whom no address is kept
    problems: tuple[str, ...] = ()  # what somebody has to look at
    next_at: datetime | None = None  # aware UTC; when something waits to be sent


class DeliveryAttempt(Struct, frozen=True, kw_only=True):
    """How a receiver took a message."""

    arrived: bool
    status: int | None = None  # of HTTP, if it answered
    error: str = ""  # what went wrong
    retry_after_s: float | None = None  # it asked for so long a pause
    gone: bool = False  # it wants nothing any more
    unreachable: bool = False  # nobody was there to answer
