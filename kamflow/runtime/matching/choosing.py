"""Which matcher event rules run on: `auto`, `reference` or `durable`."""

import os

from kamflow.errors import MissingExtraError, NotFoundError
from kamflow.runtime.matching.confirming import ConfirmedMatcher, Matcher
from kamflow.runtime.matching.worker import KNOWN_VERSION, installed_version

MATCHERS = ("auto", "reference", "durable")


def matcher_for(name: str = "auto", *, bulk: bool = False) -> Matcher:
    """Return a matcher by its name; close it in the end.

    `auto` is the reference for single commands, where it is faster than a question to a process.
    In bulk work, and where durable-rules is installed, it is `durable`: the reference, confirmed.

    Args:
        name: One of `MATCHERS`.
        bulk: Much will be matched: a worker, an import.

    Raises:
        NotFoundError: There is no such matcher.
        MissingExtraError: `durable` was named, and the durable-rules that is needed is not there.
    """
    if name not in MATCHERS:
        names = ", ".join(f"`{item}`" for item in MATCHERS)
        raise NotFoundError(f"there is no matcher `{name}`; there are {names}")
    lacking = _lacking()
    if name == "durable" and lacking:
        raise MissingExtraError(f"the matcher `durable` ({lacking})", "durable-rules")
    if name == "durable" or (name == "auto" and bulk and not lacking):
        return ConfirmedMatcher()
    return Matcher()


def _lacking() -> str:
    """Return why durable_rules cannot be used here; nothing when it can."""
    found = installed_version()
    if os.name != "posix":
        return "its process was tried on Linux and the like only"
    if found is None:
        return "durable-rules is not installed"
    if found != KNOWN_VERSION:
        return f"durable-rules {found} is installed, and {KNOWN_VERSION} is the one that is known"
    return ""
