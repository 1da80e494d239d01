"""Whatever is done to the policy files, reading them ends in a pack or in problems."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.language.building import ConditionError
from kamflow.language.conditions import parse_condition
from kamflow.language.load import load_pack
from kamflow.language.loaded import Loaded
from tests.builders import shipped_files

FILES = dict(shipped_files())
NAMES = sorted(FILES)
LINE = re.compile(r"^[^:]+:\d+:\d+: K\d{3} \S")
BITS = [
    b"", b" ", b"\n", b":", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"#", b"|", b">", b"&a ",
    b"*a", b"%", b"\t", b"\x00", b"\xff", b"\xe2\x82\xac", b"0", b"-1", b"true", b"null", b"~",
    b"P.", b"self.", b"and ", b"not ", b"if ", b"stage", b"days_since(", b"count(accounts)", b"= ",
    b"same", b"returning", b"none", b"<<: ", b"? ", b"!!int ", b"---\n", b"1e9",
]  # fmt: skip


def ends_well(loaded: Loaded) -> bool:
    """Tell whether there is a pack, or at least one problem, each on one line with its place."""
    lines = [str(item) for item in loaded.diagnostics]
    return (loaded.pack is None) == bool(lines) and all(LINE.match(line) for line in lines)


@st.composite
def mutilated(draw: st.DrawFn) -> dict[str, bytes]:
    """Return the shipped files with a few bytes cut out, put in or doubled."""
    files = dict(FILES)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(NAMES))
        content = files[name]
        at = draw(st.integers(0, len(content)))
        until = min(len(content), at + draw(st.integers(0, 30)))
        put = draw(st.sampled_from([*BITS, content[at:until] * 2]))
        files[name] = content[:at] + put + content[until:]
    return files


@given(mutilated())
@settings(max_examples=40)
def test_mutilated_files_give_a_pack_or_problems(files: dict[str, bytes]) -> None:
    assert ends_well(load_pack(files))


@st.composite
def rearranged(draw: st.DrawFn) -> dict[str, bytes]:
    """Return the shipped files with lines dropped, doubled or moved to another file."""
    files = {name: content.splitlines(keepends=True) for name, content in FILES.items()}
    for _ in range(draw(st.integers(1, 4))):
        source, goal = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        lines = files[source]
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        taken = lines[at : at + draw(st.integers(1, 5))]
        if draw(st.booleans()):
            del lines[at : at + len(taken)]
        to = draw(st.integers(0, len(files[goal])))
        files[goal][to:to] = taken if draw(st.booleans()) else []
    return {name: b"".join(lines) for name, lines in files.items()}


@given(rearranged())
@settings(max_examples=30)
def test_rearranged_files_give_a_pack_or_problems(files: dict[str, bytes]) -> None:
    assert ends_well(load_pack(files))


@given(st.dictionaries(st.sampled_from(["rules/a.yaml", "rules/b.yaml"]), st.binary(max_size=200)))
def test_any_bytes_give_problems(files: dict[str, bytes]) -> None:
    loaded = load_pack(files)

    assert loaded.pack is None
    assert ends_well(loaded)


TEXTS = (
    "and or not if then else between in is where of present absent known unknown true false stage"
    " today account.n P.x self.account.n accounts count( sum( days_since( edited( by within hours"
    ' ( ) { } , = != <= >= < > + - * / % "a" 12 0.5 2026-03-31 2026-99-99 days & | ! ~ é'
)
WORDS = st.sampled_from(TEXTS.split(" "))


@given(st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=60)))
@settings(max_examples=400)
def test_any_text_is_a_condition_or_has_a_place_where_it_is_none(text: str) -> None:
    assert 0 <= place_in(text) <= len(text)


def place_in(text: str) -> int:
    """Return where the condition begins, or where reading it stopped."""
    try:
        return parse_condition(text).at
    except ConditionError as error:
        return error.at
