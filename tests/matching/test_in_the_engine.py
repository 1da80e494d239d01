"""Stories of the shipped policy with a confirmed matcher at work: nothing comes otherwise."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kamflow import Kamflow
from kamflow.model.escalated import EscalationRaised, MatchersDiverged
from kamflow.model.events import Recorded
from kamflow.model.matching import Fact, Match, MatchSet
from kamflow.runtime.matching import ConfirmedMatcher
from kamflow.runtime.matching.supervisor import Proposal
from tests.matching.packages import INSTALLED
from tests.scenarios.cases import Case
from tests.scenarios.cases_incidents import CASES
from tests.scenarios.office import FILE, Office
from tests.scenarios.story import a_story


class Blind:
    """Another implementation, which sees nothing in anything."""

    restarts = 0

    def propose(self, rules: MatchSet, sessions: Sequence[Sequence[Fact]]) -> list[Proposal]:
        assert rules.rules
        return [()] * len(sessions)

    def close(self) -> None:
        """It holds nothing."""


Told = Callable[[Case, Match | None], list[Recorded]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tell the story of a case with a matcher; give all that happened."""
    founded = Office(tmp_path_factory.mktemp("founded"))
    founded.found()
    founded.kam.close()

    def tell(case: Case, matcher: Match | None) -> list[Recorded]:
        folder: Path = tmp_path_factory.mktemp("office")
        shutil.copy(founded.url.removeprefix("sqlite:///"), folder / FILE)
        office = Office(folder)
        office.kam.close()
        office.kam = Kamflow.open(office.url, clock=lambda: office.now, matcher=matcher)
        story = a_story(office, case.stage, case.given)
        story.go([*case.fires, *case.ends])
        history = story.history()
        office.kam.close()
        return history

    return tell


def raised(history: list[Recorded]) -> list[tuple[object, ...]]:
    """Return what was escalated; ids differ, as they count all that happened."""
    events = [item.event for item in history if isinstance(item.event, EscalationRaised)]
    return [(one.rule, one.severity, one.as_of, one.raised_at, one.roles) for one in events]


def test_a_confirmed_matcher_makes_no_difference(told: Told) -> None:
    with ConfirmedMatcher() as matcher:
        for case in CASES:
            assert told(case, matcher) == told(case, None)
        state = matcher.state

    assert state.asked > len(CASES)
    assert state.differed == 0
    assert state.unconfirmed == (0 if INSTALLED else state.asked)


def test_a_matcher_that_differs_changes_nothing_and_is_kept_in_the_history(told: Told) -> None:
    (case,) = (case for case in CASES if case.rule == "E-16")

    with ConfirmedMatcher(Blind()) as matcher:
        history = told(case, matcher)

    differences = [one.event for one in history if isinstance(one.event, MatchersDiverged)]
    assert raised(history) == raised(told(case, None)) != []
    assert matcher.state.differed == len(differences) > 0
    assert not any(one.proposed for one in differences)
    assert any(line.startswith("E-16 fire ") for one in differences for line in one.expected)
