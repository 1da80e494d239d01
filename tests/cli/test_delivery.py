"""`kamflow endpoint`, `deliver`, `deliveries`, `calendar` and `people contact`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.command_line import Run
from tests.delivery.office import ACME, HandClock, an_office
from tests.delivery.receiver import Answer, Receiver, receiving

LATER = "2026-03-31T13:00"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


@pytest.fixture
def desk(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a way to run commands on a database with two accounts."""
    an_office(f"sqlite:///{tmp_path}/office.db", HandClock()).close()
    monkeypatch.setenv("KAMFLOW_DB", str(tmp_path / "office.db"))
    monkeypatch.setenv("KAMFLOW_BY", "ann")
    return run


def connected(desk: Run, receiver: Receiver) -> str:
    """Add an endpoint and return its secret."""
    ran = desk("endpoint", "add", "erp", receiver.url, "--allow-http", "--allow-private", "--json")
    assert ran.code == 0, ran.err
    secret: str = ran.json["secret"]
    return secret


def test_an_endpoint_is_added_listed_and_removed(desk: Run) -> None:
    added = desk("endpoint", "add", "erp", "https://example.org/x", "--subject", "acme").out
    listed = desk("endpoint", "list").out

    first, secret = added.splitlines()
    assert first == "erp is added; give the receiver this secret, it is not shown again:"
    assert secret.strip().startswith("whsec_")
    assert secret.strip() not in listed
    assert listed.splitlines()[1].split() == [
        "erp", "https://example.org/x", "all", ACME, "0", "0", "enabled",
    ]  # fmt: skip
    assert desk("endpoint", "list", "--json").json[0]["secrets"] == 1
    assert desk("endpoint", "remove", "erp").out == "erp is removed\n"
    assert desk("endpoint", "list").out == (
        "no endpoints; add one with `kamflow endpoint add NAME URL`\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("add", "erp", "http://example.org/"), 2, "allow it with `--allow-http`"),
        (("add", "people", "https://example.org/"), 2, "`people` is no name for an endpoint"),
        (("add", "erp", "https://example.org/", "--subject", "nope"), 1, "no subject `nope`"),
        (("rotate", "erp"), 1, "there is no endpoint `erp`; `kamflow endpoint list` shows all"),
        (("disable", "people"), 1, "`people` is no endpoint"),
    ],
)
def test_what_cannot_be_done_says_why(
    arguments: tuple[str, ...], code: int, error: str, desk: Run
) -> None:
    ran = desk("endpoint", *arguments)

    assert (ran.code in (code, 2), ran.out) == (True, "")
    assert error in ran.err


def test_messages_are_delivered_and_those_that_failed_are_looked_after(
    desk: Run, receiver: Receiver
) -> None:
    connected(desk, receiver)
    desk("account", "assign", ACME, "boss", "ben")
    receiver.answer = lambda _got: Answer(500)

    failed = "1 delivery attempt failed and will be repeated; see `kamflow deliveries list`"
    assert f"{failed}\nnext at " in desk("deliver").out
    (item,) = desk("deliveries", "list", "--json").json
    assert item["error"] == "it answered 500"
    listed = desk("deliveries", "list", "--endpoint", "erp").out.splitlines()[1]
    assert listed.split()[:5] == [item["id"], "kamflow.role.assigned", ACME, "waiting", "1"]
    shown = desk("deliveries", "show", item["id"]).json
    assert shown["envelope"]["data"]["person"] == "ben"
    assert desk("deliveries", "list", "--dead").out == (
        "nothing waits to be delivered, and nothing was given up\n"
    )

    receiver.answer = lambda _got: Answer()
    replayed = desk("deliveries", "replay", item["id"]).out
    assert replayed.startswith(f"{item['id']} is sent with the next `kamflow deliver`")
    assert desk("deliver").out == "1 message to endpoints, 0 to people\n"
    assert [json.loads(got.body)["data"]["person"] for got in receiver.got] == ["ben", "ben"]


