"""Peer: psycopg, prepared, five statements in a transaction: two reads and three writes.

Without key, chain and recorded vote: the least that a governed transition on PostgreSQL takes.
"""

import json
import sys

import psycopg

from bench.peers import domain
from bench.workers import serve

TABLES = """
CREATE TABLE account (
  id BIGINT PRIMARY KEY, stage TEXT NOT NULL, version INTEGER NOT NULL, facts JSONB NOT NULL,
  entered_at TIMESTAMPTZ NOT NULL);
CREATE TABLE vote (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id BIGINT NOT NULL,
  stage TEXT NOT NULL, role TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX votes_of ON vote (account_id, stage);
CREATE TABLE history (
  account_id BIGINT NOT NULL, sequence INTEGER NOT NULL, at TIMESTAMPTZ NOT NULL,
  actor TEXT NOT NULL, left_stage TEXT NOT NULL, stage TEXT NOT NULL, findings JSONB NOT NULL,
  PRIMARY KEY (account_id, sequence));
CREATE TABLE outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id BIGINT NOT NULL,
  type TEXT NOT NULL, at TIMESTAMPTZ NOT NULL, payload JSONB NOT NULL);
"""


def main(url: str, accounts: str) -> None:
    """Serve commands."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
    _fill(connection, int(accounts))
    execute = connection.cursor().execute

    def command(number: int) -> None:
        account = number + 1
        with connection.transaction():
            row = execute(
                "SELECT stage, version, facts FROM account WHERE id=%s FOR UPDATE", (account,)
            ).fetchone()
            left, version, facts = row or ("", 0, {})
            found = execute(
                "SELECT role FROM vote WHERE account_id=%s AND stage=%s AND answer='approve'",
                (account, left),
            )
            roles = {role for (role,) in found.fetchall()}
            met, findings = domain.judge(facts)
            if not met or not roles >= domain.ROLES:
                raise SystemExit("refused")
            stage, after = domain.NEXT[left], version + 1
            execute(
                "UPDATE account SET stage=%s, version=%s, entered_at=%s WHERE id=%s AND version=%s",
                (stage, after, domain.AT, account, version),
            )
            execute(
                "INSERT INTO history VALUES (%s,%s,%s,%s,%s,%s,%s)",
                (account, after, domain.AT, "fred", left, stage, json.dumps(findings)),
            )
            told = json.dumps(domain.message(account, left, stage, after))
            execute(
                "INSERT INTO outbox (account_id, type, at, payload) VALUES (%s,%s,%s,%s)",
                (account, "advanced", domain.AT, told),
            )

    def check(done: int) -> None:
        row = execute("SELECT count(*) FROM history").fetchone()
        if row != (done,):
            raise SystemExit(f"{done} commands left {row} rows")

    serve(command, check)


def _fill(connection: psycopg.Connection, accounts: int) -> None:
    connection.execute(TABLES)
    chance = domain.Random(7)
    with connection.transaction(), connection.cursor() as cursor:
        for number in range(1, accounts + 1):
            cursor.execute(
                "INSERT INTO account VALUES (%s,'selection',0,%s,%s)",
                (number, json.dumps(domain.facts_of(chance)), domain.AT),
            )
            for role in domain.ROLES:
                cursor.execute(
                    "INSERT INTO vote (account_id, stage, role, answer) "
                    "VALUES (%s,'selection',%s,'approve')",
                    (number, role),
                )
    connection.execute("ANALYZE")


if __name__ == "__main__":
    main(*sys.argv[1:])
