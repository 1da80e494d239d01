"""From the files of a policy pack to a checked `Pack`."""

import hashlib
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Files
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import msgspec

from kamflow.language.approvals import read_approval
from kamflow.language.calendars import check_calendars, read_calendar, with_regions
from kamflow.language.calling import check_calling
from kamflow.language.check import check_pack
from kamflow.language.decisions import read_gate, read_scorecard, read_table
from kamflow.language.diagnostics import Place, Sink, TooManyProblems, did_you_mean
from kamflow.language.escalating import read_escalating
from kamflow.language.fields import Fields, Reader, Use, named
from kamflow.language.governing import (
    read_approving,
    read_break_glass,
    read_duty,
    read_rights,
    read_waiving,
)
from kamflow.language.keys import KEYS
from kamflow.language.loaded import Loaded
from kamflow.language.notifying import read_notifying
from kamflow.language.overrides import overridden, read_overrides
from kamflow.language.regions import check_regions, read_region
from kamflow.language.rules import read_rule
from kamflow.language.sections import (
    read_events,
    read_facts,
    read_parameter,
    read_role,
    read_subject,
)
from kamflow.language.source import (
    Listing,
    Mapping,
    Node,
    Scalar,
    read_source,
    refuse_controls,
)
from kamflow.language.standing import check_standing
from kamflow.language.timers import read_timer
from kamflow.language.waitlists import check_waitlists, read_waitlist
from kamflow.language.workflows import read_workflow
from kamflow.model.pack import FactType, Pack, Parameter

T = TypeVar("T", FactType, Parameter)

MAX_BYTES_TOGETHER = 2_000_000  # of all files; the shipped pack has a tenth of it
MAX_PROBLEMS = 200
MAX_CHAIN = 1_000  # automatic transitions that one command may set off

Parts: TypeAlias = dict[str, dict[str, Any]]  # section -> id -> what was read

_MANY: dict[str, tuple[str, Callable[[Scalar, Node, Reader], Any]]] = {
    "calendars": ("calendar", read_calendar),
    "subjects": ("subject", read_subject),
    "parameters": ("parameter", read_parameter),
    "roles": ("role", read_role),
    "scorecards": ("scorecard", read_scorecard),
    "tables": ("table", read_table),
    "gates": ("gate", read_gate),
    "approvals": ("approval", read_approval),
    "duties": ("duty", read_duty),
    "waitlists": ("waitlist", read_waitlist),
    "rules": ("rule", read_rule),
    "timers": ("timer", read_timer),
    "regions": ("region", read_region),
}

_ONCE: dict[str, Callable[[Node, Reader], Any]] = {  # in one file only
    "approving": read_approving,
    "waiving": read_waiving,
    "break_glass": read_break_glass,
    "rights": read_rights,
    "escalating": read_escalating,
    "notifying": read_notifying,
}


def load_pack(files: Files[str, bytes]) -> Loaded:
    """Return the pack that `files` (name to content) declare, with all problems of all files."""
    reader = Reader(Sink(MAX_PROBLEMS))
    pack: Pack | None = None
    with suppress(TooManyProblems):
        pack = _read_pack_of(files, reader)
    problems = reader.sink.diagnostics
    return Loaded(None if problems or pack is None else sealed(pack), problems, reader.places)


