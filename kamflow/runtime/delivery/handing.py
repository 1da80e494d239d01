"""Gives new messages to those who want them: a row for each, in short transactions."""

import time
from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial

from kamflow.runtime.delivery.audience import is_for_people
from kamflow.runtime.delivery.runs import Run
from kamflow.storage.deliveries import Head, hand_out, new_heads
from kamflow.storage.endpoints import PEOPLE, Endpoint, EndpointSettings, all_endpoints
from kamflow.storage.gaps import has_gaps, have_ended, up_to_gap, writers_mark
from kamflow.storage.links import Link

_TAKEN_S = 0.02  # longer than it takes from a number to the row that has it


def hand_out_new(run: Run) -> list[Endpoint]:
    """Hand out all new messages; return the receivers to which something may be sent."""
    while True:
        with run.store.linked() as link:
            enabled = [item for item in all_endpoints(link) if item.disabled is None]
            new = {item.id: new_heads(link, item.cursor) for item in enabled}
        if any(has_gaps(heads, item.cursor) for item in enabled if (heads := new[item.id])):
            new = _without_gaps(run, enabled, new)
        given = [(item, new[item.id]) for item in enabled if new[item.id]]
        if not given or run.over():
            return enabled
        run.write(partial(_hand, given=given))


def _hand(link: Link, given: list[tuple[Endpoint, list[Head]]]) -> None:
    for item, heads in given:
        hand_out(link, item, heads, wanted_by(item))


def _without_gaps(
    run: Run, enabled: list[Endpoint], new: dict[str, list[Head]]
) -> dict[str, list[Head]]:
    """Return new messages as far as no smaller number can come any more.

    Who writes at the same time may have taken a number and not kept it yet. A number that is
    missing when all of them have ended was taken back, and is passed by.
    """
    time.sleep(_TAKEN_S)
    with run.store.linked() as link:
        mark = writers_mark(link)
    with run.store.linked() as link:
        if not have_ended(link, mark):
            return {i.id: up_to_gap(new[i.id], i.cursor) for i in enabled}
        last = {name: heads[-1].number for name, heads in new.items() if heads}
        found = {i.id: new_heads(link, i.cursor) for i in enabled}
    return {
        name: [head for head in heads if head.number <= last.get(name, 0)]
        for name, heads in found.items()
    }


def wanted_by(endpoint: Endpoint) -> Callable[[Head], datetime | None]:
    """Return what says when a receiver wants a message: at once, or not at all."""
    if endpoint.id == PEOPLE:
        return lambda head: head.at if is_for_people(head.type) else None
    return lambda head: head.at if wants(endpoint.settings, head.type, head.subject) else None


def wants(settings: EndpointSettings, kind: str, subject: str) -> bool:
    """Tell whether messages of a type and about a subject are wanted."""
    if settings.types and not any(fnmatchcase(kind, item) for item in settings.types):
        return False
    return not settings.subjects or any(
        subject == item or subject.startswith(f"{item}/") for item in settings.subjects
    )
