"""Pictures of workflows, made from the policy alone: SVG to look at, Mermaid for pages."""

from collections.abc import Iterable, Iterator
from itertools import product
from xml.sax.saxutils import escape

from kamflow.analysis.drawing import (
    GREY,
    INK,
    KINDS,
    PAPER,
    RIM,
    ROLES,
    TAGS,
    arrow_head,
    mark,
    number,
    plate,
    returning_mark,
    rounded_lines,
    text,
)
from kamflow.analysis.layout import Box, Drawn, Lettered, Plan, plan
from kamflow.analysis.lettering import TAG_GAP, TRIGGER, Tag, label_of, text_width
from kamflow.analysis.stacking import LEADING, NAME, SMALL, STEM, time_allowed
from kamflow.model.pack import RETURNING, SAME, Pack, Transition, Workflow

_PAD, _NARROWEST, _LEGEND_ROW, _TITLE = 30.0, 640.0, 26.0, 22.0
_LETTERS = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def svg(pack: Pack, workflow: Workflow) -> str:
    """Return a picture of `workflow` as SVG: no scripts, no style sheet, nothing from elsewhere."""
    found = plan(workflow)
    title = text_width(workflow.title, _TITLE, bold=True) + 2 * _PAD
    width = max(found.width, title, _NARROWEST)
    entries = list(_legend_entries(found))
    rows = _rows(entries, width - 2 * _PAD)
    legend_top = found.height + 1.6 * _PAD
    height = legend_top + _LEGEND_ROW * len(rows) + 0.5 * _PAD
    parts = [
        *_frame(workflow, width, height),
        *(part for line in found.lines for part in _line(line)),
        *(part for box in found.boxes for part in _box(box)),
        *_start(found),
        *(part for label in found.labels for part in _label(pack, label)),
        *_legend(rows, legend_top, width),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" font-family="{_LETTERS}" role="img">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _frame(workflow: Workflow, width: float, height: float) -> Iterator[str]:
    count = f"{len(workflow.stages)} stages, {len(workflow.transitions)} transitions"
    yield mark("title", escape(f"{workflow.title}: {count}"))
    yield mark(
        "rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=14, fill=PAPER, stroke=RIM
    )
    yield text(workflow.title, (_PAD, 46.0), _TITLE, font_weight="bold")
    yield text(f"{workflow.id}: {count}", (_PAD, 67.0), 12, GREY)


def _start(found: Plan) -> Iterator[str]:
    """Yield the dot from which the first stage is entered."""
    first = next(box for box in found.boxes if box.stage.kind == "initial")
    x, y = first.x + STEM, first.y
    yield mark("circle", cx=x, cy=y - 22, r=5.0, fill=INK)
    yield rounded_lines([((x, y - 22), (x, y - 5))], INK, 2.0)
    yield arrow_head((x, y), (x, y - 10), INK)


def _line(line: Drawn) -> Iterator[str]:
    colour = ROLES[line.role][1]
    width = 2.2 if line.role == "forward" and len(line.paths[0]) == 2 else 1.6  # noqa: PLR2004
    yield rounded_lines(line.paths, colour, width, halo=True)
    yield rounded_lines(
        [(*path[:-1], _short_of(path[-1], path[-2])) for path in line.paths], colour, width
    )
    for path in line.paths:
        if line.net.targets:
            yield arrow_head(path[-1], path[-2], colour)
        else:
            yield returning_mark(path[-1], colour)


def _short_of(tip: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """Return where a line ends so that its head comes to a point."""
    dx = (tip[0] > before[0]) - (tip[0] < before[0])
    dy = (tip[1] > before[1]) - (tip[1] < before[1]) if not dx else 0
    return tip[0] - 6 * dx, tip[1] - 6 * dy


def _box(box: Box) -> Iterator[str]:
    _, rim, area = KINDS[box.stage.kind]
    end = box.stage.kind == "end"
    yield mark(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=9,
        fill=area,
        stroke=rim,
        stroke_width=3.0 if end else 1.5,
    )
    content = NAME + 4 + LEADING * len(box.purpose)
    y = box.y + (box.height - content) / 2 + NAME - 1
    yield text(box.stage.id, (box.x + 15, y), NAME, font_weight="bold")
    if allowed := time_allowed(box.stage):
        yield text(allowed, (box.x + box.width - 13, y), SMALL, rim, text_anchor="end")
    for number_, words in enumerate(box.purpose, start=1):
        yield text(words, (box.x + 15, y + 3 + LEADING * number_), SMALL, GREY)


def _label(pack: Pack, item: Lettered) -> Iterator[str]:
    left, _, right, _ = item.frame
    anchor = {"text_anchor": "end"} if item.flush_right else {}
    x = right if item.flush_right else left
    yield text(item.label.trigger, (x, item.y - 5), TRIGGER, font_weight="bold", **anchor)
    plates = sum(tag.width + TAG_GAP for tag in item.label.tags) - TAG_GAP
    x = right - plates if item.flush_right else left
    for tag in item.label.tags:
        yield plate(tag, (x, item.y + 4), _title(pack, tag))
        x += tag.width + TAG_GAP


def _title(pack: Pack, tag: Tag) -> str:
    if tag.kind == "gate" and tag.text in pack.gates:
        return pack.gates[tag.text].title
    if tag.kind == "approval" and tag.text in pack.approvals:
        return pack.approvals[tag.text].title
    return ""


# ---- legend: sign, words and width of each entry

_Entry = tuple[str, str, str, float]


def _legend_entries(found: Plan) -> Iterable[_Entry]:
    kinds = {box.stage.kind for box in found.boxes}
    roles = {line.role for line in found.lines}
    tags = {tag.kind for label in found.labels for tag in label.label.tags}
    yield from (_entry("kind", kind, KINDS[kind][0]) for kind in KINDS if kind in kinds)
    yield from (_entry("role", role, ROLES[role][0]) for role in ROLES if role in roles)
    yield from (_entry("tag", tag, TAGS[tag][0]) for tag in TAGS if tag in tags)
    if any(not line.net.targets for line in found.lines):
        yield _entry("mark", "return", "to the stage it came from")
    if any(box.stage.sla_days is not None for box in found.boxes):
        yield _entry("days", "", "time it should take at most")


def _entry(sign: str, key: str, words: str) -> _Entry:
    return sign, key, words, 34 + text_width(words, 11) + 18


def _rows(entries: list[_Entry], width: float) -> list[list[_Entry]]:
    rows: list[list[_Entry]] = [[]]
    for entry in entries:
        if rows[-1] and sum(item[3] for item in rows[-1]) + entry[3] > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


def _legend(rows: list[list[_Entry]], top: float, width: float) -> Iterator[str]:
    yield rounded_lines([((_PAD, top - 18), (width - _PAD, top - 18))], RIM, 1.0)
    for row, entries in enumerate(rows):
        x, y = _PAD, top + _LEGEND_ROW * row
        for sign, key, words, room in entries:
            yield _sign(sign, key, x, y)
            yield text(words, (x + 34, y + 4), 11, GREY)
            x += room


def _sign(sign: str, key: str, x: float, y: float) -> str:
    if sign == "kind":
        _, rim, area = KINDS[key]
        width = 3.0 if key == "end" else 1.5
        return mark(
            "rect",
            x=x,
            y=y - 8,
            width=26,
            height=16,
            rx=4,
            fill=area,
            stroke=rim,
            stroke_width=width,
        )
    if sign == "role":
        colour = ROLES[key][1]
        line = rounded_lines([((x, y), (x + 20, y))], colour, 2.0)
        return line + arrow_head((x + 27, y), (x, y), colour)
    if sign == "tag":
        _, area, rim, _ink = TAGS[key]
        radius = 2.5 if key == "gate" else 7.5
        return mark("rect", x=x, y=y - 7.5, width=26, height=15, rx=radius, fill=area, stroke=rim)
    if sign == "days":
        return text("9 days", (x + 28, y + 4), SMALL, GREY, text_anchor="end")
    return returning_mark((x + 13, y), ROLES[key][1])


# ---- Mermaid

# Words with a meaning of their own in Mermaid, which a stage may well have for a name.
_RESERVED = frozenset(
    (
        *(
            "accdescr",
            "acctitle",
            "as",
            "class",
            "classdef",
            "click",
            "default",
            "direction",
            "end",
        ),
        *("hide", "href", "left", "note", "right", "scale", "state", "statediagram", "style"),
    )
)


def mermaid(pack: Pack, workflow: Workflow) -> str:
    """Return `workflow` as a Mermaid state diagram: triggers, gates and approvals on the lines.

    What does not leave a stage stands in its box: Mermaid draws the loops of a stage on each other.
    """
    stages = workflow.stages.values()
    kinds = [kind for kind in KINDS if any(stage.kind == kind for stage in stages)]
    returns = any(item.targets == (RETURNING,) for item in workflow.transitions)
    lines = [
        f"accTitle: {_words(workflow.title)} ({pack.id} {pack.version})",
        *(f'state "{stage.id}" as {_name(stage.id)}' for stage in stages),
        *(['state "where it came from" as returning'] if returns else ()),
        f"[*] --> {_name(workflow.initial)}",
        *_stays(workflow),
        *_edges(workflow),
        *(f"{_name(stage.id)} --> [*]" for stage in stages if stage.kind == "end"),
        *(f"classDef {kind}Stage {_style(kind)}" for kind in kinds),
        *(f"class {_name(stage.id)} {stage.kind}Stage" for stage in stages),
    ]
    return "stateDiagram-v2\n" + "".join(f"    {line}\n" for line in lines)


def _stays(workflow: Workflow) -> Iterator[str]:
    for item in workflow.transitions:
        if item.targets == (SAME,):
            yield from (f"{_name(stage)} : stays for {_told(item)}" for stage in item.sources)


def _edges(workflow: Workflow) -> Iterator[str]:
    """Yield one line for each two stages, with every transition between them."""
    between: dict[tuple[str, str], list[str]] = {}
    for item in workflow.transitions:
        targets = () if item.targets == (SAME,) else item.targets
        for pair in product(item.sources, targets):
            between.setdefault(pair, []).append(_told(item))
    for (source, target), told in between.items():
        yield f"{_name(source)} --> {_name(target)} : {'<br/>'.join(told)}"


def _told(item: Transition) -> str:
    plates = ", ".join(tag.text for tag in label_of(item).tags)
    return _words(f"{item.trigger} ({plates})" if plates else item.trigger)


def _name(stage: str) -> str:
    return f"{stage}_stage" if stage in _RESERVED else stage


def _words(words: str) -> str:
    """Return `words` with every sign that Mermaid would read as its own written as a code."""
    return "".join(
        sign if sign.isalnum() or sign in " _-.,()/" else f"#{ord(sign)};" for sign in words
    )


def _style(kind: str) -> str:
    _, rim, area = KINDS[kind]
    return f"fill:{area},stroke:{rim},color:{INK}"
