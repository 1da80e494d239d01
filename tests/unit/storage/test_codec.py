"""What is read back stands in the order in which a replay puts it."""

from datetime import timedelta

from kamflow.model.escalation import OpenEscalation, OpenTask
from kamflow.model.snapshot import OpenCondition, Snapshot
from kamflow.storage.codec import decode_snapshot, encode
from tests.builders import NOON, TODAY

NUMBERS = (9, 10, 79, 107)


def an_escalation(number: int) -> OpenEscalation:
    return OpenEscalation(
        id=f"north/acme#{number}",
        rule=f"E-{number}",
        title="Much",
        severity="high",
        raised_at=NOON,
        as_of=NOON - timedelta(days=1),
    )


def a_snapshot() -> Snapshot:
    escalations = {item.id: item for item in map(an_escalation, NUMBERS)}
    tasks = {
        f"north/acme#{n}": OpenTask(
            id=f"north/acme#{n}", rule="E-1", task="call", title="Call", given_at=NOON
        )
        for n in NUMBERS
    }
    promised = {
        f"north/acme#{n}.{part}": OpenCondition(
            id=f"north/acme#{n}.{part}", text="hire", owner="eve", due_on=TODAY
        )
        for n in (9, 10)
        for part in (2, 11)
    }
    return Snapshot(
        id="north/acme",
        kind="account",
        name="Acme",
        parent="north",
        workflow="lifecycle",
        stage="planning",
        entered_at=NOON,
        opened_at=NOON,
        pack="0" * 64,
        sequence=120,
        escalations=escalations,
        tasks=tasks,
        conditions=promised,
    )


def test_what_is_open_comes_back_in_the_order_of_its_numbers() -> None:
    before = a_snapshot()

    after = decode_snapshot(encode(before))

    assert after == before
    assert list(after.escalations) == list(before.escalations)
    assert list(after.tasks) == list(before.tasks)
    assert list(after.conditions) == list(before.conditions)
