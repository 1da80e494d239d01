"""The exported history: complete, provable without a database, by us and by other programs."""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kamflow import InputError, Kamflow, KamflowError, fixed_clock, verify_database, verify_export
from kamflow.storage.audit.database import DatabaseSource
from kamflow.storage.audit.export import lines_of
from tests.builders import NOON, a_pack
from tests.contract.tampering import forging

ACME, BOLT = "north/acme", "north/bolt"
FACTS = "facts: {account: {account.n: {type: number}}}"


@pytest.fixture
def kam(url: str) -> Iterator[Kamflow]:
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(a_pack(FACTS), by="ann")
    kam.create_program("north", "North", by="ann")
    kam.create_account("north", "acme", "Zoë & Söhne", by="ann")
    kam.checkpoint()
    kam.create_account("north", "bolt", 'Bolt "quoted"\n', by="ann")
    kam.create_account("north", "Zed", "Zed", by="ann")
    kam.create_account("north", "acme-2", "Acme 2", by="ann")
    kam.record_facts(ACME, {"account.n": 5}, by="ann")
    kam.request(ACME, "plan", by="ann")
    kam.checkpoint()
    kam.assign(ACME, "boss", "ben", by="ann")
    yield kam
    kam.close()


@pytest.fixture
def exported(kam: Kamflow, tmp_path: Path) -> Path:
    kam.export_history(tmp_path / "history.jsonl")
    return tmp_path / "history.jsonl"


def test_an_export_proves_what_the_database_proves(url: str, exported: Path) -> None:
    here, there = verify_database(url), verify_export(exported)

    assert here.sound
    assert there == here
    assert (there.instances, there.events, there.checkpoints) == (5, 8, 2)


def test_an_export_can_go_through_a_pipe(kam: Kamflow, exported: Path) -> None:
    stream = io.BytesIO()
    kam.export_history(stream)

    assert stream.getvalue() == exported.read_bytes()
    stream.seek(0)
    assert verify_export(stream).sound


# ------------------------------------------------------------------ another program
# Written from docs/reference/audit-format.md alone; nothing of ours is used.


STATED = ("number", "at", "instances", "events", "root", "policies", "previous")


def fields(*values: str) -> bytes:
    return b"".join(b"%d:%s\n" % (len(v.encode()), v.encode()) for v in values)


def root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def linked(lines: list[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """Return the links of all events; raise unless each is what the documentation says."""
    names = ("instance", "sequence", "at", "kind", "actor", "pack", "cause", "body")
    links: dict[tuple[str, int], str] = {}
    for line in (line for line in lines if line["line"] == "event"):
        before = links.get((line["instance"], line["sequence"] - 1), "00" * 32)
        told = ("" if line[name] is None else str(line[name]) for name in names)
        data = bytes.fromhex(before) + b"kamflow-event/1\n" + fields(*told)
        assert line["link"] == sha256(data).hexdigest()
        links[line["instance"], line["sequence"]] = line["link"]
    return links


def sealed(lines: list[dict[str, Any]]) -> list[str]:
    """Return the seals on the policies, from none to all."""
    names = ("number", "digest", "pack", "version", "published_at", "published_by", "content")
    seals = [bytes(32)]
    for line in (line for line in lines if line["line"] == "policy"):
        told = fields(*(str(line[name]) for name in names))
        seals.append(sha256(seals[-1] + b"kamflow-policy/1\n" + told).digest())
    return [seal.hex() for seal in seals]


def prove(lines: list[dict[str, Any]]) -> None:
    """Raise unless every link, head, root, seal and digest is what the documentation says."""
    links = linked(lines)
    last = {instance: (sequence, link) for (instance, sequence), link in links.items()}
    ends = [line for line in lines if line["line"] == "instance"]
    assert {item["instance"]: (item["sequence"], item["link"]) for item in ends} == last
    kept = [line for line in lines if line["line"] == "head"]
    assert all(links[item["instance"], item["sequence"]] == item["link"] for item in kept)
    previous = "00" * 32
    for point in (line for line in lines if line["line"] == "checkpoint"):
        seen = [item for item in kept if item["checkpoint"] <= point["number"]]
        heads = {item["instance"]: (str(item["sequence"]), item["link"]) for item in seen}
        ordered = sorted(heads.items(), key=lambda item: item[0].encode())
        leaves = [sha256(b"\x00" + fields(name, *head)).digest() for name, head in ordered]
        assert root_of(leaves).hex() == point["root"]
        assert point["policies"] in sealed(lines)
        assert point["previous"] == previous
        stated = fields(lines[0]["database"], *(str(point[name]) for name in STATED))
        previous = sha256(b"kamflow-checkpoint/1\n" + stated).hexdigest()


def test_a_few_lines_of_another_program_prove_an_export(kam: Kamflow, exported: Path) -> None:
    newest = kam.checkpoint()
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]

    prove(lines)

    assert len([line for line in lines if line["line"] == "event"]) == 8
    stated = [line for line in lines if line["line"] == "checkpoint"][-1]
    told = fields(lines[0]["database"], *(str(stated[name]) for name in STATED))
    assert newest.previous == sha256(b"kamflow-checkpoint/1\n" + told).hexdigest()


# ------------------------------------------------------------------ files that were changed

Edit = Callable[[list[dict[str, Any]]], object]


def rewritten(file: Path, edit: Edit) -> Path:
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    edit(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return file


def at(lines: list[dict[str, Any]], sort: str, instance: str, sequence: int) -> int:
    wanted = (sort, instance, sequence)
    return [(n["line"], n.get("instance"), n.get("sequence")) for n in lines].index(wanted)


def _cut(lines: list[dict[str, Any]]) -> None:
    del lines[at(lines, "event", ACME, 4)]
    lines[-1]["events"] -= 1


def _delete(lines: list[dict[str, Any]]) -> None:
    del lines[at(lines, "event", ACME, 2)]
    lines[-1]["events"] -= 1


def _rename(lines: list[dict[str, Any]]) -> None:
    lines[at(lines, "event", ACME, 2)]["actor"] = "eve"


def _head(lines: list[dict[str, Any]]) -> None:
    lines[at(lines, "head", ACME, 3)]["link"] = "00" * 32


def _root(lines: list[dict[str, Any]]) -> None:
    next(line for line in lines if line["line"] == "checkpoint")["root"] = "00" * 32


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (_cut, f"`{ACME}` event 4: it is missing: the end of the history was cut off"),
        (_delete, f"`{ACME}` event 2: it is missing; the next event that is there is 3"),
        (_rename, f"`{ACME}` event 2: its link does not fit"),
        (_head, f"`{ACME}` event 3: it is not the event that checkpoint 2 saw"),
        (_root, "checkpoint 2: it does not follow the one before"),
    ],
)
def test_a_change_in_an_export_is_found(exported: Path, edit: Edit, what: str) -> None:
    report = verify_export(rewritten(exported, edit))

    assert not report.sound
    assert what in str(report.problems[0])


