"""What an import does to the database: all or nothing, once, and by the policy."""

import csv
from datetime import date
from pathlib import Path

import pytest

from kamflow import InputError, NotFoundError, write_rejects
from kamflow.engine.evolve import replay
from kamflow.model.events import CommandRefused
from tests.importing.desk import ACCOUNTS, Desk, with_facts

SEGMENT = "account.segment: segment"
REVENUE = "account.revenue: {column: revenue, source: erp, by: 'service:erp'}"


def test_accounts_are_entered_with_their_names_and_facts(desk: Desk) -> None:
    file = desk.file("id,name,segment\nacme, Acme Corp ,strategic\nbeta,,\n")

    report = desk.import_(file, with_facts(SEGMENT, settings=["name: name"]), by="ana")

    assert (report.rows, report.created, report.existing) == (2, 2, 0)
    assert (report.recorded, report.unchanged, report.rejected) == (1, 0, 0)
    assert report.written
    assert [(item.id, item.name) for item in desk.kam.subjects("account")] == [
        ("north/acme", "Acme Corp"),
        ("north/beta", "beta"),
    ]
    assert desk.facts("acme") == {"account.segment": "strategic"}
    assert desk.facts("beta") == {}


def test_a_fact_keeps_who_states_it_from_which_system_and_when_it_was_true(desk: Desk) -> None:
    file = desk.file("id,revenue,segment\nacme,1200.50,strategic\n")
    mapping = with_facts(REVENUE, SEGMENT, settings=["by: olga", "as_of: 2026-03-01"])

    desk.import_(file, mapping, by="ana")

    recorded = {item.name: item for item in desk.kam.subject("acme").facts if item.source}
    revenue, segment = recorded["account.revenue"], recorded["account.segment"]
    assert (revenue.source, revenue.author) == ("erp", "service:erp")
    assert (segment.source, segment.author) == ("crm", "olga")
    assert str(revenue.as_of) == "2026-03-01 00:00:00+00:00"
    assert desk.kam.history("acme")[0].actor == "ana"


def test_rows_without_an_author_are_stated_by_who_imports_or_by_the_source(desk: Desk) -> None:
    desk.import_(desk.file("id,segment\nacme,strategic\n"), with_facts(SEGMENT), by="ana")
    desk.import_(desk.file("id,segment\nbeta,strategic\n"), with_facts(SEGMENT))

    authors = [
        item.author
        for account in ("acme", "beta")
        for item in desk.kam.subject(account).facts
        if item.source
    ]

    assert authors == ["ana", "service:crm"]


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    file = desk.file("id,segment,employees\nacme,strategic,12\nbeta,standard,\n")
    mapping = with_facts(SEGMENT, "account.employees: employees")
    desk.import_(file, mapping)
    before = desk.events()

    report = desk.import_(file, mapping)

    assert (report.created, report.existing) == (0, 2)
    assert (report.recorded, report.unchanged) == (0, 3)
    assert desk.events() == before


def test_an_old_file_that_is_imported_again_after_a_newer_one_changes_nothing(desk: Desk) -> None:
    old, new = desk.file("id,x\nacme,1.0\n"), desk.file("id,x\nacme,2\n", "new.csv")
    mapping = with_facts("account.share: x")
    desk.import_(new, mapping, as_of=date(2026, 3, 30))
    late = desk.import_(old, mapping, as_of=date(2026, 2, 28))
    before = desk.events()

    again = desk.import_(old, mapping, as_of=date(2026, 2, 28))

    assert (late.recorded, again.recorded, again.unchanged) == (1, 0, 1)
    assert desk.events() == before
    assert desk.facts("acme") == {"account.share": "2"}


def test_an_account_that_is_there_gets_new_facts_and_keeps_its_name(desk: Desk) -> None:
    desk.kam.create_account("north", "acme", "Acme", by="ana")
    file = desk.file("id,name,segment\nacme,Other,standard\n")

    report = desk.import_(file, with_facts(SEGMENT, settings=["name: name"]))

    assert (report.created, report.existing, report.recorded) == (0, 1, 1)
    assert desk.kam.subject("acme").name == "Acme"


def test_with_a_reject_nothing_is_written(desk: Desk) -> None:
    before = desk.events()
    file = desk.file("id,segment\nacme,strategic\nbeta,premium\ngamma,standard\n")

    report = desk.import_(file, with_facts(SEGMENT))

    assert not report.written
    assert (report.rows, report.created, report.rejected) == (3, 2, 1)
    reject = report.rejects[0]
    assert (reject.row, reject.column, reject.value) == (3, "segment", "premium")
    assert reject.reason == "`premium` is not one of strategic, standard"
    assert reject.subject == "beta"
    assert desk.accounts() == []
    assert desk.events() == before


