"""End: closes the case."""

from __future__ import annotations

from engine.definitions.shapes import Closed, Key

KEY = Key(
    "end",
    Closed(("success", "failure", "cancelled")),
    "结束：办结、未通过或取消；仍可以有 `actions`（打印、重新办理）",
    "closes the case; may still have `actions` (print, reopen)",
)
