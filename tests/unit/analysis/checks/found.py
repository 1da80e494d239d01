"""What the checks find in small packs."""

from collections.abc import Sequence

from kamflow.analysis.checks.verify import verify
from tests.builders import LIFECYCLE, load

FACTS = """
facts:
  account:
    account.size: {type: integer, range: 0 to 100, writers: [kam]}
    account.revenue: {type: money, writers: [kam]}
    account.cost: {type: money, writers: [kam]}
    account.score: {type: score, writers: [kam]}
    account.segment: {type: choice, values: [strategic, growth, core], writers: [kam]}
    account.pilot: {type: flag, writers: [kam]}
    account.signed_on: {type: date, writers: [kam], max_age: 90 days}
    account.kam: {type: person, writers: [kam]}
    account.sponsor: {type: person, writers: [kam]}
    account.approved_on: {type: date, writers: [system]}
    account.large: {type: flag, derived: account.size >= 50}
roles:
  kam: {who: key account manager}
  system: {who: the engine, identity: system}
"""


def lifecycle(stages: str, *transitions: str) -> str:
    """Return a workflow of accounts."""
    lines = "\n".join(f"    - {{{item}}}" for item in transitions)
    head = f"workflow:\n  id: lifecycle\n  subject: account\n  stages: {{{stages}}}\n"
    return f"{head}  transitions:\n{lines}\n"


def gate(*criteria: str) -> str:
    """Return a gate with criteria C0, C1 ... that are musts."""
    lines = "\n".join(
        f"      - {{id: C{number}, must: '{item}'}}" for number, item in enumerate(criteria)
    )
    return f"gates:\n  G:\n    subject: account\n    criteria:\n{lines}\n"


def table(*rows: str, hit: str = "first") -> str:
    """Return a table with rows R0, R1 ... that all answer differently."""
    lines = "\n".join(
        f"      - {{id: R{number}, {_when(item)}, then: {{to: t{number}}}}}"
        for number, item in enumerate(rows)
    )
    head = f"tables:\n  route:\n    subject: account\n    hit: {hit}\n    rows:\n"
    return f"{head}{lines}\n"


def _when(row: str) -> str:
    return "otherwise: true" if row == "otherwise" else f"when: '{row}'"


def found(
    *texts: str,
    lifecycle: str = LIFECYCLE,
    facts: str = FACTS,
    only: Sequence[str] = (),
    with_z3: bool | None = None,
) -> list[str]:
    """Return what the checks find, as `code message`: all but hints, or the codes of `only`."""
    loaded = load(facts, *texts, lifecycle=lifecycle)
    assert loaded.pack is not None, "\n".join(map(str, loaded.diagnostics))
    return [
        f"{item.code} {item.message}"
        for item in verify(loaded.pack, loaded.places, with_z3=with_z3)
        if (item.code in only if only else item.severity != "hint")
    ]
