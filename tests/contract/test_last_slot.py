"""The last place of a sponsor is given once, whoever writes at the same time and however often.

Real threads with stores of their own, and real processes; SQLite and PostgreSQL. Source: SC-05.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest

from kamflow import Kamflow, fixed_clock
from kamflow.engine.evolve import evolve
from kamflow.model.decision import Decision
from kamflow.model.events import Recorded, StageEntered
from kamflow.storage.store import Store
from tests.builders import NOON, assigned_roles, shipped_pack, stated
from tests.chaos.processes import run_all
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts

WRITERS = 4
ROUNDS = 6
GUARDED: Facts = {"account.revenue_share_pct": 21}  # a guard fails, so people decide

UNBLOCKED: Facts = {"account.compliance_block": False, "account.credit_block": False}


class Desk:
    """Work on one database, at an instant that the test moves."""

    def __init__(self, url: str) -> None:
        self.url, self.now = url, NOON
        self.kam = self.again()

    def again(self) -> Kamflow:
        """Return a store of its own, as another process has it."""
        return Kamflow.open(self.url, clock=lambda: self.now)

    def found(self) -> None:
        """Begin a program in normal business, with every role held by somebody of that name."""
        self.kam.publish(shipped_pack(), by="publisher")
        self.kam.create_program("north", "North", by="program_manager")
        for role in assigned_roles(shipped_pack()):
            self.kam.assign("north", role, role, by="program_manager")
        store = Store(self.url)
        with store.writing() as transaction:
            before = transaction.load("north")
            assert before is not None
            recorded = Recorded(
                instance="north",
                sequence=before.sequence + 1,
                at=self.now,
                actor="test",
                pack=before.pack,
                event=StageEntered(
                    transition="T", trigger="t", left=before.stage, stage="optimize"
                ),
            )
            after = evolve(before, recorded)
            transaction.append(Decision(accepted=True, events=(recorded,), snapshot=after))
        store.close()
        self.record("north", {"program.customer_count": 1_000})

    def record(self, subject: str, facts: Facts) -> None:
        told = stated(shipped_pack(), facts, self.now)
        decision = self.kam.record_facts(subject, told, by="recorder")
        assert decision.accepted, decision.reasons

    def nominate(self, name: str, sponsor: str, capacity: int, *facts: Facts) -> str:
        """Enter an account of a sponsor who has so many places."""
        self.kam.create_account("north", name, name.title(), by="nominator")
        people: Facts = {"account.kam": f"kam-of-{sponsor}", "account.sponsor": sponsor}
        places: Facts = {"account.sponsor_capacity": capacity}
        parts: tuple[Facts, ...] = ({"account.kam": "kam"}, ADMISSION, people, places, *facts)
        for part in parts:
            self.record(f"north/{name}", part)
        return f"north/{name}"

    def admit(self, account: str) -> None:
        assert self.kam.request(account, "admit", by="program_office").accepted

    def standing(self, accounts: Sequence[str]) -> Counter[tuple[str, str | None]]:
        """Return how many accounts stand where, and why those who are candidates wait."""
        return Counter(
            (
                found.stage,
                next(i.value for i in found.facts if i.name == "account.candidate_status"),
            )
            for found in map(self.kam.subject, accounts)
        )

    def load(self, account: str) -> str | None:
        facts = self.kam.subject(account).facts
        return next(item.value for item in facts if item.name == "account.sponsor_load")


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    desk = Desk(url)
    desk.found()
    yield desk
    desk.kam.close()


def at_once(desk: Desk, works: Sequence[Callable[[Kamflow], object]]) -> None:
    """Do each work in a thread with a store of its own, all at the same moment."""
    start = Barrier(len(works))

    def run(work: Callable[[Kamflow], object]) -> None:
        own = desk.again()
        start.wait()
        try:
            work(own)
        finally:
            own.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


def admitting(account: str, kam: Kamflow) -> None:
    assert kam.request(account, "admit", by="program_office").accepted


def in_a_process(url: str, account: str, now: datetime) -> None:
    own = Kamflow.open(url, clock=fixed_clock(now))
    admitting(account, own)
    own.close()


WAITING = ("candidate", "waitlist")


def test_of_several_threads_one_reserves_the_last_place(desk: Desk) -> None:
    for number in range(ROUNDS):
        accounts = [
            desk.nominate(f"a{number}-{writer}", f"sponsor-{number}", 1, SCORES, GUARDED)
            for writer in range(WRITERS)
        ]

        at_once(desk, [partial(admitting, account) for account in accounts])

        assert desk.standing(accounts) == {("selection", None): 1, WAITING: WRITERS - 1}
        assert desk.load(accounts[0]) == "1"


def test_of_several_threads_one_is_designated_at_once(desk: Desk) -> None:
    for number in range(ROUNDS):
        accounts = [
            desk.nominate(f"a{number}-{writer}", f"sponsor-{number}", 2, SCORES)
            for writer in range(WRITERS)
        ]

        at_once(desk, [partial(admitting, account) for account in accounts])

        assert desk.standing(accounts) == {("planning", None): 2, WAITING: WRITERS - 2}


def test_of_several_processes_one_reserves_the_last_place(desk: Desk) -> None:
    for number in range(ROUNDS // 2):
        accounts = [
            desk.nominate(f"a{number}-{writer}", f"sponsor-{number}", 1, SCORES, GUARDED)
            for writer in range(WRITERS)
        ]

        run_all([partial(in_a_process, desk.url, account, desk.now) for account in accounts])

        assert desk.standing(accounts) == {("selection", None): 1, WAITING: WRITERS - 1}
        assert desk.load(accounts[0]) == "1"


def test_a_place_whose_reservation_ran_out_is_taken_once(desk: Desk) -> None:
    idle = [desk.nominate(f"idle-{number}", f"sponsor-{number}", 1) for number in range(ROUNDS)]
    for account in idle:
        desk.admit(account)
    desk.now += timedelta(days=31)
    desk.record("north", {"program.customer_count": 1_000})

    for number, holder in enumerate(idle):
        accounts = [
            desk.nominate(f"a{number}-{writer}", f"sponsor-{number}", 1, SCORES, GUARDED)
            for writer in range(WRITERS - 1)
        ]
        again = partial(reserving, holder)

        at_once(desk, [again, *(partial(admitting, account) for account in accounts)])

        stands = desk.standing(accounts)
        assert stands["selection", None] in (0, 1)  # none when the first one was quicker
        assert stands[WAITING] == len(accounts) - stands["selection", None]
        assert desk.load(holder) == "1"


def reserving(account: str, kam: Kamflow) -> None:
    kam.request(account, "reserve", by="program_office")


def test_the_last_votes_on_two_accounts_give_one_of_them_the_last_place(desk: Desk) -> None:
    for number in range(ROUNDS):
        sponsor = f"sponsor-{number}"
        pair = [
            desk.nominate(f"{name}-{number}", sponsor, 2, SCORES, GUARDED) for name in ("a", "b")
        ]
        for account in pair:
            desk.admit(account)
        desk.now += timedelta(days=31)  # nothing is reserved any more
        desk.record("north", {"program.customer_count": 1_000})
        third = desk.nominate(f"c-{number}", sponsor, 2, SCORES)
        for account in pair:
            for part in (UNBLOCKED, {**SCORES, **GUARDED}):
                desk.record(account, part)
        desk.admit(third)
        assert desk.standing([third, *pair]) == {("planning", None): 1, ("selection", None): 2}
        votes = (item for item in desk.kam.inbox() if item.task == "vote")
        waiting = {item.subject: item.id for item in votes if item.subject in pair}
        for account in pair:
            assert desk.kam.vote(waiting[account], "approve", by="program_manager").accepted

        at_once(desk, [partial(voting, waiting[account]) for account in pair])

        for account in pair:
            desk.record(account, {"account.complexity_score": 4})
        assert desk.standing([third, *pair]) == {("planning", None): 2, WAITING: 1}
        assert desk.load(third) == "2"


def voting(approval: str, kam: Kamflow) -> None:
    kam.vote(approval, "approve", by="sales_leader")


def test_places_that_are_freed_at_once_are_offered_once_each(desk: Desk) -> None:
    for number in range(ROUNDS // 2):
        sponsor = f"sponsor-{number}"
        held = [desk.nominate(f"h{number}-{one}", sponsor, 2, SCORES) for one in range(2)]
        wait = [desk.nominate(f"w{number}-{one}", sponsor, 2, SCORES, GUARDED) for one in range(4)]
        for account in (*held, *wait):
            desk.admit(account)
        assert desk.standing(wait) == {WAITING: 4}

        at_once(desk, [partial(leaving, account) for account in held])

        assert desk.standing(wait) == {("selection", None): 2, WAITING: 2}
        assert desk.load(wait[0]) == "2"


def leaving(account: str, kam: Kamflow) -> None:
    """Give the account to another sponsor, which frees a place of the one it had."""
    facts: Facts = {"account.sponsor": "somebody else"}
    kam.record_facts(account, stated(shipped_pack(), facts, NOON), by="recorder")