def test_keeping_going_writes_the_good_rows_and_no_trace_of_the_others(desk: Desk) -> None:
    desk.kam.create_account("north", "old", "Old", by="ana")
    file = desk.file("id,segment\nacme,strategic\nbeta,premium\nold,premium\n")

    report = desk.import_(file, with_facts(SEGMENT), keep_going=True)

    assert report.written
    assert (report.created, report.rejected) == (1, 2)
    assert desk.accounts() == ["acme", "old"]
    events = [item.event for item in desk.kam.history("old")]
    assert not any(isinstance(event, CommandRefused) for event in events)


def test_what_is_stored_is_what_the_history_makes(desk: Desk) -> None:
    rows = ["acme,strategic", "beta,premium", "gamma,", "beta,standard", "delta,standard"]
    file = desk.file("id,segment\n" + "\n".join(rows))

    desk.import_(file, with_facts(SEGMENT), keep_going=True)

    for account in desk.accounts():
        with desk.kam.reading() as session:
            stored = session.find(f"north/{account}")
        assert replay(desk.kam.history(f"north/{account}")) == stored
    assert desk.accounts() == ["acme", "delta", "gamma"]


def test_a_row_is_rejected_whole_with_every_reason(desk: Desk) -> None:
    file = desk.file("id,segment,employees,founded\nacme,premium,some,2020-13-01\n")
    mapping = with_facts(SEGMENT, "account.employees: employees", "account.founded: founded")

    report = desk.import_(file, mapping, keep_going=True)

    assert [item.column for item in report.rejects] == ["segment", "employees", "founded"]
    assert (report.rejected, report.recorded) == (1, 0)
    assert desk.accounts() == []


def test_a_dry_run_judges_everything_and_keeps_nothing(desk: Desk) -> None:
    before = desk.events()
    file = desk.file("id,segment\nacme,strategic\nbeta,premium\n")

    report = desk.import_(file, with_facts(SEGMENT), dry_run=True, keep_going=True)

    assert (report.created, report.recorded, report.rejected) == (1, 1, 1)
    assert not report.written
    assert desk.events() == before


def test_a_second_row_about_the_same_account_is_rejected(desk: Desk) -> None:
    file = desk.file("id\nacme\nbeta\n acme \n")

    report = desk.import_(file)

    assert [(item.row, item.reason) for item in report.rejects] == [
        (4, "row 2 is about `acme` already")
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "the id is empty"),
        ("a/b", "an id has no `/`, no `#` and no line breaks"),
        ("a#1", "an id has no `/`, no `#` and no line breaks"),
        ("#N/A", "`#N/A` is an error of the spreadsheet"),
        ("x" * 201, "the id has 201 characters; at most 200 are kept"),
    ],
)
def test_a_cell_that_is_no_id_rejects_its_row(desk: Desk, cell: str, reason: str) -> None:
    report = desk.import_(desk.file(f"id,name\n{cell},Acme\n"))

    assert [item.reason for item in report.rejects] == [reason]


def test_facts_of_an_account_that_is_not_there_are_rejected_with_the_nearest_one(
    desk: Desk,
) -> None:
    desk.kam.create_account("north", "acme-corp", "Acme", by="ana")
    file = desk.file("id,segment\nacme-corp,standard\nacme-crop,standard\nzzz,standard\n")

    report = desk.import_(file, with_facts(SEGMENT), what="facts", keep_going=True)

    assert [item.reason for item in report.rejects] == [
        "there is no account `acme-crop`; did you mean `acme-corp`?",
        "there is no account `zzz`",
    ]
    assert report.existing == 1


def test_only_some_rows_get_a_guess_which_account_was_meant(desk: Desk) -> None:
    desk.kam.create_account("north", "acme", "Acme", by="ana")
    file = desk.file("id,segment\n" + "".join(f"acme{n},standard\n" for n in range(30)))

    report = desk.import_(file, with_facts(SEGMENT), what="facts")

    assert sum("did you mean `acme`" in item.reason for item in report.rejects) == 20


def test_a_day_to_come_is_rejected(desk: Desk) -> None:
    file = desk.file("id,segment,day\nacme,standard,2026-04-02\nbeta,standard,2026-03-30\n")

    report = desk.import_(file, with_facts(SEGMENT, settings=["as_of: {column: day}"]))

    assert [(item.row, item.column, item.reason) for item in report.rejects] == [
        (2, "day", "as of 2026-04-02 lies in the future")
    ]


