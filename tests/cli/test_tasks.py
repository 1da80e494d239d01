"""`kamflow tasks` and `kamflow done`."""

from tests.cli.governed import done
from tests.cli.watched import escalated
from tests.command_line import Run

AT = "2026-03-31 12:00"
TASK = "north/acme#7"


def test_no_task_is_open_at_first(watch: Run) -> None:
    assert watch("tasks").out == "no task is open\n"
    assert watch("tasks", "--all").out == "there are no tasks\n"


def test_a_task_is_listed_with_who_can_do_it_and_until_when(watch: Run) -> None:
    one = escalated(watch)

    said = watch("tasks").out

    assert said == (
        "1 task is open\n"
        "\n"
        f"{TASK}  Acme: Look at the incidents together  due Tue 2026-04-07\n"
        f"  for kim; asked for by E-01, escalation {one}\n"
        "\n"
        "when it is done: kamflow done ID --remark TEXT --by PERSON\n"
    )


def test_a_list_can_be_narrowed(watch: Run) -> None:
    escalated(watch)

    def ids(*options: str) -> list[str]:
        return [item["id"] for item in watch("tasks", *options, "--json").json]

    assert ids() == [TASK]
    assert ids("--for", "kim", "--program", "north") == [TASK]
    assert ids("--for", "mia") == []
    assert ids("--subject", "north") == []
    assert ids("--until", "2026-04-07") == [TASK]
    assert ids("--until", "2026-04-06") == []
    assert watch("tasks", "--until", "2026-04-06").out == "there are no such tasks\n"


def test_a_task_is_done_with_a_remark_and_evidence(watch: Run) -> None:
    escalated(watch)

    said = done(
        watch("done", TASK, "--remark", "looked", "--link", "https://x.example/2", "--by", "kim")
    ).out

    assert said == f"task {TASK} is done\n"
    assert watch("tasks", "--all").out == (
        "0 tasks are open, 1 done or dropped\n"
        "\n"
        f"{TASK}  Acme: Look at the incidents together\n"
        f"  done on {AT} by kim: looked [https://x.example/2]\n"
    )


def test_a_task_can_be_given_to_somebody(watch: Run) -> None:
    escalated(watch)

    said = done(watch("reassign", TASK, "mia", "--reason", "knows them", "--by", "kim")).out

    assert said == f"{TASK} is given to mia\n"
    assert watch("done", TASK, "--remark", "looked", "--by", "kim").code == 3
    assert "1 task to do for mia" in watch("inbox", "mia").out
    done(watch("done", TASK, "--remark", "looked", "--by", "mia"))


def test_a_task_goes_with_its_escalation(watch: Run) -> None:
    one = escalated(watch)

    said = done(watch("resolve", one, "--remark", "all well", "--by", "kim")).out

    assert f"  task `{TASK}` is not asked for any more: " in said
    (item,) = watch("tasks", "--all", "--json").json
    assert item["status"] == "dropped"


def test_a_task_whose_day_is_over_is_overdue(watch: Run) -> None:
    one = escalated(watch)

    said = watch("tasks", now="2026-04-08T08:00").out

    assert f"{TASK}  Acme: Look at the incidents together  overdue, was due Tue 2026-04-07" in said
    told = done(watch("due", now="2026-04-08T08:00")).out
    assert f"task `{TASK}` is overdue since 2026-04-08" in told
    life = watch("escalation", one, now="2026-04-08T08:00").out
    assert (
        f"{TASK}  Look at the incidents together  overdue, was due Tue 2026-04-07: for kim\n"
        in life
    )
