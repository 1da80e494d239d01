"""Encrypted, to who it says it is: the certificate has to be that of the name."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kamflow import DeliveryOptions, Kamflow
from tests.delivery.receiver import Receiver, receiving

OPTIONS = DeliveryOptions(random=lambda: 0.0, timeout_s=5.0)


def certified(folder: Path, host: str) -> Path:
    """Write a key and a certificate for a host, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the real time
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "certificate.pem"
    file.write_bytes(key.private_bytes(pem, form, plain) + certificate.public_bytes(pem))
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return certified(tmp_path, "localhost")


@pytest.fixture
def safe(file: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with receiving(context) as it:
        yield it


def sent_to(kam: Kamflow, url: str) -> str:
    """Send a message there and return what went wrong."""
    kam.add_endpoint("erp", url, allow_private=True)
    kam.assign("north/acme", "boss", "ben", by="ann")
    kam.deliver(OPTIONS)
    return next((item.error for item in kam.deliveries()), "")


def test_it_arrives_where_the_certificate_is_that_of_the_name(
    small: Kamflow, safe: Receiver, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    assert sent_to(small, safe.url.replace("127.0.0.1", "localhost")) == ""

    assert safe.ids == ["north/acme/2"]


def test_a_certificate_of_another_name_is_refused(
    small: Kamflow, safe: Receiver, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    assert "CERTIFICATE_VERIFY_FAILED" in sent_to(small, safe.url)
    assert safe.got == []


def test_a_certificate_of_an_unknown_authority_is_refused(small: Kamflow, safe: Receiver) -> None:
    error = sent_to(small, safe.url.replace("127.0.0.1", "localhost"))

    assert "CERTIFICATE_VERIFY_FAILED" in error
    assert safe.got == []
