"""An instance keeps the policy of its stage and takes the newest at the next stage."""

from msgspec.structs import replace

from kamflow.model.pack import Pack
from tests.builders import World, a_pack

FACTS = """
facts: {account: {account.n: {type: number}, account.set_by: {type: text}}}
parameters: {least: {type: number, value: LEAST}}
gates: {G: {subject: account, criteria: [{id: G.1, must: account.n > P.least}]}}
"""
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    one: {kind: initial}
    two: {kind: active, set: {account.set_by: "NAME"}}
    three: {kind: active}
  transitions:
    - {id: A1, trigger: go, from: one, to: two}
    - {id: A2, trigger: on, from: two, to: three, gate: G}
    - {id: A3, trigger: back, from: three, to: returning}
"""
AUTOMATIC = "to: three, gate: G"
ACME = "north/acme"


def version(least: int, *, lifecycle: str = LIFECYCLE) -> Pack:
    named = lifecycle.replace('"NAME"', f"'\"v{least}\"'")
    return a_pack(FACTS.replace("LEAST", str(least)), lifecycle=named)


OLD, NEW = version(1), version(5)


def begun(pack: Pack = OLD) -> World:
    world = World(pack)
    world.open("program", "north")
    world.open("account", "acme", "north")
    world.record(ACME, {"account.n": 3})
    return world


def test_publishing_changes_nothing_for_a_stage_that_was_entered_before() -> None:
    world = begun()
    world.request(ACME, "go")

    world.publish(NEW)
    decision = world.request(ACME, "on")

    assert decision.accepted
    assert decision.events[0].pack == NEW.digest
    assert world.stage(ACME) == "three"


def test_the_next_stage_is_judged_by_the_newest_policy() -> None:
    world = begun()
    world.publish(NEW)
    world.request(ACME, "go")

    decision = world.request(ACME, "on")

    assert not decision.accepted
    assert decision.events[0].pack == NEW.digest
    assert world.subjects[ACME].pack == NEW.digest


def test_a_stage_sets_what_the_policy_under_which_it_is_entered_says() -> None:
    world = begun()
    world.publish(NEW)

    world.request(ACME, "go")

    assert world.subjects[ACME].facts["account.set_by"].value == "v5"


def test_an_automatic_transition_from_the_next_stage_follows_the_newest_policy() -> None:
    automatic = LIFECYCLE.replace(AUTOMATIC, f"{AUTOMATIC}, automatic: true")
    world = begun(version(1, lifecycle=automatic))
    world.publish(version(5, lifecycle=automatic))

    decision = world.request(ACME, "go")

    assert world.stage(ACME) == "two"
    assert decision.reasons == ("on waits: gate G is not met: G.1",)


def test_a_chain_that_is_refused_leaves_the_instance_under_its_policy() -> None:
    circle = (
        LIFECYCLE.replace("from: one, to: two", "from: one, to: two, automatic: true")
        .replace("to: three, gate: G", "to: one, automatic: true, when: account.n > 2")
        .replace("from: three, to: returning", "from: one, to: three")
    )
    circling = version(5, lifecycle=circle)
    still = circle.replace("automatic: true,", "").replace(", automatic: true", "")
    world = begun(version(1, lifecycle=still))
    world.publish(circling)

    decision = world.request(ACME, "go")

    assert not decision.accepted
    assert [item.pack for item in decision.events] == [world.compiled.pack.digest]
    assert world.subjects[ACME].pack == world.compiled.pack.digest
    assert world.stage(ACME) == "one"


def test_a_stage_that_the_newest_policy_has_not_is_entered_under_the_old_one() -> None:
    without = LIFECYCLE.replace("    three: {kind: active}\n", "").replace(
        "    - {id: A2, trigger: on, from: two, to: three, gate: G}\n"
        "    - {id: A3, trigger: back, from: three, to: returning}\n",
        "",
    )
    world = begun()
    world.request(ACME, "go")
    world.publish(version(5, lifecycle=without))

    world.request(ACME, "on")

    assert world.stage(ACME) == "three"
    assert world.subjects[ACME].pack == OLD.digest
    assert world.request(ACME, "back").accepted
    assert world.stage(ACME) == "two"


def test_there_is_no_returning_to_a_stage_that_the_policy_has_not_any_more() -> None:
    without = LIFECYCLE.replace(
        'two: {kind: active, set: {account.set_by: "NAME"}}', "four: {kind: end}"
    )
    without = without.replace("to: two", "to: four").replace("from: two", "from: one")
    world = begun()
    world.request(ACME, "go")
    world.publish(version(5, lifecycle=without))
    world.request(ACME, "on")

    decision = world.request(ACME, "back")

    assert (decision.accepted, decision.reasons) == (False, ("there is no stage to return to",))


def test_a_workflow_that_the_newest_policy_has_not_goes_on_under_the_old_one() -> None:
    other = replace(NEW, workflows={"rollout": NEW.workflows["rollout"]}, digest="other")
    world = begun()
    world.publish(other)

    assert world.request(ACME, "go").accepted
    assert world.subjects[ACME].pack == OLD.digest


def test_a_transition_within_a_stage_keeps_the_policy() -> None:
    same = LIFECYCLE.replace(
        "    - {id: A1", "    - {id: A0, trigger: stay, from: one, to: same}\n    - {id: A1"
    )
    world = begun(version(1, lifecycle=same))
    before = world.subjects[ACME].pack
    world.publish(version(5, lifecycle=same))

    world.request(ACME, "stay")

    assert world.subjects[ACME].pack == before


def test_a_value_of_a_type_that_the_new_policy_does_not_know_is_unknown() -> None:
    changed = FACTS.replace("account.n: {type: number}", "account.n: {type: flag}").replace(
        "account.n > P.least", "account.n"
    )
    world = begun()
    world.request(ACME, "go")
    world.publish(a_pack(changed.replace("LEAST", "1"), lifecycle=LIFECYCLE.replace("NAME", "v")))
    world.request(ACME, "on")

    decision = world.request(ACME, "back")

    assert decision.accepted
    assert world.view(ACME)["account.n"].causes[0].reason == "recorded as `3`, which is no flag"
