"""Checkpoints: what was sealed once cannot be written anew unseen."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from kamflow import AuditReport, InputError, Kamflow, fixed_clock, verify_database
from kamflow.storage.audit.checkpoints import make_checkpoint
from kamflow.storage.audit.database import DatabaseSource
from kamflow.storage.audit.keys import load_private_key, load_public_key
from kamflow.storage.audit.report import Checkpoint, unshown
from kamflow.storage.audit.tree import statement
from kamflow.storage.audit.verify import verify
from kamflow.storage.dialects import open_engine
from tests.builders import NOON, a_pack
from tests.contract.tampering import Forger, forging

ACME, BOLT, DOVE = "north/acme", "north/bolt", "north/dove"
FACTS = "facts: {account: {account.n: {type: number}}}"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return two pairs of keys as files, made as the documentation says."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("own", "other"):
        write_key(folder / f"{name}.pem", folder / f"{name}.public.pem")
    return {path.name.removesuffix(".pem"): path for path in folder.iterdir()}


def write_key(private: Path, public: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    plain = form.NoEncryption()
    private.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, plain))
    kind = form.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(form.Encoding.PEM, kind))


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Acme", by="ann")
    kam.create_account("north", "bolt", "Bolt", by="ann")
    yield kam
    kam.close()


def grow(kam: Kamflow) -> None:
    kam.record_facts(ACME, {"account.n": 5}, by="ann")
    kam.request(ACME, "plan", by="ann")


def receipt_of(made: Checkpoint, folder: Path) -> Path:
    file = folder / "receipt.json"
    file.write_bytes(msgspec.json.encode(made))
    return file


def whats(report: AuditReport) -> list[str]:
    return [str(item) for item in report.problems]


def test_checkpoints_stay_true_while_instances_move_on(kam: Kamflow, url: str) -> None:
    first = kam.checkpoint()
    grow(kam)
    second = kam.checkpoint()
    kam.create_account("north", "dove", "Dove", by="ann")
    third = kam.checkpoint()
    kam.request(BOLT, "plan", by="ann")

    report = verify_database(url)

    assert whats(report) == []
    assert (report.checkpoints, report.unsealed, report.newest) == (3, 1, third)
    assert [(item.number, item.instances, item.events) for item in (first, second, third)] == [
        (1, 3, 3),
        (2, 3, 5),
        (3, 4, 6),
    ]
    assert second.previous == first.digest
    assert len({first.root, second.root, third.root}) == 3


def test_only_heads_that_have_moved_are_kept(kam: Kamflow, url: str) -> None:
    kam.checkpoint()
    grow(kam)
    kam.checkpoint()
    kam.checkpoint()

    with forging(url) as forger:
        rows = forger.rows(
            "SELECT checkpoint, instance, sequence FROM checkpoint_heads ORDER BY 1, 2"
        )

    assert [tuple(row) for row in rows] == [
        (1, "north", 1),
        (1, ACME, 1),
        (1, BOLT, 1),
        (2, ACME, 3),
    ]


def test_a_checkpoint_of_an_empty_database_is_true(url: str) -> None:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    made = kam.checkpoint()
    kam.close()

    assert (made.instances, made.events) == (0, 0)
    assert verify_database(url).sound


def test_a_checkpoint_is_part_of_the_transaction_of_a_host(kam: Kamflow, url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection, connection.begin() as host:
        Kamflow.bound_to(connection, clock=fixed_clock(NOON)).checkpoint()
        host.rollback()
    engine.dispose()

    assert kam is not None
    assert verify_database(url).checkpoints == 0


def forge_name(forger: Forger) -> None:
    """Write the history of an instance anew, with care: chain, head and snapshot fit."""
    ((body,),) = forger.rows("SELECT body FROM events WHERE instance = ? AND sequence = 1", BOLT)
    changed = bytes(body).replace(b'"Bolt"', b'"Bald"')
    forger.run("UPDATE events SET body = ? WHERE instance = ? AND sequence = 1", changed, BOLT)
    forger.run("UPDATE instances SET name = 'Bald' WHERE id = ?", BOLT)
    forger.chain_anew(BOLT)
    forger.snapshot_anew(BOLT)


def test_a_history_that_was_written_anew_with_care_is_found_by_a_checkpoint(
    kam: Kamflow, url: str
) -> None:
    with forging(url) as forger:
        forge_name(forger)
        assert forger.found().sound  # without a checkpoint nothing could tell

    kam.checkpoint()
    with forging(url) as forger:
        forge_name(forger)
        assert whats(forger.found()) == [
            f"`{BOLT}` event 1: it is not the event that checkpoint 1 saw"
        ]


@pytest.mark.parametrize("outbox_too", [False, True])
def test_an_end_that_was_cut_off_with_care_is_found_by_a_checkpoint(
    kam: Kamflow, url: str, *, outbox_too: bool
) -> None:
    grow(kam)
    kam.checkpoint()
    with forging(url) as forger:
        forger.run("DELETE FROM events WHERE instance = ? AND sequence > 2", ACME)
        if outbox_too:
            forger.run("DELETE FROM outbox WHERE instance = ? AND sequence > 2", ACME)
        forger.chain_anew(ACME)
        forger.snapshot_anew(ACME)

        found = whats(forger.found())

    assert found[0] == (
        f"`{ACME}` event 3: it is missing: the end of the history was cut off; checkpoint 1 saw it"
    )


def test_an_instance_that_was_taken_away_with_care_is_found_by_a_checkpoint(
    kam: Kamflow, url: str
) -> None:
    kam.checkpoint()
    with forging(url) as forger:
        for table, column in (("events", "instance"), ("outbox", "instance"), ("instances", "id")):
            forger.run(f"DELETE FROM {table} WHERE {column} = ?", BOLT)  # noqa: S608
        first = whats(forger.found())[0]
        forger.run("DELETE FROM checkpoint_heads WHERE instance = ?", BOLT)
        second = whats(forger.found())[0]

    assert first.startswith(f"`{BOLT}` event 1: it is missing")
    assert second.startswith("checkpoint 1: its root does not come out of the kept heads")


@pytest.mark.parametrize(
    "change",
    ["UPDATE packs SET published_by = 'eve'", "UPDATE packs SET content = ?", "DELETE FROM packs"],
)
def test_a_policy_that_was_changed_with_care_is_found_by_a_checkpoint(
    kam: Kamflow, url: str, change: str
) -> None:
    kam.checkpoint()
    kam.publish(a_pack(FACTS, head_keys="title: Other"), by="ann")
    kam.checkpoint()
    assert verify_database(url).sound
    with forging(url) as forger:
        ((content,),) = forger.rows("SELECT content FROM packs WHERE number = 1")
        spaced = bytes(content) + b" "  # which is no change for its digest
        forger.run(f"{change} WHERE number = 1", *[spaced] * change.count("?"))

        found = whats(forger.found())

    assert "checkpoint 1: it saw other policies; one was changed or removed" in found


def forge_everything(forger: Forger) -> Checkpoint:
    """Write a history anew and seal it anew, as who may write everything can."""
    forge_name(forger)
    forger.run("DELETE FROM checkpoint_heads")
    forger.run("DELETE FROM checkpoints")
    return make_checkpoint(forger.link, NOON, None)


def test_who_may_write_everything_is_found_by_a_signature(
    kam: Kamflow, url: str, keys: dict[str, Path]
) -> None:
    made = kam.checkpoint(key=keys["own"])
    public = load_public_key(keys["own.public"])
    assert verify_database(url, public_key=keys["own.public"]).signed

    with forging(url) as forger:
        forged = forge_everything(forger)
        source = DatabaseSource(forger.link)
        plain, found = verify(source), verify(source, key=public)

    assert made.key == public.id
    assert plain.sound
    assert forged.root != made.root
    assert whats(found) == [f"checkpoint 1: it is signed by nobody, not by {public.id}"]


def test_who_may_write_everything_is_found_by_a_receipt(
    kam: Kamflow, url: str, tmp_path: Path
) -> None:
    made = kam.checkpoint()
    assert verify_database(url, receipt=receipt_of(made, tmp_path)).sound

    with forging(url) as forger:
        forge_everything(forger)
        anew = whats(verify(DatabaseSource(forger.link), receipt=made))
        forger.run("DELETE FROM checkpoints")
        forger.run("DELETE FROM checkpoint_heads")
        gone = whats(verify(DatabaseSource(forger.link), receipt=made))

    assert anew == [
        "checkpoint 1 is not the one of the receipt: it was made anew over another history"
    ]
    assert gone == ["checkpoint 1, of which there is a receipt, is missing: it was taken away"]


def test_a_receipt_of_another_database_or_key_is_told(
    kam: Kamflow, url: str, keys: dict[str, Path]
) -> None:
    made = kam.checkpoint(key=keys["own"])
    other, own = load_public_key(keys["other.public"]), load_public_key(keys["own.public"])
    strange = msgspec.structs.replace(made, database="ffff")
    with forging(url) as forger:
        source = DatabaseSource(forger.link)
        of_other = whats(verify(source, receipt=strange))
        by_other = whats(verify(source, key=other, receipt=made))
        right = whats(verify(source, key=own, receipt=made))

    assert of_other == [f"the receipt is of the database ffff, this one is {made.database}"]
    assert by_other == [
        f"checkpoint 1: it is signed by the key {own.id}, not by {other.id}",
        f"the receipt of checkpoint 1 is not signed by the key {other.id}",
    ]
    assert right == []


def test_any_changed_byte_of_a_checkpoint_is_found(
    kam: Kamflow, url: str, keys: dict[str, Path]
) -> None:
    kam.checkpoint(key=keys["own"])
    grow(kam)
    kam.checkpoint(key=keys["own"])
    key = load_public_key(keys["own.public"])
    with forging(url) as forger:
        for statement, values in checkpoint_changes(forger):
            with forger.changes():
                forger.run(statement, *values)
                assert not verify(DatabaseSource(forger.link), key=key).sound, statement


def checkpoint_changes(forger: Forger) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for number in (1, 2):
        for column in ("root", "policies", "previous", "signature"):
            ((stored,),) = forger.rows(
                f"SELECT {column} FROM checkpoints WHERE number = ?",  # noqa: S608
                number,
            )
            for place in range(len(stored)):
                changed = bytearray(stored)
                changed[place] ^= 1
                update = f"UPDATE checkpoints SET {column} = ? WHERE number = ?"  # noqa: S608
                yield update, (bytes(changed), number)
        for column in ("instances", "events"):
            update = f"UPDATE checkpoints SET {column} = {column} + 1 WHERE number = ?"  # noqa: S608
            yield update, (number,)
        yield "UPDATE checkpoints SET number = 9 WHERE number = ?", (number,)
        yield "DELETE FROM checkpoints WHERE number = ?", (number,)
        yield "UPDATE checkpoints SET at = '2020-01-01 00:00:00.000000' WHERE number = ?", (number,)
        yield "UPDATE checkpoint_heads SET sequence = sequence + 9 WHERE checkpoint = ?", (number,)
        yield (
            "UPDATE checkpoint_heads SET checkpoint = 3 - checkpoint WHERE checkpoint = ?",
            (number,),
        )
        yield "UPDATE checkpoint_heads SET checkpoint = 7 WHERE checkpoint = ?", (number,)
        yield "DELETE FROM checkpoint_heads WHERE checkpoint = ?", (number,)
    # That an older one was signed need not be known: the newest carries its digest.
    yield "UPDATE checkpoints SET key = NULL, signature = NULL WHERE number = ?", (2,)


def test_keys_that_cannot_be_used_are_told_with_a_way_out(
    kam: Kamflow, url: str, keys: dict[str, Path], tmp_path: Path
) -> None:
    pem, pkcs8 = form.Encoding.PEM, form.PrivateFormat.PKCS8
    locked, wrong, noise = (tmp_path / f"{name}.pem" for name in ("locked", "wrong", "noise"))
    secret = form.BestAvailableEncryption(b"secret")
    locked.write_bytes(ed25519.Ed25519PrivateKey.generate().private_bytes(pem, pkcs8, secret))
    curve = ec.generate_private_key(ec.SECP256R1())
    wrong.write_bytes(curve.private_bytes(pem, pkcs8, form.NoEncryption()))
    noise.write_bytes(b"\x00\xff noise")
    expected = {
        tmp_path / "missing.pem": "cannot be read: No such file",
        tmp_path: "cannot be read: Is a directory",
        locked: "is encrypted; take the password off with `openssl pkey",
        wrong: "not of the kind Ed25519; make one with `openssl genpkey",
        noise: "no private key in PEM; make one with",
        keys["own.public"]: "is a public key; give the private key",
    }

    for file, what in expected.items():
        with pytest.raises(InputError, match=what):
            kam.checkpoint(key=file)
    for file in (noise, keys["own"], tmp_path / "missing.pem"):
        with pytest.raises(InputError):
            verify_database(url, public_key=file)
    assert verify_database(url).checkpoints == 0


def test_a_receipt_that_cannot_be_read_is_told(url: str, kam: Kamflow, tmp_path: Path) -> None:
    assert kam is not None
    for content in (b"", b"[]", b"\xff", json.dumps({"number": 1}).encode()):
        file = tmp_path / "receipt.json"
        file.write_bytes(content)
        with pytest.raises(InputError, match="no receipt; make one with `kamflow audit checkpoint"):
            verify_database(url, receipt=file)
    with pytest.raises(InputError, match="cannot be read"):
        verify_database(url, receipt=tmp_path / "missing.json")


def test_openssl_agrees_with_a_signature(
    kam: Kamflow, keys: dict[str, Path], tmp_path: Path
) -> None:
    made = kam.checkpoint(key=keys["own"])
    assert made.signature is not None
    (tmp_path / "told").write_bytes(statement(made.database, unshown(made)))
    (tmp_path / "signature").write_bytes(bytes.fromhex(made.signature))
    assert load_private_key(keys["own"]).id == made.key

    try:
        ran = subprocess.run(
            ["openssl", "pkeyutl",  # noqa: S607 - wherever it is
             "-verify", "-rawin", "-pubin", "-inkey", keys["own.public"],
             "-in", "told", "-sigfile", "signature"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return  # the other tests hold it to RFC 8032 through `cryptography`

    assert "Verified Successfully" in ran.stdout, ran.stderr
