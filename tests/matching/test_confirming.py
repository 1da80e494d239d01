"""Two matchers: the reference decides, and where the other differs both answers are told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from kamflow.engine.rules.matcher import match
from kamflow.model.matching import Fact, Firing, Matched, MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching import ConfirmedMatcher, Matcher, MatcherState
from kamflow.runtime.matching.supervisor import Fault, Proposal
from tests.matching.rulesets import a_set, fact

RULES = a_set(MatchRule("three", (Pattern("a", "x", (Where("i", ">=", 3),)),)))
THREE, FOUR = fact("x", i=3), fact("x", i=4)


class Careless:
    """Another implementation, with a fault at the edge: it takes `>=` for `>`."""

    restarts = 2
    closed = False

    def propose(self, rules: MatchSet, sessions: Sequence[Sequence[Fact]]) -> list[Proposal]:
        return [self._fires(rules, facts) for facts in sessions]

    def _fires(self, rules: MatchSet, facts: Sequence[Fact]) -> Proposal:
        if len(facts) > 2:
            return Fault("it takes two at most")
        return tuple(
            Firing(rule.id, (("a", place),))
            for rule in rules.rules
            for place, item in enumerate(facts)
            if int(item.fields["i"]) > int(rule.every[0].where[0].value)
        )

    def close(self) -> None:
        self.closed = True


def test_where_both_agree_there_is_no_proposal() -> None:
    matcher = ConfirmedMatcher(Careless())

    assert matcher(RULES, [FOUR]) == Matched((Firing("three", (("a", 0),)),))

    assert matcher.state == MatcherState(asked=1, restarts=2)


def test_where_they_differ_the_reference_is_used_and_the_proposal_is_told() -> None:
    matcher = ConfirmedMatcher(Careless())

    told = matcher.match_all(RULES, [[FOUR, THREE], [FOUR]])

    both = tuple(Firing("three", (("a", place),)) for place in (0, 1))
    assert told == [Matched(both, proposed=both[:1]), Matched(both[:1])]
    reason = f"set `{RULES.digest}`: the matchers differ"
    assert matcher.state == MatcherState(asked=2, differed=1, restarts=2, reason=reason)


def test_a_proposal_of_nothing_is_a_proposal() -> None:
    assert ConfirmedMatcher(Careless())(RULES, [THREE]).proposed == ()


def test_without_a_proposal_the_reference_stands_alone_and_is_counted() -> None:
    matcher = ConfirmedMatcher(Careless())

    told = matcher(RULES, [FOUR, THREE, FOUR])

    assert told == match(RULES, [FOUR, THREE, FOUR])
    reason = "it takes two at most"
    assert matcher.state == MatcherState(asked=1, unconfirmed=1, restarts=2, reason=reason)


def test_a_reason_stays_to_be_looked_at() -> None:
    matcher = ConfirmedMatcher(Careless())

    matcher(RULES, [FOUR, THREE, FOUR])
    matcher(RULES, [FOUR])

    assert matcher.state.reason == "it takes two at most"


def test_threads_lose_no_count() -> None:
    matcher = ConfirmedMatcher(Careless())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: matcher(RULES, [THREE]), range(400)))

    assert (matcher.state.asked, matcher.state.differed) == (400, 400)


def test_the_end_of_a_block_closes_it() -> None:
    careless = Careless()

    with ConfirmedMatcher(careless), Matcher():
        assert not careless.closed

    assert careless.closed


def test_the_reference_by_itself_has_nothing_to_report() -> None:
    matcher = Matcher()

    assert matcher(RULES, [THREE, FOUR]) == match(RULES, [THREE, FOUR])

    assert matcher.state == MatcherState()


def test_facts_outside_of_the_subset_are_matched_by_the_reference() -> None:
    rules = a_set(MatchRule("named", (Pattern("a", "x", (Where("s", "==", "Zoë"),)),)))
    facts = [fact("x", s="Zoë"), fact("x", s="Zoe")]

    with ConfirmedMatcher() as matcher:
        told = matcher(rules, facts)
        state = matcher.state

    assert told == Matched((Firing("named", (("a", 0),)),))
    assert (state.asked, state.unconfirmed, state.restarts) == (1, 1, 0)
    assert state.reason == (
        f"set `{rules.digest}`: the text `Zoë` is not plain ASCII without quotes and backslashes"
    )
