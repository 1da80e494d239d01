"""Queries over files: what they see, what they may not, and where they go wrong."""

import gzip
import socket
import sys
from datetime import date

import duckdb
import pytest

from kamflow import ImportReport, InputError, MissingExtraError
from tests.importing.desk import ACCOUNTS, Desk, with_facts, with_query

DEALS = "account,on,value\nacme,2026-01-05,10.50\nacme,2026-03-31,1\nbeta,2026-02-01,7\n"


def run(
    desk: Desk, sql: str, *facts: str, inputs: str = "", as_of: date | None = None
) -> ImportReport:
    """Import the deals through a query."""
    indented = "\n".join(f"    {line}" for line in sql.strip().splitlines())
    settings = [*([f"inputs: {inputs}"] if inputs else []), f"query: |\n{indented}"]
    mapping = with_facts(*facts, settings=settings) if facts else None
    plain = ACCOUNTS + "".join(f"  {line}\n" for line in settings)
    return desk.import_(desk.file(DEALS), mapping or plain, as_of=as_of)


def problem(desk: Desk, sql: str, *facts: str, inputs: str = "") -> str:
    """Return the one thing that is wrong."""
    with pytest.raises(InputError) as caught:
        run(desk, sql, *facts, inputs=inputs)
    assert len(caught.value.diagnostics) == 1
    assert desk.accounts() == []
    return str(caught.value).replace(f"{desk.folder}/", "")


def test_lines_become_facts_as_of_a_day(desk: Desk) -> None:
    sql = """
select account as id, sum(value::decimal(9, 2)) as total
from input
where "on"::date < $as_of
group by account
order by account
"""

    report = run(desk, sql, "account.share: total", as_of=date(2026, 3, 31))

    assert (report.rows, report.created, report.recorded) == (2, 2, 2)
    fact = next(item for item in desk.kam.subject("acme").facts if item.source)
    assert (fact.value, str(fact.as_of)) == ("10.5", "2026-03-31 00:00:00+00:00")


def test_values_of_every_type_are_taken_exactly(desk: Desk) -> None:
    sql = """
select 7 as id, 0.1::double + 0.2::double as share, 12345678901234567890::hugeint as note,
  timestamp '1999-12-31 23:59:00' as founded, true as vip, null::integer as employees,
  'strategic' as segment, 1.10::decimal(9, 2) as revenue
"""
    facts = ("share", "note", "founded", "vip", "employees", "segment")

    report = run(desk, sql, *(f"account.{name}: {name}" for name in facts))

    assert report.rejects == ()
    assert desk.facts("7") == {
        "account.share": "0.30000000000000004",
        "account.note": "12345678901234567890",
        "account.founded": "1999-12-31",
        "account.vip": "true",
        "account.segment": "strategic",
    }


def test_instants_are_those_of_utc_wherever_the_program_runs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    sql = """
select 'acme' as id, timestamptz '2026-03-01 00:30:00+01:00' as seen,
  $as_of::timestamptz = timestamptz '2026-03-31 00:00:00+00' as vip
"""
    mapping = "account.note: {column: seen, as_of: {column: seen}}"

    run(desk, sql, mapping, "account.vip: vip")

    fact = next(item for item in desk.kam.subject("acme").facts if item.name == "account.note")
    assert (fact.value, str(fact.as_of)) == ("2026-02-28 23:30:00", "2026-02-28 23:30:00+00:00")
    assert desk.facts("acme")["account.vip"] == "true"


def test_values_that_are_none_are_rejected(desk: Desk) -> None:
    sql = "select 'acme' as id, 'nan'::double as x, [1] as y, interval 2 days as z"

    report = run(desk, sql, "account.share: x", "account.note: y", "account.segment: z")

    assert [(item.row, item.column, item.reason) for item in report.rejects] == [
        (2, "x", "`nan` is not a number"),
        (2, "y", "a list is no value"),
        (2, "z", "a timedelta is no value"),
    ]


