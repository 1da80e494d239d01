"""Collected where durable-rules is not installed: its process says so, and nobody is held up."""

from kamflow.model.matching import MatchRule, MatchSet, Pattern
from kamflow.runtime.matching.supervisor import PATIENCE, Fault, Supervisor
from tests.matching.rulesets import a_set, fact


def test_the_process_says_what_is_missing_and_is_not_started_for_ever() -> None:
    supervisor = Supervisor()
    rules = a_set(MatchRule("r", (Pattern("a", "x"),)))

    proposals = supervisor.propose(rules, [[fact("x")]] * 300)
    later = supervisor.propose(MatchSet("another set", rules.rules), [[fact("x")]])
    supervisor.close()

    reason = "durable-rules 2.0.28 is needed, none is installed"
    assert proposals == [Fault(f"set `{rules.digest}`: {reason}")] * 300
    assert later == [Fault(f"set `another set`: {reason}")]
    assert supervisor.restarts == PATIENCE
