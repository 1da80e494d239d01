"""What people show with a vote or a comment: links, and files by their digest."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kamflow import Evidence

F = TypeVar("F", bound=Callable[..., Any])

_links = click.option(
    "--link", "links", multiple=True, metavar="URL", help="Link to show; repeatable."
)
_files = click.option(
    "--file",
    "files",
    multiple=True,
    metavar="FILE",
    help="File to show: its name and SHA-256 are kept; repeatable.",
)


def evidence_options(command: F) -> F:
    """Add --link and --file to a command."""
    return _links(_files(command))


def evidence_of(links: tuple[str, ...], files: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Return what is shown. A file stays where it is: its name, size and digest are kept.

    Raises:
        click.UsageError: A link is no URL, or a file cannot be read.
    """
    for link in links:
        if "://" not in link and not link.startswith("mailto:"):
            raise click.UsageError(f"`{link}` is no link; write it with https://, or use --file")
    shown = [Evidence(title=link, link=link) for link in links]
    return (*shown, *map(_of_file, files))


def _of_file(name: str) -> Evidence:
    path = Path(name)
    try:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            return Evidence(title=path.name, digest=digest, size=content.tell())
    except OSError as error:
        raise click.UsageError(f"{name}: {error.strerror}") from error
