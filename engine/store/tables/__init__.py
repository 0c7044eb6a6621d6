"""Every table, as SQLAlchemy Core; importing this package fills the metadata."""

from engine.store.schema import metadata
from engine.store.tables import cases, content, jobs, people, records

__all__ = ["cases", "content", "jobs", "metadata", "people", "records"]
