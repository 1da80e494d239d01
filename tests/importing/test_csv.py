"""CSV files as programs write them, and as they should not be."""

import gzip
import io
import sys

import pytest

from kamflow import InputError
from tests.importing.desk import ACCOUNTS, Desk, with_facts

NOTE = with_facts("account.note: note", settings=["name: name"])


def problems(desk: Desk, content: str | bytes, mapping: str = NOTE) -> list[str]:
    """Return what is wrong with a file, without its folder."""
    with pytest.raises(InputError) as caught:
        desk.import_(desk.file(content), mapping)
    assert desk.accounts() == []
    return [str(item).replace(f"{desk.folder}/", "") for item in caught.value.diagnostics]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(desk: Desk, delimiter: str) -> None:
    lines = [["id", "name", "note"], ["acme", '"Acme, Inc; | Co"', "x"]]
    content = "\n".join(delimiter.join(cells) for cells in lines)

    desk.import_(desk.file(content), NOTE)

    assert desk.kam.subject("acme").name == "Acme, Inc; | Co"


def test_the_delimiter_of_the_mapping_wins(desk: Desk) -> None:
    mapping = f'{ACCOUNTS}  name: "name,note,more"\n  delimiter: ";"\n'

    report = desk.import_(desk.file("id;name,note,more\nacme;A,B,C\n"), mapping)

    assert report.written
    assert desk.kam.subject("acme").name == "A,B,C"


def test_one_column_needs_no_delimiter(desk: Desk) -> None:
    assert desk.import_(desk.file("id\nacme\nbeta\n")).created == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_marks_line_ends_and_zipping_do_not_matter(
    desk: Desk, end: str, mark: bytes, pack: type[bytes]
) -> None:
    content = pack(mark + f"id,name,note{end}acme,Müller,grüße{end}".encode())

    desk.import_(desk.file(content, "data.bin"), NOTE)

    assert desk.kam.subject("acme").name == "Müller"
    assert desk.facts("acme") == {"account.note": "grüße"}


def test_a_cell_with_line_breaks_is_one_cell_and_rows_are_counted_as_spreadsheets_do(
    desk: Desk,
) -> None:
    content = 'id,name,note\nacme,Acme,"two\nlines"\n\nbeta,Beta,x,more\n'

    report = desk.import_(desk.file(content), NOTE, keep_going=True)

    assert desk.facts("acme") == {"account.note": "two\nlines"}
    assert [(item.row, item.column, item.value, item.reason) for item in report.rejects] == [
        (4, "", "beta, Beta, x, more", "the row has 4 cells, the header has 3")
    ]


def test_a_file_with_a_header_alone_has_no_rows(desk: Desk) -> None:
    report = desk.import_(desk.file("id,name,note\n"), NOTE)

    assert (report.rows, report.created, report.rejected) == (0, 0, 0)
    assert report.written


def test_rows_without_a_filled_cell_are_passed_over(desk: Desk) -> None:
    assert desk.import_(desk.file("id,name\n\n \nacme,A\n"), ACCOUNTS).rows == 1


def test_columns_that_the_mapping_does_not_name_do_not_matter(desk: Desk) -> None:
    report = desk.import_(desk.file("id,,name,,note\nacme,1,Acme,2,x\n"), NOTE)

    assert report.written


def test_missing_columns_are_told_with_the_nearest_name(desk: Desk) -> None:
    assert problems(desk, "Id,nmae,notes\nacme,A,x\n") == [
        (
            "data.csv:1:1: I304 there is no column `id`; did you mean `Id`? "
            "(the mapping names it at map.yaml:4:7)"
        ),
        (
            "data.csv:1:1: I304 there is no column `name`; did you mean `nmae`? "
            "(the mapping names it at map.yaml:6:9)"
        ),
        (
            "data.csv:1:1: I304 there is no column `note`; did you mean `notes`? "
            "(the mapping names it at map.yaml:8:5)"
        ),
    ]


def test_a_column_that_is_given_twice_is_told_at_its_place(desk: Desk) -> None:
    assert problems(desk, 'id,"name, full",note,name,note,note\n', ACCOUNTS) == [
        "data.csv:1:27: I305 column `note` is given twice, as column 3 and column 5",
        "data.csv:1:32: I305 column `note` is given twice, as column 3 and column 6",
    ]


def test_a_byte_that_is_not_utf8_is_told_at_its_place(desk: Desk) -> None:
    content = "id,name,note\nacme,Müller,x\n".encode("latin-1")

    assert problems(desk, content) == [
        "data.csv:2:7: I303 this byte is not UTF-8; save the file as UTF-8 (`CSV UTF-8` in Excel)"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("id,name".encode("utf-16"), "data.csv:1:1: I303 the file is UTF-16; save it as UTF-8"),
        (b"", "data.csv:1:1: I302 the file is empty"),
        (b" \n ", "data.csv:1:1: I302 the file is empty"),
        (b"\nid,name,note\n", "data.csv:1:1: I302 the first line is empty"),
        (b"\xd0\xcf\x11\xe0abc", "data.csv:1:1: I302 this is a workbook of the old kind"),
        (b'[{"id": 1}]', "data.csv:1:1: I302 this is one JSON list"),
        (b'id,name,note\na,"x,y\n', "data.csv:2:1: I306 the row cannot be read"),
        (b'id,name,note\na,"x" y,z\n', "data.csv:2:1: I306 the row cannot be read"),
        (gzip.compress(b"id,name,note\n" * 9999)[:-20], "I306 the file breaks off"),
        (b"\x1f\x8bnot zipped", "data.csv:1:1: I301 the file cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(desk: Desk, content: bytes, problem: str) -> None:
    assert problem in problems(desk, content)[0]


def test_a_file_that_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"nowhere.csv:1:1: I301 .* No such file or directory"):
        desk.import_(f"{desk.folder}/nowhere.csv")


def test_a_folder_is_told(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"I301 .* Is a directory"):
        desk.import_(str(desk.folder))


def test_a_sheet_of_a_file_that_is_no_workbook_is_told(desk: Desk) -> None:
    assert problems(desk, "id\n", f"{ACCOUNTS}  sheet: All\n") == [
        "map.yaml:6:10: I307 `data.csv` is no workbook, so it has no sheet `All`"
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"id;name;note\nacme;A;x\n",
        gzip.compress(b"id,name,note\nacme,A,x\n"),
        b'{"id": "acme", "name": "A", "note": "x"}\n',
    ],
)
def test_standard_input_can_be_imported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    desk.import_("-", NOTE)

    assert desk.facts("acme") == {"account.note": "x"}


def test_what_is_wrong_with_standard_input_is_told_of_a_dash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name\n")))

    with pytest.raises(InputError, match=r"^-:1:1: I304 there is no column `id`"):
        desk.import_("-")
