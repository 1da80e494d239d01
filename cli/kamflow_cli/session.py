"""Opens the database of an invocation: which one, and at which instant."""

import functools
import os
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from kamflow import Kamflow, fixed_clock, system_clock

SETTINGS = "kamflow.toml"

P = ParamSpec("P")
R = TypeVar("R")

_ASKED = "kamflow_cli.asked"


def database_url(place: str) -> str:
    """Return the URL of a database that may be given as a file."""
    return place if "://" in place else f"sqlite:///{Path(place).absolute().as_posix()}"


def find_database(given: str | None) -> str:
    """Return the URL of the database to use.

    Raises:
        click.UsageError: None is named anywhere.
    """
    if given:
        return database_url(given)
    for folder in (Path.cwd(), *Path.cwd().parents):
        settings = folder / SETTINGS
        if settings.is_file():
            return _from_settings(settings)
    raise click.UsageError("which database? give --db FILE, or run `kamflow init` here first")


def _from_settings(path: Path) -> str:
    try:
        database = tomllib.loads(path.read_text("utf-8")).get("database")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path}: {error}") from error
    if not isinstance(database, str):
        raise click.UsageError(f'{path} has no `database = "..."`')
    return database if "://" in database else database_url(str(path.parent / database))


def instant(text: str) -> datetime:
    """Return the instant that a person wrote, in UTC: a day, or day and time, of any zone."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"`{text}` is not an instant; write 2026-03-31T12:00") from error
    return parsed.astimezone(UTC) if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def clock_of(ctx: click.Context) -> Callable[[], datetime]:
    """Return the clock of this invocation: it stands still when --now is given."""
    _, now = ctx.find_root().obj or (None, None)
    return fixed_clock(instant(now)) if now else system_clock


def existing_database(ctx: click.Context) -> str:
    """Return the URL of the database of this invocation.

    Raises:
        click.UsageError: None is named anywhere, or its file is not there.
    """
    db, _ = ctx.find_root().obj or (None, None)
    url = find_database(db)
    if url.startswith("sqlite:///"):
        file = url.removeprefix("sqlite:///")
        if file not in ("", ":memory:") and not os.path.exists(file):  # noqa: PTH110 - may hold a query
            raise click.UsageError(f"there is no database `{file}`; create it with `kamflow init`")
    return url


def open_kamflow(ctx: click.Context, *, bulk: bool = False) -> Kamflow:
    """Open the database of this invocation; `bulk` says that very much will be matched."""
    if bulk:
        from kamflow import matcher_for

        matcher = ctx.with_resource(matcher_for(bulk=True))
        kam = Kamflow.open(existing_database(ctx), clock=clock_of(ctx), matcher=matcher)
    else:
        kam = Kamflow.open(existing_database(ctx), clock=clock_of(ctx))
    ctx.call_on_close(kam.close)
    return kam


def question(command: Callable[P, R]) -> Callable[P, R]:
    """Mark a command that only asks: it changes nothing, whether it succeeds or not."""

    @functools.wraps(command)
    def asked(*args: P.args, **options: P.kwargs) -> R:
        click.get_current_context().meta[_ASKED] = True
        return command(*args, **options)

    return asked


def was_asked(ctx: click.Context) -> bool:
    """Tell whether the command that was run only asks."""
    return bool(ctx.meta.get(_ASKED))


by_option = click.option(
    "--by", envvar="KAMFLOW_BY", required=True, metavar="PERSON", help="Who asks (KAMFLOW_BY)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
