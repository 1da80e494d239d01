"""Mapping files: what is wrong with them is said at its place, all of it in one run."""

from pathlib import Path

import pytest

from kamflow import InputError, load_mapping
from tests.importing.desk import ACCOUNTS, Desk, with_facts

FULL = """
mapping:
  subject: account
  id: customer_no
  name: customer
  source: crm
  by: olga
  as_of: {column: updated_on}
  decimal: ","
  thousands: "."
  date_format: "%d.%m.%Y"
  sheet: Accounts
  delimiter: tab
  inputs: {products: products.csv, teams: {file: t.xlsx, sheet: All, delimiter: ";"}}
  query: |
    select *
    from input
  facts:
    account.segment: Segment
    account.revenue:
      column: Revenue
      unit: EUR
      source: erp
      by: erp-service
      as_of: 2026-03-31
      values: {A: strategic}
      scale: 1000
"""


def problems(desk: Desk, text: str) -> list[str]:
    """Return what is wrong with a mapping, without the folder of the file."""
    with pytest.raises(InputError) as caught:
        desk.mapping(text)
    return [str(item).replace(f"{desk.folder}/", "") for item in caught.value.diagnostics]


def clashes(desk: Desk, text: str, file: str = "id,x\n", **options: str) -> list[str]:
    """Return what does not fit between a mapping, the policy and a file."""
    with pytest.raises(InputError) as caught:
        desk.import_(desk.file(file), text, **options)  # type: ignore[arg-type]
    return [str(item).replace(f"{desk.folder}/", "") for item in caught.value.diagnostics]


def test_every_key_is_read(desk: Desk) -> None:
    mapping = desk.mapping(FULL)

    assert (mapping.subject, mapping.id, mapping.name) == ("account", "customer_no", "customer")
    assert (mapping.source, mapping.by, mapping.as_of.column) == ("crm", "olga", "updated_on")
    assert (mapping.decimal, mapping.thousands, mapping.date_format) == (",", ".", "%d.%m.%Y")
    assert (mapping.sheet, mapping.delimiter) == ("Accounts", "\t")
    assert [(name, item.file) for name, item in mapping.inputs.items()] == [
        ("products", "products.csv"),
        ("teams", "t.xlsx"),
    ]
    assert (mapping.inputs["teams"].sheet, mapping.inputs["teams"].delimiter) == ("All", ";")
    assert mapping.query
    assert mapping.query.text == "select *\nfrom input\n"
    segment, revenue = mapping.facts
    assert (segment.fact, segment.column, segment.as_of) == ("account.segment", "Segment", None)
    assert (revenue.unit, revenue.source, revenue.by) == ("EUR", "erp", "erp-service")
    assert (revenue.values, str(revenue.scale)) == ({"A": "strategic"}, "1000")


def test_a_place_in_the_query_is_a_place_in_the_mapping(desk: Desk) -> None:
    query = desk.mapping(FULL).query

    assert query
    place = query.place_of(query.text.index("input"))
    assert (place.line, place.column) == (17, 10)


def test_all_problems_are_told_in_one_run_at_their_places(desk: Desk) -> None:
    text = """
mapping:
  subjekt: account
  id: customer_no
  source: crm
  as_of: yesterday
  decimal: ;
  facts:
    account.revenue: {colum: Revenue, scale: many}
"""

    assert problems(desk, text) == [
        "map.yaml:3:3: I102 the mapping has no key `subjekt`; did you mean `subject`?",
        "map.yaml:3:3: I103 the mapping needs the key `subject`",
        (
            "map.yaml:6:10: I104 `as_of: yesterday` is no day; write `2026-03-31`, `today` or "
            "`{column: ...}`"
        ),
        "map.yaml:7:12: I105 `decimal` is `.` or `,`, not `;`",
        "map.yaml:9:22: I103 fact `account.revenue` needs the key `column`",
        "map.yaml:9:23: I102 fact `account.revenue` has no key `colum`; did you mean `column`?",
        "map.yaml:9:46: I104 `scale: many` is no number to multiply with; write it like `1000`",
    ]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("thousands: x", "`thousands` is one of `.`, `,`, ` `, `'`, in quotes"),
        ('thousands: "."', "`.` cannot be both `decimal` and `thousands`"),
        ("delimiter: '#'", "`delimiter` is one of `,`, `;`, `|` or `tab`, in quotes"),
        ("date_format: dd.mm.yyyy", "has no day or no year; write it like `%d.%m.%Y`"),
        ("inputs: {a: '-'}", "standard input cannot be a further file"),
        ("inputs: {a: a.csv}", "`inputs` are read by a `query`, and there is none"),
        ("query: ' '", "the `query` is empty"),
        ("facts: none", "`facts` of the mapping is a mapping"),
        ("as_of: {row: x}", "`as_of` has no key `row`"),
        ("name: [a, b]", "`name` of the mapping is a word or a text"),
    ],
)
def test_a_wrong_setting_is_told(desk: Desk, setting: str, problem: str) -> None:
    found = problems(desk, f"{ACCOUNTS}  {setting}\n")

    assert any(problem in item for item in found), found


