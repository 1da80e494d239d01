"""No way past the duties: each way in that could bring something about asks the one choke point.

A new public method, function or command makes these tests fail until it stands in `entries`: with a
call that has to be refused, or with the reason why no duty has to be asked.
"""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from click.testing import CliRunner
from kamflow_cli.main import root
from msgspec.structs import replace

import kamflow
from kamflow import Database, ImportReport, Kamflow, Portfolio, fixed_clock
from kamflow.errors import RefusedError
from kamflow.model.commands import Command, RecordFacts, Stated
from kamflow.model.decision import Decision
from kamflow.model.events import CommandRefused
from kamflow.runtime.commands import Commands, Once
from kamflow.runtime.kamflow import Batch
from tests.architecture import entries
from tests.builders import NOON, World, files_of
from tests.unit.engine.duties import ACME, FACTS, LIFECYCLE, the_request
from tests.unit.engine.test_acts import HARMLESS, SAMPLES

PACKAGE = Path(kamflow.__file__).parent


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a database with an open request; what is refused changes nothing but its history."""
    return entries.a_database(tmp_path_factory.mktemp("governed"))


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    opened = Kamflow.open(url, clock=fixed_clock(NOON))
    yield opened
    opened.close()


def refused_by_a_duty(answer: object) -> None:
    """Make sure that a duty has refused it, and that only that was recorded."""
    if isinstance(answer, ImportReport):
        assert answer.rejects
        assert all("(NO-" in item.reason for item in answer.rejects)
        return
    assert isinstance(answer, Decision)
    assert not answer.accepted
    assert any("(NO-" in reason for reason in answer.reasons), answer.reasons
    assert [type(item) for item in answer.happenings] == [CommandRefused]


# ---------------------------------------------------------------------------- nothing is left out


def test_every_public_method_is_listed() -> None:
    every = entries.public(Kamflow) | entries.public(Commands) | entries.public(Once)
    lists = (entries.COMMANDS, entries.HARMLESS_COMMANDS, entries.KAMFLOW, entries.HARMLESS_KAMFLOW)

    assert entries.unlisted(every, *lists) == (set(), set())
    assert entries.public(Batch) == entries.public(Once) == entries.public(Commands)


def test_every_public_function_is_listed() -> None:
    functions = {
        name for name in vars(kamflow)["__all__"] if inspect.isfunction(getattr(kamflow, name))
    }

    lists = entries.FUNCTIONS, entries.HARMLESS_FUNCTIONS
    assert entries.unlisted(functions, *lists) == (set(), set())


@pytest.mark.parametrize(("kind", "listed"), [(Database, "DATABASE"), (Portfolio, "PORTFOLIO")])
def test_every_method_of_what_else_opens_a_database_is_listed(kind: type, listed: str) -> None:
    assert entries.unlisted(entries.public(kind), getattr(entries, listed)) == (set(), set())


def test_every_command_of_the_command_line_is_listed() -> None:
    assert isinstance(root, click.Group)

    found = entries.unlisted(entries.commands_of(root), entries.CLI, entries.HARMLESS_CLI)

    assert found == (set(), set())


def test_a_new_method_would_be_noticed() -> None:
    class Grown(Kamflow):
        def sneak(self) -> None:
            """A new way in."""

    lists = (entries.COMMANDS, entries.HARMLESS_COMMANDS, entries.KAMFLOW, entries.HARMLESS_KAMFLOW)

    assert entries.unlisted(entries.public(Grown), *lists)[0] == {"sneak"}


def test_a_new_command_would_be_noticed() -> None:
    group = click.Group("kamflow", commands={"sneak": click.Command("sneak")})
    group.add_command(click.Group("deep", commands={"down": click.Command("down")}))

    found = entries.unlisted(entries.commands_of(group), entries.CLI, entries.HARMLESS_CLI)

    assert found[0] == {"sneak", "deep down"}


def test_an_entry_that_is_there_no_more_would_be_noticed() -> None:
    assert entries.unlisted({"a"}, {"a": 1}, {"b": 2}) == (set(), {"b"})


def test_each_harmless_entry_says_why() -> None:
    harmless = (
        entries.HARMLESS_COMMANDS,
        entries.HARMLESS_KAMFLOW,
        entries.HARMLESS_FUNCTIONS,
        entries.HARMLESS_CLI,
    )

    assert all(reason for one in harmless for reason in one.values())


# ---------------------------------------------------------------------------- each is refused


@pytest.mark.parametrize("name", entries.COMMANDS)
@pytest.mark.parametrize("face", ["one by one", "under a key", "in a batch", "in a batch by key"])
def test_each_command_is_refused_with_the_duty(name: str, face: str, kam: Kamflow) -> None:
    call, request = entries.COMMANDS[name], entries.the_request(kam)

    match face:
        case "one by one":
            answer = call(kam, request)
        case "under a key":
            answer = call(kam.once(f"key {name}"), request)
        case "in a batch":
            with kam.batch() as batch:
                answer = call(batch, request)
        case _:
            with kam.batch() as batch:
                answer = call(batch.once(f"batch {name}"), request)

    refused_by_a_duty(answer)


@pytest.mark.parametrize("name", entries.KAMFLOW)
def test_publishing_is_refused_with_the_duty_and_changes_nothing(name: str, kam: Kamflow) -> None:
    before = kam.packs()

    with pytest.raises(RefusedError) as caught:
        entries.KAMFLOW[name](kam)

    assert caught.value.reasons == (
        "`hal` is customer (NO-publish: not this one); somebody else has to publish it",
    )
    assert kam.packs() == before


def test_publishing_within_a_batch_is_refused_as_well(kam: Kamflow) -> None:
    with pytest.raises(RefusedError), kam.batch() as batch:
        batch.session.publish(entries.another(), by=entries.HAL)


@pytest.mark.parametrize("by", ["", "system"])
def test_nobody_publishes_as_the_engine(by: str, kam: Kamflow) -> None:
    with pytest.raises(RefusedError, match="say who publishes"):
        kam.publish(entries.another(), by=by)


@pytest.mark.parametrize("name", entries.FUNCTIONS)
def test_each_function_is_refused_with_the_duty(name: str, kam: Kamflow, tmp_path: Path) -> None:
    refused_by_a_duty(entries.FUNCTIONS[name](kam, tmp_path))


@pytest.mark.parametrize("name", entries.CLI)
def test_each_command_of_the_command_line_is_refused_with_the_duty(
    name: str, url: str, kam: Kamflow, tmp_path: Path
) -> None:
    files = {
        "POLICY": str(a_folder(tmp_path / "policy")),
        "ROWS": entries.written(tmp_path, "rows.csv", entries.ROWS),
        "MAP": entries.written(tmp_path, "map.yaml", entries.MAPPING),
        "EVENTS": entries.written(tmp_path, "events.yaml", entries.EVENTS),
        "REQUEST": entries.the_request(kam),
    }
    arguments = [files.get(word, word) for word in entries.CLI[name]]
    before = kam.packs(), kam.subject(ACME), kam.subject("north")

    ran = CliRunner().invoke(
        root, ["--db", url, "--now", "2026-03-31T12:00", *name.split(), *arguments]
    )

    assert ran.exit_code in (2, 3), ran.output
    assert "(NO-" in ran.output
    assert (kam.packs(), kam.subject(ACME), kam.subject("north")) == before


def a_folder(folder: Path) -> Path:
    """Write a policy that is not published yet and return its folder."""
    for name, content in files_of(FACTS, lifecycle=LIFECYCLE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_those_whom_no_duty_means_are_not_refused_by_one(kam: Kamflow) -> None:
    request = entries.the_request(kam)

    with kam.batch() as batch:
        batch.session.mark()
        answer = batch.vote(request, "approve", by="ann")
        batch.session.back_to_mark()

    assert answer.accepted


# ---------------------------------------------------------------------------- the engine itself


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_each_command_of_the_engine_passes_the_choke_point(kind: type) -> None:
    world = World(entries.forbidding())
    world.open("program", "north")
    world.open("account", "acme", "north")
    for person in ("ann", "bob", "eve"):
        world.assign("north", "customer", person)
    world.assign("north", "boss", "cid")
    world.set_fact(ACME, "account.good", value=True)
    world.request(ACME, "plan", by="zoe")
    if kind in HARMLESS:
        return
    command = SAMPLES[kind]

    decision = world.submit(ACME, _about_the_request(world, command))

    refused_by_a_duty(decision)


def _about_the_request(world: World, command: Command) -> Command:
    """Return a command about the request that is open, where it is about one."""
    if isinstance(command, RecordFacts):
        told = Stated(text="x", as_of=NOON, source="manual", author="ann")
        return replace(command, facts={"account.note": told})
    if "approval" in command.__struct_fields__:
        return replace(command, approval=the_request(world).id)
    return command


def test_only_the_session_asks_the_engine_and_publishes() -> None:
    deciding = {place for place, name in _imported() if name == "kamflow.engine.decide"}
    publishing = {place for place, name in _called() if name.endswith(".publish")}

    assert deciding == {"runtime/session.py"}
    assert publishing == {"runtime/session.py", "runtime/kamflow.py"}


def test_only_decide_answers_commands() -> None:
    """What does the work is imported by `decide` alone, which asks the duties first."""
    inside = ("engine.requests", "engine.staffing", "engine.waivers", "engine.revisions")
    doing = {
        place
        for place, name in _imported()
        if name.startswith("kamflow.") and name.removeprefix("kamflow.") in inside
    }

    assert {place for place in doing if not place.startswith("engine/")} == set()


def _imported() -> Iterator[tuple[str, str]]:
    for place, node in _nodes():
        if isinstance(node, ast.ImportFrom):
            yield place, node.module or ""
        elif isinstance(node, ast.Import):
            yield from ((place, alias.name) for alias in node.names)


def _called() -> Iterator[tuple[str, str]]:
    for place, node in _nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield place, ast.unparse(node.func)


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            yield file.relative_to(PACKAGE).as_posix(), node
