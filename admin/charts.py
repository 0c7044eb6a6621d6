"""Small charts drawn on the server. The table beside each says the same, so nothing needs seeing.

No inline style is allowed on pages: what bars look like is in the style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_LABEL, _BAR, _LINE = 240, 360, 30
_WEEK, _HIGH = 52, 160


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a bar chart; ``late`` is the part of ``value`` that is drawn apart."""

    label: str
    value: int
    late: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures of one week."""

    label: str
    first: int
    second: int


def bars(name: str, title: str, rows: Sequence[Bar]) -> Markup:
    """Lines of bars, the late part first."""
    most = max((row.value for row in rows), default=0) or 1
    width, height = _LABEL + _BAR + 60, _LINE * len(rows) + 8
    parts = []
    for number, row in enumerate(rows):
        y = number * _LINE + 4
        late, whole = _BAR * row.late / most, _BAR * row.value / most
        said = f"{row.label} {row.value}"
        parts.append(
            f"<g><title>{escape(said)}</title>"
            f'<text class="chart__label" x="{_LABEL - 10}" y="{y + 17}">{escape(row.label)}</text>'
            f'<rect class="chart__bar" x="{_LABEL}" y="{y + 3}" width="{max(whole, 1):.1f}"'
            f' height="{_LINE - 10}"/>'
        )
        if row.late:
            parts.append(
                f'<rect class="chart__late" x="{_LABEL}" y="{y + 3}" width="{late:.1f}"'
                f' height="{_LINE - 10}"/>'
            )
        parts.append(
            f'<text class="chart__value" x="{_LABEL + whole + 6:.1f}" y="{y + 17}">'
            f"{row.value}</text></g>"
        )
    return _svg(name, title, width, height, parts)


def pairs(name: str, title: str, rows: Sequence[Pair]) -> Markup:
    """Two columns for each week, side by side."""
    most = max((max(row.first, row.second) for row in rows), default=0) or 1
    width, height = _WEEK * len(rows) + 20, _HIGH + 50
    parts = [f'<line class="chart__axis" x1="0" x2="{width}" y1="{_HIGH + 20}" y2="{_HIGH + 20}"/>']
    for number, row in enumerate(rows):
        x = number * _WEEK + 10
        for shift, value, kind in ((6, row.first, "first"), (26, row.second, "second")):
            tall = _HIGH * value / most
            y = _HIGH + 20 - tall
            parts.append(
                f'<rect class="chart__{kind}" x="{x + shift}" y="{y:.1f}" width="18"'
                f' height="{tall:.1f}"/>'
            )
            if value:
                parts.append(
                    f'<text class="chart__count" x="{x + shift + 9}" y="{y - 4:.1f}">{value}</text>'
                )
        parts.append(
            f'<text class="chart__week" x="{x + 25}" y="{_HIGH + 38}">{escape(row.label)}</text>'
        )
    return _svg(name, title, width, height, parts)


def _svg(name: str, title: str, width: float, height: float, parts: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704  (every text of it is escaped above)
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'aria-labelledby="{escape(name)}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><title id="{escape(name)}">{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
