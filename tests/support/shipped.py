"""The shipped content with its sample world, for tests of what is shipped."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from engine import bootstrap
from engine.content import FOLDERS, read_files
from engine.definitions.release import Release
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.services.world import load_world, read_world
from engine.store.database import Store

ROOT = Path(__file__).parents[2]
NINE = datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@cache
def release() -> Release:
    """The shipped content, read and checked once."""
    return bootstrap.load_content(ROOT)


@cache
def _prepared() -> Platform:
    platform = bootstrap.assemble(Store("sqlite://"), release(), VirtualClock(NINE))
    files = read_files(ROOT, FOLDERS)
    load_world(platform, read_world(files, "tianjin"), files, accounts=False)
    return platform


def open_shipped() -> Platform:
    """The shipped content over a copy of a database that holds its sample world."""
    prepared = _prepared()
    return bootstrap.assemble(prepared.store.copy(), prepared.definitions, VirtualClock(NINE))
