"""Random histories of a small portfolio under the shipped pack, with sense and without."""

from collections.abc import Sequence
from datetime import datetime

from hypothesis import strategies as st

from kamflow.model.commands import CastVote, Command, OpenSubject, RequestTransition, Turn
from kamflow.model.decision import Decision
from kamflow.model.events import Event, Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from kamflow.runtime.rippling import Ripples
from tests.builders import World, shipped_pack
from tests.scenarios.portfolio import (
    ADMISSION,
    COMMITTEE,
    DEAL,
    PEOPLE,
    PLAN,
    SCORES,
    STEERING,
    TEAM,
    VALUE,
    Facts,
    review,
)

Step = tuple[str, int, int, int]

ACCOUNTS = ("acme", "beta", "core")
PARTS: tuple[Facts, ...] = (
    ADMISSION,
    SCORES,
    {**ADMISSION, **SCORES},
    PLAN,
    TEAM,
    VALUE,
    DEAL,
    review("2026-03-31"),
    {"account.exit_requested_by": "customer", "account.hold_reason": "a merger"},
    {"account.partnership_orientation_score": 1},
    {"account.strategic_fit_score": 1, "account.growth_potential_3y_pct": 1},
    {"account.credit_block": True},
    {"account.credit_block": False},
    {"account.pilot": True},
    {"account.strategic_fit_score": 9},
    {"account.nonsense": 1},
    {"account.requalification_score": 45},
)
VOTERS = (*dict.fromkeys((*COMMITTEE, *STEERING, "exec_sponsor", "kam", "nina", "stranger")),)
ASKERS = ("kam", "program_manager", "program_office", "exec_sponsor", "stranger")
ANSWERS = ("approve", "approve", "approve", "reject", "abstain", "nonsense")
TRIGGERS = (
    "admit", "designate", "reject", "park", "adopt", "withdraw", "commit_plan", "start_co_creation",
    "start_capture", "close_capture", "next_cycle", "hold", "resume", "propose_exit", "reassess",
    "replan_team", "renominate", "nonsense",
)  # fmt: skip
NEXT: dict[str, tuple[Facts, str, str]] = {  # stage -> what is needed to go on, and who asks
    "candidate": ({**ADMISSION, **SCORES}, "admit", "program_office"),
    "selection": (SCORES, "designate", "program_manager"),
    "planning": (PLAN, "commit_plan", "kam"),
    "mobilization": (TEAM, "start_co_creation", "kam"),
    "co_creation": (VALUE, "start_capture", "kam"),
    "capture": (DEAL, "close_capture", "kam"),
    "measure": (review("2026-03-31"), "next_cycle", "kam"),
    "on_hold": ({"account.compliance_block": False}, "resume", "program_manager"),
    "exiting": ({"account.handover_done_pct": 100}, "reprieve", "exec_sponsor"),
    "rejected": ({}, "renominate", "kam"),
}
PROGRAM_TRIGGERS = ("pause", "resume", "redesign", "stop", "annual_review", "nonsense")

numbers = st.integers(0, 40)
histories: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            ["open", "move", "move", "move", "move", "agree", "agree", "agree", "facts", "facts",
             "ask", "ask", "vote", "vote", "program", "role", "later"]
        ),
        numbers,
        numbers,
        numbers,
    ),
    min_size=30,
    max_size=60,
)  # fmt: skip


class Story(World):
    """A world that keeps what was asked of it: when, of whom, what, and what the answer was."""

    def __init__(self, pack: Pack | None = None) -> None:
        super().__init__(pack or shipped_pack())
        self.asked: list[tuple[datetime, str, Command]] = []
        self.answers: list[tuple[Snapshot | None, Decision]] = []
        self.placed: dict[int, Recorded] = {}  # number of questions before -> event

    def happened(self, subject: str, event: Event) -> None:
        super().happened(subject, event)
        self.placed[len(self.asked)] = self.events[subject][-1]

    def submit(self, subject: str, command: Command) -> Decision:
        before = self.subjects.get(subject)
        decision = super().submit(subject, command)
        self.asked.append((self.now, subject, command))
        self.answers.append((before, decision))
        self._spread(decision)
        return decision

    def _spread(self, decision: Decision) -> None:
        """Have everybody brought up to date whose rules read what a decision touched."""
        ripples = Ripples()
        ripples.take(self.newest, decision)

        def turn(subject: str, tokens: tuple[str, ...]) -> None:
            turned = super(Story, self).submit(subject, Turn(actor="system", touched=tokens))
            ripples.take(self.newest, turned)

        ripples.settle(self, lambda one: self.packs[one.pack], turn)

    def load(self, subject: str) -> Snapshot | None:
        return self.subjects.get(subject)

    def members(self, above: str, kind: str) -> list[Snapshot]:
        return list(self._members(above, kind))


