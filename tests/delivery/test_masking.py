"""What is secret in an address stands in no list and no error."""

import pytest

from kamflow.runtime.delivery.mailing import mail_address
from kamflow.runtime.delivery.masking import masked, without_secrets

ADDRESSES = [
    ("mailto://kim:Pa55word@example.org", "mailto://kim@example.org"),
    ("mailtos://kim:Pa55word@mail.example.org?to=kim@example.org", "mailtos://kim@example.org"),
    ("mailto://example.org?to=a@x.org&to=b@x.org", "mailto://a@x.org, b@x.org"),
    ("slack://TokenA/TokenB/TokenC/Channel", "slack://..."),
    ("tgram://123456:ABC/99", "tgram://..."),
    ("jsons://user:Pa55word@example.org/secret-path", "jsons://..."),
    ("msteams://Token@Tenant/x/y", "msteams://..."),
]


@pytest.mark.parametrize(("url", "shown"), ADDRESSES)
def test_a_list_shows_where_an_address_leads(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("mailto://kim:Pa55word@example.org", "Pa55word"),
        ("mailto://kim:Pa%2555word@example.org", "Pa%55word"),
        ("slack://TokenA/TokenB/TokenC", "TokenB"),
        ("slack://TokenA/TokenB/TokenC", "TokenA"),
        ("json://example.org/x?key=s3cr3t", "s3cr3t"),
        ("tgram://123456:ABCDEF/99", "ABCDEF"),
    ],
)
def test_an_error_does_not_repeat_what_is_secret(url: str, secret: str) -> None:
    said = without_secrets(f"cannot reach https://host/{secret}/x: refused", url)

    assert secret not in said
    assert said.endswith(": refused")


def test_a_mail_address_takes_the_place_of_other_receivers() -> None:
    server = "mailtos://bot:x@mail.example.org:465/?from=kam@example.org&to=nobody@example.org"

    assert mail_address(server, "kim+x@example.org") == (
        "mailtos://bot:x@mail.example.org:465/?from=kam@example.org&to=kim%2Bx%40example.org"
    )
