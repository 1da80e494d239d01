"""`docs/reference/cli.md` explains every command, argument, option and exit code."""

import re
from collections.abc import Iterator

import click
import pytest
from kamflow_cli import exit_codes
from kamflow_cli.main import root

from tests.documentation.pages import DOCS, blocks, codes, headings, section, tables

PAGE = DOCS / "reference" / "cli.md"
EVERYWHERE = "Options of all commands"


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            further = command.get_command(click.Context(command), name)
            assert further is not None
            yield from walk(further, f"{path} {name}")


COMMANDS = dict(walk(root, "kamflow"))
LEAVES = [name for name, command in COMMANDS.items() if not isinstance(command, click.Group)]


def heading_of(command: str) -> str:
    found = [item for item in headings(PAGE) if command in item.split(", ")]
    assert found, f"no heading names `{command}`"
    return found[0]


def explained(heading: str) -> set[str]:
    rows = [row for table in tables(section(PAGE, heading)) for row in table]
    return {word.split()[0] for row in rows for word in codes(row[0])}


def usage(command: str) -> str:
    """Return the lines that say how a command is written, the first block of its section."""
    text = section(PAGE, heading_of(command))
    first = next(block for block in blocks(PAGE) if block.text in text and block.text)
    return first.text


def options(command: click.Command) -> list[str]:
    return [name for item in command.params if isinstance(item, click.Option) for name in item.opts]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_heading(command: str) -> None:
    heading_of(command) if command != "kamflow" else heading_of(EVERYWHERE)


@pytest.mark.parametrize("command", LEAVES)
def test_how_a_command_is_written_shows_all_that_it_takes(command: str) -> None:
    written = usage(command)

    arguments = [item for item in COMMANDS[command].params if isinstance(item, click.Argument)]
    words = re.findall(r"[A-Za-z=-]+(?:\.\.\.)?", written.partition(" --")[0])
    taken = words[len(command.split()) :]
    assert len(taken) >= len(arguments)
    assert set(options(COMMANDS[command])) == set(re.findall(r"--[a-z-]+", written))


@pytest.mark.parametrize("command", LEAVES)
def test_every_option_of_a_command_is_explained(command: str) -> None:
    told = explained(heading_of(command)) | explained(EVERYWHERE)

    assert set(options(COMMANDS[command])) <= told


@pytest.mark.parametrize("command", LEAVES)
def test_no_option_is_explained_that_is_not_there(command: str) -> None:
    told = {word for word in explained(heading_of(command)) if word.startswith("--")}

    assert told <= set(options(COMMANDS[command]))


def test_the_options_before_the_command_are_explained() -> None:
    assert {*options(root), "--help"} <= explained(EVERYWHERE)


def test_every_environment_variable_is_explained() -> None:
    variables = {
        str(item.envvar)
        for command in COMMANDS.values()
        for item in command.params
        if item.envvar is not None
    }

    assert variables <= explained(EVERYWHERE)


def test_no_command_is_explained_that_is_not_there() -> None:
    told = {name for item in headings(PAGE) for name in item.split(", ") if "kamflow " in name}

    assert told <= set(COMMANDS)


def test_every_exit_code_is_explained() -> None:
    known = {value for value in vars(exit_codes).values() if isinstance(value, int)}

    (table,) = tables(section(PAGE, "Exit codes"))

    assert {int(row[0]) for row in table[1:]} == known
