"""Peer: DBOS, a workflow of two steps and one transaction over SQLAlchemy's ORM.

Its own database is set to the same journal mode as that of the accounts, which it would not be.
"""

import logging
import os
import sys
from typing import Any

from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource
from sqlalchemy import select

from bench.peers import domain
from bench.peers.tables import Account, History, Outbox, Request, Vote, engine_for
from bench.workers import serve

FILE = sys.argv[1]
ENGINE = engine_for(FILE)

logging.disable(logging.INFO)
CONFIG: DBOSConfig = {
    "name": "peers",
    "system_database_url": f"sqlite:///{FILE}.system",
    "log_level": "ERROR",
    "run_admin_server": False,
}
domain.fill(FILE, int(sys.argv[2]))
domain.connect(f"{FILE}.system").close()
DBOS(config=CONFIG)
SOURCE = SQLAlchemyDatasource.create(f"sqlite:///{FILE}")


@DBOS.step()
def judged(account: int) -> list[Any]:
    """Load an account and judge its gate."""
    with ENGINE.connect() as connection:
        found = connection.execute(
            select(Account.stage, Account.facts).where(Account.id == account)
        ).one()
    met, findings = domain.judge(found.facts)
    return [found.stage, met, findings]


@DBOS.step()
def approved(account: int, stage: str) -> list[str]:
    """Return the roles that have approved."""
    wanted = (Vote.account_id == account, Vote.stage == stage, Vote.answer == "approve")
    with ENGINE.connect() as connection:
        return sorted(connection.scalars(select(Vote.role).where(*wanted)))


@SOURCE.transaction(isolation_level="SERIALIZABLE")
def applied(account_id: int, left: str, findings: list[Any], key: str) -> str:
    """Write what was decided."""
    session = SOURCE.sql_session()
    account = session.get_one(Account, account_id)
    sequence, account.stage = account.version + 1, domain.NEXT[left]
    account.entered_at = domain.AT
    account.head = domain.chained(account.head, account_id, sequence, findings)
    vote = {"stage": left, "role": "finance", "person": domain.CONTROLLER, "answer": "approve"}
    session.add(Vote(account_id=account_id, at=domain.AT, **vote))
    session.add(
        History(
            account_id=account_id,
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
    told = domain.message(account_id, left, account.stage, sequence)
    session.add(Outbox(account_id=account_id, type="advanced", at=domain.AT, payload=told))
    kept = domain.answer(account.stage, findings)
    session.add(Request(key=key, account_id=account_id, answer=kept, at=domain.AT))
    return account.stage


@DBOS.workflow()
def advanced(account: int, key: str) -> str:
    """Cast the last vote; DBOS itself could keep the key as the id of the workflow."""
    left, met, findings = judged(account)
    roles = {*approved(account, left), "finance"}
    if not met or not roles >= domain.ROLES:
        raise RuntimeError("refused")
    return applied(account, left, findings, key)


if __name__ == "__main__":
    DBOS.launch()
    serve(lambda n: (advanced(n + 1, f"key-{n}"), None)[1], lambda done: domain.check(FILE, done))
    sys.stdout.flush()
    os._exit(0)  # its threads would wait
