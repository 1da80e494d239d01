"""The order service, asked over HTTP: its rows and ours are kept together, or neither."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from kamflow import Database, Kamflow

SERVICE = Path(__file__).parents[2] / "examples" / "order_service" / "service.py"


@pytest.fixture
def service(url: str) -> Iterator[str]:
    """Run the service as a program of its own; return where it is."""
    process = subprocess.Popen(
        [sys.executable, SERVICE, url, "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=30)


def order(service: str, number: str, amount: str, account: str = "acme") -> tuple[int, Any]:
    body = json.dumps({"number": number, "account": account, "amount": amount}).encode()
    return answer_to(Request(f"{service}/orders", data=body, method="POST"))  # noqa: S310


def answer_to(request: Request | str) -> tuple[int, Any]:
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - our own service
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def kept(service: str, url: str) -> tuple[list[str], int]:
    """Return the orders of the service, and the number of events of the account."""
    kam = Kamflow.open(url)
    history = kam.history("acme")
    kam.close()
    return [item["number"] for item in answer_to(f"{service}/orders")[1]], len(history)


def test_an_order_that_the_policy_accepts_is_kept_with_its_step(service: str, url: str) -> None:
    orders, events = kept(service, url)

    assert order(service, "O-1", "700.00") == (201, {"number": "O-1", "ordered": "700 EUR"})

    assert kept(service, url) == ([*orders, "O-1"], events + 2)


def test_an_order_that_the_policy_refuses_leaves_neither(service: str, url: str) -> None:
    order(service, "O-1", "700.00")
    before = kept(service, url)

    status, told = order(service, "O-2", "300.01")

    assert status == 409
    assert any("G-ORDER.1 unmet" in line for line in told["refused"])
    assert kept(service, url) == before
    assert order(service, "O-2", "300.00")[0] == 201


def test_the_same_order_twice_has_one_effect(service: str, url: str) -> None:
    order(service, "O-1", "700.00")
    before = kept(service, url)

    assert order(service, "O-1", "700.00")[0] == 200
    assert order(service, "O-1", "800.00")[0] == 422

    assert kept(service, url) == before


def test_an_account_that_is_not_there_leaves_no_order(service: str, url: str) -> None:
    assert order(service, "O-1", "1", account="nobody")[0] == 404

    assert kept(service, url)[0] == []


def test_orders_at_once_never_pass_the_limit(service: str, url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: order(service, f"O-{n}", "300")[0], range(12)))

    assert sorted(set(answers)) == [201, 409]
    assert answers.count(201) == 3
    assert len(kept(service, url)[0]) == 3
    assert Database(url).check().problems == ()


def test_what_is_no_order_is_told_so(service: str) -> None:
    assert order(service, "O-1", "some")[0] == 400