def test_a_delivery_is_dropped(desk: Run, receiver: Receiver) -> None:
    connected(desk, receiver)
    desk("account", "assign", ACME, "boss", "ben")
    receiver.answer = lambda _got: Answer(500)
    desk("deliver")
    (item,) = desk("deliveries", "list", "--json").json

    assert desk("deliveries", "drop", item["id"]).out == f"{item['id']} is dropped\n"

    ran = desk("deliveries", "drop", item["id"])
    assert ran.code != 0
    assert f"there is no delivery `{item['id']}` that waits or is dead" in ran.err


def test_a_disabled_endpoint_gets_nothing_until_it_is_enabled(
    desk: Run, receiver: Receiver
) -> None:
    connected(desk, receiver)
    assert desk("endpoint", "disable", "erp", "--reason", "it moves").out == "erp is disabled\n"
    desk("account", "assign", ACME, "boss", "ben")
    desk("deliver")
    assert receiver.got == []
    assert "disabled: it moves" in desk("endpoint", "list").out

    assert desk("endpoint", "enable", "erp").out == "erp is enabled\n"
    desk("deliver")

    assert len(receiver.got) == 1


def test_a_test_tells_how_it_was_taken(desk: Run, receiver: Receiver) -> None:
    connected(desk, receiver)

    assert desk("endpoint", "test", "erp").out == "erp: it arrived, with the answer 204\n"

    receiver.answer = lambda _got: Answer(403, body=b"no")
    ran = desk("endpoint", "test", "erp")
    assert (ran.code, ran.out) == (1, "erp: it did not arrive: it answered 403: no\n")
    assert desk("endpoint", "test", "erp", "--json").json["status"] == 403


def test_a_rotated_secret_is_shown_once(desk: Run, receiver: Receiver) -> None:
    first = connected(desk, receiver)

    second = desk("endpoint", "rotate", "erp", "--json").json["secret"]

    assert first != second
    assert desk("endpoint", "list", "--json").json[0]["secrets"] == 2


def test_a_persons_addresses_are_kept_and_shown_without_secrets(desk: Run) -> None:
    address = "mailtos://kim:Pa55word@mail.example.org?to=kim@example.org"

    kept = desk("people", "contact", "kim", "-", stdin=f"\n{address}\n").out
    listed = desk("people", "contacts").out

    assert kept == "kim: mailtos://kim@example.org\n"
    assert "Pa55word" not in listed
    assert desk("people", "contacts", "--json").json[0]["person"] == "kim"
    assert desk("people", "contact", "kim", "--remove").out == "kim: no addresses\n"
    assert desk("people", "contacts").out == (
        "nobody can be told anything; see `kamflow people contact`\n"
    )
    assert desk("people", "contact", "kim").code == 2
    assert "Pa55word" not in desk("people", "contact", "kim", "nope://kim:Pa55word@x").err


def test_people_without_an_address_are_named(desk: Run) -> None:
    desk("people", "contact", "kim", "json://127.0.0.1:9/")
    desk("account", "request", ACME, "plan")

    assert "nobody knows how to reach bob" in desk("deliver").out


def test_the_calendar_is_printed_or_written(desk: Run, tmp_path: Path) -> None:
    desk("account", "request", ACME, "plan")

    printed = desk("calendar", "--for", "bob").out
    written = desk("calendar", "--program", "north", "--output", "north.ics", now=LATER).out

    assert written == "north.ics holds 1 day\n"
    for feed in (printed, (tmp_path / "north.ics").read_bytes()):
        assert len(Calendar.from_ical(feed).walk("VEVENT")) == 1
    assert [item.name for item in tmp_path.glob(".*")] == []
    assert "VEVENT" not in desk("calendar", "--for", "kim").out


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("httpx", ("endpoint", "test", "erp")),
        ("icalendar", ("calendar",)),
        ("apprise", ("people", "contact", "kim", "json://localhost")),
    ],
)
def test_a_part_that_is_missing_says_how_to_get_it(
    module: str, arguments: tuple[str, ...], desk: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("endpoint", "add", "erp", "https://example.org/")
    for name in [key for key in sys.modules if key.startswith("kamflow.runtime.delivery")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)

    ran = desk(*arguments)

    assert ran.code == 1
    assert "needs an optional part; run `pip install 'kamflow[delivery]'`" in ran.err
