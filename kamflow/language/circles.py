"""Finds declarations that need themselves, and chains of them that are too long to work out."""

from collections.abc import Iterable, Iterator, Mapping

from kamflow.language.diagnostics import Place
from kamflow.language.fields import Reader
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Condition, Pack

# Levels of conditions within conditions: Python bounds how deep calls may go.
MAX_DEPTH_TOGETHER = 240

Edges = Mapping[str, tuple[str, ...]]


def check_circles(pack: Pack, reader: Reader) -> None:
    """Report what needs itself: facts, scorecards and tables, roles, kinds, routed approvals."""
    computed = dict(_needs(pack))
    levels = {name: _levels(conditions) for name, conditions in _conditions(pack)}
    order = _report(computed, ("fact", "scorecard", "table"), reader)
    _report({role.id: role.members for role in pack.roles.values()}, ("role",), reader)
    parents = {kind.id: (kind.parent,) for kind in pack.kinds.values() if kind.parent}
    _report(parents, ("subject",), reader)
    routes = {item.id: routed(pack, item.route) for item in pack.approvals.values() if item.route}
    _report(routes, ("approval",), reader)
    _report_depth(order, computed, levels, reader)


def routed(pack: Pack, route: str) -> tuple[str, ...]:
    """Return what stands in the table column that an approval is routed by, each once."""
    table, _, column = route.partition(".")
    rows = pack.tables[table].rows if table in pack.tables else ()
    return tuple(dict.fromkeys(row.then[column] for row in rows if column in row.then))


def _report(edges: Edges, whats: tuple[str, ...], reader: Reader) -> list[str]:
    """Report each circle once; return the names that are in none, what they need before them."""
    done: dict[str, None] = {}
    for start in edges:
        while circle := _find_circle(start, edges, done):
            message = f"goes in a circle: {' -> '.join(circle)}"
            reader.sink.report(_place_of(circle[0], whats, reader), "K401", message)
            done.update(dict.fromkeys(circle))
    return list(done)


def _find_circle(start: str, edges: Edges, done: dict[str, None]) -> list[str]:
    """Return a circle that `start` leads to; what leads to none is added to `done`."""
    if start in done:
        return []
    trail = {start: iter(edges.get(start, ()))}
    while trail:
        last = next(reversed(trail))
        further = next(trail[last], None)
        if further is None:
            done[last] = None
            del trail[last]
        elif further in trail:
            names = list(trail)
            return [*names[names.index(further) :], further]
        elif further not in done:
            trail[further] = iter(edges.get(further, ()))
    return []


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
        for node in _walk(condition.tree):
            if isinstance(node, tree.Name):
                head = node.path.partition(".")[0]
                named = head in pack.tables or head in pack.scorecards
                found[head if named else node.path] = None
    return tuple(found)


def _walk(node: Expression) -> Iterator[Expression]:
    yield node
    for part in tree.children(node):
        yield from _walk(part)


def _levels(conditions: Iterable[Condition]) -> int:
    return max((tree.depth(condition.tree) for condition in conditions), default=0) + 1


def _place_of(name: str, whats: tuple[str, ...], reader: Reader) -> Place:
    return next(reader.places[what, name] for what in whats if (what, name) in reader.places)