def test_every_column_of_a_file_is_text_so_that_nothing_is_guessed(desk: Desk) -> None:
    file = desk.file("id,zip\n007,01234\n")
    mapping = with_facts("account.note: zip", settings=["query: select * from input"])

    desk.import_(file, mapping)

    assert desk.facts("007") == {"account.note": "01234"}


def test_empty_cells_are_null(desk: Desk) -> None:
    file = desk.file('id,a,b\nacme,,""\n')
    settings = ["query: select id, coalesce(a, b, 'none') as x from input"]

    desk.import_(file, with_facts("account.note: x", settings=settings))

    assert desk.facts("acme") == {"account.note": "none"}


def test_further_files_are_tables_beside_the_file(desk: Desk) -> None:
    desk.file("account;name\nacme;Müller\n", "names.csv")
    desk.file(gzip.compress(b'{"account": "acme", "vip": true}\n'), "more [1].jsonl")
    sql = """
select input.account as id, name, vip
from input
join names using (account)
join more using (account)
limit 1
"""

    report = run(
        desk,
        sql,
        "account.note: name",
        "account.vip: vip",
        inputs="{names: names.csv, more: 'more [1].jsonl'}",
    )

    assert report.rejects == ()
    assert desk.facts("acme") == {"account.note": "Müller", "account.vip": "true"}


def test_the_path_of_a_file_is_no_pattern(desk: Desk) -> None:
    for name in ("a[1].csv", "a1.csv", "it's*.csv"):
        desk.file(f"id\n{name[0]}{len(name)}\n", name)

    for name in ("a[1].csv", "it's*.csv"):
        mapping = with_query("select id from input")
        assert desk.import_(str(desk.folder / name), mapping).created == 1


def test_parquet_is_read_with_its_own_types_with_or_without_a_query(desk: Desk) -> None:
    path = str(desk.folder / "data.parquet")
    rows = "select 17 as id, 1.50::decimal(9, 2) as x, date '2020-02-03' as d"
    duckdb.execute(f"copy ({rows}) to '{path}' (format parquet)")
    facts = ("account.share: x", "account.founded: d")

    desk.import_(path, with_facts(*facts))
    desk.import_(
        path, with_facts(*facts, settings=["query: select id + 1 as id, x * 2 as x, d from input"])
    )

    assert desk.facts("17") == {"account.share": "1.5", "account.founded": "2020-02-03"}
    assert desk.facts("18") == {"account.share": "3", "account.founded": "2020-02-03"}


def test_no_rows_are_no_problem(desk: Desk) -> None:
    report = run(desk, "select account as id from input where account = 'x'")

    assert (report.rows, report.written) == (0, True)


def test_a_column_that_the_query_does_not_give_is_told_in_the_mapping(desk: Desk) -> None:
    found = problem(desk, "select account as id, 1 as totl from input", "account.share: total")

    assert found == (
        "map.yaml:9:5: I304 there is no column `total`; did you mean `totl`? of the query"
    )


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("selct 1", '7:5: I401 syntax error at or near "selct"'),
        (
            "select account as id,\n  'ä€', vlue\nfrom input",
            '8:13: I401 Referenced column "vlue" not found in FROM clause!',
        ),
        ("select 1 as id\nfrom inputs", "8:10: I401 Table with name inputs does not exist!"),
        (
            "select sum(value) as id from input",
            (
                "7:12: I401 No function matches the given name and argument types 'sum(VARCHAR)'; "
                "columns of files are text, so cast them: `amount::decimal(18, 2)`"
            ),
        ),
        (
            "select (account || 'x')::integer as id from input",
            "7:28: I403 Could not convert string 'acmex' to INT32",
        ),
        ("select $day as id", "7:5: I401 the query reads `$day`; only `$as_of` is there"),
        ("select 1 as id; select 2 as id", "7:5: I402 the query has to be one `select`"),
        ("drop table input", "7:5: I402 the query has to be one `select`"),
        ("create table x as select 1", "7:5: I402 the query has to be one `select`"),
        ("set threads = 1", "7:5: I402 the query has to be one `select`"),
        ("attach 'x.db'", "7:5: I402 the query has to be one `select`"),
        ("install httpfs", "7:5: I402 the query has to be one `select`"),
        ("copy input to 'x.csv'", "7:5: I402 the query has to be one `select`"),
    ],
)
def test_a_wrong_query_is_told_at_its_place(desk: Desk, sql: str, told: str) -> None:
    assert problem(desk, sql).startswith(f"map.yaml:{told}")


