"""What each timer of the shipped policy does at its instants, day by day."""

from dataclasses import dataclass, field

from tests.scenarios.cases_governance import admit
from tests.scenarios.cases_incidents import CLEAR
from tests.scenarios.office import Office
from tests.scenarios.portfolio import ADMISSION, SCORES, Facts
from tests.scenarios.story import (
    ADOPTED,
    NORTH,
    About,
    Report,
    Step,
    on,
)

NEGOTIATING: Facts = {"capture.agreement_status": "negotiating"}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What happens at one mark: on `day` it has happened, on the day before it has not."""

    id: str
    day: float
    tells: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    severity: str = ""
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Course:
    """A timer: how it is started on day 0, its marks, and what ends it before the first."""

    timer: str
    marks: tuple[Mark, ...]
    stage: str = "co_creation"
    given: Facts = field(default_factory=dict)
    starts: list[Step] = field(default_factory=list)
    ends: list[Step] = field(default_factory=list)
    about: str = ""
    program: str = ""


def hold(office: Office, account: str) -> None:
    office.record(account, {"account.hold_reason": "the customer merges"})
    office.request(account, "hold", by="program_manager")
    office.approve(account, "exec_sponsor", "program_manager")


def resume(office: Office, account: str) -> None:
    office.record(account, {"account.compliance_block": False})
    office.request(account, "resume", by="program_manager")


def leave(office: Office, account: str) -> None:
    office.record(account, {"account.exit_requested_by": "customer"})
    office.request(account, "propose_exit", by="program_manager")
    office.approve(account, "exec_sponsor", "program_sponsor", "sales_leader", "function_head")
    assert office.stage(account) == "exiting"


def stay(office: Office, account: str) -> None:
    office.request(account, "reprieve", by="exec_sponsor")
    office.approve(
        account, "program_sponsor", "sales_leader", "finance_controller", "function_head"
    )


def withdraw(office: Office, account: str) -> None:
    office.request(account, "withdraw", by="program_office")


def reassess(office: Office, account: str) -> None:
    office.request(account, "reassess", by="program_manager")


def enter(stage: str) -> Step:
    """Return the entering of a stage by the program."""
    return (0, lambda office, _account: office.enter(NORTH, stage))


def enters(day: float, stage: str) -> Step:
    return (day, lambda office, _account: office.enter(NORTH, stage))


def launched(office: Office, _account: str) -> None:
    """Start the pilot of the program on this day, without its gate."""
    office.enter(NORTH, "pilot")
    office.set_fact(NORTH, "program.pilot_started_on", f"{office.now:%Y-%m-%d}")


def m6_done(office: Office, _account: str) -> None:
    office.record(NORTH, {"program.pilot_m6_done_on": f"{office.now:%Y-%m-%d}"})


BORDER: Facts = {
    **SCORES,
    "account.growth_potential_3y_pct": 5,
    "account.strategic_importance_score": 3,
    "account.strategic_fit_score": 3,
    "account.partnership_orientation_score": 3,
    "account.innovation_potential_score": 3,
    "account.complexity_score": 2,
}  # 53 points or so: incubate
STAGES = ("selection", *ADOPTED)
COURSES = (
    Course(
        timer="TM-01",
        stage="candidate",
        marks=(
            Mark(id="remind", day=8, tells=("program_office",)),
            Mark(id="due", day=15, joins=("program_manager",), severity="medium"),
        ),
        given=ADMISSION,
        ends=on(6, withdraw),
    ),
    Course(
        timer="TM-02",
        stage="planning",
        marks=(
            Mark(id="warn", day=48.5, tells=("kam",)),
            Mark(id="due", day=60.5),
            Mark(id="late", day=72.5),
            Mark(id="very_late", day=90.5),
        ),
        ends=on(47, reassess),
    ),
    Course(
        timer="TM-03",
        stage="candidate",
        program="optimize",
        given={**ADMISSION, **BORDER},
        starts=on(0, admit),
        marks=(Mark(id="due", day=365.5, tells=("program_office",)),),
        ends=on(100, CLEAR, admit),
    ),
    Course(
        timer="TM-04",
        stage="planning",
        marks=(Mark(id="due", day=23.5, tells=("program_manager",), asks=("name",)),),
        ends=on(10, {"account.sponsor_accepted_on": "2026-04-10"}),
    ),
    Course(
        timer="TM-06",
        starts=on(0, Report("plan.refreshed", {"version": "1"})),
        marks=(Mark(id="warn", day=331, tells=("kam",)), Mark(id="due", day=366)),
        ends=on(300, Report("plan.refreshed", {"version": "2"})),
    ),
    Course(
        timer="TM-07",
        starts=on(0, Report("review.held", {"kind": "internal"})),
        marks=(Mark(id="remind", day=87, tells=("kam",)), Mark(id="due", day=101)),
        ends=on(80, Report("review.held", {"kind": "internal"})),
    ),
    Course(
        timer="TM-08",
        starts=on(0, Report("review.held", {"kind": "joint"})),
        marks=(
            Mark(id="remind", day=336, tells=("kam", "exec_sponsor")),
            Mark(id="due", day=396),
        ),
        ends=on(330, Report("review.held", {"kind": "joint"})),
    ),
    Course(
        timer="TM-09",
        starts=on(0, {"account.last_requalified_on": "2026-03-31"}),
        marks=(Mark(id="due", day=366, asks=("score",)),),
        ends=on(360, {"account.last_requalified_on": "2027-03-26"}),
    ),
    Course(
        timer="TM-10",
        starts=on(0, Report("sponsor.activity", {"person": "exec_sponsor"})),
        marks=(Mark(id="remind", day=47, tells=("exec_sponsor",)), Mark(id="due", day=61)),
        ends=on(40, Report("sponsor.activity", {"person": "exec_sponsor"})),
    ),
    Course(
        timer="TM-11",
        starts=on(0, Report("contact.logged", {"person": "kam"})),
        marks=(Mark(id="remind", day=24, tells=("kam",)), Mark(id="due", day=31)),
        ends=on(20, Report("contact.logged", {"person": "kam"})),
    ),
    Course(
        timer="TM-12",
        starts=on(0, hold),
        marks=(
            Mark(id="check", day=30.5, joins=("program_manager",), severity="medium"),
            Mark(
                id="end",
                day=180.5,
                joins=("exec_sponsor",),
                severity="high",
                asks=("TA-18", "TA-19"),
            ),
        ),
        ends=on(20, resume),
    ),
    Course(
        timer="TM-15",
        starts=on(0, leave),
        marks=(
            Mark(id="due", day=60.5, joins=("program_manager",), severity="medium"),
            Mark(id="late", day=74.5, joins=("exec_sponsor",), severity="high"),
        ),
        ends=on(50, stay),
    ),
    Course(
        timer="TM-17",
        starts=on(0, {"capture.renewal_due_on": "2026-12-31"}),  # day 275
        marks=(
            Mark(id="prepare", day=96, asks=("prepare",)),
            Mark(id="late", day=186, joins=("program_manager",), severity="medium"),
        ),
        ends=on(90, NEGOTIATING),
    ),
    # ---- program
    Course(
        timer="TM-P1",
        about=NORTH,
        marks=(
            Mark(id="due", day=60.5, joins=("program_sponsor",), severity="medium"),
            Mark(id="late", day=72.5, joins=("steering_committee",), severity="high"),
        ),
        ends=[enters(59, "knowledge")],
    ),
    Course(
        timer="TM-P2",
        about=NORTH,
        starts=on(0, Report("assessment.recorded", {"kind": "maturity"}, about=NORTH)),
        marks=(Mark(id="due", day=366, asks=("assess",)),),
        ends=on(360, Report("assessment.recorded", {"kind": "maturity"}, about=NORTH)),
    ),
    Course(
        timer="TM-P3",
        about=NORTH,
        starts=on(0, launched),
        marks=(
            Mark(id="prepare", day=154, asks=("evidence",)),  # 30 days before 1 October
            Mark(id="due", day=184, tells=("steering_committee",), asks=("TP-04",)),
            Mark(
                id="late",
                day=214,
                joins=("program_sponsor", "steering_committee"),
                severity="high",
            ),
        ),
        ends=on(100, m6_done),
    ),
    Course(
        timer="TM-P4",
        about=NORTH,
        starts=on(0, launched),
        marks=(
            Mark(id="prepare", day=321, asks=("evidence",)),  # 45 days before 1 April
            Mark(id="due", day=366, tells=("steering_committee",), asks=("TP-05",)),
            Mark(
                id="late",
                day=396,
                joins=("program_sponsor", "steering_committee"),
                severity="high",
            ),
        ),
        ends=[enters(300, "scale")],
    ),
    Course(
        timer="TM-P5",
        about=NORTH,
        starts=[
            enter("optimize"),
            *on(0, About(NORTH, {"program.annual_review_on": "2026-03-31"})),
        ],
        marks=(Mark(id="due", day=366, tells=("program_manager",), asks=("TP-09",)),),
        ends=on(300, About(NORTH, {"program.annual_review_on": "2027-01-25"})),
    ),
    Course(
        timer="TM-P6",
        about=NORTH,
        starts=[enter("paused")],
        marks=(
            Mark(
                id="due",
                day=180.5,
                joins=("program_sponsor", "steering_committee"),
                severity="high",
                asks=("TP-13", "TP-14"),
            ),
        ),
        ends=[enters(170, "scale")],
    ),
)
