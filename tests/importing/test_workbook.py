"""Excel workbooks."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from kamflow import InputError, MissingExtraError
from tests.importing.desk import ACCOUNTS, Desk, with_facts

EVERYTHING = with_facts(
    "account.segment: segment",
    "account.share: share",
    "account.founded: founded",
    "account.vip: vip",
    "account.note: note",
    settings=["name: name"],
)


def workbook(desk: Desk, sheets: dict[str, list[list[object]]]) -> str:
    """Write a workbook and return its path."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = desk.folder / "book.xlsx"
    book.save(path)
    return str(path)


def problem(desk: Desk, file: str, mapping: str = ACCOUNTS) -> str:
    """Return the one thing that is wrong."""
    with pytest.raises(InputError) as caught:
        desk.import_(file, mapping)
    assert len(caught.value.diagnostics) == 1
    return str(caught.value).replace(f"{desk.folder}/", "")


def test_cells_are_taken_exactly_as_they_are(desk: Desk) -> None:
    file = workbook(
        desk,
        {
            "Accounts": [
                ["id", " name ", "segment", "share", "founded", "vip", "note"],
                [10023, "Müller", "strategic", 0.1, datetime(1999, 12, 31), True, 7],  # noqa: DTZ001
                ["beta", None, None, None, date(2001, 2, 3), False, " x "],
            ]
        },
    )

    report = desk.import_(file, EVERYTHING)

    assert report.rejects == ()
    assert desk.facts("10023") == {
        "account.segment": "strategic",
        "account.share": "0.1",
        "account.founded": "1999-12-31",
        "account.vip": "true",
        "account.note": "7",
    }
    assert desk.kam.subject("10023").name == "Müller"
    assert desk.facts("beta")["account.note"] == "x"


def test_separators_matter_only_where_a_number_is_written_as_text(desk: Desk) -> None:
    file = workbook(desk, {"A": [["id", "x"], ["acme", 1234.5], ["beta", "1.234,5"]]})
    settings = ['decimal: ","', 'thousands: "."']

    desk.import_(file, with_facts("account.share: x", settings=settings))

    assert desk.facts("acme") == desk.facts("beta") == {"account.share": "1234.5"}


def test_rows_are_numbered_as_the_spreadsheet_shows_them(desk: Desk) -> None:
    rows: list[list[object]] = [[], [], ["id"], ["acme"], [], ["a/b"]]

    report = desk.import_(workbook(desk, {"A": rows}), keep_going=True)

    assert [item.row for item in report.rejects] == [6]
    assert report.created == 1


def test_the_sheet_is_the_only_one_or_the_one_that_is_named(desk: Desk) -> None:
    file = workbook(desk, {"Data": [["id"], ["acme"]], "Notes": [["hello"]]})

    assert problem(desk, file) == (
        "book.xlsx:1:1: I307 the workbook has the sheets Data, Notes; name one with `sheet`"
    )
    assert problem(desk, file, f"{ACCOUNTS}  sheet: Dat\n") == (
        "map.yaml:6:10: I307 `book.xlsx` has no sheet `Dat`; did you mean `Data`?"
    )
    assert desk.import_(file, f"{ACCOUNTS}  sheet: Data\n").created == 1


def test_missing_and_double_columns_are_told_at_the_row_of_the_header(desk: Desk) -> None:
    missing = workbook(desk, {"A": [[], ["ident", "name"]]})
    assert problem(desk, missing).startswith("book.xlsx:2:1: I304 there is no column `id`")

    double = workbook(desk, {"A": [["id", "name", "name"]]})
    assert problem(desk, double) == (
        "book.xlsx:1:3: I305 column `name` is given twice, as column 2 and column 3"
    )


def test_an_empty_sheet_and_a_damaged_workbook_are_told(desk: Desk) -> None:
    assert problem(desk, workbook(desk, {"A": []})).endswith("I302 sheet `A` is empty")
    assert "I306 the workbook cannot be read" in problem(desk, desk.file(b"PK\x03\x04abc"))


def test_a_formula_that_was_never_worked_out_rejects_its_row(desk: Desk) -> None:
    file = workbook(desk, {"A": [["id", "x"], ["acme", "=1+1"], ["beta", 2]]})

    report = desk.import_(file, with_facts("account.share: x"), keep_going=True)

    assert [(item.row, item.reason) for item in report.rejects] == [
        (
            2,
            (
                "column `x`: the formula has no stored value; open the workbook in a spreadsheet "
                "and save it"
            ),
        )
    ]
    assert desk.accounts() == ["beta"]


def test_cells_beyond_the_header_reject_their_row(desk: Desk) -> None:
    report = desk.import_(workbook(desk, {"A": [["id"], ["acme", "lost"]]}))

    assert [item.reason for item in report.rejects] == [
        "the row has cells beyond the 1 columns of the header"
    ]


def test_a_workbook_without_the_extra_says_how_to_get_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workbook(desk, {"A": [["id"]]})
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'kamflow\[import\]'"):
        desk.import_(file)


def test_a_query_reads_workbooks_with_every_cell_as_text(desk: Desk, tmp_path: Path) -> None:
    file = workbook(
        desk,
        {
            "Deals": [
                ["account", "won on", "value"],
                ["acme", date(2026, 1, 5), 10.5],
                ["acme", None, 3],
            ],
            "Names": [["account", "name"], ["acme", "Acme"]],
        },
    )
    assert file == str(tmp_path / "book.xlsx")
    mapping = with_facts(
        "account.share: total",
        "account.founded: first",
        settings=[
            "name: name",
            "sheet: Deals",
            "inputs: {names: {file: book.xlsx, sheet: Names}}",
            (
                "query: select account as id, name, sum(value::float) as total,"
                ' min("won on") as first from input join names using (account) group by all'
            ),
        ],
    )

    report = desk.import_(file, mapping)

    assert report.rejects == ()
    assert desk.facts("acme") == {"account.share": "13.5", "account.founded": "2026-01-05"}
