"""What tests of imports share: a small policy, a database, files, and the import itself."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kamflow import (
    ImportMapping,
    ImportOptions,
    ImportReport,
    Kamflow,
    fixed_clock,
    import_file,
    load_mapping,
)
from kamflow.language.load import load_pack
from kamflow.runtime.importing.plan import What

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)

POLICY = """
pack: {id: test, version: 1.0.0, currency: EUR}
subjects:
  program: {plural: programs, workflow: rollout}
  account: {plural: accounts, parent: program, workflow: lifecycle}
  partner: {parent: program, workflow: partnership}
  team: {title: Team}
roles:
  erp: {who: the order system, identity: service}
  analyst: {who: looks after the figures}
facts:
  program:
    program.size: {type: integer, source: manual}
    program.reach: {type: integer, source: manual, writers: [analyst]}
  account:
    account.segment: {type: choice, values: [strategic, standard], source: integration}
    account.revenue: {type: money, source: integration, writers: [erp, analyst]}
    account.share: {type: percent, source: integration}
    account.employees: {type: integer, unit: people, source: integration}
    account.founded: {type: date, source: integration}
    account.vip: {type: flag, source: integration}
    account.note: {type: text, source: integration}
    account.big: {type: flag, derived: account.revenue > 1000}
events:
  account:
    incident.opened:
      payload: {severity: {type: choice, values: [low, high]}, hours: {type: number}}
"""
GATES = """
parameters: {share_min: {type: percent, value: 10}}
gates:
  worth-it:
    subject: account
    criteria: [{id: share, must: account.share >= P.share_min}, {id: vip, should: account.vip}]
  ready: {subject: program, criteria: [{id: size, must: program.size >= 1}]}
"""
WORKFLOWS = """
workflow:
  id: {id}
  subject: {subject}
  stages: {{open: {{kind: initial}}, done: {{kind: end}}}}
  transitions:
    - {{id: {id}-1, trigger: finish, from: open, to: done}}
"""
ACCOUNTS = """
mapping:
  subject: account
  id: id
  source: crm
"""


def make_database(path: Path) -> None:
    """Make a database with the policy and one program."""
    governed = {"rollout": "program", "lifecycle": "account", "partnership": "partner"}
    texts = {
        f"workflows/{workflow}.yaml": WORKFLOWS.format(id=workflow, subject=subject)
        for workflow, subject in governed.items()
    }
    files = {"rules/test.yaml": POLICY, "rules/gates.yaml": GATES, **texts}
    loaded = load_pack({name: text.encode() for name, text in files.items()})
    assert loaded.pack, loaded.diagnostics
    kam = Kamflow.open(f"sqlite:///{path}", clock=fixed_clock(NOON))
    kam.publish(loaded.pack, by="ana")
    kam.create_program("north", "North", by="ana")
    kam.close()


class Desk:
    """A database with one program, and a folder for files."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        shutil.copyfile(database, folder / "test.db")
        self.kam = Kamflow.open(f"sqlite:///{folder}/test.db", clock=fixed_clock(NOON))

    def file(self, content: str | bytes, name: str = "data.csv") -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def mapping(self, text: str) -> ImportMapping:
        return load_mapping(self.file(text, "map.yaml"))

    def import_(
        self,
        file: str,
        mapping: str = ACCOUNTS,
        *,
        what: What = "accounts",
        **options: Any,  # noqa: ANN401 - those of ImportOptions
    ) -> ImportReport:
        chosen = ImportOptions(**options)
        return import_file(self.kam, file, self.mapping(mapping), what=what, options=chosen)

    def accounts(self) -> list[str]:
        """Return the ids of the accounts, without the program."""
        return [item.id.partition("/")[2] for item in self.kam.subjects("account")]

    def facts(self, account: str) -> dict[str, str]:
        """Return the values that are recorded for an account."""
        facts = self.kam.subject(f"north/{account}").facts
        return {item.name: item.value for item in facts if item.source and item.value is not None}

    def events(self) -> int:
        """Return how many events the history of all subjects holds."""
        ids = [item.id for kind in ("program", "account") for item in self.kam.subjects(kind)]
        return sum(len(self.kam.history(subject)) for subject in ids)


def with_facts(*lines: str, settings: Sequence[str] = ()) -> str:
    """Return a mapping of accounts with facts, and more settings before them."""
    more = "".join(f"  {line}\n" for line in settings)
    return f"{ACCOUNTS}{more}  facts:\n" + "".join(f"    {line}\n" for line in lines)


def with_query(sql: str) -> str:
    """Return a mapping of accounts from a query on one line."""
    return f"{ACCOUNTS}  query: {sql}\n"
