"""Event rules about sponsors, KAMs, teams, and the people at the customer."""

from tests.scenarios.cases import Case
from tests.scenarios.office import Office
from tests.scenarios.portfolio import Facts
from tests.scenarios.story import (
    NORTH,
    NOTHING,
    Act,
    Report,
    adopt,
    daily,
    on,
    quarterly,
)

ACCEPTED: Facts = {"account.sponsor_accepted_on": "2026-03-31"}
ACTIVE = Report("sponsor.activity", {"person": "exec_sponsor", "kind": "call"})
LEFT = Report("stakeholder.left", {"contact": "Cara", "role": "decision_maker"})
NEW_KAM = Report("kam.assigned", {"person": "kim", "former": "kam"})


def leaves(person: str) -> Report:
    return Report("person.left", {"person": person}, about=NORTH)


def sophie_accepts(office: Office, account: str) -> None:
    facts: Facts = {"account.sponsor_accepted_on": f"{office.now:%Y-%m-%d}"}
    decision = office.kam.record_facts(account, facts, by="sophie")
    assert decision.accepted, decision.reasons


def sponsors(*names: str) -> list[Act]:
    """Return an act for each further account that the sponsor takes."""

    def one(name: str) -> Act:
        return lambda office, _account: adopt(office, office.nominate(name), "planning")

    return [one(name) for name in names]


def blocked(action: str, function: str = "legal") -> Report:
    return Report("action.blocked", {"action": action, "function": function})


def unblocked(action: str, function: str = "legal") -> Report:
    return Report("action.unblocked", {"action": action, "function": function})


CASES = (
    Case(
        rule="E-04",
        given=ACCEPTED,
        fires=on(61, NOTHING),
        edge=on(60, NOTHING),
        joined=("exec_sponsor",),
        then=((30, "program_sponsor"),),
        asks=("act",),
        ends=on(62, ACTIVE),
    ),
    Case(
        rule="E-06",
        fires=on(1, LEFT),
        edge=on(1, Report("stakeholder.left", {"contact": "Udo", "role": "user"})),
        severity="high",
        joined=("kam", "exec_sponsor"),
        then=((14, "program_manager"),),
        asks=("successor",),
        ends=on(5, Report("stakeholder.added", {"contact": "Dora", "role": "decision_maker"})),
    ),
    Case(
        rule="E-07",
        fires=daily(0, 14, {"stakeholder.active_contacts_90d": 2}),
        edge=[
            *daily(0, 12, {"stakeholder.active_contacts_90d": 2}),
            *on(13, {"stakeholder.active_contacts_90d": 3}),
            *daily(14, 15, {"stakeholder.active_contacts_90d": 2}),
        ],
        joined=("kam",),
        then=((30, "program_manager"),),
        asks=("widen",),
        ends=daily(15, 29, {"stakeholder.active_contacts_90d": 3}),
    ),
    Case(
        rule="E-14",
        fires=quarterly("stakeholder.engagement_score", "4.0", "3.7", "3.4"),
        edge=quarterly("stakeholder.engagement_score", "4.0", "3.8", "3.6"),
        joined=("kam",),
        then=((30, "program_manager"),),
        asks=("interview",),
        ends=on(200, {"stakeholder.engagement_score": "3.5"}),
    ),
    Case(
        rule="E-17",
        stage="planning",
        given=ACCEPTED,
        fires=on(1, leaves("exec_sponsor")),
        edge=on(1, leaves("somebody else")),
        severity="high",
        joined=("program_manager", "program_sponsor", "steering_committee"),
        ends=on(5, {"account.sponsor": "sophie"}, sophie_accepts),
    ),
    Case(
        rule="E-18",
        stage="planning",
        fires=on(1, *sponsors("two", "three", "four")),
        edge=on(1, *sponsors("two", "three")),
        joined=("program_manager",),
        asks=("rebalance",),
        ends=on(2, {"account.sponsor_capacity": 4}),
    ),
    Case(
        rule="E-19",
        stage="planning",
        fires=[*on(1, NEW_KAM), *on(91, LEFT)],
        edge=[*on(1, NEW_KAM), *on(92, LEFT)],
        severity="high",
        joined=("program_manager",),
        then=((14, "exec_sponsor"),),
        asks=("continuity",),
    ),
    Case(
        rule="E-20",
        fires=[*on(0, {"team.vacancies_count": 1}), (30, NOTHING)],
        edge=[*on(0, {"team.vacancies_count": 1}), (29.9, NOTHING)],
        joined=("program_manager",),
        then=((14, "exec_sponsor"),),
        asks=("fill",),
        ends=on(32, {"team.vacancies_count": 0}),
    ),
    Case(
        rule="E-21",
        fires=[*on(0, blocked("A-1")), *on(30, blocked("A-2"))],
        edge=[*on(0, blocked("A-1")), *on(30, blocked("A-2", "it")), *on(31, blocked("A-3"))],
        severity="high",
        joined=("exec_sponsor",),
        then=((10, "program_sponsor"),),
        asks=("mediate",),
        ends=on(31, unblocked("A-1"), unblocked("A-2")),
    ),
    Case(
        rule="E-33",
        given={"account.last_contact_on": "2026-03-31"},
        fires=on(31, NOTHING),
        edge=on(30, NOTHING),
        joined=("kam",),
        then=((14, "program_manager"),),
        asks=("contact",),
        ends=on(32, Report("contact.logged", {"person": "kam", "channel": "visit"})),
    ),
)
