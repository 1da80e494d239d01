"""Marks of SVG, and their colours.

Every mark carries its own attributes, because slide programs do not read style sheets.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from kamflow.analysis.lettering import TAG, TAG_HEIGHT, TAG_PADDING, Tag

PAPER, RIM, INK, GREY = "#fcfcfd", "#d5dae1", "#18212f", "#5b6675"

# kind of stage -> what a reader calls it, colour of the rim, colour of the area
KINDS = {
    "initial": ("first stage", "#2563a8", "#e8f1fb"),
    "active": ("active stage", "#2f7d5b", "#e9f5ef"),
    "steady": ("steady stage", "#0e7490", "#dff3f8"),
    "waiting": ("waiting", "#b7791f", "#fdf4e0"),
    "end": ("end", "#6b7280", "#eef0f3"),
}
# role of a line -> what a reader calls it, colour
ROLES = {
    "forward": ("onward", "#18212f"),
    "back": ("back", "#6d4bc3"),
    "self": ("the stage is not left", "#2563a8"),
    "aside": ("aside", "#b4471b"),
    "waiting": ("to waiting", "#b7791f"),
    "end": ("to an end", "#6b7280"),
    "return": ("return", "#0f766e"),
}
# kind of plate -> what a reader calls it, colours of area, rim and letters
TAGS = {
    "gate": ("gate", "#ffffff", "#8a97a8", "#334155"),
    "approval": ("approval", "#e6e2fa", "#b9b1e6", "#3f3480"),
    "automatic": ("the engine asks by itself", "#fff3c4", "#e2c35a", "#6b5207"),
}

Point = tuple[float, float]

_CORNER = 8.0
_HALO = 5.0


def number(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def mark(name: str, content: str = "", **attributes: object) -> str:
    """Return an element; `_` in the name of an attribute stands for `-`."""
    parts = [name]
    for key, value in attributes.items():
        shown = number(value) if isinstance(value, float) else str(value)
        parts.append(f"{key.replace('_', '-')}={quoteattr(shown)}")
    return f"<{' '.join(parts)}>{content}</{name}>" if content else f"<{' '.join(parts)}/>"


def text(words: str, at: Point, size: float, colour: str = INK, **attributes: object) -> str:
    """Return words that stand on the line through `at`."""
    return mark("text", escape(words), x=at[0], y=at[1], font_size=size, fill=colour, **attributes)


def rounded_lines(
    paths: Iterable[Sequence[Point]], colour: str, width: float, *, halo: bool = False
) -> str:
    """Return lines with round corners, painted as one; their halo makes lines below step back."""
    return mark(
        "path",
        d="".join(_steps(points) for points in paths),
        fill="none",
        stroke=PAPER if halo else colour,
        stroke_width=width + _HALO if halo else width,
    )


def _steps(points: Sequence[Point]) -> str:
    steps = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _towards(corner, before), _towards(corner, after)
        steps.append(f"L{_pair(enter)}Q{_pair(corner)} {_pair(leave)}")
    return "".join([*steps, f"L{_pair(points[-1])}"])


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _towards(start: Point, goal: Point) -> Point:
    """Return the point on the way where a round corner begins: at most half the way."""
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    length = abs(dx) + abs(dy)  # lines run along the axes
    step = min(_CORNER, length / 2) / length if length else 0.0
    return start[0] + dx * step, start[1] + dy * step


def arrow_head(tip: Point, before: Point, colour: str) -> str:
    """Return a head that points from `before` to `tip`, along an axis."""
    x, y = tip
    dx = (x > before[0]) - (x < before[0])
    dy = (y > before[1]) - (y < before[1]) if not dx else 0
    back, half = 9.0, 4.2
    corners = [
        (x, y),
        (x - dx * back - dy * half, y - dy * back - dx * half),
        (x - dx * back + dy * half, y - dy * back + dx * half),
    ]
    return mark("polygon", points=" ".join(_pair(corner) for corner in corners), fill=colour)


def returning_mark(at: Point, colour: str) -> str:
    """Return a round sign with an arrow that turns back."""
    x, y = at
    arc = f"M{_pair((x - 3.6, y + 1.6))}A3.9 3.9 0 1 1 {_pair((x + 2.2, y + 3.2))}"
    head = f"M{_pair((x - 6, y - 0.6))}L{_pair((x - 3.6, y + 2.2))}L{_pair((x - 1, y - 0.6))}"
    return (
        mark("circle", cx=x, cy=y, r=9.0, fill=PAPER, stroke=colour, stroke_width=1.5)
        + mark("path", d=arc, fill="none", stroke=colour, stroke_width=1.5)
        + mark("path", d=head, fill="none", stroke=colour, stroke_width=1.5)
    )


def plate(tag: Tag, at: Point, title: str = "") -> str:
    """Return a small plate with its left upper corner at `at`; `title` shows under the pointer."""
    _, area, rim, ink = TAGS[tag.kind]
    x, y = at
    radius = 2.5 if tag.kind == "gate" else TAG_HEIGHT / 2
    return mark(
        "g",
        (mark("title", escape(title)) if title else "")
        + mark(
            "rect", x=x, y=y, width=tag.width, height=TAG_HEIGHT, rx=radius, fill=area, stroke=rim
        )
        + text(tag.text, (x + TAG_PADDING, y + TAG_HEIGHT - 4), TAG, ink),
    )
