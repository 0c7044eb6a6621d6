"""A platform with the sample world, served on a port of this machine, with a clock to be moved."""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.serving import make_server

from admin.app import WebSettings, create_app
from engine import content
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.bootstrap import Outside, open_over
from engine.connectors.documents import TypstPrinter
from engine.domain.clock import VirtualClock
from engine.services.world import load_world, read_world, with_files
from engine.store.database import Store
from engine.store.sealing import Sealer

ZONE = ZoneInfo("Asia/Shanghai")
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
        files: content.Files | None = None,
    ) -> None:
        """Serve the shipped content or other; of its sample cases only those named, if any are."""
        clock = VirtualClock(datetime(2026, 9, 1, 9, tzinfo=ZONE))
        store = Store(f"sqlite:///{folder / 'site.db'}", sealer=Sealer(bytes(32)))
        store.create_all()
        root = content.bundled()
        files = files or content.read_files(root, content.FOLDERS)
        if samples is not None:
            files = {
                path: text
                for path, text in files.items()
                if not path.startswith("examples/cases/") or Path(path).stem in samples
            }
        outside = Outside(TypstPrinter(), "http://localhost")
        platform = open_over(store, files, clock, outside)
        for world in ("tianjin", "sichuan"):
            load_world(platform, read_world(files, world), files)
        app = create_app(
            platform,
            WebSettings(secret=bytes(32), demo=True, sign_in_rate="10000 per minute"),
        )
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.site = Site(platform, clock, f"http://127.0.0.1:{self.server.port}", root)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.site.platform.close()
