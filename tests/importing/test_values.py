"""How cells are read: numbers, days, flags and words as people and programs write them."""

import pytest

from tests.importing.desk import Desk, with_facts

HINT = "`1.234,50` is not a number; use a decimal point, or say `decimal: ','`"


def test_a_decimal_comma_without_a_word_about_it_is_rejected_with_the_way_out(desk: Desk) -> None:
    file = desk.file('id,x\nacme,"1.234,50"\n')

    report = desk.import_(file, with_facts("account.share: x"))

    assert [(item.row, item.column, item.value, item.reason) for item in report.rejects] == [
        (2, "x", "1.234,50", HINT)
    ]


@pytest.mark.parametrize(
    ("decimal", "thousands", "cell", "value"),
    [
        (",", ".", "1.234.567,50", "1234567.5"),
        (",", ".", "1234567,5", "1234567.5"),
        (",", "", "-0,25", "-0.25"),
        (",", "", "+12", "12"),
        (",", " ", "1 234,5", "1234.5"),
        (",", " ", "1\u00a0234,5", "1234.5"),
        (",", " ", "1\u202f234,5", "1234.5"),
        (".", ",", "1,234.5", "1234.5"),
        (".", "'", "1'234.5", "1234.5"),
        (".", "'", "1’234.5", "1234.5"),  # noqa: RUF001 - as Swiss spreadsheets write it
        (".", "", ".5", "0.5"),
        (".", "", "1.5e3", "1500"),
        (",", "", ",5", "0.5"),
        (",", "", "\u22125", "-5"),
    ],
)
def test_numbers_are_read_as_the_mapping_says(
    desk: Desk, decimal: str, thousands: str, cell: str, value: str
) -> None:
    settings = [f'decimal: "{decimal}"', *([f'thousands: "{thousands}"'] if thousands else [])]

    report = desk.import_(
        desk.file(f"id|x\nacme|{cell}\n"), with_facts("account.share: x", settings=settings)
    )

    assert report.rejects == ()
    assert desk.facts("acme") == {"account.share": value}


@pytest.mark.parametrize(
    ("thousands", "cell", "reason"),
    [
        ("", "1.234,5", 'decimals after `,`; is `thousands: "."` missing?'),
        ("", "12.5", 'decimals after `,`; is `thousands: "."` missing?'),
        (".", "12.5", "decimals after `,` and thousands with `.`"),
        (".", "1.23,5", "decimals after `,` and thousands with `.`"),
        (".", "12 EUR", "decimals after `,` and thousands with `.`"),
        ("", ",", "decimals after `,`"),
        ("", "1,", "decimals after `,`"),
    ],
)
def test_a_number_that_is_written_otherwise_is_rejected(
    desk: Desk, thousands: str, cell: str, reason: str
) -> None:
    settings = ['decimal: ","', *([f'thousands: "{thousands}"'] if thousands else [])]

    report = desk.import_(
        desk.file(f"id;x\nacme;{cell}\n"), with_facts("account.share: x", settings=settings)
    )

    assert [item.reason for item in report.rejects] == [
        f"`{cell}` is not a number written with {reason}"
    ]


def test_numbers_can_be_scaled(desk: Desk) -> None:
    settings = ['decimal: ","', 'thousands: "."']
    mapping = with_facts("account.share: {column: x, scale: 0.001}", settings=settings)

    report = desk.import_(desk.file("id;x\nacme;1.234,5\nbeta;some\n"), mapping, keep_going=True)

    assert desk.facts("acme") == {"account.share": "1.2345"}
    assert report.rejected == 1


def test_a_number_that_cannot_be_read_is_not_scaled(desk: Desk) -> None:
    mapping = with_facts("account.share: {column: x, scale: 1000}")

    report = desk.import_(desk.file('id,x\nacme,1e2\nbeta,"1,5"\n'), mapping, keep_going=True)

    assert desk.facts("acme") == {"account.share": "100000"}
    assert [item.reason for item in report.rejects] == [
        "`1,5` is not a number; use a decimal point, or say `decimal: ','`"
    ]


def test_days_are_read_as_the_mapping_says(desk: Desk) -> None:
    settings = ['date_format: "%d.%m.%Y"', "as_of: {column: day}"]
    file = desk.file("id,x,day\nacme,31.12.1999,01.02.2026\nbeta,1999-12-31,01.02.2026\n")

    report = desk.import_(
        file, with_facts("account.founded: x", settings=settings), keep_going=True
    )

    fact = next(item for item in desk.kam.subject("acme").facts if item.source)
    assert (fact.value, str(fact.as_of)) == ("1999-12-31", "2026-02-01 00:00:00+00:00")
    assert [item.reason for item in report.rejects] == [
        "`1999-12-31` is not a date written like `%d.%m.%Y`"
    ]


@pytest.mark.parametrize("cell", ["31.12.1999", "1999-02-30", "19991231", "yesterday"])
def test_a_day_that_is_not_iso_is_rejected(desk: Desk, cell: str) -> None:
    report = desk.import_(desk.file(f"id,x\nacme,{cell}\n"), with_facts("account.founded: x"))

    assert [item.reason for item in report.rejects] == [f"`{cell}` is not a date; write 2026-03-31"]


def test_what_a_cell_says_can_be_translated(desk: Desk) -> None:
    mapping = with_facts(
        "account.segment: {column: x, values: {A: strategic, B: standard}}",
        "account.vip: {column: y, values: {ja: 'true', nein: 'false'}}",
    )
    file = desk.file("id,x,y\nacme,A,ja\nbeta,a,nein\ngamma,,nein\n")

    report = desk.import_(file, mapping, keep_going=True)

    assert desk.facts("acme") == {"account.segment": "strategic", "account.vip": "true"}
    assert desk.facts("gamma") == {"account.vip": "false"}
    assert [item.reason for item in report.rejects] == [
        "`a` is not listed under `values` in the mapping; add it to `values`"
    ]


@pytest.mark.parametrize(
    ("fact", "cell", "value"),
    [
        ("vip", "yes", "true"),
        ("vip", "0", "false"),
        ("vip", "TRUE", "true"),
        ("employees", "12.0", "12"),
        ("note", "  two words ", "two words"),
        ("note", "0012", "0012"),
    ],
)
def test_cells_are_read_by_the_type_of_the_fact(
    desk: Desk, fact: str, cell: str, value: str
) -> None:
    report = desk.import_(desk.file(f"id,x\nacme,{cell}\n"), with_facts(f"account.{fact}: x"))

    assert report.rejects == ()
    assert desk.facts("acme") == {f"account.{fact}": value}


@pytest.mark.parametrize(
    ("fact", "cell", "reason"),
    [
        ("vip", "maybe", "`maybe` is not a flag; write `true` or `false`"),
        ("employees", "12.5", "`12.5` is not a whole number"),
        ("note", "#REF!", "`#REF!` is an error of the spreadsheet"),
        ("note", "x" * 10_001, "the text has 10001 characters; at most 10000 are kept"),
        ("share", "1" * 31, f"`{'1' * 31}` has more than 30 digits"),
        ("share", "NaN", "`NaN` is not a number"),
    ],
)
def test_a_cell_that_is_no_value_of_the_fact_is_rejected(
    desk: Desk, fact: str, cell: str, reason: str
) -> None:
    report = desk.import_(desk.file(f"id,x\nacme,{cell}\n"), with_facts(f"account.{fact}: x"))

    assert [item.reason for item in report.rejects] == [reason]
    assert len(report.rejects[0].value) <= 200
