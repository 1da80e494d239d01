"""States beside the stage, such as health: the engine keeps them in facts."""

from kamflow.engine.draft import Draft
from kamflow.engine.lasting import lasted
from kamflow.engine.setting import record_values
from kamflow.model.rules import Region, RegionMove


def move(draft: Draft, region: Region) -> None:
    """Judge the moves of a region from its present state, and make one that is open.

    Of several, the one to the worst state is made. A move that has to last counts from when its
    condition came true while the region was in the state from which it leads.
    """
    if region.kind != draft.snapshot.kind:
        return
    states = draft.compiled.pack.facts[region.fact].shape.values
    present = str(draft.view[region.fact])
    if present not in states:
        present = states[0]
    targets = [item.target for item in region.moves if _is_open(draft, region, item, present)]
    if not targets:
        return
    worst = max(targets, key=states.index)
    if worst != present:
        record_values(draft, {region.fact: worst})
        draft.notes.append(f"{region.title} is {worst} now")


def pattern_of(region: Region, item: RegionMove) -> str:
    """Return the name under which is kept since when the condition of a move holds."""
    return f"{region.id}/{item.id}"


def _is_open(draft: Draft, region: Region, item: RegionMove, present: str) -> bool:
    here = present in item.sources and item.target != present
    holds = here and draft.compiled.ask(item.when, draft.view) is True
    if not item.lasting:
        return holds
    return lasted(draft, pattern_of(region, item), holds, item.lasting)
