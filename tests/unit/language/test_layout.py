"""The canonical layout of policy files: one look, the same meaning, every comment."""

import random
import re
from collections import Counter
from typing import Any

import pytest
import yaml

from kamflow.language.layout import ROW, WIDTH, laid_out
from kamflow.language.load import load_pack
from tests.builders import shipped_files, shipped_pack

GATE = """\
gates:
  G:
    subject: account
    criteria:
"""


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        pytest.param("roles: {a: {who: x},   b: {who:   y}}", None, id="flow on one line stays"),
        pytest.param(
            "roles:\n    a:\n        identity: system\n        who: 'x'\n",
            "roles:\n  a:\n    who: x\n    identity: system\n",
            id="keys in order, two spaces, no needless quotes",
        ),
        pytest.param(
            "facts: {}\npack:\n  id: a\n", "pack:\n  id: a\nfacts: {}\n", id="sections in order"
        ),
        pytest.param(
            "roles:\n\n\n  a: {who: x}\n\n\n  b: {who: y}\n\n",
            "roles:\n  a: {who: x}\n\n  b: {who: y}\n",
            id="one blank line where there were several, none at the top",
        ),
        pytest.param(
            "# top\n\nroles: # people\n  # first\n  a: {who: x} # beside\n    # last of a\n"
            "  b: {who: y}\n# end\n",
            "# top\n\nroles:  # people\n  # first\n  a: {who: x}  # beside\n  # last of a\n"
            "  b: {who: y}\n# end\n",
            id="comments stay where they belong",
        ),
        pytest.param(
            "roles:\n  a: {who: x, # why\n    identity: system}\n",
            "roles:\n  a:\n    who: x  # why\n    identity: system\n",
            id="a comment inside a row opens it",
        ),
        pytest.param(
            "roles:\n  a: {who: 'x: y, z'}\n  b: {who: \"it's\"}\n  c: {who: '#x'}\n",
            "roles:\n  a: {who: 'x: y, z'}\n  b: {who: it's}\n  c: {who: '#x'}\n",
            id="quotes where YAML needs them",
        ),
        pytest.param(
            'roles: {a: {who: "two\\nlines"}, b: {who: "\\u202eabc"}}\n',
            "roles: {a: {who: two lines}, b: {who: \u202eabc}}\n",
            id="texts on one line",
        ),
        pytest.param(
            "roles:\n  a:\n    # of who\n    who: x\r\n    identity: system\r\n",
            "roles:\n  a:\n    # of who\n    who: x\n    identity: system\n",
            id="line ends of other systems",
        ),
        pytest.param("# only a comment\n", "# only a comment\n", id="no sections"),
        pytest.param("", "", id="nothing"),
        pytest.param(
            f"{GATE}      -\n        # of the id\n        must: (account.n>1)\n        id: C\n",
            f"{GATE}      - id: C\n        # of the id\n        must: account.n > 1\n",
            id="a condition in canonical form, below its comment",
        ),
        pytest.param(
            f"{GATE}      - # of the item\n        id: C\n        must: >- # why folded\n"
            "          account.n\n          > 1\n\n\n        # above\n        why: x\n",
            f"{GATE}      # of the item\n      - id: C\n        must: account.n > 1  # why folded\n"
            "\n        # above\n        why: x\n",
            id="comments of items and of folded texts",
        ),
        pytest.param(
            f"{GATE}      - id: C\n        needs: [(account.n), (account.m+1)]\n"
            "        must: true\n",
            f"{GATE}      - id: C\n        must: true\n        needs: [account.n, account.m + 1]\n",
            id="conditions in a list",
        ),
    ],
)
def test_a_file_is_laid_out(written: str, canonical: str | None) -> None:
    expected = re.sub(" +", " ", written) + "\n" if canonical is None else canonical

    assert laid_out(written) == expected
    assert laid_out(expected) == expected


def test_a_long_condition_is_broken_at_its_connectives() -> None:
    sides = [f"account.number_{n} > P.threshold_{n}" for n in range(4)]
    written = f"{GATE}      - {{id: C, must: {' and '.join(sides)}, why: {'x' * 90}}}\n"

    lines = laid_out(written).splitlines()

    assert lines[5:10] == [
        "        must: >-",
        f"          {sides[0]}",
        *(f"          and {side}" for side in sides[1:]),
    ]


def test_a_side_that_is_too_long_is_broken_where_it_binds_loosely() -> None:
    first, second = "account.something_long > 1", "account.another_long_name between 1 and 2"
    inner = f"count(accounts where {first} and {second})"
    written = f"{GATE}      - id: C\n        must: 100 * {inner} / {inner} > 50\n"

    lines = [line.strip() for line in laid_out(written).splitlines()]

    assert lines[6:] == [
        f"100 * count(accounts where {first}",
        f"and {second})",
        f"/ count(accounts where {first}",
        f"and {second}) > 50",
    ]


