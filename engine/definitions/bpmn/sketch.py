"""A foreign BPMN file as its author drew it, so that it can be laid beside what became of it.

Only what stands in the file is drawn: the places of its shapes and the bends of its lines. Elements
that were rewritten or refused are marked.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterator
from html import escape
from typing import NamedTuple

from engine.definitions.markup import Element, Unreadable, read_markup

#: shapes and lines that are drawn, and how far from each other they may be
MOST_DRAWN = 3_000
FARTHEST = 100_000
MARGIN = 20
#: a letter and a line of a caption
LETTER, LINE = 12, 14


class Box(NamedTuple):
    """Where a shape stands."""

    x: float
    y: float
    width: float
    height: float


def sketch(
    content: bytes, rewritten: Collection[int] = (), refused: Collection[int] = (), title: str = ""
) -> str:
    """Return the picture a file holds as SVG; nothing if it holds none.

    Args:
        content: the file.
        rewritten: the lines of elements that became something else.
        refused: the lines of elements that cannot be executed.
        title: what the picture is called.
    """
    try:
        root = read_markup(content)
    except Unreadable:
        return ""
    known = {one.given("id"): one for one in _all(root) if one.given("id")}
    plane = next(iter(root.all("BPMNDiagram")), None)
    plane = plane.first("BPMNPlane") if plane is not None else None
    drawn = plane.children[:MOST_DRAWN] if plane is not None else []
    parts: list[str] = []
    corners: list[tuple[float, float]] = []
    for one in drawn:
        element = known.get(one.given("bpmnElement"))
        if element is None:
            continue
        marked = "refused" if element.line in refused else ""
        marked = marked or ("rewritten" if element.line in rewritten else "")
        box = _box(one)
        if one.name == "BPMNShape" and box is not None:
            corners += [(box.x, box.y), (box.x + box.width, box.y + box.height)]
            parts.append(_shape(element, box, marked))
        elif one.name == "BPMNEdge":
            points = [point for each in one.all("waypoint") if (point := _point(each))]
            corners += points
            parts.append(_line(element, points, marked))
    if not corners:
        return ""
    left, top = (min(axis) - MARGIN for axis in zip(*corners, strict=True))
    right, bottom = (max(axis) + MARGIN for axis in zip(*corners, strict=True))
    width, height = right - left, bottom - top
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sketch" role="img" '
        f'width="{width:g}" height="{height:g}" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _all(scope: Element) -> Iterator[Element]:
    for one in scope.children:
        yield one
        yield from _all(one)


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return math.nan
    return found if abs(found) < FARTHEST else math.nan


def _point(one: Element) -> tuple[float, float] | None:
    point = (_number(one.given("x")), _number(one.given("y")))
    return None if any(map(math.isnan, point)) else point


def _box(shape: Element) -> Box | None:
    bounds = shape.first("Bounds")
    if bounds is None:
        return None
    box = Box(*(_number(bounds.given(name)) for name in ("x", "y", "width", "height")))
    return None if any(map(math.isnan, box)) else box


def _shape(element: Element, box: Box, marked: str) -> str:
    x, y, width, height = box
    middle = (x + width / 2, y + height / 2)
    kind, caption = element.name, " ".join(element.given("name").split())
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    label, space = middle, width - 8
    if kind.endswith("Event"):
        thick = 3 if kind == "endEvent" else 1.5
        figure = (
            f'<circle class="box" cx="{middle[0]:g}" cy="{middle[1]:g}" r="{width / 2:g}" '
            f'stroke-width="{thick}"/>'
        )
        label, space = (middle[0], y + height + LINE), 90
    elif kind.endswith("Gateway"):
        corners = (
            f"{middle[0]:g},{y:g} {x + width:g},{middle[1]:g} "
            f"{middle[0]:g},{y + height:g} {x:g},{middle[1]:g}"
        )
        figure = f'<polygon class="box" points="{corners}"/>' + _sign(kind, middle)
        label, space = (middle[0], y + height + LINE), 110
    elif kind in ("participant", "lane"):
        figure = f'<rect class="area" {size}/>'
        label, space = (x + width / 2, y + LINE), width - 8
    else:
        rounded = 0 if kind in ("textAnnotation", "dataObjectReference") else 8
        figure = f'<rect class="box" {size} rx="{rounded}"/>'
        if kind in ("subProcess", "transaction", "adHocSubProcess"):
            label = (middle[0], y + LINE + 4)
    text = _text(caption, label, max(space, 40))
    return f'<g class="{marked}" data-kind="{escape(kind)}">{figure}{text}</g>'


def _sign(kind: str, middle: tuple[float, float]) -> str:
    sign = {"parallelGateway": "+", "inclusiveGateway": "○", "eventBasedGateway": "⬠"}
    return _text(sign.get(kind, "×"), (middle[0], middle[1] + 5), 40)


def _text(caption: str, at: tuple[float, float], space: float) -> str:
    """Write a caption in lines around a point."""
    wide = any(ord(letter) > 255 for letter in caption)
    letters = max(3, int(space / (LETTER if wide else LETTER * 0.58)))
    lines = textwrap.wrap(caption, letters)[:4]
    top = at[1] - LINE * (len(lines) - 1) / 2 + 4
    return "".join(
        f'<text x="{at[0]:g}" y="{top + LINE * number:g}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )


def _line(element: Element, points: list[tuple[float, float]], marked: str) -> str:
    if len(points) < 2:
        return ""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dashed = "" if element.name == "sequenceFlow" else " dashed"
    (x, y), (before_x, before_y) = points[-1], points[-2]
    way = math.atan2(y - before_y, x - before_x)
    tip = " ".join(
        f"{x - 9 * math.cos(way + turn):g},{y - 9 * math.sin(way + turn):g}" for turn in (-0.4, 0.4)
    )
    half = len(points) // 2
    label = (
        (points[half - 1][0] + points[half][0]) / 2,
        (points[half - 1][1] + points[half][1]) / 2 - 8,
    )
    text = _text(" ".join(element.given("name").split()), label, 120)
    return (
        f'<g class="{marked}"><polyline class="way{dashed}" points="{path}"/>'
        f'<polygon class="tip" points="{x:g},{y:g} {tip}"/>{text}</g>'
    )
