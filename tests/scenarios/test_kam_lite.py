"""The pack for small programs: from nomination to the first results, by five people."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kamflow import Decision, InboxItem, Kamflow, Stated, read_policy
from tests.builders import Plain, text_of

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
PEOPLE = {
    "program_manager": "ana",
    "program_sponsor": "victor",
    "finance_controller": "fred",
}
STRONG: dict[str, Plain] = {
    "account.growth_potential_3y_pct": 36,  # 5 points
    "account.strategic_importance_score": 4,
    "account.strategic_fit_score": 4,
    "account.partnership_orientation_score": 4,
    "account.revenue_share_pct": 3,  # 4 points
}


class Desk:
    """A program `north` under kam-lite, and the account `acme` in it."""

    def __init__(self, file: Path) -> None:
        self.now = START
        url = f"sqlite:///{file}"
        self.kam = Kamflow.open(url, pack="lite", clock=lambda: self.now)
        self.kam.create_program("north", "North", by="ana")
        for role, person in PEOPLE.items():
            self.kam.assign("north", role, person, by="ana")

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def record(self, subject: str, by: str, **facts: Plain) -> None:
        """Record facts; `plan__objectives_count` is `plan.objectives_count`."""
        told = {name.replace("__", "."): value for name, value in facts.items()}
        self.state(subject, by, told)

    def state(self, subject: str, by: str, facts: dict[str, Plain]) -> None:
        stated = {
            name: Stated(text=text_of(value), as_of=self.now, source="manual", author=by)
            for name, value in facts.items()
        }
        decision = self.kam.record_facts(subject, stated, by=by)
        assert decision.accepted, (decision.reasons, decision.faults)

    def request(self, subject: str, trigger: str, by: str) -> Decision:
        decision = self.kam.request(subject, trigger, by=by)
        assert decision.accepted, decision.explain()
        return decision

    def approve(self, subject: str, *people: str) -> None:
        for person in people:
            (item,) = self.waiting(subject)
            decision = self.kam.vote(item.id, "approve", by=person)
            assert decision.accepted, decision.reasons

    def waiting(self, subject: str) -> list[InboxItem]:
        """Return the requests about a subject that wait for votes."""
        items = self.kam.inbox()
        return [item for item in items if item.subject == subject and item.task == "vote"]

    def stage(self, subject: str) -> str:
        return self.kam.subject(subject).stage

    def designing(self) -> None:
        """Bring the program to design."""
        self.record("north", "ana", program__objectives_count=2)
        self.record("north", "victor", program__sponsor_accepted_on=self.now.date())
        self.record("north", "victor", program__case_for_change_on=self.now.date())
        self.record("north", "fred", program__budget_committed_amount=40_000)
        self.request("north", "design", "ana")
        self.approve("north", "victor", "fred")

    def nominate(self, name: str = "acme") -> str:
        """Enter a pilot account with everything that admission asks for."""
        self.kam.create_account("north", name, name.title(), by="nora")
        subject = f"north/{name}"
        facts: dict[str, Plain] = {
            "account.nomination_reason": "grows with us",
            "account.pilot": True,
            "account.kam": "kim",
            "account.sponsor": "sven",
        }
        self.state(subject, "ana", facts)
        self.record(subject, "fred", account__compliance_block=False)
        return subject

    def score(self, subject: str, facts: dict[str, Plain]) -> None:
        for name, value in facts.items():
            self.state(subject, "fred" if "revenue" in name else "ana", {name: value})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "lite.db")
    yield desk
    desk.kam.close()


def test_an_account_goes_from_nomination_to_measure(desk: Desk) -> None:
    desk.designing()
    acme = desk.nominate()
    desk.request(acme, "admit", "ana")
    desk.score(acme, STRONG)
    desk.approve(acme, "victor", "fred")
    assert desk.stage(acme) == "planning"

    desk.record(acme, "sven", account__sponsor_accepted_on=desk.now.date())
    desk.record(acme, "kim", stakeholder__mapped_count=6, plan__objectives_count=3)
    desk.record(acme, "kim", plan__budget_requested_amount=20_000)
    desk.request(acme, "commit_plan", "kim")
    desk.approve(acme, "sven")
    assert desk.stage(acme) == "mobilization"

    desk.record(acme, "kim", team__size=2, team__kickoff_on=desk.now.date())
    desk.request(acme, "start_co_creation", "kim")
    assert desk.stage(acme) == "co_creation"

    desk.later(120)
    desk.record(acme, "kim", outcome__customer_validated_count=1)
    desk.record(acme, "kim", outcome__value_customer_amount=90_000)
    desk.request(acme, "start_capture", "kim")
    desk.approve(acme, "sven")
    assert desk.stage(acme) == "capture"

    desk.record(acme, "kim", capture__agreement_status="signed")
    desk.request(acme, "close_capture", "kim")
    desk.approve(acme, "fred")
    assert desk.stage(acme) == "measure"

    desk.record(acme, "kim", measure__plan_attainment_pct=85, review__lessons_logged_count=2)
    desk.record(acme, "kim", review__joint_last_on=desk.now.date())
    desk.request(acme, "next_cycle", "kim")
    desk.approve(acme, "ana")
    assert desk.stage(acme) == "planning"


def test_the_program_goes_from_knowledge_to_scale(desk: Desk) -> None:
    desk.designing()
    accounts = [desk.nominate(name) for name in ("acme", "bolt")]
    for account in accounts:
        desk.request(account, "admit", "ana")
        desk.score(account, STRONG)
        desk.approve(account, "victor", "fred")
        desk.record(account, "sven", account__sponsor_accepted_on=desk.now.date())
    for fact in ("program__selection_criteria_on", "program__pilot_eval_approved_on"):
        desk.record("north", "victor", **{fact: desk.now.date()})
    desk.record("north", "ana", program__kams_trained_pct=100)
    desk.request("north", "launch_pilot", "ana")
    desk.approve("north", "victor", "fred")
    assert desk.stage("north") == "pilot"

    desk.later(366)
    for account in accounts:
        desk.record(account, "ana", measure__leading_improved=True)
    desk.record("north", "ana", program__pilot_lessons_closed_pct=90)
    desk.request("north", "scale", "ana")
    desk.approve("north", "victor", "fred")

    assert desk.stage("north") == "scale"


def test_a_pilot_of_one_account_is_too_small(desk: Desk) -> None:
    desk.designing()

    refused = desk.kam.request("north", "launch_pilot", by="ana")

    assert not refused.accepted
    assert refused.gate is not None
    assert "GL-P2.4" in {finding.criterion.id for finding in refused.gate.open_findings()}


@pytest.mark.parametrize(
    ("facts", "score", "outcome"),
    [
        ({}, "82.5", "needs_approval"),  # in a pilot people choose, whatever the score
        ({"account.partnership_orientation_score": 1}, "67.5", "reject"),
        ({"account.growth_potential_3y_pct": 1}, "52.5", "incubate"),
        (
            {
                "account.growth_potential_3y_pct": 12,
                "account.strategic_importance_score": 2,
                "account.strategic_fit_score": 2,
                "account.partnership_orientation_score": 2,
                "account.revenue_share_pct": 5,
            },
            "43.75",
            "reject",
        ),
    ],
)
def test_five_criteria_choose_the_accounts(
    desk: Desk, facts: dict[str, Plain], score: str, outcome: str
) -> None:
    desk.designing()
    acme = desk.nominate()

    desk.score(acme, STRONG | facts)

    values = {item.name: item.value for item in desk.kam.subject(acme).facts}
    assert Decimal(values["account.designation_score"] or "0") == Decimal(score)
    assert values["account.designation_outcome"] == outcome


def test_a_score_with_a_hole_decides_nothing(desk: Desk) -> None:
    desk.designing()
    acme = desk.nominate()
    desk.request(acme, "admit", "ana")

    desk.score(acme, {name: STRONG[name] for name in list(STRONG)[:4]})

    assert desk.stage(acme) == "selection"


def test_whoever_looks_after_the_account_does_not_vote_on_it(desk: Desk) -> None:
    desk.designing()
    acme = desk.nominate()
    desk.record(acme, "ana", account__kam="fred")
    desk.request(acme, "admit", "ana")
    desk.score(acme, STRONG)

    (item,) = desk.kam.inbox()

    assert "fred" not in item.waiting_for


def test_an_account_comes_back_only_after_its_time(desk: Desk) -> None:
    desk.designing()
    acme = desk.nominate()
    desk.request(acme, "withdraw", "ana")
    early = desk.kam.request(acme, "renominate", by="ana")

    desk.later(365)
    desk.request(acme, "renominate", "ana")

    assert not early.accepted
    assert desk.stage(acme) == "candidate"


def test_an_account_is_put_on_hold_comes_back_and_leaves(desk: Desk) -> None:
    desk.designing()
    acme = desk.nominate()
    desk.request(acme, "admit", "ana")
    desk.score(acme, STRONG)
    desk.approve(acme, "victor", "fred")
    desk.request(acme, "hold", "ana")
    desk.approve(acme, "sven")
    desk.request(acme, "resume", "ana")
    assert desk.stage(acme) == "planning"

    desk.record(acme, "ana", account__handover_done_on=date(2026, 1, 12))
    desk.request(acme, "declassify", "ana")
    desk.approve(acme, "victor")

    assert desk.stage(acme) == "declassified"


def test_the_pack_is_small() -> None:
    pack = read_policy("kam-lite")

    criteria = {
        kind: sum(len(gate.criteria) for gate in pack.gates.values() if gate.kind == kind)
        for kind in pack.kinds
    }
    people = [role.id for role in pack.roles.values() if role.identity is None]
    assert len(pack.facts) <= 60
    assert criteria == {"account": 17, "program": 12}
    assert len(people) == 5


def test_it_scores_with_the_weights_and_bands_of_the_core_pack() -> None:
    lite, core = read_policy("kam-lite"), read_policy("kam-core")

    card = lite.scorecards["designation_lite"]
    weights = {item.id: int(item.weight) for item in card.criteria}

    assert weights == {"D1": 30, "D4": 20, "D5": 15, "D6": 20, "D2": 15}
    known = {item.id: item.bands for item in core.scorecards["designation_score"].criteria}
    assert all(item.bands == known[item.id] for item in card.criteria)
    for name in ("score_auto", "score_mid", "score_low", "score_incubate"):
        assert lite.parameters[name].value == core.parameters[name].value
