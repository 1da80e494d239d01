"""JSON lines."""

import pytest

from kamflow import InputError
from tests.importing.desk import Desk, with_facts, with_query

LINES = """\
{"id": "acme", "name": "Acme", "share": 0.1000000000000000055, "vip": true}

{"id": 17, "share": null, "note": "x"}
"""
FACTS = with_facts("account.share: share", "account.vip: vip", "account.note: note")


def test_values_are_taken_exactly_and_missing_keys_are_empty(desk: Desk) -> None:
    report = desk.import_(desk.file(LINES, "data.jsonl"), FACTS)

    assert report.rejects == ()
    assert desk.facts("acme") == {
        "account.share": "0.1000000000000000055",
        "account.vip": "true",
    }
    assert desk.facts("17") == {"account.note": "x"}


def test_a_key_that_no_object_has_is_told(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"data.jsonl:1:1: I304 there is no column `nota`"):
        desk.import_(desk.file(LINES, "data.jsonl"), with_facts("account.note: nota"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "beta", ', "not JSON at column 16: expecting property name enclosed in double"),
        ('{"id": "beta"} x', "not JSON at column 16: extra data"),
        ("[1, 2]", "a line holds one JSON object"),
        ('{"id": NaN}', "not accepted: `NaN` is not a number"),
        ('{"id": "a", "id": "b"}', "not accepted: `id` is given twice"),
        ('{"id": ["a"]}', "a list is no value"),
        ("[" * 100_000, "not accepted: maximum recursion depth"),
    ],
)
def test_a_broken_line_is_rejected_with_its_number(desk: Desk, line: str, reason: str) -> None:
    file = desk.file(f'{{"id": "acme"}}\n{line}\n', "data.jsonl")

    report = desk.import_(file, keep_going=True)

    assert [item.row for item in report.rejects] == [2]
    assert report.rejects[0].reason.startswith(reason)
    assert desk.accounts() == ["acme"]


def test_a_broken_line_ends_a_query(desk: Desk) -> None:
    file = desk.file('{"id": "acme"}\n{"id": \n[]\n', "data.jsonl")

    with pytest.raises(InputError) as caught:
        desk.import_(file, with_query("select id from input"))

    assert [str(item).rpartition("/")[2] for item in caught.value.diagnostics] == [
        "data.jsonl:2:1: I306 not JSON at column 8: expecting value",
        "data.jsonl:3:1: I306 a line holds one JSON object",
    ]


def test_a_value_that_a_query_cannot_cast_is_told_at_the_query(desk: Desk) -> None:
    file = desk.file('{"id": "acme", "x": "zwei"}\n', "data.jsonl")

    with pytest.raises(InputError, match=r"map.yaml:6:10: I403 .*zwei"):
        desk.import_(file, with_query("select id, x::integer as x from input"))


def test_a_query_reads_json_lines_with_every_value_as_text(desk: Desk) -> None:
    file = desk.file('{"id": 1, "tags": ["a", "b"], "on": true}\n{"id": 2, "on": null}\n')
    mapping = with_facts(
        "account.note: tags",
        "account.vip: vip",
        settings=["query: select id, tags, coalesce(\"on\", 'false') as vip from input"],
    )

    report = desk.import_(file, mapping)

    assert report.rejects == ()
    assert desk.facts("1") == {"account.note": '["a","b"]', "account.vip": "true"}
    assert desk.facts("2") == {"account.vip": "false"}
