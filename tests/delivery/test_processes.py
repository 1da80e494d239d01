"""Several processes, and such as are killed: each message arrives, and in order."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from kamflow import Kamflow, system_clock
from kamflow.runtime.delivery import runs
from kamflow.runtime.delivery.options import DeliveryOptions
from kamflow.storage.endpoints import (
    EndpointSettings,
    Lease,
    add_endpoint,
    end_lease,
    renew_lease,
    take_lease,
)
from kamflow.storage.store import Store
from tests.builders import NOON, a_pack
from tests.delivery.receiver import Answer, Got, Receiver

ROOT = Path(__file__).parents[2]
DELIVERING = """
import sys
from kamflow import Kamflow
kam = Kamflow.open(sys.argv[1])
print(kam.deliver().delivered)
"""
FAST = DeliveryOptions(random=lambda: 0.0)


def filled(url: str, receiver: Receiver, number: int) -> Kamflow:
    """Open a database with so many messages about each of two accounts."""
    kam = Kamflow.open(url, clock=system_clock)
    kam.publish(a_pack("roles: {boss: {who: boss}}"), by="ann")
    kam.create_program("north", "North", by="ann")
    for name in ("acme", "bolt"):
        kam.create_account("north", name, name, by="ann")
    kam.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True)
    for place in range(number):
        for name in ("acme", "bolt"):
            assert kam.assign(f"north/{name}", "boss", f"p{place}", by="ann").accepted
    return kam


def another(url: str) -> subprocess.Popen[str]:
    """Start another process that delivers once."""
    return subprocess.Popen(
        [sys.executable, "-c", DELIVERING, url], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def in_order(ids: list[str]) -> bool:
    """Tell whether of each subject every message came, and none before a former one had come."""
    for name in ("acme", "bolt"):
        first = list(dict.fromkeys(item for item in ids if item.startswith(f"north/{name}/")))
        if first != [f"north/{name}/{number}" for number in range(2, 2 + len(first))]:
            return False
    return True


def test_what_a_killed_process_was_about_to_mark_is_sent_again_under_the_same_id(
    url: str, receiver: Receiver
) -> None:
    kam = filled(url, receiver, 6)
    killed: list[int] = []

    def kill(_got: Got) -> Answer:
        if len(receiver.got) == 5 and not killed:
            killed.append(running.pid)
            os.kill(running.pid, signal.SIGKILL)
        return Answer()

    receiver.answer = kill
    running = another(url)
    running.communicate(timeout=60)
    assert running.returncode == -signal.SIGKILL
    assert len(receiver.got) == 5

    assert kam.deliver(FAST).delivered == 12

    assert in_order(receiver.ids)
    assert set(receiver.ids[:5]) < set(receiver.ids[5:])
    assert len(set(receiver.ids)) == 12
    assert kam.deliveries() == []
    kam.close()


def test_two_processes_do_not_send_the_same(url: str, receiver: Receiver) -> None:
    kam = filled(url, receiver, 40)

    both = [another(url) for _ in range(2)]
    mine = kam.deliver(FAST).delivered
    told = [process.communicate(timeout=60)[0] for process in both]

    left = kam.deliver(FAST).delivered
    assert mine + left + sum(int(text) for text in told) == 80
    assert len(receiver.ids) == len(set(receiver.ids)) == 80
    assert in_order(receiver.ids)
    kam.close()


def test_a_lease_is_for_one_until_it_ends(store: Store) -> None:
    long, now = timedelta(seconds=60), NOON
    ours, theirs = (Lease(by=name, until=now + long) for name in ("a", "b"))

    def take(lease: Lease, at: datetime, *, gone: bool = False) -> bool:
        return store.alone(lambda link: take_lease(link, "erp", lease, at, lambda _by: gone))

    store.alone(lambda link: add_endpoint(link, "erp", EndpointSettings(), from_start=False))

    assert take(ours, now)
    assert not take(theirs, now + timedelta(seconds=59))
    assert take(ours, now + timedelta(seconds=59))
    assert take(theirs, now, gone=True)
    assert not store.alone(lambda link: renew_lease(link, "erp", ours))
    assert store.alone(lambda link: renew_lease(link, "erp", theirs))
    assert take(ours, now + long)
    store.alone(lambda link: end_lease(link, "erp", "a"))
    assert take(theirs, now)
    assert not store.alone(lambda link: take_lease(link, "crm", ours, now, lambda _by: False))


def test_a_process_that_has_ended_is_known_as_gone() -> None:
    machine, ours, _, _ = runs.identity().split("|")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()

    assert not runs.is_gone(runs.identity())
    assert runs.is_gone(f"{machine}|{ours}|another token")  # the same number, from before
    assert runs.is_gone(f"{machine}|{ended.pid}|x")
    assert not runs.is_gone(f"{machine}|{os.getppid()}|x")
    assert not runs.is_gone(f"another machine|{ended.pid}|x")
    assert not runs.is_gone("nonsense")


def test_one_who_is_dead_and_not_taken_notice_of_is_gone() -> None:
    machine = runs.identity().partition("|")[0]
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()  # its end
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert runs.is_gone(f"{machine}|{process.pid}|x")
