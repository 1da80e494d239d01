"""Conditions as sentences: what a member of a board reads."""

import re
from typing import get_args

import pytest
from msgspec.structs import replace

from kamflow.language.conditions import parse_condition
from kamflow.language.rewriting import with_key
from kamflow.language.sentences import phrase, sentence
from kamflow.model import expression as tree
from kamflow.model.expression import Condition, Expression, Node
from kamflow.model.pack import Pack
from tests.builders import a_pack, shipped_pack

FACTS = """
facts:
  program:
    program.size: {type: integer, unit: accounts}
  account:
    account.sponsor: {type: person}
    account.sponsor_load: {type: integer, unit: accounts}
    account.sponsor_capacity: {type: integer, unit: accounts}
    account.cycle_no: {type: integer}
    account.segment: {type: choice, values: [strategic, growth, no_deal]}
    account.pilot: {type: flag}
    account.compliance_block: {type: flag}
    account.designated: {type: flag}
    account.wave_open: {type: flag}
    account.sponsor_is_kam: {type: flag}
    account.kickoff_on: {type: date}
    account.plan_approved_on: {type: date}
    account.margin: {type: percent, title: Net margin}
    account.ready: {type: flag, title: Tool is set up}
    account.told: {type: flag, title: whether the customer has a copy of the plan}
    account.load: {type: integer, unit: accounts, title: load of the sponsor}
    account.grade: {type: choice, values: [c_level, vp]}
    account.informed_on: {type: date, title: day on which the customer was informed}
    account.checked_on: {type: date, title: day of the last check}
    account.growth_vs_rest_pp: {type: number, unit: pp}
    review.quarterly_last_on: {type: date}
    plan.initiatives_count: {type: integer, unit: initiatives}
    plan.budget_amount: {type: money}
    team.has_finance: {type: flag}
    team.size: {type: integer, unit: people}
    stakeholder.levels_connected: {type: integer, unit: levels}
events:
  account:
    incident.opened: {payload: {cost: {type: money}, grade: {type: choice, values: [major]}}}
    incident.closed: {title: incident closed, payload: {cost: {type: money}}}
parameters:
  days: {type: integer, value: 100, unit: days}
  least: {type: integer, value: 2, unit: initiatives}
  share: {type: percent, value: 80}
  least_rise: {type: number, value: 1.5, unit: pp}
scorecards:
  score:
    title: Fit score
    subject: account
    criteria: [{id: C1, title: Margin, fact: account.margin}]
tables:
  route:
    title: Route
    subject: account
    rows: [{id: R1, otherwise: true, then: {approval: board}}]
"""

RULES = """
rules:
  E-01: {title: Repeated incidents, subject: account, when: team.has_finance}
"""

