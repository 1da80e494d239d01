"""Checks that the parts of a pack fit together, once all its files are read."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property

from msgspec.structs import replace

from kamflow.language.approvals import APPROVAL
from kamflow.language.asked import kinds_asked
from kamflow.language.calendars import is_region_fact, regions_of
from kamflow.language.circles import check_circles, routed
from kamflow.language.constants import unfit_constants
from kamflow.language.diagnostics import CODES, Place, did_you_mean
from kamflow.language.fields import Reader, Use
from kamflow.language.governing import MATTER, keys_in
from kamflow.language.scope import Scope, UnknownNameError
from kamflow.language.timeunits import EXACT, LONGEST, UNITS, is_span
from kamflow.language.typing import Typing
from kamflow.model.pack import FactType, Pack
from kamflow.model.values import NUMERIC, Shape

_OR = " or "  # between sorts of which a name may have any
_OF_FACT = "fact "  # stands before the fact whose type an expression has to have
_TIME = f"`type: integer`, a value from 1 to {LONGEST:,}, and the `unit` "
MAX_KINDS = 20  # levels of subjects below subjects


def check_pack(pack: Pack, reader: Reader) -> None:
    """Report every name that is not there, every condition that does not fit, every circle."""
    if _too_deep(pack, reader):
        return
    known = _Known(pack)
    for use in reader.uses:
        if use.what == "condition":
            _check_condition(known, use, reader)
        else:
            _check_name(known, use, reader)
    _check_routes(pack, reader)
    check_circles(pack, reader)
    if not pack.workflows:
        reader.sink.report(
            Place("workflows", 1, 1), "K405", "the pack has no workflow; add one under `workflows/`"
        )


def _too_deep(pack: Pack, reader: Reader) -> bool:
    """Report the kinds of subject that stand too far below the first one, and tell if any does."""
    depth: dict[str, int] = {}
    for kind in pack.kinds:
        trail: dict[str, None] = {}
        above: str | None = kind
        while above is not None and above not in depth and above not in trail:
            trail[above] = None
            above = pack.kinds[above].parent if above in pack.kinds else None
        start = depth.get(above or "", 0)
        depth |= {name: start + level for level, name in enumerate(reversed(trail), start=1)}
    deep = [name for name, level in depth.items() if level > MAX_KINDS and name in pack.kinds]
    for name in deep:
        message = f"subject `{name}` stands more than {MAX_KINDS} levels below the first"
        reader.sink.report(reader.places["subject", name], "K105", message)
    return bool(deep)


class _Known:
    """What can be used where; worked out once for each sort of use, as there are many uses."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._fitting: dict[tuple[str, str], dict[str, None]] = {}
        self._scopes: dict[str, Scope] = {}

    def fitting(self, use: Use) -> dict[str, None]:
        """Return the names that a use can have."""
        key = (use.what, f"{use.kind} {use.event}")
        if key not in self._fitting:
            kinds = tuple(scope.kinds() for scope in self.scopes(use.kind))
            readable = tuple(set.intersection(*map(set, kinds)))
            self._fitting[key] = dict.fromkeys(_fitting(self.pack, use, readable))
        return self._fitting[key]

    def scopes(self, kind: str) -> list[Scope]:
        """Return the scopes that what is said about `kind` has to fit, or about an approval."""
        kinds: tuple[str, ...] = (kind,)
        if kind.startswith(APPROVAL):
            kinds = self._of_approval.get(kind.removeprefix(APPROVAL)) or ("",)
        return [self._scope(item if item in self.pack.kinds else "") for item in kinds]

    def _scope(self, kind: str) -> Scope:
        if kind not in self._scopes:
            self._scopes[kind] = Scope(pack=self.pack, kind=kind)
        return self._scopes[kind]

    @cached_property
    def _of_approval(self) -> dict[str, tuple[str, ...]]:
        """The kinds of subject about which each approval is asked for."""
        return kinds_asked(self.pack)


def _check_name(known: _Known, use: Use, reader: Reader) -> None:
    fitting = known.fitting(use)
    name = use.scalar.text
    if name in fitting or (use.what == MATTER and _begins_one(name, fitting)):
        return
    if name in _declared(known.pack, use.what):
        of = use.event or use.kind
        units = EXACT if "exact" in use.what else UNITS if "time" in use.what else ()
        way_out = f"; give it {_TIME}{' or '.join(units)}" if units else ""
        message = f"`{name}` is no {use.what}{f' of `{of}`' if of else ''}{way_out}"
    else:
        message = f"there is no {use.what} `{name}`{did_you_mean(name, fitting)}"
    reader.sink.report(use.scalar.place, "K203", message)


def _begins_one(pattern: str, names: Iterable[str]) -> bool:
    """Tell whether a beginning (`AP-DESIG-*`) is that of some name."""
    return pattern.endswith("*") and any(name.startswith(pattern[:-1]) for name in names)


def _declared(pack: Pack, what: str) -> Iterable[str]:
    """Return everything of that sort, whether it fits where it is used or not."""
    if _OR in what:
        return [name for sort in what.split(_OR) for name in _declared(pack, sort)]
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
            return _NAMED[sort](pack)


