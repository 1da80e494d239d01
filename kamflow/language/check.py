"""Checks that the parts of a pack fit together, once all its files are read."""

from collections.abc import Iterable, Iterator

from kamflow.language.decisions import APPROVAL
from kamflow.language.diagnostics import Place, did_you_mean
from kamflow.language.fields import Reader, Use
from kamflow.language.scope import Scope
from kamflow.language.typing import Typing
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.pack import Condition, Pack
from kamflow.model.values import Shape


def check_pack(pack: Pack, reader: Reader) -> None:
    """Report every name that is not there, every condition that does not fit, every circle."""
    for use in reader.uses:
        if use.what == "condition":
            _check_condition(pack, use, reader)
        else:
            _check_name(pack, use, reader)
    _check_circles(pack, reader)
    if not pack.workflows:
        reader.sink.report(
            Place("workflows", 1, 1), "K405", "the pack has no workflow; add one under `workflows/`"
        )


def _known(pack: Pack, what: str) -> Iterable[str]:
    """Return the names that a use of that sort can have."""
    match what:
        case "fact":
            return pack.facts
        case "person fact":
            return [fact.name for fact in pack.facts.values() if fact.shape.type == "person"]
        case "parameter":
            return [f"P.{name}" for name in pack.parameters]
        case "table column":
            return [
                f"{table.id}.{column}"
                for table in pack.tables.values()
                for column in (table.rows[0].then if table.rows else ())
            ]
        case _:
            named: dict[str, Iterable[str]] = {
                "subject": pack.kinds,
                "role": pack.roles,
                "gate": pack.gates,
                "approval": pack.approvals,
                "workflow": pack.workflows,
            }
            return named[what]


def _check_name(pack: Pack, use: Use, reader: Reader) -> None:
    known = list(_known(pack, use.what))
    if use.scalar.text not in known:
        hint = did_you_mean(use.scalar.text, known)
        reader.sink.report(
            use.scalar.place, "K203", f"there is no {use.what} `{use.scalar.text}`{hint}"
        )


def _check_condition(pack: Pack, use: Use, reader: Reader) -> None:
    if use.condition is None:
        return
    kinds = [use.kind]
    if use.kind.startswith(APPROVAL):
        kinds = list(_kinds_of_approval(pack, use.kind.removeprefix(APPROVAL))) or [""]

    def report(offset: int, code: str, message: str) -> None:
        reader.sink.report(use.scalar.place_of(offset), code, message)

    for kind in kinds:
        typing = Typing(Scope(pack=pack, kind=kind), report)
        typing.check(use.condition.tree, _wanted(pack, use))


def _wanted(pack: Pack, use: Use) -> Shape | None:
    """Return the type that the condition has to have: a type, or `fact x` for that of a fact."""
    if not use.wants:
        return None
    name = use.wants.removeprefix("fact ")
    if name in pack.facts:
        return pack.facts[name].shape
    return Shape(type=use.wants) if name == use.wants else None


def _kinds_of_approval(pack: Pack, approval: str) -> Iterator[str]:
    """Yield the kinds of subject whose transitions ask for the approval, by name or by a route."""
    routed = {
        item.id
        for item in pack.approvals.values()
        if item.route is not None and approval in _routes(pack, item.route)
    }
    for workflow in pack.workflows.values():
        if any(item.approval in (approval, *routed) for item in workflow.transitions):
            yield workflow.kind


def _routes(pack: Pack, route: str) -> set[str]:
    table, _, column = route.partition(".")
    rows = pack.tables[table].rows if table in pack.tables else ()
    return {row.then[column] for row in rows if column in row.then}


def _check_circles(pack: Pack, reader: Reader) -> None:
    """Report derived facts, scorecards and tables that need themselves."""
    edges = dict(_needs(pack))
    done: set[str] = set()
    for start in edges:
        trail: list[str] = []
        circle = _find_circle(start, edges, trail, done)
        if circle:
            place = _place_of(circle[0], reader)
            reader.sink.report(place, "K401", f"goes in a circle: {' -> '.join(circle)}")


def _find_circle(
    name: str, edges: dict[str, tuple[str, ...]], trail: list[str], done: set[str]
) -> list[str]:
    if name in trail:
        return [*trail[trail.index(name) :], name]
    if name in done:
        return []
    trail.append(name)
    for further in edges.get(name, ()):
        circle = _find_circle(further, edges, trail, done)
        if circle:
            return circle
    trail.pop()
    done.add(name)
    return []


def _needs(pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each derived fact, scorecard and table with the names that it reads."""
    for fact in pack.facts.values():
        condition = fact.derived or fact.default
        if condition is not None:
            yield fact.name, _sources(pack, (condition,))
    for scorecard in pack.scorecards.values():
        yield scorecard.id, tuple(item.fact for item in scorecard.criteria)
    for table in pack.tables.values():
        conditions = (row.when for row in table.rows if row.when is not None)
        yield table.id, _sources(pack, conditions)


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


def _place_of(name: str, reader: Reader) -> Place:
    for what in ("fact", "scorecard", "table"):
        if (what, name) in reader.places:
            return reader.places[what, name]
    raise AssertionError(name)
