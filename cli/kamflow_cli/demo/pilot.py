"""The chapters about the pilot accounts: how they are chosen, planned with and given a team."""

from collections.abc import Mapping, Sequence

from kamflow_cli.demo.accounts import account, nominate
from kamflow_cli.demo.acting import (
    Play,
    answer,
    ask,
    ask_and_vote,
    ballot,
    cast,
    must,
    opened,
    record,
    tell_gate,
    yes,
)
from kamflow_cli.demo.cast import (
    CLARA,
    FELIX,
    PETRA,
    RAJ,
    SVEN,
    TODAY,
    TOM,
    YARA,
    Statements,
)
from kamflow_cli.demo.customers import Customer
from kamflow_cli.demo.plans import half_a_plan, plan, proof, rest_of_the_plan, team, team_at_last
from kamflow_cli.demo.rollout import ask_for_the_pilot_too_early, launch_pilot
from kamflow_cli.demo.telling import counted, detail, heading, listed, step

_FEW = 2  # accounts that are told by name
_COMMITTEE = (CLARA, SVEN, FELIX, TOM)


def choose_pilots(play: Play, pilots: Sequence[Customer]) -> None:
    """Designate four pilot accounts, and launch the pilot when there are enough of them."""
    heading(4, "Still in design: choose the pilot accounts")
    play.clock.go_to(days_before=440)
    detail(_designate(play, pilots[:2]))
    ask_for_the_pilot_too_early(play)
    play.clock.go_to(days_before=425)
    _designate(play, pilots[2:])
    launch_pilot(play)


def _designate(play: Play, chosen: Sequence[Customer]) -> str:
    """Admit accounts; the policy asks the committee, and its members vote. Return why it asks."""
    nominate(play, chosen, pilot="true")
    with play.kam.batch() as batch:
        admitted = [must(batch.request(account(item), "admit", by=PETRA)) for item in chosen]
    waiting = next(item for item in play.kam.inbox(CLARA) if item.subject == account(chosen[0]))
    votes = yes(*_COMMITTEE)
    with play.kam.batch() as batch:
        answers = [cast(batch, opened(decision), votes) for decision in admitted]
        for item in chosen:
            yes_of_sponsor = {item.sponsor: {"account.sponsor_accepted_on": TODAY}}
            record(play, batch, account(item), yes_of_sponsor)
    names = listed(item.name for item in chosen)
    sponsors = listed(item.sponsor for item in chosen)
    said = listed(answer(item) for item in answers)
    step(play.clock(), f"{PETRA} admits {names}: {ballot(votes)} {said}; {sponsors} sponsor them")
    return f"{waiting.approval} was asked by {waiting.reason}"


def plan_and_mobilize(play: Play, pilots: Sequence[Customer]) -> None:
    """Take the pilot accounts through the gates of plan and team, which stop one at each."""
    heading(5, "The pilot: plans and teams, with gates that open and gates that block")
    swift, light, lean, thin = pilots
    play.clock.go_to(days_before=370)
    plans = {
        swift: plan(swift.kam, budget="80000"),
        light: plan(light.kam, budget="40000"),
        lean: plan(lean.kam, budget="40000"),
        thin: half_a_plan(thin.kam),
    }
    _state_each(play, plans)
    _commit_plan(play, swift, swift.sponsor, TOM, FELIX)
    _commit_plan(play, light, light.sponsor, TOM)
    _commit_plan(play, lean, lean.sponsor, TOM)
    ask(play, account(thin), "commit_plan", by=thin.kam)
    tell_gate(play, account(thin), "commit_plan")
    _mobilize(play, swift, light, lean)
    _mend(play, lean, thin)


def _mobilize(play: Play, swift: Customer, light: Customer, lean: Customer) -> None:
    """Give three accounts their teams; one team is approved by the policy, one is too small."""
    play.clock.go_to(days_before=345)
    teams = {
        swift: team(swift.kam, swift.sponsor, size="5", fte="2.5", budget="80000"),
        light: team(light.kam, light.sponsor, size="4", fte="0.5", budget="40000"),
        lean: team(lean.kam, lean.sponsor, size="3", fte="1.5", budget="40000"),
    }
    _state_each(play, teams)
    _start(play, swift)
    ask(play, account(light), "start_co_creation", by=light.kam)
    ask(play, account(lean), "start_co_creation", by=lean.kam)
    tell_gate(play, account(lean), "start_co_creation")


def _mend(play: Play, lean: Customer, thin: Customer) -> None:
    """Supply what was missing: then the same gates open."""
    play.clock.go_to(days_before=325)
    late_team = team(thin.kam, thin.sponsor, size="4", fte="1.0", budget="30000")
    _state_each(play, {lean: team_at_last("4"), thin: rest_of_the_plan(thin.kam, late_team)})
    _start(play, lean)
    _commit_plan(play, thin, thin.sponsor, TOM)
    _start(play, thin)


def prove_value(play: Play, swift: Customer) -> None:
    """Let a customer confirm what one pilot account has brought: its next gate opens."""
    play.clock.go_to(days_before=75)
    with play.kam.batch() as batch:
        must(batch.assign(account(swift), "customer_contact", YARA, by=TOM))
    _state_each(play, {swift: proof(YARA)})
    votes = yes(swift.sponsor)
    ask_and_vote(play, account(swift), "start_capture", by=swift.kam, votes=votes)


def _state_each(play: Play, stated: Mapping[Customer, Statements]) -> None:
    """Record what is stated about several accounts, and tell how much."""
    with play.kam.batch() as batch:
        count = sum(record(play, batch, account(item), said) for item, said in stated.items())
    many = (
        listed(item.name for item in stated) if len(stated) <= _FEW else f"{len(stated)} accounts"
    )
    step(play.clock(), f"{counted(count, 'fact')} recorded of {many}")


def _commit_plan(play: Play, item: Customer, *voters: str) -> None:
    ask_and_vote(play, account(item), "commit_plan", by=item.kam, votes=yes(*voters))


def _start(play: Play, item: Customer) -> None:
    ask_and_vote(play, account(item), "start_co_creation", by=item.kam, votes=yes(RAJ))
