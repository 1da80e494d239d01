"""Ids that people copy from the inbox: of requests, conditions, escalations and tasks."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def request_argument(name: str = "identity") -> Callable[[F], F]:
    """Add the id of a request as an argument; anything else is refused before it is looked up."""
    check = _checked(" request", r".+#\d+", "#17", "kamflow approvals list --all")
    return click.argument(name, metavar="ID", callback=check)


def condition_argument(name: str = "condition") -> Callable[[F], F]:
    """Add the id of a condition as an argument."""
    check = _checked(" condition", r".+#\d+\.\d+", "#17.1", "kamflow inbox")
    return click.argument(name, metavar="ID", callback=check)


def escalation_argument(name: str = "identity") -> Callable[[F], F]:
    """Add the id of an escalation as an argument."""
    check = _checked("n escalation", r".+#\d+", "#31", "kamflow escalations --all")
    return click.argument(name, metavar="ID", callback=check)


def task_argument(name: str = "identity") -> Callable[[F], F]:
    """Add the id of a task as an argument."""
    check = _checked(" task", r".+#\d+", "#32", "kamflow tasks --all")
    return click.argument(name, metavar="ID", callback=check)


def alert_argument(name: str = "identity") -> Callable[[F], F]:
    """Add the id of an escalation or of a task as an argument."""
    lists = "kamflow escalations` or `kamflow tasks"
    check = _checked("n escalation or a task", r".+#\d+", "#31", lists)
    return click.argument(name, metavar="ID", callback=check)


def _checked(
    what: str, pattern: str, example: str, lists: str
) -> Callable[[click.Context, click.Parameter, str], str]:
    def check(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise click.UsageError(
                f"`{value}` is no id of a{what} like `north/acme{example}`; `{lists}` shows them"
            )
        return value

    return check
