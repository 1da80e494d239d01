"""What differs between two policies: in meaning, whatever their files look like."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from kamflow.analysis.facets import PARTS, facets, parts, summary
from kamflow.analysis.reading import Reading
from kamflow.model.pack import Pack, Table, Workflow
from kamflow.model.rules import Timer

# Field of a pack -> section of a policy file
_SECTIONS = {
    "calendars": "calendars",
    "kinds": "subjects",
    "facts": "facts",
    "events": "events",
    "parameters": "parameters",
    "roles": "roles",
    "scorecards": "scorecards",
    "tables": "tables",
    "gates": "gates",
    "approvals": "approvals",
    "duties": "duties",
    "waitlists": "waitlists",
    "rules": "rules",
    "timers": "timers",
    "regions": "regions",
    "workflows": "workflow",
}

ADDED, REMOVED = "added", "removed"


class PackHead(Struct, frozen=True, kw_only=True):
    """Which policy is meant."""

    id: str
    version: str
    digest: str


class PackChange(Struct, frozen=True, kw_only=True):
    """One difference."""

    section: str  # of a policy file: "gates", "parameters" ...
    id: str  # "G-A1"
    part: str = ""  # "criterion G-A1.4", "stage planning"; empty when the whole is meant
    what: str  # "added", "removed", or what has another value: "condition", "severity" ...
    before: str = ""
    after: str = ""
    read_by: tuple[str, ...] = ()  # of a parameter: what reads it
    reaches: tuple[str, ...] = ()  # of a parameter: criteria that read it by way of facts, tables


class PackDiff(Struct, frozen=True, kw_only=True):
    """What differs between two policies, section by section."""

    old: PackHead
    new: PackHead
    changes: tuple[PackChange, ...]


def compare_packs(old: Pack, new: Pack) -> PackDiff:
    """Return what `new` says otherwise than `old`; no changes when their digests are the same."""
    found = () if old.digest == new.digest else tuple(_changes(old, new))
    return PackDiff(old=_head(old), new=_head(new), changes=found)


def _head(pack: Pack) -> PackHead:
    return PackHead(id=pack.id, version=pack.version, digest=pack.digest)


def _changes(old: Pack, new: Pack) -> Iterator[PackChange]:
    pair = ("pack", new.id, "")
    yield from _other_facets(pair, facets(old), facets(new))
    for field, section in _SECTIONS.items():
        before: Mapping[str, Struct] = getattr(old, field, {})
        after: Mapping[str, Struct] = getattr(new, field, {})
        found = _members(section, before, after)
        yield from _with_readers(found, old, new) if section == "parameters" else found


def _members(
    section: str, before: Mapping[str, Struct], after: Mapping[str, Struct]
) -> Iterator[PackChange]:
    for name in _either(before, after):
        if name not in after:
            yield PackChange(section=section, id=name, what=REMOVED, before=summary(before[name]))
        elif name not in before:
            yield PackChange(section=section, id=name, what=ADDED, after=summary(after[name]))
        else:
            yield from _between(section, name, before[name], after[name])


def _between(section: str, name: str, before: Struct, after: Struct) -> Iterator[PackChange]:
    yield from _other_facets((section, name, ""), facets(before), facets(after))
    if isinstance(before, Table) and isinstance(after, Table):
        rows = [row.id for row in before.rows], [row.id for row in after.rows]
        yield from _order((section, name, ""), "order of the rows", *rows)
    if isinstance(before, Timer) and isinstance(after, Timer):
        marks = [mark.id for mark in before.marks], [mark.id for mark in after.marks]
        yield from _order((section, name, ""), "order of the marks", *marks)
    if isinstance(before, Workflow) and isinstance(after, Workflow):
        yield from _ways(name, before, after)
    old_parts, new_parts = parts(before), parts(after)
    for part in _either(old_parts, new_parts):
        kept, now = old_parts.get(part), new_parts.get(part)
        label = f"{PARTS[type(kept or now)]} {part}"
        if now is None:
            what, told = REMOVED, summary(kept)
            yield PackChange(section=section, id=name, part=label, what=what, before=told)
        elif kept is None:
            what, told = ADDED, summary(now)
            yield PackChange(section=section, id=name, part=label, what=what, after=told)
        else:
            yield from _other_facets((section, name, label), facets(kept), facets(now))


def _other_facets(
    place: tuple[str, str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[PackChange]:
    section, name, part = place
    for what in _either(before, after):
        old, new = before.get(what, ""), after.get(what, "")
        if old != new:
            yield PackChange(section=section, id=name, part=part, what=what, before=old, after=new)


def _order(
    place: tuple[str, str, str], what: str, before: Sequence[str], after: Sequence[str]
) -> Iterator[PackChange]:
    """Tell when what is in both stands in another order: the first one decides."""
    section, name, part = place
    was, now = (
        [item for item in before if item in after],
        [item for item in after if item in before],
    )
    if was != now:
        old, new = ", ".join(was), ", ".join(now)
        yield PackChange(section=section, id=name, part=part, what=what, before=old, after=new)


def _ways(name: str, before: Workflow, after: Workflow) -> Iterator[PackChange]:
    """Tell where transitions stand in another order: the first with a gate is the way onwards."""
    for stage in after.stages:
        ways = [[item.id for item in workflow.leaving(stage)] for workflow in (before, after)]
        place = ("workflow", name, f"stage {stage}")
        yield from _order(place, "order of the transitions", *ways)


def _with_readers(changes: Iterator[PackChange], old: Pack, new: Pack) -> Iterator[PackChange]:
    reading: dict[bool, Reading] = {}
    for change in changes:
        gone = change.what == REMOVED
        if gone not in reading:
            reading[gone] = Reading(old if gone else new)
        found = reading[gone].of(f"P.{change.id}")
        yield PackChange(
            section=change.section,
            id=change.id,
            what=change.what,
            before=change.before,
            after=change.after,
            read_by=found.direct,
            reaches=found.through,
        )


def _either(before: Mapping[str, object], after: Mapping[str, object]) -> Sequence[str]:
    """Return the names in one of the two, those of the newer first."""
    return list(dict.fromkeys((*after, *before)))
