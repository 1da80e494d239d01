"""A small order system that governs its orders with kamflow, in one transaction with its own rows.

python examples/order_service/service.py sqlite:///orders.db 8080

POST /orders  {"number": "O-1", "account": "acme", "amount": "700.00"}
    201  the order and the step of the account are kept
    409  the policy says no, and why; neither is kept
GET /orders
    200  the orders that are kept
"""

import json
import random
import sys
import time
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from kamflow import ConcurrencyError, Decision, Kamflow, Money, NotFoundError

POLICY = Path(__file__).with_name("policy")
TRIES = 8
ADD = text("INSERT INTO orders (number, account, amount) VALUES (:number, :account, :amount)")
FIND = text("SELECT account, amount FROM orders WHERE number = :number")
AMOUNTS = text("SELECT amount FROM orders WHERE account = :account")
EVERY = text("SELECT number, account, amount FROM orders ORDER BY number")
TABLE = text(
    "CREATE TABLE IF NOT EXISTS orders (number VARCHAR PRIMARY KEY, account VARCHAR NOT NULL, "
    "amount VARCHAR NOT NULL)"
)

Answer = tuple[int, Any]


class Refused(Exception):  # noqa: N818 - ends the transaction of an order
    """The policy says no."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.explain())
        self.decision = decision


class Orders:
    """The order system. The database holds its own table beside those of kamflow."""

    def __init__(self, url: str) -> None:
        # The limit is about all orders of an account: two at once must not both fit under it.
        self._engine: Engine = create_engine(url, isolation_level="SERIALIZABLE")
        prepare(url)
        with self._engine.begin() as connection:
            connection.execute(TABLE)

    def place(self, number: str, account: str, amount: Decimal) -> Answer:
        """Keep an order together with what the policy says to it; the same order once."""
        for turn in range(TRIES):
            try:
                return self._placed(number, account, amount)
            except Refused as refused:
                return 409, {"refused": refused.decision.explain().splitlines()}
            except NotFoundError as error:
                return 404, {"error": str(error)}
            except (ConcurrencyError, OperationalError):  # others were first: decide anew
                time.sleep(random.uniform(0, 0.01 * 2**turn))  # noqa: S311 - no secret
        return 503, {"error": "many orders at once; send it again"}

    def _placed(self, number: str, account: str, amount: Decimal) -> Answer:
        with self._engine.begin() as connection:
            known = connection.execute(FIND, {"number": number}).first()
            if known is not None:
                same = (known.account, known.amount) == (account, str(amount))
                return (200 if same else 422), {"number": number, "known": same}
            connection.execute(ADD, {"number": number, "account": account, "amount": str(amount)})
            amounts = connection.execute(AMOUNTS, {"account": account}).scalars()
            total = Money.of(str(sum(map(Decimal, amounts))), "EUR")
            kam = Kamflow.bound_to(connection)
            kam.record_facts(account, {"account.ordered": total}, source="shop")
            decision = kam.request(account, "order", by="service:shop", remark=number)
            if not decision.accepted:
                raise Refused(decision)  # rolls back the order, the fact and the request
            return 201, {"number": number, "ordered": str(total)}

    def all(self) -> Answer:
        """Return the orders that are kept."""
        with self._engine.connect() as connection:
            return 200, [dict(row) for row in connection.execute(EVERY).mappings()]


def prepare(url: str) -> None:
    """Make kamflow's tables, publish the policy, and enter the account of this example."""
    kam = Kamflow.open(url, pack=POLICY)
    if not kam.subjects("program"):
        with kam.batch() as batch:
            batch.create_program("keys", "Key accounts", by="olga")
            batch.create_account("keys", "acme", "Acme Machines", by="olga")
            limit = Money.of("1000", "EUR")
            batch.record_facts("acme", {"account.limit": limit}, by="olga")
    kam.close()


class Handler(BaseHTTPRequestHandler):
    """HTTP to calls of the order system."""

    orders: Orders

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer(*(self.orders.all() if self.path == "/orders" else (404, {})))

    def do_POST(self) -> None:
        """Take an order."""
        try:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            order = str(told["number"]), str(told["account"]), Decimal(str(told["amount"]))
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            self._answer(400, {"error": f"not an order: {error!r}"})
            return
        self._answer(*self.orders.place(*order))

    def log_message(self, *_: object) -> None:
        """Write no log."""

    def _answer(self, status: int, body: Any) -> None:  # noqa: ANN401 - any JSON
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main(url: str, port: str) -> None:
    """Serve until the process is ended."""
    Handler.orders = Orders(url)
    with ThreadingHTTPServer(("127.0.0.1", int(port)), Handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
