"""`kamflow vote`: on one request, on several, on all of a filter, on those of a file."""

import hashlib
import json
from pathlib import Path

from tests.cli.governed import ask, done, enter
from tests.command_line import Run


def two_requests(office: Run) -> tuple[str, str]:
    enter(office, "bolt")
    return ask(office, "acme", "nominate"), ask(office, "bolt", "nominate")


def test_a_vote_makes_the_transition(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    voted = office("vote", one, "approve", "--by", "sid")

    assert (voted.code, voted.out) == (
        0,
        f"sid votes approve on {one}; the stage is `planning`\n",
    )


def test_the_answer_may_stand_first(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    assert office("vote", "reject", one, "--by", "sid").code == 0


def test_what_is_neither_an_id_nor_an_answer_is_named(office: Run) -> None:
    voted = office("vote", "acme", "approve", "--by", "sid")

    assert voted.code == 2
    assert "`acme` is neither an id like `north/acme#17` nor one of approve" in voted.err


def test_a_vote_without_an_answer_is_asked_for_one(office: Run) -> None:
    voted = office("vote", "north/acme#3", "--by", "sid")

    assert voted.code == 2
    assert "say once what to vote: approve, reject, abstain" in voted.err


def test_a_refused_vote_ends_with_three_and_is_kept(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    voted = office("vote", one, "approve", "--by", "mia")

    assert voted.code == 3
    assert "`mia` asked for it (SOD-01: who asks does not vote)" in voted.out
    last = office("account", "history", "acme", "--json").json[-1]
    assert last["event"]["type"] == "CommandRefused"


def test_a_deputy_can_say_for_whom(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    done(office("absence", "record", "north", "sid", "--deputy", "bob", "--by", "mia"))

    done(office("vote", one, "approve", "--by", "bob", "--for", "sid"))

    life = office("approvals", "show", one, "--json").json
    assert [(vote["person"], vote["principal"]) for vote in life["votes"]] == [("bob", "sid")]


def test_a_yes_on_conditions_keeps_the_next_gate_shut(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    promise = "hire a planner; mia; 2026-04-20"

    done(office("vote", one, "approve", "--by", "sid", "--condition", promise))

    asked = office("account", "request", "acme", "run", "--by", "mia")
    assert asked.code == 3
    assert f"condition `{one}.1` is open: hire a planner, by mia until 2026-04-20" in asked.out


def test_why_names_the_condition_that_shuts_the_way(office: Run) -> None:
    one = ask(office, "acme", "nominate")
    done(office("vote", one, "approve", "--by", "sid", "--condition", "hire eve; mia; 2026-04-20"))

    said = office("account", "why", "acme", "run").out
    (ways,) = office("account", "why", "acme", "run", "--json").json["transitions"]

    assert "run -> running: shut\n" in said
    assert f"  condition {one}.1 is open: hire eve, by mia until 2026-04-20\n" in said
    assert (ways["open"], [item["id"] for item in ways["conditions"]]) == (False, [f"{one}.1"])


def test_a_condition_is_written_with_its_owner_and_day(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    voted = office("vote", one, "approve", "--by", "sid", "--condition", "hire a planner")

    assert voted.code == 2
    assert "write 'what to do; who; 2026-03-31'" in voted.err


def test_a_condition_does_not_go_with_a_no(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    voted = office("vote", one, "reject", "--by", "sid", "--condition", "a; mia; 2026-04-20")

    assert voted.code == 2
    assert "a condition goes with `approve`" in voted.err


def test_a_file_is_shown_by_its_digest(office: Run, tmp_path: Path) -> None:
    one = ask(office, "acme", "plan")
    (tmp_path / "offer.pdf").write_bytes(b"an offer")

    done(
        office(
            "vote", one, "approve", "--by", "fay", "--file", "offer.pdf", "--link", "https://x.test"
        )
    )

    (vote,) = office("approvals", "show", one, "--json").json["votes"]
    link, file = vote["evidence"]
    assert link["link"] == "https://x.test"
    assert (file["title"], file["size"]) == ("offer.pdf", 8)
    assert file["digest"] == hashlib.sha256(b"an offer").hexdigest()


def test_a_file_that_is_not_there_is_told_before_anything_is_voted(office: Run) -> None:
    one = ask(office, "acme", "plan")

    voted = office("vote", one, "approve", "--by", "fay", "--file", "offer.pdf")

    assert voted.code == 2
    assert "offer.pdf: No such file or directory" in voted.err
    assert office("approvals", "show", one, "--json").json["votes"] == []


def test_several_are_shown_and_asked_about_first(office: Run) -> None:
    one, two = two_requests(office)

    voted = office("vote", one, two, "approve", "--by", "sid", stdin="n\n")

    assert voted.code == 1
    assert "nominate -> planning (The sponsor)" in voted.out
    assert "vote on these 2 as sid? [y/N]" in voted.out
    assert voted.out.endswith("nothing was voted\n")
    assert len(office("inbox", "sid", "--json").json) == 2


def test_each_of_several_is_decided_on_its_own(office: Run) -> None:
    one, two = two_requests(office)
    done(office("vote", one, "approve", "--by", "sid"))

    voted = office("vote", one, two, "approve", "--by", "sid", stdin="y\n")

    assert voted.code == 3
    assert "does not wait for sid" in voted.out
    assert "1 of 2 votes refused; the others count" in voted.out
    assert office("account", "show", "bolt", "--json").json["stage"] == "planning"


def test_all_that_passes_a_filter_is_voted_on_with_one_remark(office: Run) -> None:
    one, two = two_requests(office)

    voted = office(
        "vote", "approve", "--all-of", "trigger=nominate", "--by", "sid",
        "--remark", "as agreed", "--yes", "--json",
    )  # fmt: skip

    assert voted.code == 0
    assert [(item["id"], item["accepted"]) for item in voted.json] == [(one, True), (two, True)]
    (vote,) = office("approvals", "show", two, "--json").json["votes"]
    assert vote["remark"] == "as agreed"


def test_filters_narrow_each_other(office: Run) -> None:
    one, _ = two_requests(office)

    voted = office(
        "vote", "approve", "--all-of", "program=north", "--all-of", "subject=acme", "--by", "sid",
        "--yes", "--json",
    )  # fmt: skip

    assert [item["id"] for item in voted.json] == [one]


def test_a_filter_that_nothing_passes_votes_on_nothing(office: Run) -> None:
    two_requests(office)

    voted = office("vote", "approve", "--all-of", "trigger=run", "--by", "sid")

    assert (voted.code, voted.out) == (0, "nothing of it waits for sid\n")


def test_an_unknown_filter_is_named_with_those_there_are(office: Run) -> None:
    voted = office("vote", "approve", "--all-of", "colour=red", "--by", "sid")

    assert voted.code == 2
    assert "`colour=red` is no filter; it is `everything` or program=..." in voted.err


def test_a_csv_file_can_vote_differently_on_each(office: Run, tmp_path: Path) -> None:
    one, two = two_requests(office)
    rows = f"id,vote,remark\n{one},approve,\n{two},reject,too early\n"
    (tmp_path / "votes.csv").write_text(rows, "utf-8")

    done(office("vote", "--from", "votes.csv", "--by", "sid", "--remark", "board day", "--yes"))

    lives = [office("approvals", "show", item, "--json").json for item in (one, two)]
    assert [life["status"] for life in lives] == ["approved", "rejected"]
    assert [life["votes"][0]["remark"] for life in lives] == ["board day", "too early"]


def test_json_lines_are_read_from_standard_input(office: Run) -> None:
    one, two = two_requests(office)
    lines = f"{json.dumps({'id': one})}\n\n{json.dumps({'id': two, 'vote': 'abstain'})}\n"

    voted = office("vote", "approve", "--from", "-", "--by", "sid", "--yes", "--json", stdin=lines)

    assert [(item["id"], item["vote"]) for item in voted.json] == [
        (one, "approve"),
        (two, "abstain"),
    ]


def test_what_the_inbox_prints_can_be_voted_on(office: Run, tmp_path: Path) -> None:
    one, two = two_requests(office)
    (tmp_path / "inbox.json").write_text(office("inbox", "sid", "--json").out, "utf-8")

    voted = office("vote", "approve", "--from", "inbox.json", "--by", "sid", "--yes", "--json")

    assert [(item["id"], item["accepted"]) for item in voted.json] == [(one, True), (two, True)]


def test_a_bad_row_is_named_by_its_line_and_nothing_is_voted(office: Run, tmp_path: Path) -> None:
    one, _ = two_requests(office)
    (tmp_path / "votes.csv").write_text(f"id,vote\n{one},approve\n,reject\n", "utf-8")

    voted = office("vote", "--from", "votes.csv", "--by", "sid", "--yes")

    assert voted.code == 2
    assert "votes.csv:3: there is no `id` like `north/acme#17`" in voted.err
    assert len(office("inbox", "sid", "--json").json) == 2


def test_a_row_with_another_word_than_a_vote_is_named(office: Run, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("id,vote\nnorth/acme#3,yes\n", "utf-8")

    voted = office("vote", "--from", "votes.csv", "--by", "sid", "--yes")

    assert voted.code == 2
    assert "votes.csv:2: `yes` is no vote; it is approve, reject, abstain" in voted.err


def test_standard_input_cannot_be_asked_as_well(office: Run) -> None:
    one, _ = two_requests(office)

    voted = office("vote", "approve", "--from", "-", "--by", "sid", stdin=f"id\n{one}\n")

    assert voted.code == 2
    assert "say --yes to vote without being asked" in voted.err


def test_an_id_of_no_subject_is_refused_beside_the_others(office: Run) -> None:
    one = ask(office, "acme", "nominate")

    voted = office("vote", one, "north/none#1", "approve", "--by", "sid", "--yes")

    assert voted.code == 3
    assert "there is no subject `north/none`" in voted.out
    assert office("account", "show", "acme", "--json").json["stage"] == "planning"
