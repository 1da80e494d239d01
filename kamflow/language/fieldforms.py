"""The forms that a value in a policy file can have: its JSON Schema, and what formatters know."""

from typing import Any, TypeAlias

from msgspec import Struct

from kamflow.model.pack import WEEKDAYS

Json: TypeAlias = dict[str, Any]


class Field(Struct, frozen=True, kw_only=True):
    """What stands under a key. `holds` is what formatters have to know about it."""

    about: str
    schema: Json
    holds: str = ""  # condition, conditions, settings, sets, text; or one, named, grouped, listed
    of: str = ""  # section of `KEYS` to which the mappings below it belong


# An editor may take `70`, `true` or `2026-03-31` for more than text.
_SCALAR: Json = {"type": ["string", "number", "boolean"]}
_NUMBER: Json = {"type": ["number", "string"], "pattern": r"^[+-]?\d{1,20}(\.\d{1,20})?$"}


def text(about: str) -> Field:
    """Return a word or a text."""
    return Field(about=about, schema=_SCALAR, holds="text")


def matching(about: str, pattern: str) -> Field:
    """Return a text that looks like `pattern`."""
    return Field(about=about, schema={"type": "string", "pattern": pattern})


def number(about: str) -> Field:
    """Return a number."""
    return Field(about=about, schema=_NUMBER)


def quantity(about: str, pattern: str) -> Field:
    """Return a number, or a text that looks like `pattern`."""
    return Field(about=about, schema=_quantity(pattern))


def amounts(about: str) -> Field:
    """Return a whole number or a parameter, or a list of such."""
    return Field(about=about, schema=_listed(_quantity(r"^([1-9]\d{0,3}|P\.\w+)$")))


def flag(about: str) -> Field:
    """Return `true` or `false`."""
    return Field(about=about, schema={"enum": [True, False, "true", "false"]})


def enumeration(about: str, *options: str) -> Field:
    """Return one of some words."""
    return Field(about=about, schema={"enum": list(options)})


def words(about: str) -> Field:
    """Return a list of words; one may stand without a list."""
    return Field(about=about, schema=_listed(_SCALAR))


def weekdays(about: str) -> Field:
    """Return a list of days of the week."""
    return Field(about=about, schema=_listed({"enum": list(WEEKDAYS)}))


def columns(about: str) -> Field:
    """Return a mapping of names to words."""
    return Field(about=about, schema=_mapping(_SCALAR))


def chains(about: str) -> Field:
    """Return a list of lists of words."""
    return Field(about=about, schema={"type": "array", "items": {"type": "array"}})


def condition(about: str) -> Field:
    """Return a condition or an expression."""
    return Field(about=about, schema=_SCALAR, holds="condition")


def conditions(about: str) -> Field:
    """Return a list of expressions."""
    return Field(about=about, schema=_listed(_SCALAR), holds="conditions")


def settings(about: str) -> Field:
    """Return a mapping of facts to expressions."""
    return Field(about=about, schema=_mapping(_SCALAR), holds="settings")


def sets(about: str) -> Field:
    """Return a mapping of names to sets, written as inside `count(...)`."""
    return Field(about=about, schema=_mapping({"type": "string"}), holds="sets")


def one(about: str, section: str) -> Field:
    """Return one mapping of `section`."""
    return Field(about=about, schema=_of(section), holds="one", of=section)


def named(about: str, section: str, names: str = "") -> Field:
    """Return mappings of `section` by name."""
    return Field(about=about, schema=_mapping(_of(section), names), holds="named", of=section)


def grouped(about: str, section: str, names: str = "") -> Field:
    """Return mappings of `section` by name, below the kind of subject they belong to."""
    schema = _mapping(_mapping(_of(section), names))
    return Field(about=about, schema=schema, holds="grouped", of=section)


def listed(about: str, section: str) -> Field:
    """Return a list of mappings of `section`; one may stand without a list."""
    return Field(about=about, schema=_listed(_of(section)), holds="listed", of=section)


def voters(about: str) -> Field:
    """Return a list of roles, each a word or a mapping."""
    voter: Json = {"anyOf": [{"type": "string"}, _of("voter")]}
    return Field(about=about, schema=_listed(voter), holds="listed", of="voter")


def rungs(about: str) -> Field:
    """Return a list of who joins an escalation, each a level or a mapping."""
    rung: Json = {"anyOf": [{"type": "string"}, _of("rung")]}
    return Field(about=about, schema=_listed(rung), holds="listed", of="rung")


def free(about: str) -> Field:
    """Return a text whose lines stay as they are."""
    return Field(about=about, schema=_SCALAR, holds="free")


def _of(section: str) -> Json:
    return {"$ref": f"#/$defs/{section}"}


def _listed(item: Json) -> Json:
    """Return a list or one item of it; unlike `anyOf`, editors tell what is wrong inside it."""
    return {"if": {"type": "array"}, "then": {"items": item}, "else": item}


def _quantity(pattern: str) -> Json:
    return {"type": ["number", "string"], "pattern": pattern}


def _mapping(value: Json, names: str = "") -> Json:
    pattern = {"propertyNames": {"pattern": names}} if names else {}
    return {"type": "object", "additionalProperties": value, **pattern}
