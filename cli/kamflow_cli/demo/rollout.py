"""The chapters about the program itself: its start, its gates, its votes."""

from kamflow_cli.demo.acting import Play, ask, ask_and_vote, must, record, state, tell_gate, yes
from kamflow_cli.demo.cast import (
    CLARA,
    COMPANY,
    FELIX,
    HELEN,
    MARIA,
    NADIA,
    PROGRAM,
    ROLES,
    SVEN,
    TOM,
)
from kamflow_cli.demo.customers import Customer
from kamflow_cli.demo.evidence import (
    COMMITMENT,
    DESIGN,
    FIRST_WAVE,
    KNOWLEDGE,
    MONTH_6,
    MONTH_12,
    pilot_result,
)
from kamflow_cli.demo.telling import heading, plain, step


def found_program(play: Play) -> None:
    """Create the program and give people their roles."""
    heading(1, "A program and its people")
    with play.kam.batch() as batch:
        must(batch.create_program(PROGRAM, f"{COMPANY}: key accounts", by=TOM))
        for role, people in ROLES:
            for person in people:
                must(batch.assign(PROGRAM, role, person, by=TOM))
    view = play.kam.subject(PROGRAM)
    step(play.clock(), f"{TOM} creates the program `{view.id}`: the stage is `{view.stage}`")
    held = [f"{role} {', '.join(view.roles[role])}" for role, _ in ROLES]
    plain(f"roles: {'; '.join(held)}")


def reach_design(play: Play) -> None:
    """Take the program from the idea to its design."""
    heading(2, "From the idea to the design")
    ask(play, PROGRAM, "start", by=TOM)
    tell_gate(play, PROGRAM, "start", at_most=3)
    play.clock.go_to(days_before=596)
    said = state(play, PROGRAM, COMMITMENT)
    votes = yes(CLARA)
    ask_and_vote(play, PROGRAM, "start", by=TOM, votes=votes, first=said)
    play.clock.go_to(days_before=500)
    said = state(play, PROGRAM, KNOWLEDGE)
    votes = yes(CLARA, FELIX, MARIA)
    ask_and_vote(play, PROGRAM, "design", by=TOM, votes=votes, first=said)


def ask_for_the_pilot_too_early(play: Play) -> None:
    """Ask for the pilot with two pilot accounts."""
    play.clock.go_to(days_before=430)
    said = state(play, PROGRAM, DESIGN)
    ask(play, PROGRAM, "launch_pilot", by=TOM, first=said)
    tell_gate(play, PROGRAM, "launch_pilot")


def launch_pilot(play: Play) -> None:
    """Ask for the pilot again; the steering committee decides, and not with one voice."""
    play.clock.go_to(days_before=420)
    votes = {HELEN: "reject", **yes(CLARA, FELIX, SVEN)}
    ask_and_vote(play, PROGRAM, "launch_pilot", by=TOM, votes=votes)


def evaluate_after_6_months(play: Play, pilots: tuple[Customer, ...]) -> None:
    """Evaluate the pilot half-way; scale cannot be had yet."""
    play.clock.go_to(days_before=230)
    _ask_the_teams(play, pilots, score="3.5")
    _measure(play, pilots, leading=3, lagging=1, engaged=2)
    said = state(play, PROGRAM, MONTH_6)
    votes = yes(CLARA, FELIX, HELEN)
    ask_and_vote(play, PROGRAM, "checkpoint_m6", by=TOM, votes=votes, first=said)
    ask(play, PROGRAM, "scale", by=TOM)


def evaluate_after_12_months(play: Play, pilots: tuple[Customer, ...]) -> None:
    """Evaluate the pilot at its end, and go on to scale."""
    play.clock.go_to(days_before=45)
    _ask_the_teams(play, pilots, score="4.2")
    _measure(play, pilots, leading=3, lagging=2, engaged=3)
    said = state(play, PROGRAM, {**MONTH_12, TOM: MONTH_12[TOM] | FIRST_WAVE[TOM]})
    votes = yes(CLARA, FELIX, HELEN, MARIA)
    ask_and_vote(play, PROGRAM, "scale", by=TOM, votes=votes, first=said)


def _ask_the_teams(play: Play, pilots: tuple[Customer, ...], *, score: str) -> None:
    with play.kam.batch() as batch:
        for item in pilots:
            account = f"{PROGRAM}/{item.id}"
            must(batch.record_facts(account, {"team.feedback_score": score}, by=NADIA))


def _measure(
    play: Play, pilots: tuple[Customer, ...], *, leading: int, lagging: int, engaged: int
) -> None:
    """Record of how many pilot accounts something is better than at the start of the pilot."""
    with play.kam.batch() as batch:
        for number, item in enumerate(pilots):
            result = pilot_result(
                item.sponsor,
                leading=number < leading,
                lagging=number < lagging,
                engaged=number < engaged,
            )
            record(play, batch, f"{PROGRAM}/{item.id}", result)


def open_first_wave(play: Play) -> None:
    """Ask for the first wave of further key accounts."""
    play.clock.go_to(days_before=20)
    said = state(play, PROGRAM, FIRST_WAVE)
    votes = yes(CLARA, FELIX)
    ask_and_vote(play, PROGRAM, "wave", by=TOM, votes=votes, first=said)
