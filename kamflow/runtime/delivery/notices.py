"""Tells people what concerns them: at once or in digests, never in quiet hours, nothing twice.

A message for people first waits until they may be told. Then it becomes a delivery for each person
who is to know of it by that time, and those of one person are sent as one letter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import msgspec
from msgspec.structs import replace

from kamflow.errors import NotFoundError
from kamflow.runtime.delivery.audience import Case, Told, audience
from kamflow.runtime.delivery.letters import Item, Letter, letter_to, notice_of
from kamflow.runtime.delivery.mailing import mail_address, send_text
from kamflow.runtime.delivery.options import DeliveryAttempt, DeliveryReport
from kamflow.runtime.delivery.quiet import after_quiet, told_at
from kamflow.runtime.delivery.retrying import after, dead_words
from kamflow.runtime.delivery.runs import Run
from kamflow.runtime.delivery.words import calendar_of
from kamflow.runtime.session import Session
from kamflow.storage import deliveries as kept
from kamflow.storage.contacts import contacts_of
from kamflow.storage.deliveries import DEAD, Delivery, due_of_any, messages_of
from kamflow.storage.endpoints import PEOPLE, renew_lease
from kamflow.storage.links import Link
from kamflow.storage.messages import Message
from kamflow.storage.people import all_people

_AT_ONCE = 200  # messages
_URGENT = ("critical",)  # severities of which people hear at once
_URGENT_TYPES = ("kamflow.escalation.raised", "kamflow.escalation.worsened")
_PREFIX = f"{PEOPLE}/"


def tell_due(run: Run) -> DeliveryReport:
    """Tell people what they may be told now."""
    if not _has_due(run) or not run.take(PEOPLE):
        return DeliveryReport()
    done = _Done()
    try:
        while not run.over() and _address(run):
            run.write(lambda link: renew_lease(link, PEOPLE, run.lease()))
        while not run.over() and _tell_some(run, done):
            pass
    finally:
        run.give_back(PEOPLE)
    return done.report()


@dataclass(slots=True)
class _Done:
    """What a run has done so far."""

    told: int = 0
    failed: int = 0
    dead: int = 0
    unreachable: set[str] = field(default_factory=set)
    problems: dict[str, None] = field(default_factory=dict)

    def report(self) -> DeliveryReport:
        """Return it as a value."""
        return DeliveryReport(
            told=self.told,
            failed=self.failed,
            dead=self.dead,
            unreachable=tuple(sorted(self.unreachable)),
            problems=tuple(self.problems),
        )


def _has_due(run: Run) -> bool:
    now = run.clock()
    with run.store.linked() as link:
        return any(due_of_any(link, name, now, 1) for name in (PEOPLE, f"{_PREFIX}%"))


# ---------------------------------------------------------------------------- who and when


def _address(run: Run) -> bool:
    """Find out for some messages who gets them and when; tell whether there were any."""
    now = run.clock()
    with run.store.linked() as link:
        due = due_of_any(link, PEOPLE, now, _AT_ONCE)
        found = messages_of(link, [item.number for item in due])
    later: list[Delivery] = []
    for_persons: list[Delivery] = []
    with run.reading() as session:
        case_of = _Cases(session)
        for item in due:
            case = case_of(found.get(item.number))
            if case is None:
                continue
            at = _when(case, now)
            if at > now:
                later.append(replace(item, next_at=at))
            else:
                for_persons += _persons(case, item, now)
    held = {item.number for item in later}
    over = [item for item in due if item.number not in held]

    def keep(link: Link) -> None:
        kept.change_deliveries(link, later)
        kept.add_deliveries(link, for_persons)
        kept.end_deliveries(link, over)

    if due:
        run.write(keep)
    return bool(due)


def _when(case: Case, now: datetime) -> datetime:
    """Return when people may be told: `now`, or a later instant."""
    if is_urgent(case):
        return now
    policy, calendar = case.compiled.pack.notifying, calendar_of(case)
    at = told_at(policy, calendar, case.message.time)
    return at if at > now else after_quiet(policy, calendar, now)


def is_urgent(case: Case) -> bool:
    """Tell whether people hear of a message at once, be it day or night.

    The text of the policy says so. Without one, what is critical is urgent.
    """
    notice = notice_of(case)
    if notice is not None and notice.urgent is not None:
        return notice.urgent
    return case.message.type in _URGENT_TYPES and case.event.get("severity") in _URGENT


def _persons(case: Case, item: Delivery, now: datetime) -> list[Delivery]:
    return [
        Delivery(
            endpoint=f"{_PREFIX}{person}",
            number=item.number,
            subject=item.subject,
            next_at=now,
            detail=msgspec.json.encode(why),
        )
        for person, why in (audience(case) or {}).items()
    ]


class _Cases:
    """Messages with what is known of their subjects; each subject is looked at once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._views: dict[str, Callable[[Message], Case] | None] = {}

    def __call__(self, message: Message | None) -> Case | None:
        """Return a message with its subject; nothing when it was removed."""
        if message is None:
            return None
        if message.subject not in self._views:
            self._views[message.subject] = self._look(message.subject)
        make = self._views[message.subject]
        return None if make is None else make(message)

    def _look(self, subject: str) -> Callable[[Message], Case] | None:
        try:
            compiled, view = self._session.view(self._session.find(subject))
        except NotFoundError:
            return None
        history = self._session.transaction.history
        return lambda message: Case(message=message, compiled=compiled, view=view, history=history)


