"""A database in which requests wait under a clock that is set by hand."""

from datetime import timedelta

from kamflow import Kamflow
from kamflow.model.snapshot import OpenApproval
from tests.builders import LIFECYCLE, NOON, a_pack

POLICY = """
approving: {deadline: 10 business days, remind: [50], escalate: [100], expire: 200}
facts: {program: {program.frozen: {type: flag, default: false}}}
gates: {G: {subject: account, criteria: [{id: G.1, must: not program.frozen}]}}
roles: {boss: {who: boss}, clerk: {who: clerk}, chief: {who: the boss of the boss}}
approvals:
  AP: {title: Plan, voters: [boss, clerk], rule: all, escalate_to: [chief]}
"""
FLOW = LIFECYCLE.replace("to: planning}", "to: planning, gate: G, approval: AP}")
ACME, BOLT = "north/acme", "north/bolt"


class Office:
    """A database under a clock that is set by hand."""

    def __init__(self, url: str) -> None:
        self.url, self.now = url, NOON
        self.kam = Kamflow.open(url, clock=lambda: self.now)
        self.kam.publish(a_pack(POLICY, lifecycle=FLOW), by="ann")
        self.kam.create_program("north", "North", by="zoe")
        for role, person in {"boss": "ann", "clerk": "ben", "chief": "cleo"}.items():
            self.kam.assign("north", role, person, by="zoe")

    def ask(self, name: str) -> str:
        """Open an account and ask for its plan; return the id of the request."""
        if f"north/{name}" not in {item.id for item in self.kam.subjects("account")}:
            self.kam.create_account("north", name, name.title(), by="zoe")
        assert self.kam.request(name, "plan", by="zoe").accepted
        return self.open_one(name).id

    def open_one(self, name: str) -> OpenApproval:
        with self.kam.reading() as session:
            (found,) = session.find(name).approvals.values()
            return found

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def kinds(self, subject: str) -> list[str]:
        return [type(item.event).__name__ for item in self.kam.history(subject)]