def test_any_changed_byte_of_an_event_line_is_found(exported: Path) -> None:
    content = exported.read_bytes()
    start = content.index(b'{"line":"event","instance":"north/acme","sequence":3')
    end = content.index(b"\n", start)
    for place in range(start, end):
        for mask in (1, 0x20, 0x80):
            changed = content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]
            try:
                sound = verify_export(io.BytesIO(changed)).sound
            except InputError:
                sound = False
            assert not sound or json.loads(changed[start:end]) == json.loads(content[start:end])


def test_a_file_that_is_cut_off_anywhere_is_told(exported: Path) -> None:
    content = exported.read_bytes()
    for length in (*range(0, len(content), 97), len(content) - 1):
        with pytest.raises(InputError, match=r"^-:\d+: "):
            verify_export(io.BytesIO(content[:length]))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "x.jsonl:1: this is no export of `kamflow audit export`"),
        (b"\n", "x.jsonl:1: this is no export"),
        (b'{"a": 1}\n', "x.jsonl:1: this is no export"),
        (b"[1, 2]\n", "x.jsonl:1: this is no export"),
        (b"\x00\xff\x00\n", "x.jsonl:1: this is no export"),
        (b'{"line":"end","instances":0,"events":0}\n', "x.jsonl:1: this is no export"),
        (
            b'{"line":"export","format":"kamflow-audit/2","database":"a","at":"b"}\n',
            "x.jsonl:1: this is no export",
        ),
        (
            b'{"line":"export","format":"kamflow-audit/1","database":"a","at":"b"}\n{"a":1}\n',
            "x.jsonl:2: this is no line of an export",
        ),
        (
            b'{"line":"export","format":"kamflow-audit/1","database":"a","at":"b"}\n',
            "x.jsonl:2: the file is cut off here; export it again",
        ),
    ],
)
def test_another_file_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)

    with pytest.raises(InputError) as caught:
        verify_export(tmp_path / "x.jsonl")

    assert what in str(caught.value)


def test_lines_in_another_order_are_told(exported: Path) -> None:
    def swap(lines: list[dict[str, Any]]) -> None:
        moved = lines.pop(at(lines, "event", "north", 1))
        lines.insert(-1, moved)

    with pytest.raises(InputError, match="stands behind"):
        verify_export(rewritten(exported, swap))


def test_lines_behind_the_last_are_told(exported: Path) -> None:
    exported.write_bytes(exported.read_bytes() + b"{}\n")

    with pytest.raises(InputError, match="there is something behind the last line"):
        verify_export(exported)


def test_an_export_that_cannot_be_written_leaves_nothing(kam: Kamflow, tmp_path: Path) -> None:
    for target in (tmp_path / "missing" / "history.jsonl", tmp_path):
        with pytest.raises(KamflowError, match=r"cannot be written: .*; choose another file"):
            kam.export_history(target)

    assert not list(tmp_path.glob("*.part"))


def test_an_export_replaces_a_former_one_only_when_it_is_whole(
    kam: Kamflow, exported: Path
) -> None:
    before = exported.read_bytes()
    kam.assign(BOLT, "boss", "ben", by="ann")

    kam.export_history(exported)

    assert exported.read_bytes() != before
    assert verify_export(exported).events == 9


def test_text_that_is_not_utf8_any_more_is_no_export(kam: Kamflow, url: str) -> None:
    if not url.startswith("sqlite"):
        return  # PostgreSQL lets no such text in
    assert kam.packs()
    with forging(url) as forger:
        forger.run("UPDATE events SET actor = CAST(x'ff' AS TEXT) WHERE sequence = 2")

        with pytest.raises(KamflowError, match=r"not UTF-8 any more; `kamflow audit verify` says"):
            list(lines_of(DatabaseSource(forger.link), NOON))


def test_the_memory_does_not_grow_with_the_history(kam: Kamflow, url: str) -> None:
    def peak() -> int:
        tracemalloc.start()
        assert verify_database(url).sound
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def grow(rounds: int) -> None:
        with kam.batch() as batch:
            for number in range(rounds):
                batch.record_facts(ACME, {"account.n": number}, by="ann")

    grow(5_000)  # more than two answers of the server hold
    small = peak()
    grow(9_000)

    assert peak() < small * 1.2