_NAMED: dict[str, Callable[[Pack], Iterable[str]]] = {
    "region": regions_of,
    "subject": lambda pack: pack.kinds,
    "role": lambda pack: pack.roles,
    "gate": lambda pack: pack.gates,
    "criterion": lambda pack: [item.id for gate in pack.gates.values() for item in gate.criteria],
    "approval": lambda pack: pack.approvals,
    "workflow": lambda pack: pack.workflows,
    "transition": lambda pack: [
        item.id for workflow in pack.workflows.values() for item in workflow.transitions
    ],
    "trigger": lambda pack: [
        item.trigger for workflow in pack.workflows.values() for item in workflow.transitions
    ],
    "event": lambda pack: pack.events,
    "field": lambda pack: [name for item in pack.events.values() for name in item.payload],
    "level": lambda pack: [item.id for item in pack.escalating.levels] if pack.escalating else [],
    "stage": lambda pack: [name for item in pack.workflows.values() for name in item.stages],
    "shut": lambda pack: pack.gates,
    "key": keys_in,
    "check": lambda _: CODES,
}


def _fitting(pack: Pack, use: Use, readable: tuple[str, ...]) -> Iterable[str]:
    """Return the names that a use can have: of the right type, about the right subject."""
    match use.what:
        case what if _OR in what:
            uses = [replace(use, what=sort) for sort in what.split(_OR)]
            return [name for item in uses for name in _fitting(pack, item, readable)]
        case "numeric fact" | "person fact" | "settable fact" | "settable person fact":
            return [fact.name for fact in pack.facts.values() if _fits(fact, use, readable)]
        case "recorded choice fact":
            return [fact.name for fact in pack.facts.values() if is_region_fact(fact)]
        case "numeric parameter":
            return [item.name for item in pack.parameters.values() if item.shape.type in NUMERIC]
        case "percent parameter" | "integer parameter":
            types = {"integer", use.what.split()[0]}
            return [
                f"P.{item.name}" for item in pack.parameters.values() if item.shape.type in types
            ]
        case "time parameter" | "exact time parameter":
            units = UNITS if use.what.startswith("time") else EXACT
            found = pack.parameters.values()
            return [f"P.{item.name}" for item in found if is_span(item, units)]
        case _:
            return _fitting_kind(pack, use, readable)


def _fitting_kind(pack: Pack, use: Use, readable: tuple[str, ...]) -> Iterable[str]:
    """Return the names of things that are about a kind of subject, or of all such things."""
    match use.what:
        case "event" if use.kind:
            return [item.name for item in pack.events.values() if item.kind in readable]
        case "field":
            return pack.events[use.event].payload if use.event in pack.events else ()
        case "stage" | "transition" if use.kind in pack.kinds:
            return _of_workflow(pack, use)
        case "gate":
            return [gate.id for gate in pack.gates.values() if gate.kind in readable]
        case "gate to shut":
            return [gate.id for gate in pack.gates.values() if _is_below(pack, gate.kind, use.kind)]
        case "workflow":
            return [item.id for item in pack.workflows.values() if item.kind == use.kind]
        case what:
            return _declared(pack, what)


def _is_below(pack: Pack, kind: str, above: str) -> bool:
    """Tell whether subjects of a kind are of another one, or below it."""
    return above in Scope(pack=pack, kind=kind).kinds()


def _of_workflow(pack: Pack, use: Use) -> Iterable[str]:
    """Return the stages or transitions of the workflow that subjects of a kind go through."""
    workflow = pack.workflows.get(pack.kinds[use.kind].workflow or "")
    if workflow is None:
        return ()
    return workflow.stages if use.what == "stage" else [item.id for item in workflow.transitions]


def _fits(fact: FactType, use: Use, readable: tuple[str, ...]) -> bool:
    kind_fits, type_name = fact.kind in readable, fact.shape.type
    if use.what.startswith("settable"):
        kind_fits = fact.derived is None and fact.kind == use.kind
    if "numeric" in use.what:
        return kind_fits and type_name in NUMERIC
    return kind_fits and ("person" not in use.what or type_name == "person")


def _check_routes(pack: Pack, reader: Reader) -> None:
    """Report what stands in the column of a route and is no approval; `none` asks for none."""
    routes = {item.route: item.id for item in reversed(pack.approvals.values()) if item.route}
    for route, approval in routes.items():
        for name in routed(pack, route):
            if name != "none" and name not in pack.approvals:
                hint = did_you_mean(name, pack.approvals)
                message = f"`{route}` names `{name}`, which is no approval{hint}"
                reader.sink.report(reader.places["approval", approval], "K203", message)


def _check_condition(known: _Known, use: Use, reader: Reader) -> None:
    if use.condition is None:
        return

    def report(offset: int, code: str, message: str) -> None:
        reader.sink.report(use.scalar.place_of(offset), code, message)

    for scope in known.scopes(use.kind):
        Typing(_within(scope, use), report).check(use.condition.tree, _wanted(known.pack, use))
    if use.wants.startswith(_OF_FACT) and (wanted := _wanted(known.pack, use)) is not None:
        for offset, message in unfit_constants(use.condition.tree, wanted, known.pack):
            fact = use.wants.removeprefix(_OF_FACT)
            report(offset, "K206", f"`{fact}` does not take this value: {message}")


def _within(scope: Scope, use: Use) -> Scope:
    """Return the scope with what else the condition can read: `key`, and `event.`."""
    if use.each:
        scope = scope.with_key(use.each)
    with suppress(UnknownNameError):  # the event is reported where it is named
        return scope.events(use.event) if use.event else scope
    return scope


def _wanted(pack: Pack, use: Use) -> Shape | None:
    """Return the type that the condition has to have: a type, or `fact x` for that of a fact."""
    if not use.wants:
        return None
    name = use.wants.removeprefix(_OF_FACT)
    if name in pack.facts:
        return pack.facts[name].shape
    return Shape(type=use.wants) if name == use.wants else None
