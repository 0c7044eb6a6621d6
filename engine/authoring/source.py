"""YAML text to nodes with positions: the limits, the encoding, and which library reads."""

from __future__ import annotations

from engine.authoring.composing import Composer, Stop, place_behind
from engine.authoring.events import Read, Unsure, quick, thorough
from engine.authoring.node import Node
from engine.authoring.problem import Position
from engine.authoring.problems import Problems

MAX_BYTES = 1_000_000


def read_yaml(
    text: str | bytes, file: str, problems: Problems, *, limit: int = MAX_BYTES
) -> Node | None:
    """Read a file of one document.

    Args:
        text: the content; bytes must be UTF-8.
        file: the name that positions carry.
        problems: receives everything that is wrong.
        limit: the largest size in bytes that is read at all.

    Returns:
        The node, or None when the file cannot be read or is empty (which is reported).
    """
    documents = read_yaml_all(text, file, problems, limit=limit)
    if len(documents) > 1:
        problems.add("SRC113", documents[1], length=1)
    return documents[0] if documents else None


def read_yaml_all(
    text: str | bytes, file: str, problems: Problems, *, limit: int = MAX_BYTES
) -> list[Node]:
    """Read a file of any number of documents, separated by ``---``."""
    decoded = decode(text, file, problems, limit=limit)
    if decoded is None:
        return []
    found = read_quickly(decoded, file)
    return read_thoroughly(decoded, file, problems) if found is None else found


def read_quickly(text: str, file: str) -> list[Node] | None:
    """Return what libyaml reads; None where it finds a problem or might read otherwise."""
    problems = Problems()
    try:
        documents = _composed(text, file, problems, quick)
    except Unsure:
        return None
    if problems or any(one.kind == "scalar" for one in documents):
        return None
    return documents


def read_thoroughly(text: str, file: str, problems: Problems) -> list[Node]:
    """Return what ruamel.yaml reads, and report what is wrong."""
    return _composed(text, file, problems, thorough)


def _composed(text: str, file: str, problems: Problems, read: Read) -> list[Node]:
    composer = Composer(text, file, problems, read)
    try:
        documents = list(composer.documents())
    except Stop:
        return []
    if not documents and not composer.broken:
        problems.add("SRC115", Position(file))
    return [] if composer.broken else documents


def decode(
    content: str | bytes, file: str, problems: Problems, *, limit: int = MAX_BYTES
) -> str | None:
    """Return the text of a file, or None when it is too large or not plain UTF-8."""
    size = len(content)
    if size > limit:
        problems.add("SRC107", Position(file), size=size, limit=limit)
        return None
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode("utf-8")
            byte = f"0x{error.object[error.start]:02x}"
            problems.add("SRC106", place_behind(file, before), byte=byte)
            return None
    if content.startswith("\ufeff"):
        problems.add("SRC105", Position(file))
        return None
    return content
