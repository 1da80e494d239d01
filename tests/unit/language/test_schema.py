"""The JSON Schema of policy files: it takes what the readers take, and knows every key."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kamflow.language.keys import KEYS
from kamflow.language.load import load_pack
from kamflow.language.schema import FIELDS, REQUIRED, policy_schema
from kamflow.runtime.authoring import STARTER
from kamflow.runtime.packs import policy_files
from tests.unit.language.complete import COMPLETE, PLACES

SCHEMA = Draft202012Validator(policy_schema())
FILES = {
    name: path
    for pack in ("kam-core", "kam-lite", STARTER)
    for name, path in policy_files(pack).items()
}


class _Typed(yaml.SafeLoader):
    """Takes `on` and `no` for words, as YAML 1.2 has it."""


_Typed.yaml_implicit_resolvers = {
    sign: [item for item in found if not item[0].endswith(":bool") or sign in "tTfF"]
    for sign, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_text(content: str) -> object:
    """Return a file as an editor sees it that takes every word for text."""
    return yaml.load(content, yaml.BaseLoader)  # noqa: S506 - makes text only


def as_typed(content: str) -> object:
    """Return a file as an editor sees it that knows numbers and flags."""
    return json.loads(json.dumps(yaml.load(content, _Typed), default=str))  # noqa: S506 - no objects


def at(section: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a copy of COMPLETE and the mapping in it that belongs to a section."""
    whole = deepcopy(COMPLETE)
    found: Any = whole
    for step in PLACES[section]:
        found = found[step]
    return whole, found


def test_every_key_is_in_the_schema_and_no_other() -> None:
    assert {section: sorted(FIELDS[section]) for section in FIELDS} == {
        section: sorted(keys) for section, keys in KEYS.items()
    }


def test_every_key_is_described() -> None:
    described = [field.about for fields in FIELDS.values() for field in fields.values()]

    assert all(described)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(policy_schema())


@pytest.mark.parametrize("seen", [as_text, as_typed])
@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_fits_the_schema(name: str, seen: Callable[[str], object]) -> None:
    content = Path(FILES[name]).read_text("utf-8")

    assert [error.message for error in SCHEMA.iter_errors(seen(content))] == []


def test_the_complete_pack_is_sound_and_fits() -> None:
    loaded = load_pack({"rules/all.yaml": json.dumps(COMPLETE).encode()})

    assert [str(item) for item in loaded.diagnostics] == []
    assert SCHEMA.is_valid(COMPLETE)
    assert PLACES.keys() == KEYS.keys() - {"file"}


@pytest.mark.parametrize("section", PLACES)
def test_an_unknown_key_does_not_fit(section: str) -> None:
    whole, part = at(section)
    part["nonsense"] = "x"

    assert not SCHEMA.is_valid(whole)


def test_an_unknown_section_does_not_fit() -> None:
    assert not SCHEMA.is_valid({**COMPLETE, "gatez": {}})


@pytest.mark.parametrize("section", PLACES)
def test_the_schema_asks_for_the_keys_that_the_reader_asks_for(section: str) -> None:
    for key in at(section)[1]:
        whole, part = at(section)
        del part[key]
        said = [str(item) for item in load_pack({"a.yaml": json.dumps(whole).encode()}).diagnostics]
        asked = any(f"needs the key `{key}`" in text for text in said)

        either = {("approval", "voters"), ("step", "voters"), ("duty", "on")}
        needed = key in REQUIRED.get(section, ()) or (section, key) in either
        assert asked == needed, key
        assert not (asked and SCHEMA.is_valid(whole)), key


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("fact", "type", "nummer"),
        ("stage", "kind", "begin"),
        ("approval", "rule", "most"),
        ("approval", "deadline", "soon"),
        ("pack", "version", "1"),
        ("row", "otherwise", "maybe"),
        ("scored", "weight", "heavy"),
        ("transition", "set", ["a"]),
    ],
)
def test_a_value_that_the_reader_refuses_does_not_fit(
    section: str, key: str, value: object
) -> None:
    whole, part = at(section)
    part[key] = value

    assert not SCHEMA.is_valid(whole)


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        ("fact", {"type": "choice", "values": None}, "'values' is a required property"),
        ("fact", {"derived": "true"}, "False schema does not allow"),
        ("transition", {"to": None}, "'to' is a required property"),
        ("criterion", {"id": None}, "'id' is a required property"),
    ],
)
def test_what_does_not_fit_is_told_where_it_is(
    section: str, keys: dict[str, str | None], message: str
) -> None:
    whole, part = at(section)
    part |= {"writers": ["boss"]} if section == "fact" else {}
    for key, value in keys.items():
        part.pop(key, None) if value is None else part.update({key: value})

    messages = [error.message for error in SCHEMA.iter_errors(whole)]

    assert messages != []
    assert all(told.startswith(message) for told in messages)


def test_a_criterion_is_a_must_or_a_should() -> None:
    whole, part = at("criterion")
    part["should"] = "account.n > 1"

    assert not SCHEMA.is_valid(whole)
