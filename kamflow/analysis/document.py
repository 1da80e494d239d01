"""A document as a value: headings, paragraphs, lists and tables, to be rendered by a face.

As JSON, `block` tells which of them a block is.
"""

from typing import TypeAlias

from msgspec import Struct


class Heading(Struct, frozen=True, tag_field="block", tag="heading"):
    """A heading; level 1 is the title."""

    level: int
    text: str


class Paragraph(Struct, frozen=True, tag_field="block", tag="paragraph"):
    """Sentences."""

    text: str


class Bullets(Struct, frozen=True, tag_field="block", tag="bullets"):
    """A list; each item is its first line and what is said below it."""

    items: tuple[tuple[str, tuple[str, ...]], ...]


class Grid(Struct, frozen=True, tag_field="block", tag="grid"):
    """A table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Heading | Paragraph | Bullets | Grid
Document: TypeAlias = tuple[Block, ...]
