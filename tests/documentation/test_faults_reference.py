"""`docs/reference/faults.md` has every scenario of `make chaos`, and no other."""

from tests.chaos.scenarios import SCENARIOS
from tests.documentation.pages import DOCS, tables

PAGE = DOCS / "reference" / "faults.md"


def test_every_scenario_is_in_the_tables_with_what_is_seen() -> None:
    rows = [row for table in tables(PAGE.read_text("utf-8")) for row in table[1:]]

    assert sorted(row[0].strip("`") for row in rows) == sorted(SCENARIOS)
    assert all(done and seen for _, done, seen in rows)


def test_every_scenario_says_what_is_done_and_what_the_user_sees() -> None:
    texts = {name: scenario.__doc__ or "" for name, scenario in SCENARIOS.items()}

    assert [name for name, text in texts.items() if "\n\n" not in text] == []
