"""Peer: a machine of `transitions` over classes of SQLAlchemy's ORM, written by hand."""

import sys
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session, object_session, sessionmaker
from transitions import Machine

from bench.peers import domain
from bench.peers.tables import Account, History, Outbox, Request, Vote, engine_for
from bench.workers import serve


def gate_met(account: Any) -> bool:  # noqa: ANN401 - an account
    """Condition of the machine: the gate is met; the findings are kept for the history."""
    met, account.findings = domain.judge(account.facts)
    return met


def votes_in(account: Any) -> bool:  # noqa: ANN401 - an account
    """Condition of the machine: both roles have approved."""
    session = object_session(account)
    wanted = (Vote.account_id == account.id, Vote.stage == account.stage, Vote.answer == "approve")
    return session is not None and set(session.scalars(select(Vote.role).where(*wanted))) >= (
        domain.ROLES
    )


def record(session: Session, account: Any, left: str, key: str) -> None:  # noqa: ANN401 - an account
    """Add history, outbox and key."""
    sequence, findings = account.version + 1, account.findings
    account.entered_at = domain.AT
    account.head = domain.chained(account.head, account.id, sequence, findings)
    session.add(
        History(
            account_id=account.id,
            sequence=sequence,
            at=domain.AT,
            actor=domain.CONTROLLER,
            event="advance",
            left_stage=left,
            stage=account.stage,
            findings=findings,
            hash=account.head,
        )
    )
    told = domain.message(account.id, left, account.stage, sequence)
    session.add(Outbox(account_id=account.id, type="advanced", at=domain.AT, payload=told))
    kept = domain.answer(account.stage, findings)
    session.add(Request(key=key, account_id=account.id, answer=kept, at=domain.AT))


def main(file: str, accounts: str) -> None:
    """Serve commands."""
    domain.fill(file, int(accounts))
    sessions = sessionmaker(engine_for(file))
    for condition in (gate_met, votes_in):
        setattr(Account, condition.__name__, condition)
    machine = Machine(
        model=None,
        states=list(domain.STAGES),
        initial="selection",
        auto_transitions=False,
        model_attribute="stage",
        transitions=[
            {"trigger": "advance", "source": a, "dest": b, "conditions": ["gate_met", "votes_in"]}
            for a, b in domain.NEXT.items()
        ],
    )

    @event.listens_for(Account, "load")
    def _loaded(account: Account, _context: object) -> None:
        machine.add_model(account, initial=account.stage)

    def command(number: int) -> None:
        key = f"key-{number}"
        with sessions.begin() as session:
            if session.get(Request, key) is not None:
                raise SystemExit("used before")
            account: Any = session.get(Account, number + 1)
            left = account.stage
            session.add(
                Vote(
                    account_id=account.id,
                    stage=left,
                    role="finance",
                    person=domain.CONTROLLER,
                    answer="approve",
                    at=domain.AT,
                )
            )
            if not account.advance():
                raise SystemExit("refused")
            record(session, account, left, key)
        machine.remove_model(account)

    serve(command, lambda done: domain.check(file, done))


if __name__ == "__main__":
    main(*sys.argv[1:])
