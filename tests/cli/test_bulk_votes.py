"""Voting on several at once says first what is wrong with it, and then votes on nothing."""

from pathlib import Path

import pytest

from tests.cli.governed import ask, done, enter
from tests.command_line import Ran, Run

NOTHING = "{name}: it has no row to vote on; the first line of a CSV file names its columns"


@pytest.fixture
def two(office: Run) -> tuple[str, str]:
    """Return the ids of two requests that wait for sid."""
    enter(office, "bolt")
    return ask(office, "acme", "nominate"), ask(office, "bolt", "nominate")


def refused(ran: Ran) -> str:
    """Return what is said on the error stream of a command that did nothing."""
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def rows(folder: Path, *lines: str, name: str = "votes.csv") -> str:
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return name


def waiting(office: Run) -> int:
    return len(office("inbox", "sid", "--json").json)


def test_two_votes_on_one_request_are_told_with_both_lines(
    office: Run, two: tuple[str, str], tmp_path: Path
) -> None:
    file = rows(tmp_path, "id,vote", f"{two[0]},approve", f"{two[1]},approve", f"{two[0]},reject")

    said = refused(office("vote", "--from", file, "--by", "sid", "--yes"))

    assert (
        f"votes.csv:2 says approve for {two[0]}, and votes.csv:4 says reject; nothing was voted"
        in said
    )
    assert waiting(office) == 2


def test_a_file_does_not_contradict_the_command_unheard(
    office: Run, two: tuple[str, str], tmp_path: Path
) -> None:
    file = rows(tmp_path, "id,vote", f"{two[0]},reject")

    beside = refused(office("vote", "approve", two[0], "--from", file, "--by", "sid", "--yes"))
    all_of = ("--all-of", "everything")
    filtered = refused(office("vote", "approve", *all_of, "--from", file, "--by", "sid", "--yes"))

    assert f"the command says approve for {two[0]}, and votes.csv:2 says reject" in beside
    assert f"--all-of says approve for {two[0]}, and votes.csv:2 says reject" in filtered
    assert waiting(office) == 2


def test_the_same_vote_twice_counts_once(office: Run, two: tuple[str, str], tmp_path: Path) -> None:
    one, _ = two
    file = rows(tmp_path, "id,vote,remark", f"{one},approve,", f"{one},approve,as agreed")

    voted = done(office("vote", "--from", file, "--by", "sid", "--yes", "--json"))

    assert [(item["id"], item["accepted"]) for item in voted.json] == [(one, True)]
    (vote,) = office("approvals", "show", one, "--json").json["votes"]
    assert vote["remark"] == "as agreed"


@pytest.mark.usefixtures("two")
def test_a_vote_on_nothing_in_particular_is_asked_on_what(office: Run) -> None:
    said = refused(office("vote", "approve", "--by", "sid"))

    assert "say on what: ids like `north/acme#17`, --all-of or --from" in said


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("lines", [(), ("id,vote",), ("north/acme#3,approve",)])
def test_a_file_without_rows_is_told(office: Run, tmp_path: Path, lines: tuple[str, ...]) -> None:
    file = rows(tmp_path, *lines)

    said = refused(office("vote", "approve", "--from", file, "--by", "sid"))

    assert NOTHING.format(name=file) in said


def test_an_empty_standard_input_is_told(office: Run) -> None:
    said = refused(office("vote", "approve", "--from", "-", "--by", "sid", stdin=""))

    assert NOTHING.format(name="-") in said


def test_an_empty_inbox_can_be_voted_on(office: Run, tmp_path: Path) -> None:
    file = rows(tmp_path, office("inbox", "sid", "--json").out, name="inbox.json")

    voted = office("vote", "approve", "--from", file, "--by", "sid")

    assert (voted.code, voted.out) == (0, "nothing of it waits for sid\n")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("subject=zzz", "there is no subject `zzz`"),
        ("program=acme", "`acme` is no program; write subject=acme, or program=north"),
        ("program=nort", "there is no subject `nort`; did you mean `north`?"),
        ("approval=AP-ONES", "there is no approval `AP-ONES`; did you mean `AP-ONE`?"),
        ("trigger=nominat", "there is no trigger `nominat`; did you mean `nominate`?"),
        ("target=plan", "there is no target `plan`; did you mean `planning`?"),
        ("purpose=waivers", "there is no purpose `waivers`; did you mean `waiver`?"),
    ],
)
def test_a_filter_by_what_there_is_not_is_told(office: Run, words: str, said: str) -> None:
    found = refused(office("vote", "approve", "--all-of", words, "--by", "sid", "--yes"))

    assert f"--all-of {words}: {said}" in found


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "words", ["approval=AP-BOARD", "trigger=stop", "target=running", "purpose=appeal",
              "requested_by=zoe", "subject=north"]
)  # fmt: skip
def test_a_filter_that_is_right_may_find_nothing(office: Run, words: str) -> None:
    found = office("vote", "approve", "--all-of", words, "--by", "sid", "--yes", "--json")

    assert (found.code, found.json) == (0, [])
    assert waiting(office) == 2


def test_an_account_is_found_by_what_stands_behind_the_slash(
    office: Run, two: tuple[str, str]
) -> None:
    voted = office("vote", "approve", "--all-of", "subject=bolt", "--by", "sid", "--yes", "--json")

    assert [item["id"] for item in voted.json] == [two[1]]


def test_with_json_nothing_else_is_printed(office: Run, two: tuple[str, str]) -> None:
    said = refused(office("vote", *two, "approve", "--by", "sid", "--json"))

    assert "nothing was voted; say --yes to vote without being asked" in said
    assert waiting(office) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("approvals", "show", "nope"),
        ("approvals", "comment", "nope", "hello", "--by", "sid"),
        ("approvals", "return", "north/acme", "why?", "--by", "sid"),
        ("approvals", "answer", "nope", "so", "--by", "mia"),
        ("approvals", "withdraw", "nope", "--reason", "no", "--by", "mia"),
        ("approvals", "remind", "nope#x", "--by", "mia"),
        ("approvals", "reassign", "nope", "sid", "bea", "--reason", "away", "--by", "mia"),
        ("call-in", "nope", "--reason", "no", "--by", "bea"),
        ("appeal", "nope", "--reason", "no", "--by", "mia"),
        ("review", "close", "nope", "confirm", "--by", "ada"),
    ],
)
def test_what_is_no_id_of_a_request_is_told(office: Run, words: tuple[str, ...]) -> None:
    wrong = next(word for word in words if word.startswith(("nope", "north")))

    said = refused(office(*words))

    assert f"`{wrong}` is no id of a request like `north/acme#17`" in said
    assert "`kamflow approvals list --all` shows them" in said


def test_what_is_no_id_of_a_condition_is_told(office: Run) -> None:
    said = refused(office("approvals", "settle", "north/acme#17", "done", "--by", "mia"))

    assert "`north/acme#17` is no id of a condition like `north/acme#17.1`" in said


def test_an_address_of_mail_is_a_link(office: Run, two: tuple[str, str]) -> None:
    link = ("--link", "mailto:mia@example.org")

    done(office("approvals", "comment", two[0], "ask her", *link, "--by", "mia"))


def test_a_link_that_runs_a_script_is_refused(office: Run, two: tuple[str, str]) -> None:
    asked = office("approvals", "comment", two[0], "x", "--link", "javascript://x", "--by", "mia")

    assert asked.code == 3
    assert "write one that begins with https://, http:// or mailto:" in asked.out
