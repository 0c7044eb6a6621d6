"""Opening the platform for a command, and saying what stops it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from engine.authoring.render import render
from engine.bootstrap import ContentRefused, open_platform
from engine.services.platform import Platform
from engine.settings import Settings
from engine.store.database import Store


def prepare(settings: Settings) -> None:
    """Create the database and its tables where they are missing."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        store.create_all()
    finally:
        store.close()


@contextmanager
def opened(settings: Settings) -> Iterator[Platform]:
    """Give the platform over its database; with broken content print the problems and exit 1."""
    prepare(settings)
    try:
        platform = open_platform(settings)
    except ContentRefused as refused:
        loaded = refused.loaded
        click.echo(render(loaded.problems.errors, loaded.sources), nl=False, err=True)
        sys.exit(1)
    try:
        yield platform
    finally:
        platform.close()
