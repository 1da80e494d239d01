"""Parts of a pack that do not fit together, however well each is written."""

import pytest

from kamflow.language.keys import KEYS
from kamflow.language.load import load_pack
from tests.builders import LIFECYCLE, problems, shipped_files

FACTS = """
facts:
  program:
    program.size: {type: integer}
  account:
    account.n: {type: number}
    account.kam: {type: person}
    account.segment: {type: choice, values: [a, b]}
    account.doubled: {type: number, derived: 2 * account.n}
"""
ROLES = "roles: {boss: {who: boss}, kam: {who: manager, holder: account.kam}}"


def found_in(text: str) -> list[str]:
    """Return the problems of one file beside sound ones, without the name of the file."""
    return [line.removeprefix("rules/3.yaml:") for line in problems(FACTS, ROLES, text)]


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("facts: {account: {a.b: {type: number, derived: a.b + 1}}}", "a.b -> a.b"),
        (
            "facts: {account: {a.b: {type: flag, derived: a.c}, a.c: {type: flag, default: a.b}}}",
            "a.b -> a.c -> a.b",
        ),
        (
            "facts: {account: {a.b: {type: number, derived: count(accounts where a.b > 1)}}}",
            "a.b -> a.b",
        ),
        (
            (
                "{facts: {account: {a.b: {type: number, derived: s.total}}},"
                " scorecards: {s: {subject: account, criteria: [{id: D, fact: a.b}]}}}"
            ),
            "a.b -> s -> a.b",
        ),
        (
            "tables: {t: {subject: account, rows: [{id: R, when: t.row = R, then: {a: x}}]}}",
            "t -> t",
        ),
        ("roles: {x: {who: x, members: [y]}, y: {who: y, members: [x]}}", "x -> y -> x"),
        ("subjects: {x: {parent: y}, y: {parent: x}}", "x -> y -> x"),
        (
            (
                "tables: {t: {subject: account, rows: {id: R, otherwise: true, then: {way: A}}}}\n"
                "approvals: {A: {route: t.way}}"
            ),
            "A -> A",
        ),
    ],
)
def test_what_needs_itself_is_an_error(text: str, circle: str) -> None:
    (problem,) = found_in(text)

    assert problem.endswith(f" K401 goes in a circle: {circle}")


def test_every_circle_is_told_once() -> None:
    facts = "".join(
        f"    a.{one}: {{type: number, derived: a.{other}}}\n"
        for one, other in map(tuple, ["xy", "yx", "zx", "uv", "vu", "ww"])
    )

    found = found_in(f"facts:\n  account:\n{facts}")

    assert [line.split("circle: ")[1] for line in found] == [
        "a.x -> a.y -> a.x",
        "a.u -> a.v -> a.u",
        "a.w -> a.w",
    ]


def test_a_chain_of_facts_too_long_to_work_out_is_an_error() -> None:
    links = "".join(f"    a.x{n}: {{type: number, derived: a.x{n + 1}}}\n" for n in range(2_000))

    found = found_in(f"facts:\n  account:\n{links}    a.x2000: {{type: number}}\n")

    assert len(found) == 1
    assert "K304 `a.x" in found[0]
    assert "chain of derived facts that is too long" in found[0]


def test_a_route_leads_to_approvals_only() -> None:
    found = found_in(
        "tables:\n"
        "  t:\n"
        "    subject: account\n"
        "    rows:\n"
        "      - {id: R, when: account.n > 1, then: {way: none}}\n"
        "      - {id: S, otherwise: true, then: {way: AP-BOS}}\n"
        "approvals: {AP: {route: t.way}, AP-BOSS: {voters: [boss]}}\n"
    )

    assert found == [
        "7:13: K203 `t.way` names `AP-BOS`, which is no approval; did you mean `AP-BOSS`?"
    ]


