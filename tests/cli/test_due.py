"""`kamflow due` does what has fallen due, or lists it."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from tests.cli.governed import ask
from tests.command_line import Run

AFTER = "2026-04-09T01:00"


def damage() -> None:
    (file,) = Path.cwd().glob("*.db")
    with closing(connect(file)) as connection:
        connection.execute("UPDATE instances SET snapshot = head WHERE id = 'north/acme'")
        connection.commit()


def test_a_list_names_what_falls_due_by_a_day_and_does_nothing(office: Run) -> None:
    one = ask(office, "acme", "plan")

    listed = office("due", "--until", "2026-04-08")

    assert listed.code == 0
    lines = listed.out.splitlines()
    assert lines[0].split() == ["at", "(UTC)", "subject", "kind", "about", "what"]
    assert [line.split()[2:5] for line in lines[1:-1]] == [
        ["north/acme", kind, one] for kind in ("remind", "escalate", "expire")
    ]
    assert lines[-1] == "3 things due by 2026-04-09 00:00 UTC; nothing was done"
    assert office("approvals", "show", one, "--json").json["status"] == "open"


def test_a_dry_run_lists_what_is_due_by_now(office: Run) -> None:
    ask(office, "acme", "plan")

    before = office("due", "--dry-run")
    later = office("due", "--dry-run", "--json", now=AFTER)
    still = office("due", now=AFTER)

    assert before.out == "0 things due; nothing was done\n"
    assert [item["kind"] for item in later.json] == ["remind", "escalate", "expire"]
    assert "1 subject had something due by 2026-04-09 01:00 UTC" in still.out


def test_a_list_has_no_limit(office: Run) -> None:
    refused = office("due", "--dry-run", "--limit", "3")

    assert refused.code == 2
    assert "--limit is for what is done; leave it out of a list" in refused.err


def test_a_subject_that_fails_is_told_and_ends_with_one(office: Run) -> None:
    ask(office, "acme", "plan")
    damage()

    ran = office("due", now=AFTER)

    assert ran.code == 1
    assert ran.out == "0 subjects had something due by 2026-04-09 01:00 UTC\n"
    assert ran.err.startswith("north/acme: failed 1 time: what is stored is damaged")
    assert ran.err.endswith("tried again from 2026-04-09 01:01 UTC on\n")
