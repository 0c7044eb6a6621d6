"""Every state a case of a process can be in, explored before any case runs (ADR 0019)."""

from engine.definitions.exploration.explore import Explored, Gap, Trail, explore
from engine.definitions.exploration.needs import FORGOTTEN

__all__ = ["FORGOTTEN", "Explored", "Gap", "Trail", "explore"]
