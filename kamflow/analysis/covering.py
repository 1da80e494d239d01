"""The fewest facts to change so that several things hold at once.

What shares no fact is solved apart. Inside a group the alternatives are combined one requirement
after the other; then, where values are tied to each other, ever larger sets of facts are tried.
Values that fit together are looked for next to the ends of what is allowed: all whole numbers of a
short range, a few of a long one.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from msgspec import Struct

from kamflow.analysis.demands import Demand, Tie, Variables, Ways, covers, sorted_items
from kamflow.analysis.regions import Point, Region, Values, meet

KEPT = 5  # alternatives that are shown
_FRONTIER = 1500  # combinations that are followed at once, fewer in a large group
_WORK = 4_000_000  # facts that are looked at in one group, roughly
_COMPARED = 64  # combinations that a further one is held against
_TIED = 12  # facts tied to each other of which all sets are tried
_TRIES, _MANY = 12, 3  # whole numbers tried from either end; fewer for that many facts or more
_TRIED = 60  # criteria up to which those that contradict each other are looked for one by one


class Requirement(Struct, frozen=True):
    """Something that has to hold, and the criterion that asks for it."""

    criterion: str
    ways: Ways


class Solution(Struct, frozen=True):
    """Facts to change: where each has to get to, and a value for each that does it together."""

    regions: dict[str, Region]
    examples: dict[str, Point | None]  # None: no value
    ties: tuple[Tie, ...]  # between facts that change
    asked: dict[str, tuple[str, ...]]  # fact -> criteria


class Partial(Struct, frozen=True):
    """A choice of alternatives for the first requirements."""

    demand: Demand
    asked: dict[str, tuple[str, ...]]
    changed: frozenset[str]


class Answer(Struct, frozen=True):
    """The smallest solutions; none, and what contradicts itself, when there is none."""

    solutions: tuple[Solution, ...]
    conflict: tuple[str, ...] = ()
    exact: bool = True


def solve(variables: Variables, requirements: Sequence[Requirement]) -> Answer:
    """Return the solutions of all requirements with the fewest changes, at most `KEPT`."""
    answers = [_solve_group(variables, group) for group in groups(requirements)]
    conflict = tuple(dict.fromkeys(name for item in answers for name in item.conflict))
    exact = all(item.exact for item in answers)
    if any(not item.solutions for item in answers):
        return Answer((), conflict, exact)
    order = {name: place for place, name in enumerate(variables)}

    def rank(solution: Solution) -> tuple[int, list[int]]:
        return _size(solution), sorted(order[name] for name in solution.regions)

    found: list[Solution] = [Solution({}, {}, (), {})]
    for answer in answers:
        joined = [_joined(one, other) for one in found for other in answer.solutions]
        found = sorted(joined, key=rank)[:KEPT]
    return Answer(tuple(found), (), exact)


def groups(requirements: Sequence[Requirement]) -> list[list[Requirement]]:
    """Return the requirements in groups that share no fact, in the order of their first one."""
    home: dict[str, int] = {}
    found: dict[int, list[int]] = {}
    for number, item in enumerate(requirements):
        names = {name for way in item.ways for name in way.names}
        merged = [number]
        for old in sorted({home[name] for name in names if name in home}):
            merged += found.pop(old)
        found[number] = sorted(merged)
        members = {
            name for index in merged for way in requirements[index].ways for name in way.names
        }
        home.update(dict.fromkeys(members, number))
    return [[requirements[index] for index in group] for group in sorted(found.values())]


def _joined(one: Solution, other: Solution) -> Solution:
    return Solution(
        {**one.regions, **other.regions},
        {**one.examples, **other.examples},
        one.ties + other.ties,
        {**one.asked, **other.asked},
    )


def _size(solution: Solution) -> int:
    return len(solution.regions)


def _solve_group(variables: Variables, group: list[Requirement]) -> Answer:
    solutions, exact = _solutions(variables, group)
    if solutions or not exact:
        return Answer(tuple(solutions), (), exact)
    return Answer((), _conflict(variables, group), exact)


def _solutions(variables: Variables, group: Sequence[Requirement]) -> tuple[list[Solution], bool]:
    """Return the smallest solutions of a group, and whether nothing was left out."""
    frontier, exact = [Partial(Demand(), {}, frozenset())], True
    names = {name for item in group for way in item.ways for name in way.names}
    width = max(1, min(_FRONTIER, _WORK // max(1, len(group) * len(names))))
    for requirement in sorted(group, key=lambda item: len(item.ways)):
        following = _extended(variables, frontier, requirement)
        frontier, exact = following[:width], exact and len(following) <= width
    found: list[Solution] = []
    for partial in frontier:
        if len(found) >= KEPT and len(partial.changed) > _size(found[KEPT - 1]):
            break
        for solution in _settled(variables, partial):
            found = _with(found, solution)
    return found[:KEPT], exact


def _extended(
    variables: Variables, frontier: list[Partial], requirement: Requirement
) -> list[Partial]:
    """Return every partial choice with every way of a further requirement, cheapest first."""
    found: dict[tuple[object, ...], Partial] = {}
    for partial in frontier:
        given = next((way for way in requirement.ways if covers(way, partial.demand)), None)
        for way in requirement.ways if given is None else (given,):
            merged = variables.merged(partial.demand, way)
            if merged is None:
                continue
            key = (tuple(sorted_items(merged)), merged.ties)
            if key not in found:
                found[key] = _chosen(variables, partial, way, merged, requirement.criterion)
    return _loosest(sorted(found.values(), key=lambda item: len(item.changed)))


def _loosest(partials: list[Partial]) -> list[Partial]:
    """Return the choices without those that ask for all that another one asks for, and more."""
    kept: list[Partial] = []
    for item in partials:
        rivals = kept[:_COMPARED]
        if any(covers(other.demand, item.demand) for other in rivals):
            continue
        stricter = [n for n, other in enumerate(rivals) if covers(item.demand, other.demand)]
        for place in reversed(stricter):
            del kept[place]
        kept.append(item)
    return sorted(kept, key=lambda item: len(item.changed))


def _chosen(
    variables: Variables, partial: Partial, way: Demand, merged: Demand, criterion: str
) -> Partial:
    asked = dict(partial.asked)
    for name in way.names:
        asked[name] = tuple(dict.fromkeys((*asked.get(name, ()), criterion)))
    changed = {name for name in way.names if not merged.regions[name].holds(variables[name].state)}
    return Partial(merged, asked, partial.changed | changed)


def _settled(variables: Variables, partial: Partial) -> Iterator[Solution]:
    """Yield the solutions of one choice: the least sets of facts, values that are tied included."""
    ties = partial.demand.ties
    tied = [name for name in variables if any(name in tie.names for tie in ties)]
    free = [name for name in tied if name not in partial.changed][:_TIED]
    found: list[frozenset[str]] = []
    for size in range(len(free) + 1):
        for extra in combinations(free, size):
            changed = partial.changed | set(extra)
            if any(known <= changed for known in found):
                continue
            solution = _tried(variables, partial, changed)
            if solution is not None:
                found.append(changed)
                yield solution


def _tried(variables: Variables, partial: Partial, changed: frozenset[str]) -> Solution | None:
    """Return the solution that changes just these facts, if there is one."""
    names = [name for name in variables if name in changed]
    fixed: dict[str, Point] = {
        name: state.value
        for name, region in partial.demand.regions.items()
        if name not in changed and (state := variables[name].state).value is not None
    }
    ties = partial.demand.ties
    tied = [name for name in names if any(name in tie.names for tie in ties)]
    values = _witness(variables, partial.demand, tied, fixed)
    if values is None:
        return None
    regions = {name: _narrowed(variables, partial.demand, name, fixed) for name in names}
    examples: dict[str, Point | None] = {
        name: values[name] if name in values else _example(variables, name, regions[name])
        for name in names
    }
    both = tuple(tie for tie in ties if len(changed.intersection(tie.names)) > 1)
    return Solution(regions, examples, both, {name: partial.asked[name] for name in names})


def _example(variables: Variables, name: str, region: Region) -> Point | None:
    samples = region.values.samples(variables[name].state.value)
    return samples[0] if samples else None


def _narrowed(variables: Variables, demand: Demand, name: str, fixed: dict[str, Point]) -> Region:
    """Return the states that a fact can be brought to, given the facts that stay as they are."""
    region = variables.reachable(name, demand.regions[name])
    values = _allowed(region.values, demand.ties, name, fixed)
    return variables.reachable(name, Region(values, absent=region.absent))


def _allowed(values: Values, ties: tuple[Tie, ...], name: str, fixed: dict[str, Point]) -> Values:
    for tie in ties:
        if name in tie.names and all(other in fixed for other in tie.names if other != name):
            values = meet(values, tie.allowed(name, fixed))
    return values


def _witness(
    variables: Variables, demand: Demand, open_names: list[str], fixed: dict[str, Point]
) -> dict[str, Point] | None:
    """Return values for tied facts that fit together: a few of each are tried."""
    if not open_names:
        fits = all(tie.allowed(tie.names[0], fixed).has(fixed[tie.names[0]]) for tie in demand.ties)
        return fixed if fits else None
    name, *rest = open_names
    values = variables.reachable(name, demand.regions[name]).values
    open_values = {
        other: variables.reachable(other, demand.regions[other]).values for other in rest
    }
    for tie in demand.ties:
        if name in tie.names:
            values = meet(values, tie.within(name, fixed, open_values))
    reachable = variables.reachable(name, Region(values)).values
    tries = _TRIES if len(rest) < _MANY else 2
    for value in reachable.samples(variables[name].state.value, tries * variables[name].whole):
        found = _witness(variables, demand, rest, {**fixed, name: value})
        if found is not None:
            return found
    return None


def _with(found: list[Solution], new: Solution) -> list[Solution]:
    """Return the solutions with a further one, without those that change more than needed."""
    names = new.regions.keys()
    if any(old.regions.keys() < names for old in found):
        return found
    if any(_contains(old, new) for old in found):
        return found
    kept = [old for old in found if not names < old.regions.keys() and not _contains(new, old)]
    for place, old in enumerate(kept):
        if old.regions.keys() != names:
            continue
        different = [name for name in names if old.regions[name] != new.regions[name]]
        if len(different) <= 1 and old.ties == new.ties:
            kept[place] = _united(old, new, different)
            return kept
    return sorted([*kept, new], key=_size)


def _contains(loose: Solution, strict: Solution) -> bool:
    """Tell whether all that one solution of the same facts allows is allowed by the other."""
    return (
        loose.regions.keys() == strict.regions.keys()
        and set(loose.ties) <= set(strict.ties)
        and all(region.contains(strict.regions[name]) for name, region in loose.regions.items())
    )


def _united(old: Solution, new: Solution, different: list[str]) -> Solution:
    """Return two solutions that differ in the values of one fact as one."""
    wider = {name: old.regions[name].either(new.regions[name]) for name in different}
    return Solution({**old.regions, **wider}, old.examples, old.ties, old.asked)


def _conflict(variables: Variables, group: list[Requirement]) -> tuple[str, ...]:
    """Return criteria that contradict each other; without any one of them the rest would not."""
    criteria = list(dict.fromkeys(item.criterion for item in group))
    if len(criteria) > _TRIED:
        return tuple(criteria)
    for criterion in tuple(criteria):
        others = [name for name in criteria if name != criterion]
        if not _solutions(variables, [item for item in group if item.criterion in others])[0]:
            criteria = others
    return tuple(criteria)
