"""Pictures of processes on pages."""

from __future__ import annotations

import re
from collections.abc import Collection

from markupsafe import Markup

from admin import captions
from admin.navigation import caption
from engine.definitions.bpmn import picture, sketch
from engine.definitions.flow import Flow

_STYLE = re.compile(r'<style>.*?</style>| style="[^"]*"', re.DOTALL)


def drawing(flow: Flow, marks: picture.Marks | None = None) -> Markup:
    """Draw a process; its style stands in a style sheet of its own, pages allow no inline style."""
    return Markup(_STYLE.sub("", picture.draw(flow, marks, language(), caption)))  # noqa: S704


def sketched(
    content: bytes, rewritten: Collection[int], refused: Collection[int], title: str
) -> Markup:
    """Draw a BPMN file of others as it was drawn there; nothing if it holds no picture."""
    return Markup(sketch(content, rewritten, refused, title))  # noqa: S704


def language() -> picture.Language:
    """Return the language pictures are drawn in."""
    return "en" if captions.language() == "en" else "zh"
