"""Mutated copies of the shipped packs: problems with their place, or a pack that can be judged."""

import re
from collections.abc import Mapping
from functools import cache
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from kamflow.language.diagnostics import CODES
from kamflow.language.load import load_pack
from kamflow.language.loaded import Loaded
from kamflow.model.pack import Pack
from kamflow.runtime.packs import policy_files
from tests.properties.fuzz_packs import Past, judged_both_ways

LINE = re.compile(r"^(workflows|rules)[^:\n]*:\d+:\d+: (K\d{3}) \S[^\n]*$")
TOKEN = re.compile(rb"[\w.]+|\s+|[^\w\s]")
PLAIN = (
    b"and", b"or", b"<", b">=", b"!=", b"+", b"0", b"1", b"30", b"9" * 30, b"1e400", b"2026-02-29",
    b"true", b"false", b"days", b"months", b"today", b"account.kam", b"P.x", b"percent", b"money",
)  # fmt: skip
WILD = (
    b"", b" ", b"\n", b"\r\n", b"\r", b"\t", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b'"\\ud800"', b'"\\0"', b'"\\e[31m"', "\u202e".encode(), "\u200f".encode(), "\u0430".encode(),
    "\u65e5\u672c".encode(), b"&a ", b"*a", b"<<: *a", b"<<: {a: b}", b"!!python/name:os.system ",
    b"!!binary ", b"? ", b"- ", b": ", b"[", b"]", b"{", b"}", b"|\n", b">-\n", b"'", b"#",
    b"---\n", b"...\n", b"%YAML 9.9\n", b"null", b"~", b"[]", b"{}", b".inf", b"0x1F", b"1_000",
    b"self.",
    b"count(accounts)", b"not ", b"same", b"no ", b"(" * 500, b"[" * 60, b"x" * 300, b"__class__",
)  # fmt: skip


@cache
def shipped(pack: str) -> Mapping[str, bytes]:
    return {name: path.read_bytes() for name, path in policy_files(pack).items()}


def mutated(random: Random, pack: str, puts: tuple[bytes, ...]) -> dict[str, bytes]:
    """Return the files of a pack with a few words changed, swapped, doubled or taken out."""
    files = dict(shipped(pack))
    for _ in range(random.choice((1, 1, 2, 5))):
        name = random.choice(sorted(files))
        words = TOKEN.findall(files[name])
        at = random.randrange(len(words))
        kind = random.randrange(4)
        if kind == 0:
            other = random.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        elif kind == 1:
            words[at] = words[at] + words[at]
        else:
            words[at : at + random.choice((0, 1, 3))] = [random.choice(puts)]
        note(f"{name}: {words[max(at - 5, 0) : at + 5]}")
        files[name] = b"".join(words)
    return files


def place_of_each(loaded: Loaded) -> None:
    lines = [str(item) for item in loaded.diagnostics]
    found = [LINE.match(line) for line in lines]
    assert all(found), lines
    assert {match[2] for match in found if match} <= CODES.keys()
    assert (loaded.pack is None) == bool(lines)


def judge_everything(random: Random, pack: Pack) -> None:
    kinds = {kind.id for kind in pack.kinds.values()}
    if {"program", "account"} <= kinds:
        past = Past(random, pack)
        for gate in pack.gates.values():
            for subject in past.subjects.values():
                if subject.kind == gate.kind:
                    judged_both_ways(past, subject.id, gate.id)


@pytest.mark.parametrize(("pack", "examples"), [("kam-lite", 60), ("kam-core", 4)])
@pytest.mark.parametrize("puts", [PLAIN, WILD], ids=["plain", "wild"])
def test_mutated_packs_end_in_problems_or_verdicts(
    pack: str, examples: int, puts: tuple[bytes, ...]
) -> None:
    @given(st.randoms(use_true_random=True))
    @settings(max_examples=examples)
    def ends_well(random: Random) -> None:
        loaded = load_pack(mutated(random, pack, puts))

        place_of_each(loaded)
        if loaded.pack is not None:
            judge_everything(random, loaded.pack)

    ends_well()


# -------------------------------------------------------------------------- wrong types everywhere

WRONG = (
    b"x", b"''", b"[]", b"{}", b"[x]", b"[[x]]", b"[{}]", b"{x: y}", b"{x: {}}", b"{x: [y]}", b"-1",
    b"true", b"2026-13-45", b"99999999999999999999999999999999999999999999", b'"\\u200b"', b"P.x",
    b"account.n > 1", b"[account.n, x]", b"{account.n: x}", b"{account: {a.b: {}}}", b"~", b"1e999",
)  # fmt: skip
ENTRY = re.compile(rb"(?m)^( *(?:- )?[\w.]+:)(?: .*)?$")
FLOW = re.compile(rb"([{,] *[\w.]+:) *[^,{}\[\]\n]+")


@given(st.randoms(use_true_random=True))
@settings(max_examples=80)
def test_the_wrong_type_anywhere_is_a_problem_with_its_place(random: Random) -> None:
    files = dict(shipped("kam-lite"))
    name = random.choice(sorted(files))
    places = [*ENTRY.finditer(files[name]), *FLOW.finditer(files[name])]
    for place in sorted(random.sample(places, 2), key=lambda one: -one.start()):
        wrong = b" " + random.choice(WRONG)
        content = files[name]
        files[name] = content[: place.end(1)] + wrong + content[place.end() :]
        note(f"{place[1]!r}{wrong!r}")

    place_of_each(load_pack(files))
