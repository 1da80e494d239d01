"""How much room words take in a picture, and what stands on a line between two stages.

A picture is made without asking any font, so widths are those of Arial (and of the fonts that are
made to its measure) with a little to spare.
"""

from msgspec import Struct

from kamflow.model.pack import Transition

TRIGGER, TAG = 12.5, 10.0  # sizes of the letters
TAG_HEIGHT, TAG_PADDING, TAG_GAP = 15.0, 5.0, 4.0

_SPARE = 1.06  # other fonts run a little wider
_WIDE_LETTER = 0.60  # of the letter size; whatever is not in Latin
_IDEOGRAPH = 1.0
_WIDTHS = {
    0.222: "'ijl|",
    0.278: " !,./:;I[]\\ft",
    0.333: "()-`r",
    0.355: '"',
    0.5: "Jckszxvy",
    0.556: "0123456789?_abdeghnopqu$#L",
    0.584: "+<=>~",
    0.611: "FTZ",
    0.667: "ABEKPSVXY&",
    0.722: "CDHNRUw",
    0.778: "GOQ",
    0.833: "Mm",
    0.889: "%",
    0.944: "W",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide `text` is in letters of `size`."""
    width = sum(
        _WIDTH_OF.get(letter, _IDEOGRAPH if ord(letter) > 0x2E80 else _WIDE_LETTER)  # noqa: PLR2004 - where the scripts of East Asia begin
        for letter in text
    )
    return width * size * _SPARE * (1.07 if bold else 1.0)


def wrapped(text: str, size: float, width: float, *, lines: int) -> tuple[str, ...]:
    """Return `text` in at most so many lines of `width`; a longer one ends with an ellipsis."""
    found: list[str] = []
    for word in text.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and text_width(longer, size) <= width:
            found[-1] = longer
        else:
            found.append(word)
    if len(found) <= lines:
        return tuple(found)
    return (*found[: lines - 1], f"{found[lines - 1].rstrip(',;:')} …")


class Tag(Struct, frozen=True):
    """A small plate: the id of a gate or an approval, or that nobody has to ask."""

    kind: str  # "gate", "approval", "automatic"
    text: str

    @property
    def width(self) -> float:
        """How wide the plate is."""
        return text_width(self.text, TAG) + 2 * TAG_PADDING


class Label(Struct, frozen=True):
    """What stands on a line: the trigger above it, plates below it."""

    trigger: str
    tags: tuple[Tag, ...]

    @property
    def width(self) -> float:
        """How wide the label is."""
        plates = sum(tag.width + TAG_GAP for tag in self.tags) - TAG_GAP
        return max(text_width(self.trigger, TRIGGER, bold=True), plates)

    @property
    def above(self) -> float:
        """How far it reaches above the line."""
        return TRIGGER + 5

    @property
    def below(self) -> float:
        """How far it reaches below the line."""
        return TAG_HEIGHT + 4 if self.tags else 0.0


def label_of(transition: Transition) -> Label:
    """Return what stands on the line of a transition."""
    tags = (
        *([Tag("gate", transition.gate)] if transition.gate else ()),
        *([Tag("approval", transition.approval)] if transition.approval else ()),
        *([Tag("automatic", "automatic")] if transition.automatic else ()),
    )
    return Label(transition.trigger, tags)
