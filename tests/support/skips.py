"""CI skips nothing: what a missing part of the system would skip fails there instead."""

import os

import pytest


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn the report of something skipped into a failure when this is CI."""
    if os.environ.get("CI") == "true":
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {reason}"
