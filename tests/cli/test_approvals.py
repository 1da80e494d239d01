"""`kamflow approvals`: follow requests through their lives."""

from pathlib import Path

from kamflow_cli.commands.approvals import _STATUSES

from kamflow.reports.approvals import STATUSES
from tests.cli.governed import ask, done, enter
from tests.command_line import Run


def test_open_requests_are_listed_with_those_they_wait_for(office: Run) -> None:
    one = ask(office, "acme", "plan")

    listed = office("approvals", "list").out

    (head, row) = listed.splitlines()
    assert head.split("  ")[0] == "id"
    assert row.startswith(f"{one}  Acme     plan -> planning  AP-PLAN   mia")
    assert row.endswith("open    fay, due 2026-04-06")


def test_closed_requests_are_listed_on_demand(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    done(office("vote", one, "approve", "--by", "sid"))

    assert office("approvals", "list").out == "there are none\n"
    (item,) = office("approvals", "list", "--all", "--json").json
    assert (item["status"], item["reason"], item["closed_by"]) == (
        "approved",
        "sid approve",
        "sid",
    )


def test_what_the_policy_approved_by_itself_is_listed_with_who_asked(office: Run) -> None:
    enter(office, "bolt", margin=30)
    done(office("account", "request", "bolt", "adopt", "--by", "mia"))

    (item,) = office("approvals", "list", "--status", "approved", "--json").json

    assert (item["automatic"], item["requested_by"]) == (True, "mia")
    assert (item["reason"], item["target"]) == ("account.margin >= 20", "planning")


def test_a_list_can_be_narrowed(office: Run) -> None:
    enter(office, "bolt")
    one, two = ask(office, "acme", "plan"), ask(office, "bolt", "nominate")

    def ids(*options: str) -> list[str]:
        return [item["id"] for item in office("approvals", "list", *options, "--json").json]

    assert ids() == [one, two]
    assert ids("--subject", "bolt") == [two]
    assert ids("--approval", "AP-PLAN") == [one]
    assert ids("--person", "sid") == [two]
    assert ids("--person", "mia") == [one, two]
    assert ids("--program", "north", "--status", "open") == [one, two]
    assert ids("--status", "returned") == []


def test_the_whole_life_of_a_request_is_told(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("vote", one, "approve", "--by", "fay", "--remark", "fine"))
    done(office("vote", one, "approve", "--by", "bea", "--condition", "hire eve; mia; 2026-04-20"))
    done(office("vote", one, "approve", "--by", "bob"))
    done(office("approvals", "settle", f"{one}.1", "eve is here", "--by", "mia"))

    said = office("approvals", "show", one).out

    at = "2026-03-31 12:00"
    assert said == (
        f"{one}  Acme: plan -> planning\n"
        "  AP-PLAN The plan\n"
        f"  asked by mia on {at}\n"
        f"  approved on conditions on {at}: fay approve, bea approve, bob approve\n"
        "on these facts:\n"
        "  account.margin 12\n"
        "  account.plan true\n"
        "steps:\n"
        "  1 Finance: finance: the first vote decides\n"
        "  2 Board: board: more yes than no\n"
        "votes:\n"
        f"  {at}  fay approve: fine\n"
        f"  {at}  bea approve\n"
        f"  {at}  bob approve\n"
        "conditions:\n"
        f"  {one}.1  hire eve, mia until 2026-04-20: met by mia on {at}: eve is here\n"
        "what happened:\n"
        f"  {at}  mia  asked for A1\n"
        f"  {at}  fay  votes approve: fine\n"
        f"  {at}  bea  votes approve; on condition: hire eve (mia until 2026-04-20)\n"
        f"  {at}  bob  votes approve\n"
        f"  {at}  bob  AP-PLAN approved, on the condition hire eve:"
        " fay approve, bea approve, bob approve\n"
        f"  {at}  mia  condition `{one}.1` is met: eve is here\n"
    )


def test_an_open_request_shows_who_may_vote_and_what_comes(office: Run) -> None:
    one = ask(office, "acme", "plan")

    said = office("approvals", "show", one).out

    assert "  open, waits for fay, due Mon 2026-04-06\n" in said
    assert "  1 Finance (now): finance: the first vote decides\n    may vote: fay\n" in said
    assert "  2 Board (to come): board: more yes than no\n" in said
    assert "  Wed 2026-04-08  it expires, which is no yes\n" in said


def test_the_life_names_whose_change_set_off_what_the_engine_did(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("record", "acme", "account.margin=11", "--by", "mia"))

    said = office("approvals", "show", one).out
    life = office("approvals", "show", one, "--json").json

    assert "  2026-03-31 12:00  system (set off by mia)  judged again (AP-PLAN)" in said
    assert [item["by"] for item in life["changes"]] == ["mia"]


def test_a_request_is_called_by_the_part_after_the_program_too(office: Run) -> None:
    one = ask(office, "acme", "plan")

    assert office("approvals", "show", one.removeprefix("north/"), "--json").json["id"] == one


def test_a_request_that_is_not_there_is_told_with_the_newest_one(office: Run) -> None:
    one = ask(office, "acme", "plan")

    shown = office("approvals", "show", "north/acme#99")

    assert shown.code == 2
    assert f"`north/acme` has no request `north/acme#99`; the newest is `{one}`" in shown.err


def test_a_comment_and_what_it_shows_stay_with_the_request(office: Run, tmp_path: Path) -> None:
    one = ask(office, "acme", "plan")
    (tmp_path / "offer.pdf").write_bytes(b"an offer")

    done(office("approvals", "comment", one, "see it", "--file", "offer.pdf", "--by", "mia"))

    (comment,) = office("approvals", "show", one, "--json").json["comments"]
    assert (comment["person"], comment["text"]) == ("mia", "see it")
    assert "mia  says: see it [offer.pdf (8 bytes, " in office("approvals", "show", one).out


def test_a_request_goes_back_with_a_question_and_comes_again_with_the_answer(office: Run) -> None:
    one = ask(office, "acme", "plan")
    done(office("vote", one, "approve", "--by", "fay"))

    done(office("approvals", "return", one, "why so high?", "--by", "bea"))
    assert "sent back, waits for mia: why so high?" in office("approvals", "show", one).out
    done(office("approvals", "answer", one, "it is the market", "--by", "mia"))

    life = office("approvals", "show", one, "--json").json
    assert (life["status"], life["waiting_for"]) == ("open", ["fay"])
    assert [vote["void"] for vote in life["votes"]] == [True]


def test_a_request_is_taken_back_with_a_reason(office: Run) -> None:
    one = ask(office, "acme", "plan")

    done(office("approvals", "withdraw", one, "--reason", "not now", "--by", "mia"))

    (item,) = office("approvals", "list", "--status", "withdrawn", "--json").json
    assert "not now" in item["reason"]


def test_who_asked_reminds_the_others(office: Run) -> None:
    one = ask(office, "acme", "plan")

    assert office("approvals", "remind", one, "--by", "mia").code == 0

    assert "mia  fay reminded" in office("approvals", "show", one).out


def test_a_seat_is_given_to_somebody_else(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    moved = office(
        "approvals", "reassign", one, "sid", "bob", "--reason", "conflict", "--by", "fay"
    )

    assert moved.code == 0, moved.out
    assert f"bob votes on {one} instead of sid" in moved.out
    (item,) = office("inbox", "--json").json
    assert item["waiting_for"] == ["bob"]


def test_what_may_not_be_done_ends_with_three(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    refused = office("approvals", "reassign", one, "sid", "bob", "--reason", "x", "--by", "bob")

    assert refused.code == 3
    assert refused.out.startswith("refused\n")


def test_a_request_that_nobody_decided_expires_when_the_clock_is_run(office: Run) -> None:
    one = ask(office, "acme", "plan")

    ran = office("due", now="2026-04-09T01:00")

    assert ran.code == 0
    assert f"north/acme: approval `{one}` expired: nobody decided by 2026-04-08" in ran.out
    assert "1 subject had something due by 2026-04-09 01:00 UTC" in ran.out
    life = office("approvals", "show", one, "--json").json
    assert (life["status"], life["reason"]) == ("expired", "nobody decided in time")
    assert [(step["kind"], step["done"]) for step in life["milestones"]] == [
        ("remind", True),
        ("escalate", True),
        ("expire", True),
    ]


def test_nothing_is_due_a_second_time(office: Run) -> None:
    ask(office, "acme", "plan")
    office("due", now="2026-04-09T01:00")

    again = office("due", "--json", now="2026-04-09T01:00").json

    assert again["subjects"] == []


def test_a_yes_of_the_policy_says_until_when_it_can_be_called_in(office: Run) -> None:
    enter(office, "bolt", margin=30)
    done(office("account", "request", "bolt", "adopt", "--by", "mia"))
    (given,) = office("approvals", "list", "--status", "approved", "--json").json

    said = office("approvals", "show", given["id"]).out

    assert "  given by the policy on 2026-03-31 12:00, asked by mia\n" in said
    assert "account.margin >= 20 (can be called in until 2026-04-07)" in said


def test_every_status_can_be_asked_for() -> None:
    assert _STATUSES == STATUSES