def begun(pack: Pack | None = None) -> Story:
    """Return a program in normal business, with every role filled."""
    story = Story(pack)
    story.open("program", "north")
    story.staff("north")
    for person in STEERING:
        story.assign("north", "steering_committee", person)
    story.place("north", "optimize")
    story.record("north", {"program.customer_count": 1_000})
    return story


def told(steps: Sequence[Step], pack: Pack | None = None) -> Story:
    """Return the story that the steps tell; a step that fits nowhere is left out."""
    story = begun(pack)
    for what, one, other, third in steps:
        _tell(story, what, one, other, third)
    return story


def _tell(story: Story, what: str, one: int, other: int, third: int) -> None:
    accounts = [name for name in story.subjects if "/" in name]
    if what == "open" or not accounts:
        _enter(story, ACCOUNTS[one % len(ACCOUNTS)])
        return
    account = accounts[one % len(accounts)]
    match what:
        case "move":
            _move(story, account)
        case "agree":
            _agree(story, account, other, third)
        case "ask":
            _ask(story, account, TRIGGERS[other % len(TRIGGERS)], third)
        case "program":
            _ask(story, "north", PROGRAM_TRIGGERS[other % len(PROGRAM_TRIGGERS)], third)
        case "vote":
            _vote(story, account, VOTERS[other % len(VOTERS)], ANSWERS[third % len(ANSWERS)])
        case _:
            _change(story, what, account, other, third)


def _change(story: Story, what: str, account: str, other: int, third: int) -> None:
    match what:
        case "facts":
            as_of = story.now.replace(year=story.now.year - third % 2)
            story.record(account, PARTS[other % len(PARTS)], as_of=as_of)
        case "role":
            change = story.assign if third % 4 else story.unassign
            change("north", COMMITTEE[third % len(COMMITTEE)], VOTERS[other % len(VOTERS)])
        case _:
            story.later(other)


def _enter(story: Story, name: str) -> None:
    if f"north/{name}" not in story.subjects:
        command = OpenSubject(actor="nina", id=name, kind="account", name=name, parent="north")
        story.submit(f"north/{name}", command)
        story.record(f"north/{name}", PEOPLE)


def _move(story: Story, account: str) -> None:
    """Supply what is needed to leave the stage, and ask for it."""
    needed, trigger, asker = NEXT.get(story.stage(account), ({}, "nonsense", "kam"))
    story.record(account, needed)
    story.submit(account, RequestTransition(actor=asker, trigger=trigger))


def _ask(story: Story, subject: str, trigger: str, third: int) -> None:
    targets = (None, None, "planning", "measure")
    command = RequestTransition(
        actor=ASKERS[third % len(ASKERS)], trigger=trigger, target=targets[third % len(targets)]
    )
    story.submit(subject, command)


def _agree(story: Story, account: str, other: int, third: int) -> None:
    """Let people say yes one after another; now and then some are missing, or one says no."""
    people = VOTERS if other % 4 else VOTERS[: other % len(VOTERS)]
    for person in people:
        answer = "reject" if third % 8 == 0 and person == people[-1] else "approve"
        subject = account if story.subjects[account].approvals else "north"
        if story.subjects[subject].approvals:
            _vote(story, subject, person, answer)


def _vote(story: Story, subject: str, person: str, answer: str) -> None:
    """Vote on something open; on an approval that does not exist when there is none."""
    identity = next(iter(story.subjects[subject].approvals), f"{subject}#999")
    story.submit(subject, CastVote(actor=person, approval=identity, vote=answer))
