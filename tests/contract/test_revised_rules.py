"""Policies that are published while something is escalated by a rule that they write otherwise."""

from collections.abc import Iterator

import pytest

from kamflow import EscalationEntry, Kamflow, fixed_clock
from tests.builders import NOON, a_pack

POLICY = """
facts: {{account: {{account.calm: {{type: flag, source: manual, writers: [kam]}}}}}}
events:
  account:
    step.blocked: {{title: b, payload: {{by: {{type: {type}}}, ticket: {{type: text}}}}}}
  program:
    person.left: {{title: l}}
roles: {{kam: {{who: k}}}}
rules:
  E-01:
    title: Blocked
    {rule}
    severity: medium
"""
TEXT = "text"
EACH = """subject: account
    each: {event: step.blocked, field: by}
    when: count(step.blocked where event.by = key within 9 days) >= 1
    clears_when: account.calm"""
ONE = """subject: account
    when: count(step.blocked within 9 days) >= 1
    clears_when: account.calm"""
ELSEWHERE = """subject: program
    when: count(person.left within 9 days) >= 1"""


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    yield kam
    kam.close()


def publish(kam: Kamflow, rule: str, **types: str) -> None:
    text = POLICY.format(rule=rule, type=types.get("type", TEXT))
    kam.publish(a_pack(text), by="paula")


def begin(kam: Kamflow, rule: str) -> None:
    """Have something escalated for a policy with such a rule."""
    publish(kam, rule)
    kam.create_program("north", "North", by="paula")
    kam.assign("north", "kam", "kim", by="paula")
    kam.create_account("north", "acme", "Acme", by="paula")
    assert kam.report_event("acme", "step.blocked", {"by": "it"}, by="kim").accepted


def all_of(kam: Kamflow) -> list[tuple[str, str, str]]:
    found: list[EscalationEntry] = kam.escalations(which="all")
    return [(item.key, item.status, item.remark) for item in found]


def test_a_rule_that_tells_events_apart_no_longer_ends_what_it_told_apart(kam: Kamflow) -> None:
    begin(kam, EACH)
    publish(kam, ONE)

    assert kam.request("acme", "plan", by="kim").accepted

    assert sorted(all_of(kam)) == [
        ("", "open", ""),
        ("it", "resolved", "E-01 does not tell events apart any more"),
    ]


def test_a_rule_that_tells_events_apart_from_now_on_begins_anew(kam: Kamflow) -> None:
    begin(kam, ONE)
    publish(kam, EACH)

    assert kam.request("acme", "plan", by="kim").accepted

    assert sorted(all_of(kam)) == [
        ("", "resolved", "E-01 looks at every by of step.blocked by itself now"),
        ("it", "open", ""),
    ]


def test_a_rule_about_another_kind_of_subject_ends_what_it_has_escalated(kam: Kamflow) -> None:
    begin(kam, ONE)
    publish(kam, ELSEWHERE)

    assert kam.request("acme", "plan", by="kim").accepted

    assert all_of(kam) == [("", "resolved", "E-01 is about a program now")]


def test_reports_of_another_type_are_left_alone(kam: Kamflow) -> None:
    begin(kam, EACH)
    publish(kam, EACH, type="number")

    assert kam.request("acme", "plan", by="kim").accepted

    assert all_of(kam) == [("it", "open", "")]
    assert kam.record_facts("acme", {"account.calm": True}, by="kim").accepted
    assert [status for _, status, _ in all_of(kam)] == ["resolved"]
