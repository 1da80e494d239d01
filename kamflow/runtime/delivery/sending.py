"""Sends to one endpoint what is due, in order for each subject."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from kamflow.runtime.delivery.options import DeliveryReport
from kamflow.runtime.delivery.retrying import after, dead_words
from kamflow.runtime.delivery.runs import Run
from kamflow.runtime.delivery.webhooks import Sender
from kamflow.storage import deliveries as kept
from kamflow.storage.deliveries import DEAD, Delivery
from kamflow.storage.endpoints import Endpoint, disable, endpoint, renew_lease, rest
from kamflow.storage.links import Link
from kamflow.storage.messages import Message

_BATCH = 100  # deliveries between two marks: so many are sent again after a crash at most
_MARKED_EVERY_S = 15.0  # well within a lease
_SILENT = 3  # attempts in a row that nobody answers, after which the endpoint rests
_REST = timedelta(seconds=30)


def send_due(run: Run, to: Endpoint) -> DeliveryReport:
    """Send what is due until nothing is, the run is over, or the endpoint wants a pause."""
    done = DeliveryReport()
    if _rests(to, run.clock()) or not _has_due(run, to) or not run.take(to.id):
        return done
    try:
        with Sender(to, timeout_s=run.options.timeout_s) as sender:
            silent = 0
            while not run.over():
                batch = _Batch(run, to, silent=silent)
                batch.send_all(sender)
                silent = batch.silent
                if batch.is_empty():
                    break
                goes_on = batch.mark()
                done = batch.added_to(done)
                if not goes_on:
                    break
    finally:
        run.give_back(to.id)
    return done


def _rests(to: Endpoint, now: datetime) -> bool:
    return to.rest_until is not None and to.rest_until > now


def _has_due(run: Run, to: Endpoint) -> bool:
    with run.store.linked() as link:
        return bool(kept.due_deliveries(link, to.id, run.clock(), 1))


@dataclass(slots=True)
class _Batch:
    """What is sent between two marks."""

    run: Run
    endpoint: Endpoint
    arrived: list[Delivery] = field(default_factory=list)
    vanished: list[Delivery] = field(default_factory=list)  # whose message was removed
    failed: list[Delivery] = field(default_factory=list)
    silent: int = 0  # attempts in a row that nobody answered
    rest_until: datetime | None = None
    gone: str = ""

    def send_all(self, sender: Sender) -> None:
        """Send what is due now, subject by subject in order; a subject stops where it fails."""
        with self.run.store.linked() as link:
            due = kept.due_deliveries(link, self.endpoint.id, self.run.clock(), _BATCH)
            found = kept.messages_of(link, [item.number for item in due])
        began, held = time.monotonic(), set[str]()
        for item in due:
            if item.subject in held:
                continue
            message = found.get(item.number)
            if message is None:
                self.vanished.append(item)
            elif not self._send(sender, item, message):
                held.add(item.subject)
            if self._is_over(began):
                return

    def _is_over(self, began: float) -> bool:
        late = time.monotonic() - began > _MARKED_EVERY_S
        return late or bool(self.gone) or self.rest_until is not None or self.run.over()

    def _send(self, sender: Sender, item: Delivery, message: Message) -> bool:
        """Send one message; tell whether the next one of its subject may follow."""
        attempt = sender.send(message, self.run.clock())
        now = self.run.clock()  # pauses begin when an attempt has failed, not with it
        if attempt.arrived:
            self.silent = 0
            self.arrived.append(item)
            return True
        changed = after(item, attempt, now, self.run.options)
        self.failed.append(changed)
        self.silent = self.silent + 1 if attempt.unreachable else 0
        if attempt.gone:
            self.gone = f"it answered {attempt.status}: it wants nothing any more"
        elif attempt.retry_after_s is not None:
            self.rest_until = now + timedelta(seconds=attempt.retry_after_s)
        elif self.silent >= _SILENT:
            self.rest_until = now + _REST
        return changed.state == DEAD

    def is_empty(self) -> bool:
        """Tell whether nothing was due."""
        return not (self.arrived or self.vanished or self.failed)

    def mark(self) -> bool:
        """Keep what was done, in one transaction; tell whether to go on."""
        return self.run.write(self._mark)

    def _mark(self, link: Link) -> bool:
        """Keep nothing when another one sends now, or the endpoint is not the one it was."""
        if not renew_lease(link, self.endpoint.id, self.run.lease()):
            return False
        kept.end_deliveries(link, [*self.arrived, *self.vanished])
        kept.change_deliveries(link, self.failed)
        if self.gone:
            disable(link, self.endpoint.id, self.gone)
        if self.rest_until is not None:
            rest(link, self.endpoint.id, self.rest_until)
        now = endpoint(link, self.endpoint.id)
        same = now.settings == self.endpoint.settings and now.disabled is None
        return same and self.rest_until is None

    def added_to(self, done: DeliveryReport) -> DeliveryReport:
        """Return a report with what was done here as well."""
        dead = [item for item in self.failed if item.state == DEAD]
        name = self.endpoint.id
        problems = [f"endpoint `{name}` is disabled: {self.gone}"] if self.gone else []
        problems += map(dead_words, dead)
        return replace(
            done,
            delivered=done.delivered + len(self.arrived),
            failed=done.failed + len(self.failed) - len(dead),
            dead=done.dead + len(dead),
            problems=(*done.problems, *problems),
        )