def _read_pack_of(files: Files[str, bytes], reader: Reader) -> Pack:
    """Return what the files declare, with all that is wrong reported."""
    parts: Parts = {name: {} for name in KEYS["file"]}
    total = 0
    for name in sorted(files):
        total += len(files[name])
        if total > MAX_BYTES_TOGETHER:
            what = f"up to here the policy has more than {MAX_BYTES_TOGETHER:,} bytes"
            reader.sink.report(Place(name, 1, 1), "K101", what)
            raise TooManyProblems
        top = read_source(name, files[name], reader.sink)
        if top is not None and b"\\" in files[name]:
            refuse_controls(top, reader.sink)
        for key, node in top.entries if top else ():
            _read_section(key, node, parts, reader)
    if "pack" not in parts["pack"]:
        reader.sink.report(
            Place(min(files, default="rules"), 1, 1), "K202", "no file has the section `pack`"
        )
    pack = _assemble(parts)
    stated = [item for items in parts["overrides"].values() for item in items]
    pack = msgspec.structs.replace(pack, parameters=dict(overridden(pack, stated, reader)))
    pack = msgspec.structs.replace(pack, calendars=with_regions(pack))
    check_pack(pack, reader)
    check_calendars(pack, reader)
    check_standing(pack, reader)
    check_waitlists(pack, reader)
    check_regions(pack, reader)
    check_calling(pack, reader)
    return pack


