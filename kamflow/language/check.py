"""Checks that the parts of a pack fit together, once all its files are read."""

from collections.abc import Iterable, Iterator

from kamflow.language.circles import check_circles, routed
from kamflow.language.decisions import APPROVAL
from kamflow.language.diagnostics import Place, did_you_mean
from kamflow.language.fields import Reader, Use
from kamflow.language.scope import Scope
from kamflow.language.typing import Typing
from kamflow.model.pack import FactType, Pack
from kamflow.model.values import NUMERIC, Shape


def check_pack(pack: Pack, reader: Reader) -> None:
    """Report every name that is not there, every condition that does not fit, every circle."""
    for use in reader.uses:
        if use.what == "condition":
            _check_condition(pack, use, reader)
        else:
            _check_name(pack, use, reader)
    _check_routes(pack, reader)
    check_circles(pack, reader)
    if not pack.workflows:
        reader.sink.report(
            Place("workflows", 1, 1), "K405", "the pack has no workflow; add one under `workflows/`"
        )


def _check_name(pack: Pack, use: Use, reader: Reader) -> None:
    fitting = list(_fitting(pack, use))
    name = use.scalar.text
    if name in fitting:
        return
    if name in _declared(pack, use.what):
        message = f"`{name}` is no {use.what}{f' of `{use.kind}`' if use.kind else ''}"
    else:
        message = f"there is no {use.what} `{name}`{did_you_mean(name, fitting)}"
    reader.sink.report(use.scalar.place, "K203", message)


def _declared(pack: Pack, what: str) -> Iterable[str]:
    """Return everything of that sort, whether it fits where it is used or not."""
    match what.rpartition(" ")[2]:
        case "fact":
            return pack.facts
        case "parameter":
            return [f"P.{name}" for name in pack.parameters]
        case "column":
            return [
                f"{table.id}.{column}"
                for table in pack.tables.values()
                for column in (table.rows[0].then if table.rows else ())
            ]
        case sort:
            named: dict[str, Iterable[str]] = {
                "subject": pack.kinds,
                "role": pack.roles,
                "gate": pack.gates,
                "approval": pack.approvals,
                "workflow": pack.workflows,
            }
            return named[sort]


def _fitting(pack: Pack, use: Use) -> Iterable[str]:
    """Return the names that a use can have: of the right type, about the right subject."""
    readable = Scope(pack=pack, kind=use.kind if use.kind in pack.kinds else "").kinds()
    match use.what:
        case "numeric fact" | "person fact" | "settable fact" | "settable person fact":
            return [fact.name for fact in pack.facts.values() if _fits(fact, use, readable)]
        case "integer parameter":
            whole = [item for item in pack.parameters.values() if item.shape.type == "integer"]
            return [f"P.{item.name}" for item in whole]
        case "gate":
            return [gate.id for gate in pack.gates.values() if gate.kind in readable]
        case "workflow":
            return [item.id for item in pack.workflows.values() if item.kind == use.kind]
        case what:
            return _declared(pack, what)


def _fits(fact: FactType, use: Use, readable: tuple[str, ...]) -> bool:
    kind_fits, type_name = fact.kind in readable, fact.shape.type
    if use.what.startswith("settable"):
        kind_fits = fact.derived is None and fact.kind == use.kind
    if "numeric" in use.what:
        return kind_fits and type_name in NUMERIC
    return kind_fits and ("person" not in use.what or type_name == "person")


def _check_routes(pack: Pack, reader: Reader) -> None:
    """Report what stands in the column of a route and is no approval; `none` asks for none."""
    for item in pack.approvals.values():
        for name in routed(pack, item.route) if item.route else ():
            if name != "none" and name not in pack.approvals:
                hint = did_you_mean(name, pack.approvals)
                message = f"`{item.route}` names `{name}`, which is no approval{hint}"
                reader.sink.report(reader.places["approval", item.id], "K203", message)


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
    names = {
        item.id
        for item in pack.approvals.values()
        if item.route is not None and approval in routed(pack, item.route)
    }
    for workflow in pack.workflows.values():
        if any(item.approval in (approval, *names) for item in workflow.transitions):
            yield workflow.kind
