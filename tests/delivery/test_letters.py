"""What letters to people cannot do: forge lines, give secrets away, or fail without a reason."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from kamflow import InputError, Kamflow
from kamflow.runtime.delivery.options import DeliveryOptions
from tests.delivery.mailbox import Mailbox, mailbox
from tests.delivery.office import HandClock, an_office
from tests.delivery.receiver import Answer, Receiver

TEXTS = """
notifying:
  notices:
    kamflow.escalation.raised:
      title: "{{ subject.name }}"
      body: "{% for a in 'aaaaaaaaaa' %}{{ a | truncate(-1) }}{% endfor %}"
"""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as it:
        yield it


@pytest.fixture
def office(tmp_path: Path, clock: HandClock) -> Iterator[Kamflow]:
    kam = an_office(f"sqlite:///{tmp_path}/office.db", clock, TEXTS)
    yield kam
    kam.close()


def lack(kam: Kamflow, name: str) -> None:
    """Let something be escalated for a new account."""
    kam.create_account("north", "odd", name, by="ann")
    told = kam.record_facts("north/odd", {"account.kam": "kim", "account.n": 2}, by="ann")
    assert told.accepted


def test_a_name_is_one_line_wherever_it_stands(office: Kamflow, box: Mailbox) -> None:
    office.set_contacts("kim", [box.address("kim")])
    lack(office, "Odd\r\nBcc: eve@example.org\r\n\r\nYour password is over")

    report = office.deliver()

    ((to, mail),) = box.got
    lines = box.text().splitlines()
    assert (to, mail["bcc"]) == (["kim@example.org"], None)
    assert not any(line.startswith(("Bcc:", "Your password")) for line in lines)
    assert any("Odd Bcc: eve@example.org Your password is over" in line for line in lines)
    (problem,) = report.problems
    assert problem.endswith("cannot be used: expected length >= 3, got -1")


def test_the_reason_of_a_failure_is_told_without_what_is_secret(
    office: Kamflow, receiver: Receiver
) -> None:
    receiver.answer = lambda _got: Answer(503, body=b"no: Pa55word")
    place = receiver.url.removeprefix("http://")
    office.set_contacts("kim", [f"json://kim:Pa55word@{place}/t0ken"])
    lack(office, "Odd")

    office.deliver(DeliveryOptions(random=lambda: 0.0))

    errors = {item.error for item in office.deliveries(endpoint="people/kim")}
    (error,) = errors
    assert error.startswith("json://...: Failed to send JSON")
    assert "503" in error
    assert "Pa55word" not in error
    assert "t0ken" not in error


def test_what_is_secret_is_not_logged_either(
    office: Kamflow, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    place = receiver.url.removeprefix("http://")
    with caplog.at_level(logging.DEBUG):
        office.set_contacts("kim", [f"json://kim:Pa55word@{place}/t0ken"])
        lack(office, "Odd")
        assert office.deliver().told == 1

    assert "Pa55word" not in caplog.text
    assert "t0ken" not in caplog.text
    assert logging.getLogger("apprise").propagate


def test_nobody_at_home_is_told_as_such(office: Kamflow) -> None:
    office.set_contacts("kim", ["mailto://kim:Pa55word@127.0.0.1:9?from=a@b.org&to=kim@b.org"])
    lack(office, "Odd")

    office.deliver()

    errors = {item.error for item in office.deliveries(endpoint="people/kim")}
    assert errors == {'mailto://kim@b.org: Connection error while submitting email to "127.0.0.1"'}


@pytest.mark.parametrize(
    "server", ["nonsense", "kam:Pa55word@example.org", "json://127.0.0.1", "mailto://127.0.0.1"]
)
def test_a_mail_server_that_is_none_is_refused_without_repeating_it(
    server: str, office: Kamflow
) -> None:
    with pytest.raises(InputError, match="the mail server cannot be used") as caught:
        office.deliver(DeliveryOptions(mail=server))

    assert server not in str(caught.value)


def test_what_failed_goes_with_the_address_of_who_is_erased(office: Kamflow) -> None:
    office.set_contacts("kim", ["mailto://127.0.0.1:9?from=a@b.org&to=kim@b.org"])
    lack(office, "Odd")
    office.deliver(DeliveryOptions(attempts=1))
    assert "kim@b.org" in {item.error for item in office.deliveries(dead=True)}.pop()

    office.erase_person("kim")

    assert office.deliveries() == []


@pytest.mark.parametrize("person", ["", " ", "kim\nbob", "service:crm", "k" * 500])
def test_addresses_are_those_of_somebody(person: str, office: Kamflow) -> None:
    with pytest.raises(InputError):
        office.set_contacts(person, ["json://127.0.0.1:9"])

    assert office.contacts() == []