def test_a_table_that_cannot_be_named_in_a_query_is_told(desk: Desk) -> None:
    text = f"{ACCOUNTS}  query: select 1\n  inputs: {{Sales Teams: a.csv, input: b.csv}}\n"

    assert [item.split(": ", 1)[1] for item in problems(desk, text)] == [
        "I104 `Sales Teams` is no name of a table; write it like `sales_teams`",
        "I104 `input` is no name of a table; write it like `sales_teams`",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mapping: [1, 2]\n", "the mapping is a mapping of keys"),
        ("rules: {}\n", "a mapping file has no key `rules`"),
        ("a: &x 1\n", "write the value out"),
        ("mapping: {id: a, id: b}\n", "`id` is given twice"),
        ("a: [\n", "not YAML"),
        ("", "a mapping file needs the key `mapping`"),
    ],
)
def test_a_file_that_is_no_mapping_is_told(desk: Desk, text: str, problem: str) -> None:
    assert any(problem in item for item in problems(desk, text))


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="I101 the mapping cannot be read: No such file"):
        load_mapping(tmp_path / "none.yaml")


def test_facts_that_the_policy_does_not_take_are_told_before_the_first_row(desk: Desk) -> None:
    text = with_facts(
        "account.segmet: x",
        "program.size: x",
        "account.big: x",
        "account.employees: {column: x, unit: FTE}",
        "account.note: {column: x, unit: EUR}",
        "account.founded: {column: x, scale: 2}",
        "account.segment: {column: x, values: {A: stategic}}",
    )

    assert [item.split(": ", 1)[1] for item in clashes(desk, text, "broken")] == [
        "I202 `account` has no fact `account.segmet`; did you mean `account.segment`?",
        "I202 `account` has no fact `program.size`; it belongs to `program`",
        "I202 `account.big` is derived and cannot be recorded",
        "I203 `account.employees` is kept in `people`, the mapping says `FTE`",
        "I203 `account.note` has no unit, the mapping says `EUR`",
        "I203 `account.founded` is a date and has no `scale`",
        "I203 `account.segment` cannot be `stategic`; did you mean `strategic`?",
    ]


def test_an_author_who_may_never_write_a_fact_is_told_before_the_first_row(desk: Desk) -> None:
    text = with_facts("account.revenue: x", settings=["by: olga"])

    assert clashes(desk, text) == [
        (
            "map.yaml:8:5: I204 `olga` may not write `account.revenue`; erp, analyst may, so name "
            "somebody with `by`"
        )
    ]


def test_the_engine_is_no_author(desk: Desk) -> None:
    text = with_facts("account.note: x", settings=["by: system"])

    assert "`system` may not write `account.note`; anybody else may" in clashes(desk, text)[0]


def test_an_author_with_the_role_on_the_program_or_on_one_account_may_go_on(desk: Desk) -> None:
    text = with_facts("account.revenue: x", settings=["by: olga"])
    desk.kam.create_account("north", "acme", "Acme", by="ana")
    desk.kam.create_account("north", "beta", "Beta", by="ana")
    desk.kam.assign("acme", "analyst", "olga", by="ana")

    report = desk.import_(desk.file("id,x\nacme,5\nbeta,6\n"), text, keep_going=True)

    assert desk.facts("acme") == {"account.revenue": "5"}
    assert [item.reason for item in report.rejects] == [
        "`olga` has none of the roles erp (nobody yet), analyst (nobody yet)"
    ]


def test_an_author_with_the_role_on_a_subject_without_a_parent_may_go_on(desk: Desk) -> None:
    text = ACCOUNTS.replace("account", "program") + "  by: olga\n  facts: {program.reach: x}\n"
    file = "id,x\nnorth,5\n"
    assert "I204 `olga` may not write" in clashes(desk, text, file)[0]
    desk.kam.assign("north", "analyst", "olga", by="ana")

    assert desk.import_(desk.file(file), text).recorded == 1


def test_a_kind_that_the_policy_does_not_govern_is_told(desk: Desk) -> None:
    for kind in ("acount", "team"):
        found = clashes(desk, ACCOUNTS.replace("account", kind))

        assert found[0].startswith("map.yaml:3:12: I201 the policy has no workflow for")
    assert "did you mean `account`" in clashes(desk, ACCOUNTS.replace("account", "acount"))[0]


def test_a_mapping_without_facts_records_none(desk: Desk) -> None:
    assert clashes(desk, ACCOUNTS, what="facts") == [
        "map.yaml:3:3: I103 the mapping names no `facts` to record"
    ]


def test_a_program_of_the_wrong_kind_is_told(desk: Desk) -> None:
    desk.kam.create_account("north", "acme", "Acme", by="ana")

    found = clashes(desk, ACCOUNTS, program="acme")

    assert "I205 `north/acme` is no program, to which `account` belongs" in found[0]


def test_two_days_for_today_and_a_day_to_come_are_told(desk: Desk) -> None:
    from datetime import date  # noqa: PLC0415

    text = with_facts("account.note: x", settings=["as_of: 2026-04-30"])
    with pytest.raises(InputError) as caught:
        desk.import_(desk.file("id,x\n"), text, as_of=date(2026, 3, 1))

    assert [str(item).split(": ", 1)[1] for item in caught.value.diagnostics] == [
        "I206 the mapping says 2026-04-30, you say 2026-03-01; write `as_of: today` there",
        "I206 as of 2026-04-30 lies in the future",
    ]


def test_a_fact_with_a_day_to_come_is_told(desk: Desk) -> None:
    text = with_facts("account.note: {column: x, as_of: 2026-04-30}")

    assert clashes(desk, text) == ["map.yaml:7:38: I206 as of 2026-04-30 lies in the future"]
