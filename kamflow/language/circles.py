"""Finds declarations that need themselves, and chains of them that are too long to work out."""

from collections.abc import Iterable, Iterator, Mapping

from kamflow.language.diagnostics import Place
from kamflow.language.fields import Reader
from kamflow.model import expression as tree
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack

# Levels of conditions within conditions: Python bounds how deep calls may go.
MAX_DEPTH_TOGETHER = 240

_VIA = "\0"  # begins what stands between declarations and has no name of its own

Edges = Mapping[str, tuple[str, ...]]


def check_circles(pack: Pack, reader: Reader) -> None:
    """Report what needs itself: facts, scorecards and tables, roles, kinds, routed approvals."""
    computed = dict(_needs(pack))
    levels = {name: _levels(conditions) for name, conditions in _conditions(pack)}
    order = _report(computed, ("fact", "scorecard", "table"), reader)
    _report({role.id: role.members for role in pack.roles.values()}, ("role",), reader)
    _report({role.id: role.higher for role in pack.roles.values()}, ("role",), reader)
    parents = {kind.id: (kind.parent,) for kind in pack.kinds.values() if kind.parent}
    _report(parents, ("subject",), reader)
    _report(_routes(pack), ("approval",), reader)
    _report_depth(order, computed, levels, reader)


def routed(pack: Pack, route: str) -> tuple[str, ...]:
    """Return what stands in the table column that an approval is routed by, each once."""
    table, _, column = route.partition(".")
    rows = pack.tables[table].rows if table in pack.tables else ()
    return tuple(dict.fromkeys(row.then[column] for row in rows if column in row.then))


def _routes(pack: Pack) -> Edges:
    """Return where approvals lead: to their route, and from there to what stands in its column."""
    routes = {item.id: item.route for item in pack.approvals.values() if item.route}
    reached = {f"{_VIA}{route}": routed(pack, route) for route in dict.fromkeys(routes.values())}
    return {**{name: (f"{_VIA}{route}",) for name, route in routes.items()}, **reached}


def _report(edges: Edges, whats: tuple[str, ...], reader: Reader) -> list[str]:
    """Report each circle once; return the names that are in none, what they need before them."""
    done: dict[str, None] = {}
    for start in edges:
        for circle in _find_circles(start, edges, done):
            names = [name for name in circle if not name.startswith(_VIA)]
            message = f"goes in a circle: {' -> '.join((*names, names[0]))}"
            reader.sink.report(_place_of(names[0], whats, reader), "K401", message)
    return list(done)


def _find_circles(start: str, edges: Edges, done: dict[str, None]) -> Iterator[list[str]]:
    """Yield the circles that `start` leads to; what was looked at is added to `done`."""
    trail = {} if start in done else {start: iter(edges.get(start, ()))}
    while trail:
        last = next(reversed(trail))
        further = next(trail[last], None)
        if further is None:
            done[last] = None
            del trail[last]
        elif further in trail:
            names = list(trail)
            circle = names[names.index(further) :]
            yield circle
            for name in circle:
                done[name] = None
                del trail[name]
        elif further not in done:
            trail[further] = iter(edges.get(further, ()))


def _report_depth(order: list[str], edges: Edges, levels: dict[str, int], reader: Reader) -> None:
    """Report the first fact of each chain that is too deep, given in the order of need."""
    depth: dict[str, int] = {}
    for name in order:
        below = max((depth.get(further, 0) for further in edges.get(name, ())), default=0)
        depth[name] = below + levels.get(name, 1)
        if below <= MAX_DEPTH_TOGETHER < depth[name]:
            place = _place_of(name, ("fact", "scorecard", "table"), reader)
            message = f"`{name}` hangs on a chain of derived facts that is too long to work out"
            reader.sink.report(place, "K304", message)


def _needs(pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each computed fact, scorecard and table with the names that it reads."""
    for name, conditions in _conditions(pack):
        yield name, _sources(pack, conditions)
    for scorecard in pack.scorecards.values():
        yield scorecard.id, tuple(item.fact for item in scorecard.criteria)


def _conditions(pack: Pack) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """Yield each computed fact and each table with its conditions."""
    for fact in pack.facts.values():
        condition = fact.derived or fact.default
        if condition is not None:
            yield fact.name, (condition,)
    for table in pack.tables.values():
        yield table.id, tuple(row.when for row in table.rows if row.when is not None)


def _sources(pack: Pack, conditions: Iterable[Condition]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for condition in conditions:
        for node in tree.walk(condition.tree):
            if isinstance(node, tree.Name):
                head = node.path.partition(".")[0]
                named = head in pack.tables or head in pack.scorecards
                found[head if named else node.path] = None
    return tuple(found)


def _levels(conditions: Iterable[Condition]) -> int:
    return max((tree.depth(condition.tree) for condition in conditions), default=0) + 1


def _place_of(name: str, whats: tuple[str, ...], reader: Reader) -> Place:
    return next(reader.places[what, name] for what in whats if (what, name) in reader.places)
