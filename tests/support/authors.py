"""The shipped content as rows that can be published over, with people who may change it.

Beside the administrator of the bureau (陈管理) there are a second one (吴审核), somebody who writes
and does not publish (郑备案), and the administrator of another jurisdiction (景管理).
"""

from datetime import datetime
from functools import cache

from engine.bootstrap import Outside, assemble, open_over
from engine.content import FOLDERS, Files, bundled, read_files
from engine.domain.clock import VirtualClock
from engine.services.accounts import Accounts
from engine.services.platform import Platform
from engine.services.world import load_world, read_world
from engine.store.database import Store
from engine.store.sealing import Sealer
from tests.support.city import CHEAP, ZONE, City

PROCESS = "definitions/processes/tianjin/socialised-review.yaml"
SICHUAN = "definitions/processes/sichuan/socialised-review.yaml"
SAMPLE = "examples/cases/tianjin/happy-path.yaml"
OUTSIDE = Outside(None, "http://localhost")
BUREAU = "人社局"
NINE = datetime(2026, 9, 1, 9, tzinfo=ZONE)

_TIANJIN = "definitions/roles/tianjin.yaml"
_SICHUAN = "definitions/roles/sichuan.yaml"
_ROLES = """  content_publisher:
    title: 内容管理员
    permissions: [edit_definitions, publish_definitions, use_console]
    kinds: [bureau]
  content_author:
    title: 内容编写人员
    permissions: [edit_definitions, use_console]
    kinds: [bureau]
"""


def content(*samples: str) -> Files:
    """The shipped content with these sample cases only, and with roles for people who write."""
    files = {
        path: text
        for path, text in read_files(bundled(), FOLDERS).items()
        if not path.startswith("examples/cases/") or path in samples
    }
    for path in (_TIANJIN, _SICHUAN):
        text = files[path].decode()
        before = "  bureau_admin:\n"
        assert before in text
        files[path] = text.replace(before, _ROLES + before, 1).encode()
    return files


def grant(platform: Platform) -> None:
    """Give the roles of those who write."""
    with platform.store.write() as unit:
        for person, role, organisation, place in (
            ("吴审核", "content_publisher", BUREAU, "tianjin"),
            ("郑备案", "content_author", BUREAU, "tianjin"),
            ("景管理", "content_publisher", "四川人社厅", "sichuan"),
        ):
            platform.directory.grant(unit, person, role, organisation, jurisdiction=place)


@cache
def _prepared() -> Platform:
    files = content(SAMPLE)
    store = Store("sqlite://", sealer=Sealer(bytes(32)))
    platform = open_over(store, files, VirtualClock(NINE), OUTSIDE)
    for world in ("tianjin", "sichuan"):
        load_world(platform, read_world(files, world), files, accounts=False)
    grant(platform)
    return platform


def city_of_authors() -> City:
    """A city of its own, whose pages are visited without scripts."""
    prepared, clock = _prepared(), VirtualClock(NINE)
    platform = assemble(prepared.store.copy(), prepared.definitions, clock, OUTSIDE)
    platform.accounts = Accounts(
        platform.store, platform.directory, platform.sentences, clock, CHEAP
    )
    return City(platform, clock, {})
