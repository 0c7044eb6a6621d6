"""A platform with the sample world, served on a port of this machine, with a clock to be moved."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.serving import make_server

from admin.app import WebSettings, create_app
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bootstrap import Outside, assemble, open_over
from engine.connectors.documents import TypstPrinter
from engine.connectors.openid import IdentityPlatform
from engine.content import FOLDERS, Files, bundled, read_files
from engine.domain.clock import Clock, VirtualClock
from engine.services.platform import Platform
from engine.services.world import load_world, read_world, with_files
from engine.store.database import Store
from engine.store.sealing import Sealer

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 9, 1, 9, tzinfo=ZONE)
PASSWORD = "Zhicheng-2026"


@dataclass
class Site:
    """A running platform."""

    platform: Any
    clock: VirtualClock
    url: str
    root: Path

    def at(self, text: str) -> None:
        """Move the clock to a local time and let happen what is due."""
        self.clock.set(datetime.fromisoformat(text).replace(tzinfo=ZONE))
        self.platform.cases.tick()
        self.platform.outgoing.work_off()

    def sample(self, name: str) -> dict[str, Any]:
        """Sample data of ``examples/data``."""
        path = self.root / "examples" / "data" / f"{name}.yaml"
        node = read_yaml(path.read_bytes(), str(path), Problems())
        assert node is not None
        return dict(with_files(node.value))

    def file(self, name: str) -> Path:
        """A sample file."""
        return self.root / "examples" / "files" / name


class Served:
    """Serves a site in a thread until it is stopped."""

    def __init__(
        self,
        folder: Path,
        samples: tuple[str, ...] | None = None,
        files: Files | None = None,
        identity: Callable[[Clock], IdentityPlatform] | None = None,
    ) -> None:
        """Serve the shipped content or other; of its sample cases only those named, if any are.

        With ``identity`` people sign in with what it makes for a clock.
        """
        prepared = _shipped(samples) if files is None else _prepared(files, samples)
        database = folder / "site.db"
        database.write_bytes(prepared.store.content())
        store = Store(f"sqlite:///{database}", sealer=prepared.store.sealer)
        clock = VirtualClock(NINE)
        # A platform sends browsers back to the address of the site, which the port is part of.
        self.server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
        url = f"http://127.0.0.1:{self.server.port}"
        outside = Outside(TypstPrinter(), "http://localhost")
        if identity is not None:
            outside = Outside(TypstPrinter(), url, identity=identity(clock))
        platform = assemble(store, prepared.definitions, clock, outside)
        app = create_app(
            platform,
            WebSettings(
                secret=bytes(32),
                demo=identity is None,
                registration=identity is not None,
                sign_in_rate="10000 per minute",
            ),
        )
        self.site = Site(platform, clock, url, bundled())
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.site.platform.close()


def _prepared(files: Files, samples: tuple[str, ...] | None) -> Platform:
    """Content with the sample world and its accounts, in a database in memory."""
    if samples is not None:
        files = {
            path: text
            for path, text in files.items()
            if not path.startswith("examples/cases/") or Path(path).stem in samples
        }
    platform = open_over(Store("sqlite://", sealer=Sealer(bytes(32))), files, VirtualClock(NINE))
    for world in ("tianjin", "sichuan"):
        load_world(platform, read_world(files, world), files)
    return platform


@cache
def _shipped(samples: tuple[str, ...] | None) -> Platform:
    """The shipped content with some of its sample cases, made once for all sites."""
    return _prepared(read_files(bundled(), FOLDERS), samples)
