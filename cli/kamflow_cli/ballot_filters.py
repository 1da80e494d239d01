"""Votes on all that waits for somebody and passes filters, such as `program=north`."""

import difflib
from collections.abc import Iterable, Iterator

import click

from kamflow import InboxItem, Kamflow, NotFoundError, Pack
from kamflow_cli.ballots import Paper

_KEYS = ("program", "subject", "approval", "trigger", "target", "requested_by", "purpose")
_SUBJECTS = ("program", "subject")
_PURPOSES = ("waiver", "call_in", "appeal", "break_glass")


def of_inbox(kam: Kamflow, filters: tuple[str, ...], by: str, frame: Paper) -> list[Paper]:
    """Return a vote for each request that waits for `by` and passes every filter.

    Raises:
        click.UsageError: A filter is none, or names what there is not.
    """
    wanted = [_filter(kam, text) for text in filters]
    found = [
        frame.about(item.id, place="--all-of")
        for item in kam.inbox(by)
        if item.task == "vote" and all(_passes(item, *one) for one in wanted)
    ]
    if not found:
        _check(kam, wanted)
    return found


def _filter(kam: Kamflow, text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if text == "everything":
        return "", ""
    if not sign or key not in _KEYS:
        known = ", ".join(f"{name}=..." for name in _KEYS)
        raise click.UsageError(f"`{text}` is no filter; it is `everything` or {known}")
    return key, _id(kam, key, value) if key in _SUBJECTS else value


def _id(kam: Kamflow, key: str, value: str) -> str:
    try:
        found = kam.subject(value)
    except NotFoundError as error:
        raise click.UsageError(f"--all-of {key}={value}: {error}") from error
    if key == "program" and found.parent is not None:
        message = f"`{value}` is no program; write subject={value}, or program={found.parent}"
        raise click.UsageError(f"--all-of {key}={value}: {message}")
    return found.id


def _passes(item: InboxItem, key: str, value: str) -> bool:
    if not key:
        return True
    if key == "program":
        return f"{item.subject}/".startswith(f"{value}/")
    return bool(getattr(item, key) == value)


def _check(kam: Kamflow, wanted: list[tuple[str, str]]) -> None:
    """Refuse filters by words that no policy has: a slip must not look like an empty inbox."""
    packs = [kam.policy(entry.digest) for entry in kam.packs()]
    for key, value in wanted:
        known = {word for pack in packs for word in _words(pack, key)}
        if known and value not in known:
            near = difflib.get_close_matches(value, sorted(known), n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"--all-of {key}={value}: there is no {key} `{value}`{hint}")


def _words(pack: Pack, key: str) -> Iterator[str]:
    """Yield what a filter can be; nothing where that is no matter of the policy."""
    flows = pack.workflows.values()
    words: dict[str, Iterable[str]] = {
        "approval": (*pack.approvals, "break-glass"),
        "trigger": [item.trigger for flow in flows for item in flow.transitions],
        "target": [stage for flow in flows for stage in flow.stages],
        "purpose": ("", *_PURPOSES),
    }
    yield from words.get(key, ())
