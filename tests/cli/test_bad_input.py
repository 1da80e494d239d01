"""What a person gets wrong ends in one clear message, an exit code, and nothing changed."""

from pathlib import Path

import pytest

from tests.command_line import Run


def test_without_a_database_the_way_to_one_is_named(run: Run) -> None:
    result = run("status")

    assert result.code == 2
    assert "run `kamflow init` here first" in result.err


def test_a_database_that_is_not_there_is_not_made_by_looking(run: Run, tmp_path: Path) -> None:
    result = run("--db", "gone.db", "status")

    assert result.code == 2
    assert "create it with `kamflow init`" in result.err
    assert not (tmp_path / "gone.db").exists()


def test_a_file_that_is_no_database_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("shopping list, long enough to be read as a header")

    result = run("--db", "notes.db", "status")

    assert result.code == 1
    assert "file is not a database" in result.err
    assert (tmp_path / "notes.db").read_text().startswith("shopping list")


def test_an_unknown_subject_is_answered_with_the_nearest(ready: Run) -> None:
    ready("account", "create", "acme", "--program", "north", "--by", "olga")

    result = ready("account", "show", "acmee")

    assert result.code == 2
    assert "there is no subject `acmee`; did you mean `acme`?" in result.err


def test_an_account_that_is_there_is_not_entered_twice(ready: Run) -> None:
    ready("account", "create", "acme", "--program", "north", "--by", "olga")

    result = ready("account", "create", "acme", "--program", "north", "--by", "olga")

    assert result.code == 2
    assert "`north/acme` exists already" in result.err


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("program.objectives_count=many", "`many` is not a number"),
        ("program.objectives_count=1,5", "decimal"),
        ("program.objectives_count=1.5", "`1.5` is not a whole number"),
        ("program.objectivs_count=2", "did you mean `program.objectives_count`"),
        ("program.state=scale", "is derived and cannot be recorded"),
        ("program.sponsor_level=c_level", "`ana` has none of the roles program_sponsor (victor)"),
    ],
)
def test_a_fact_that_cannot_be_recorded_is_refused_with_the_reason(
    ready: Run, fact: str, reason: str
) -> None:
    result = ready("record", "north", "program.allies_count=3", fact, "--by", "ana")

    assert result.code == 3
    assert reason in result.out
    facts = ready("program", "show", "north", "--json").json["facts"]
    assert {item["value"] for item in facts if item["name"] == "program.allies_count"} == {None}


def test_a_fact_of_tomorrow_is_refused(ready: Run) -> None:
    result = ready(
        "record", "north", "program.allies_count=3", "--by", "ana", "--as-of", "2026-04-02"
    )

    assert result.code == 3
    assert "as of 2026-04-02 lies in the future" in result.out


def test_an_unknown_trigger_is_answered_with_those_that_exist(ready: Run) -> None:
    result = ready("program", "request", "north", "stat", "--by", "ana")

    assert result.code == 3
    assert "did you mean `start`" in result.out


def test_who_asks_has_to_be_said(ready: Run) -> None:
    result = ready("program", "request", "north", "start")

    assert result.code == 2
    assert "--by" in result.err


def test_an_instant_that_is_none_is_refused(ready: Run) -> None:
    result = ready("status", now="yesterday")

    assert result.code == 2
    assert "`yesterday` is not an instant" in result.err


def test_policy_check_prints_a_line_for_each_problem(run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "mine" / "rules"
    rules.mkdir(parents=True)
    (rules / "a.yaml").write_text("pack: {id: mine, version: 1.0.0, currency: EUR}\ngatez: {}\n")

    result = run("policy", "check", "mine")

    assert result.code == 2
    assert "mine/rules/a.yaml:2:1: K201 there is no section `gatez`; did you mean `gates`?" in (
        result.err
    )
    assert result.err.endswith("problems\n")


def test_a_policy_with_problems_is_not_published(ready: Run, tmp_path: Path) -> None:
    rules = tmp_path / "mine" / "rules"
    rules.mkdir(parents=True)
    (rules / "a.yaml").write_text("pack: {id: mine}\n")

    result = ready("policy", "publish", "mine", "--by", "ana")

    assert result.code == 2
    assert "nothing was changed" in result.err
    assert len(ready("policy", "list", "--json").json) == 1


@pytest.mark.parametrize(
    "question",
    [
        ("show", "nope"),
        ("graph", "nope", "--workflow", "account"),
        ("diff", "nope", "kam-core"),
    ],
)
def test_a_question_about_a_policy_that_is_not_there_says_nothing_of_changes(
    run: Run, question: tuple[str, ...]
) -> None:
    result = run("policy", *question)

    assert result.code == 2
    assert "K106" in result.err
    assert result.err.endswith("1 problem\n")


def test_the_shipped_policy_has_no_errors(run: Run) -> None:
    result = run("policy", "check")

    assert result.code == 0
    assert "has no errors" in result.out


def test_nobody_can_act_as_the_engine(ready: Run) -> None:
    result = ready("program", "request", "north", "start", "--by", "system")

    assert result.code == 3
    assert "say who asks; `system` is the engine alone" in result.out