WORKFLOW_PROBLEMS = [
    (
        "to: planning}",
        "to: plannning}",
        "K203 target `plannning` is not a stage; did you mean `planning`?",
    ),
    (
        "from: candidate",
        "from: candidat",
        "K203 source `candidat` is not a stage; did you mean `candidate`?",
    ),
    ("from: candidate", "from: []", "K205 `from` of transition `A1` names no stage"),
    ("to: planning}", "to: []}", "K205 `to` of transition `A1` names no stage"),
    ("to: planning}", "to: [planning, same]}", "K203 target `same` is not a stage"),
    ("to: planning}", "to: planning, gate: G}", "K203 there is no gate `G`"),
    ("to: planning}", "to: planning, approval: A}", "K203 there is no approval `A`"),
    (
        "to: planning}",
        "to: planning, requested_by: [bos]}",
        "K203 there is no role `bos`; did you mean `boss`?",
    ),
    ("to: planning}", "to: planning, when: account.n}", "K303 a flag belongs here, not a number"),
    (
        "to: planning}",
        "to: planning, set: {account.m: 1}}",
        "K203 there is no settable fact `account.m`; did you mean `account.kam`?",
    ),
    (
        "to: planning}",
        "to: planning, set: {program.size: 1}}",
        "K203 `program.size` is no settable fact of `account`",
    ),
    (
        "to: planning}",
        "to: planning, set: {account.doubled: 1}}",
        "K203 `account.doubled` is no settable fact of `account`",
    ),
    (
        "to: planning}",
        "to: planning, set: {account.n: actor}}",
        "K203 `account.n` is no settable person fact of `account`",
    ),
    (
        "to: planning}",
        "to: planning, set: {account.n: today}}",
        "K303 a number belongs here, not a date",
    ),
    (
        "planning: {kind: active}",
        "planning: {kind: initial}",
        "K402 workflow `lifecycle` needs just one `initial` stage; it has `candidate`, `planning`",
    ),
    (
        "candidate: {kind: initial}",
        "candidate: {kind: active}",
        "K402 workflow `lifecycle` needs just one `initial` stage; it has none",
    ),
    (
        "planning: {kind: active}",
        "planning: {kind: active}, lost: {kind: end}",
        "K403 stage `lost` of `lifecycle` cannot be reached: no transition leads there",
    ),
    (
        "planning: {kind: active}",
        "planning: {kind: active, sla: long}",
        "K205 `sla: long` is not understood; write it like `30 days`",
    ),
]


@pytest.mark.parametrize(("old", "new", "problem"), WORKFLOW_PROBLEMS)
def test_a_workflow_that_does_not_fit_is_an_error(old: str, new: str, problem: str) -> None:
    broken = LIFECYCLE.replace(old, new)

    found = problems(FACTS, ROLES, lifecycle=broken)

    assert problem in [line.split(" ", 1)[1] for line in found]


def test_a_gate_about_accounts_does_not_guard_a_program() -> None:
    gate = "gates: {G: {subject: account, criteria: [{id: c, must: account.n > 1}]}}"
    rollout = """
workflow:
  id: rollout
  subject: program
  stages: {proposed: {kind: initial}}
  transitions: [{id: P1, trigger: launch, from: proposed, to: same, gate: G}]
"""

    (problem,) = problems(FACTS, gate, rollout=rollout)

    assert problem.endswith("K203 `G` is no gate of `program`")


def test_an_approval_of_a_program_excludes_nobody_by_a_fact_of_an_account() -> None:
    approval = "approvals: {A: {voters: [boss], excluded: [account.kam]}}"
    rollout = """
workflow:
  id: rollout
  subject: program
  stages: {proposed: {kind: initial}}
  transitions: [{id: P1, trigger: launch, from: proposed, to: same, approval: A}]
"""

    (problem,) = problems(FACTS, ROLES, approval, rollout=rollout)

    assert problem.endswith("K203 `account.kam` is no person fact of `approval A`")


def test_a_subject_goes_through_a_workflow_about_it() -> None:
    (problem,) = found_in("subjects: {contact: {parent: account, workflow: lifecycle}}")

    assert problem.endswith("K203 `lifecycle` is no workflow of `contact`")


