"""The digest of a pack: over what it says, not over how the files say it."""

import random

import pytest
import yaml

from kamflow.language.load import load_pack, sealed
from tests.builders import a_pack, shipped_files, shipped_pack

PARTS = (
    "facts: {account: {account.n: {type: number, max_age: 90 days, writers: [boss, clerk]}}}",
    "roles: {boss: {who: boss}, clerk: {who: clerk}}",
    "parameters: {least: {type: number, value: 5}}",
    "scorecards: {s: {subject: account, criteria: [{id: S1, fact: account.n, weight: 2}]}}",
    "gates: {G: {subject: account, criteria: [{id: c, must: account.n > P.least, why: x}]}}",
)


def digest_of(*texts: str) -> str:
    return a_pack(*texts).digest


def test_comments_and_spaces_do_not_change_the_digest() -> None:
    other = tuple(f"# a comment\n\n{text}   # another\n" for text in PARTS)

    assert digest_of(*other) == digest_of(*PARTS)


def test_the_order_of_sections_and_files_does_not_change_the_digest() -> None:
    assert digest_of(*reversed(PARTS)) == digest_of(*PARTS)


def test_one_file_or_many_makes_no_difference_to_the_digest() -> None:
    assert digest_of("\n".join(PARTS)) == digest_of(*PARTS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: number, max_age: 90 days", "max_age: 90 days, type: number"),
        ("writers: [boss, clerk]", "writers: [clerk, boss]"),
        ("boss: {who: boss}, clerk: {who: clerk}", "clerk: {who: clerk}, boss: {who: boss}"),
        ("account.n > P.least", "(account.n  >P.least)"),
        ("value: 5}", "value: 5.00}"),
        ("weight: 2", "weight: 2.0"),
        ("why: x", "why: '  x '"),
    ],
)
def test_what_says_the_same_has_the_same_digest(old: str, new: str) -> None:
    other = [text.replace(old, new) for text in PARTS]

    assert other != list(PARTS)
    assert digest_of(*other) == digest_of(*PARTS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 5", "value: 5.01"),
        ("max_age: 90 days", "max_age: 91 days"),
        ("account.n > P.least", "account.n >= P.least"),
        ("must: account", "should: account"),
        ("writers: [boss, clerk]", "writers: [boss]"),
        ("who: boss", "who: the boss"),
        ("why: x", "why: y"),
    ],
)
def test_what_says_something_else_has_another_digest(old: str, new: str) -> None:
    other = [text.replace(old, new) for text in PARTS]

    assert other != list(PARTS)
    assert digest_of(*other) != digest_of(*PARTS)


def test_the_order_of_table_rows_changes_the_digest() -> None:
    one, other = "{id: A, when: account.n > 1, then: {x: y}}", "{id: B, when: true, then: {x: z}}"

    first = digest_of(*PARTS, f"tables: {{t: {{subject: account, rows: [{one}, {other}]}}}}")
    second = digest_of(*PARTS, f"tables: {{t: {{subject: account, rows: [{other}, {one}]}}}}")

    assert first != second


ONE = "- {id: A-1, trigger: admit, from: candidate, to: planning, gate: G}"
OTHER = "- {id: A-2, trigger: skip, from: candidate, to: planning, gate: G}"
THIRD = "- {id: A-3, trigger: admit, from: planning, to: candidate}"


def digest_of_ways(*transitions: str) -> str:
    stages = "candidate: {kind: initial}, planning: {kind: active}"
    listed = "\n".join(f"    {item}" for item in transitions)
    lifecycle = (
        "workflow:\n  id: lifecycle\n  subject: account\n"
        f"  stages: {{{stages}}}\n  transitions:\n{listed}\n"
    )
    return a_pack(*PARTS, lifecycle=lifecycle).digest


def test_the_order_of_the_transitions_of_a_stage_changes_the_digest() -> None:
    """The first one with a gate is the way onwards."""
    assert digest_of_ways(ONE, OTHER, THIRD) != digest_of_ways(OTHER, ONE, THIRD)


def test_a_way_that_stays_open_changes_the_digest_only_where_it_is_said() -> None:
    said = ONE.replace("gate: G", "gate: G, despite_conditions: true")
    unsaid = ONE.replace("gate: G", "gate: G, despite_conditions: false")

    assert digest_of_ways(said, OTHER) != digest_of_ways(ONE, OTHER)
    assert digest_of_ways(unsaid, OTHER) == digest_of_ways(ONE, OTHER)


def test_in_which_order_the_stages_are_taken_does_not_change_the_digest() -> None:
    assert digest_of_ways(THIRD, ONE, OTHER) == digest_of_ways(ONE, OTHER, THIRD)


def test_the_order_of_layers_changes_the_digest() -> None:
    """A later one goes before an earlier one."""
    facts = "facts: {account: {account.area: {type: text}, account.sort: {type: text}}}"

    first = a_pack(facts, head_keys="layers: {area: account.area, sort: account.sort}")
    second = a_pack(facts, head_keys="layers: {sort: account.sort, area: account.area}")

    assert first.digest != second.digest


@pytest.mark.parametrize("seed", range(3))
def test_the_shipped_pack_has_one_digest_however_its_files_are_written(seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - nothing is kept secret
    contents = [
        _shuffled(yaml.load(content, yaml.BaseLoader), shuffle)  # noqa: S506 - makes text only
        for content in shipped_files().values()
    ]
    files = {
        f"{shuffle.random()}.yaml": yaml.dump(content, sort_keys=False).encode()
        for content in contents
    }

    loaded = load_pack(files)

    assert loaded.diagnostics == ()
    assert loaded.pack is not None
    assert loaded.pack.digest == shipped_pack().digest


def _shuffled(value: object, shuffle: random.Random, key: str = "") -> object:
    """Return the same with every mapping in another order, but for the ladder, which has one."""
    if isinstance(value, dict):
        items = [(name, _shuffled(item, shuffle, name)) for name, item in value.items()]
        if key != "levels":
            shuffle.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return [_shuffled(item, shuffle) for item in value]
    return value


def test_sealing_a_pack_again_changes_nothing() -> None:
    assert sealed(shipped_pack()) == shipped_pack()


RULE = "rules: {E: {subject: account, when: account.n > 1, to: [TO]}}"
LADDER = "escalating: {levels: {A: {roles: [boss]}, B: {roles: [clerk]}}}"


def test_the_order_of_the_ladder_and_of_who_joins_changes_the_digest() -> None:
    turned = LADDER.replace(
        "A: {roles: [boss]}, B: {roles: [clerk]}", "B: {roles: [clerk]}, A: {roles: [boss]}"
    )
    one, other = (RULE.replace("TO", names) for names in ("A, B", "B, A"))

    first = digest_of(*PARTS, LADDER, one)

    assert len({first, digest_of(*PARTS, turned, one), digest_of(*PARTS, LADDER, other)}) == 3


def test_what_a_pack_does_without_is_not_in_its_digest() -> None:
    assert digest_of(*PARTS, "rules: {}", "timers: {}") == digest_of(*PARTS)
