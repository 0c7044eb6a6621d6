"""What the catalogue holds for one code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: its sentence in both languages, and a fragment that causes it.

    ``zh`` and ``en`` are templates: ``{name}`` stands for the parameter ``name`` of the problem.
    ``hint_zh`` and ``hint_en`` are printed under the caret when every parameter they name is
    given; the nearest name and the allowed values need no template, see ``Problem.hint``.
    ``level`` is "warning" for what should be looked at but does not stop a release.
    """

    code: str
    zh: str
    en: str
    example: str
    hint_zh: str = ""
    hint_en: str = ""
    level: Literal["error", "warning"] = "error"
