"""What differs between two policies, as text."""

from collections.abc import Iterator
from itertools import groupby

from kamflow import PackChange, PackDiff

_LONG = 60  # longer values stand below each other


def render_differences(diff: PackDiff) -> str:
    """Return the differences, grouped by section and by what they are about."""
    heads = [f"{item.id} {item.version} ({item.digest[:12]})" for item in (diff.old, diff.new)]
    lines = [f"{heads[0]} -> {heads[1]}"]
    if not diff.changes:
        return f"{lines[0]}\nno difference: both say the same\n"
    for section, changes in groupby(diff.changes, lambda item: item.section):
        lines += ["", section]
        for name, same in groupby(changes, lambda item: item.id):
            lines += _about(name, list(same))
    lines += ["", f"{len(diff.changes)} difference{'s' * (len(diff.changes) != 1)}"]
    return "\n".join(lines) + "\n"


def _about(name: str, changes: list[PackChange]) -> Iterator[str]:
    whole = [item for item in changes if not item.part and item.what in ("added", "removed")]
    if whole:
        yield f"  {_sign(whole[0])} {name}: {whole[0].after or whole[0].before}"
        yield from _readers(whole[0], "      ")
        return
    yield f"  {name}"
    for part, same in groupby(changes, lambda item: item.part):
        items = list(same)
        lead = "    "
        if part and items[0].what not in ("added", "removed"):
            yield f"    {part}"
            lead = "      "
        for item in items:
            yield from _change(item, lead)


def _sign(change: PackChange) -> str:
    return "+" if change.what == "added" else "-"


def _change(change: PackChange, lead: str) -> Iterator[str]:
    if change.what in ("added", "removed"):
        yield f"{lead}{_sign(change)} {change.part}: {change.after or change.before}"
    elif len(change.before) > _LONG or len(change.after) > _LONG:
        yield f"{lead}{change.what}"
        yield f"{lead}  - {change.before}"
        yield f"{lead}  + {change.after}"
    else:
        yield f"{lead}{change.what}: {change.before} -> {change.after}"
    yield from _readers(change, f"{lead}  ")


def _readers(change: PackChange, lead: str) -> Iterator[str]:
    if change.read_by:
        yield f"{lead}read by {', '.join(change.read_by)}"
    if change.reaches:
        yield f"{lead}through these it reaches {', '.join(change.reaches)}"