# ---------------------------------------------------------------------------- letters


def _tell_some(run: Run, done: _Done) -> bool:
    """Write to those to whom something is due; tell whether there was anybody."""
    now = run.clock()
    with run.store.linked() as link:
        due = due_of_any(link, f"{_PREFIX}%", now, _AT_ONCE)
        found = messages_of(link, sorted({item.number for item in due}))
    for endpoint, group in groupby(due, key=lambda item: item.endpoint):
        items = list(group)
        person = endpoint.removeprefix(_PREFIX)
        with run.store.linked() as link:
            urls = _addresses(link, person, run.options.mail)
        letter = _letter(run, person, items, found) if urls else None
        if letter is not None:
            done.problems |= dict.fromkeys(letter.problems)
            _send(run, done, items, letter, urls)
        else:
            done.unreachable |= set() if urls else {person}
            run.write(lambda link, over=items: kept.end_deliveries(link, over))  # type: ignore[misc]
        if run.over():
            break
    return bool(due)


def _letter(
    run: Run, person: str, items: list[Delivery], found: dict[int, Message]
) -> Letter | None:
    with run.reading() as session:
        case_of = _Cases(session)
        told = [
            Item(case=case, told=msgspec.json.decode(item.detail, type=Told))
            for item in items
            if (case := case_of(found.get(item.number))) is not None
        ]
        return letter_to(person, told, link_base=run.options.link_base) if told else None


def _addresses(link: Link, person: str, server: str) -> tuple[str, ...]:
    """Return where a person is told things; the mail address counts when there is nothing else."""
    own = contacts_of(link, person)
    if own or not server:
        return own
    mails = [item.mail for item in all_people(link) if item.id == person and item.mail]
    return tuple(mail_address(server, mail) for mail in mails)


def _send(
    run: Run, done: _Done, items: list[Delivery], letter: Letter, urls: tuple[str, ...]
) -> None:
    """Send a letter to all addresses of a person; it has arrived when one of them took it."""
    errors = [error for error in (send_text(url, letter.text) for url in urls) if error]
    if len(errors) < len(urls):
        done.told += 1
        done.problems |= dict.fromkeys(errors)
        _mark(run, [], items)
        return
    attempt = DeliveryAttempt(arrived=False, error="; ".join(errors))
    now = run.clock()
    # One wait for all of them, so that they stay together.
    first = after(max(items, key=lambda item: item.attempts), attempt, now, run.options)
    failed = [
        replace(
            item,
            attempts=first.attempts,
            state=first.state,
            next_at=first.next_at,
            tried_at=now,
            error=first.error,
        )
        for item in items
    ]
    dead = [item for item in failed if item.state == DEAD]
    done.dead += len(dead)
    done.failed += len(failed) - len(dead)
    done.problems |= dict.fromkeys(map(dead_words, dead))
    _mark(run, failed, [])


def _mark(run: Run, failed: list[Delivery], over: list[Delivery]) -> None:
    def keep(link: Link) -> None:
        kept.change_deliveries(link, failed)
        kept.end_deliveries(link, over)
        renew_lease(link, PEOPLE, run.lease())

    run.write(keep)
