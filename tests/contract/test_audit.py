"""Whatever is changed in a history is found, and the first event that is wrong is named."""

from collections.abc import Iterator

import pytest

from kamflow import Kamflow, fixed_clock, verify_database
from kamflow.storage.migrate import upgrade
from tests.builders import NOON, a_pack
from tests.contract.former import make_former
from tests.contract.tampering import Forger, flips, forging

FACTS = "facts: {account: {account.n: {type: number}}}\nroles: {boss: {who: boss}}"
GATE = "gates: {G: {subject: account, criteria: [{id: c1, must: account.n > 3}]}}"
LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}}
  transitions: [{id: A1, trigger: plan, from: candidate, to: planning, gate: G}]
"""
ACME, BOLT = "north/acme", "north/bolt"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    """Return a database with three instances, of which one has five events."""
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS, GATE, lifecycle=LIFECYCLE), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acmé", by="ann")
    kam.create_account("north", "bolt", "Bolt", by="ann")
    kam.request(ACME, "plan", by="ann")
    kam.once("k1").record_facts(ACME, {"account.n": 5}, by="ann")
    kam.request(ACME, "plan", by="ann")
    kam.assign(ACME, "boss", "ben", by="ann")
    yield kam
    kam.close()


@pytest.fixture
def forger(kam: Kamflow, url: str) -> Iterator[Forger]:
    assert kam.history(ACME)[-1].sequence == 5
    with forging(url) as forger:
        yield forger


def test_an_untouched_history_is_sound(kam: Kamflow, url: str) -> None:
    report = verify_database(url)

    assert kam is not None
    assert report.sound
    assert (report.instances, report.events, report.policies) == (3, 7, 1)
    assert (report.checkpoints, report.newest, report.unsealed) == (0, None, 7)


def test_a_flip_of_any_byte_of_any_event_is_found(forger: Forger) -> None:
    tried = 0
    for instance, sequence, (name, statement, values) in flips(forger):
        with forger.changes():
            if not forger.tried(statement, *values):
                continue  # a key of the table forbids it
            places = {(item.instance, item.sequence) for item in forger.found().problems}
        tried += 1
        moved = name.startswith(("instance", "sequence"))
        named = (instance, sequence) in places or (moved and places)
        assert named, f"{instance} event {sequence}: {name}"
    assert tried > 7 * 250


def test_a_deleted_event_is_found(forger: Forger) -> None:
    for sequence in range(1, 6):
        with forger.changes():
            forger.run("DELETE FROM events WHERE instance = ? AND sequence = ?", ACME, sequence)

            found = forger.found().problems[0]

        assert (found.instance, found.sequence) == (ACME, sequence)
        assert "is missing" in found.what


def test_an_inserted_event_is_found(forger: Forger) -> None:
    shift = "UPDATE events SET sequence = sequence + ? WHERE instance = ? AND sequence >= ?"
    copy = (
        "INSERT INTO events (instance, sequence, at, kind, actor, pack, cause, body, hash) "
        "SELECT instance, ?, at, kind, actor, pack, cause, body, hash FROM events "
        "WHERE instance = ? AND sequence = ?"
    )
    for sequence in range(1, 7):
        with forger.changes():
            if sequence < 6:
                forger.run(shift, 1_000, ACME, sequence)
                forger.run(shift, -999, ACME, 1_000)
            forger.run(copy, sequence, ACME, sequence - 1 if sequence > 1 else 3)

            found = forger.found().problems[0]

        assert (found.instance, found.sequence) == (ACME, sequence)


@pytest.mark.parametrize("first", range(1, 5))
def test_swapped_events_are_found(forger: Forger, first: int) -> None:
    move = "UPDATE events SET sequence = ? WHERE instance = ? AND sequence = ?"
    forger.run(move, 0, ACME, first)
    forger.run(move, first, ACME, first + 1)
    forger.run(move, first + 1, ACME, 0)

    found = forger.found().problems[0]

    assert (found.instance, found.sequence) == (ACME, first)


@pytest.mark.parametrize("left", range(1, 5))
def test_an_end_that_was_cut_off_is_found(forger: Forger, left: int) -> None:
    forger.run("DELETE FROM events WHERE instance = ? AND sequence > ?", ACME, left)

    found = forger.found().problems

    assert (found[0].instance, found[0].sequence) == (ACME, left + 1)
    assert "the end of the history was cut off" in found[0].what


def test_an_end_that_was_cut_off_with_care_is_found_by_the_outbox(forger: Forger) -> None:
    forger.run("DELETE FROM events WHERE instance = ? AND sequence > ?", ACME, 3)
    forger.chain_anew(ACME)
    forger.snapshot_anew(ACME)

    (found,) = forger.found().problems

    assert (found.instance, found.sequence) == (ACME, 4)
    assert "of the outbox tells it, and it is missing" in found.what


def test_an_end_that_was_cut_off_with_care_is_found_by_the_kept_answers(forger: Forger) -> None:
    forger.run("DELETE FROM events WHERE instance = ? AND sequence > ?", ACME, 2)
    forger.run("DELETE FROM outbox WHERE instance = ? AND sequence > ?", ACME, 2)
    forger.chain_anew(ACME)
    forger.snapshot_anew(ACME)

    (found,) = forger.found().problems

    assert "the answer kept under `k1` names events 3 to 3" in found.what


def test_an_instance_that_was_taken_away_is_found_by_its_messages(forger: Forger) -> None:
    forger.run("DELETE FROM events WHERE instance = ?", BOLT)
    forger.run("DELETE FROM instances WHERE id = ?", BOLT)

    (found,) = forger.found().problems

    assert (found.instance, found.sequence) == (BOLT, 1)


def test_an_instance_without_its_row_is_found(forger: Forger) -> None:
    forger.run("DELETE FROM instances WHERE id = ?", BOLT)

    (found,) = forger.found().problems

    assert str(found) == f"`{BOLT}`: it has a history and 0 rows among the instances"


@pytest.mark.parametrize(
    "change",
    [
        "stage = 'candidate'",
        "kind = 'program'",
        "name = 'Other'",
        "parent = NULL",
        "workflow = 'other'",
        "waiting = 1",
        "entered_at = '2020-01-01 00:00:00.000000'",
    ],
)
def test_a_row_that_is_not_what_the_events_make_is_found(forger: Forger, change: str) -> None:
    forger.run(f"UPDATE instances SET {change} WHERE id = ?", ACME)  # noqa: S608

    (found,) = forger.found().problems

    assert found.what == "its row is not what its events make; run `kamflow db rebuild`"


def test_a_snapshot_that_is_not_what_the_events_make_is_found(forger: Forger) -> None:
    ((stored,),) = forger.rows("SELECT snapshot FROM instances WHERE id = ?", ACME)
    changed = bytes(stored).replace(b'"stage":"planning"', b'"stage":"candidate"')
    assert changed != bytes(stored)
    forger.run("UPDATE instances SET snapshot = ? WHERE id = ?", changed, ACME)

    (found,) = forger.found().problems

    assert found.what == "its snapshot is not what its events make; run `kamflow db rebuild`"


def test_a_snapshot_in_other_words_is_none_of_the_problems(forger: Forger) -> None:
    ((stored,),) = forger.rows("SELECT snapshot FROM instances WHERE id = ?", ACME)
    forger.run("UPDATE instances SET snapshot = ? WHERE id = ?", bytes(stored) + b" ", ACME)

    assert forger.found().sound


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE outbox SET sequence = 3 WHERE sequence = 4", "which it is not"),
        ("UPDATE outbox SET sequence = 9 WHERE sequence = 4", "tells it, and it is missing"),
        ("UPDATE outbox SET type = 'kamflow.role.ended' WHERE sequence = 5", "which it is not"),
        ("UPDATE outbox SET instance = 'south' WHERE sequence = 5", "and it is missing"),
        ("UPDATE requests SET last = 9", "names events 3 to 9, and the history ends with 5"),
        ("UPDATE requests SET first = 0", "names events 0 to 3"),
        ("UPDATE requests SET instance = 'south'", "names events 3 to 3"),
    ],
)
def test_rows_that_name_no_event_are_found(forger: Forger, change: str, what: str) -> None:
    forger.run(change)

    (found,) = forger.found().problems

    assert what in found.what


def test_a_policy_that_was_changed_is_found(forger: Forger) -> None:
    ((stored,),) = forger.rows("SELECT content FROM packs")
    changed = bytes(stored).replace(b"account.n > 3", b"account.n > 2")
    forger.run("UPDATE packs SET content = ?", changed)
    assert "does not have that digest" in forger.found().problems[0].what

    forger.run("UPDATE packs SET content = ?", b"{}")
    assert "cannot be read any more" in forger.found().problems[0].what


def test_a_policy_that_was_taken_away_is_found(forger: Forger) -> None:
    forger.run("DELETE FROM packs")

    assert "which is not kept" in forger.found().problems[0].what


def test_links_that_were_made_anew_alone_are_found_by_the_head(forger: Forger) -> None:
    ((before,),) = forger.rows("SELECT head FROM instances WHERE id = ?", ACME)
    forger.run("UPDATE events SET actor = 'eve' WHERE instance = ?", ACME)
    forger.chain_anew(ACME)
    forger.run("UPDATE instances SET head = ? WHERE id = ?", bytes(before), ACME)

    (found,) = forger.found().problems

    assert found.what == "it is not the newest event that the instance names"


def test_all_problems_are_counted_and_a_hundred_listed(forger: Forger) -> None:
    for number in range(150):
        forger.run(
            "INSERT INTO outbox (instance, sequence, type, at) SELECT ?, 1, type, at FROM "
            "outbox WHERE sequence = 5",
            f"south/{number}",
        )

    found = forger.found()

    assert (len(found.problems), found.more) == (100, 50)


def test_a_history_that_a_former_version_wrote_is_sound_after_its_upgrade(url: str) -> None:
    make_former(url)
    upgrade(url)

    report = verify_database(url)

    assert report.events > 0
    assert report.sound, report.problems[0]
