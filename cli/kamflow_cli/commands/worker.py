"""`kamflow worker`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click
from msgspec.structs import asdict

from kamflow import DeliveryOptions, Kamflow, Worker, matcher_for
from kamflow_cli.session import clock_of, existing_database, json_option
from kamflow_cli.worker_log import WorkerLog


@click.command()
@click.option("--once", is_flag=True, help="Do and deliver what is due now, then end.")
@click.option("--no-delivery", is_flag=True, help="Deliver nothing; another program does.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1, max=60),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest sleep: what others decide is seen by then.",
)
@click.option(
    "--matcher",
    type=click.Choice(["auto", "reference", "durable"]),
    default="auto",
    show_default=True,
    help="Finds which event rules fire.",
)
@click.option("--link-base", default="", metavar="URL", help="Address for links in messages.")
@click.option("--mail", envvar="KAMFLOW_MAIL", default="", metavar="URL", help="Mail server.")
@json_option
@click.pass_context
def worker(
    ctx: click.Context,
    once: bool,
    no_delivery: bool,
    poll: float,
    matcher: str,
    link_base: str,
    mail: str,
    as_json: bool,
) -> None:
    """Work until stopped: do what falls due, deliver messages, sleep until the next instant.

    SIGTERM and Ctrl-C end it when what is in hand is done.
    """
    options = DeliveryOptions(link_base=link_base, mail=mail)
    with matcher_for(matcher, bulk=True) as match:
        kam = Kamflow.open(existing_database(ctx), clock=clock_of(ctx), matcher=match)
        ctx.call_on_close(kam.close)
        log = WorkerLog(lambda: asdict(match.state), as_json=as_json)
        one = Worker(
            kam,
            tell=log.tell,
            deliver=None if no_delivery else partial(kam.deliver, options),
            poll_s=poll,
        )
        log.write("started", matcher=match.name)
        with _stopped_by_signals(one):
            one.run_once() if once else one.run()
        if match.state.asked:
            log.write("matcher", **asdict(match.state))
        log.write("stopped")


@contextmanager
def _stopped_by_signals(one: Worker) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the worker; the second one ends it where it is."""

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        one.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
