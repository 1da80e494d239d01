"""Event rules about approvals, stages, facts, conditions, waivers, and about the program."""

from datetime import timedelta

from kamflow import Promise
from tests.scenarios.cases import Case
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, PLAN, SCORES, Facts
from tests.scenarios.story import NORTH, NOTHING, About, Report, Step, adopt, incident, on

MIDDLING: Facts = {
    **SCORES,
    "account.growth_potential_3y_pct": 5,
    "account.innovation_potential_score": 2,
}


def commit_plan(office: Office, account: str) -> None:
    office.request(account, "commit_plan", by="kam")


def decide_plan(office: Office, account: str) -> None:
    office.approve(account, "exec_sponsor", "program_manager")


def no_to_plan(office: Office, account: str) -> None:
    (item,) = office.waiting(account)
    assert office.kam.vote(item.id, "reject", by="exec_sponsor", remark="no").accepted


def on_condition(days: int) -> Step:
    """Return an approval of the plan with a condition that is due after so many days."""

    def approve(office: Office, account: str) -> None:
        (item,) = office.waiting(account)
        due = office.now.date() + timedelta(days=days)
        budget = Promise(text="name a budget", owner="kam", due_on=due)
        office.kam.vote(item.id, "approve", by="exec_sponsor", conditions=[budget])
        office.approve(account, "program_manager")

    return (0, approve)


def keep_condition(office: Office, account: str) -> None:
    (item,) = office.kam.subject(account).conditions
    assert office.kam.settle_condition(item.id, remark="named", by="kam").accepted


def waive(days: int) -> Step:
    """Return a waiver of the kickoff until so many days from now."""

    def waived(office: Office, account: str) -> None:
        until = office.now.date() + timedelta(days=days)
        decision = office.kam.waive(
            account, "G-A3.7", owner="kam", reason="snow", until=until, by="kam"
        )
        assert decision.accepted, decision.reasons
        office.approve(account, "exec_sponsor", "program_manager")

    return (0, waived)


def ask_again(office: Office, account: str) -> None:
    decision = office.kam.request(account, "designate", by="program_manager")
    assert not decision.accepted


def reject_designation(office: Office, account: str) -> None:
    (item,) = office.waiting(account)
    for person in ("sales_leader", "program_manager"):
        office.kam.vote(item.id, "reject", by=person, remark="not now")


def admit(office: Office, account: str) -> None:
    office.request(account, "admit", by="program_office")


def interviews(office: Office, account: str) -> None:
    decision = office.kam.record_facts(account, {"discovery.voc_interviews_count": 3}, by="kam")
    assert decision.accepted, decision.reasons


def key_accounts(*names: str) -> list[Step]:
    """Return the adoption of further accounts on day 0."""

    def one(name: str) -> Step:
        def taken(office: Office, _account: str) -> None:
            facts: Facts = {"account.sponsor": f"s-{name}", "account.kam": f"k-{name}"}
            account = office.nominate(name)
            adopt(office, account, "planning")
            office.record(account, facts)

        return (0, taken)

    return [one(name) for name in names]


def same_sponsor(*names: str) -> list[Step]:
    def one(name: str) -> Step:
        return (0, lambda office, _account: adopt(office, office.nominate(name), "planning"))

    return [one(name) for name in names]


CASES = (
    Case(
        rule="E-09",
        stage="planning",
        given=PLAN,
        fires=[*on(0, commit_plan), (17, NOTHING)],
        edge=[*on(0, commit_plan), (16, NOTHING)],
        joined=("program_manager",),
        then=((7, "program_sponsor"),),
        ends=on(18, decide_plan),
    ),
    Case(
        rule="E-12",
        stage="mobilization",
        fires=on(31, NOTHING),
        edge=on(30, NOTHING),
        joined=("program_manager",),
        then=((7, "exec_sponsor"),),
        asks=("date",),
        ends=on(32, lambda office, account: office.request(account, "replan_team", by="kam")),
    ),
    Case(
        rule="E-24",
        stage="measure",
        given={"measure.plan_attainment_pct": 79},
        fires=on(82, NOTHING),
        edge=on(81, NOTHING),
        severity="low",
        joined=("kam", "program_office"),
        asks=("renew",),
        ends=on(83, {"measure.plan_attainment_pct": 80}),
    ),
    Case(
        rule="E-25",
        stage="planning",
        given=PLAN,
        fires=[(0, commit_plan), on_condition(10), (11, NOTHING)],
        edge=[(0, commit_plan), on_condition(10), (10, NOTHING)],
        severity="high",
        joined=("program_manager",),
        then=((10, "exec_sponsor"),),
        ends=on(12, keep_condition),
    ),
    Case(
        rule="E-26",
        stage="mobilization",
        fires=[waive(60), (46, NOTHING)],
        edge=[waive(60), (45, NOTHING)],
        joined=("kam", "program_manager"),
        asks=("check",),
        ends=on(61, NOTHING),
    ),
    Case(
        rule="E-30",
        stage="candidate",
        program="optimize",
        given={**ADMISSION, **MIDDLING},
        fires=on(0, admit, reject_designation, ask_again),
        edge=on(0, admit, reject_designation),
        severity="low",
        joined=("program_office",),
        ends=on(1, {"account.growth_potential_3y_pct": 6}),
    ),
    Case(
        rule="E-35",
        stage="candidate",
        fires=on(0, {"account.growth_potential_3y_pct": 20, "account.complexity_score": 3}),
        edge=on(0, {"account.growth_potential_3y_pct": 19, "account.complexity_score": 5}),
        severity="info",
        joined=("program_office",),
    ),
    Case(
        rule="E-36",
        stage="planning",
        given=PLAN,
        fires=[*on(1, interviews), *on(1.9, commit_plan)],
        edge=[*on(1, interviews), *on(2.1, commit_plan)],
        severity="low",
        joined=("auditor", "program_manager"),
        ends=on(3, no_to_plan),
    ),
    # ---- program
    Case(
        rule="E-27",
        about=NORTH,
        fires=on(
            1,
            About(NORTH, {"program.incentive_longterm_pct": 39}),
            Report("pay_plan.changed", about=NORTH),
        ),
        edge=on(
            1,
            About(NORTH, {"program.incentive_longterm_pct": 40}),
            Report("pay_plan.changed", about=NORTH),
        ),
        joined=("hr_talent_lead", "program_sponsor", "steering_committee"),
        asks=("item",),
        ends=on(2, About(NORTH, {"program.incentive_longterm_pct": 41})),
    ),
    Case(
        rule="E-28",
        about=NORTH,
        program="optimize",
        fires=[*key_accounts("two", "three"), *on(1, incident("I-1", "critical"))],
        edge=[*key_accounts("two", "three", "four"), *on(1, incident("I-1", "critical"))],
        severity="critical",
        joined=("program_sponsor", "steering_committee"),
        asks=("",),  # to consider a pause
    ),
    Case(
        rule="E-29",
        about=NORTH,
        program="optimize",
        fires=same_sponsor("two", "three", "four"),
        edge=same_sponsor("two", "three"),
        severity="high",
        joined=("program_manager", "program_sponsor", "steering_committee"),
        ends=on(1, {"account.sponsor": "sophie"}),
    ),
)
