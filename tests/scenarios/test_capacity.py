"""Places of sponsors and KAMs: reserved in selection, given once, offered to the best who waits.

Source: policy sections 0 and (c), row R7; scenarios SC-03, SC-05 and SC-15.
"""

from decimal import Decimal

import pytest

from kamflow import Verdict
from kamflow.model.events import FactLapsed, PlaceOffered
from tests.builders import Plain
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts

UNTIL = "account.places_reserved_until"
GUARDED: Facts = {"account.revenue_share_pct": 21}  # a guard fails, so people decide
UNBLOCKED: Facts = {"account.compliance_block": False, "account.credit_block": False}
BORDERLINE: Facts = {  # together with the rest of the scores: 48.75 points
    "account.growth_potential_3y_pct": 1,
    "account.revenue_share_pct": "0.6",
    "account.strategic_importance_score": 2,
}
SCORE = "account.designation_score"


@pytest.fixture
def optimizing(office: Office) -> Office:
    """A program in normal business, large enough for fifty key accounts."""
    office.place("north", "optimize")
    office.record("north", {"program.customer_count": 1_000})
    return office


def designated(office: Office, *names: str) -> list[str]:
    """Enter accounts that are key accounts already."""
    accounts = [office.nominate(name) for name in names]
    for account in accounts:
        office.place(account, "planning")
    return accounts


def admitted(office: Office, name: str, *facts: Facts) -> str:
    account = office.nominate(name, ADMISSION, *facts)
    office.request(account, "admit", by="program_office")
    return account


def weaker(points: int) -> Facts:
    """Return scores that come to 82.5 points less 3.75 for each of these."""
    return {**SCORES, "account.strategic_importance_score": 5 - points}


def offers(office: Office, account: str) -> list[PlaceOffered]:
    happened = (entry.event for entry in office.kam.history(account))
    return [event for event in happened if isinstance(event, PlaceOffered)]


def status(office: Office, account: str) -> tuple[str, str | None]:
    return office.stage(account), office.value(account, "account.candidate_status")


# ---------------------------------------------------------------------------- reserving


def test_an_account_in_selection_has_its_places_reserved_for_thirty_days(
    optimizing: Office,
) -> None:
    account = admitted(optimizing, "nordwind")

    assert optimizing.stage(account) == "selection"
    assert optimizing.value(account, UNTIL) == "2026-04-30"
    assert optimizing.value(account, "account.sponsor_load") == "1"
    assert optimizing.value(account, "account.kam_load") == "1"
    assert optimizing.value("north", "program.key_account_count") == "0"


