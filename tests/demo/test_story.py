"""What the demo tells, and that it tells the same each time."""

import re
from pathlib import Path

from tests.command_line import Run
from tests.demo.conftest import Played

MAIN_LINES = Path(__file__).with_name("main_lines.txt").read_text("utf-8").splitlines()
CHAPTERS = 10
WIDTH = 100
LINES = 200


def test_the_main_lines_are_told_in_their_order(played: Played) -> None:
    told = iter(played.out.splitlines())

    missing = [line for line in MAIN_LINES if not any(line == other for other in told)]

    assert not missing[:1], f"not told at its place: {missing[0]}"


def test_every_chapter_is_told(played: Played) -> None:
    heads = re.findall(r"^(\d+)  ", played.out, re.MULTILINE)

    assert heads == [str(number) for number in range(1, CHAPTERS + 1)]


def test_the_story_is_short_enough_to_read(played: Played) -> None:
    lines = played.out.splitlines()[:-4]  # a command that can be copied stands on one line

    assert len(lines) < LINES
    assert max(len(line) for line in lines) <= WIDTH


def test_the_same_seed_and_instant_tell_the_same_story(
    played: Played, run: Run, tmp_path: Path
) -> None:
    again = run("demo", "--dir", str(tmp_path / "again"), "--seed", "7")

    assert again.out.replace(str(tmp_path / "again"), "X") == played.out.replace(
        str(played.folder), "X"
    )


def test_the_same_seed_writes_the_same_files(played: Played, run: Run, tmp_path: Path) -> None:
    run("demo", "--dir", str(tmp_path / "again"))

    for file in played.folder.iterdir():
        if file.suffix in (".csv", ".yaml", ".toml"):
            assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_another_seed_invents_other_customers(played: Played, run: Run, tmp_path: Path) -> None:
    other = run("demo", "--dir", str(tmp_path), "--seed", "8")

    assert other.code == 0
    assert "Pellworm Automotive" in played.out
    assert "Pellworm Automotive" not in other.out
