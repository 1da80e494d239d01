"""Which stages make the main line of a picture, and which stand beside it."""

from kamflow.analysis.outline import main_line, outline
from tests.builders import shipped_pack
from tests.unit.analysis.workflows import SHIPPED, a_workflow


def test_there_are_pictures_of_all_shipped_workflows() -> None:
    assert set(SHIPPED) == set(shipped_pack().workflows)


def test_the_main_line_of_the_account_lifecycle_is_its_yearly_cycle() -> None:
    found = main_line(shipped_pack().workflows["account_lifecycle"])

    assert " ".join(found) == (
        "candidate selection planning mobilization co_creation capture measure"
    )


def test_the_main_line_of_the_roll_out_is_its_phases() -> None:
    found = main_line(shipped_pack().workflows["program_rollout"])

    assert " ".join(found) == "proposed knowledge design pilot scale optimize"


def test_a_stage_that_many_lead_to_stands_beside_the_main_line() -> None:
    workflow = a_workflow(
        {"a": "initial", "b": "active", "c": "active"}, "go: a -> b", "leave: a, b -> c"
    )

    shape = outline(workflow)

    assert (shape.main, shape.side) == (("a", "b"), ("c",))


def test_waiting_is_no_step_of_the_main_line() -> None:
    workflow = a_workflow(
        {"a": "initial", "w": "waiting", "b": "active"},
        "wait: a -> w",
        "go: w -> b",
        "jump: a -> b",
    )

    assert main_line(workflow) == ("a", "b")


def test_an_end_can_only_be_the_last_of_the_main_line() -> None:
    workflow = a_workflow(
        {"a": "initial", "done": "end", "b": "active"}, "finish: a -> done", "reopen: done -> b"
    )

    assert main_line(workflow) == ("a", "done")


def test_where_all_transitions_are_lists_they_make_the_main_line() -> None:
    workflow = a_workflow(
        {"a": "initial", "b": "active", "c": "active"}, "pick: a -> b, c", "on: b, a -> c"
    )

    assert main_line(workflow) == ("a", "b", "c")


def test_a_second_transition_between_neighbours_goes_around() -> None:
    workflow = a_workflow({"a": "initial", "b": "active"}, "go: a -> b", "skip: a -> b")

    shape = outline(workflow)

    assert [net.transition.trigger for net in shape.straight] == ["go"]
    assert [net.transition.trigger for net in shape.around] == ["skip"]


def test_a_chain_of_a_thousand_stages_is_followed_to_its_end() -> None:
    names = [f"s{number}" for number in range(1000)]
    stages = {name: "initial" if name == "s0" else "active" for name in names}

    found = main_line(a_workflow(stages, *(f"t: s{n} -> s{n + 1}" for n in range(999))))

    assert found == tuple(names)
