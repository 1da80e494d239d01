"""Texts that have no form in UTF-8 are refused where they enter, and nothing is written."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest

from kamflow import InputError, Kamflow, NotFoundError, fixed_clock
from tests.builders import NOON, a_pack

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
ACME = "north/acme"
BAD = "a\ud800"

CALLS: dict[str, Callable[[Kamflow], object]] = {
    "name": lambda kam: kam.create_account("north", "bolt", BAD, by="ann"),
    "id": lambda kam: kam.create_account("north", BAD, "Bolt", by="ann"),
    "actor": lambda kam: kam.create_account("north", "bolt", "Bolt", by=BAD),
    "fact": lambda kam: kam.record_facts(ACME, {BAD: 1}, by="ann"),
    "source": lambda kam: kam.record_facts(ACME, {"account.n": 1}, by="ann", source=BAD),
    "role": lambda kam: kam.assign(ACME, BAD, "ben", by="ann"),
    "person": lambda kam: kam.assign(ACME, "boss", BAD, by="ann"),
    "event": lambda kam: kam.report_event(ACME, BAD, by="ann"),
    "payload": lambda kam: kam.report_event(ACME, "x", {"a": BAD}, by="ann"),
    "trigger": lambda kam: kam.request(ACME, BAD, by="ann"),
    "remark": lambda kam: kam.request(ACME, "plan", by="ann", remark=BAD),
    "vote": lambda kam: kam.vote(f"{ACME}#1", BAD, by="ann"),
}


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    yield kam
    kam.close()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_lone_surrogate_is_refused_with_the_text(
    kam: Kamflow, call: Callable[[Kamflow], object]
) -> None:
    before = kam.history("north"), kam.history(ACME)

    with pytest.raises(InputError, match=r"ud800.*give it in UTF-8"):
        call(kam)

    assert (kam.history("north"), kam.history(ACME)) == before


@pytest.mark.parametrize("name", ["a\0b", "\0"])
def test_nul_is_refused_on_either_database(kam: Kamflow, name: str) -> None:
    with pytest.raises(InputError, match=r"U\+0000 is no text"):
        kam.create_account("north", "bolt", name, by="ann")


def test_a_backslash_before_zeros_is_no_nul(kam: Kamflow) -> None:
    kam.create_account("north", "bolt", "a\\u0000", by="ann")

    assert kam.subject("bolt").name == "a\\u0000"


def test_no_subject_has_such_a_name(kam: Kamflow) -> None:
    with pytest.raises(NotFoundError, match="no subject"):
        kam.subject(BAD)


def test_a_number_of_thousands_of_digits_is_a_fault_of_the_fact(kam: Kamflow) -> None:
    decision = kam.record_facts(ACME, {"account.n": 10**5000}, by="ann")

    assert not decision.accepted
    assert "account.n" in decision.faults


def test_an_instant_outside_the_calendar_is_a_fault_of_the_fact(kam: Kamflow) -> None:
    early = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))

    decision = kam.record_facts(ACME, {"account.n": 1}, by="ann", as_of=early)

    assert "outside the calendar" in decision.faults["account.n"]