SAID = {
    # comparisons
    "plan.initiatives_count >= 2": "The plan initiatives count is at least 2.",
    "plan.initiatives_count >= P.least": "The plan initiatives count is at least 2 (P.least).",
    "plan.initiatives_count = 2": "The plan initiatives count is 2.",
    "plan.initiatives_count != 2": "The plan initiatives count is not 2.",
    "team.size < 3": "The team size is below 3 people.",
    "team.size > 3": "The team size is above 3 people.",
    "team.size = program.size": "The team size is equal to the program size.",
    "account.margin >= 12.5": "The net margin is at least 12.5 %.",
    "plan.budget_amount > 1250000": "The plan budget amount is above 1,250,000 EUR.",
    "account.growth_vs_rest_pp > 0": "The growth against rest in percentage points is above 0.",
    "stakeholder.levels_connected >= 3": (
        "The number of stakeholder levels connected is at least 3."
    ),
    "account.cycle_no >= 1": "The cycle number is at least 1.",
    "account.kickoff_on >= 2026-01-01": "The kickoff date is on or after 2026-01-01.",
    "account.kickoff_on < today": "The kickoff date is before today.",
    "team.size between 3 and 6": "The team size is between 3 and 6 people.",
    "stage = planning": "The stage is planning.",
    # words
    "account.segment in {strategic, growth}": "The segment is strategic or growth.",
    "account.segment not in {strategic, growth}": "The segment is neither strategic nor growth.",
    "account.segment not in {no_deal}": "The segment is not no deal.",
    "account.segment = no_deal": "The segment is no deal.",
    "not account.segment = growth": "The segment is not growth.",
    # flags
    "account.pilot": "The account is a pilot.",
    "not account.pilot": "The account is not a pilot.",
    "account.compliance_block = false": "There is no compliance block.",
    "account.compliance_block != false": "There is a compliance block.",
    "account.designated": "The account is designated.",
    "account.wave_open": "The wave is open.",
    "account.sponsor_is_kam = false": "The sponsor is not KAM.",
    "team.has_finance": "The team has finance.",
    "not team.has_finance": "The team has no finance.",
    "account.ready": "Tool is set up applies.",
    "account.told": "The customer has a copy of the plan.",
    "not account.told": "The customer has no copy of the plan.",
    "account.told is unknown": "It is not known whether the customer has a copy of the plan.",
    "account.sponsor is present and account.load < 3": (
        "The account has a sponsor and the load of the sponsor is below 3 accounts."
    ),
    "account.grade in {c_level, vp}": "The grade is C-level or VP.",
    "days_since(account.informed_on) <= 9": "Days since the customer was informed are at most 9.",
    "days_since(account.checked_on) <= 9": "Days since the last check are at most 9.",
    "account.informed_on is present": "The day on which the customer was informed is recorded.",
    # is present, is known
    "account.sponsor is present": "The account has a sponsor.",
    "account.sponsor is absent": "The account has no sponsor.",
    "not account.sponsor is present": "The account has no sponsor.",
    "plan.budget_amount is present": "The plan budget amount is recorded.",
    "account.plan_approved_on is present": "The “plan approved” date is recorded.",
    "account.margin is known": "The net margin is known.",
    "account.margin is unknown": "The net margin is not known.",
    # and, or, not, if
    "account.sponsor is present and account.sponsor_load < account.sponsor_capacity": (
        "The account has a sponsor and its sponsor load is below its sponsor capacity."
    ),
    "account.pilot or account.designated and team.size > 3": (
        "The account is a pilot, or the account is designated and the team size is above 3 people."
    ),
    "(account.pilot or account.designated) and team.size > 3": (
        "Either the account is a pilot or the account is designated, and the team size is above 3"
        " people."
    ),
    "not (account.pilot and account.designated)": (
        "It is not so that (the account is a pilot and the account is designated)."
    ),
    "team.size >= (if account.pilot then 4 else 3)": (
        "The team size is at least 4 people if the account is a pilot, otherwise at least 3 people."
    ),
    "if account.pilot then team.size > 4 else account.designated": (
        "If the account is a pilot, then the team size is above 4 people,"
        " otherwise the account is designated."
    ),
    # arithmetic
    "days_since(review.quarterly_last_on) <= P.days": (
        "Days since the last quarterly review are at most 100 (P.days)."
    ),
    "days_since(account.plan_approved_on) <= 90 days": (
        "Days since the “plan approved” date are at most 90."
    ),
    "months_since(account.kickoff_on) >= 6": "Months since the kickoff are at least 6.",
    "plan.budget_amount >= P.share % of (plan.budget_amount - 10)": (
        "The plan budget amount is at least 80 % (P.share) of (the plan budget amount minus 10)."
    ),
    "team.size + (if account.pilot then 0 else 1) <= min(program.size, 5)": (
        "The team size, plus 1 unless the account is a pilot, is at most the lower of"
        " the program size and 5."
    ),
    "-team.size * 2 < 1 / 3": "Minus the team size times 2 is below 1 divided by 3.",
    "team.size + program.size + account.cycle_no > 9": (
        "The team size plus the program size plus the cycle number is above 9."
    ),
    "(if account.pilot then 1 else 0) + (if account.designated then 1 else 0) >= 1": (
        "The number that hold of these (the account is a pilot; the account is designated)"
        " is at least 1."
    ),
    # scores, tables, sets
    "score.total >= 60": "The fit score is at least 60.",
    "score.completeness_pct >= 90": "The completeness of the fit score is at least 90 %.",
    "score.C1 > 0": "The points for margin are above 0.",
    "route.approval = board": "The approval of the route is board.",
    "count(accounts) >= 3": "The number of accounts is at least 3.",
    "count(accounts where account.pilot and account.sponsor = self.account.sponsor) < 2": (
        "The number of accounts for which the account is a pilot and the sponsor is this account's"
        " sponsor is below 2."
    ),
    "share(accounts where account.pilot) >= P.share": (
        "The share of accounts for which the account is a pilot is at least 80 % (P.share)."
    ),
    "avg(team.size of accounts where account.pilot) > 3": (
        "The average of the team size over accounts for which the account is a pilot is above 3"
        " people."
    ),
    'count(cohort("pilot") where account.pilot) > 2': (
        "The number of members of the cohort “pilot” for which the account is a pilot is above 2."
    ),
    "max_per(account.sponsor of accounts where account.pilot) < 3": (
        "The highest number of accounts with the same sponsor for which the account is a pilot"
        " is below 3."
    ),
    "count(accounts within 30 days) < 9": (
        "The number of accounts entered in the last 30 days is below 9."
    ),
    # what happened before
    "count(incident.opened within 90 days where event.grade = major) < 2": (
        "The number of “incident opened” events in the last 90 days for which the event grade"
        " is major is below 2."
    ),
    "no outcome.validated within 90 days after value.claimed": (
        "No “outcome validated” followed within 90 days after “value claimed”."
    ),
    "account.kickoff_on within 90 days": "The kickoff date is within the last 90 days.",
    "trend(account.margin, 3, falling by 5)": (
        "Each of the last 3 readings of the net margin is lower than the one before"
        " by 5 percentage points or more."
    ),
    "trend(account.margin, 3, rising by P.least_rise)": (
        "Each of the last 3 readings of the net margin is higher than the one before"
        " by 1.5 percentage points (P.least_rise) or more."
    ),
    "account.margin - account.margin as of (today - 3 months) >= -2": (
        "The net margin minus the net margin as it was 3 months ago is"
        " at least minus 2 percentage points."
    ),
    "account.margin - account.margin as of (today - 3 months) = -1": (
        "The net margin minus the net margin as it was 3 months ago"
        " is equal to minus 1 percentage point."
    ),
    "sum(event.cost of incident.opened) <= 100000": (
        "The total of the event cost over “incident opened” events is at most 100,000 EUR."
    ),
    "trend(account.margin, 3, rising)": (
        "Each of the last 3 readings of the net margin is higher than the one before."
    ),
    "change(account.margin over 90 days) > -5": (
        "The change of the net margin over 90 days is above minus 5 percentage points."
    ),
    "account.margin as of 2026-01-01 > 4": "The net margin as it was on 2026-01-01 is above 4 %.",
    "account.margin as of (today - 12 months) > 4": (
        "The net margin as it was 12 months ago is above 4 %."
    ),
    "change(account.margin over P.days) > 1": (
        "The change of the net margin over 100 days (P.days) is above 1 percentage point."
    ),
    "no incident.closed within P.days after incident.opened by cost where event.grade = major": (
        "No “incident closed” with the same cost followed within 100 days (P.days) after “incident"
        " opened” for which the event grade is major."
    ),
    "count(incident.opened without incident.closed by cost within 30 days) > 0": (
        "The number of “incident opened” events in the last 30 days that no “incident closed” with"
        " the same cost followed is above 0."
    ),
    'escalated("E-01")': "“Repeated incidents” is escalated (E-01).",
    'not escalated("E-01")': "“Repeated incidents” is not escalated (E-01).",
    "subject.days_in_stage > subject.sla_days": (
        "The number of days in the stage is above the number of days that the stage should take."
    ),
    "true": "This always holds.",
    'account.sponsor = "bo"': "The sponsor is “bo”.",
    "edited(score by account.sponsor within 24 hours)": (
        "The fit score was edited by the sponsor in the last 24 hours."
    ),
}


