"""What event rules cost: the reference matcher, and durable_rules in its process that confirms it.

First one event, at which one of fifty rules looks: CPU time of the reference. Then five facts, of
which fifty rules correlate two and want a third not to be there: the reference alone (CPU time),
and both matchers (time that passes, as another process has its part). Then many facts, of which two
have the same key: each matcher by itself. Last a soak: what both processes occupy after 200,000
evaluations, over what they did after the first tenth.
"""

import time
from collections.abc import Callable
from contextlib import closing
from random import Random

from bench.measuring import Result
from kamflow.engine.rules.matcher import match
from kamflow.errors import MissingExtraError
from kamflow.model.matching import Fact, Join, MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching import ConfirmedMatcher, matcher_for
from kamflow.runtime.matching.supervisor import Supervisor
from tests.matching.soaking import FACTS, RULES, SESSIONS, a_correlating_set, random_sessions, soak

EVENT_BAR_US, GROWTH_BAR_MIB = 5.0, 4.0
RUNS, ROUNDS, EVALUATIONS, SETS, MANY = 7, 40, 200_000, 20, 300


def run() -> list[Result]:
    """Measure both matchers, as far as they are there."""
    results = [_one_event(), _correlated("reference", match_each, time.process_time)]
    try:
        matcher = matcher_for("durable")
    except MissingExtraError as error:
        print(error)
        return results
    results.append(_many_facts("reference", match_each))
    with matcher:
        if not isinstance(matcher, ConfirmedMatcher):
            raise TypeError("there is nothing to compare with")
        begun = time.perf_counter()
        matcher(a_correlating_set(), random_sessions(_chance(), 1)[0])
        print(f"the process is ready after {(time.perf_counter() - begun) * 1e3:.0f} ms")
        results += [
            _correlated("both, one by one", _each(matcher), time.perf_counter),
            _correlated(f"both, {SESSIONS} at once", matcher.match_all, time.perf_counter),
        ]
        with closing(Supervisor()) as supervisor:
            results.append(_many_facts("durable_rules", supervisor.propose))
        if matcher.state.differed or matcher.state.unconfirmed:
            raise RuntimeError(str(matcher.state))
    return [*results, *_soaked()]


def _one_event() -> Result:
    """Measure an event at which one of fifty rules looks; every second one sets it off."""
    rules = MatchSet(
        "one event each",
        tuple(
            MatchRule(f"E-{number:02}", (Pattern("it", f"kind {number}", _BAD),))
            for number in range(RULES)
        ),
    )
    events = [
        [Fact(f"kind {number}", {"severity": 3, "tone": ("bad", "good")[number % 2]})]
        for number in range(RULES)
    ]
    if sum(len(match(rules, event).firings) for event in events) != RULES // 2:
        raise RuntimeError("not every second event sets a rule off")
    values = tuple(_per_item(rules, events * ROUNDS, match_each, time.process_time) for _ in _RUNS)
    name = f"one event, {RULES} rules, reference"
    return Result(name=name, unit="us", values=values, bar=EVENT_BAR_US)


_BAD, _RUNS = (Where("severity", ">=", 2), Where("tone", "==", "bad")), range(RUNS)

Matching = Callable[[MatchSet, list[list[Fact]]], object]


def match_each(rules: MatchSet, sessions: list[list[Fact]]) -> None:
    """Match by the reference."""
    for facts in sessions:
        match(rules, facts)


def _each(matcher: ConfirmedMatcher) -> Matching:
    def matched(rules: MatchSet, sessions: list[list[Fact]]) -> None:
        for facts in sessions:
            matcher(rules, facts)

    return matched


def _correlated(how: str, matching: Matching, clock: Callable[[], float]) -> Result:
    rules, sessions = a_correlating_set(), random_sessions(_chance())
    values = tuple(_per_item(rules, sessions * 5, matching, clock) for _ in _RUNS)
    return Result(name=f"{FACTS} facts, {RULES} rules, {how}", unit="us", values=values)


def _many_facts(how: str, matching: Matching) -> Result:
    """Measure many facts in one session, joined by a key; values repeat now and then."""
    chance = _chance()
    facts = [Fact("signal", {"key": chance.randrange(MANY)}) for _ in range(MANY)]
    same = (Join("key", "==", "one", "key"),)
    rule = MatchRule("E-01", (Pattern("one", "signal"), Pattern("other", "signal", (), same)))
    rules = MatchSet("many facts", (rule,))
    values = tuple(_per_item(rules, [facts] * 3, matching, time.perf_counter) for _ in _RUNS)
    return Result(name=f"{MANY} facts, one rule, {how}", unit="us", values=values)


def _per_item(
    rules: MatchSet, sessions: list[list[Fact]], matching: Matching, clock: Callable[[], float]
) -> float:
    begun = clock()
    matching(rules, sessions)
    return (clock() - begun) / len(sessions) * 1e6


def _soaked() -> list[Result]:
    begun = time.perf_counter()
    first, *later = soak(EVALUATIONS, SETS)
    each = (time.perf_counter() - begun) / EVALUATIONS * 1e6
    last = later[-1]
    grown = {
        "process": (tuple(one.worker - first.worker for one in later), last.worker),
        "we": (tuple(one.ours - first.ours for one in later), last.ours),
    }
    return [
        Result(
            name=f"{EVALUATIONS:,} evaluations, {who} grew",
            unit="MiB",
            values=values,
            bar=GROWTH_BAR_MIB,
            note=f"{size:.0f} MiB in the end, {each:.0f} us each with new sets of rules",
        )
        for who, (values, size) in grown.items()
    ]


def _chance() -> Random:
    return Random(1)  # noqa: S311 - the same facts each time
