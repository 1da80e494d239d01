"""When a message is tried again."""

from datetime import timedelta

import pytest

from kamflow.runtime.delivery.backoff import backoff, pause_of
from kamflow.runtime.delivery.options import ATTEMPTS
from tests.builders import NOON


def test_waits_grow_to_a_day_at_most() -> None:
    waits = [backoff(number, lambda: 1.0).total_seconds() for number in range(1, 13)]

    assert waits == [30, 90, 270, 810, 2430, 7290, 21870, 65610, 86400, 86400, 86400, 86400]
    assert backoff(10_000, lambda: 1.0) == timedelta(days=1)


def test_all_attempts_take_about_two_days_on_average() -> None:
    waits = [backoff(number, lambda: 0.5) for number in range(1, ATTEMPTS)]

    assert timedelta(days=1, hours=18) < sum(waits, timedelta()) < timedelta(days=2, hours=6)


def test_jitter_is_full() -> None:
    assert backoff(5, lambda: 0.0) == timedelta(0)
    assert backoff(5, lambda: 0.25) == timedelta(seconds=607.5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 86_400),
        ("Tue, 31 Mar 2026 12:10:00 GMT", 600),
        ("Tue, 31 Mar 2026 11:00:00 GMT", 0),
        ("Tue, 31 Mar 2027 11:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_a_pause_is_read_in_both_forms(header: str | None, seconds: int | None) -> None:
    pause = pause_of(header, NOON)

    assert (None if pause is None else pause.total_seconds()) == seconds