def said(text: str, pack: Pack | None = None) -> str:
    return sentence(Condition(text, parse_condition(text)), pack or a_pack(FACTS, RULES), "account")


@pytest.mark.parametrize("text", SAID)
def test_a_condition_reads_as_a_sentence(text: str) -> None:
    assert said(text) == SAID[text]


def test_a_parameter_is_told_as_it_stands_for_the_subject() -> None:
    condition = Condition("", parse_condition("plan.initiatives_count >= P.least"))

    told = sentence(condition, a_pack(FACTS), "account", {"P.least": "7"})

    assert told == "The plan initiatives count is at least 7 (P.least)."


def test_the_owner_of_a_fact_is_left_out_only_where_it_is_the_subject() -> None:
    node = parse_condition("program.size")

    assert phrase(node, a_pack(FACTS), "program") == "the size"
    assert phrase(node, a_pack(FACTS), "account") == "the program size"


def test_what_is_not_known_by_name_is_said_in_words_all_the_same() -> None:
    assert said("account.no_such_thing > P.nothing") == (
        "The account no such thing is above nothing."
    )


def test_a_node_that_nobody_taught_it_to_say_stands_as_it_is() -> None:
    class Novelty(Node, frozen=True, kw_only=True):
        """A node that is not there yet."""

    told = sentence(Condition("", Novelty()), a_pack(FACTS), "account")  # type: ignore[arg-type]

    assert told == "“novelty” holds."


def test_the_table_has_a_sentence_for_every_sort_of_node() -> None:
    told: set[type] = set()
    todo: list[Expression] = [parse_condition(text) for text in SAID]
    while todo:
        node = todo.pop()
        told.add(type(node))
        todo += tree.children(node)

    # A cohort stands inside an aggregate, and `key` only in rules with `each`.
    assert set(get_args(Expression)) - told <= {tree.Cohort, tree.Key}


def test_the_key_of_a_rule_is_what_is_looked_at() -> None:
    node = with_key(parse_condition("count(incident.opened where event.grade = key) > 2"))

    assert sentence(Condition("", node), a_pack(FACTS), "account") == (
        "The number of “incident opened” events for which the event grade is the one that is looked"
        " at is above 2."
    )


def test_every_criterion_that_ships_is_a_sentence_without_syntax() -> None:
    pack = shipped_pack()
    told = {
        criterion.id: sentence(criterion.condition, pack, gate.kind)
        for gate in pack.gates.values()
        for criterion in gate.criteria
    }

    raw = {
        name: text
        for name, text in told.items()
        if re.search(r"[{}<>=_]", re.sub(r"\(P\.\w+\)", "", text)) or not text.endswith(".")
    }

    assert len(told) == 180
    assert not raw


def test_what_a_title_says_is_said_rather_than_the_name() -> None:
    pack = a_pack(FACTS)
    fact = replace(pack.facts["team.size"], title="Team strength")

    told = said("team.size > 3", replace(pack, facts={**pack.facts, "team.size": fact}))

    assert told == "The team strength is above 3 people."
