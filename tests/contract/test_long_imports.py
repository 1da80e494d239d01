"""Files that are longer than one transaction: judged first, written in batches, resumed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kamflow import Database, ImportReport, InputError, Kamflow, fixed_clock
from kamflow.runtime.importing import batches
from kamflow.storage.upkeep import transaction
from tests.builders import NOON
from tests.contract.importing import ROWS, SMALL_BATCH, prepare, run_import, write_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a database with a program, beside a folder with long files."""
    monkeypatch.setattr(batches, "WHOLE", SMALL_BATCH)
    monkeypatch.setattr(batches, "BATCH", SMALL_BATCH)
    prepare(url)
    write_files(tmp_path)
    return url


def killed(url: str, folder: Path, what: str, batch: int) -> int:
    """Run an import in a process of its own that dies at a batch; return how it ended."""
    command = [sys.executable, "-m", "tests.contract.importing", url, str(folder), what, str(batch)]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode


def held(url: str, statement: str) -> int:
    with transaction(url) as link:
        return int(link.rows(statement)[0][0])


def accounts(url: str) -> int:
    return held(url, "SELECT count(*) FROM instances WHERE kind = 'account'")


def unfinished(url: str) -> int:
    return Database(url).stats().imports


def counted(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.rows, report.created, report.existing, report.recorded, report.rejected


def test_a_long_file_is_written_whole(desk: str, tmp_path: Path) -> None:
    report = run_import(desk, tmp_path, "accounts")

    assert counted(report) == (ROWS, ROWS, 0, 2 * ROWS, 0)
    assert report.written
    assert accounts(desk) == ROWS
    assert unfinished(desk) == 0
    assert Database(desk).check().problems == ()


@pytest.mark.parametrize("batch", [-7, 7])
def test_an_import_that_is_killed_goes_on_where_it_stopped(
    desk: str, tmp_path: Path, batch: int
) -> None:
    assert killed(desk, tmp_path, "accounts", batch) == -signal.SIGKILL
    done = 600  # the batch that was under way is not there, whether or not its rows were sent
    assert accounts(desk) == done
    assert unfinished(desk) == 1
    events = held(desk, "SELECT count(*) FROM events")

    report = run_import(desk, tmp_path, "accounts")

    assert counted(report) == (ROWS, ROWS, 0, 2 * ROWS, 0)
    assert accounts(desk) == ROWS
    assert held(desk, "SELECT count(*) FROM events") == events + 2 * (ROWS - done)
    assert unfinished(desk) == 0
    assert Database(desk).check().problems == ()


def test_a_finished_import_that_is_asked_for_again_changes_nothing(
    desk: str, tmp_path: Path
) -> None:
    run_import(desk, tmp_path, "accounts")
    events = held(desk, "SELECT count(*) FROM events")

    report = run_import(desk, tmp_path, "accounts")

    assert counted(report) == (ROWS, 0, ROWS, 0, 0)
    assert held(desk, "SELECT count(*) FROM events") == events


def test_a_bad_row_far_down_keeps_a_long_file_out(desk: str, tmp_path: Path) -> None:
    write_files(tmp_path, bad_rows=(ROWS - 1,))

    report = run_import(desk, tmp_path, "accounts")

    assert not report.written
    assert [(item.row, item.reason) for item in report.rejects] == [
        (ROWS + 1, "`x` is not one of a, b")
    ]
    assert accounts(desk) == 0
    assert unfinished(desk) == 0


def test_damage_far_down_keeps_a_long_file_out(desk: str, tmp_path: Path) -> None:
    with (tmp_path / "facts.csv").open("a") as file:
        file.write('b,1,"not closed\n')

    with pytest.raises(InputError, match="I306"):
        run_import(desk, tmp_path, "accounts", keep_going=True)

    assert accounts(desk) == 0


def test_keeping_going_tells_rejects_of_batches_before_the_break(
    desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, bad_rows=(5, ROWS - 1))
    break_off(desk, tmp_path, monkeypatch)
    assert accounts(desk) == 3 * SMALL_BATCH - 1

    report = run_import(desk, tmp_path, "accounts", keep_going=True)

    assert [item.row for item in report.rejects] == [7, ROWS + 1]
    assert counted(report) == (ROWS, ROWS - 2, 0, 2 * (ROWS - 2), 2)
    assert accounts(desk) == ROWS - 2


def break_off(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run an import that stops after its third batch."""
    keep = batches.Importer._keep  # noqa: SLF001 - where it can be stopped
    count = 0

    def keep_and_stop(self: batches.Importer, *rest: object) -> None:
        nonlocal count
        count += 1
        if count > 3:
            raise KeyboardInterrupt
        keep(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(batches.Importer, "_keep", keep_and_stop)
    with pytest.raises(KeyboardInterrupt):
        run_import(url, folder, "accounts", keep_going=True)
    monkeypatch.setattr(batches.Importer, "_keep", keep)


def test_another_file_begins_anew(
    desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(desk, tmp_path, monkeypatch)
    (tmp_path / "facts.csv").write_text("id,n,kind\n" + "".join(f"b{n},1,a\n" for n in range(150)))

    report = run_import(desk, tmp_path, "accounts", keep_going=True)

    assert counted(report) == (150, 150, 0, 300, 0)
    assert unfinished(desk) == 1


def test_events_are_reported_once_whatever_happens(desk: str, tmp_path: Path) -> None:
    run_import(desk, tmp_path, "accounts")
    assert killed(desk, tmp_path, "events", 7) == -signal.SIGKILL
    reported = "SELECT count(*) FROM events WHERE kind = 'EventReported'"
    assert held(desk, reported) == 600

    report = run_import(desk, tmp_path, "events")
    again = run_import(desk, tmp_path, "events")

    assert (report.rows, report.recorded, report.unchanged) == (ROWS, ROWS, 0)
    assert (again.recorded, again.unchanged) == (0, ROWS)
    assert held(desk, reported) == ROWS
    assert Database(desk).check().problems == ()


def test_what_others_do_between_two_batches_is_kept(
    desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(desk, tmp_path, monkeypatch)
    kam = Kamflow.open(desk, clock=fixed_clock(NOON))
    kam.create_account("north", "a2000", "By hand", by="eve")
    kam.close()

    report = run_import(desk, tmp_path, "accounts", keep_going=True)

    assert (report.created, report.existing) == (ROWS - 1, 1)
    assert accounts(desk) == ROWS
