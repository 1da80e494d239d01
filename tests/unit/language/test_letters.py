"""Names in any script, as long as people can read them off the page and tell them apart."""

import pytest

from kamflow.language.building import ConditionError
from kamflow.language.conditions import parse_condition
from kamflow.language.load import MAX_BYTES_TOGETHER, MAX_PROBLEMS, load_pack
from tests.builders import files_of, problems


@pytest.mark.parametrize("name", ["kam", "größe", "менеджер", "διευθυντής", "מנהל", "担当者", "q1"])
def test_names_in_other_scripts_are_names(name: str) -> None:
    assert problems(f"roles: {{{name}: {{who: x}}, boss: {{who: x, members: [{name}]}}}}") == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("k\u202eam", "`k<U+202E>am` holds the character U+202E, which cannot be seen"),
        ("\u200fkam", "`<U+200F>kam` holds the character U+200F, which cannot be seen"),
        ("k\u200bam", "`k<U+200B>am` holds the character U+200B, which cannot be seen"),
        ("k\u0430m", "`k\u0430m` mixes letters that look alike: Cyrillic and Latin"),
        ("e\u0301", "`e\u0301` is not in the composed form (NFC); type its letters anew"),
        ('"kam "', "`kam ` begins or ends with a space"),
        ('""', "a name is missing here"),
        ("x" * 201, "a name has at most 200 characters, not 201"),
    ],
)
def test_a_name_that_cannot_be_read_off_the_page_is_a_problem(name: str, fault: str) -> None:
    assert problems(f"roles: {{{name}: {{who: x}}}}") == [f"rules/1.yaml:1:9: K205 {fault}"]


def test_two_names_that_look_the_same_are_a_problem() -> None:
    latin, cyrillic = "cop", "\u0441\u043e\u0440"

    (problem,) = problems(f"roles:\n  {latin}: {{who: x}}\n  {cyrillic}: {{who: x}}\n")

    assert problem.startswith(f"rules/1.yaml:3:3: K204 role `{cyrillic}` looks like `cop`, given")


def test_a_name_that_only_looks_right_is_told_from_the_one_that_is() -> None:
    (problem,) = problems("roles: {cop: {who: x}, boss: {who: x, members: [\u0441\u043e\u0440]}}")

    assert problem.endswith("did you mean `cop`, which only looks the same?")


@pytest.mark.parametrize(
    ("condition", "sign"),
    [
        ("account.\u0441ore > 1", "U+0441, CYRILLIC SMALL LETTER ES"),
        ("account.n \u2265 1", "U+2265, GREATER-THAN OR EQUAL TO"),
        ("account.n\u200b > 1", "U+200B, ZERO WIDTH SPACE"),
        ("account.n\u00a0> 1", "U+00A0, NO-BREAK SPACE"),
        ("\u202eaccount.n > 1", "U+202E, RIGHT-TO-LEFT OVERRIDE"),
    ],
)
def test_an_alien_letter_in_a_condition_is_named(condition: str, sign: str) -> None:
    gate = f"gates: {{G: {{subject: account, criteria: [{{id: C, must: '{condition}'}}]}}}}"

    (problem,) = problems(gate)

    assert f"({sign}) stands only inside double quotes" in problem
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("condition", "ours"),
    [("n \u2265 1", ">="), ("n \u2260 1", "!="), ("n > 1 AND n < 3", "and")],
)
def test_what_other_languages_write_is_answered_with_ours(condition: str, ours: str) -> None:
    with pytest.raises(ConditionError, match=f"did you mean `{ours}`"):
        parse_condition(condition)


@pytest.mark.parametrize("text", ['"a\\0b"', '"a\\e[31mb"', '"a\\x7fb"'])
def test_characters_that_drive_a_terminal_are_refused_even_when_escaped(text: str) -> None:
    (problem,) = problems(f"roles: {{kam: {{who: {text}}}}}")

    assert problem.startswith("rules/1.yaml:1:20: K206 the character U+00")


def test_the_files_of_a_policy_are_bounded_together() -> None:
    third = b"#" * (MAX_BYTES_TOGETHER // 3 + 1)

    lines = [str(item) for item in load_pack(files_of(third, third, third)).diagnostics]

    assert "K101 up to here the policy has more than 2,000,000 bytes" in lines[0]


def test_reading_ends_when_nobody_will_look_at_more_problems() -> None:
    found = problems("".join(f"k{number}: 1\n" for number in range(1_000)))

    assert len(found) == MAX_PROBLEMS
    assert found[-1].endswith("(reading ended at 200 problems; there may be more)")
