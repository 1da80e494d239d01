"""Conditions of every form, over any facts: a verdict or problems with their place, never more."""

import re
from random import Random

from hypothesis import given, note, settings
from hypothesis import strategies as st

from kamflow.language.building import ConditionError
from kamflow.language.conditions import parse_condition
from kamflow.language.unparse import unparse
from tests.properties.fuzz_packs import FORMS, Past, judged_both_ways, with_gate, written

LINE = re.compile(r"^rules/2\.yaml:\d+:\d+: K\d{3} \S.*$")
PLACE = re.compile(r"^rules/2\.yaml:(\d+):")

seeds = st.randoms(use_true_random=True)


def sound(conditions: list[str]) -> list[str]:
    """Return the conditions that the small pack takes; the others have problems with a place."""
    lines = [str(item) for item in with_gate(conditions).diagnostics]
    assert all(LINE.match(line) for line in lines), lines
    wrong = {int(PLACE.findall(line)[0]) - 5 for line in lines}
    return [text for number, text in enumerate(conditions) if number not in wrong]


@given(seeds)
@settings(max_examples=40)
def test_conditions_of_every_form_are_judged_alike_over_any_past(random: Random) -> None:
    kept = sound([written(random, "f", random.choice((0, 1, 2, 3))) for _ in range(20)])
    pack = with_gate(kept).pack
    assert pack is not None
    past = Past(random, pack)
    note("\n".join(kept))

    for subject in past.subjects.values():
        if subject.kind == "account":
            judged_both_ways(past, subject.id, "G")


def test_every_form_of_the_grammar_is_reached() -> None:
    random = Random(1)  # noqa: S311 - the same texts in every run
    every = " ".join(written(random, "f", 3) for _ in range(3_000))

    for forms in FORMS.values():
        for form in forms:
            bits = [bit for bit in re.split(r"<\w+>", form) if bit.strip()]
            assert all(bit in every for bit in bits), form


TOKEN = re.compile(r"[\w.]+|\s+|[^\w\s]")
WILD = (
    "", " ", "(", ")", "{", "}", ",", "-", "not", "and", "or", "of", "where", "within", "as of",
    "self.account.a", "today", "stage", "9" * 31, "0", "30 days", "1 hour", "2026-02-30", '"',
    '"x"', "count(", "sum(", "trend(", "no ", "cohort(", "edited(", "P.", "P.size",
    "account", "__class__",
    "\u202e", "\u200b", "\u0430", "\u0661", "\u00b2", "\ufeff", "\x00", "\U0001f600", "\r\n", "\t",
)  # fmt: skip


@given(seeds)
@settings(max_examples=300)
def test_a_condition_with_other_words_is_read_or_has_a_place_where_it_is_not(
    random: Random,
) -> None:
    words = TOKEN.findall(written(random, "f", 3))
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(words))
        words[at : at + random.choice((0, 1, 2))] = [random.choice((*WILD, random.choice(words)))]
        words = words or [""]
    text = "".join(words)

    at, canonical = read(text)

    assert 0 <= at <= len(text)
    assert canonical is None or read(canonical)[1] == canonical


def read(text: str) -> tuple[int, str | None]:
    """Return where a condition begins and its canonical text, or where reading it stopped."""
    try:
        tree = parse_condition(text)
    except ConditionError as error:
        return error.at if str(error) else -1, None
    return tree.at, unparse(tree)
