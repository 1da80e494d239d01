"""Errors to messages and exit codes."""

import click

from kamflow import (
    AlreadyExistsError,
    ConcurrencyError,
    DiagnosticsError,
    KamflowError,
    NotFoundError,
)
from kamflow_cli import exit_codes


def report(error: KamflowError | OSError) -> int:
    """Print what went wrong and the way out; return the exit code."""
    if isinstance(error, DiagnosticsError):
        for item in error.diagnostics:
            click.echo(str(item), err=True)
        count = len(error.diagnostics)
        click.echo(f"{count} problem{'s' * (count != 1)}; nothing was changed", err=True)
        return exit_codes.BAD_INPUT
    click.echo(f"kamflow: {error}", err=True)
    if isinstance(error, ConcurrencyError):
        return exit_codes.CONFLICT
    if isinstance(error, NotFoundError | AlreadyExistsError):
        return exit_codes.BAD_INPUT
    return exit_codes.FAILED
