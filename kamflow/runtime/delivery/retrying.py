"""What becomes of a delivery that failed."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from kamflow.runtime.delivery.backoff import backoff
from kamflow.runtime.delivery.options import DeliveryAttempt, DeliveryOptions
from kamflow.storage.deliveries import DEAD, WAITING, Delivery

_LEAST_WAIT = timedelta(seconds=1)
_LONGEST_ERROR = 500


def after(
    item: Delivery, attempt: DeliveryAttempt, now: datetime, options: DeliveryOptions
) -> Delivery:
    """Return a delivery after an attempt that failed: it waits, or is given up."""
    attempts = item.attempts + 1
    pause = timedelta(seconds=attempt.retry_after_s or 0)
    wait = max(backoff(attempts, options.random), pause, _LEAST_WAIT)
    return replace(
        item,
        attempts=attempts,
        state=DEAD if attempts >= options.attempts else WAITING,
        next_at=now + wait,
        tried_at=now,
        error=attempt.error[:_LONGEST_ERROR],
    )


def dead_words(item: Delivery) -> str:
    """Return that a delivery was given up, and why, for a person to read."""
    return f"`{item.id}` is dead after {item.attempts} attempts: {item.error}"
