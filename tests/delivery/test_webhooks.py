"""Messages to an endpoint: signed, limited in time, in order, again and again until they arrive."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from kamflow import DatabaseError, Kamflow
from kamflow.runtime.delivery.options import DeliveryOptions, DeliveryReport
from tests.delivery.office import HandClock
from tests.delivery.receiver import Answer, Answering, Got, Receiver

AT_ONCE = DeliveryOptions(random=lambda: 0.0, timeout_s=1.0)
LATE = DeliveryOptions(random=lambda: 1.0, timeout_s=1.0)


def connect(
    kam: Kamflow, receiver: Receiver, name: str = "erp", *, from_start: bool = False
) -> str:
    return kam.add_endpoint(
        name, receiver.url, allow_http=True, allow_private=True, from_start=from_start
    )


def tell(kam: Kamflow, *people: str, subject: str = "north/acme") -> None:
    """Let messages about a subject arise, one for each person."""
    for person in people:
        assert kam.assign(subject, "boss", person, by="ann").accepted


def people_told(receiver: Receiver) -> list[str]:
    return [json.loads(item.body)["data"]["person"] for item in receiver.got]


def failing(*people: str) -> Answering:
    """Return what fails for messages about some people."""

    def answered(got: Got) -> Answer:
        return Answer(500) if json.loads(got.body)["data"].get("person") in people else Answer()

    return answered


# ---------------------------------------------------------------------------- what is sent


def test_a_message_is_a_cloud_event_in_structured_mode(kam: Kamflow, receiver: Receiver) -> None:
    connect(kam, receiver)
    tell(kam, "ben")

    report = kam.deliver(AT_ONCE)

    (got,) = receiver.got
    assert report == DeliveryReport(delivered=1)
    assert got.path == "/hook"
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert json.loads(got.body) == json.loads(json.dumps(kam.outbox()[-1].envelope()))
    assert got.headers["webhook-id"] == "north/acme/2"
    assert kam.deliveries() == []


def test_it_is_signed_as_standard_webhooks_say(small: Kamflow, receiver: Receiver) -> None:
    small._clock = lambda: datetime.now(UTC)  # noqa: SLF001, TID251 - the library looks at the time
    secret = connect(small, receiver)
    tell(small, "ben")

    small.deliver(AT_ONCE)

    (got,) = receiver.got
    assert Webhook(secret).verify(got.body, got.headers)["subject"] == "north/acme"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)


def test_while_secrets_are_exchanged_both_sign(small: Kamflow, receiver: Receiver) -> None:
    small._clock = lambda: datetime.now(UTC)  # noqa: SLF001, TID251 - as above
    secrets = [connect(small, receiver), small.rotate_endpoint("erp"), small.rotate_endpoint("erp")]
    tell(small, "ben")

    small.deliver(AT_ONCE)

    (got,) = receiver.got
    assert len(set(secrets)) == 3
    for secret in secrets[1:]:
        Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(got.body, got.headers)


def test_only_what_is_wanted_is_sent(kam: Kamflow, receiver: Receiver) -> None:
    options: dict[str, Any] = {"allow_http": True, "allow_private": True}
    kam.add_endpoint("stages", receiver.url, types=["kamflow.stage.*"], **options)
    kam.add_endpoint("bolt", receiver.url, subjects=["bolt"], **options)
    kam.add_endpoint("north", receiver.url, subjects=["north"], types=["*.assigned"], **options)
    tell(kam, "ben")
    tell(kam, "cid", subject="north/bolt")
    kam.request("north/acme", "plan", by="ann")

    kam.deliver(AT_ONCE)

    told = sorted(
        (json.loads(item.body)["type"], item.headers["webhook-id"]) for item in receiver.got
    )
    assert told == [
        ("kamflow.role.assigned", "north/acme/2"),
        ("kamflow.role.assigned", "north/bolt/2"),
        ("kamflow.role.assigned", "north/bolt/2"),
        ("kamflow.stage.entered", "north/acme/3"),
    ]


def test_what_was_decided_before_is_sent_where_that_is_asked_for(
    kam: Kamflow, receiver: Receiver
) -> None:
    connect(kam, receiver, "new")
    kam.deliver(AT_ONCE)
    assert receiver.got == []

    connect(kam, receiver, "old", from_start=True)
    kam.deliver(AT_ONCE)

    assert receiver.ids == ["north/1", "north/acme/1", "north/bolt/1"]


# ---------------------------------------------------------------------------- what goes wrong


def test_a_message_that_fails_is_sent_again_with_the_same_id(
    kam: Kamflow, receiver: Receiver, clock: HandClock
) -> None:
    connect(kam, receiver)
    tell(kam, "ben")
    receiver.answer = lambda _got: Answer(500, body=b"no   space\nleft")

    report = kam.deliver(LATE)

    (entry,) = kam.deliveries()
    assert (report.failed, report.delivered) == (1, 0)
    assert (entry.id, entry.attempts, entry.state) == (f"erp:{entry.number}", 1, "waiting")
    assert entry.error == "it answered 500: no space left"
    assert entry.next_at == report.next_at
    receiver.answer = lambda _got: Answer()
    assert kam.deliver(LATE).delivered == 0  # not yet
    clock.forward(seconds=30)
    assert kam.deliver(LATE).delivered == 1
    assert receiver.ids == ["north/acme/2"] * 2


def test_a_subject_waits_for_its_first_message_and_others_go_on(
    kam: Kamflow, receiver: Receiver, clock: HandClock
) -> None:
    connect(kam, receiver)
    tell(kam, "ben", "cid", "dan")
    tell(kam, "eve", "fay", subject="north/bolt")
    receiver.answer = failing("cid")

    kam.deliver(LATE)
    assert people_told(receiver) == ["ben", "cid", "eve", "fay"]
    assert [item.attempts for item in kam.deliveries()] == [1, 0]

    receiver.answer = lambda _got: Answer()
    clock.forward(seconds=31)
    kam.deliver(LATE)

    assert people_told(receiver)[4:] == ["cid", "dan"]


def test_a_message_is_given_up_after_so_many_attempts_and_its_subject_goes_on(
    kam: Kamflow, receiver: Receiver, clock: HandClock
) -> None:
    connect(kam, receiver)
    tell(kam, "ben", "cid")
    receiver.answer = failing("ben")

    reports = []
    for _ in range(12):
        reports.append(kam.deliver(AT_ONCE))
        clock.forward(days=1)

    assert [item.failed for item in reports] == [1] * 11 + [0]
    assert (reports[-1].dead, reports[-1].delivered) == (1, 1)
    assert people_told(receiver) == ["ben"] * 12 + ["cid"]
    (dead,) = kam.deliveries(dead=True)
    assert dead.envelope is not None
    assert dead.envelope["data"]["person"] == "ben"
    assert reports[-1].problems == (f"`{dead.id}` is dead after 12 attempts: it answered 500",)
    assert kam.deliveries(dead=False) == []


def test_a_dead_message_is_replayed_or_dropped(kam: Kamflow, receiver: Receiver) -> None:
    connect(kam, receiver)
    tell(kam, "ben", "cid")
    receiver.answer = lambda _got: Answer(500)
    once = DeliveryOptions(attempts=1)
    kam.deliver(once)
    first, second = kam.deliveries(dead=True)
    receiver.answer = lambda _got: Answer()

    kam.replay_delivery(first.id)
    kam.drop_delivery(second.id)
    kam.deliver(once)

    assert people_told(receiver) == ["ben", "cid", "ben"]
    assert kam.deliveries() == []


def test_a_pause_that_is_asked_for_is_kept(
    kam: Kamflow, receiver: Receiver, clock: HandClock
) -> None:
    connect(kam, receiver)
    tell(kam, "ben")
    tell(kam, "cid", subject="north/bolt")
    receiver.answer = lambda _got: Answer(429, (("Retry-After", "600"),))

    report = kam.deliver(AT_ONCE)
    receiver.answer = lambda _got: Answer()
    clock.forward(seconds=599)
    kam.deliver(AT_ONCE)
    assert len(receiver.got) == 1
    assert report.next_at is not None
    assert (report.next_at - clock.at).total_seconds() == 1

    clock.forward(seconds=1)
    kam.deliver(AT_ONCE)

    assert people_told(receiver) == ["ben", "ben", "cid"]


def test_an_endpoint_that_is_gone_is_disabled_until_somebody_enables_it(
    kam: Kamflow, receiver: Receiver
) -> None:
    connect(kam, receiver)
    tell(kam, "ben", "cid")
    receiver.answer = lambda _got: Answer(410)

    report = kam.deliver(AT_ONCE)
    kam.deliver(AT_ONCE)

    assert len(receiver.got) == 1
    assert report.problems == (
        "endpoint `erp` is disabled: it answered 410: it wants nothing any more",
    )
    assert kam.endpoints()[0].disabled == "it answered 410: it wants nothing any more"
    receiver.answer = lambda _got: Answer()
    kam.enable_endpoint("erp")
    assert kam.deliver(AT_ONCE).delivered == 2


def test_a_redirect_is_a_failure_that_says_so(small: Kamflow, receiver: Receiver) -> None:
    connect(small, receiver)
    tell(small, "ben")
    elsewhere = (("Location", "http://169.254.169.254/latest/meta-data"),)
    receiver.answer = lambda _got: Answer(302, elsewhere)

    small.deliver(LATE)

    (entry,) = small.deliveries()
    assert len(receiver.got) == 1
    assert entry.error == (
        "it answered 302: a redirect to http://169.254.169.254/latest/meta-data, which is not "
        "followed; add the endpoint again with the new address"
    )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(hangs=True), "it did not answer in time"),
        (Answer(drips=True), "it did not answer in time"),
        (Answer(breaks=True), "no answer: Server disconnected without sending a response."),
    ],
)
def test_a_receiver_that_gives_no_answer_costs_a_limited_time(
    answer: Answer, error: str, small: Kamflow, receiver: Receiver
) -> None:
    connect(small, receiver)
    tell(small, "ben")
    receiver.answer = lambda _got: answer

    report = small.deliver(DeliveryOptions(timeout_s=0.2))

    assert report.failed == 1
    assert [item.error for item in small.deliveries()] == [error]


def test_an_answer_is_read_up_to_a_limit(small: Kamflow, receiver: Receiver) -> None:
    connect(small, receiver)
    tell(small, "ben")
    receiver.answer = lambda _got: Answer(500, body=b"x" * 5_000_000)

    small.deliver(LATE)

    (entry,) = small.deliveries()
    assert entry.error == f"it answered 500: {'x' * 200}..."


def test_nobody_there_lets_the_endpoint_rest_and_others_get_theirs(
    small: Kamflow, receiver: Receiver, clock: HandClock
) -> None:
    small.add_endpoint("closed", "http://127.0.0.1:9/", allow_http=True, allow_private=True)
    connect(small, receiver)
    for number in range(5):
        small.create_account("north", f"a{number}", "A", by="ann")

    report = small.deliver(AT_ONCE)

    assert (report.delivered, report.failed) == (5, 3)
    (closed, _) = small.endpoints()
    assert closed.rest_until is not None
    assert (closed.rest_until - clock.at).total_seconds() == 30
    assert report.next_at == closed.rest_until


def test_a_run_that_is_to_stop_begins_nothing_more(small: Kamflow, receiver: Receiver) -> None:
    connect(small, receiver)
    tell(small, "ben", "cid", "dan")

    report = small.deliver(AT_ONCE, stop=lambda: len(receiver.got) == 2)
    assert report.delivered == 2

    assert small.deliver(AT_ONCE).delivered == 1
    assert people_told(receiver) == ["ben", "cid", "dan"]


def test_a_test_message_says_how_it_was_taken(small: Kamflow, receiver: Receiver) -> None:
    connect(small, receiver)

    good = small.test_endpoint("erp")
    receiver.answer = lambda _got: Answer(401)
    bad = small.test_endpoint("erp")

    assert (good.arrived, good.status) == (True, 204)
    assert (bad.arrived, bad.error) == (False, "it answered 401")
    assert json.loads(receiver.got[0].body)["type"] == "kamflow.endpoint.tested"
    assert small.deliveries() == []


def test_inside_the_transaction_of_a_host_nothing_is_delivered(
    tmp_path: Path, clock: HandClock, small: Kamflow
) -> None:
    with sqlite3.connect(tmp_path / "small.db", isolation_level=None) as connection:
        connection.execute("BEGIN")
        bound = Kamflow.bound_to(connection, clock=clock)

        with pytest.raises(DatabaseError, match="opened on its own"):
            bound.deliver(AT_ONCE)
        connection.execute("ROLLBACK")
    connection.close()
    assert small.endpoints() == []


def test_two_threads_do_not_send_the_same(small: Kamflow, receiver: Receiver) -> None:
    connect(small, receiver)
    tell(small, *(f"p{number}" for number in range(30)))
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: small.deliver(AT_ONCE), range(3)))

    left = small.deliver(AT_ONCE).delivered

    assert sum(item.delivered for item in reports) + left == 30
    assert people_told(receiver) == [f"p{number}" for number in range(30)]
