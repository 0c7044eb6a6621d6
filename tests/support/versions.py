"""A second version of the content of a running platform, put into force without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from engine.authoring import render
from engine.content import below
from engine.definitions import release as releases
from engine.services.definitions import pin_all
from engine.services.platform import Platform
from engine.services.versions import current_version, message
from engine.store.releases import Signature


def publish(platform: Platform, changed: Mapping[str, str]) -> int:
    """Put changed files into force; return the number of the version."""
    definitions = platform.definitions
    files = definitions.files() | {
        path: dedent(text).lstrip().encode() for path, text in changed.items()
    }
    loaded = releases.load(below(files))
    release = loaded.release
    assert release is not None, render(loaded.problems, loaded.sources)
    with platform.store.write() as unit:
        known = current_version(unit.releases)
        number = (known.number if known is not None else 0) + 1
        commit = unit.releases.commit(
            files,
            message("changed", {"Version": number}),
            Signature("test", "test", platform.clock.now()),
            expected=definitions.commit,
            version=number,
        )
        assert commit is not None
        pin_all(unit, release, commit)
    definitions.take(commit, release)
    return number


def with_text(platform: Platform, path: str, *changes: tuple[str, str]) -> dict[str, str]:
    """A file of the content in force with some of its text replaced."""
    text = platform.definitions.files()[path].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return {path: text}
