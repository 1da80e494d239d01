"""A matcher that asks two: the reference decides, durable_rules confirms or is told apart."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct
from msgspec.structs import replace

from kamflow.engine.rules.matcher import match
from kamflow.model.matching import Fact, Matched, MatchSet
from kamflow.runtime.matching.forking import begins_anew
from kamflow.runtime.matching.supervisor import Fault, Proposal, Supervisor


class MatcherState(Struct, frozen=True, kw_only=True):
    """How a matcher fares, for operators."""

    asked: int = 0  # sets of facts
    differed: int = 0  # of those: the two did not agree, and the reference was used
    unconfirmed: int = 0  # of those: the reference answered alone
    restarts: int = 0  # of the process
    reason: str = ""  # the last trouble


class Proposer(Protocol):
    """Another implementation of what sets of patterns mean."""

    @property
    def restarts(self) -> int:
        """How often it had to be started again."""

    def propose(self, rules: MatchSet, sessions: Sequence[Sequence[Fact]]) -> list[Proposal]:
        """Return what fires in each session, or why it cannot tell."""

    def close(self) -> None:
        """Give back what it holds."""


class Matcher:
    """The reference matcher. A `Match` with an end: close it, or use it in a `with` block."""

    name = "reference"

    def __call__(self, rules: MatchSet, facts: Sequence[Fact]) -> Matched:
        """Return every firing of every rule, in order."""
        return match(rules, facts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def state(self) -> MatcherState:
        """How it fares."""
        return MatcherState()

    def close(self) -> None:
        """Give back what it holds; it may be used again."""


class ConfirmedMatcher(Matcher):
    """The reference matcher, with a second opinion on each answer.

    The firings are always those of the reference. `Matched.proposed` has those of the other where
    they differ; where the other has no answer, because it died, hung or refused, the reference
    stands alone and `state` counts it. Thread-safe.
    """

    name = "durable"

    def __init__(self, proposer: Proposer | None = None) -> None:
        """Ask `proposer` for the second opinion; without one, durable_rules in a process."""
        self._proposer = Supervisor() if proposer is None else proposer
        self._state, self._lock = MatcherState(), threading.Lock()
        begins_anew(self)

    def __call__(self, rules: MatchSet, facts: Sequence[Fact]) -> Matched:
        """Return the firings of the reference, with the proposal where it differs."""
        return self.match_all(rules, [facts])[0]

    def match_all(self, rules: MatchSet, sessions: Sequence[Sequence[Fact]]) -> list[Matched]:
        """Match many sets of facts, each for itself; one trip to the process for many of them."""
        firings = [match(rules, facts).firings for facts in sessions]
        proposals = self._proposer.propose(rules, sessions)
        faults = [item.reason for item in proposals if isinstance(item, Fault)]
        matched = [
            Matched(found, None if isinstance(item, Fault) or item == found else item)
            for found, item in zip(firings, proposals, strict=True)
        ]
        self._note(matched, faults, rules)
        return matched

    @property
    def state(self) -> MatcherState:
        """How it fares."""
        return replace(self._state, restarts=self._proposer.restarts)

    def close(self) -> None:
        """End the process; the next question starts one."""
        self._proposer.close()

    def begin_anew(self) -> None:
        """Forget who held the lock, after a fork in the child."""
        self._lock = threading.Lock()

    def _note(self, matched: list[Matched], faults: list[str], rules: MatchSet) -> None:
        differed = sum(item.proposed is not None for item in matched)
        reason = f"set `{rules.digest}`: the matchers differ" if differed else ""
        with self._lock:
            before = self._state
            self._state = MatcherState(
                asked=before.asked + len(matched),
                differed=before.differed + differed,
                unconfirmed=before.unconfirmed + len(faults),
                reason=reason or (faults[-1] if faults else before.reason),
            )
