"""What the demo leaves behind can be used, and is never overwritten."""

import csv
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from kamflow_cli.demo.ending import next_commands

from tests.command_line import Run
from tests.demo.conftest import NOW, Played

KAMFLOW = str(Path(sys.executable).with_name("kamflow"))


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_it_leaves_a_database_settings_and_files(played: Played) -> None:
    assert sorted(contents(played.folder)) == [
        "accounts.csv", "accounts.map.yaml", "fresh_facts.csv", "fresh_facts.map.yaml",
        "fresh_rejects.csv", "governance.db", "governance.db-lock", "kamflow.toml", "rejects.csv",
        "scores.csv", "scores.map.yaml",
    ]  # fmt: skip


def test_the_rejects_name_row_column_and_reason(played: Played) -> None:
    rejects = rows(played.folder / "rejects.csv")

    columns = {item["column"] for item in rejects}
    assert columns == {"revenue_eur", "share_pct", "segment", "growth_pct", "erp_on", "customer"}
    assert all(item["row"].isdigit() and item["reason"] for item in rejects)


def test_rejected_customers_stay_outside(played: Played, run: Run) -> None:
    named = [item["subject"] for item in rows(played.folder / "rejects.csv")]

    listed = run("--db", str(played.folder / "governance.db"), "account", "list").out

    assert [name for name in named if f"meridian/{name} " not in listed] == [
        item["subject"]
        for item in rows(played.folder / "rejects.csv")
        if item["column"] != "customer"
    ]


def test_the_commands_that_it_names_work_as_they_stand(tmp_path: Path) -> None:
    call = [KAMFLOW, "--now", NOW, "demo", "--dir", "my demo"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True)

    lines = done.stdout.splitlines()[-4:]
    ran = [
        subprocess.run(shlex.split(line), cwd=tmp_path, capture_output=True, text=True, check=False)
        for line in lines
    ]

    assert [item.returncode for item in ran] == [0, 0, 0, 0], [item.stderr for item in ran]
    assert "AP-DESIG" not in ran[0].stderr
    assert "  high " in ran[1].stdout
    assert "can be fixed by" in ran[2].stdout
    assert "sven votes approve" in ran[3].stdout


def test_without_a_folder_it_makes_a_new_temporary_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    ran = run("demo")

    folders = list(tmp_path.glob("kamflow-demo-*"))
    assert len(folders) == 1
    assert ran.out.count(f"{folders[0]}/governance.db") == 4


def test_a_command_in_the_folder_finds_the_database(
    played: Played, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(played.folder)

    status = run("status")

    assert status.code == 0
    assert status.out in played.out


def test_a_used_folder_is_refused_and_left_as_it_is(
    played: Played, run: Run, tmp_path: Path
) -> None:
    shutil.copytree(played.folder, tmp_path / "used")
    before = contents(tmp_path / "used")

    again = run("demo", "--dir", str(tmp_path / "used"))

    assert again.code == 2
    assert "name another folder with --dir" in again.err
    assert contents(tmp_path / "used") == before


def test_a_folder_with_settings_of_somebody_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kamflow.toml").write_text('database = "other.db"\n', encoding="utf-8")

    ran = run("demo", "--dir", str(tmp_path))

    assert ran.code == 2
    assert list(contents(tmp_path)) == ["kamflow.toml"]


def test_more_accounts_can_be_asked_for(run: Run, tmp_path: Path) -> None:
    run("demo", "--dir", str(tmp_path), "--accounts", "80")

    database = str(tmp_path / "governance.db")
    assert len(run("--db", database, "account", "list", "--json").json) == 80


def test_fewer_than_sixty_accounts_are_refused(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--dir", str(tmp_path / "new"), "--accounts", "59")

    assert ran.code == 2
    assert not (tmp_path / "new").exists()


def test_at_the_real_present_the_commands_name_no_instant(tmp_path: Path) -> None:
    named = next_commands(tmp_path, account="meridian/gap", approval="meridian/mid#7", now=None)

    database = f"kamflow --db {tmp_path}/governance.db"
    assert named == [
        f"{database} inbox sven",
        f"{database} escalations --severity high",
        f"{database} account why gap designate",
        f"{database} vote 'meridian/mid#7' approve --by sven",
    ]
