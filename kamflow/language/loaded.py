"""What comes of reading policy files. Apart from the reader, so that naming it is quick."""

from msgspec import Struct

from kamflow.language.diagnostics import Diagnostic, Place
from kamflow.model.pack import Pack

MAX_BYTES = 1_000_000  # of one file


class Loaded(Struct, frozen=True):
    """A pack, or the problems because of which there is none.

    `places` tells where each thing is declared, by what it is and its id.
    """

    pack: Pack | None
    diagnostics: tuple[Diagnostic, ...]
    places: dict[tuple[str, str], Place] = {}
