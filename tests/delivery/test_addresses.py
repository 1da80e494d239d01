"""Nothing is sent to the own machine or network unless that is allowed."""

import socket
from typing import Any

import pytest

from kamflow import InputError, Kamflow
from kamflow.runtime.delivery.addresses import AddressRefusedError, private, resolved
from kamflow.runtime.delivery.options import DeliveryOptions
from tests.delivery.receiver import Receiver

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "::1",
    "10.0.0.8",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "0.0.0.0",  # noqa: S104 - an address, bound to nothing
    "::",
    "100.64.0.1",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.8",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_known_as_one(address: str) -> None:
    assert private(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"]
)
def test_a_public_address_is_not(address: str) -> None:
    assert private(address) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "::1"])
def test_what_resolves_to_the_own_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="nothing is sent there"):
        resolved(host, 80, allow_private=False)


def test_what_is_allowed_resolves() -> None:
    assert resolved("127.0.0.1", 80, allow_private=True) == ["127.0.0.1"]


def test_a_name_without_an_address_says_so() -> None:
    with pytest.raises(AddressRefusedError, match=r"`nowhere\.invalid` has no address"):
        resolved("nowhere.invalid", 80, allow_private=False)


def test_a_delivery_to_the_own_machine_fails_before_anything_is_sent(
    small: Kamflow, receiver: Receiver
) -> None:
    name = receiver.url.replace("127.0.0.1", "localhost")
    for place, url in enumerate((receiver.url, name)):
        small.add_endpoint(f"own{place}", url, allow_http=True)
    small.assign("north/acme", "boss", "ben", by="ann")

    report = small.deliver(DeliveryOptions(random=lambda: 0.0))

    errors = [item.error for item in small.deliveries()]
    assert receiver.got == []
    assert report.failed == 2
    assert errors[0] == (
        "`127.0.0.1` is at 127.0.0.1, this machine itself; nothing is sent there unless the "
        "endpoint is added with `--allow-private`"
    )
    assert errors[1].startswith("`localhost` is at ")


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    small: Kamflow, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    asked: list[str] = []
    real: Any = socket.getaddrinfo

    def rebinding(host: str, port: int, **kind: int) -> Any:  # noqa: ANN401 - as it has it
        if host != "rebinding.example":
            return real(host, port, **kind)
        asked.append(host)
        address = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    assert resolved("rebinding.example", 80, allow_private=False) == ["93.184.215.14"]
    with pytest.raises(AddressRefusedError):
        resolved("rebinding.example", 80, allow_private=False)
    port = receiver.url.rpartition(":")[2]
    small.add_endpoint("own", f"http://rebinding.example:{port}", allow_http=True)
    small.assign("north/acme", "boss", "ben", by="ann")
    small.deliver(DeliveryOptions(random=lambda: 0.0, timeout_s=0.2))
    assert receiver.got == []
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://example.org/", "is not encrypted"),
        ("ftp://example.org/", "no address for messages"),
        ("https:///path", "no address for messages"),
        ("example.org", "no address for messages"),
        ("https://ana:secret@example.org/", "holds a password"),
        ("https://example.org:99999/", "is no address"),
        ("https://example.org/a b", "holds a space"),
        ("https://[::1", "is no address"),
        ("https://ana:secret@example.org:99999/", "holds a password"),
        ("http://ana:secret@example.org/", "holds a password"),
        ("ftp://ana:secret@example.org/", "holds a password"),
        ("https://example.org/\udcff", "cannot be seen"),
        ("https://example.org/\u200b", "cannot be seen"),
    ],
)
def test_an_endpoint_has_an_address_that_can_be_used(url: str, error: str, small: Kamflow) -> None:
    with pytest.raises(InputError, match=error) as caught:
        small.add_endpoint("erp", url)

    assert "secret" not in str(caught.value)
    assert small.endpoints() == []


def test_a_type_that_no_message_has_is_refused(small: Kamflow) -> None:
    with pytest.raises(
        InputError, match=r"no message is of a type like `kamflow\.escalations\.\*`"
    ):
        small.add_endpoint(
            "erp", "https://example.org/", types=["kamflow.*", "kamflow.escalations.*"]
        )


def test_a_name_that_is_none_fails_alone(small: Kamflow, receiver: Receiver) -> None:
    """Others get theirs; the one with the odd name is told so."""
    small.add_endpoint("odd", "https://xn--/")
    small.add_endpoint("erp", receiver.url, allow_http=True, allow_private=True)
    small.assign("north/acme", "boss", "ben", by="ann")

    report = small.deliver(DeliveryOptions(random=lambda: 0.0))

    (entry,) = small.deliveries()
    assert (report.delivered, report.failed) == (1, 1)
    assert (entry.endpoint, "Malformed A-label" in entry.error) == ("odd", True)


@pytest.mark.parametrize("name", ["people", "Erp", "a b", "", "people/ana", "x" * 64])
def test_an_endpoint_has_a_name_that_can_be_typed(name: str, small: Kamflow) -> None:
    with pytest.raises(InputError, match="no name for an endpoint"):
        small.add_endpoint(name, "https://example.org/")


@pytest.mark.parametrize("secret", ["x", "whsec_", "whsec_YWJj", f"whsec_{'A' * 200}", "whsec_!!!"])
def test_a_secret_is_long_enough(secret: str, small: Kamflow) -> None:
    with pytest.raises(InputError, match="the secret is not"):
        small.add_endpoint("erp", "https://example.org/", secret=secret)