def test_an_empty_as_of_matters_only_where_something_is_stated(desk: Desk) -> None:
    file = desk.file("id,segment,day\nacme,standard,\nbeta,,\n")

    report = desk.import_(file, with_facts(SEGMENT, settings=["as_of: {column: day}"]))

    assert [(item.row, item.column) for item in report.rejects] == [(2, "day")]


def test_each_fact_can_have_its_own_as_of(desk: Desk) -> None:
    file = desk.file("id,segment,note,day\nacme,standard,hello,2026-03-30 08:15\n")
    mapping = with_facts(
        "account.segment: {column: segment, as_of: {column: day}}",
        "account.note: {column: note, as_of: 2026-01-31}",
    )

    desk.import_(file, mapping)

    found = {item.name: str(item.as_of) for item in desk.kam.subject("acme").facts if item.source}
    assert found == {
        "account.segment": "2026-03-30 08:15:00+00:00",
        "account.note": "2026-01-31 00:00:00+00:00",
    }


def test_today_is_the_day_that_the_import_is_told_or_that_of_the_clock(desk: Desk) -> None:
    file = desk.file("id,segment\nacme,standard\n")

    desk.import_(file, with_facts(SEGMENT))
    desk.import_(
        desk.file("id,segment\nbeta,standard\n"), with_facts(SEGMENT), as_of=date(2026, 3, 1)
    )

    days = [
        str(item.as_of)[:10]
        for account in ("acme", "beta")
        for item in desk.kam.subject(account).facts
        if item.source
    ]
    assert days == ["2026-03-31", "2026-03-01"]


def test_rows_belong_to_the_program_that_is_named_when_there_are_several(desk: Desk) -> None:
    desk.kam.create_program("south", "South", by="ana")
    file = desk.file("id\nacme\n")

    with pytest.raises(InputError, match=r"I205 name the program .* there are north, south"):
        desk.import_(file)
    with pytest.raises(NotFoundError, match="did you mean `south`"):
        desk.import_(file, program="soutj")
    report = desk.import_(file, program="south")

    assert report.written
    assert [item.id for item in desk.kam.subjects("account")] == ["south/acme"]


def test_a_kind_without_a_parent_can_be_imported(desk: Desk) -> None:
    file = desk.file("id,size\neast,12\nnorth,3\n")
    mapping = ACCOUNTS.replace("account", "program") + "  facts: {program.size: size}\n"

    report = desk.import_(file, mapping)

    assert (report.created, report.existing, report.recorded) == (1, 1, 2)


def test_an_id_that_another_kind_has_is_rejected(desk: Desk) -> None:
    desk.kam.create_account("north", "acme", "Acme", by="ana")

    report = desk.import_(desk.file("id\nacme\n"), ACCOUNTS.replace("account", "partner"))

    assert [item.reason for item in report.rejects] == [
        "`north/acme` exists already, as another kind of subject"
    ]


def test_the_rejects_go_to_a_file_that_spreadsheets_read(desk: Desk, tmp_path: Path) -> None:
    file = desk.file('id,segment\nMüller,"=cmd()"\nbeta,-5\n', "in.csv")
    report = desk.import_(file, with_facts(SEGMENT))
    path = tmp_path / "rejects.csv"

    write_rejects(path, report.rejects)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as rejects:
        rows = list(csv.DictReader(rejects))
    assert [(row["row"], row["column"], row["subject"]) for row in rows] == [
        ("2", "segment", "Müller"),
        ("3", "segment", "beta"),
    ]
    assert [row["value"] for row in rows] == ["'=cmd()", "-5"]


def test_progress_is_told_now_and_then_and_at_the_end(desk: Desk) -> None:
    from kamflow import import_file  # noqa: PLC0415

    file = desk.file("id\n" + "".join(f"a{number}\n" for number in range(450)))
    told: list[tuple[int, int | None]] = []

    import_file(
        desk.kam,
        file,
        desk.mapping(ACCOUNTS),
        what="accounts",
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(200, 451), (400, 451), (450, 450)]


def test_a_break_in_the_middle_keeps_nothing(desk: Desk) -> None:
    file = desk.file('id,segment\nacme,strategic\nbeta,"stand\n')

    with pytest.raises(InputError, match="I306"):
        desk.import_(file, with_facts(SEGMENT))

    assert desk.accounts() == []
