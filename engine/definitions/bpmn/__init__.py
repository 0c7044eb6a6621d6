"""BPMN 2.0: the process as a standard file, and as a picture."""

from engine.definitions.bpmn.picture import Marks, draw
from engine.definitions.bpmn.read import EVERY_POOL, read_bpmn, read_files
from engine.definitions.bpmn.write import laid_out, write_bpmn

__all__ = ["EVERY_POOL", "Marks", "draw", "laid_out", "read_bpmn", "read_files", "write_bpmn"]
