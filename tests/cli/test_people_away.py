"""`kamflow absence`, `kamflow delegate`, and roles for a time or a function."""

from tests.cli.governed import ask, done
from tests.command_line import Run


def test_an_absence_is_listed_with_its_last_day(office: Run) -> None:
    recorded = office(
        "absence", "record", "north", "sid", "--from", "2026-04-01", "--until", "2026-04-10",
        "--deputy", "bob", "--by", "mia",
    )  # fmt: skip

    assert recorded.out == "sid is away until 2026-04-10; bob may vote meanwhile\n"
    (_, row) = office("absence", "list").out.splitlines()
    assert row.split() == [row.split()[0], "sid", "2026-04-01", "2026-04-10", "bob"]


def test_a_last_day_is_held_whole(office: Run) -> None:
    done(office("absence", "record", "north", "sid", "--until", "2026-04-10", "--by", "mia"))

    (kept,) = office("absence", "list", "--json").json

    assert kept["ends_at"] == "2026-04-11T00:00:00Z"
    assert kept["now"] is True
    assert office("absence", "list", now="2026-04-11T00:00").out == "nobody is away\n"


def test_an_absence_is_ended_by_its_id(office: Run) -> None:
    done(office("absence", "record", "north", "sid", "--by", "mia"))
    (kept,) = office("absence", "list", "--json").json

    ended = office("absence", "end", kept["id"], "--by", "mia")

    assert ended.out.startswith(f"absence {kept['id']} is ended\n")
    assert office("absence", "list").out == "nobody is away\n"


def test_who_has_left_votes_no_more(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("vote", one, "approve", "--by", "fay"))

    left = office("absence", "record", "north", "bob", "--left", "--by", "mia")

    assert left.out.startswith("bob has left, for `north`\n")
    assert "has left" in office("absence", "list").out
    assert office("vote", one, "approve", "--by", "bob").code == 3


def test_who_has_left_has_no_deputies(office: Run) -> None:
    recorded = office(
        "absence", "record", "north", "bob", "--left", "--deputy", "bea", "--by", "mia"
    )

    assert recorded.code == 2
    assert "who has left has no last day of absence and no deputies" in recorded.err


def test_an_absence_of_somebody_else_takes_the_right(office: Run) -> None:
    recorded = office("absence", "record", "north", "sid", "--by", "bob")

    assert recorded.code == 3
    assert office("absence", "list", "--json").json == []


def test_a_vote_is_lent_for_a_time(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    lent = office(
        "delegate", "give", "north", "sid", "bob", "--until", "2026-04-10",
        "--reason", "travels", "--approval", "AP-ONE", "--by", "sid",
    )  # fmt: skip

    assert lent.out == "bob votes for sid on `north` until 2026-04-10\n"
    (_, row) = office("delegate", "list").out.splitlines()
    assert row.split()[1:] == [
        "sid", "bob", "2026-03-31", "12:00", "2026-04-10", "AP-ONE", "travels",
    ]  # fmt: skip
    assert "bob votes for sid" in office("inbox", "bob").out
    assert office("vote", one, "approve", "--by", "bob").code == 0


def test_a_vote_is_not_lent_to_somebody_without_the_role(office: Run) -> None:
    lent = office(
        "delegate", "give", "north", "sid", "fay", "--until", "2026-04-10", "--reason", "x",
        "--by", "sid",
    )  # fmt: skip

    assert lent.code == 3
    assert "`fay` holds no role that may stand in for `sponsor`" in lent.out


def test_a_delegation_is_ended_by_its_id(office: Run) -> None:
    period = ("--until", "2026-04-10", "--reason", "x")
    done(office("delegate", "give", "north", "sid", "bob", *period, "--by", "sid"))
    (kept,) = office("delegate", "list", "north", "--json").json

    done(office("delegate", "end", kept["id"], "--by", "sid"))

    assert office("delegate", "list").out == "no vote is lent\n"


def test_a_role_is_given_for_a_time_and_for_a_function(office: Run) -> None:
    given = office(
        "program", "assign", "north", "finance", "flo", "--from", "2026-04-01",
        "--until", "2026-04-30", "--function", "sales", "--by", "mia",
    )  # fmt: skip

    assert given.out == (
        "flo holds finance for sales on `north` from 2026-04-01 until 2026-04-30\n"
    )
    holders = office("program", "show", "north", "--json", now="2026-04-15").json["roles"]
    assert holders["finance"] == ["fay", "flo"]
    assert office("program", "show", "north", "--json").json["roles"]["finance"] == ["fay"]


def test_a_day_that_is_none_is_told(office: Run) -> None:
    recorded = office("absence", "record", "north", "sid", "--until", "soon", "--by", "mia")

    assert recorded.code == 2
    assert "`soon` is no day; write 2026-03-31" in recorded.err


def test_a_deputy_who_could_never_vote_is_refused_with_those_who_could(office: Run) -> None:
    recorded = office("absence", "record", "north", "sid", "--deputy", "fay", "--by", "mia")

    assert recorded.code == 3
    assert "`fay` holds no role that may stand in for `sponsor`" in recorded.out
    assert "name somebody who has it (bea, bob)" in recorded.out
    assert office("absence", "list").out == "nobody is away\n"


def test_a_deputy_is_noted_where_it_is_not_known_whether_there_is_a_vote(office: Run) -> None:
    recorded = office("absence", "record", "north", "mia", "--deputy", "bob", "--by", "mia")

    assert recorded.code == 0
    assert "`bob` votes only where `mia` does" in recorded.out


def test_a_request_waits_for_who_is_away_and_says_so_everywhere(office: Run) -> None:
    one = ask(office, "acme", "adopt")
    told = "cannot be decided before 2026-04-03: `sid` cannot vote now"

    done(office("absence", "record", "north", "sid", "--until", "2026-04-02", "--by", "mia"))

    listed = office("approvals", "list").out
    assert "nobody, due 2026-04-06, cannot be decided before 2026-04-03" in listed
    shown = office("approvals", "show", one)
    assert f"  {told}" in shown.out
    assert f"system  {told}" in shown.out
    assert told in office("inbox").out
    (item,) = office("inbox", "--json").json
    assert item["stalled_until"] == "2026-04-03T00:00:00Z"


def test_a_request_says_no_more_that_it_waits_when_they_are_back(office: Run) -> None:
    one = ask(office, "acme", "adopt")
    done(office("absence", "record", "north", "sid", "--until", "2026-04-02", "--by", "mia"))

    assert "before" not in office("approvals", "list", now="2026-04-03T08:00").out
    voted = office("vote", one, "approve", "--by", "sid", now="2026-04-03T08:00")

    assert voted.code == 0
    assert "can be decided again" in office("approvals", "show", one).out


def test_what_is_asked_while_nobody_is_there_says_when_it_goes_on(office: Run) -> None:
    done(office("absence", "record", "north", "sid", "--until", "2026-04-02", "--by", "mia"))

    asked = office("account", "request", "acme", "adopt", "--by", "mia")

    assert asked.code == 0
    assert "cannot be decided before 2026-04-03: `sid` cannot vote now" in asked.out
