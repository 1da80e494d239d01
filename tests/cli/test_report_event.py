"""`kamflow report-event`: what happened, and what rules make of it."""

from pathlib import Path

import pytest

from tests.cli.governed import done
from tests.cli.watched import escalated, incident
from tests.command_line import Run


def reports(watch: Run) -> list[dict[str, object]]:
    history = watch("account", "history", "acme", "--json").json
    return [item for item in history if item["event"]["type"] == "EventReported"]


def test_an_event_is_kept_with_what_it_carries_and_when_it_happened(watch: Run) -> None:
    told = watch(
        "report-event", "acme", "incident.opened", "--at", "2026-03-30T08:15",
        "--with", "level=minor", "--with", "ticket=T-1", "--source", "desk", "--by", "kim",
    )  # fmt: skip

    assert told.code == 0
    assert told.out.splitlines()[0] == ("reported incident.opened of 2026-03-30 08:15 for `acme`")
    (report,) = reports(watch)
    event = report["event"]
    assert isinstance(event, dict)
    assert (report["actor"], event["source"]) == ("kim", "desk")
    assert event["happened_at"] == "2026-03-30T08:15:00Z"
    assert event["payload"] == {"level": "minor", "ticket": "T-1"}


def test_the_same_key_has_one_effect(watch: Run) -> None:
    first = watch("report-event", "acme", "contact.left", "--key", "x", "--by", "kim")
    again = watch("report-event", "acme", "contact.left", "--key", "x", "--by", "kim")

    assert (first.code, again.code) == (0, 0)
    assert len(reports(watch)) == 1


def test_what_an_event_sets_off_is_told_with_who_joins_next(watch: Run) -> None:
    incident(watch, "2026-03-28")

    told = incident(watch, "2026-03-30")

    assert told == (
        "reported incident.opened of 2026-03-30 for `acme`\n"
        "  E-01 Major incidents was escalated to kam\n"
        "  Health is amber now\n"
        "  escalation `north/acme#6`, medium, shuts G-1: after Thu 2026-04-02 manager (mia)"
        " joins at L2\n"
        "  task `north/acme#7` for kam: Look at the incidents together, until 2026-04-07\n"
    )


def test_more_of_the_same_is_added_to_what_is_open(watch: Run) -> None:
    one = escalated(watch)

    told = incident(watch, "2026-03-31")

    assert f"  `{one}` again: north/acme#" in told
    assert f"  `{one}` is high now\n" in told


def test_an_event_that_comes_too_late_says_so_and_sets_nothing_off(watch: Run) -> None:
    incident(watch, "2026-03-30")

    told = incident(watch, "2026-03-01")

    assert told == (
        "reported incident.opened of 2026-03-01 for `acme`; it came too late for rules to look at,"
        " gates still read it\n"
    )
    assert watch("escalations").out == "nothing is escalated\n"


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("incident.open",), 3, "`account` has no event `incident.open`; did you mean"),
        (("incident.opened", "--with", "level=huge"), 3, "`huge` is not one of minor, major"),
        (("incident.opened", "--with", "level"), 2, "--with level: write NAME=VALUE"),
        (("incident.opened", "--at", "tomorrow"), 2, "`tomorrow` is not an instant"),
    ],
)
def test_what_cannot_be_reported_is_told(
    watch: Run, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    told = watch("report-event", "acme", *arguments, "--by", "kim")

    assert told.code == code
    assert reason in f"{told.out}{told.err}"


def test_an_event_of_another_kind_of_subject_says_where_it_belongs(watch: Run) -> None:
    told = watch("report-event", "north", "incident.opened", "--by", "kim")

    assert told.code == 3
    assert "`program` has no event `incident.opened`; it belongs to `account`" in told.out


def test_an_import_of_events_says_how_many_came_too_late(watch: Run) -> None:
    Path("map.yaml").write_text(
        "mapping:\n"
        "  subject: account\n"
        "  id: id\n"
        "  source: desk\n"
        "  as_of: {column: day}\n"
        "  event: {name: incident.opened, key: ticket, payload: {level: level, ticket: ticket}}\n",
        "utf-8",
    )
    rows = [
        '{"id": "acme", "ticket": "T-3", "day": "2026-03-30", "level": "major"}',
        '{"id": "acme", "ticket": "T-1", "day": "2026-01-02", "level": "major"}',
        '{"id": "acme", "ticket": "T-2", "day": "2026-03-28", "level": "major"}',
    ]
    arguments = ("import", "events", "-", "--map", "map.yaml", "--program", "north", "--by", "kim")

    first = done(watch(*arguments, stdin="\n".join(rows)))
    again = done(watch(*arguments, "--json", stdin="\n".join(reversed(rows)))).json

    assert first.out == (
        "3 rows: 0 subjects created, 3 there already, 3 events recorded, 0 unchanged, 0 rows"
        " rejected\n"
        "  1 of them came too late for rules to look at; gates read them\n"
    )
    assert (again["recorded"], again["unchanged"], again["late"]) == (0, 3, 0)
    (item,) = watch("escalations", "--json").json
    assert item["evidence"] == ["north/acme#6", "north/acme#3"]  # by the time of the events
