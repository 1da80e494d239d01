"""`docs/reference/audit-format.md`: its worked examples come out as it says."""

from datetime import datetime
from hashlib import sha256
from typing import get_args

from kamflow.model.events import Recorded
from kamflow.storage.audit import export
from kamflow.storage.audit.kept import KeptCheckpoint, KeptEvent, KeptPolicy
from kamflow.storage.audit.tree import Tree, digest, leaf, policy_seal, statement
from kamflow.storage.chain import START, canonical, instant_bytes, link, link_of
from kamflow.storage.codec import decode_event
from tests.builders import NOON
from tests.contract.test_audit_export import root_of
from tests.documentation.pages import DOCS, blocks, codes, section, tables

PAGE = DOCS / "reference" / "audit-format.md"
SHOWN = {block.note: block.text for block in blocks(PAGE, "text") if block.note}
ORDER = ("instance", "sequence", "at", "kind", "actor", "pack", "cause", "body")


def values(shown: str) -> list[str]:
    """Return the fields of an encoding, by the lengths that stand in front of them."""
    rest = f"{shown}\n".encode().partition(b"\n")[2]
    found = []
    while rest:
        length, _, rest = rest.partition(b":")
        assert length == b"%d" % int(length)
        found.append(rest[: int(length)].decode())
        assert rest[int(length) : int(length) + 1] == b"\n"
        rest = rest[int(length) + 1 :]
    return found


def kept(shown: str) -> KeptEvent:
    told = dict(zip(ORDER, values(shown), strict=True))
    return KeptEvent(
        told["instance"],
        int(told["sequence"]),
        told["at"],
        told["kind"],
        told["actor"],
        told["pack"],
        int(told["cause"]) if told["cause"] else None,
        told["body"].encode(),
        b"",
    )


def recorded(event: KeptEvent) -> Recorded:
    return Recorded(
        instance=event.instance,
        sequence=event.sequence,
        at=datetime.fromisoformat(event.at),
        actor=event.actor,
        pack=event.pack,
        event=decode_event(event.body),
        cause=event.cause,
    )


def test_the_examples_of_events_are_true() -> None:
    before = START
    for name in ("first", "second"):
        shown, told = SHOWN[f"{name} event"], SHOWN[f"{name} link"]
        event = kept(shown)

        by_hand = sha256(before + f"{shown}\n".encode()).hexdigest()
        by_writer = link(before, recorded(event))

        assert by_hand == by_writer.hex() == link_of(before, event.fields()).hex() == told
        assert canonical(recorded(event), event.body) == f"{shown}\n".encode()
        before = by_writer


def test_the_fields_of_an_event_stand_in_their_order() -> None:
    (table,) = tables(section(PAGE, "Events"))[:1]

    assert [codes(row[0])[0] for row in table[1:]] == list(ORDER)


def test_the_example_of_a_checkpoint_is_true() -> None:
    (table,) = tables(section(PAGE, "A worked example of a checkpoint"))
    tree, leaves = Tree(), []
    for row in table[1:]:
        instance, sequence, linked, told = (codes(cell)[0] for cell in row)
        made = leaf(instance, int(sequence), bytes.fromhex(linked))
        assert made.hex() == told
        leaves.append(made)
        tree.add(made)

    database, number, at, instances, events, *hashes = values(SHOWN["checkpoint"])
    root, seal, previous = map(bytes.fromhex, hashes)
    counts = (int(instances), int(events))
    checkpoint = KeptCheckpoint(int(number), at, *counts, root, seal, previous)

    assert tree.root().hex() == root_of(leaves).hex() == hashes[0] == SHOWN["root"]
    assert statement(database, checkpoint) == f"{SHOWN['checkpoint']}\n".encode()
    assert digest(database, checkpoint).hex() == SHOWN["digest"]


def test_the_example_of_a_policy_is_true() -> None:
    number, digest_, pack, version, at, by, content = values(SHOWN["policy"])
    policy = KeptPolicy(int(number), digest_, content.encode(), pack, version, at, by)

    by_hand = sha256(bytes(32) + f"{SHOWN['policy']}\n".encode()).hexdigest()

    assert policy_seal(bytes(32), policy).hex() == by_hand == SHOWN["policy seal"]
    assert values(SHOWN["checkpoint"])[6] == by_hand


def test_the_tree_is_that_of_rfc_6962_at_any_size() -> None:
    for size in range(70):
        leaves = [sha256(b"%d" % number).digest() for number in range(size)]
        tree = Tree()
        for one in leaves:
            tree.add(one)

        assert tree.root() == root_of(leaves)


def test_an_instant_is_written_as_the_page_says() -> None:
    assert f"`{instant_bytes(NOON).decode()}`" in PAGE.read_text("utf-8")


def test_the_lines_of_an_export_are_those_of_the_page() -> None:
    (table,) = tables(section(PAGE, "Exported file"))
    told = {codes(row[0])[0]: codes(row[2]) for row in table[1:]}
    lines = {item.__struct_config__.tag: item for item in get_args(export.Line)}

    assert told.keys() == lines.keys()
    for name, line in lines.items():
        named = [word for word in told[str(name)] if not word.startswith("kamflow")]
        assert named == list(line.__struct_fields__)
