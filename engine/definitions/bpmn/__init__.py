"""BPMN 2.0: the process as a standard file, and as a picture."""

from engine.definitions.bpmn.picture import Marks, draw
from engine.definitions.bpmn.pools import Pool
from engine.definitions.bpmn.read import EVERY_POOL, read_bpmn, read_files, to_choose
from engine.definitions.bpmn.report import GROUPS, group_of, grouped
from engine.definitions.bpmn.sketch import sketch
from engine.definitions.bpmn.write import laid_out, write_bpmn

__all__ = [
    "EVERY_POOL",
    "GROUPS",
    "Marks",
    "Pool",
    "draw",
    "group_of",
    "grouped",
    "laid_out",
    "read_bpmn",
    "read_files",
    "sketch",
    "to_choose",
    "write_bpmn",
]
