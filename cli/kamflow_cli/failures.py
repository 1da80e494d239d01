"""Errors to messages and exit codes."""

import click

from kamflow import errors
from kamflow_cli import exit_codes


def report(error: Exception) -> int | None:
    """Print what went wrong and the way out; return the exit code, nothing for our own faults."""
    if isinstance(error, errors.DiagnosticsError):
        for item in error.diagnostics:
            click.echo(str(item), err=True)
        count = len(error.diagnostics)
        click.echo(f"{count} problem{'s' * (count != 1)}; nothing was changed", err=True)
        return exit_codes.BAD_INPUT
    if isinstance(error, errors.ConcurrencyError):
        click.echo(f"kamflow: {error}", err=True)
        return exit_codes.CONFLICT
    if isinstance(error, errors.NotFoundError | errors.AlreadyExistsError):
        click.echo(f"kamflow: {error}", err=True)
        return exit_codes.BAD_INPUT
    if isinstance(error, errors.KamflowError | OSError):
        click.echo(f"kamflow: {error}", err=True)
        return exit_codes.FAILED
    return None
