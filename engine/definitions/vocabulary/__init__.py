"""The process language as tables: every key with its shape, meaning and default.

Parser, published JSON Schema and the authors' manual are all made from these tables. One module
per subject; to add a key, add a ``Key`` to its table and use it in the ``build`` function below it.
"""

from engine.definitions.shapes import CASE, Vocabulary
from engine.definitions.vocabulary.process import FILE, PROCESS

__all__ = ["FILE", "PROCESS", "vocabularies"]


def vocabularies() -> dict[str, Vocabulary]:
    """Return every vocabulary of the process language by id, outermost first."""
    found: dict[str, Vocabulary] = {}
    for part in (*FILE.parts(), CASE):
        found.setdefault(part.id, part)
    return found
