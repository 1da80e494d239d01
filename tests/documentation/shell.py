"""The little shell that runs the examples: `kamflow`, and the few commands that lead to it.

A command runs in this process, as `kamflow` itself does, so that a page takes a second and not a
minute.
"""

import io
import re
import shlex
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from kamflow_cli.main import main

from tests.documentation.pages import ROOT

ANY = "..."  # a line of an example that stands for any number of lines

_NOT_RUN = ("git", "source")  # what brings a reader here; nothing to see


class Step(NamedTuple):
    """A command of an example, and what the page says that it prints."""

    command: str
    expected: str


def steps(text: str) -> list[Step]:
    """Return the steps of a `console` block; a command goes on after a backslash."""
    found: list[Step] = []
    for line in text.splitlines():
        if found and found[-1].command.endswith("\\"):
            found[-1] = Step(f"{found[-1].command}\n{line}", "")
        elif line.startswith("$ "):
            found.append(Step(line.removeprefix("$ "), ""))
        else:
            assert found, f"`{line}` comes before any command"
            found[-1] = Step(found[-1].command, f"{found[-1].expected}{line}\n")
    return found


class Shell:
    """Runs commands in a folder; what they change there, the next one sees."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._code = 0
        monkeypatch.chdir(folder)
        for name in ("KAMFLOW_DB", "KAMFLOW_BY", "KAMFLOW_NOW"):
            monkeypatch.delenv(name, raising=False)

    def run(self, command: str) -> str:
        """Run a command and return what it prints, on both ways out."""
        words = shlex.split(command.replace("\\\n> ", " "), comments=True)
        program, rest = Path(words[0]).name, words[1:]
        known: dict[str, Callable[[list[str]], str]] = {
            "kamflow": self._kamflow,
            "make": self._make,
            "export": self._export,
            "unset": self._unset,
            "cd": self._cd,
            "echo": self._echo,
            **dict.fromkeys(_NOT_RUN, lambda _: ""),
        }
        assert program in known, f"the examples cannot run `{program}`"
        return known[program](rest)

    def _kamflow(self, arguments: list[str]) -> str:
        printed = io.StringIO()
        self._patch.setattr(sys, "argv", ["kamflow", *arguments])
        self._code = 0
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                main()
            except SystemExit as end:
                self._code = end.code if isinstance(end.code, int) else 1
        return printed.getvalue()

    def _make(self, words: list[str]) -> str:
        """Do what `make demo` does; of other targets only see that they exist."""
        makefile = (ROOT / "Makefile").read_text("utf-8")
        target, *settings = [word for word in words if "=" not in word] + words[1:]
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"there is no `make {target}`"
        if target != "demo":
            return ""
        folders = [word.partition("=")[2] for word in settings if word.startswith("DIR=")]
        return self._kamflow(["demo", *(part for one in folders for part in ("--dir", one))])

    def _export(self, words: list[str]) -> str:
        for word in words:
            name, _, value = word.partition("=")
            self._patch.setenv(name, value)
        return ""

    def _unset(self, words: list[str]) -> str:
        for name in words:
            self._patch.delenv(name)
        return ""

    def _cd(self, words: list[str]) -> str:
        place = Path(words[0])
        if place.is_dir():  # a clone is not made here
            self._patch.chdir(place)
        return ""

    def _echo(self, words: list[str]) -> str:
        return " ".join(str(self._code) if word == "$?" else word for word in words) + "\n"


def normal(printed: str) -> str:
    """Return output without what differs from day to day: digests, and how lines end."""
    lines = (line.rstrip() for line in printed.strip("\n").splitlines())
    return re.sub(
        r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{8}(?:[0-9a-f]{4})?\b", "<digest>", "\n".join(lines)
    )


def fits(expected: str, printed: str) -> bool:
    """Tell whether a page shows what a command prints; `...` stands for any number of lines."""
    kept = re.split(rf"^{re.escape(ANY)}$", normal(expected), flags=re.MULTILINE)
    pattern = r"(?:.|\n)*?".join(re.escape(part) for part in kept)
    return re.fullmatch(pattern, normal(printed)) is not None
