"""Which track a line takes."""

from kamflow.analysis.routing import Wire, crossings, tracks


def test_lines_that_do_not_meet_share_a_track() -> None:
    assert tracks([Wire(left=(0, 50)), Wire(left=(100, 150))]) == [0, 0]


def test_a_line_inside_another_one_runs_nearer_to_the_boxes() -> None:
    assert tracks([Wire(left=(0, 200)), Wire(left=(50, 100))]) == [1, 0]


def test_a_line_that_leaves_to_the_right_only_takes_the_last_track() -> None:
    long_ones = [Wire(left=(0,), right=(500,)), Wire(left=(20,), right=(520,))]

    assert tracks([*long_ones, Wire(right=(900, 950))])[2] == max(tracks(long_ones))


def test_two_lines_that_swap_their_order_are_put_where_they_do_not_cross() -> None:
    first, second = Wire(left=(0,), right=(100,)), Wire(left=(50,), right=(150,))

    order = tracks([first, second])

    assert crossings(first, second) == 2
    assert crossings(second, first) == 0
    assert order == [1, 0]


def test_no_lines_take_no_track() -> None:
    assert tracks([]) == []
