"""The order of the demo."""

from pathlib import Path
from random import Random

import click

from kamflow import Kamflow
from kamflow_cli.demo.accounts import playing
from kamflow_cli.demo.acting import Play
from kamflow_cli.demo.cast import COMPANY
from kamflow_cli.demo.clock import PlayedClock
from kamflow_cli.demo.customers import Part, invent_customers
from kamflow_cli.demo.ending import PrintStatus, tell_next, tell_status, tell_why
from kamflow_cli.demo.fates import Nominee
from kamflow_cli.demo.files import DATABASE, STRANGERS, write_settings
from kamflow_cli.demo.imports import import_accounts
from kamflow_cli.demo.pilot import choose_pilots, plan_and_mobilize, prove_value
from kamflow_cli.demo.rollout import (
    evaluate_after_6_months,
    evaluate_after_12_months,
    found_program,
    reach_design,
)
from kamflow_cli.demo.telling import heading, plain
from kamflow_cli.demo.trouble import overcome_incident
from kamflow_cli.demo.wave import run_first_wave
from kamflow_cli.session import database_url

DAYS = 600


def tell_story(
    folder: Path,
    clock: PlayedClock,
    *,
    accounts: int,
    seed: int,
    now: str | None,
    print_status: PrintStatus,
) -> None:
    """Play the whole demo and leave its database and files in `folder`.

    Args:
        folder: Folder to write to; it holds none of these files yet.
        clock: Clock that stands at the begin of the story.
        accounts: Number of customers.
        seed: What the customers are invented from.
        now: The instant that the user has set, for the commands that are named at the end.
        print_status: Prints what `kamflow status` prints.
    """
    rng = Random(seed)  # noqa: S311 - sample data, no secret
    kam = Kamflow.open(database_url(str(folder / DATABASE)), pack="kam-core", clock=clock)
    try:
        write_settings(folder)
        customers = invent_customers(accounts + STRANGERS, rng)
        play = Play(
            kam=kam,
            clock=clock,
            folder=folder,
            customers=customers[:accounts],
            strangers=customers[accounts:],
            rng=rng,
        )
        _introduce(play)
        nominees = _play(play)
        tell_status(play, print_status)
        tell_why(play, nominees)
        tell_next(play.folder, nominees, now)
    finally:
        kam.close()


def _introduce(play: Play) -> None:
    pack = play.kam.policy()
    criteria = sum(len(gate.criteria) for gate in pack.gates.values())
    click.echo(f"{COMPANY}, a maker of industrial parts, starts key account management")
    plain(
        f"policy {pack.id} {pack.version} ({pack.digest[:12]}): {len(pack.workflows)} workflows, "
        f"{len(pack.gates)} gates with {criteria} criteria, {len(pack.approvals)} approvals"
    )
    plain("The clock is played: it starts on the first day below and ends at the present instant.")
    plain("At a shut gate, - marks a criterion that is not met, ? one that is unknown.")


def _play(play: Play) -> list[Nominee]:
    pilots = playing(play, Part.PILOT)
    found_program(play)
    reach_design(play)
    import_accounts(play)
    choose_pilots(play, pilots)
    plan_and_mobilize(play, pilots)
    heading(6, "A year of pilot: evaluate it, prove value, go on to scale")
    evaluate_after_6_months(play, pilots)
    overcome_incident(play, pilots[1])
    prove_value(play, pilots[0])
    evaluate_after_12_months(play, pilots)
    return run_first_wave(play)
