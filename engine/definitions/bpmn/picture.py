"""The process as a picture (SVG) for pages and print, with the steps of a case marked.

Accessible: the picture has a title and a description in words, each step a title of its own, and
marks differ in shape as well as in colour. Colours can be replaced by the page: they are CSS
variables with defaults.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from engine.definitions.bpmn.arrange import Cell, arrange
from engine.definitions.flow import Flow, Way
from engine.definitions.process import Step

Language = Literal["zh", "en"]

WIDTH, HEIGHT = 168, 48
GAP_X, GAP_Y = 92, 34
LANE = 14
MARGIN = 20
#: a line of a caption, in halves of a Chinese character
LINE = 22

_KINDS: Mapping[str, tuple[str, str]] = {
    "chain": ("逐级办理", "level by level"),
    "panel": ("表决", "vote"),
    "wait": ("等待", "waits"),
    "call": ("调用", "calls"),
    "parallel": ("同时进行", "at the same time"),
    "automatic": ("自动", "automatic"),
}
_STATES: Mapping[str, tuple[str, str]] = {
    "current": ("当前步骤", "present step"),
    "visited": ("已经过", "passed"),
    "returned": ("曾退回到此", "was returned here"),
}
STYLE = """
.flow{font-size:14px;
font-family:"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",system-ui,sans-serif}
.flow .box{fill:var(--flow-box,#fff);stroke:var(--flow-line,#8a94a6);stroke-width:1.25}
.flow .name{fill:var(--flow-text,#1f2937);text-anchor:middle}
.flow .kind{fill:var(--flow-soft,#5b6472);font-size:11px;text-anchor:middle}
.flow .way{fill:none;stroke:var(--flow-line,#8a94a6);stroke-width:1.25}
.flow .back{stroke-dasharray:5 4;stroke:var(--flow-back,#b45309)}
.flow .label{fill:var(--flow-soft,#5b6472);font-size:11px}
.flow .label.back{fill:var(--flow-back,#b45309);stroke:none}
.flow .paper{fill:var(--flow-paper,#fff);opacity:.92}
.flow .end .box{fill:var(--flow-end,#f3f4f6)}
.flow .visited .box{fill:var(--flow-visited,#e6f4ea);stroke:var(--flow-visited-line,#2e7d32)}
.flow .returned .box{stroke:var(--flow-back,#b45309);stroke-dasharray:5 4}
.flow .current .box{fill:var(--flow-current,#1d4ed8);
stroke:var(--flow-current,#1d4ed8);stroke-width:2}
.flow .current .name,.flow .current .kind{fill:var(--flow-current-text,#fff)}
.flow .current .name{font-weight:600}
.flow .mark{fill:var(--flow-visited-line,#2e7d32);font-size:13px;text-anchor:middle}
.flow .current .mark{fill:var(--flow-current-text,#fff)}
""".strip()


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a case has been and is."""

    visited: Collection[str] = ()
    current: Collection[str] = ()
    #: steps it was returned to
    returned: Collection[str] = ()
    #: a line below a step's caption, such as the organisation it is at
    notes: Mapping[str, str] = field(default_factory=dict)

    def states(self, step: str) -> list[str]:
        """Return the marks of a step as names of classes."""
        found = [name for name in ("visited", "returned") if step in getattr(self, name)]
        return ["current"] if step in self.current else found


def draw(
    flow: Flow,
    marks: Marks | None = None,
    language: Language = "zh",
    caption: Callable[[str], str] = str,
) -> str:
    """Return a process as SVG.

    Args:
        flow: the process as a graph.
        marks: the steps of a case to mark.
        language: of the words that are not the author's.
        caption: gives the author's captions in that language.
    """
    return _Picture(flow, marks or Marks(), language, caption).svg()


@dataclass(frozen=True, slots=True)
class _Line:
    points: tuple[tuple[float, float], ...]
    label: str
    back: bool
    #: where the label stands, and whether it ends or begins there
    at: tuple[float, float]
    anchor: Literal["start", "middle", "end"] = "start"


class _Picture:
    def __init__(
        self, flow: Flow, marks: Marks, language: Language, caption: Callable[[str], str]
    ) -> None:
        self.flow = flow
        self.marks = marks
        self.language = language
        self.caption = caption
        self.cells = arrange(flow)
        self.ways = _joined(flow, self.cells, caption)
        self.backs = sorted({w.target for w in self.ways if w.back}, key=self._row)
        self.left = MARGIN + (len(self.backs) * LANE + 64 if self.backs else 0)
        self._lanes: dict[tuple[int, str], int] = {}

    def _row(self, step: str) -> int:
        return self.cells[step].row

    # Places ------------------------------------------------------------------------------------

    def x(self, cell: Cell) -> float:
        return self.left + cell.column * (WIDTH + GAP_X)

    def y(self, cell: Cell) -> float:
        return MARGIN + cell.row * (HEIGHT + GAP_Y)

    def lane(self, column: int, target: str) -> float:
        """Return where lines to a step run in the gap right of a column."""
        used = [key for key in self._lanes if key[0] == column]
        number = self._lanes.setdefault((column, target), len(used))
        right = self.left + column * (WIDTH + GAP_X) + WIDTH
        return right + GAP_X - 12 - (number % 4) * LANE

    # Drawing -----------------------------------------------------------------------------------

    def svg(self) -> str:
        lines = list(self._lines())
        columns = max(cell.column for cell in self.cells.values()) + 1
        rows = max(cell.row for cell in self.cells.values()) + 1
        right = any(x > self.left + columns * (WIDTH + GAP_X) - GAP_X for line in lines
                    for x, _ in line.points)  # fmt: skip
        width = self.left + columns * (WIDTH + GAP_X) - GAP_X + MARGIN + (GAP_X if right else 0)
        height = 2 * MARGIN + rows * (HEIGHT + GAP_Y) - GAP_Y
        title = escape(self.caption(self.flow.process.title))
        description = escape(self._described())
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" '
            f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
            f'style="max-width:100%;height:auto" aria-labelledby="flow-title flow-desc">',
            f'<title id="flow-title">{title}</title>',
            f'<desc id="flow-desc">{description}</desc>',
            f"<style>{STYLE}</style>",
            _arrow("arrow", "var(--flow-line,#8a94a6)"),
            _arrow("arrow-back", "var(--flow-back,#b45309)"),
            *(_path(line) for line in lines),
            *(_label(line) for line in lines if line.label),
            *(self._step(self.flow.process.steps[name], cell) for name, cell in self.cells.items()),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _step(self, step: Step, cell: Cell) -> str:
        x, y = self.x(cell), self.y(cell)
        states = self.marks.states(step.name)
        classes = " ".join(["step", step.kind, *states])
        name = self.caption(step.title)
        said = [_word(_STATES[state], self.language) for state in states]
        title = escape(("，" if self.language == "zh" else ", ").join([name, *said]))
        radius = HEIGHT / 2 if step.kind == "end" else 6
        below = self.marks.notes.get(step.name) or self._deadlines(step) or self._kind(step)
        middle = x + WIDTH / 2
        name_lines = _wrapped(name)
        tall = len(name_lines) + bool(below) * 0.8
        top = y + HEIGHT / 2 - tall * 8.5 + 13
        texts = [
            f'<text class="name" x="{middle:g}" y="{top + n * 17:g}">{escape(line)}</text>'
            for n, line in enumerate(name_lines)
        ]
        if below:
            place = top + len(name_lines) * 17 - 2
            short = escape(_cut(below, LINE + 6))
            texts.append(f'<text class="kind" x="{middle:g}" y="{place:g}">{short}</text>')
        sign = {"visited": "✓", "current": "●", "returned": "↩"}.get(states[-1] if states else "")
        if sign:
            texts.append(f'<text class="mark" x="{x + 13:g}" y="{y + 18:g}">{sign}</text>')
        current = ' aria-current="step"' if "current" in states else ""
        return (
            f'<g class="{classes}" data-step="{step.name}"{current}><title>{title}</title>'
            f'<rect class="box" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" '
            f'rx="{radius:g}"/>{"".join(texts)}</g>'
        )

    def _deadlines(self, step: Step) -> str:
        """The deadlines of the whole case by which it must have come to a step."""
        known = self.flow.process.deadlines.values()
        return "、".join(self.caption(one.title) for one in known if one.reach == step.name)

    def _kind(self, step: Step) -> str:
        word = _word(_KINDS.get(step.kind, ("", "")), self.language)
        return "" if word.lower() in self.caption(step.title).lower() else word

    def _described(self) -> str:
        steps = self.flow.process.steps
        titles = {name: self.caption(step.title) for name, step in steps.items()}
        names = [titles[name] for name, cell in self.cells.items() if cell.column == 0]
        current = [titles[name] for name in self.marks.current if name in titles]
        if self.language == "zh":
            text = "步骤依次为：" + "、".join(names) + "。"
            return text + ("当前步骤：" + "、".join(current) + "。" if current else "")
        text = "Steps: " + ", ".join(names) + "."
        return text + (" Present step: " + ", ".join(current) + "." if current else "")

    # Lines -------------------------------------------------------------------------------------

    def _lines(self) -> Iterator[_Line]:
        for way in self.ways:
            source, target = self.cells[way.source], self.cells[way.target]
            if way.back and source.column == target.column == 0:
                yield self._back(way, source, target)
            elif source.column == target.column and target.row == source.row + 1:
                yield self._down(way, source, target)
            elif source.row == target.row and abs(source.column - target.column) == 1:
                yield self._across(way, source, target)
            else:
                yield self._around(way, source, target)

    def _down(self, way: _Way, source: Cell, target: Cell) -> _Line:
        x = self.x(source) + WIDTH / 2
        top, bottom = self.y(source) + HEIGHT, self.y(target)
        return _Line(((x, top), (x, bottom)), way.label, way.back, (x + 8, (top + bottom) / 2 + 4))

    def _across(self, way: _Way, source: Cell, target: Cell) -> _Line:
        y = self.y(source) + HEIGHT / 2
        right = target.column > source.column
        # Two ways between the same boxes run beside each other.
        y += 0 if right else 9
        first = self.x(source) + (WIDTH if right else 0)
        last = self.x(target) + (0 if right else WIDTH)
        at = (first + 20, y - 5) if right else (first - 8, y + 13)
        return _Line(((first, y), (last, y)), way.label, way.back, at, "start" if right else "end")

    def _back(self, way: _Way, source: Cell, target: Cell) -> _Line:
        lane = self.left - 16 - 46 - (len(self.backs) - 1 - self.backs.index(way.target)) * LANE
        x, y = self.x(source), self.y(source) + HEIGHT / 2 + 7
        end = self.y(target) + HEIGHT / 2 + (7 if source.row > target.row else -7)
        end = end if source.row != target.row else end + 9
        points = ((x, y), (lane, y), (lane, end), (x, end))
        return _Line(points, way.label, way.back, (x - 6, y - 4), "end")

    def _around(self, way: _Way, source: Cell, target: Cell) -> _Line:
        """Leave on the right, run in the gap, and arrive at the near side of the target."""
        x, y = self.x(source) + WIDTH, self.y(source) + HEIGHT / 2
        shift = -8 if target.row < source.row or way.back else 8
        y += shift
        if target.column > source.column:
            lane = self.lane(target.column - 1, way.target)
            last, end = self.x(target), self.y(target) + HEIGHT / 2
        else:
            lane = self.lane(source.column, way.target)
            last, end = self.x(target) + WIDTH, self.y(target) + HEIGHT / 2
        end += 8 if source.row < target.row else -8
        if target.column > source.column:
            end = self.y(target) + HEIGHT / 2 + (-6 if source.row < target.row else 6)
        points = [(x, y), (lane, y), (lane, end), (last, end)]
        if source.column > target.column and source.row != target.row:
            # From a side step the gap on its left is nearer.
            x = self.x(source)
            lane = self.lane(target.column, way.target)
            points = [(x, y), (lane, y), (lane, end), (last, end)]
            beside = (x - 6, y - 5 if shift < 0 else y + 13)
            return _Line(tuple(points), way.label, way.back, beside, "end")
        # Captions of lines that leave one box stand above and below each other.
        return _Line(tuple(points), way.label, way.back, (x + 8, y - 4 if shift < 0 else y + 13))


@dataclass(frozen=True, slots=True)
class _Way:
    """All ways from one step to another as one line."""

    source: str
    target: str
    label: str
    back: bool


def _joined(flow: Flow, cells: Mapping[str, Cell], caption: Callable[[str], str]) -> list[_Way]:
    groups: dict[tuple[str, str, bool], list[Way]] = {}
    for way in flow.ways:
        if way.source in cells and way.source != way.target:
            groups.setdefault((way.source, way.target, way.returns), []).append(way)
    joined = []
    for (source, target, back), ways in groups.items():
        named = (way.title for way in ways if way.title and way.via != "outcome")
        titles = dict.fromkeys(caption(one) for one in named)
        usual = not back and cells[target] == Cell(0, cells[source].row + 1)
        # On the usual way a caption for each line says nothing the order does not.
        label = "" if usual and cells[source].column == 0 else " / ".join(titles)
        joined.append(_Way(source, target, label, back))
    return joined


def _path(line: _Line) -> str:
    classes, marker = ("way back", "arrow-back") if line.back else ("way", "arrow")
    return f'<path class="{classes}" d="{_rounded(line.points)}" marker-end="url(#{marker})"/>'


def _rounded(points: tuple[tuple[float, float], ...], radius: float = 6) -> str:
    """Return a path through points with rounded corners."""
    first, last = points[0], points[-1]
    parts = [f"M{first[0]:g} {first[1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near = _towards(corner, before, radius)
        far = _towards(corner, after, radius)
        parts.append(f"L{near[0]:g} {near[1]:g}Q{corner[0]:g} {corner[1]:g} {far[0]:g} {far[1]:g}")
    parts.append(f"L{last[0]:g} {last[1]:g}")
    return "".join(parts)


def _towards(
    point: tuple[float, float], other: tuple[float, float], distance: float
) -> tuple[float, float]:
    dx, dy = other[0] - point[0], other[1] - point[1]
    length = abs(dx) + abs(dy)
    share = min(distance, length / 2) / length if length else 0
    return (point[0] + dx * share, point[1] + dy * share)


def _label(line: _Line) -> str:
    x, y = line.at
    text = _cut(line.label, 20)
    width = _size(text) * 5.6 + 6
    left = {"start": x - 3, "middle": x - width / 2, "end": x - width + 3}[line.anchor]
    extra = " back" if line.back else ""
    return (
        f'<rect class="paper" x="{left:g}" y="{y - 11:g}" width="{width:g}" height="14" rx="2"/>'
        f'<text class="label{extra}" x="{x:g}" y="{y:g}" text-anchor="{line.anchor}">'
        f"{escape(text)}</text>"
    )


def _arrow(name: str, colour: str) -> str:
    return (
        f'<defs><marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" '
        f'fill="{colour}"/></marker></defs>'
    )


def _word(words: tuple[str, str], language: Language) -> str:
    return words[0] if language == "zh" else words[1]


def _size(text: str) -> int:
    """Count halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, size: int) -> str:
    if _size(text) <= size:
        return text
    while text and _size(text) > size - 2:
        text = text[:-1]
    return text + "…"


def _wrapped(text: str) -> list[str]:
    """Break a caption into at most two lines."""
    if _size(text) <= LINE:
        return [text]
    between = max(
        (at for at, c in enumerate(text) if c == " " and _size(text[:at]) <= LINE), default=0
    )
    if between:
        return [text[:between], _cut(text[between + 1 :], LINE)]
    bracket = text.find("（")
    cut = bracket if bracket > 1 else 0
    while not cut or _size(text[:cut]) < min(LINE, _size(text) / 2):
        cut += 1
    return [_cut(text[:cut], LINE), _cut(text[cut:], LINE)]
