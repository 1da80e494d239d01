"""A condition cannot reach the program that judges it."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from kamflow.engine.generated import generate_verdict
from tests.builders import a_pack, problems

HOSTILE = [
    '__import__("os").system("true")',
    'eval("1")',
    'exec("1")',
    'open("secrets") = 1',
    "account.__class__ = 1",
    "account.size.__class__.__mro__ = 1",
    "P.__dict__ is known",
    "self.__class__ is known",
    "().__class__.__bases__ = 1",
    "lambda: 1",
    "[x for x in accounts] = 1",
    "account.size if true else 0",
    "account.size := 3",
    'getattr(account.size, "real") = 1',
    'f"{account.size}" = 1',
    "account.size; account.size",
    "import.os is known",
    "count(accounts where __import__)",
    '"%s" % account.size = "1"',
]

RULES = """
facts:
  account:
    account.size: {{type: number}}
gates:
  G:
    subject: account
    criteria:
      - id: G.1
        must: '{condition}'
"""


@pytest.mark.parametrize("condition", HOSTILE)
def test_what_looks_like_code_is_a_problem_of_the_file(condition: str) -> None:
    found = problems(RULES.format(condition=condition.replace("'", "''")))

    assert found
    assert all(re.match(r"rules/1\.yaml:10:\d+: K30[123] ", line) for line in found)


def test_one_module_alone_makes_functions_and_nothing_evaluates_text() -> None:
    package = Path(__file__).parents[3] / "kamflow"
    sources = {path.name: path.read_text("utf-8") for path in package.rglob("*.py")}

    assert [name for name, text in sources.items() if re.search(r"(?<![.\w])eval\(", text)] == []
    assert [name for name, text in sources.items() if re.search(r"(?<![.\w])exec\(", text)] == [
        "generated.py"
    ]


REACHING = {"eval", "exec", "compile", "__import__", "getattr", "setattr", "globals", "vars"}
TAKEN = {  # with a name of their own, never one out of a policy
    ("generated.py", "exec"),
    ("generated.py", "compile"),
    ("source.py", "getattr"),
    ("commented.py", "getattr"),
    ("conditions.py", "getattr"),
}


def test_nothing_that_reads_or_judges_looks_up_what_a_policy_names() -> None:
    package = Path(__file__).parents[3] / "kamflow"
    files = [path for part in ("language", "engine") for path in (package / part).glob("*.py")]

    found = {(path.name, name) for path in files for name in reaching(path.read_text("utf-8"))}

    assert files
    assert found <= TAKEN


@pytest.mark.parametrize(
    "text", ["eval(condition)", "getattr(view, name)", "'{0.real}'.format(fact)", "exec(text, {})"]
)
def test_what_could_look_it_up_is_seen(text: str) -> None:
    assert reaching(text)


def reaching(text: str) -> set[str]:
    """Return the calls in a program by which text could become code or the name of something."""
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    named = {call.id for call in calls if isinstance(call, ast.Name)} & REACHING
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return named | (methods & {"format", "format_map", "__getattribute__"})


QUOTED = """
roles: {"x'): import os #": {who: x}, '\"\"\"': {who: x}}
facts:
  account:
    account.size: {type: number, writers: ["x'): import os #"], default: 3}
    account.name: {type: text, max_age: 30 days}
    account.wish: {type: choice, values: ["'); evil() #", '\"\"\"', "{0.__class__}", "%(x)s"]}
gates:
  "'); evil() #":
    subject: account
    criteria:
      - {id: C.1, must: 'account.name = "__import__(chr(111))" or account.name in {"{0}"}'}
      - {id: C.2, must: 'account.wish != "%(x)s" and not (account.size > 9999999999)'}
      - {id: C.3, should: account.wish is present, must_when: account.name is known}
      - {id: C.4, must: 'account.wish in {"{0.__class__}"}', needs: [account.size]}
"""
WORDS_OF_TEMPLATES = re.compile(
    r"k\d+|get|view|look|facts|value|as_of|toordinal|__class__|Unknown|MET|UNMET|UNKNOWN"
)


def foreign(code: CodeType) -> list[object]:
    """Return what a generated function mentions that is not in the templates."""
    names = [name for name in code.co_names if not WORDS_OF_TEMPLATES.fullmatch(name)]
    return [*names, *(item for item in code.co_consts if isinstance(item, str | bytes | float))]


def test_no_name_or_text_of_a_policy_becomes_part_of_a_program() -> None:
    pack = a_pack(QUOTED)
    (gate,) = pack.gates.values()

    verdict = generate_verdict(pack, gate)

    assert foreign(verdict.__code__) == []


def test_a_text_in_a_program_would_be_seen() -> None:
    assert foreign(compile("get('account.name') == evil", "", "eval")) == ["evil", "account.name"]


WATCHED = """
import sys
from tests.unit.language.test_no_code import HOSTILE, QUOTED, RULES
from tests.builders import a_world, problems
from kamflow.engine.gates import judge_gate
def judged():
    world = a_world(QUOTED)
    world.record("north/acme", {"account.name": "__import__(chr(111))", "account.wish": "%(x)s"})
    view = world.view("north/acme")
    (gate,) = world.compiled.pack.gates
    judge_gate(world.compiled, gate, view)
    world.compiled.verdict(gate, view)
    for condition in HOSTILE:
        problems(RULES.format(condition=condition.replace("'", "''")))
judged()  # once, so that all is imported
seen = []
sys.addaudithook(lambda event, args: seen.append((event, str(args)[:300])))
judged()
reached = ("compile", "exec", "import", "open", "os.", "subprocess", "socket", "ctypes")
for event, args in [item for item in seen if item[0].startswith(reached)]:
    print(event, args)
"""


def test_judging_hostile_policies_runs_nothing_but_the_generated_function() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", WATCHED]

    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    seen = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert {event for event, _ in seen} == {"compile", "exec"}
    assert all("def verdict(" in args or "<gate>" in args for _, args in seen)
    assert not any("evil" in args or "chr" in args for _, args in seen)
