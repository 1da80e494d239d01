"""People hear of what concerns them: why, where to look, nothing twice, and not at night."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kamflow import AlreadyExistsError, InputError, Kamflow
from kamflow.runtime.delivery.options import DeliveryOptions
from tests.delivery.mailbox import Mailbox, mailbox
from tests.delivery.office import ACME, HandClock, an_office

OPTIONS = DeliveryOptions(link_base="https://kam.example.org/", random=lambda: 1.0)
TUESDAY_NIGHT = datetime(2026, 4, 14, 20, 30, tzinfo=UTC)  # 22:30 in Berlin

QUIET = 'notifying: {quiet: {from: "19:00", to: "07:00"}}'
DAILY = 'notifying: {quiet: {from: "19:00", to: "07:00"}, digest: daily at 08:00}'
TEXTS = """
notifying:
  notices:
    kamflow.escalation.raised:
      title: "{{ rule.id }} at {{ subject.name }}"
      body: "Dear {{ person }}: {% for k, v in values.items() %}{{ k }} is {{ v }}{% endfor %}."
    kamflow.task.given:
      title: "{{ thing.title }}"
      body: "{{ ''.__class__.__mro__ }}"
"""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as it:
        yield it


class Office:
    """A database of which three people can be reached."""

    def __init__(self, folder: Path, clock: HandClock, box: Mailbox) -> None:
        self._url, self._box, self.clock = f"sqlite:///{folder}/office.db", box, clock
        self._open: list[Kamflow] = []

    def open(self, notifying: str = "") -> Kamflow:
        kam = an_office(self._url, self.clock, notifying)
        for name in ("kim", "bob", "cleo"):
            kam.set_contacts(name, [self._box.address(name)])
        self._open.append(kam)
        return kam

    def close(self) -> None:
        for kam in self._open:
            kam.close()


@pytest.fixture
def office(tmp_path: Path, clock: HandClock, box: Mailbox) -> Iterator[Office]:
    it = Office(tmp_path, clock, box)
    yield it
    it.close()


def lack(kam: Kamflow, number: int, subject: str = ACME) -> None:
    """Record what sets an event rule off."""
    assert kam.record_facts(subject, {"account.n": number}, by="ann").accepted


# ---------------------------------------------------------------------------- who, why, where


def test_those_whose_vote_is_asked_for_get_to_know(office: Office, box: Mailbox) -> None:
    kam = office.open()
    kam.request(ACME, "plan", by="ann")

    report = kam.deliver(OPTIONS)

    assert report.told == 1
    assert box.titles == [("bob", "Your vote is asked for: plan -> planning")]
    assert box.text() == (
        "ann asks for plan -> planning of Acme (north/acme), until 2026-04-09.\n"
        "\n"
        "Why you get this: you are boss; your vote is asked for.\n"
        "To decide: kamflow vote 'north/acme#3' approve (or reject)\n"
        "https://kam.example.org/subjects/north/acme\n"
    )


def test_an_escalation_says_what_was_read_and_why_there_is_the_rule(
    office: Office, box: Mailbox
) -> None:
    kam = office.open()
    lack(kam, 2)

    kam.deliver(OPTIONS)

    assert box.titles == [
        ("bob", "Escalation (high): Too little, Acme"),
        ("kim", "kamflow: 2 things for you"),
    ]
    assert box.text(0) == (
        "Too little was escalated for Acme (north/acme) to level L2. Severity: high.\n"
        "\n"
        "Why you get this: you are boss; rule E-1 (Too little) called for it.\n"
        "Why there is that rule: With less than five nothing works.\n"
        "It read: account.n = 2\n"
        "To take care of it: kamflow acknowledge 'north/acme#4'\n"
        "https://kam.example.org/subjects/north/acme\n"
    )
    assert "2. To do: Call the customer, Acme" in box.text(1)


def test_who_did_it_is_not_told(office: Office, box: Mailbox) -> None:
    kam = office.open()
    kam.request(ACME, "plan", by="ann")
    request = kam.inbox("bob")[0].id
    kam.deliver(OPTIONS)

    kam.vote(request, "reject", remark="Not yet.", by="bob")
    kam.set_contacts("ann", [box.address("ann")])
    kam.deliver(OPTIONS)

    assert box.titles[1:] == [("ann", "Decided: The plan of Acme")]
    assert "was rejected" in box.text()


def test_who_has_two_roles_is_told_once_with_both(office: Office, box: Mailbox) -> None:
    kam = office.open()
    kam.assign("north", "boss", "kim", by="ann")
    kam.deliver(OPTIONS)
    lack(kam, 2, "north/bolt")

    kam.deliver(OPTIONS)

    assert [name for name, _ in box.titles] == ["kim", "bob", "kim"]
    assert "you are kam; you are boss" in box.text()


def test_roles_are_looked_up_when_it_is_sent(office: Office, box: Mailbox) -> None:
    office.clock.at = TUESDAY_NIGHT
    kam = office.open(QUIET)
    kam.request(ACME, "plan", by="ann")
    kam.deliver(OPTIONS)

    kam.assign("north", "boss", "cleo", by="ann")
    kam.unassign("north", "boss", "bob", by="ann")
    office.clock.forward(hours=10)
    kam.deliver(OPTIONS)

    assert [name for name, _ in box.titles] == ["cleo"]
    assert "Your vote is asked for" in box.text()


def test_what_is_settled_by_then_is_not_told(office: Office, box: Mailbox) -> None:
    office.clock.at = TUESDAY_NIGHT
    kam = office.open(QUIET)
    lack(kam, 2)
    kam.deliver(OPTIONS)
    lack(kam, 9)
    office.clock.forward(hours=10)

    kam.deliver(OPTIONS)

    assert box.got == []
    assert kam.deliveries() == []


# ---------------------------------------------------------------------------- when


def test_at_night_nobody_is_told(office: Office, box: Mailbox) -> None:
    office.clock.at = TUESDAY_NIGHT
    kam = office.open(QUIET)
    kam.request(ACME, "plan", by="ann")

    report = kam.deliver(OPTIONS)
    assert box.got == []
    assert report.next_at == datetime(2026, 4, 15, 5, tzinfo=UTC)  # 07:00 in Berlin

    office.clock.at = report.next_at
    kam.deliver(OPTIONS)
    assert len(box.got) == 1


def test_what_is_critical_is_told_at_once(office: Office, box: Mailbox) -> None:
    office.clock.at = TUESDAY_NIGHT
    kam = office.open(DAILY)
    lack(kam, 0)

    kam.deliver(OPTIONS)

    assert box.titles == [("bob", "Escalation (critical): Far too little, Acme")]


def test_a_worker_that_comes_late_does_not_wake_anybody(office: Office, box: Mailbox) -> None:
    kam = office.open(QUIET)
    kam.request(ACME, "plan", by="ann")
    office.clock.at = TUESDAY_NIGHT.replace(month=4, day=1)

    report = kam.deliver(OPTIONS)

    assert box.got == []
    assert report.next_at == datetime(2026, 4, 2, 5, tzinfo=UTC)


def test_a_digest_holds_everything_since_the_last_one(office: Office, box: Mailbox) -> None:
    kam = office.open(DAILY)
    kam.request(ACME, "plan", by="ann")
    office.clock.forward(hours=2)
    kam.request("north/bolt", "plan", by="ann")
    lack(kam, 2)
    kam.deliver(OPTIONS)
    assert box.got == []
    office.clock.at = datetime(2026, 4, 1, 6, tzinfo=UTC)

    kam.deliver(OPTIONS)
    kam.deliver(OPTIONS)

    assert box.titles == [
        ("bob", "kamflow: 3 things for you"),
        ("kim", "kamflow: 2 things for you"),
    ]


def test_of_one_thing_a_digest_tells_the_newest(office: Office, box: Mailbox) -> None:
    kam = office.open(DAILY)
    kam.request(ACME, "plan", by="ann")
    request = kam.inbox("bob")[0].id
    kam.remind(request, by="ann")
    office.clock.at = datetime(2026, 4, 1, 6, tzinfo=UTC)

    kam.deliver(OPTIONS)

    assert box.titles == [("bob", "Your vote is missing: plan -> planning")]


# ---------------------------------------------------------------------------- texts of the policy


def test_texts_come_from_the_policy_and_a_bad_one_is_reported(office: Office, box: Mailbox) -> None:
    kam = office.open(TEXTS)
    lack(kam, 2)

    report = kam.deliver(OPTIONS)

    assert box.titles[0] == ("bob", "E-1 at Acme")
    assert box.text(0).startswith("Dear bob: account.n is 2.\n\nWhy you get this: you are boss;")
    assert "You are asked for Acme (north/acme): Call the customer" in box.text(1)
    (problem,) = report.problems
    assert problem == (
        "the text of the policy for `kamflow.task.given` cannot be used: access to attribute "
        "'__class__' of 'str' object is unsafe."
    )


# ---------------------------------------------------------------------------- addresses


def test_a_mail_that_fails_is_sent_again(office: Office, box: Mailbox) -> None:
    kam = office.open()
    kam.request(ACME, "plan", by="ann")
    box.refuses = True

    report = kam.deliver(OPTIONS)

    (entry,) = kam.deliveries(endpoint="people/bob")
    assert (report.failed, report.told, entry.attempts) == (1, 0, 1)
    assert entry.error.startswith("mailto://bob@example.org: ")
    box.refuses = False
    office.clock.forward(seconds=31)
    assert kam.deliver(OPTIONS).told == 1
    assert kam.deliveries() == []


def test_mail_addresses_are_enough_where_a_mail_server_is_named(
    tmp_path: Path, clock: HandClock, box: Mailbox
) -> None:
    kam = an_office(f"sqlite:///{tmp_path}/mail.db", clock)
    kam.set_person("bob", name="Bob", mail="bob@example.org")
    server = f"mailto://127.0.0.1:{box.port}?from=kamflow@example.org&to=nobody@example.org"
    options = DeliveryOptions(mail=server)
    kam.deliver(options)
    kam.request(ACME, "plan", by="ann")
    lack(kam, 2)

    report = kam.deliver(options)

    assert [to for to, _ in box.got] == [["bob@example.org"]]
    assert report.unreachable == ("kim",)
    kam.close()


def test_what_is_secret_in_an_address_is_not_shown(office: Office) -> None:
    kam = office.open()
    kam.set_contacts(
        "cleo",
        ["mailtos://cleo:Pa55word@mail.example.org?to=cleo@example.org", "slack://T1/B2/s3cr3t"],
    )

    (entry,) = [item for item in kam.contacts() if item.person == "cleo"]

    assert entry.addresses == ("mailtos://cleo@example.org", "slack://...")


def test_an_address_that_nobody_knows_is_refused_without_repeating_it(office: Office) -> None:
    kam = office.open()

    with pytest.raises(InputError) as caught:
        kam.set_contacts("kim", ["nonsense://token"])

    assert "token" not in str(caught.value)
    assert "`nonsense` begins no address" in str(caught.value)


def test_addresses_go_when_a_person_is_erased(office: Office, box: Mailbox) -> None:
    kam = office.open()

    kam.erase_person("kim")

    assert [item.person for item in kam.contacts()] == ["bob", "cleo"]
    with pytest.raises(AlreadyExistsError, match="was erased"):
        kam.set_contacts("kim", [box.address("kim")])
