"""From an empty folder to a first stage entered, command by command."""

from pathlib import Path

from tests.command_line import Run


def test_init_leaves_a_database_and_its_settings(run: Run, tmp_path: Path) -> None:
    result = run("init")

    assert result.code == 0
    assert "kam-core" in result.out
    assert (tmp_path / "governance.db").is_file()
    assert 'database = "governance.db"' in (tmp_path / "kamflow.toml").read_text()


def test_init_does_not_touch_a_folder_that_has_settings(run: Run) -> None:
    run("init")

    again = run("init")

    assert again.code == 2
    assert "is there already" in again.err


def test_the_database_is_found_from_a_folder_below(
    ready: Run, tmp_path: Path, monkeypatch: object
) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)  # type: ignore[attr-defined]

    assert ready("program", "list").code == 0


def test_a_new_program_stands_in_its_first_stage(ready: Run) -> None:
    shown = ready("program", "show", "north", "--json").json

    assert shown["stage"] == "proposed"
    assert shown["roles"]["program_sponsor"] == ["victor"]


def test_whoever_creates_a_program_fills_all_its_roles_in_one_go(ready: Run) -> None:
    roles = ("program_manager=ana", "sys_admin=sam", "program_sponsor=victor", "viewer=vera")
    assigned = [part for role in roles for part in ("--assign", role)]

    result = ready("program", "create", "south", *assigned, "--by", "olga")

    assert result.code == 0, result.err
    held = ready("program", "show", "south", "--json").json["roles"]
    assert (held["viewer"], held["program_sponsor"]) == (["vera"], ["victor"])


def test_roles_are_given_by_those_who_have_the_right(ready: Run) -> None:
    refused = ready("program", "assign", "north", "program_manager", "mal", "--by", "mal")

    assert refused.code == 3
    assert "`mal` has none of the roles program_manager (ana)" in refused.out
    ended = ready("program", "assign", "north", "program_office", "olga", "--end", "--by", "mal")
    assert ended.code == 3
    assert ready("program", "assign", "north", "viewer", "vera", "--by", "ana").code == 0


def test_a_program_is_not_created_when_one_of_its_roles_is_unknown(ready: Run) -> None:
    result = ready("program", "create", "south", "--assign", "program_boss=eve", "--by", "ana")

    assert result.code == 2
    assert "there is no role `program_boss`" in result.err
    assert [item["id"] for item in ready("program", "list", "--json").json] == ["north"]


def test_a_shut_gate_refuses_with_every_reason_and_exit_code_three(ready: Run) -> None:
    result = ready("program", "request", "north", "start", "--by", "ana")

    assert result.code == 3
    assert "G-P0.1 unmet: program.sponsor_accepted_on is present" in result.out
    assert "`program.objectives_count`: no value" in result.out
    assert ready("program", "show", "north", "--json").json["stage"] == "proposed"


def test_a_refusal_is_kept_in_the_history(ready: Run) -> None:
    ready("program", "request", "north", "start", "--by", "ana")

    last = ready("program", "history", "north", "--json").json[-1]

    assert last["event"]["type"] == "CommandRefused"
    assert [item["criterion"] for item in last["event"]["findings"]] == [
        "G-P0.1",
        "G-P0.2",
        "G-P0.3",
        "G-P0.4",
    ]


def start(run: Run) -> None:
    """Bring the program to knowledge."""
    for person, fact in (
        ("victor", "program.sponsor_accepted_on=2026-03-01"),
        ("victor", "program.sponsor_level=c_level"),
        ("ana", "program.objectives_count=2"),
        ("service:erp", "program.complex_customer_count=4"),
    ):
        recorded = run("record", "north", fact, "--by", person)
        assert recorded.code == 0, recorded.out
    asked = run("program", "request", "north", "start", "--by", "ana")
    assert "waits for victor" in asked.out


def test_an_open_gate_waits_for_the_vote_that_the_policy_asks_for(ready: Run) -> None:
    start(ready)

    (waiting,) = ready("inbox", "victor", "--json").json

    assert waiting["approval"] == "AP-P0"
    assert waiting["waiting_for"] == ["victor"]
    assert ready("inbox", "ana").out == "nothing waits for ana\n"


def test_the_vote_makes_the_transition(ready: Run) -> None:
    start(ready)
    (waiting,) = ready("inbox", "--json").json

    voted = ready("vote", waiting["id"], "approve", "--by", "victor", "--remark", "go")

    assert voted.code == 0
    assert "the stage is `knowledge`" in voted.out
    assert "proposed -> knowledge" in ready("program", "history", "north").out


def test_who_may_not_vote_is_told_why(ready: Run) -> None:
    start(ready)
    (waiting,) = ready("inbox", "--json").json

    voted = ready("vote", waiting["id"], "approve", "--by", "ana")

    assert voted.code == 3
    assert "`ana` asked for it (SOD-01: who asks does not vote)" in voted.out


def test_why_shows_each_criterion_with_who_can_fix_it(ready: Run) -> None:
    ready("account", "create", "acme", "--program", "north", "--name", "Acme", "--by", "olga")

    text = ready("account", "why", "acme", "admit").out

    assert "? G-A0.2 must: account.segment in {strategic, growth}" in text
    assert "can be fixed by program_office (olga)" in text
    assert "must 1/6" in text


def test_status_counts_accounts_by_stage(ready: Run) -> None:
    for name in ("acme", "bolt"):
        ready("account", "create", name, "--program", "north", "--by", "olga")

    report = ready("status", "--json").json

    stages = {item["stage"]: item["count"] for item in report["programs"][0]["stages"]}
    assert stages["candidate"] == 2
    assert "2 accounts in all" in ready("status").out


def test_days_in_a_stage_follow_the_instant_that_is_asked_for(ready: Run) -> None:
    ready("account", "create", "acme", "--program", "north", "--by", "olga")

    later = ready("status", "--json", now="2026-04-20T12:00").json

    (candidate,) = [i for i in later["programs"][0]["stages"] if i["stage"] == "candidate"]
    assert (candidate["median_days"], candidate["over_sla"]) == (20, 1)


def test_accounts_can_be_listed_by_stage(ready: Run) -> None:
    ready("account", "create", "acme", "--program", "north", "--by", "olga")

    assert ready("account", "list", "--stage", "planning", "--json").json == []
    assert len(ready("account", "list", "--program", "north", "--json").json) == 1


def test_a_role_can_be_given_and_taken(ready: Run) -> None:
    given = ready("program", "assign", "north", "sales_leader", "sam", "--by", "ana")
    taken = ready("program", "assign", "north", "sales_leader", "sam", "--end", "--by", "ana")

    assert (given.code, taken.code) == (0, 0)
    assert "sales_leader" not in ready("program", "show", "north", "--json").json["roles"]
