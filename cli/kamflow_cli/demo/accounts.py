"""What happens to an account before people decide on it: it gets a KAM, a sponsor and a reason."""

from collections.abc import Iterable

from kamflow_cli.demo.acting import Play, record
from kamflow_cli.demo.cast import HR, PROGRAM, TOM
from kamflow_cli.demo.customers import Customer, Part


def account(customer: Customer) -> str:
    """Return the id of the account of a customer."""
    return f"{PROGRAM}/{customer.id}"


def playing(play: Play, *parts: Part) -> tuple[Customer, ...]:
    """Return the customers that play one of `parts`, part by part."""
    return tuple(item for part in parts for item in play.customers if item.part is part)


def nominate(play: Play, customers: Iterable[Customer], **facts: str) -> None:
    """Give accounts a KAM and a sponsor, and let each KAM say why the account is nominated."""
    more = {f"account.{name}": value for name, value in facts.items()}
    with play.kam.batch() as batch:
        for item in customers:
            people = {"account.kam": item.kam, "account.sponsor": item.sponsor}
            record(play, batch, account(item), {TOM: people | more})
            reason = {"account.nomination_reason": "ready to plan with us for years"}
            ranks = {"account.sponsor_is_kam_line_manager": "false"}
            record(play, batch, account(item), {item.kam: reason, HR: ranks})
