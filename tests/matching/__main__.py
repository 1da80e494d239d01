"""Compares the matchers for as long as you like: `python -m tests.matching [--seed N] [SESSIONS]`.

`make test` does the same with a few hundred random sets of rules.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import count

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kamflow.model.matching import MatchSet
from kamflow.runtime.matching import ConfirmedMatcher
from tests.matching.rulesets import MANY_KINDS, Session, rule_sets, sessions

ROUND = 1_000  # sets of rules, each with one to four sessions


def main(arguments: Sequence[str]) -> int:
    """Compare; return 0 when both said the same each time."""
    parser = argparse.ArgumentParser(prog="python -m tests.matching", description=__doc__)
    parser.add_argument("sessions", nargs="?", type=int, default=50_000, help="at least so many")
    parser.add_argument("--seed", type=int, help="repeats another run")
    asked = parser.parse_args(arguments)
    chosen = asked.seed if asked.seed is not None else int.from_bytes(os.urandom(3))
    with ConfirmedMatcher() as matcher:
        for number in count(chosen):
            print(f"seed {number}, {matcher.state.asked} sessions before", flush=True)
            _compare(matcher, number)
            if matcher.state.unconfirmed or matcher.state.asked >= asked.sessions:
                break
        print(matcher.state)
        return int(matcher.state.unconfirmed > 0)


def _compare(matcher: ConfirmedMatcher, number: int) -> None:
    """Match random facts with random rules: small sets, and one in twenty of fifty rules.

    Raises:
        AssertionError: They differ; the smallest example that was found is printed.
    """
    small = st.tuples(rule_sets(), st.lists(sessions(), min_size=1, max_size=4))
    facts = st.lists(sessions(MANY_KINDS), min_size=1, max_size=4)
    large = st.tuples(rule_sets(50, 50, MANY_KINDS), facts)
    for asked, examples in ((small, ROUND * 19 // 20), (large, ROUND // 20)):
        limits = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )

        @seed(number)
        @limits
        @given(asked)
        def both_fire_the_same(case: tuple[MatchSet, list[Session]]) -> None:
            assert [one.proposed for one in matcher.match_all(*case)] == [None] * len(case[1])

        both_fire_the_same()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
