"""Delivers what is due, once: what the worker of one machine calls again and again."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from msgspec.structs import replace

from kamflow.errors import DatabaseError
from kamflow.runtime.clock import Clock
from kamflow.runtime.delivery.handing import hand_out_new
from kamflow.runtime.delivery.options import DeliveryOptions, DeliveryReport
from kamflow.runtime.delivery.runs import Run
from kamflow.runtime.session import Session
from kamflow.storage.bound import BoundStore
from kamflow.storage.deliveries import next_delivery, next_waiting
from kamflow.storage.endpoints import PEOPLE, Endpoint, all_endpoints, begin_with_people
from kamflow.storage.store import Store

_AT_A_TIME = 8  # endpoints
_A_LITTLE = timedelta(seconds=1)


class Deliverable(Protocol):
    """A database of which messages are delivered: `Kamflow`."""

    _store: Store | BoundStore
    _clock: Clock

    def reading(self) -> AbstractContextManager[Session]:
        """Ask many questions of one state of the database."""


def deliver_due(
    kam: Deliverable,
    options: DeliveryOptions | None = None,
    *,
    stop: Callable[[], bool] | None = None,
) -> DeliveryReport:
    """Hand out new messages and send what is due, to endpoints and to people.

    It holds no transaction while it sends, and no decision waits for it. A receiver that fails is
    tried again by a later call; `next_at` of the report says when something waits for one. Several
    processes may call it: to each receiver only one of them sends at a time.

    Args:
        kam: The database, opened on its own.
        options: What holds for all deliveries.
        stop: Tells that nothing more is to be begun.

    Raises:
        DatabaseError: The database works inside the transaction of a host.
        InputError: The mail server cannot be used.
        MissingExtraError: Something is to be delivered, and the extra `delivery` is not installed.
    """
    chosen = options or DeliveryOptions()
    store = kam._store  # noqa: SLF001 - a part of the library
    if not isinstance(store, Store):
        raise DatabaseError("messages are delivered from a database that is opened on its own")
    run = Run(
        store=store,
        clock=kam._clock,  # noqa: SLF001
        reading=kam.reading,
        options=chosen,
        stop=stop or _never,
    )
    if chosen.mail:
        _begin_with_people(run)
    return _with_next(run, _added(_served(run, hand_out_new(run))))


def _never() -> bool:
    return False


def _begin_with_people(run: Run) -> None:
    from kamflow.runtime.delivery.mailing import require_server  # noqa: PLC0415 - an optional part

    require_server(run.options.mail)
    with run.store.linked() as link:
        known = any(item.id == PEOPLE for item in all_endpoints(link))
    if not known:
        run.store.alone(begin_with_people)


def _job(run: Run, endpoint: Endpoint) -> Callable[[], DeliveryReport]:
    """Return what sends to a receiver; the parts that it takes are brought along here."""
    if endpoint.id == PEOPLE:
        from kamflow.runtime.delivery.notices import tell_due  # noqa: PLC0415 - an optional part

        return partial(tell_due, run)
    from kamflow.runtime.delivery.sending import send_due  # noqa: PLC0415 - an optional part

    return partial(send_due, run, endpoint)


def _served(run: Run, enabled: list[Endpoint]) -> list[DeliveryReport]:
    """Send to all receivers side by side.

    While one of them is slow, the others get what is decided meanwhile.
    """
    if len(enabled) <= 1:
        return [_job(run, item)() for item in enabled]
    done: list[DeliveryReport] = []
    with ThreadPoolExecutor(_AT_A_TIME, "kamflow-delivery") as pool:
        busy = {item.id: pool.submit(_job(run, item)) for item in enabled}
        while busy:
            wait(busy.values(), timeout=_A_LITTLE.total_seconds())
            ended = [name for name, job in busy.items() if job.done()]
            done += [busy.pop(name).result() for name in ended]
            if busy and not run.over():
                idle = [item for item in hand_out_new(run) if item.id not in busy]
                busy |= {item.id: pool.submit(_job(run, item)) for item in idle}
    return done


def _added(reports: Iterable[DeliveryReport]) -> DeliveryReport:
    found = list(reports)
    return DeliveryReport(
        delivered=sum(item.delivered for item in found),
        told=sum(item.told for item in found),
        failed=sum(item.failed for item in found),
        dead=sum(item.dead for item in found),
        unreachable=tuple(sorted({name for item in found for name in item.unreachable})),
        problems=tuple(text for item in found for text in item.problems),
    )


def _with_next(run: Run, report: DeliveryReport) -> DeliveryReport:
    found: list[datetime] = []
    with run.store.linked() as link:
        for item in all_endpoints(link):
            if item.disabled is not None:
                continue
            if item.id == PEOPLE:
                waiting = [next_waiting(link, PEOPLE), next_waiting(link, f"{PEOPLE}/%")]
                found += [at for at in waiting if at is not None]
            elif (at := next_delivery(link, item.id, run.clock())) is not None:
                found.append(max(at, item.rest_until or at))
    return replace(report, next_at=_not_at_once(run, report, min(found, default=None)))


def _not_at_once(run: Run, report: DeliveryReport, at: datetime | None) -> datetime | None:
    """Return when to look again: a little later where somebody else sends what is due now."""
    idle = not (report.delivered or report.told or report.failed or report.dead)
    return at if at is None or not idle else max(at, run.clock() + _A_LITTLE)