def _read_section(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    if key.text in _MANY:
        what, read = _MANY[key.text]
        for name, value in _entries(key.text, node, reader):
            reader.declare(what, name, parts[key.text], read(name, value, reader))
    elif key.text in _ONCE:
        reader.declare("section", key, parts[key.text], _ONCE[key.text](node, reader))
    elif key.text in _SPECIAL:
        _SPECIAL[key.text](key, node, parts, reader)
    else:
        hint = did_you_mean(key.text, KEYS["file"])
        reader.sink.report(key.place, "K201", f"there is no section `{key.text}`{hint}")


def _read_all_facts(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    for kind, value in _entries(key.text, node, reader):
        for name, fact in read_facts(kind, value, reader):
            reader.declare("fact", name, parts["facts"], fact)


def _read_all_events(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    for kind, value in _entries(key.text, node, reader):
        for name, event in read_events(kind, value, reader):
            reader.declare("event", name, parts["events"], event)


def _read_all_overrides(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    parts["overrides"][str(key.place)] = read_overrides(node, reader)


def _read_one_workflow(_key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    read = read_workflow(node, reader)
    if read is not None:
        reader.declare("workflow", read[0], parts["workflow"], read[1])


def _entries(section: str, node: Node, reader: Reader) -> Iterable[tuple[Scalar, Node]]:
    if isinstance(node, Mapping):
        return named(node, reader.sink)
    reader.sink.report(node.place, "K205", f"`{section}` is a mapping of names")
    return ()


def _read_pack(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    fields = Fields(node, "pack", "the pack", reader)
    fields.require("id", "version", "currency")
    name = fields.matching("id", r"[a-z][a-z0-9-]*", "kam-core")
    version = fields.matching("version", r"\d+\.\d+\.\d+", "1.2.3")
    currency = fields.matching("currency", r"[A-Z]{3}", "EUR")
    value = Pack(
        id=name[0] if name else "?",
        title=fields.text("title", name[0] if name else "?"),
        version=version[0] if version else "0.0.0",
        currency=currency[0] if currency else "XXX",
        chain_limit=fields.whole("chain_limit", 32, at_most=MAX_CHAIN),
        layers=_read_layers(fields),
        calendar_by=fields.names("calendar_by", "recorded choice fact"),
        ordered=_read_ordered(fields),
        authors=fields.names("authors"),
    )
    reader.declare("section", Scalar(key.place, "pack"), parts["pack"], value)


def _read_layers(fields: Fields) -> dict[str, str]:
    """Return which fact picks the entry of each layer, from the loosest layer on."""
    layers = {}
    for layer, fact in fields.entries("layers"):
        if isinstance(fact, Scalar):
            fields.reader.uses.append(Use(fact, "fact"))
            layers[layer.text] = fact.text
        else:
            fields.report(fact.place, "K205", f"layer `{layer.text}` names a fact")
    return layers


def _read_ordered(fields: Fields) -> tuple[tuple[str, ...], ...]:
    """Return the lists of parameters whose values have to rise."""
    lists = []
    for node in fields.items("ordered"):
        if isinstance(node, Listing) and all(isinstance(item, Scalar) for item in node.items):
            names = [item for item in node.items if isinstance(item, Scalar)]
            fields.reader.uses += [Use(name, "numeric parameter") for name in names]
            lists.append(tuple(name.text for name in names))
        else:
            fields.report(
                node.place, "K205", "`ordered` holds lists of parameters: `[[low, high]]`"
            )
    return tuple(lists)


_SPECIAL: dict[str, Callable[[Scalar, Node, Parts, Reader], None]] = {
    "pack": _read_pack,
    "facts": _read_all_facts,
    "events": _read_all_events,
    "overrides": _read_all_overrides,
    "workflow": _read_one_workflow,
}


def _assemble(parts: Parts) -> Pack:
    head: Pack = parts["pack"].get("pack") or Pack(id="?", title="?", version="0", currency="XXX")
    facts = {name: _with_currency(fact, head.currency) for name, fact in parts["facts"].items()}
    return msgspec.structs.replace(
        head,
        calendars=parts["calendars"],
        kinds=parts["subjects"],
        facts=facts,
        events=parts["events"],
        parameters={
            name: _with_currency(value, head.currency)
            for name, value in parts["parameters"].items()
        },
        roles=parts["roles"],
        scorecards=parts["scorecards"],
        tables=parts["tables"],
        gates=parts["gates"],
        approvals=parts["approvals"],
        approving=parts["approving"].get("approving"),
        waiving=parts["waiving"].get("waiving"),
        break_glass=parts["break_glass"].get("break_glass"),
        rights=parts["rights"].get("rights", {}),
        duties=parts["duties"],
        waitlists=parts["waitlists"],
        escalating=parts["escalating"].get("escalating"),
        rules=parts["rules"],
        timers=parts["timers"],
        regions=parts["regions"],
        notifying=parts["notifying"].get("notifying"),
        workflows=parts["workflow"],
    )


def _with_currency(declared: T, currency: str) -> T:
    """Return a money fact or parameter with the currency of the pack unless it has its own."""
    shape = declared.shape
    if shape.type != "money" or shape.unit:
        return declared
    return msgspec.structs.replace(declared, shape=msgspec.structs.replace(shape, unit=currency))


def sealed(pack: Pack) -> Pack:
    """Return `pack` with the digest of its canonical form."""
    content = _canonical(msgspec.to_builtins(msgspec.structs.replace(pack, digest="")), "")
    text = msgspec.json.encode([content, _ways(pack)], order="deterministic")
    return msgspec.structs.replace(pack, digest=hashlib.sha256(text).hexdigest())


def _ways(pack: Pack) -> dict[str, dict[str, list[str]]]:
    """Return the transitions of each stage in order: the first with a gate is the way onwards."""
    ways: dict[str, dict[str, list[str]]] = {}
    for workflow in pack.workflows.values():
        of_stage = ways[workflow.id] = {stage: list[str]() for stage in workflow.stages}
        for item in workflow.transitions:
            for source in dict.fromkeys(item.sources):
                of_stage[source].append(item.id)
    return ways


# Lists and mappings whose order says something: the first row that is met decides, and a later
# layer goes before an earlier one.
_IN_ORDER = (
    "rows", "bands", "values", "overrides", "ordered", "milestones", "layers", "calendar_by",
    "steps", "escalate", "escalate_to", "order", "levels", "grades", "to", "marks",
)  # fmt: skip


def _canonical(value: object, key: str) -> object:
    """Return plain data without trees of conditions and empty entries, lists without order sorted.

    Without empty entries a key that a later version adds does not change the digest of a pack that
    does not use it.
    """
    if isinstance(value, dict):
        kept = {
            name: _canonical(item, name)
            for name, item in value.items()
            if not (name == "tree" and "text" in value) and item not in (None, "", [], {}, ())
        }
        return list(kept.items()) if key in _IN_ORDER else kept
    if isinstance(value, list | tuple):
        items = [_canonical(item, key) for item in value]
        if key in _IN_ORDER:
            return items
        return sorted(items, key=lambda item: msgspec.json.encode(item, order="deterministic"))
    return value
