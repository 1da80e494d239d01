"""Days and instants as people write them on the command line."""

from datetime import date, datetime

import click

from kamflow_cli.session import instant


def day(text: str) -> date:
    """Return the day that a person wrote.

    Raises:
        click.UsageError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"`{text}` is no day; write 2026-03-31") from error


def moment(text: str | None) -> date | datetime | None:
    """Return a day, or an instant where a time of day is written too; nothing for nothing."""
    return None if text is None else needed(text)


def needed(text: str) -> date | datetime:
    """Return a day, or an instant where a time of day is written too."""
    return instant(text) if "T" in text or " " in text.strip() else day(text)
