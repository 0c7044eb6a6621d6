"""A process file as the model: reading by the vocabulary, nothing else."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.process import Process
from engine.definitions.shapes import Spot
from engine.definitions.vocabulary import FILE


def parse_process(node: Node, problems: Problems) -> Process | None:
    """Read a (flattened) process file, reporting all that is wrong.

    Returns:
        The process, with defaults in place of what could not be read; None without id or steps.
    """
    process: Process | None = FILE.read(node, Spot(Phrase("文件", "the file"), "", problems))
    return process
