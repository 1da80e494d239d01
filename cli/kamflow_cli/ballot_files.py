"""Votes from a file: CSV, JSON lines, or what `kamflow inbox --json` prints."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import click

from kamflow_cli.ballots import ANSWERS, Paper


def from_file(name: str, frame: Paper) -> list[Paper]:
    """Return a vote for each row of a file with `id`, and perhaps `vote` and `remark`.

    Args:
        name: CSV, JSON lines, or a JSON list; `-` is standard input.
        frame: What all rows have in common.

    Raises:
        click.UsageError: The file cannot be read, or a row lacks something.
    """
    text = _text(name)
    papers = [_paper(row, f"{name}:{line}", frame) for line, row in _rows(text, name)]
    if not papers and not text.lstrip().startswith("["):  # an inbox can be empty
        raise click.UsageError(
            f"{name}: it has no row to vote on; the first line of a CSV file names its columns: "
            "id, vote, remark"
        )
    return papers


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name}: it is not UTF-8; save it as UTF-8") from error


def _rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        if text.lstrip().startswith("["):
            yield from enumerate(json.loads(text), start=1)
        elif text.lstrip().startswith("{"):
            for line, row in enumerate(text.splitlines(), start=1):
                if row.strip():
                    yield line, json.loads(row)
        else:
            reader = csv.DictReader(StringIO(text))
            for cells in reader:
                yield reader.line_num, cells
    except (json.JSONDecodeError, csv.Error) as error:
        raise click.UsageError(f"{name}: {error}") from error


def _paper(row: object, place: str, frame: Paper) -> Paper:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or "#" not in row["id"]:
        raise click.UsageError(f"{place}: there is no `id` like `north/acme#17`")
    own = {} if "task" in row else row  # of what `inbox --json` prints, only the ids are taken
    answer, remark = own.get("vote") or frame.answer, own.get("remark") or ""
    if answer not in ANSWERS:
        said = f"`{answer}` is no vote" if answer else "it says no vote, nor does the command"
        raise click.UsageError(f"{place}: {said}; it is {', '.join(ANSWERS)}")
    return frame.about(row["id"].strip(), answer, str(remark), place=place)