@pytest.mark.parametrize(
    "source",
    [
        "read_csv('{folder}/secret.csv')",
        "'{folder}/secret.csv'",
        "read_text('{folder}/secret.csv')",
        "read_blob('/etc/passwd')",
        "glob('{folder}/*')",
        "read_csv('https://example.org/x.csv')",
        "read_parquet('s3://bucket/x.parquet')",
        "sqlite_scan('{folder}/test.db', 'events')",
        "duckdb_secrets()",
    ],
)
def test_a_query_sees_no_other_file_and_no_network(
    desk: Desk, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.file("id\nsecret\n", "secret.csv")

    def refuse(*_: object) -> None:
        raise AssertionError("the query reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    found = problem(desk, f"from {source.format(folder=desk.folder)}")

    assert found.startswith("map.yaml:")
    assert "I402 the query may only read" in found or "I401" in found


def test_a_query_sees_no_environment(desk: Desk) -> None:
    assert "I401" in problem(desk, "select getenv('HOME') as id")


def test_a_query_cannot_name_a_variable_of_the_program(desk: Desk) -> None:
    rows = duckdb.sql("select 'leaked' as id")

    assert "Table with name rows does not exist" in problem(desk, "select id from rows")
    assert rows


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,x\na,1\nb,2,3\n", "data.csv:3:1: I306 the row cannot be read"),
        (b"id,x\na,1\nb\n", "data.csv:3:1: I306 the row cannot be read"),
        (b"id,x\na,M\xfcller\n", "data.csv:2:1: I303 the line is not UTF-8"),
        (b'id,x\na,"open\n', "data.csv:2:1: I306 the row cannot be read"),
        (b"id,id\na,b\n", "data.csv:1:4: I305 column `id` is given twice"),
        (b"id,x,X\na,b,c\n", "data.csv:1:1: I305 a query takes `x` and `X` for one column"),
    ],
)
def test_a_damaged_file_ends_the_query_with_its_place(
    desk: Desk, content: bytes, told: str
) -> None:
    mapping = with_query("select id, max(x) as x from input group by id")

    with pytest.raises(InputError) as caught:
        desk.import_(desk.file(content), mapping)

    assert str(caught.value).replace(f"{desk.folder}/", "").startswith(told)


def test_columns_without_a_name_do_not_matter(desk: Desk) -> None:
    file = desk.file("id,,x,\nacme,1,hello,2\n")

    desk.import_(file, with_facts("account.note: x", settings=["query: select id, x from input"]))

    assert desk.facts("acme") == {"account.note": "hello"}


def test_a_value_that_cannot_be_cast_is_told(desk: Desk) -> None:
    mapping = with_query("select id, x::integer as x from input")

    with pytest.raises(InputError, match=r"I403 .*zwei"):
        desk.import_(desk.file("id,x\na,1\nb,zwei\n"), mapping)


def test_an_input_that_is_not_there_is_told(desk: Desk) -> None:
    assert problem(desk, "select 1 as id", inputs="{more: more.csv}").startswith(
        "more.csv:1:1: I301 the file cannot be read: No such file"
    )


def test_line_ends_marks_and_quotes_in_names_do_not_matter(desk: Desk) -> None:
    content = b'\xef\xbb\xbf"id";"it\'s ""big"""\r\nacme;"a\r\nb"\r\n'
    settings = ['query: select id, "it\'s ""big""" as x from input']

    desk.import_(desk.file(content), with_facts("account.note: x", settings=settings))

    assert desk.facts("acme") == {"account.note": "a\r\nb"}


def test_a_query_without_the_extra_says_how_to_get_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'kamflow\[import\]'"):
        run(desk, "select 1 as id")
