"""How much room words take in a picture."""

from kamflow.analysis.lettering import label_of, text_width, wrapped
from kamflow.model.pack import Transition


def test_a_longer_text_is_wider_and_bold_is_wider_still() -> None:
    assert text_width("measure", 10) < text_width("measured", 10)
    assert text_width("measure", 10) < text_width("measure", 10, bold=True)


def test_letters_of_other_scripts_have_a_width() -> None:
    assert text_width("測定", 10) > text_width("ab", 10)
    assert text_width("Größe", 10) > text_width("Gr", 10)


def test_text_is_wrapped_between_words() -> None:
    lines = wrapped("secure the team and its time", 10, text_width("secure the team", 10), lines=3)

    assert lines == ("secure the team", "and its time")


def test_text_that_does_not_fit_ends_with_an_ellipsis() -> None:
    lines = wrapped("one, two, three, four", 10, text_width("three, ", 10), lines=2)

    assert lines == ("one,", "two …")


def test_a_word_wider_than_the_line_stands_alone() -> None:
    assert wrapped("a cooperation b", 10, 5, lines=3) == ("a", "cooperation", "b")


def test_a_label_is_as_wide_as_its_trigger_or_its_plates() -> None:
    bare = Transition(id="T", trigger="start_co_creation", sources=("a",), targets=("b",))
    rich = Transition(
        id="T",
        trigger="go",
        sources=("a",),
        targets=("b",),
        gate="G-LONG-NAME",
        approval="AP-LONG-NAME",
        automatic=True,
    )

    assert [tag.kind for tag in label_of(rich).tags] == ["gate", "approval", "automatic"]
    assert label_of(bare).tags == ()
    assert label_of(rich).width > text_width("go", 12.5, bold=True)
    assert label_of(bare).width == text_width("start_co_creation", 12.5, bold=True)
