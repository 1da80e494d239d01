"""Event rules about the plan, reviews, value and results."""

from tests.scenarios.cases import Case
from tests.scenarios.story import NOTHING, Report, on, quarterly

REFRESHED = Report("plan.refreshed", {"version": "2"})
MERGER = Report("signal.customer", {"signal": "S-2", "category": "merger"})
CLAIM = Report("value.claimed", {"initiative": "V-1", "amount": "1000"})
VALIDATED = Report("outcome.validated", {"initiative": "V-1", "amount": "900"})
LOST = Report("deal.lost", {"deal": "D-1", "reason": "price"})
LESSON = Report("review.held", {"kind": "loss", "lessons": "1"})
INDEX, WALLET = "measure.leading_index", "account.share_of_wallet_pct"
SLIPPED, ON_TIME = "initiative.milestones_slipped_count", "initiative.milestones_on_time_pct"


def review(kind: str) -> Report:
    return Report("review.held", {"kind": kind})


CASES = (
    Case(
        rule="E-05",
        stage="capture",
        fires=[*on(0, REFRESHED), (366, NOTHING)],
        edge=[*on(0, REFRESHED), (365, NOTHING)],
        severity="high",
        joined=("kam",),
        then=((14, "program_manager"), (30, "exec_sponsor")),
        asks=("refresh",),
        ends=on(367, REFRESHED),
    ),
    Case(
        rule="E-08",
        fires=quarterly(WALLET, 30, 29, 28),
        edge=quarterly(WALLET, 30, 29, "28.1"),
        severity="high",
        joined=("program_manager",),
        then=((14, "exec_sponsor"),),
        asks=("analysis",),
        ends=on(270, {WALLET: "28.5"}),
    ),
    Case(
        rule="E-10",
        fires=[*on(0, review("internal")), (101, NOTHING)],
        edge=[*on(0, review("internal")), (100, NOTHING)],
        joined=("kam",),
        then=((14, "program_manager"),),
        asks=("hold",),
        ends=on(102, review("internal")),
    ),
    Case(
        rule="E-11",
        stage="measure",
        fires=[*on(0, review("joint")), (396, NOTHING)],
        edge=[*on(0, review("joint")), (395, NOTHING)],
        severity="high",
        joined=("program_manager", "exec_sponsor"),
        asks=("meet",),
        ends=on(397, review("joint")),
    ),
    Case(
        rule="E-13",
        fires=on(1, {SLIPPED: 2, ON_TIME: 80}),
        edge=on(1, {SLIPPED: 1, ON_TIME: 59}),
        joined=("kam",),
        then=((14, "program_manager"),),
        asks=("recover",),
        ends=on(5, {SLIPPED: 1, ON_TIME: 70}),
    ),
    Case(
        rule="E-15",
        given={"account.revenue_growth_yoy_pct": 3},
        fires=[
            *on(0, {INDEX: 80}),
            *on(90, {INDEX: "70.4"}),
            *on(180, {"account.revenue_growth_yoy_pct": 3}, {INDEX: "61.9"}),
        ],
        edge=[
            *on(0, {INDEX: 80}),
            *on(90, {INDEX: "70.4"}),
            *on(180, {"account.revenue_growth_yoy_pct": -1}, {INDEX: "61.9"}),
        ],
        severity="high",
        joined=("program_manager", "exec_sponsor"),
        asks=("intervene",),
        ends=on(185, {INDEX: 78}),
    ),
    Case(
        rule="E-22",
        fires=[*on(0, CLAIM), (91, NOTHING)],
        edge=[*on(0, CLAIM), *on(90, VALIDATED), (92, NOTHING)],
        joined=("kam", "finance_controller"),
        asks=("claim",),
        ends=on(95, VALIDATED),
    ),
    Case(
        rule="E-23",
        fires=on(1, {"account.revenue_share_pct": "20.1"}),
        edge=on(1, {"account.revenue_share_pct": 20}),
        severity="low",
        joined=("program_manager",),
        asks=("risk",),
        ends=on(2, {"account.revenue_share_pct": 19}),
    ),
    Case(
        rule="E-31",
        fires=[*on(0, Report("milestone.reached", {"initiative": "V-1"})), *on(30, VALIDATED)],
        edge=[*on(0, Report("milestone.reached", {"initiative": "V-1"})), *on(31, VALIDATED)],
        severity="info",
        joined=("program_office", "exec_sponsor"),
        asks=("story", "thank"),
    ),
    Case(
        rule="E-32",
        fires=[*on(0, LOST), (22, NOTHING)],
        edge=[*on(0, LOST), *on(21, LESSON), (23, NOTHING)],
        joined=("kam",),
        then=((14, "program_manager"),),
        asks=("review",),
        ends=on(25, LESSON),
    ),
    Case(
        rule="E-34",
        fires=on(1, MERGER),
        edge=on(1, Report("signal.customer", {"signal": "S-3", "category": "growth"})),
        severity="high",
        joined=("kam", "exec_sponsor"),
        asks=("review",),
        ends=on(5, REFRESHED),
    ),
)
