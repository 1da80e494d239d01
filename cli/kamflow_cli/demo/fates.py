"""What became of each nominated account, read from the engine's answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kamflow import ApprovalDecided, Decision, InboxItem
from kamflow_cli.demo.accounts import account
from kamflow_cli.demo.acting import Play
from kamflow_cli.demo.customers import Customer


class Fate(StrEnum):
    """Where an account stands after it was asked to be admitted."""

    APPROVED = "approved automatically"
    WAITING = "waiting for an approval"
    REJECTED = "rejected"
    INCUBATED = "incubated"
    WAITLISTED = "waitlisted"
    INCOMPLETE = "incomplete"
    NOT_ADMITTED = "not admitted"


_BY_OUTCOME = {
    "auto_approve": Fate.APPROVED,
    "needs_approval": Fate.WAITING,
    "reject": Fate.REJECTED,
    "incubate": Fate.INCUBATED,
    "waitlist": Fate.WAITLISTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominee:
    """An account after the engine has answered."""

    id: str
    name: str
    fate: Fate
    score: str  # of the designation scorecard; empty while it is unknown
    row: str = ""  # of the designation table
    code: str = ""  # reason code of the row
    why: str = ""  # what the row says
    waiting: InboxItem | None = None


def read_fates(play: Play, answers: Mapping[Customer, Decision]) -> list[Nominee]:
    """Return what the answers to their admission have made of accounts."""
    waiting = {item.subject: item for item in play.kam.inbox() if item.task == "vote"}
    return [
        _read_fate(play, customer, decision, waiting.get(account(customer)))
        for customer, decision in answers.items()
    ]


def _read_fate(
    play: Play, customer: Customer, decision: Decision, waiting: InboxItem | None
) -> Nominee:
    facts = {item.name: item.value for item in play.kam.subject(account(customer)).facts}
    outcome = facts["account.designation_outcome"] or ""
    nominee = Nominee(
        id=account(customer),
        name=customer.name,
        fate=_BY_OUTCOME.get(outcome, Fate.INCOMPLETE),
        score=facts["account.designation_score"] or "",
        waiting=waiting,
    )
    if not decision.accepted:
        return replace(nominee, fate=Fate.NOT_ADMITTED)
    row, code, why = _row(play, nominee.id, decision, outcome)
    return replace(nominee, row=row, code=code, why=why)


def _row(play: Play, subject: str, decision: Decision, outcome: str) -> tuple[str, str, str]:
    """Return the row of the designation table that decided: its id, its code and what it says.

    While an account is in selection its explanation shows the row. Later on the reason of the
    automatic approval tells it, or the outcome when there is only one row that has it.
    """
    hits = [item for item in play.kam.why(subject).tables if item.hit]
    if hits:
        return hits[0].row, hits[0].result["reason"], hits[0].why
    said = "".join(item.reason for item in decision.happenings if isinstance(item, ApprovalDecided))
    rows = play.kam.policy().tables["designation"].rows
    fitting = [item for item in rows if item.then["outcome"] == outcome]
    row = next((item for item in fitting if item.why in said), fitting[0])
    return row.id, row.then["reason"], row.why
