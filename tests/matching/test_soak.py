"""A short soak; `make bench ARGS=matchers` has the long one."""

from tests.matching.soaking import soak


def test_memory_stays_flat_and_nothing_differs() -> None:
    first, *_, last = soak(4_000, sets=4)

    assert last.worker - first.worker < 4
    assert last.ours - first.ours < 8
