"""Subjects are opened where their kind belongs."""

import pytest

from tests.builders import World, a_pack, a_world

SETTING = """
facts: {account: {account.nominated_by: {type: person}, account.n: {type: number}}}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial, set: {account.nominated_by: actor, account.n: 1 + 1}}}
  transitions: [{id: A1, trigger: stay, from: candidate, to: same}]
"""


def test_a_subject_begins_in_the_initial_stage_with_what_the_stage_sets() -> None:
    world = World(a_pack(SETTING, lifecycle=LIFECYCLE))
    world.open("program", "north")

    world.open("account", "acme", "north", by="nina")

    acme = world.subjects["north/acme"]
    assert (acme.stage, acme.parent, acme.kind, acme.name) == (
        "candidate",
        "north",
        "account",
        "Acme",
    )
    assert {name: item.value for name, item in acme.facts.items()} == {
        "account.nominated_by": "nina",
        "account.n": "2",
    }


@pytest.mark.parametrize(
    ("kind", "name", "parent", "reason"),
    [
        (
            "acount",
            "x",
            "north",
            "the policy has no workflow for `acount`; did you mean `account`?",
        ),
        (
            "note",
            "x",
            "north",
            "the policy has no workflow for `note`, so none can be opened; give it one",
        ),
        ("account", "x", None, "`account` is opened below a `program`"),
        ("account", "x", "north/acme", "`account` is opened below a `program`"),
        ("program", "x", "north", "`program` is opened at the top, below nothing"),
        ("account", "", "north", "`` is no id; it has letters, no `/` and no `#`"),
        ("account", " ", "north", "` ` is no id; it has letters, no `/` and no `#`"),
        ("account", "a#b", "north", "`a#b` is no id; it has letters, no `/` and no `#`"),
        ("account", "a/b", "north", "`a/b` is no id; it has letters, no `/` and no `#`"),
    ],
)
def test_a_subject_out_of_place_is_refused_and_leaves_nothing(
    kind: str, name: str, parent: str | None, reason: str
) -> None:
    world = a_world("subjects: {note: {parent: program}}")
    before = dict(world.subjects)

    decision = world.open(kind, name, parent)

    assert (decision.accepted, decision.reasons) == (False, (reason,))
    assert decision.events == ()
    assert decision.snapshot is None
    assert world.subjects == before
