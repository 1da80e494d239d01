"""From the files of a policy pack to a checked `Pack`."""

import hashlib
from collections.abc import Callable
from collections.abc import Mapping as Files
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from kamflow.language.check import check_pack
from kamflow.language.decisions import read_approval, read_gate, read_scorecard, read_table
from kamflow.language.diagnostics import Diagnostic, Place, Sink, did_you_mean
from kamflow.language.fields import Fields, Reader
from kamflow.language.keys import KEYS
from kamflow.language.sections import read_facts, read_parameter, read_role, read_subject
from kamflow.language.source import Mapping, Node, Scalar, read_source
from kamflow.language.workflows import read_workflow
from kamflow.model.pack import FactType, Pack, Parameter

T = TypeVar("T", FactType, Parameter)

Parts: TypeAlias = dict[str, dict[str, Any]]  # section -> id -> what was read

_MANY: dict[str, tuple[str, Callable[[Scalar, Node, Reader], Any]]] = {
    "subjects": ("subject", read_subject),
    "parameters": ("parameter", read_parameter),
    "roles": ("role", read_role),
    "scorecards": ("scorecard", read_scorecard),
    "tables": ("table", read_table),
    "gates": ("gate", read_gate),
    "approvals": ("approval", read_approval),
}


class Loaded(Struct, frozen=True):
    """A pack, or the problems because of which there is none."""

    pack: Pack | None
    diagnostics: tuple[Diagnostic, ...]


def load_pack(files: Files[str, bytes]) -> Loaded:
    """Return the pack that `files` (name to content) declare, with all problems of all files."""
    reader = Reader(Sink())
    parts: Parts = {name: {} for name in KEYS["file"]}
    for name in sorted(files):
        top = read_source(name, files[name], reader.sink)
        for key, node in top.entries if top else ():
            _read_section(key, node, parts, reader)
    if "pack" not in parts["pack"]:
        reader.sink.report(
            Place(min(files, default="rules"), 1, 1), "K202", "no file has the section `pack`"
        )
    pack = _assemble(parts)
    check_pack(pack, reader)
    problems = reader.sink.diagnostics
    return Loaded(None if problems else sealed(pack), problems)


def _read_section(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    if key.text in _MANY:
        what, read = _MANY[key.text]
        for name, value in _entries(key.text, node, reader):
            reader.declare(what, name, parts[key.text], read(name, value, reader))
    elif key.text in _SPECIAL:
        _SPECIAL[key.text](key, node, parts, reader)
    else:
        hint = did_you_mean(key.text, KEYS["file"])
        reader.sink.report(key.place, "K201", f"there is no section `{key.text}`{hint}")


def _read_all_facts(key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    for kind, value in _entries(key.text, node, reader):
        for name, fact in read_facts(kind, value, reader):
            reader.declare("fact", name, parts["facts"], fact)


def _read_one_workflow(_key: Scalar, node: Node, parts: Parts, reader: Reader) -> None:
    read = read_workflow(node, reader)
    if read is not None:
        reader.declare("workflow", read[0], parts["workflow"], read[1])


def _entries(section: str, node: Node, reader: Reader) -> tuple[tuple[Scalar, Node], ...]:
    if isinstance(node, Mapping):
        return node.entries
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
        chain_limit=fields.whole("chain_limit", 32),
    )
    reader.declare("section", Scalar(key.place, "pack"), parts["pack"], value)


_SPECIAL: dict[str, Callable[[Scalar, Node, Parts, Reader], None]] = {
    "pack": _read_pack,
    "facts": _read_all_facts,
    "workflow": _read_one_workflow,
}


def _assemble(parts: Parts) -> Pack:
    head: Pack = parts["pack"].get("pack") or Pack(id="?", title="?", version="0", currency="XXX")
    facts = {name: _with_currency(fact, head.currency) for name, fact in parts["facts"].items()}
    return msgspec.structs.replace(
        head,
        kinds=parts["subjects"],
        facts=facts,
        parameters={
            name: _with_currency(value, head.currency)
            for name, value in parts["parameters"].items()
        },
        roles=parts["roles"],
        scorecards=parts["scorecards"],
        tables=parts["tables"],
        gates=parts["gates"],
        approvals=parts["approvals"],
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
    text = msgspec.json.encode(content, order="deterministic")
    return msgspec.structs.replace(pack, digest=hashlib.sha256(text).hexdigest())


def _canonical(value: object, key: str) -> object:
    """Return plain data without the trees of conditions, and with lists that have no order sorted.

    Rows of a table and bands of a scorecard keep their order: it decides.
    """
    if isinstance(value, dict):
        return {
            name: _canonical(item, name)
            for name, item in value.items()
            if not (name == "tree" and "text" in value)
        }
    if isinstance(value, list | tuple):
        items = [_canonical(item, key) for item in value]
        if key in ("rows", "bands", "values"):
            return items
        return sorted(items, key=lambda item: msgspec.json.encode(item, order="deterministic"))
    return value
