"""`kamflow audit` and `kamflow people`, as an auditor types them."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.command_line import Run
from tests.contract.test_checkpoints import write_key

CHANGED = "its link does not fit: it was changed, inserted or swapped with another one"


@pytest.fixture
def used(ready: Run) -> Run:
    """Return `run` in a folder with a history of a few events."""
    assert ready("program", "request", "north", "start", "--by", "ana").code == 3
    return ready


def tamper(statement: str) -> None:
    with sqlite3.connect("governance.db") as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def test_a_sound_history_is_told_with_its_counts(used: Run) -> None:
    ran = used("audit", "verify")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("the history is as it was written: 5 events, 1 instance, 0 check")
    assert "make one with `kamflow audit checkpoint`" in ran.out


def test_the_first_bad_event_is_told(used: Run) -> None:
    tamper("UPDATE events SET actor = 'eve' WHERE sequence = 2")

    plain, told = used("audit", "verify"), used("audit", "verify", "--json")

    assert plain.code == told.code == 6
    assert plain.out.splitlines() == [
        f"`north` event 2: {CHANGED}",
        "the history is not as it was written (5 events, 1 instance, 0 checkpoints)",
    ]
    (problem,) = json.loads(told.out)["problems"]
    assert (problem["instance"], problem["sequence"]) == ("north", 2)


def test_many_problems_are_told_in_part(used: Run) -> None:
    for number in range(12):
        tamper(f"INSERT INTO outbox VALUES ({number + 100}, 's{number}', 1, '', '')")  # noqa: S608

    ran = used("audit", "verify")

    assert ran.code == 6
    assert "and 2 problems more" in ran.out


def test_a_signed_checkpoint_from_end_to_end(used: Run) -> None:
    write_key(Path("key.pem"), Path("public.pem"))
    plain = used("audit", "checkpoint")
    made = used("audit", "checkpoint", "--key", "key.pem", "--json")
    Path("receipt.json").write_text(made.out, "utf-8")
    assert plain.out.startswith("checkpoint 1 over 5 events of 1 instance, 2026-03-31 12:00:00 UTC")
    assert "signed  by nobody" in plain.out
    used("record", "north", "program.objectives_count=2", "--by", "ana")

    proved = used("audit", "verify", "--public-key", "public.pem", "--receipt", "receipt.json")
    unproved = used("audit", "verify")

    assert proved.code == unproved.code == 0, proved.out
    assert "signed by the key" in proved.out
    assert "1 event since then" in proved.out
    assert "not verified: give --public-key" in unproved.out
    assert json.loads(made.out)["root"] in proved.out


def test_an_export_is_verified_without_the_database(used: Run) -> None:
    ran = used("audit", "export", "history.jsonl")
    assert ran.out == (
        "history.jsonl is written; verify it with `kamflow audit verify history.jsonl`\n"
    )
    piped = used("audit", "export", "-").out
    Path("governance.db").unlink()

    proved, through = (
        used("audit", "verify", "history.jsonl"),
        used("audit", "verify", "-", stdin=piped),
    )

    assert proved.code == through.code == 0
    assert "5 events" in proved.out
    assert through.out == proved.out


def test_a_copy_of_the_database_is_verified_even_where_nothing_can_be_written(used: Run) -> None:
    with sqlite3.connect("governance.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    folder = Path("read-only")
    folder.mkdir()
    copy = folder / "copy.db"
    copy.write_bytes(Path("governance.db").read_bytes())
    copy.chmod(0o444)
    folder.chmod(0o555)

    ran = used("--db", "nowhere.db", "audit", "verify", str(copy))

    folder.chmod(0o755)
    assert ran.code == 0
    assert ran.out.startswith("the history is as it was written: 5 events")
    if os.geteuid() != 0:  # root may write everywhere
        assert [path.name for path in folder.iterdir()] == ["copy.db"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"a": 1}\n', "x.jsonl:1: this is no export of `kamflow audit export`"),
        (b"", "x.jsonl:1: this is no export of `kamflow audit export`"),
        (None, "x.jsonl: it cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_export_is_bad_input(used: Run, content: bytes | None, what: str) -> None:
    if content is not None:
        Path("x.jsonl").write_bytes(content)

    ran = used("audit", "verify", "x.jsonl")

    assert ran.code == 2
    assert what in ran.err


def test_an_export_that_is_cut_off_is_bad_input(used: Run) -> None:
    used("audit", "export", "x.jsonl")
    Path("x.jsonl").write_bytes(Path("x.jsonl").read_bytes()[:-20])

    ran = used("audit", "verify", "x.jsonl")

    assert ran.code == 2
    assert "the file is cut off here; export it again" in ran.err


def test_a_target_that_cannot_be_written_is_told(used: Run) -> None:
    ran = used("audit", "export", "missing/history.jsonl")

    assert ran.code == 1
    assert ran.err == (
        "kamflow: `missing/history.jsonl` cannot be written: No such file or directory; "
        "choose another file\n"
    )


@pytest.mark.parametrize("option", ["--key", "--public-key", "--receipt"])
def test_a_key_or_receipt_that_is_not_there_is_bad_input(used: Run, option: str) -> None:
    command = "checkpoint" if option == "--key" else "verify"

    ran = used("audit", command, option, "missing.pem")

    assert ran.code == 2
    assert "missing.pem: it cannot be read: No such file or directory" in ran.err


def test_a_database_of_somebody_else_is_not_verified(used: Run) -> None:
    with sqlite3.connect("other.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    Path("noise.db").write_bytes(b"SQLite format 3\x00 noise")

    other, noise = used("audit", "verify", "other.db"), used("audit", "verify", "noise.db")

    assert other.code == noise.code == 1
    assert "is no database of kamflow: it has none of its tables" in other.err
    assert "noise.db" in noise.err


def log(run: Run, *arguments: str) -> list[str]:
    ran = run("audit", "log", *arguments)
    assert ran.code == 0, ran.err
    return [line.split("  ")[1] for line in ran.out.splitlines()]


def test_the_log_is_filtered(used: Run) -> None:
    used("account", "create", "acme", "--program", "north", "--by", "olga", now="2026-04-02T12:00")

    every = [*(f"north#{number}" for number in range(1, 6)), "north/acme#1", "north/acme#2"]
    assert log(used) == every
    assert log(used, "north") == [f"north#{number}" for number in range(1, 6)]
    assert log(used, "--actor", "nobody") == []
    assert log(used, "--kind", "CommandRefused") == ["north#5"]
    assert log(used, "--limit", "2", "--until", "2026-04-01") == ["north#4", "north#5"]
    assert log(used, "--from", "2026-04-01", "north") == []


def test_the_log_is_json_lines_for_programs(used: Run) -> None:
    lines = used("audit", "log", "--json").out.splitlines()

    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3, 4, 5]


def test_a_kind_or_subject_that_is_not_there_is_bad_input(used: Run) -> None:
    kind, subject = used("audit", "log", "--kind", "Stage"), used("audit", "log", "south")

    assert kind.code == subject.code == 2
    assert "`Stage` is no kind of event; there are SubjectOpened, " in kind.err
    assert "there is no subject `south`" in subject.err


def test_names_are_shown_until_they_are_erased(used: Run) -> None:
    used("people", "set", "ana", "--name", "Ana Silva", "--mail", "ana@example.org")
    used("people", "set", "ana", "--mail", "a.silva@example.org")
    listed, named = used("people", "list").out, used("audit", "log").out

    erased = used("people", "erase", "ana")

    assert "Ana Silva  a.silva@example.org" in listed
    assert "Ana Silva (ana)" in named
    assert erased.out == "ana: erased on 2026-03-31\n"
    assert "Silva" not in used("audit", "log").out + used("people", "list").out
    assert b"Silva" not in Path("governance.db").read_bytes()
    assert used("audit", "verify").code == 0


def test_an_erased_person_stays_erased(used: Run) -> None:
    used("people", "set", "ana", "--name", "Ana Silva")
    used("people", "erase", "ana")

    again, anew = used("people", "erase", "ana"), used("people", "set", "ana", "--name", "Ana")

    assert again.code == 0
    assert anew.code == 2
    assert "`ana` was erased on 2026-03-31, for good; take another id" in anew.err
    assert json.loads(used("people", "list", "--json").out)[0]["name"] is None


def test_people_tells_what_it_cannot_do(used: Run) -> None:
    assert used("people", "list").out == "no names are kept\n"
    assert "give --name, --mail, or both" in used("people", "set", "ana").err
    unknown = used("people", "erase", "zoe")
    assert unknown.code == 2
    assert "no name is kept of `zoe`; `kamflow people list` shows all" in unknown.err