def test_the_place_that_an_account_has_reserved_does_not_count_against_it(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")
    account = admitted(optimizing, "nordwind", SCORES, GUARDED)

    (designate,) = optimizing.kam.why(account, "designate").transitions

    assert optimizing.value(account, "account.sponsor_load") == "3"
    assert designate.verdict is Verdict.MET
    optimizing.approve(account, "program_manager", "sales_leader")
    assert optimizing.stage(account) == "planning"
    assert optimizing.value(account, UNTIL) is None


def test_sc_05_of_two_accounts_one_reserves_the_last_place_and_the_other_waits(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")

    first = admitted(optimizing, "first", SCORES, GUARDED)
    second = admitted(optimizing, "second", SCORES)

    assert status(optimizing, first) == ("selection", None)
    assert status(optimizing, second) == ("candidate", "waitlist")
    assert optimizing.value(second, "account.sponsor_load") == "3"


def test_no_place_is_reserved_before_a_sponsor_is_named(optimizing: Office) -> None:
    optimizing.kam.create_account("north", "nordwind", "Nordwind", by="nominator")
    account = "north/nordwind"
    optimizing.record(account, {"account.kam": "kam"})
    optimizing.record(account, ADMISSION)
    optimizing.request(account, "admit", by="program_office")
    assert optimizing.value(account, UNTIL) is None
    optimizing.later(days=2)

    optimizing.record(account, {"account.sponsor": "exec_sponsor"})

    assert optimizing.value(account, UNTIL) == "2026-05-02"


def test_another_sponsor_has_the_place_reserved_instead(optimizing: Office) -> None:
    account = admitted(optimizing, "nordwind")
    other = admitted(optimizing, "other")

    optimizing.record(account, {"account.sponsor": "fresh"})

    assert optimizing.value(account, UNTIL) == "2026-04-30"
    assert optimizing.value(account, "account.sponsor_load") == "1"
    assert optimizing.value(other, "account.sponsor_load") == "1"


def test_a_sponsor_without_a_place_takes_the_reservation_away(optimizing: Office) -> None:
    for account in designated(optimizing, "one", "two", "three"):
        optimizing.record(account, {"account.sponsor": "busy"})
    account = admitted(optimizing, "nordwind", SCORES, GUARDED)

    optimizing.record(account, {"account.sponsor": "busy"})

    assert status(optimizing, account) == ("candidate", "waitlist")
    assert optimizing.value(account, UNTIL) is None
    assert optimizing.waiting(account) == []
    assert optimizing.value(account, "account.sponsor_load") == "3"


@pytest.mark.parametrize(
    ("days", "stage"), [(29, "candidate"), (30, "candidate"), (31, "selection")]
)
def test_a_reservation_is_over_after_thirty_days_without_any_event(
    optimizing: Office, days: int, stage: str
) -> None:
    designated(optimizing, "one", "two")
    idle = admitted(optimizing, "idle")
    optimizing.later(days=days)
    optimizing.record("north", {"program.customer_count": 1_000})
    before = [item.event for item in optimizing.kam.history(idle)]

    late = admitted(optimizing, "late", SCORES, GUARDED)

    assert not any(isinstance(event, FactLapsed) for event in before)
    assert optimizing.stage(late) == stage


def test_an_expired_reservation_comes_back_only_by_asking_and_only_while_there_is_a_place(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")
    idle = admitted(optimizing, "idle")
    optimizing.later(days=31)
    optimizing.record(idle, {"account.nomination_reason": "as before"})
    assert optimizing.value(idle, UNTIL) == "2026-04-30"

    optimizing.request(idle, "reserve", by="program_office")

    assert optimizing.value(idle, UNTIL) == "2026-05-31"
    optimizing.later(days=31)
    admitted(optimizing, "quick")
    refused = optimizing.kam.request(idle, "reserve", by="program_office")
    assert not refused.accepted


def test_who_has_lost_its_place_is_not_designated_by_the_last_vote(optimizing: Office) -> None:
    designated(optimizing, "one", "two")
    slow = admitted(optimizing, "slow", SCORES, GUARDED)
    optimizing.approve(slow, "program_manager")
    (item,) = optimizing.waiting(slow)
    designated(optimizing, "adopted")  # past all gates, as at go-live

    optimizing.kam.vote(item.id, "approve", by="sales_leader")

    assert status(optimizing, slow) == ("candidate", "waitlist")
    assert optimizing.value(slow, "account.sponsor_load") == "3"


# ---------------------------------------------------------------------------- offering


def test_sc_03_a_place_that_becomes_free_is_offered_to_the_best_score_first(
    optimizing: Office,
) -> None:
    one, *_ = designated(optimizing, "one", "two", "three")
    worse = admitted(optimizing, "a-worse", weaker(1))
    best = admitted(optimizing, "b-best", SCORES)
    assert status(optimizing, best) == ("candidate", "waitlist")
    optimizing.later(days=1)

    optimizing.record(one, {"account.sponsor": "somebody else"})

    assert optimizing.stage(best) == "planning"
    assert status(optimizing, worse) == ("candidate", "waitlist")
    (offer,) = offers(optimizing, best)
    assert (offer.rank, offer.waiting, offer.order) == (1, 2, {SCORE: "82.5"})
    assert offers(optimizing, worse) == []


def test_of_equal_scores_who_has_waited_longest_comes_first(optimizing: Office) -> None:
    one, *_ = designated(optimizing, "one", "two", "three")
    long = admitted(optimizing, "z-long", SCORES)
    optimizing.later(hours=1)
    short = admitted(optimizing, "a-short", SCORES)

    optimizing.record(one, {"account.sponsor": "somebody else"})

    assert optimizing.stage(long) == "planning"
    assert status(optimizing, short) == ("candidate", "waitlist")


def test_a_better_account_that_could_not_take_the_place_is_passed_over(
    optimizing: Office,
) -> None:
    one, *rest = designated(optimizing, "one", "two", "three")
    for account in designated(optimizing, "four", "five", "six"):
        optimizing.record(account, {"account.sponsor": "busy"})
    optimizing.record(rest[0], {"account.kam": "kam-2"})
    best = optimizing.nominate("best", ADMISSION, SCORES, {"account.sponsor": "busy"})
    optimizing.request(best, "admit", by="program_office")
    worse = admitted(optimizing, "worse", weaker(1))

    optimizing.record(one, {"account.sponsor": "somebody else", "account.kam": "kam-3"})

    assert status(optimizing, best) == ("candidate", "waitlist")
    assert optimizing.stage(worse) == "planning"
    (offer,) = offers(optimizing, worse)
    assert (offer.rank, offer.waiting) == (2, 2)


def test_a_place_is_offered_when_a_reservation_is_given_up(optimizing: Office) -> None:
    designated(optimizing, "one", "two")
    holder = admitted(optimizing, "holder", SCORES, GUARDED)
    waiting = admitted(optimizing, "waiting", SCORES)
    assert status(optimizing, waiting) == ("candidate", "waitlist")

    optimizing.record(holder, BORDERLINE)

    assert status(optimizing, holder) == ("candidate", "incubate")
    assert optimizing.stage(waiting) == "planning"


def test_a_place_is_offered_when_the_sponsor_may_take_one_more(optimizing: Office) -> None:
    designated(optimizing, "one", "two", "three")
    waiting = admitted(optimizing, "waiting", SCORES)

    optimizing.record(waiting, {"account.sponsor_capacity": 4})

    assert optimizing.stage(waiting) == "planning"


def test_a_place_is_offered_when_the_program_may_grow(optimizing: Office) -> None:
    optimizing.record("north", {"program.customer_count": 60})
    names = ("one", "two", "three", "four", "five")
    for number, account in enumerate(designated(optimizing, *names)):
        optimizing.record(account, {"account.sponsor": f"s{number}", "account.kam": f"k{number}"})
    waiting = admitted(optimizing, "waiting", SCORES)
    assert status(optimizing, waiting) == ("candidate", "waitlist")

    optimizing.record("north", {"program.customer_count": 1_000})

    assert optimizing.stage(waiting) == "planning"


def test_the_place_that_was_offered_is_reserved_for_who_comes_first(optimizing: Office) -> None:
    one, *_ = designated(optimizing, "one", "two", "three")
    best = admitted(optimizing, "best", SCORES, GUARDED)
    optimizing.record(one, {"account.sponsor": "somebody else"})
    assert status(optimizing, best) == ("selection", None)
    assert optimizing.value(best, UNTIL) == "2026-04-30"

    late = admitted(optimizing, "late", SCORES)

    assert status(optimizing, late) == ("candidate", "waitlist")


def test_what_runs_out_by_the_clock_is_offered_when_the_clock_is_served(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")
    idle = admitted(optimizing, "idle")
    waiting = admitted(optimizing, "waiting", SCORES)
    optimizing.later(days=30)
    optimizing.kam.run_due()
    assert status(optimizing, waiting) == ("candidate", "waitlist")
    optimizing.later(days=1)

    optimizing.kam.run_due()

    assert any(isinstance(item.event, FactLapsed) for item in optimizing.kam.history(idle))
    assert optimizing.stage(waiting) == "selection"  # what was known of it is too old by now
    assert optimizing.value(waiting, UNTIL) == "2026-05-31"
    assert optimizing.stage(idle) == "selection"


def test_who_loses_its_place_to_another_waits_at_once_and_nobody_votes_on_it(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")
    slow = admitted(optimizing, "slow", SCORES, GUARDED)
    waiting = admitted(optimizing, "waiting", SCORES)
    optimizing.later(days=29)
    for facts in (UNBLOCKED, {**SCORES, **GUARDED}):
        optimizing.record(slow, facts)
    assert len(optimizing.waiting(slow)) == 1
    optimizing.later(days=2)

    optimizing.kam.run_due()

    assert optimizing.stage(waiting) == "selection"
    assert status(optimizing, slow) == ("candidate", "waitlist")
    assert optimizing.waiting(slow) == []


def test_one_freed_place_is_offered_once(optimizing: Office) -> None:
    one, two, *_ = designated(optimizing, "one", "two", "three")
    waiting = [admitted(optimizing, f"w{number}", weaker(number)) for number in range(3)]

    optimizing.record(one, {"account.sponsor": "somebody else"})

    assert [optimizing.stage(item) for item in waiting] == ["planning", "candidate", "candidate"]
    optimizing.record(two, {"account.sponsor": "somebody else"})
    assert [optimizing.stage(item) for item in waiting] == ["planning", "planning", "candidate"]


# ---------------------------------------------------------------------------- the report


def test_the_report_tells_load_reservations_free_places_and_the_waitlist(
    optimizing: Office,
) -> None:
    designated(optimizing, "one", "two")
    admitted(optimizing, "holder", SCORES, GUARDED)
    worse = admitted(optimizing, "a-worse", weaker(1))
    best = admitted(optimizing, "b-best", SCORES)

    (report,) = optimizing.kam.capacity("north")

    sponsors, kams = report.places
    (sponsor,), (kam,) = sponsors.people, kams.people
    assert (sponsor.person, sponsor.load, sponsor.reserved) == ("exec_sponsor", Decimal(3), 1)
    assert (sponsor.capacity, sponsor.free) == (Decimal(3), Decimal(0))
    assert (kam.load, kam.capacity, kam.free) == (Decimal(3), Decimal(5), Decimal(2))
    assert [item.subject for item in report.waiting] == [best, worse]
    assert report.waiting[0].full == ("exec_sponsor",)
    assert not report.waiting[0].ready


def test_sc_15_a_wave_larger_than_the_free_places_is_held_and_who_would_wait_is_told(
    optimizing: Office,
) -> None:
    optimizing.record("north", {"program.next_wave_size": 8, "program.sponsor_slots_free": 6})
    for number in range(8):
        facts: dict[str, Plain] = {
            **weaker(number // 3),
            "account.sponsor": f"sponsor-{number % 2}",
            "account.kam": f"kam-{number % 2}",
            "account.wave_no": 1,
        }
        optimizing.nominate(f"w{number}", ADMISSION, facts)

    gate = optimizing.kam.judge_all("program", "G-P4w")["north"]
    (report,) = optimizing.kam.capacity("north")

    finding = next(item for item in gate.findings if item.criterion.id == "G-P4w.4")
    assert finding.verdict is not Verdict.MET
    assert report.planned == 8
    assert [item.subject for item in report.would_wait] == ["north/w6", "north/w7"]
    assert [item.full for item in report.would_wait] == [("sponsor-0",), ("sponsor-1",)]
