"""Run as a program: huge and hostile policies, each with the seconds and megabytes that it took.

One process reads them one after the other, so that the memory of none can hide. It prints, as JSON,
for each its processor seconds, the growth of the process up to then, and how it ended.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene
from kamflow.model.events import EventReported, Recorded
from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot
from tests.builders import LIFECYCLE, NOON, load

FACTS = "facts: {account: {a.n: {type: number}, a.m: {type: number}, a.f: {type: flag}}}\n"
EVENTS = "events: {account: {value.claimed: {}, value.checked: {}}}\n"
ROWS = "tables:\n  T:\n    subject: account\n    rows:\n"
GATE = "gates:\n  G:\n    subject: account\n    criteria:\n"
ITEM = "      - {id: C, must: '%s'}\n"


def each(template: str, count: int) -> str:
    """Return the lines for 0, 1 ...; `{i}` is the number, `{j}` the next one."""
    return "".join(
        template.replace("{i}", str(number)).replace("{j}", str(number + 1))
        for number in range(count)
    )


def laughs() -> str:
    lines = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    return f"a0: &a0 [ha]\n{lines}"


def nested_sets() -> str:
    inner = "true"
    for _ in range(12):
        inner = f"count(accounts where {inner}) > 0"
    return FACTS + GATE + ITEM % inner


SQUARES = each("a.x{j}: {type: number, derived: a.x{i} * a.x{i}}, ", 18)
WIDE = " or ".join(f"a.n = {number} and a.m = {number}" for number in range(600))
OPTIONS = ", ".join(["a.n"] * 200)
NO_FOLLOWER = "no value.checked within 36500 days after value.claimed"

# name -> the file, and the code of its problems when it is no policy
CASES: dict[str, tuple[Callable[[], str], str]] = {
    "10,000 criteria": (
        lambda: FACTS + GATE + each("      - {id: C{i}, must: a.n > {i} or a.f}\n", 10_000),
        "",
    ),
    "10,000 rows": (
        lambda: FACTS + ROWS + each("      - {id: R{i}, when: a.n > {i}, then: {x: v}}\n", 10_000),
        "",
    ),
    "half a million values": (lambda: f"roles: [{'a,' * 480_000}]", "K101"),
    "lists in lists": (lambda: f"roles: {'[' * 400_000}", "K105"),
    "billion laughs": (laughs, "K104"),
    "unknown roles": (
        lambda: "roles:\n" + each("  r{i}: {who: x, members: [rx{i}]}\n", 15_000),
        "K203",
    ),
    "unknown sections": (lambda: each("k{i}: 1\n", 70_000), "K201"),
    "a chain of subjects": (
        lambda: "subjects:\n" + each("  k{i}: {parent: k{j}}\n", 20_000) + "  k20000: {}\n",
        "K105",
    ),
    "many circles": (
        lambda: "roles:\n  a6000: {who: x}\n"
        + each("  a{i}: {who: x, members: [a{j}, b{i}]}\n", 6_000)
        + each("  b{i}: {who: x, members: [b{i}]}\n", 6_000),
        "K401",
    ),
    "many routes": (
        lambda: FACTS
        + "roles: {b: {who: x}}\n"
        + ROWS
        + each("      - {id: R{i}, when: a.n > {i}, then: {x: A{i}}}\n", 1_500)
        + "approvals:\n"
        + each("  A{i}: {voters: [b], auto_when: a.f}\n  B{i}: {route: T.x}\n", 1_500),
        "",
    ),
    "a column in every criterion": (
        lambda: FACTS
        + ROWS
        + each("      - {id: R{i}, when: a.n > {i}, then: {x: v{i}}}\n", 1_500)
        + GATE
        + each("      - {id: C{i}, must: T.row = R{i}}\n", 1_500),
        "",
    ),
    "many overrides of one parameter": (
        lambda: "parameters: {p: {type: number, value: 1}}\noverrides:\n"
        + each(
            "- {parameter: p, layer: account, key: k{i}, value: 1, owner: o, reason: r}\n", 5_000
        ),
        "",
    ),
    "a gate with a name of 400,000 letters": (
        lambda: f"gates:\n  ? {'g' * 400_000}\n  : {{subject: x, criteria: [{'{},' * 90_000}]}}\n",
        "K205",
    ),
    "words without end": (
        lambda: FACTS
        + GATE
        + each("      - {id: C{i}, must: '" + "a.n=1 or " * 2_000 + "a.f'}\n", 40),
        "K304",
    ),
    "a chain of 600 alternatives": (lambda: FACTS + GATE + ITEM % WIDE, ""),
    "an `in` of 200 facts": (lambda: FACTS + GATE + ITEM % f"a.m in {{{OPTIONS}}}", ""),
    "sets in sets": (nested_sets, ""),
    "squares of squares": (
        lambda: "facts: {account: {a.x0: {type: number}, " + SQUARES.rstrip(", ") + "}}\n"
        + GATE + ITEM % "a.x18 > 1",
        "",
    ),
    "events without end": (lambda: FACTS + EVENTS + GATE + ITEM % NO_FOLLOWER, ""),
}  # fmt: skip

STAGES = (
    "workflow: {id: lifecycle, subject: account, stages: {s0: {kind: initial}, "
    + each("s{j}: {kind: active}, ", 9_000)
    + "}, transitions: ["
    + "".join(f"{{id: T{n}, trigger: t, from: s{n}, to: s{n + 1}}}, " for n in range(8_999, -1, -1))
    + "]}"
)


def judged(pack: Pack) -> str:
    """Return the verdict of the gate of a pack, judged in both ways."""
    compiled = CompiledPack(pack)
    snapshots = {f"p/a{number}": _account(f"p/a{number}") for number in range(300)}
    events = list(_reports())
    scene = Scene(
        compiled.sources,
        NOON,
        snapshots.get,
        lambda _above, kind: tuple(snapshots.values()) if kind == "account" else (),
        lambda _id: events,
    )
    first = snapshots["p/a0"]
    found = judge_gate(compiled, "G", scene.look(first)).verdict
    assert compiled.verdict("G", scene.look(first)) is found
    return str(found)


def _account(identity: str) -> Snapshot:
    return Snapshot(
        id=identity,
        kind="account",
        name="a",
        parent="p",
        workflow="",
        stage="candidate",
        entered_at=NOON,
        opened_at=NOON,
        pack="",
        sequence=1,
    )


def _reports() -> Iterator[Recorded]:
    """Yield claims and then as many checks that come before them all."""
    for place in range(10_000):
        name, days = ("value.claimed", 40_000) if place % 2 else ("value.checked", 50_000)
        at = NOON - timedelta(days=days)
        event = EventReported(name=name, happened_at=at, payload={})
        yield Recorded(instance="p/a0", sequence=place, at=NOON, actor="a", pack="", event=event)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    load(FACTS + GATE + ITEM % "a.f")  # the parser is made once for all
    told = {}
    files = {name: make() for name, (make, _) in CASES.items()} | {"9,000 stages": FACTS}
    before = _megabytes()
    for name, text in files.items():
        lifecycle = STAGES if name == "9,000 stages" else LIFECYCLE
        began = time.process_time()
        loaded = load(text, lifecycle=lifecycle)
        read = time.process_time()
        verdict = judged(loaded.pack) if loaded.pack and "G" in loaded.pack.gates else ""
        told[name] = {
            "seconds": [read - began, time.process_time() - read],
            "megabytes": _megabytes() - before,
            "problems": [str(item) for item in loaded.diagnostics],
            "verdict": verdict,
        }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
