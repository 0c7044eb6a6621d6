"""A private PostgreSQL server for one test run, started when the first test asks for it."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"


def find_programs() -> Path | None:
    """Return the folder of the newest server programs on this machine, or None."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda initdb: float(initdb.parts[-3]),
    )
    if debian:
        return debian[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Cluster:
    """One server for all test processes of a run; it listens on a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        """Remember where the cluster is or will be; nothing is started yet."""
        self.folder = folder

    def start(self, programs: Path) -> None:
        """Start the server unless another process of this run has done so."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            ready = self.folder / "programs"
            if ready.exists():
                return
            home = Path(tempfile.mkdtemp(prefix="zhicheng-pg-", dir="/tmp"))
            if os.geteuid() == 0:
                shutil.chown(home, "postgres", "postgres")
            data = home / "data"
            initdb = f"-D {data} -U postgres -E UTF8 --locale=C.UTF-8 -A trust --no-sync"
            _run(programs / "initdb", *initdb.split())
            server = f"{_OPTIONS} -c listen_addresses='' -c unix_socket_directories='{home}'"
            _run(programs / "pg_ctl", *f"-D {data} -w -l {home}/log start -o".split(), server)
            (self.folder / "home").write_text(str(home))
            ready.write_text(str(programs))

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the URL of a new, empty database, and drop it afterwards."""
        home, name = (self.folder / "home").read_text(), f"t{uuid4().hex[:12]}"
        with psycopg.connect(f"host={home} user=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield f"postgresql+psycopg://postgres@/{name}?host={home}"
            finally:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server if this run started one, and remove its files."""
        ready = self.folder / "programs"
        if ready.exists():
            home = Path((self.folder / "home").read_text())
            stop = f"-D {home}/data -m immediate stop"
            _run(Path(ready.read_text()) / "pg_ctl", *stop.split())
            shutil.rmtree(home)


def _run(program: Path, *arguments: str) -> None:
    # The server refuses to run as root; Debian's package makes this user for it.
    user = "postgres" if os.geteuid() == 0 else None
    command = [str(program), *arguments]
    result = subprocess.run(
        command,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"{program.name} failed: {result.stderr}")
