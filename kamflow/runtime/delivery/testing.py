"""Sends a message of no importance, so that somebody sees whether it arrives."""

from datetime import datetime

from kamflow.engine.people import SYSTEM
from kamflow.runtime.delivery.options import DeliveryAttempt, DeliveryOptions
from kamflow.runtime.delivery.webhooks import Sender
from kamflow.storage.endpoints import endpoint
from kamflow.storage.links import Link
from kamflow.storage.messages import Message, source_of

TESTED = "kamflow.endpoint.tested"


class TestMessage:
    """A message to an endpoint, which is sent when the transaction is over that read of it."""

    def __init__(self, link: Link, name: str) -> None:
        self._endpoint, self._source = endpoint(link, name), source_of(link.rows)

    def send(self, now: datetime) -> DeliveryAttempt:
        """Send it and return how it was taken."""
        name = self._endpoint.id
        message = Message(
            number=0,
            id=f"test/{name}/{int(now.timestamp() * 1000)}",
            source=self._source,
            type=TESTED,
            subject=f"endpoint/{name}",
            time=now,
            sequence=0,
            actor=SYSTEM,
            policy="",
            event={"endpoint": name},
        )
        with Sender(self._endpoint, timeout_s=DeliveryOptions().timeout_s) as sender:
            return sender.send(message, now)