def test_two_spaces_inside_a_text_are_never_parted() -> None:
    words = "  ".join(["account.t"] * 3)
    condition = f'account.text = "{words} {"y" * 80}"'
    written = f"{GATE}      - {{id: C, must: '{condition}', why: {'x' * 200}}}\n"

    once = laid_out(written)

    kept = yaml.safe_load(once)["gates"]["G"]["criteria"][0]["must"]
    assert kept == condition
    assert laid_out(once) == once


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("Do it.\n\n  Now.\n", "|\n        Do it.\n\n          Now.\n"),
        ("Do it.\nNow.", "|-\n        Do it.\n        Now.\n"),
        (" Do it.\nNow.", '" Do it.\\nNow."\n'),  # where it begins could not be told
        ("Do it.\n\n", '"Do it.\\n\\n"\n'),
    ],
)
def test_a_text_of_several_lines_is_written_line_by_line(body: str, written: str) -> None:
    notice = {"title": "A task", "body": body}
    text = yaml.safe_dump({"notifying": {"notices": {"kamflow.task.given": notice}}})

    laid = laid_out(text)

    assert laid.endswith(f"      body: {written}")
    assert yaml.safe_load(laid) == yaml.safe_load(text)
    assert laid_out(laid) == laid


def test_a_time_of_day_stands_in_quotes() -> None:
    text = 'notifying:\n  quiet: {from: "19:00", to: "07:00"}\n  digest: daily at 08:00\n'

    assert laid_out(text) == text.replace('"', "'")


def test_a_question_in_a_row_stands_in_quotes() -> None:
    assert laid_out("roles: {a: {who: 'who?'}, b: {who: x}}\n") == (
        "roles: {a: {who: 'who?'}, b: {who: x}}\n"
    )


def test_a_row_that_is_too_long_is_written_below_each_other() -> None:
    fits, too_long = "x" * (ROW - 12), "x" * (ROW - 11)

    assert laid_out(f"roles:\n  a: {{who: {fits}}}\n").count("\n") == 2
    assert laid_out(f"roles:\n  a: {{who: {too_long}}}\n").count("\n") == 3


def test_texts_keep_to_the_width() -> None:
    written = f"roles:\n  a:\n    who: {'word ' * 60}\n"

    assert max(map(len, laid_out(written).splitlines())) <= WIDTH


def test_a_shipped_file_loses_nothing() -> None:
    before = shipped_files()

    after = {name: laid_out(text.decode()).encode() for name, text in before.items()}

    found = load_pack(after).pack
    assert found is not None
    assert found.digest == shipped_pack().digest


@pytest.mark.parametrize("seed", range(5))
def test_a_file_keeps_its_comments_and_its_meaning_however_it_is_written(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret
    files = {name: disfigured(text, chance) for name, text in shipped_files().items()}

    after = {name: laid_out(text) for name, text in files.items()}

    found = load_pack({name: text.encode() for name, text in after.items()})
    assert found.pack is not None, found.diagnostics[:3]
    assert found.pack.digest == shipped_pack().digest
    for name, text in after.items():
        assert Counter(re.findall(r"# c\d+", text)) == Counter(re.findall(r"# c\d+", files[name]))
        assert laid_out(text) == text


def disfigured(content: bytes, chance: random.Random) -> str:
    """Return a file with keys in disorder, other quotes and styles, and comments everywhere."""
    data = shuffled(yaml.load(content, yaml.BaseLoader), chance)  # noqa: S506 - makes text only
    style = chance.choice([None, '"', "'"])
    text = yaml.dump(
        data,
        Dumper=_OneLine,
        sort_keys=False,
        width=100_000,
        indent=chance.choice([2, 4]),
        default_style=style,
        default_flow_style=chance.choice([False, None]),
    )
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        indent = len(line) - len(line.lstrip())
        if chance.random() < 0.1:
            lines.append(" " * (indent + chance.choice([0, 0, 0, 2])) + f"# c{number}1")
        if chance.random() < 0.1:
            lines += [""] * chance.choice([1, 2])
        lines.append(f"{line}  # c{number}2" if chance.random() < 0.1 else line)
    return "\n".join([*lines, "# c0", ""])


class _OneLine(yaml.SafeDumper):
    """Writes every text on one line: comments are put between lines."""


def _in_quotes(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OneLine.add_representer(str, _in_quotes)


def shuffled(value: Any, chance: random.Random, key: str = "") -> Any:  # noqa: ANN401 - any document
    """Return a document with its mappings in disorder, but for the ladder, which has an order."""
    if isinstance(value, dict):
        items = [(name, shuffled(item, chance, name)) for name, item in value.items()]
        if key != "levels":
            chance.shuffle(items)
        return dict(items)
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value
