"""What an installation decides: where things are. From ``ZHICHENG_…`` variables and options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PREFIX = "ZHICHENG_"
DEFAULT_DATA_DIR = Path("zhicheng-data")


class WrongSetting(Exception):
    """A variable or option has a value that cannot be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Paths are absolute; None means the default named there."""

    #: The folder with ``definitions``, ``forms`` and ``examples``; None: those that are shipped.
    content: Path | None
    data_dir: Path
    database_url: str
    #: The file with the master key; whoever loses it loses all sealed data.
    secret_key_file: Path
    host: str
    port: int
    language: str
    zone: ZoneInfo
    #: What ``host`` and ``port`` are reached by from outside, for links and QR codes.
    public_url: str
    #: Whether organisations register themselves, where the content of a jurisdiction lets them.
    registration: bool

    @classmethod
    def load(cls, options: Mapping[str, object] | None = None) -> Settings:
        """Combine options (None counts as not given), the environment and defaults.

        Raises WrongSetting.
        """
        values: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            given = (options or {}).get(name)
            values[name] = os.environ.get(PREFIX + name.upper()) if given is None else given
        data_dir = Path(values["data_dir"] or DEFAULT_DATA_DIR).absolute()
        host = str(values["host"] or "127.0.0.1")
        port = _port(values["port"] or 8000)
        key_file = values["secret_key_file"]
        return cls(
            content=Path(values["content"]).absolute() if values["content"] else None,
            data_dir=data_dir,
            database_url=str(values["database_url"] or f"sqlite:///{data_dir / 'zhicheng.db'}"),
            secret_key_file=Path(key_file).absolute() if key_file else data_dir / "master.key",
            host=host,
            port=port,
            language=_language(values["language"] or "zh"),
            zone=_zone(values["zone"] or "Asia/Shanghai"),
            registration=_open(values["registration"] or "closed"),
            public_url=str(values["public_url"] or f"http://{host}:{port}").rstrip("/"),
        )


def given() -> dict[str, str]:
    """Return what is set beside, by name: addresses and tokens of connectors."""
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and value
    }


def _port(value: object) -> int:
    text = str(value)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongSetting(f'port "{text}" is not a number from 1 to 65535')
    return int(text)


def _open(value: object) -> bool:
    if value not in ("open", "closed"):
        raise WrongSetting(f'registration "{value}" is neither "open" nor "closed"')
    return value == "open"


def _language(value: object) -> str:
    if value not in ("zh", "en"):
        raise WrongSetting(f'language "{value}" is neither "zh" nor "en"')
    return str(value)


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, KeyError) as error:
        raise WrongSetting(f'time zone "{value}" is not known') from error
