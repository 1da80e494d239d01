"""Errors to messages and exit codes."""

import click

from kamflow import (
    AlreadyExistsError,
    ConcurrencyError,
    DiagnosticsError,
    KamflowError,
    NotFoundError,
    RefusedError,
    SchemaError,
)
from kamflow_cli import exit_codes


def report(error: KamflowError | OSError, *, asked: bool = False) -> int:
    """Print what went wrong and the way out; return the exit code.

    Of a command that only asks (`asked`) it is not said that nothing was changed.
    """
    if isinstance(error, DiagnosticsError):
        for item in error.diagnostics:
            click.echo(str(item), err=True)
        count = len(error.diagnostics)
        unchanged = "" if asked else "; nothing was changed"
        click.echo(f"{count} problem{'s' * (count != 1)}{unchanged}", err=True)
        return exit_codes.BAD_INPUT
    click.echo(f"kamflow: {error}", err=True)
    if isinstance(error, RefusedError):
        return exit_codes.REFUSED
    if isinstance(error, ConcurrencyError):
        return exit_codes.CONFLICT
    if isinstance(error, SchemaError):
        return exit_codes.SCHEMA
    if isinstance(error, NotFoundError | AlreadyExistsError):
        return exit_codes.BAD_INPUT
    return exit_codes.FAILED