def test_all_problems_of_all_files_are_told_in_one_run_by_place() -> None:
    files = dict(shipped_files())
    files["rules/gates_account.yaml"] = (
        files["rules/gates_account.yaml"]
        .replace(b"fix_by: [kam]\n", b"fix_by: [kan]\n", 1)
        .replace(b"account.nomination_reason is", b"account.nomination_raeson is", 1)
    )
    files["workflows/account_lifecycle.yaml"] = files["workflows/account_lifecycle.yaml"].replace(
        b"to: selection\n", b"to: selektion\n", 1
    )
    files["rules/x.yaml"] = b"caf\xe9"

    found = [str(item) for item in load_pack(files).diagnostics]

    assert [line.split(": ", 1)[0].split(":")[0] for line in found[:3]] == [
        "rules/gates_account.yaml",
        "rules/gates_account.yaml",
        "rules/x.yaml",
    ]
    assert "did you mean `account.nomination_reason`?" in found[0]
    assert "there is no role `kan`" in found[1]
    assert any(
        line.startswith("workflows/account_lifecycle.yaml:")
        and "target `selektion` is not a stage; did you mean `selection`?" in line
        for line in found
    )
    assert found == sorted(found, key=lambda line: line.split(":")[0])


def test_every_problem_stands_on_one_line() -> None:
    long_name = "x " * 300

    found = found_in(f'"{long_name}\\n": {{}}\nfacts: {{account: {{"a\\nb": {{type: "q\\nr"}}}}}}')

    assert found
    assert not any("\n" in line for line in found)


@pytest.mark.parametrize("section", sorted(KEYS["file"]))
@pytest.mark.parametrize(
    "value", ["", "word", "[]", "[a]", "{}", "{a: }", "{a: []}", "{a: {b: {}}}"]
)
def test_a_section_of_any_shape_is_read_without_a_traceback(section: str, value: str) -> None:
    loaded = load_pack({"rules/x.yaml": f"{section}: {value}\n".encode()})

    assert loaded.pack is None
    assert loaded.diagnostics


BOUNDED = """
facts:
  account:
    account.score: {type: integer, range: 0 to 100, unit: points}
    account.open: {type: flag}
    account.segment: {type: choice, values: [a, b]}
parameters:
  big: {type: integer, value: 200}
  fine: {type: integer, value: 20}
  budget: {type: money, value: 3}
overrides:
  - {parameter: fine, layer: account, key: acme, value: 300, owner: ana, reason: large}
"""


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("account.score: 200", "K206 `account.score` does not take this value: `200` is outside"),
        ("account.score: -1", "K206 `account.score` does not take this value: `-1` is outside"),
        ("account.score: 2.5", "does not take this value: `2.5` is not a whole number"),
        ("account.score: 60 + 60", "`120` is outside 0 to 100, which `60 + 60` comes to"),
        ("account.score: P.big", "`200` is outside 0 to 100, the value of `P.big`"),
        (
            "account.score: P.fine",
            "`300` is outside 0 to 100, the value of `P.fine` for",
        ),
        (
            "account.score: if account.open then 200 else 5",
            "K206 `account.score` does not take",
        ),
        ("account.score: 50 days", "K306 a whole number in `points` belongs here"),
        ("account.score: P.budget", "K306 a whole number in `points` belongs here"),
        ("account.segment: c", "K302 `c` is not one of its values"),
    ],
)
@pytest.mark.parametrize("place", ["set", "set_on_approval"])
def test_a_fact_is_set_to_a_value_that_it_takes(place: str, setting: str, problem: str) -> None:
    padding = " " * (len("set_on_approval") - len(place))
    lifecycle = LIFECYCLE.replace("to: planning", f"to: planning,{padding} {place}: {{{setting}}}")

    (found,) = problems(BOUNDED, lifecycle=lifecycle)

    assert found.startswith("workflows/l.yaml:7:")
    assert problem in found


@pytest.mark.parametrize("value", ["0", "100", "P.big - 150", "account.score * 3", "absent"])
def test_what_keeps_to_the_range_or_may_do_so_is_accepted(value: str) -> None:
    setting = f"to: planning, set: {{account.score: {value}}}"

    assert problems(BOUNDED, lifecycle=LIFECYCLE.replace("to: planning", setting)) == []
