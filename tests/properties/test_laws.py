"""The laws of the engine on random histories. Source: docs on the design, decide and evolve."""

import random
from collections import Counter
from functools import reduce

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from kamflow.engine.evolve import evolve, replay
from kamflow.language.load import load_pack, sealed
from kamflow.model.events import (
    ApprovalDecided,
    CommandRefused,
    StageEntered,
    VoteCast,
)
from kamflow.model.pack import Pack
from kamflow.storage.codec import decode_pack, encode_pack
from tests.builders import shipped_files, shipped_pack
from tests.properties.histories import Step, Story, begun, histories, told


@given(histories)
def test_replaying_the_events_gives_the_snapshot(steps: list[Step]) -> None:
    story = told(steps)

    for subject, snapshot in story.subjects.items():
        assert replay(story.events[subject]) == snapshot


@given(histories)
def test_events_are_numbered_without_gaps_and_name_an_earlier_cause(steps: list[Step]) -> None:
    story = told(steps)

    for events in story.events.values():
        assert [item.sequence for item in events] == list(range(1, len(events) + 1))
        assert all(item.cause is None or item.cause < item.sequence for item in events)


@given(histories)
@settings(max_examples=25)
def test_the_same_questions_have_the_same_answers(steps: list[Step]) -> None:
    first = told(steps)

    again = _replayed(first, decode_pack(encode_pack(shipped_pack())))

    assert [answer for _, answer in again.answers] == [answer for _, answer in first.answers]


def _replayed(story: Story, pack: Pack) -> Story:
    """Ask the same of a new world, one question after another."""
    other = begun(pack)
    for at, subject, command in story.asked[len(other.asked) :]:
        other.now = at
        other.submit(subject, command)
    return other


@pytest.fixture(scope="module")
def rearranged() -> Pack:
    """The shipped pack with its files the other way round and lists without order shuffled."""
    loaded = load_pack(dict(reversed(list(shipped_files().items()))))
    assert loaded.pack is not None
    pack, shuffle = loaded.pack, random.Random(7)  # noqa: S311 - nothing is kept secret
    gates = {
        key: replace(gate, criteria=tuple(shuffle.sample(gate.criteria, len(gate.criteria))))
        for key, gate in reversed(pack.gates.items())
    }
    cards = {
        key: replace(card, criteria=tuple(shuffle.sample(card.criteria, len(card.criteria))))
        for key, card in pack.scorecards.items()
    }
    workflows = {
        key: replace(flow, stages=dict(reversed(flow.stages.items())))
        for key, flow in reversed(pack.workflows.items())
    }
    return sealed(
        replace(
            pack,
            gates=gates,
            scorecards=cards,
            workflows=workflows,
            facts=dict(reversed(pack.facts.items())),
            roles=dict(reversed(pack.roles.items())),
        )
    )


@given(steps=histories)
@settings(max_examples=25)
def test_the_order_in_which_a_policy_is_written_changes_nothing(
    rearranged: Pack, steps: list[Step]
) -> None:
    story = told(steps)

    other = _replayed(story, rearranged)

    assert rearranged.digest == shipped_pack().digest
    assert other.subjects == story.subjects


@given(histories)
def test_a_refusal_changes_nothing_but_the_history(steps: list[Step]) -> None:
    for before, decision in told(steps).answers:
        if decision.accepted:
            continue

        *fallen_due, refusal = decision.events
        assert decision.reasons
        assert isinstance(refusal.event, CommandRefused)
        assert all(item.actor == "system" for item in fallen_due)
        assert before is not None
        as_due = reduce(evolve, fallen_due, before)
        assert decision.snapshot == replace(as_due, sequence=refusal.sequence)


@given(histories)
def test_nothing_gets_past_an_approval_without_the_votes(steps: list[Step]) -> None:
    story = told(steps)

    for subject, events in story.events.items():
        voted: Counter[str] = Counter()
        approved: list[str] = []
        for event in (item.event for item in events):
            if isinstance(event, VoteCast) and event.vote == "approve":
                voted[event.id] += 1
            elif isinstance(event, ApprovalDecided) and event.approved:
                assert event.automatic or voted[event.id] >= _least(event.approval), subject
                approved.append(event.transition)
            elif isinstance(event, StageEntered) and _approval_of(event.transition):
                assert approved.pop() == event.transition
        assert not approved


def _least(approval: str) -> int:
    """Return the fewest yes votes with which an approval can be given."""
    item = shipped_pack().approvals[approval]
    if item.rule == "all":
        return len([voter for voter in item.voters if voter.when is None])
    return item.least


def _approval_of(transition: str) -> str | None:
    flows = shipped_pack().workflows.values()
    found = [item for flow in flows for item in flow.transitions if item.id == transition]
    return found[0].approval if found else None


@given(histories)
def test_silence_and_abstention_approve_nothing(steps: list[Step]) -> None:
    unsaid = {"agree": "later"}
    silent = [
        (unsaid.get(what, what), one, other, 4 if what == "vote" else third)
        for what, one, other, third in steps
    ]

    story = told(silent)

    decided = [
        item.event
        for events in story.events.values()
        for item in events
        if isinstance(item.event, ApprovalDecided) and item.event.approved
    ]
    assert all(event.automatic for event in decided)


@given(histories)
def test_a_person_votes_once_on_each_request(steps: list[Step]) -> None:
    story = told(steps)

    for events in story.events.values():
        votes = [(item.actor, item.event.id) for item in events if isinstance(item.event, VoteCast)]

        assert len(votes) == len(set(votes))
